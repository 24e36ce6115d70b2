"""The table of decisions: timers, intervention, burden of proof; written from the contract, not from the rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.table import NOW, OLD, Rows, at, check_row
from trainer.rules import Rulebook

ROWS = Rows()
add = ROWS.add

# Timers of Taobao and Tmall: from the moment, a day is 24 hours.
for platform in ("taobao", "tmall"):
    add(
        "trade.unpaid_close",
        platform,
        NOW,
        {"order.created_at": at("2026-02-27 08:15")},
        {"closes_at": at("2026-03-02 08:15")},
    )
    add(
        "trade.unpaid_close",
        platform,
        NOW,
        {"order.created_at": at("2026-02-27 08:15"), "order.changed_at": at("2026-02-28 09:00:01")},
        {"closes_at": at("2026-03-03 09:00:01")},
    )
    add(
        "trade.auto_confirm",
        platform,
        NOW,
        {"order.shipped_at": at("2026-03-01 12:00"), "order.carrier": "ems"},
        {"confirms_at": at("2026-03-11 12:00")},
    )
    add(
        "trade.auto_confirm",
        platform,
        NOW,
        {"order.shipped_at": at("2026-03-01 12:00"), "order.carrier": "surface_mail"},
        {"confirms_at": at("2026-03-31 12:00")},
    )
    add(
        "trade.auto_confirm",
        platform,
        NOW,
        {
            "order.shipped_at": at("2026-03-01 12:00"),
            "order.carrier": "express",
            "claim.filed_at": at("2026-03-02 12:00"),
        },
        {"confirms_at": None},
    )
    add(
        "refund.unshipped",
        platform,
        NOW,
        {"claim.filed_at": at("2026-03-01 12:00")},
        {"auto_refund": True, "refunds_at": at("2026-03-03 12:00")},
    )
    add(
        "refund.unshipped",
        platform,
        NOW,
        {"claim.filed_at": at("2026-03-01 12:00"), "order.shipped_at": at("2026-03-03 12:00")},
        {"auto_refund": False, "refunds_at": None},
    )
    add(
        "refund.unshipped",
        platform,
        NOW,
        {"claim.filed_at": at("2026-03-01 12:00"), "order.shipped_at": at("2026-03-03 12:00:01")},
        {"auto_refund": True, "refunds_at": at("2026-03-03 12:00")},
    )
    add(
        "refund.seller_silent",
        platform,
        NOW,
        {"claim.filed_at": at("2026-03-01 12:00"), "claim.needs_return": False},
        {"at": at("2026-03-06 12:00"), "then": "refund"},
    )
    add(
        "refund.seller_silent",
        platform,
        NOW,
        {"claim.filed_at": at("2026-03-01 12:00"), "claim.needs_return": True},
        {"at": at("2026-03-06 12:00"), "then": "await_return"},
    )
    add(
        "refund.after_rejection",
        platform,
        NOW,
        {"claim.rejected_at": at("2026-03-01 12:00")},
        {
            "closes_at": at("2026-03-08 12:00"),
            "buyer_may": ["modify_request", "request_intervention", "confirm_receipt"],
        },
    )
    add(
        "refund.buyer_return",
        platform,
        NOW,
        {"claim.agreed_at": at("2026-03-01 12:00")},
        {"return_by": at("2026-03-08 12:00"), "otherwise": "closed"},
    )
    add(
        "refund.return_receipt",
        platform,
        NOW,
        {"claim.returned_at": at("2026-03-01 12:00"), "claim.return_carrier": "ems"},
        {"refunds_at": at("2026-03-11 12:00")},
    )
    add(
        "refund.return_receipt",
        platform,
        NOW,
        {"claim.returned_at": at("2026-03-01 12:00"), "claim.return_carrier": "surface_mail"},
        {"refunds_at": at("2026-03-31 12:00")},
    )
    for case, payer in (
        ("with_goods", "seller"),
        ("separate_same_address", "seller"),
        ("separate_other_address", "negotiable"),
        ("after_receipt", "seller"),
    ):
        add("invoice.postage", platform, NOW, {"invoice.case": case}, {"payer": payer})

# Douyin: the earlier of two clocks.
add(
    "refund.overdue",
    "douyin",
    NOW,
    {"return_tracking_at": at("2026-03-01 12:00")},
    {"overdue_at": at("2026-03-08 12:00")},
)
add(
    "refund.overdue",
    "douyin",
    NOW,
    {"return_tracking_at": at("2026-03-01 12:00"), "return_signed_at": at("2026-03-06 12:00:01")},
    {"overdue_at": at("2026-03-08 12:00")},
)
add(
    "refund.overdue",
    "douyin",
    NOW,
    {"return_tracking_at": at("2026-03-01 12:00"), "return_signed_at": at("2026-03-06 11:59:59")},
    {"overdue_at": at("2026-03-08 11:59:59")},
)
add("penalty.late_shipment", "douyin", NOW, {"occurrences": 0}, {"deduction": 0})
add("penalty.late_shipment", "douyin", NOW, {"occurrences": "7"}, {"deduction": 70})

# Intervention.
for reason, kind, opens in (("quality", "refund", "2012-11-22 10:00"), ("counterfeit", "refund", "2012-11-19 10:00"),
                            ("counterfeit", "rule_complaint", "2012-11-19 10:00"), ("other", "rule_complaint", "2012-11-19 10:00"),
                            ("mismatch", "after_sale", "2012-11-22 10:00")):  # fmt: skip
    add(
        "dispute.intervention",
        "tmall",
        OLD,
        {"claim.filed_at": at("2012-11-19 10:00"), "claim.reason": reason, "claim.kind": kind},
        {"opens_at": at(opens)},
    )
add(
    "dispute.intervention",
    "tmall",
    "2011-12-31T23:59:59+08:00",
    {"claim.filed_at": at("2011-12-30 10:00"), "claim.reason": "quality", "claim.kind": "refund"},
    {"opens_at": None},
)

# Burden of proof on Taobao since 2025-08-15.
for issue, buyer, seller, expert, used, intact, supports, burden in (
    ("quality_visible", False, False, False, False, True, "pay_seller", "buyer"),
    ("quality_visible", True, False, False, False, True, "return_refund", "seller"),
    ("quality_visible", True, True, False, False, True, "pay_seller", "buyer"),
    ("quality_visible", True, True, True, True, False, "return_refund", "seller"),
    ("quality_hidden", False, False, False, False, True, "return_refund", "seller"),
    ("quality_hidden", True, True, False, False, True, "pay_seller", "buyer"),
    ("quality_hidden", True, True, True, False, True, "return_refund", "seller"),
    ("counterfeit", True, False, False, False, True, "return_refund", "seller"),
    ("counterfeit", True, True, False, False, True, "pay_seller", "buyer"),
    ("counterfeit", True, True, True, False, True, "refund", "seller"),
    ("mismatch_visible", False, False, False, False, True, "pay_seller", "buyer"),
    ("mismatch_visible", True, True, True, False, True, "pay_seller", "buyer"),
    ("mismatch_visible", True, False, False, True, True, "return_refund", "seller"),
    ("mismatch_visible", True, False, False, True, False, "pay_seller", "seller"),
    ("surface_damage", False, False, False, False, True, "return_refund", "seller"),
    ("surface_damage", False, True, False, False, True, "pay_seller", "buyer"),
    ("surface_damage", True, True, False, False, True, "return_refund", "seller"),
    ("not_received", False, False, False, False, True, "refund", "seller"),
    ("not_received", True, True, True, False, True, "pay_seller", "buyer"),
):
    flags = {"dispute.issue": issue, "dispute.buyer_evidence": buyer, "dispute.seller_evidence": seller,
             "dispute.expert_report": expert, "goods.used": used, "goods.intact": intact}  # fmt: skip
    add("dispute.outcome", "taobao", "2025-08-15T00:00:00+08:00", flags, {"supports": supports, "burden": burden})
    add("dispute.outcome", "taobao", "2025-08-14T23:59:59+08:00", flags, {"supports": None, "burden": None})


@pytest.mark.parametrize(("ask", "platform", "as_of", "flat", "answer", "lost"), ROWS)
def test_the_table_is_answered(
    rulebook: Rulebook, ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], lost: tuple[tuple[str, str], ...]
) -> None:
    check_row(rulebook, (ask, platform, as_of, flat, answer, lost))

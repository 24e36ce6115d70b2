"""The table of decisions: shipping, compensation, penalties, evidence, service; written from the contract, not from the rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.table import NOW, OLD, Rows, at, check_row
from trainer.rules import Rulebook

ROWS = Rows()
add = ROWS.add

# Shipping.
PAID = at("2012-11-10 10:00")


def order(kind: str = "normal", promised: str | None = None, **more: Any) -> dict[str, Any]:
    return {"order.paid_at": PAID, "order.kind": kind, "order.promised_ship_at": promised, **more}


add("shipping.deadline", "tmall", OLD, order(), {"ship_by": at("2012-11-13 10:00")})
add(
    "shipping.deadline",
    "tmall",
    OLD,
    order("juhuasuan"),
    {"ship_by": at("2012-11-17 10:00")},
    ("tmall.shipping.normal_72h", "special"),
)
add("shipping.deadline", "tmall", OLD, order("presale", at("2012-12-01 00:00")), {"ship_by": at("2012-12-01 00:00")})
add(
    "shipping.deadline",
    "tmall",
    OLD,
    order("custom", at("2012-11-10 10:00:01")),
    {"ship_by": at("2012-11-10 10:00:01")},
)
for kind, limit in (("normal", "2012-11-13 10:00"), ("juhuasuan", "2012-11-17 10:00")):
    add("shipping.deadline", "tmall", OLD, order(kind, at("2012-11-11 10:00")), {"ship_by": at("2012-11-11 10:00")})
    add("shipping.deadline", "tmall", OLD, order(kind, at(limit)), {"ship_by": at(limit)})
    add(
        "shipping.deadline",
        "tmall",
        OLD,
        order(kind, at(limit + ":01")),
        {"ship_by": at(limit)},
        ("tmall.shipping.promised_time", "void"),
    )
add("shipping.deadline", "tmall", "2012-01-01T00:00:00+08:00", order(), {"ship_by": at("2012-11-13 10:00")})
add("shipping.deadline", "tmall", "2011-12-31T23:59:59+08:00", order(), {"ship_by": None})

PAY = {"owed": True, "form": "points"}
NO = {"owed": False, "amount": 0, "form": None}
LATE_CLAIM = {"claim.reason": "late_shipment"}
GONE = {"claim.reason": "out_of_stock"}
for amount, owed in (
    (99.95, 29.99),
    ("0.05", 0.02),
    (1666.66, 500),
    (1666.63, 499.99),
    (1666.67, 500),
    (5000, 500),
    (0, 0),
    (12.5, 3.75),
):
    add("shipping.compensation", "tmall", OLD, order(**{"order.amount": amount}) | LATE_CLAIM, PAY | {"amount": owed})
    add("shipping.compensation", "tmall", OLD, order(**{"order.amount": amount}) | GONE, PAY | {"amount": owed})
for shipped, answer in (("2012-11-13 10:00", NO), ("2012-11-13 10:00:01", PAY | {"amount": 30})):
    add(
        "shipping.compensation",
        "tmall",
        OLD,
        order(**{"order.amount": 100, "order.shipped_at": at(shipped)}) | LATE_CLAIM,
        answer,
    )
    add("shipping.compensation", "tmall", at(shipped), order(**{"order.amount": 100}) | LATE_CLAIM, answer)
    add(
        "shipping.compensation",
        "tmall",
        OLD,
        order(**{"order.amount": 100, "order.shipped_at": at(shipped)}) | GONE,
        NO,
    )
add(
    "shipping.compensation",
    "tmall",
    OLD,
    order("juhuasuan", **{"order.amount": 100, "order.shipped_at": at("2012-11-17 10:00")}) | LATE_CLAIM,
    NO,
)
add(
    "shipping.compensation",
    "tmall",
    OLD,
    order("presale", at("2012-11-19 00:00"), **{"order.amount": 100}) | LATE_CLAIM,
    PAY | {"amount": 30},
)
add(
    "shipping.compensation",
    "tmall",
    OLD,
    order("custom", **{"order.amount": 100}) | GONE,
    PAY | {"amount": 30},
    ("tmall.stockout.5pct", "authority"),
)
for reason in (
    "seven_day",
    "quality",
    "wrong_item",
    "missing_item",
    "mismatch",
    "damaged",
    "counterfeit",
    "not_received",
    "other",
):
    add("shipping.compensation", "tmall", OLD, order(**{"order.amount": 100, "claim.reason": reason}), NO)
add(
    "shipping.compensation",
    "tmall",
    OLD,
    order(promised=at("2012-11-30 10:00"), **{"order.amount": 100}) | LATE_CLAIM,
    PAY | {"amount": 30},
    ("tmall.shipping.promised_time", "void"),
)

# Compensation, after-sale window, penalties.
for amount, as_of, owed in ((49.99, NOW, 500), (50, NOW, 500), (50.01, NOW, 500.1), (20, "2014-03-14T23:59:59+08:00", 200),
                            (20, "2014-03-15T00:00:00+08:00", 500), (1000, NOW, 10000), (0, OLD, 0)):  # fmt: skip
    add("compensation.counterfeit", "tmall", as_of, {"order.amount": amount}, {"amount": owed})
add("compensation.fraud", "jd", NOW, {"order.amount": 1000}, {"amount": 3000}, ("jd.compensation.fake", "authority"))
for filed, is_open in (("2012-11-25 10:00", True), ("2012-11-25 10:00:01", False), ("2012-11-10 10:00", True)):
    add(
        "aftersale.window",
        "tmall",
        OLD,
        {"order.completed_at": PAID, "claim.filed_at": at(filed)},
        {"open": is_open, "closes_at": at("2012-11-25 10:00")},
        ("tmall.window.90d", "authority"),
    )
for kind, points in (("invoice", 6), ("refuse_trade", 1), ("gift_or_free_shipping", 4), ("official_event", 6)):
    add("penalty.promise_breach", "tmall", OLD, {"breach.kind": kind}, {"points": points})
for effect, points in (("severe", 12), ("impairs_use", 6), ("minor", 3)):
    add("penalty.mismatch", "tmall", OLD, {"mismatch.effect": effect}, {"points": points})
for case, measure, months in (
    ("first_admitted", "none", None),
    ("repeat", "suspension", 1),
    ("helped_other", "public_warning", 3),
):
    add("penalty.brushing", "taobao", NOW, {"brushing.case": case}, {"measure": measure, "months": months})
for offence, fine, dismissed in ((1, 10, False), (2, 30, False), (3, 0, True)):
    add("penalty.discipline", "shop", NOW, {"discipline.offence": offence}, {"fine": fine, "dismissed": dismissed})

# Evidence of receipt.
for signed_by, offered, seal, enough, accepted, rejected in (
    ("self", ["signed_slip"], None, True, ["signed_slip"], []),
    ("third_party", ["signed_slip"], None, False, [], ["signed_slip"]),
    ("self", ["third_party_certificate"], "company", False, [], ["third_party_certificate"]),
    ("third_party", ["third_party_certificate"], "company", True, ["third_party_certificate"], []),
    *(
        ("third_party", ["third_party_certificate"], seal, False, [], ["third_party_certificate"])
        for seal in ("finance", "contract", "invoice", "service")
    ),
    ("third_party", ["chat_admission"], None, True, ["chat_admission"], []),
    ("self", ["tracking_screenshot"], None, False, [], ["tracking_screenshot"]),
    ("self", ["dispatch_slip", "tracking_screenshot"], None, False, [], ["dispatch_slip", "tracking_screenshot"]),
    ("self", [], None, False, [], []),
):
    add(
        "evidence.receipt",
        "tmall",
        OLD,
        {"evidence.signed_by": signed_by, "evidence.offered": offered, "evidence.seal": seal},
        {"sufficient": enough, "accepted": accepted, "rejected": rejected},
    )

# Service deadlines.
for kind, asked, due in (
    ("consult", "2026-11-19 10:00", "2026-11-20 10:00"),
    ("consult", "2026-11-20 18:30", "2026-11-23 18:30"),
    ("consult", "2026-11-21 10:00", "2026-11-24 00:00"),
    ("consult", "2026-11-22 23:59:59", "2026-11-24 00:00"),
    ("complaint", "2026-11-20 18:30", "2026-11-22 18:30"),
    ("return", "2026-11-20 18:30", "2026-11-23 18:30"),
    ("complaint_close", "2026-11-20 00:00", "2026-12-01 23:59:59"),
    ("complaint_close", "2026-09-28 23:59:59", "2026-10-13 23:59:59"),
    ("complaint_close", "2026-02-13 09:00", "2026-03-02 23:59:59"),
):
    add("service.respond_by", "tmall", NOW, {"request.kind": kind, "request.at": at(asked)}, {"respond_by": at(due)})


@pytest.mark.parametrize(("ask", "platform", "as_of", "flat", "answer", "lost"), ROWS)
def test_the_table_is_answered(
    rulebook: Rulebook, ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], lost: tuple[tuple[str, str], ...]
) -> None:
    check_row(rulebook, (ask, platform, as_of, flat, answer, lost))

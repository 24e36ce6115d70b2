"""The table of decisions, row by row, at its boundaries; written from the contract, not from the rules."""

from __future__ import annotations

from typing import Any

import pytest

from trainer.rules import MissingFacts, QuestionError, Rulebook

OLD = "2012-11-20T10:00:00+08:00"
NOW = "2026-11-21T10:00:00+08:00"
ALL = ("taobao", "tmall", "jd", "pdd", "douyin", "kuaishou", "shop", "o2o_platform", "phone_desk", "general")


def at(text: str) -> str:
    day, clock = text.split(" ")
    return f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}+08:00"


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in flat.items():
        group, dot, rest = name.partition(".")
        if dot:
            facts.setdefault(group, {})[rest] = value
        else:
            facts[name] = value
    return facts


def row(
    ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], *lost: tuple[str, str]
) -> Any:
    return pytest.param(ask, platform, as_of, flat, answer, lost, id=f"{ask}-{platform}-{len(ROWS)}")


ROWS: list[Any] = []


def add(*arguments: Any) -> None:
    ROWS.append(row(*arguments))


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


def seven(signed: str, filed: str, category: str = "general", intact: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "order.signed_at": signed,
        "claim.filed_at": filed,
        "order.category": category,
        "goods.intact": intact,
        **more,
    }


LATE, OK = {"eligible": False}, {"eligible": True}
for platform in ALL:
    add(
        "return.seven_day",
        platform,
        "2017-03-15T00:00:00+08:00",
        seven(at("2017-03-10 10:00"), at("2017-03-17 23:59:59")),
        {"eligible": True, "deadline": at("2017-03-17 23:59:59"), "reasons": ["in_time"]},
    )
    add(
        "return.seven_day",
        platform,
        "2017-03-14T23:59:59+08:00",
        seven(at("2017-03-10 10:00"), at("2017-03-17 10:00:01")),
        {"eligible": False, "deadline": at("2017-03-17 10:00"), "reasons": ["late"]},
    )
    add(
        "return.seven_day",
        platform,
        "2014-03-15T00:00:00+08:00",
        seven(at("2014-03-10 10:00"), at("2014-03-17 10:00")),
        {"eligible": True, "deadline": at("2014-03-17 10:00"), "reasons": ["in_time"]},
    )
    nothing = {"eligible": None, "deadline": None, "reasons": None}
    old = {"eligible": True, "deadline": at("2014-03-17 10:00"), "reasons": ["in_time"]}
    add(
        "return.seven_day",
        platform,
        "2014-03-14T23:59:59+08:00",
        seven(at("2014-03-10 10:00"), at("2014-03-14 10:00")),
        old if platform == "tmall" else nothing,
    )
    add(
        "return.refund_due",
        platform,
        "2017-03-15T00:00:00+08:00",
        {"goods_received_at": at("2017-03-15 00:00")},
        {"refund_by": at("2017-03-22 23:59:59")},
    )
    add(
        "return.refund_due",
        platform,
        "2017-03-14T23:59:59+08:00",
        {"goods_received_at": at("2017-03-14 10:00")},
        {"refund_by": None},
    )
    add("compensation.fraud", platform, "2014-03-15T00:00:00+08:00", {"order.amount": "166.66"}, {"amount": 500})
    add("compensation.fraud", platform, NOW, {"order.amount": 166.67}, {"amount": 500.01})
    add("compensation.fraud", platform, "2014-03-14T23:59:59+08:00", {"order.amount": 300}, {"amount": None})

LAW = ("tmall.seven_day.exact_168h", "authority")
add("return.seven_day", "tmall", NOW, seven(at("2026-03-01 10:00"), at("2026-03-08 10:00:01")), OK, LAW)
add("return.seven_day", "tmall", NOW, seven(at("2026-03-01 23:59:59"), at("2026-03-08 23:59:59")), OK, LAW)
add(
    "return.seven_day",
    "tmall",
    NOW,
    seven("2026-03-01T15:59:59.999Z", "2026-03-08T15:59:59.999Z"),
    OK | {"deadline": at("2026-03-08 23:59:59")},
    LAW,
)
add(
    "return.seven_day",
    "tmall",
    NOW,
    seven("2026-03-01T16:00:00Z", "2026-03-09T23:59:59+08:00"),
    OK | {"deadline": at("2026-03-09 23:59:59")},
    LAW,
)
add(
    "return.seven_day",
    "tmall",
    NOW,
    {
        "order.signed_on": "2026-03-01",
        **{k: v for k, v in seven("", at("2026-03-09 00:00:00")).items() if k != "order.signed_at"},
    },
    {"eligible": False, "deadline": at("2026-03-08 23:59:59"), "reasons": ["late"]},
    ("tmall.seven_day.date_only", "authority"),
)
add(
    "return.seven_day",
    "tmall",
    OLD,
    {
        "order.signed_on": "2012-11-10",
        **{k: v for k, v in seven("", at("2012-11-18 00:00:00")).items() if k != "order.signed_at"},
    },
    {"eligible": True, "deadline": at("2012-11-18 00:00:00")},
)
add(
    "return.seven_day",
    "tmall",
    OLD,
    {"order.signed_on": "2012-11-01", **seven(at("2012-11-10 10:00"), at("2012-11-17 10:00"))},
    OK,
)
for category in ("custom_made", "fresh", "digital_opened", "newspaper", "semi_finished_dish"):
    for confirmed in (True, False):
        add(
            "return.seven_day",
            "jd",
            NOW,
            seven(at("2026-03-01 10:00"), at("2026-03-02 10:00"), category, **{"claim.excluded_confirmed": confirmed}),
            {"eligible": False, "reasons": ["in_time", "category_excluded"]},
        )
for category in ("opened_affects_safety", "activated", "flawed_or_near_expiry", "hygiene"):
    add(
        "return.seven_day",
        "jd",
        NOW,
        seven(at("2026-03-01 10:00"), at("2026-03-02 10:00"), category),
        {"eligible": True, "reasons": ["in_time", "exclusion_not_confirmed"]},
    )
    add(
        "return.seven_day",
        "jd",
        NOW,
        seven(at("2026-03-01 10:00"), at("2026-03-09 10:00"), category, False, **{"claim.excluded_confirmed": True}),
        {"eligible": False, "reasons": ["late", "not_intact", "category_excluded"]},
    )
add(
    "return.seven_day",
    "taobao",
    NOW,
    seven(at("2026-03-01 10:00"), at("2026-03-02 10:00"), **{"goods.used": True, "goods.opened": True}),
    {"eligible": True, "reasons": ["in_time"]},
)
add(
    "return.seven_day",
    "o2o_platform",
    NOW,
    seven(at("2026-03-01 10:00"), at("2026-03-02 10:00"), "hygiene"),
    OK,
    ("o2o.return.excluded_hygiene", "void"),
)
add(
    "return.seven_day",
    "shop",
    NOW,
    seven(at("2026-03-01 10:00"), at("2026-03-02 10:00"), **{"goods.used": True}),
    OK,
    ("shop.return.not_over_7d_used", "void"),
)

# Freight.
for platform, as_of in (("tmall", OLD), ("tmall", NOW), ("taobao", NOW), ("o2o_platform", NOW)):
    for reason in ("seven_day", "other"):
        add(
            "return.freight",
            platform,
            as_of,
            {"claim.reason": reason, "order.free_shipping": True},
            {"outbound": "seller", "return": "buyer"},
        )
        add(
            "return.freight",
            platform,
            as_of,
            {"claim.reason": reason, "order.free_shipping": False},
            {"outbound": "buyer", "return": "buyer"},
        )
        add(
            "return.freight",
            platform,
            as_of,
            {"claim.reason": reason, "order.free_shipping": True, "order.breaks_free_shipping": True},
            {"outbound": "buyer", "return": "buyer"},
        )
    for reason in (
        "damaged",
        "counterfeit",
        "not_received",
        "late_shipment",
        "out_of_stock",
        "quality",
        "wrong_item",
        "missing_item",
        "mismatch",
    ):
        for free in (True, False):
            add(
                "return.freight",
                platform,
                as_of,
                {"claim.reason": reason, "order.free_shipping": free},
                {"outbound": "seller", "return": "seller"},
            )
add(
    "return.freight",
    "o2o_platform",
    NOW,
    {"claim.reason": "seven_day", "order.free_shipping": True},
    {"outbound": "seller"},
    ("o2o.return.personal_buyer", "authority"),
)

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

# Metrics.
for users, effective, rate, fine in (
    (100, 49, 0.49, 1000),
    (100, 50, 0.5, 0),
    (99, 0, 0, 0),
    (0, 0, None, 0),
    (3, 1, 0.3333, 0),
    (6, 4, 0.6667, 0),
    (20001, 10000, 0.5, 1000),
):
    add(
        "metric.effective_reply",
        "pdd",
        NOW,
        {"users": users, "effective_users": effective},
        {"rate": rate, "fine": fine},
    )
add(
    "metric.effective_reply",
    "pdd",
    "2016-05-04T23:59:59+08:00",
    {"users": 100, "effective_users": 1},
    {"rate": None, "fine": None},
)
add(
    "metric.effective_reply",
    "pdd",
    "2016-05-05T00:00:00+08:00",
    {"users": 100, "effective_users": 1},
    {"rate": 0.01, "fine": 1000},
)
for sent, replied, counted, effective in (
    ("08:00:00", "09:00:00", 1, True), ("08:00:00", "09:00:01", 1, False), ("07:59:59", None, 0, False),
    ("23:00:00", "23:59:59", 1, True), ("23:00:01", "23:00:02", 0, False), ("12:00:00", None, 1, False),
):  # fmt: skip
    add(
        "metric.effective_user",
        "pdd",
        NOW,
        {"messages": [{"at": at(f"2026-03-04 {sent}"), "replied_at": replied and at(f"2026-03-04 {replied}")}]},
        {"counted": counted, "effective": effective},
    )
add("metric.refund_rate", "tmall", OLD, {"refund_requests": 1, "paid_orders": 8}, {"rate": 0.125})
add("metric.refund_rate", "tmall", OLD, {"refund_requests": 0, "paid_orders": 0}, {"rate": None})
add("metric.dispute_rate", "tmall", OLD, {"interventions": 2, "paid_orders": 30000}, {"rate": 0.0001})
WEEK = {"conversations": 3, "replied_in_3min": 2, "ratings": 0, "good_ratings": 0}
for as_of, assessed, rate in (
    ("2022-11-23T23:59:59", None, None),
    ("2022-11-24T00:00:00", False, 0.6667),
    ("2022-11-27T23:59:59", False, 0.6667),
    ("2022-11-28T00:00:00", True, 0.6667),
):
    add(
        "metric.weekly_service",
        "kuaishou",
        as_of + "+08:00",
        WEEK,
        {"assessed": assessed, "reply_rate_3min": rate, "good_review_rate": None},
    )
add("appeal.due", "taobao", NOW, {"complained_at": at("2026-03-01 12:00")}, {"appeal_by": at("2026-03-08 12:00")})

# The shop's own rules.
for kind, price, low, high, most in (
    ("usable", 20, 2, 2, 10), ("leak", 10.55, 2, 2, 5.27), ("usable", 3, 1.5, 1.5, 1.5), ("leak", 0.01, 0, 0, 0),
    ("unusable", 19.9, 19.9, 19.9, 19.9), ("scratch", 20, 1, 2, 2), ("cosmetic", 20, 1, 2, 2),
):  # fmt: skip
    add(
        "shop.goodwill",
        "shop",
        NOW,
        {"damage.kind": kind, "damage.price": price},
        {"offer_min": low, "offer_max": high, "ceiling": most},
    )
FINES = {"no_honorific": 10, "short_reply": 10, "slow_reply": 20, "no_away_status": 20, "no_recommendation": 10,
         "unverified_order": 10, "quarrel": 100, "no_follow_up": 20, "slow_refund": 30, "no_handover": 30}  # fmt: skip
for lapse, fine in FINES.items():
    add("shop.reception_fine", "shop", NOW, {"lapses": {lapse: 3}}, {"fine": 3 * fine})
add("shop.reception_fine", "shop", NOW, {"lapses": dict.fromkeys(FINES, 1)}, {"fine": sum(FINES.values())})
add("shop.reception_fine", "shop", NOW, {"lapses": {}}, {"fine": 0})
for situation, colour in (("clean", "red"), ("address_or_carrier", "yellow"), ("return_or_exchange", "green"), ("merged", "blue"),
                          ("delayed_or_out_of_stock", "purple"), ("void", "gray")):  # fmt: skip
    add("order.flag", "shop", NOW, {"flag.situation": situation}, {"colour": colour})
for basket, distance, hour, fee, day in ((50, 20, "15:59:59", 0, "same_day"), (49.99, 3, "16:00:00", 10, "next_day"), (10, 4, "10:00:00", 12, "same_day"),
                                         (10, 3.01, "10:00:00", None, "same_day"), (10, 0.5, "10:00:00", 10, "same_day"),
                                         (50, 3.5, "10:00:00", 0, "same_day")):  # fmt: skip
    add(
        "delivery.fee",
        "o2o_platform",
        NOW,
        {"basket": basket, "distance_km": distance, "ordered_at": at(f"2026-03-04 {hour}")},
        {"fee": fee, "day": day},
    )
for weight, lane, charged, fee in ((299.99, "jzhw", False, 0), (300, "jzhw", True, 50), (399.9, "jzhw", True, 50), (400, "jzhw", True, 100),
                                   (500, "jzhw", True, 150),
                                   (699.99, "jzhw", True, 200), (700, "jzhw", True, None), (99.9, "outer", False, 0), (100, "outer", True, None)):  # fmt: skip
    add("courier.bulk_surcharge", "general", NOW, {"weight_kg": weight, "lane": lane}, {"charged": charged, "fee": fee})
for months, paid, refund in (
    (5, 6000.01, 6000),
    (5, 6000, 6000),
    (12, 6000, 0),
    (5, 2500, 3500),
    (5, 2500.01, 6000),
    (1, 0, 5500),
    (12, 6000.01, 6000),
    (11, 5500, 500),
):
    add("entry.annual_fee_refund", "tmall", OLD, {"months_served": months, "commission_paid": paid}, {"refund": refund})
for score, right, total, passed in ((60, 20, 20, True), (59.99, 20, 20, False), (100, 19, 20, False), (60, 0, 0, True)):
    add(
        "exam.shop_opening",
        "taobao",
        NOW,
        {"score": score, "basic_right": right, "basic_total": total},
        {"passed": passed},
    )


@pytest.mark.parametrize(("ask", "platform", "as_of", "flat", "answer", "lost"), ROWS)
def test_the_table_is_answered(
    rulebook: Rulebook,
    ask: str,
    platform: str,
    as_of: str,
    flat: dict[str, Any],
    answer: dict[str, Any],
    lost: tuple[tuple[str, str], ...],
) -> None:
    decision = rulebook.decide(ask, platform=platform, as_of=as_of, facts=nested(flat))
    assert {key: decision.answer[key] for key in answer} == answer
    assert set(lost) <= {(each.rule, each.reason) for each in decision.overridden}
    if all(value is None for value in decision.answer.values()):
        assert decision.because == () or ask in ("trade.auto_confirm", "metric.refund_rate")
    else:
        assert decision.because or ask == "shop.reception_fine" or decision.answer == {"refund": 0}


def test_every_row_of_the_table_is_asked() -> None:
    asked = {param.values[0] for param in ROWS}
    assert len(asked) == 39


NEEDED = {
    "trade.unpaid_close": ["order.created_at"],
    "refund.seller_silent": ["claim.filed_at", "claim.needs_return"],
    "dispute.outcome": [
        "goods.used",
        "goods.intact",
        "dispute.issue",
        "dispute.buyer_evidence",
        "dispute.seller_evidence",
        "dispute.expert_report",
    ],
    "return.seven_day": ["order.signed_at", "order.category", "goods.intact", "claim.filed_at"],
    "shipping.compensation": ["order.amount", "order.paid_at", "order.kind", "claim.reason"],
    "evidence.receipt": ["evidence.signed_by", "evidence.offered"],
    "shop.reception_fine": ["lapses"],
    "exam.shop_opening": ["score", "basic_right", "basic_total"],
}


@pytest.mark.parametrize("ask", NEEDED)
def test_every_missing_fact_is_named_at_once(rulebook: Rulebook, ask: str) -> None:
    with pytest.raises(MissingFacts) as failure:
        rulebook.decide(
            ask, platform=rulebook.decisions[ask].platforms[0], as_of=NOW, facts={"order": None, "claim": {}}
        )
    assert sorted(failure.value.missing) == sorted(NEEDED[ask])


@pytest.mark.parametrize("kind", ["presale", "custom"])
def test_a_presale_without_its_promise_is_missing_it(rulebook: Rulebook, kind: str) -> None:
    for ask, more in (
        ("shipping.deadline", {}),
        ("shipping.compensation", {"order.amount": 1, "claim.reason": "late_shipment"}),
    ):
        with pytest.raises(MissingFacts) as failure:
            rulebook.decide(ask, platform="tmall", as_of=OLD, facts=nested(order(kind) | more))
        assert failure.value.missing == ("order.promised_ship_at",)


def test_a_certificate_needs_to_say_its_seal(rulebook: Rulebook) -> None:
    facts = {"evidence": {"signed_by": "third_party", "offered": ["chat_admission", "third_party_certificate"]}}
    with pytest.raises(MissingFacts) as failure:
        rulebook.decide("evidence.receipt", platform="tmall", as_of=OLD, facts=facts)
    assert failure.value.missing == ("evidence.seal",)


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("compensation.fraud", "taobao", {"order": {"amount": -1}}, "负数"),
    ("compensation.fraud", "taobao", {"order": {"amount": True}}, "不是数"),
    ("compensation.fraud", "taobao", {"order": {"amount": float("nan")}}, "NaN"),
    ("compensation.fraud", "taobao", {"order": {"amount": float("inf")}}, "无穷大"),
    ("compensation.fraud", "taobao", {"order": {"amount": "1.234"}}, "两位小数"),
    ("compensation.fraud", "taobao", {"order": {"amount": 1e13}}, "一万亿"),
    ("compensation.fraud", "taobao", {"order": {"amout": 1}}, "是不是「order.amount」"),
    ("compensation.fraud", "taobao", {"order.amount": 1}, "不认识"),
    ("compensation.fraud", "taobao", {"order": 5}, "对象"),
    ("compensation.fraud", "taobao", {"basket": 1, "nonsense": 1}, "nonsense"),
    ("penalty.late_shipment", "douyin", {"occurrences": 1.5}, "不是整数"),
    ("penalty.discipline", "shop", {"discipline": {"offence": 4}}, "1 到 3"),
    ("entry.annual_fee_refund", "tmall", {"months_served": 0, "commission_paid": 1}, "1 到 12"),
    ("metric.effective_reply", "pdd", {"users": 1, "effective_users": 2}, "不能多于"),
    ("shop.reception_fine", "shop", {"lapses": {"quarel": 1}}, "是不是「quarrel」"),
    ("shop.reception_fine", "shop", {"lapses": {"quarrel": -1}}, "负数"),
    ("trade.unpaid_close", "taobao", {"order": {"created_at": "2026-03-01T10:00:00"}}, "没有时区"),
    ("trade.unpaid_close", "taobao", {"order": {"created_at": "2026-02-30T10:00:00+08:00"}}, "不是真实的时刻"),
    ("trade.unpaid_close", "taobao", {"order": {"created_at": 5}}, "不是时刻"),
    ("return.refund_due", "jd", {"goods_received_at": "2026-03-01"}, "不是时刻"),
    ("order.flag", "shop", {"flag": {"situation": "clear"}}, "是不是「clean」"),
    ("evidence.receipt", "tmall", {"evidence": {"offered": "signed_slip"}}, "不是列表"),
    ("order.flag", "tmall", {}, "可用：shop"),
    ("order.flag", "weixin", {}, "没有「weixin」这个平台"),
    ("order.flags", "shop", {}, "是不是「order.flag」"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "platform", "facts", "words"), REFUSED)
def test_a_wrong_question_is_told_what_is_allowed(
    rulebook: Rulebook, ask: str, platform: str, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(QuestionError) as failure:
        rulebook.decide(ask, platform=platform, as_of=NOW, facts=facts)
    assert words in failure.value.message


def test_an_error_comes_before_missing_facts(rulebook: Rulebook) -> None:
    with pytest.raises(QuestionError):
        rulebook.decide("shipping.deadline", platform="tmall", as_of=NOW, facts={"order": {"kind": "wrong"}})


def test_a_known_fact_that_is_not_read_is_ignored(rulebook: Rulebook) -> None:
    decision = rulebook.decide(
        "compensation.fraud", platform="jd", as_of=NOW, facts={"order": {"amount": 300, "kind": "normal"}, "basket": 1}
    )
    assert decision.answer == {"amount": 900}


def test_a_deadline_beyond_the_known_notices_says_that_it_is_estimated(rulebook: Rulebook) -> None:
    facts = {"request": {"kind": "complaint_close", "at": at("2026-12-28 10:00")}}
    assert rulebook.decide("service.respond_by", platform="tmall", as_of=NOW, facts=facts).estimated
    facts = {"request": {"kind": "complaint_close", "at": at("2026-12-21 10:00")}}
    assert not rulebook.decide("service.respond_by", platform="tmall", as_of=NOW, facts=facts).estimated

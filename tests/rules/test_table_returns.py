"""The table of decisions: the seven days, refund and freight; written from the contract, not from the rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.table import ALL, NOW, OLD, Rows, at, check_row
from trainer.rules import Rulebook

ROWS = Rows()
add = ROWS.add

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


@pytest.mark.parametrize(("ask", "platform", "as_of", "flat", "answer", "lost"), ROWS)
def test_the_table_is_answered(
    rulebook: Rulebook, ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], lost: tuple[tuple[str, str], ...]
) -> None:
    check_row(rulebook, (ask, platform, as_of, flat, answer, lost))

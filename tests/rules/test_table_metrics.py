"""The table of decisions: metrics, the shop, delivery, fees, the exam; written from the contract, not from the rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.table import NOW, OLD, Rows, at, check_row
from trainer.rules import Rulebook

ROWS = Rows()
add = ROWS.add

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
    rulebook: Rulebook, ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], lost: tuple[tuple[str, str], ...]
) -> None:
    check_row(rulebook, (ask, platform, as_of, flat, answer, lost))

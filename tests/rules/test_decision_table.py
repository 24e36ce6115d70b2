"""The table of decisions as a whole: every row is asked, what is missing or wrong is told; rows stand in test_table_*.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules import test_table_metrics, test_table_returns, test_table_shipping, test_table_timers
from tests.rules.table import NOW, OLD, at, nested
from trainer.rules import MissingFacts, QuestionError, Rulebook

FILES = (test_table_metrics, test_table_returns, test_table_shipping, test_table_timers)


def test_every_row_of_the_table_is_asked() -> None:
    assert len({param.values[0] for file in FILES for param in file.ROWS}) == 39


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
            rulebook.decide(ask, platform="tmall", as_of=OLD, facts=nested(test_table_shipping.order(kind) | more))
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

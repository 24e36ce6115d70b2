"""Cases of an audit by the contract alone: what it found, and boundaries worked out by hand."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from trainer.rules import Problem, QuestionError, Rulebook, RulebookError
from trainer.rules.calendar import read_year
from trainer.rules.vocabulary import PLATFORMS

ROOT = Path(__file__).resolve().parents[2]
RULE = """\
rules:
- id: tmall.test.one
  title: 测试规则
  platforms: [tmall]
  topic: shipping_promise
  kind: deadline
  authority: platform_rule
  standing: decides
  decides: [shipping.deadline.ship_by]
  figures:
    wait: [{value: 48, unit: hours}]
  then: {ship_by: order.paid_at + figure.wait}
  statement: 付款后{{#wait}}内发货。
  explain: 付款后{{#wait}}内发货,最晚 {{answer.ship_by}}。
  examples:
  - {why: 普通, as_of: 2026-01-01T00:00:00+08:00, facts: {order: {kind: normal}}}
  source: {document: 测试, section: 第一条}
  currency: {status: unchecked}
"""


def load(folder: Path, text: str | bytes) -> Rulebook:
    book = folder / "rulebook"
    (book / "tmall").mkdir(parents=True)
    shutil.copy(ROOT / "question_bank" / "rulebook" / "decisions.yaml", book)
    (book / "tmall" / "shipping_promise.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Rulebook.load(book)


NOW = "2026-01-10T10:00:00+08:00"
SIGNED = {
    "order": {"category": "general", "signed_at": "2026-03-01T10:00:00+08:00"},
    "claim": {"filed_at": "2026-03-08T23:59:59.9+08:00"},
    "goods": {"intact": True},
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_counting_by_full_days_is_overridden_since_2017_on_every_platform(rulebook: Rulebook, platform: str) -> None:
    decision = rulebook.decide("return.seven_day", platform=platform, as_of=NOW, facts=SIGNED)
    assert decision.answer["deadline"] == "2026-03-08T23:59:59+08:00"
    assert decision.answer["eligible"] is True
    lost = {each.rule: (each.by, each.reason) for each in decision.overridden}
    if platform == "tmall":
        assert lost["tmall.seven_day.exact_168h"] == ("law.return.count_from_next_day", "authority")
        assert "law.return.article25_count" not in lost
    else:
        assert lost["law.return.article25_count"] == ("law.return.count_from_next_day", "later")


@pytest.mark.parametrize(
    ("shop", "deadline", "decider"),
    [
        ("mianxi-home", "2026-03-16T23:59:59+08:00", "shop.mianxi_home.return_window"),
        ("bottle-home", "2026-03-08T23:59:59+08:00", "law.return.count_from_next_day"),
        (None, "2026-03-08T23:59:59+08:00", "law.return.count_from_next_day"),
    ],
)
def test_a_better_promise_of_the_named_shop_stands(
    rulebook: Rulebook, shop: str | None, deadline: str, decider: str
) -> None:
    decision = rulebook.decide("return.seven_day", platform="tmall", as_of=NOW, facts={**SIGNED, "shop": shop})
    assert decision.answer["deadline"] == deadline
    assert decision.because[0].rule == decider


@pytest.mark.parametrize("owed", [True, False])
def test_a_shop_that_ships_later_than_it_promised_owes_the_compensation(rulebook: Rulebook, owed: bool) -> None:
    order = {"amount": 100, "kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}
    order["shipped_at"] = "2026-01-02T00:00:00+08:00" if owed else "2026-01-01T23:59:59.5+08:00"
    facts = {"shop": "bottle-home", "order": order, "claim": {"reason": "late_shipment"}}
    answer = rulebook.decide("shipping.compensation", platform="tmall", as_of=NOW, facts=facts).answer
    assert (answer["owed"], answer["amount"]) == (owed, 30 if owed else 0)


@pytest.mark.parametrize(
    ("by", "loser"),
    [("self", "tmall.evidence.nonreceipt_self_signed"), ("third_party", "tmall.evidence.nonreceipt_third_party")],
)
def test_the_lists_that_lose_to_one_proof_in_three_are_named(rulebook: Rulebook, by: str, loser: str) -> None:
    facts = {"evidence": {"signed_by": by, "offered": ["chat_admission", "dispatch_slip"]}}
    decision = rulebook.decide("evidence.receipt", platform="tmall", as_of=NOW, facts=facts)
    assert decision.answer == {"sufficient": True, "accepted": ["chat_admission", "dispatch_slip"], "rejected": []}
    assert [(each.rule, each.by) for each in decision.overridden] == [(loser, "tmall.evidence.any_one_of_three")]


def test_a_fact_named_with_its_dot_is_told_how_to_nest(rulebook: Rulebook) -> None:
    with pytest.raises(QuestionError) as failure:
        rulebook.decide("compensation.fraud", platform="tmall", as_of=NOW, facts={"order.amount": 5})
    assert '分层写成 {"order": {"amount": …}}' in failure.value.message
    assert "是不是" not in failure.value.message


def beats(rule: str, reason: str = "special", when: str = "") -> str:
    condition = f", when: {when}" if when else ""
    return f"  beats:\n  - {{rule: {rule}, slot: shipping.deadline.ship_by, reason: {reason}{condition}}}\n  figures:"


def pair(first: str, second: str) -> str:
    other = RULE.removeprefix("rules:\n").replace("tmall.test.one", "tmall.test.two")
    return RULE.replace("  figures:", first) + other.replace("  figures:", second)


def test_rules_that_beat_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as failure:
        load(tmp_path, pair(beats("tmall.test.two"), beats("tmall.test.one")))
    (problem,) = failure.value.problems
    assert (problem.file, problem.line) == ("tmall/shipping_promise.yaml", 10)
    assert "tmall.test.one → tmall.test.two → tmall.test.one" in problem.message


def test_a_rule_that_beats_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="绕成一圈"):
        load(tmp_path, RULE.replace("  figures:", beats("tmall.test.one")))


@pytest.mark.parametrize(
    "second", [beats("tmall.test.one", when="order.kind == 'presale'"), beats("tmall.test.one", "void")]
)
def test_a_condition_or_a_void_promise_settles_which_of_two_goes_first(tmp_path: Path, second: str) -> None:
    assert len(load(tmp_path, pair(beats("tmall.test.two"), second)).rules) == 2


def test_tags_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as failure:
        load(tmp_path, RULE.replace("  title: 测试规则", "  title: !!python/object/apply:os.getcwd []"))
    assert any(each.line == 3 and "标签" in each.message for each in failure.value.problems)


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as failure:
        load(tmp_path, RULE.encode().replace("测试规则".encode(), b"\xb2\xe2"))
    assert [(each.line, "UTF-8" in each.message) for each in failure.value.problems] == [(3, True)]


def test_a_bad_day_of_the_calendar_is_named_with_its_list() -> None:
    problems: list[Problem] = []
    data: dict[str, Any] = {"year": 2026, "title": "通知", "off": ["2026-02-30"], "work": ["2025-01-04"]}
    read_year(data, "calendar/2026.yaml", problems)
    assert [each.message for each in problems] == [
        "off 里的「2026-02-30」不是日期", "work 里的 2025-01-04 不在 2026 年",
    ]  # fmt: skip


BY_HAND = [
    ("service.respond_by", "tmall", {"request": {"kind": "consult", "at": "2026-03-06T15:00:00+08:00"}},
     {"respond_by": "2026-03-09T15:00:00+08:00"}),
    ("service.respond_by", "tmall", {"request": {"kind": "consult", "at": "2026-03-06T17:00:00Z"}},
     {"respond_by": "2026-03-10T00:00:00+08:00"}),
    ("service.respond_by", "tmall", {"request": {"kind": "complaint_close", "at": "2026-02-10T10:00:00+08:00"}},
     {"respond_by": "2026-02-26T23:59:59+08:00"}),
    ("metric.effective_reply", "pdd", {"users": 100001, "effective_users": 50000}, {"rate": 0.5, "fine": 1000}),
    ("shop.goodwill", "shop", {"damage": {"kind": "leak", "price": "3.99"}},
     {"offer_min": 1.99, "offer_max": 1.99, "ceiling": 1.99}),
    ("entry.annual_fee_refund", "tmall", {"months_served": 4, "commission_paid": 2000}, {"refund": 4000}),
    ("entry.annual_fee_refund", "tmall", {"months_served": 4, "commission_paid": "2000.01"}, {"refund": 6000}),
    ("compensation.counterfeit", "tmall", {"order": {"amount": "49.99"}}, {"amount": 500}),
    ("courier.bulk_surcharge", "general", {"weight_kg": "399.99", "lane": "jzhw"}, {"charged": True, "fee": 50}),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "platform", "facts", "answer"), BY_HAND)
def test_boundaries_worked_out_by_hand(
    rulebook: Rulebook, ask: str, platform: str, facts: dict[str, Any], answer: dict[str, Any]
) -> None:
    assert rulebook.decide(ask, platform=platform, as_of=NOW, facts=facts).answer == answer


def test_a_rule_that_loses_in_any_case_gives_no_terms(rulebook: Rulebook) -> None:
    ask = "return.seven_day"
    assert {term.rule for term in rulebook.terms(ask, "tmall", NOW)} == {"law.return.count_from_next_day"}
    older = {term.rule for term in rulebook.terms(ask, "tmall", "2016-01-01T00:00:00+08:00")}
    assert older == {"tmall.seven_day.exact_168h", "tmall.seven_day.date_only"}
    special = rulebook.terms("shipping.deadline", "tmall", NOW, {"order": {"kind": "juhuasuan"}})
    assert {term.rule for term in special} == {"tmall.shipping.juhuasuan_7d"}


def test_a_promise_that_is_better_only_in_some_cases_leaves_the_rule_among_the_terms(rulebook: Rulebook) -> None:
    terms = rulebook.terms("return.seven_day", "tmall", NOW, {"shop": "mianxi-home"})
    assert {(term.value, term.rule) for term in terms} == {
        (7, "law.return.count_from_next_day"),
        (15, "shop.mianxi_home.return_window"),
    }


def test_shops_that_have_no_rules_take_no_memory(rulebook: Rulebook) -> None:
    epoch = rulebook.plan("return.seven_day", "jd").epoch(datetime.fromisoformat(NOW))
    rulebook.decide("return.seven_day", platform="jd", as_of=NOW, facts=SIGNED)
    before = len(epoch._memory)
    for number in range(50):
        rulebook.decide("return.seven_day", platform="jd", as_of=NOW, facts={**SIGNED, "shop": f"shop-{number}"})
    assert len(epoch._memory) == before

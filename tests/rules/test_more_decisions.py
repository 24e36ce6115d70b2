"""Decisions beyond the table: JD's clocks and payments, Taobao's pauses, and periods that the law sets for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from trainer.rules import MissingFacts, QuestionError, Rulebook
from trainer.rules.functions import FUNCTIONS

NOW = "2026-11-21T10:00:00+08:00"


def at(text: str) -> str:
    day, clock = text.split(" ")
    return f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}+08:00"


def answer(rulebook: Rulebook, ask: str, platform: str, facts: Mapping[str, Any], as_of: str = NOW) -> Mapping[str, Any]:
    return rulebook.decide(ask, platform=platform, as_of=as_of, facts=facts).answer


CLOCKS = [
    ("dispute.reply_due", {"dispute": {"received_at": at("2026-02-28 23:00")}}, {"reply_by": at("2026-03-01 23:00")}),
    ("dispute.execute_due", {"dispute": {"judged_at": at("2026-10-01 00:00")}}, {"execute_by": at("2026-10-02 00:00")}),
    ("quality.review_due", {"dispute": {"judged_at": at("2026-07-03 20:00")}}, {"review_by": at("2026-07-05 20:00")}),
    ("appeal.dispute_due", {"dispute": {"closed_at": at("2026-07-01 00:00")}}, {"appeal_by": at("2026-07-08 23:59:59")}),
    ("appeal.dispute_due", {"dispute": {"closed_at": at("2026-07-02 00:00")}}, {"appeal_by": at("2026-07-09 23:59:59")}),
    ("appeal.payout_due", {"payout": {"notified_at": at("2026-07-01 08:30")}}, {"appeal_by": at("2026-07-08 08:30")}),
    (
        "crisis.due",
        {"crisis": {"notified_at": at("2026-12-30 23:00")}},
        {
            "feedback_by": at("2026-12-31 01:00"),
            "finding_by": at("2026-12-31 11:00"),
            "plan_by": at("2026-12-31 23:00"),
            "material_by": at("2027-01-02 23:59:59"),
        },
    ),
    (
        "intervention.window",
        {"claim": {"filed_at": at("2026-07-01 10:00"), "rejected_at": at("2026-07-02 00:00")}},
        {"opens_at": at("2026-07-02 10:00"), "closes_at": at("2026-07-17 23:59:59")},
    ),
    (
        "intervention.window",
        {"claim": {"filed_at": at("2026-07-01 10:00")}},
        {"opens_at": at("2026-07-02 10:00"), "closes_at": None},
    ),
    (
        "repair.remedy",
        {"repair": {"received_at": at("2026-07-01 10:00"), "failed_times": 1, "finished_at": at("2026-07-31 10:00")}},
        {"repair_by": at("2026-07-31 10:00"), "may_change": False, "reship_by": None},
    ),
    (
        "repair.remedy",
        {"repair": {"received_at": at("2026-11-01 10:00"), "failed_times": 0}},
        {"repair_by": at("2026-12-01 10:00"), "may_change": False},
    ),
    ("repair.remedy", {"repair": {"received_at": at("2026-10-01 10:00"), "failed_times": 0}}, {"may_change": True}),
]


@pytest.mark.parametrize(("ask", "facts", "wanted"), CLOCKS)
def test_the_clocks_of_jd_run_to_the_second(
    rulebook: Rulebook, ask: str, facts: dict[str, Any], wanted: dict[str, Any]
) -> None:
    found = answer(rulebook, ask, "jd", facts)
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-07-04 00:00", "2026-07-04 13:00"),
        ("2026-07-04 08:59:59", "2026-07-04 13:00"),
        ("2026-07-04 09:00", "2026-07-04 13:00"),
        ("2026-07-04 10:00", "2026-07-04 14:00"),
        ("2026-07-04 14:00", "2026-07-04 18:00"),
        ("2026-07-04 14:00:01", "2026-07-05 09:00:01"),
        ("2026-07-04 14:01", "2026-07-05 09:01"),
        ("2026-07-04 18:00", "2026-07-05 13:00"),
        ("2026-07-04 18:00:01", "2026-07-05 13:00"),
        ("2026-12-31 23:59:59", "2027-01-01 13:00"),
    ],
)
def test_four_hours_for_more_evidence_run_from_nine_to_six(rulebook: Rulebook, asked: str, due: str) -> None:
    found = answer(rulebook, "evidence.supplement_due", "jd", {"evidence": {"requested_at": at(asked)}})
    assert found == {"due_by": at(due)}


@pytest.mark.parametrize(
    ("group", "visible", "notify", "submit"),
    [
        ("portable_digital", True, None, "2026-07-03 10:00"),
        ("portable_digital", False, None, "2026-07-04 10:00"),
        ("fixed_digital", True, None, "2026-07-04 10:00"),
        ("fixed_digital", False, None, "2026-07-04 10:00"),
        ("apparel", True, "2026-07-03 10:00", "2026-07-16 23:59:59"),
        ("watches", False, "2026-07-03 10:00", "2026-07-16 23:59:59"),
        ("precious_metal", True, "2026-07-03 10:00", "2026-07-16 23:59:59"),
        ("home", True, None, "2026-07-16 10:00"),
        ("ceramic", True, None, "2026-07-08 10:00"),
    ],
)
def test_a_flaw_is_reported_in_the_time_of_its_goods(
    rulebook: Rulebook, group: str, visible: bool, notify: str | None, submit: str
) -> None:
    facts = {"goods": {"group": group}, "flaw": {"visible": visible}, "order": {"signed_at": at("2026-07-01 10:00")}}
    found = answer(rulebook, "flaw.report", "jd", facts)
    assert found == {"notify_by": at(notify) if notify else None, "submit_by": at(submit)}


@pytest.mark.parametrize(
    ("group", "filed", "may"),
    [
        ("shoes", "2026-07-08 23:59:59", ["return", "exchange", "repair"]),
        ("shoes", "2026-07-09 00:00", ["exchange", "repair"]),
        ("bags", "2026-07-16 23:59:59", ["exchange", "repair"]),
        ("bags", "2026-07-17 00:00", ["repair"]),
        ("shoes", "2026-10-29 23:59:59", ["repair"]),
        ("shoes", "2026-10-30 00:00", []),
        ("precious_metal", "2026-07-03 10:00", ["return", "exchange", "repair"]),
        ("precious_metal", "2026-07-03 10:00:01", ["exchange", "repair"]),
        ("precious_metal", "2026-07-08 10:00:01", ["repair"]),
        ("precious_metal", "2026-07-17 00:00", []),
        ("other_jewelry", "2026-07-08 10:00", ["return", "exchange", "repair"]),
        ("other_jewelry", "2026-07-16 10:00", ["exchange", "repair"]),
    ],
)
def test_what_bad_quality_gives_shrinks_step_by_step(rulebook: Rulebook, group: str, filed: str, may: list[str]) -> None:
    facts = {
        "goods": {"group": group},
        "order": {"signed_at": at("2026-07-01 10:00")},
        "claim": {"filed_at": at(filed)},
    }
    assert answer(rulebook, "quality.remedies", "jd", facts)["may"] == may


def test_goods_without_a_rule_of_their_own_get_no_answer(rulebook: Rulebook) -> None:
    facts = {"goods": {"group": "home"}, "order": {"signed_at": at("2026-07-01 10:00")}}
    decision = rulebook.decide("quality.warranty", platform="jd", as_of=NOW, facts=facts)
    assert decision.answer == {"ends_at": None}
    assert decision.because == ()


PAYMENTS = [
    ("compensation.unclear_page", {"order": {"amount": "1999.99"}}, {"amount": 200}),
    ("compensation.unclear_page", {"order": {"amount": "1999.94"}}, {"amount": 199.99}),
    ("compensation.unclear_page", {"order": {"amount": 2000}}, {"amount": 200}),
    ("compensation.unclear_page", {"order": {"amount": "2000.01"}}, {"amount": 200}),
    ("compensation.unclear_page", {"order": {"amount": 0}}, {"amount": 0}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": "0.01"}}, {"rate": 0.1, "amount_max": 8}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": 30}}, {"rate": 0.3, "amount_max": 24}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": "30.01"}}, {"rate": 0.5, "amount_max": 40}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": 50}}, {"rate": 0.5, "amount_max": 40}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": "50.01"}}, {"rate": 0.7, "amount_max": 56}),
    ("compensation.fresh", {"order": {"amount": 80}, "damage": {"share": 100}}, {"rate": 1, "amount_max": 80}),
    (
        "compensation.aquatic_size",
        {"order": {"amount": 99}, "size_gap": 5},
        {"owed": False, "may_return": False, "amount_min": 0},
    ),
    (
        "compensation.aquatic_size",
        {"order": {"amount": 99}, "size_gap": "29.99"},
        {"owed": True, "may_return": False, "amount_min": 19.8},
    ),
    (
        "compensation.aquatic_size",
        {"order": {"amount": 99}, "size_gap": 30},
        {"owed": True, "may_return": True, "amount_min": 49.5},
    ),
    (
        "compensation.missing_gift",
        {"gift": {"has_sku": True, "price": "30.01"}, "order": {"main_amount": 100}},
        {"cap": 30, "amount": 30, "beans_min": None},
    ),
    (
        "compensation.missing_gift",
        {"gift": {"has_sku": False}, "order": {"main_amount": 100}},
        {"cap": 50, "amount": None, "beans_min": 500},
    ),
    (
        "compensation.missing_gift",
        {"gift": {"has_sku": False, "declared_value": 80}, "order": {"main_amount": 100}},
        {"cap": None, "amount": 80, "beans_min": 0},
    ),
    ("metric.intervention_rate", {"dispute_orders": 2, "valid_orders": 3}, {"rate": 0.6667}),
    ("metric.intervention_rate", {"dispute_orders": 0, "valid_orders": 0}, {"rate": None}),
]


@pytest.mark.parametrize(("ask", "facts", "wanted"), PAYMENTS)
def test_what_jd_makes_the_seller_pay_changes_at_its_steps(
    rulebook: Rulebook, ask: str, facts: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert answer(rulebook, ask, "jd", facts) == wanted


def test_a_gift_with_a_price_of_its_own_needs_that_price(rulebook: Rulebook) -> None:
    with pytest.raises(MissingFacts) as failure:
        answer(rulebook, "compensation.missing_gift", "jd", {"gift": {"has_sku": True}, "order": {"main_amount": 100}})
    assert failure.value.missing == ("gift.price",)


def test_a_share_above_the_whole_is_refused(rulebook: Rulebook) -> None:
    with pytest.raises(QuestionError, match=r"damage\.share"):
        answer(rulebook, "compensation.fresh", "jd", {"order": {"amount": 80}, "damage": {"share": "100.01"}})


@pytest.mark.parametrize(
    ("reason", "started", "due"),
    [
        ("negotiate", "2026-07-01 10:00", "2026-07-31 10:00"),
        ("case_proof", "2026-07-03 10:00", "2026-07-14 23:59:59"),
        ("case_proof", "2026-09-30 10:00", "2026-10-15 23:59:59"),
        ("police", "2026-07-15 10:00", "2027-01-15 23:59:59"),
        ("police", "2027-08-31 10:00", "2028-02-29 23:59:59"),
    ],
)
def test_a_paused_dispute_goes_on_in_time(rulebook: Rulebook, reason: str, started: str, due: str) -> None:
    facts = {"pause": {"reason": reason, "started_at": at(started)}}
    assert answer(rulebook, "dispute.resume", "taobao", facts) == {"due_by": at(due)}


@pytest.mark.parametrize("platform", ["taobao", "tmall", "jd", "pdd", "douyin", "kuaishou"])
def test_six_months_of_proof_rest_on_the_seller_everywhere(rulebook: Rulebook, platform: str) -> None:
    order = {"signed_at": at("2026-05-31 10:00")}
    for filed, seller in (("2026-11-30 23:59:59", True), ("2026-12-01 00:00", False)):
        facts = {"goods": {"durable": True}, "order": order, "claim": {"filed_at": at(filed)}}
        found = answer(rulebook, "burden.durable", platform, facts)
        assert found == {"until": at("2026-11-30 23:59:59"), "seller_proves": seller}


@pytest.mark.parametrize(
    ("refunded", "overdue", "punishable"),
    [
        ("2026-07-08 23:59:59", False, False),
        ("2026-07-09 00:00", True, False),
        ("2026-07-16 23:59:59", True, False),
        ("2026-07-17 00:00", True, True),
        (None, True, True),
    ],
)
def test_a_late_refund_is_punished_only_after_fifteen_days(
    rulebook: Rulebook, refunded: str | None, overdue: bool, punishable: bool
) -> None:
    facts = {"goods_received_at": at("2026-07-01 10:00"), "refunded_at": at(refunded) if refunded else None}
    decision = rulebook.decide("penalty.refund_overdue", platform="jd", as_of=NOW, facts=facts)
    wanted = {"overdue": overdue, "punished_after": at("2026-07-16 23:59:59"), "punishable": punishable}
    assert decision.answer == wanted
    assert {each.rule for each in decision.because} == {"law.penalty.refuse_return", "law.refund.seven_days"}


@pytest.mark.parametrize(
    ("filed", "rescind", "may"),
    [
        ("2026-07-08 23:59:59", False, ["return"]),
        ("2026-07-09 00:00", False, ["exchange", "repair"]),
        ("2026-07-09 00:00", True, ["return"]),
    ],
)
def test_the_law_gives_a_return_for_seven_days_and_then_exchange_or_repair(
    rulebook: Rulebook, filed: str, rescind: bool, may: list[str]
) -> None:
    claim = {"filed_at": at(filed), "may_rescind": rescind}
    found = answer(
        rulebook, "quality.statutory", "pdd", {"order": {"signed_at": at("2026-07-01 10:00")}, "claim": claim}
    )
    assert found == {"return_by": at("2026-07-08 23:59:59"), "may": may}


def test_the_authority_answers_in_seven_working_days(rulebook: Rulebook) -> None:
    facts = {"complained_at": at("2026-09-30 10:00"), "complaint": {"accepted_at": at("2026-10-08 09:00")}}
    found = answer(rulebook, "complaint.authority_due", "taobao", facts)
    assert found == {"answer_by": at("2026-10-15 23:59:59"), "mediate_by": at("2026-12-07 23:59:59")}


@pytest.mark.parametrize(
    ("price", "limit", "allowed"),
    [
        ({"compared": 99, "lowest_recent": 99}, 99, True),
        ({"compared": "99.01", "lowest_recent": 99, "last_deal": 150}, 99, False),
        ({"compared": 150, "last_deal": 150}, 150, True),
        ({"compared": 1, "lowest_recent": 0}, 0, False),
    ],
)
def test_a_crossed_out_price_is_no_higher_than_a_real_one(
    rulebook: Rulebook, price: dict[str, Any], limit: int, allowed: bool
) -> None:
    assert answer(rulebook, "price.compare_limit", "taobao", {"price": price}) == {"limit": limit, "allowed": allowed}


def test_a_crossed_out_price_needs_one_real_price(rulebook: Rulebook) -> None:
    with pytest.raises(MissingFacts) as failure:
        answer(rulebook, "price.compare_limit", "taobao", {"price": {"compared": 99}})
    assert failure.value.missing == ("price.lowest_recent",)


@pytest.mark.parametrize("gone", ["consented", "identified", "can_refuse"])
def test_a_message_needs_consent_a_name_and_a_way_out(rulebook: Rulebook, gone: str) -> None:
    whole = {"consented": True, "identified": True, "can_refuse": True}
    good = answer(rulebook, "marketing.message", "douyin", {"message": whole})
    assert good == {"allowed": True, "fine_min": 0, "fine_max": 0}
    bad = answer(rulebook, "marketing.message", "douyin", {"message": {**whole, gone: False}})
    assert bad == {"allowed": False, "fine_min": 5000, "fine_max": 30000}


BEGINS = [
    ("dispute.reply_due", "jd", "2025-07-04", {"dispute": {"received_at": at("2025-07-01 10:00")}}),
    ("compensation.unclear_page", "jd", "2026-06-15", {"order": {"amount": 100}}),
    (
        "dispute.resume",
        "taobao",
        "2025-08-15",
        {"pause": {"reason": "negotiate", "started_at": at("2025-08-01 10:00")}},
    ),
    ("price.compare_limit", "jd", "2022-07-01", {"price": {"compared": 10, "last_deal": 10}}),
    ("complaint.authority_due", "jd", "2024-07-01", {"complained_at": at("2024-06-20 10:00")}),
]


@pytest.mark.parametrize(("ask", "platform", "day", "facts"), BEGINS)
def test_a_rule_answers_from_the_first_second_of_its_day(
    rulebook: Rulebook, ask: str, platform: str, day: str, facts: dict[str, Any]
) -> None:
    first = datetime.fromisoformat(f"{day}T00:00:00+08:00")
    before = answer(rulebook, ask, platform, facts, (first - timedelta(seconds=1)).isoformat())
    assert set(before.values()) == {None}
    assert None not in list(answer(rulebook, ask, platform, facts, first.isoformat()).values())[:1]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-07-01", 0, "2026-07-01"),
    ],
)
def test_months_end_with_the_same_day_or_the_last_one(start: str, months: int, end: str) -> None:
    found = FUNCTIONS["months_after"].call(datetime.fromisoformat(f"{start}T10:00:00+08:00"), Decimal(months))
    assert found.isoformat() == f"{end}T23:59:59+08:00"


def test_a_percent_sign_in_a_reason_stands_as_it_is_written(rulebook: Rulebook) -> None:
    facts = {"order": {"amount": "59.90"}, "damage": {"share": "30.50"}}
    decision = rulebook.decide("compensation.fresh", platform="jd", as_of=NOW, facts=facts)
    assert [each.text for each in decision.because] == ["生鲜坏损30.5%，最高退实付的 50%，即 29.95 元。"]


def test_every_reason_of_every_example_is_filled_in(rulebook: Rulebook) -> None:
    """No brace and no placeholder is left over, and no figure is lost."""
    for rule in rulebook.rules.values():
        for example in rule.examples:
            if "missing" in example or rule.standing != "decides":
                continue
            ask = example.get("ask") or rule.decides[0].rpartition(".")[0]
            platform = example.get("platform") or rulebook.decisions[ask].platforms[0]
            if platform not in rulebook.decisions[ask].platforms:
                continue
            decision = rulebook.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"])
            for each in decision.because:
                assert "{{" not in each.text
                assert "%s" not in each.text
                assert "%%" not in each.text

"""Checking rules as published revisions, the work list, and what a shop's own rule may not say."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import rulebook_json
from trainer.bank import Bank
from trainer.bank.shop_rules import shop_flaws
from trainer.errors import InputError
from trainer.models import ContentItem, Release, VariantRow, VariantRule
from trainer.rules import Rulebook
from trainer.services import currency
from trainer.services.currency import Verdict
from trainer.services.publishing import PublishError, load_bank, publish, save_draft
from trainer.services.releases import current_rulebook
from trainer.services.rule_usage import resting_on, usage

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
CHECKED = Verdict("checked", "样例规则（2026 年版）第二节", date(2026, 11, 20))


@pytest.fixture
def small(session: Session, now: datetime) -> Session:
    load_bank(session, Bank.load(SMALL_BANK), now)
    return session


def test_the_list_counts_what_rests_on_each_unchecked_rule(small: Session) -> None:
    rows = currency.work_list(small, current_rulebook(small))
    assert {row.rule.id for row in rows} == {"tmall.late.window", "shop.late.five"}
    assert [row.items for row in rows] == sorted((row.items for row in rows), reverse=True)
    rests = usage(small)
    assert {row.rule.id: row.items for row in rows} == {
        row.rule.id: sum(len(items) for items in rests.get(row.rule.id, {}).values()) for row in rows}


ON_SQLITE = pytest.mark.parametrize("session", ["sqlite"], indirect=True)


@ON_SQLITE
def test_what_rests_on_a_rule_is_found_in_lessons_and_in_keys(small: Session) -> None:
    found = resting_on(small, "tmall.late.pay")
    assert [item.slug for item in found["lesson"]] == ["late"]
    assert {"late.amount", "late.engine", "late.who"} <= {item.slug for item in found["question"]}


def test_a_check_is_a_new_revision_in_a_new_release_that_answers_as_before(small: Session, cast: Cast, now: datetime) -> None:
    facts = {"order": {"paid_at": "2013-06-10T10:00:00+08:00", "kind": "normal"}}
    before = current_rulebook(small).decide("late.deadline", platform="tmall", as_of=now, facts=facts)
    currency.judge(small, ["tmall.late.window"], CHECKED, cast.zhou, now)
    rulebook = current_rulebook(small)
    assert rulebook.badge("tmall.late.window").status == "checked"
    assert rulebook.rules["tmall.late.window"].currency.by == "老周"
    assert rulebook.decide("late.deadline", platform="tmall", as_of=now, facts=facts) == before
    step, = currency.steps(small, "tmall.late.window")
    assert (step.by, step.status, step.revision.no) == ("老周", "checked", 2)


def variants(session: Session, number: int) -> set[tuple[str, str]]:
    """The variants of a release with the rules behind their keys."""
    pairs = select(VariantRow.sha256, VariantRule.rule_id).join(VariantRule, VariantRule.variant_id == VariantRow.id).join(
        Release, Release.id == VariantRow.release_id).where(Release.number == number)
    return {(sha256, rule) for sha256, rule in session.execute(pairs)}


def test_a_check_carries_every_variant_over(small: Session, cast: Cast, now: datetime) -> None:
    currency.judge(small, ["tmall.late.window"], CHECKED, cast.zhou, now)
    assert variants(small, 2) == variants(small, 1) != set()
    assert resting_on(small, "tmall.late.pay")["question"] != []


@ON_SQLITE
def test_a_later_load_of_the_files_keeps_the_check(small: Session, cast: Cast, now: datetime) -> None:
    currency.judge(small, ["tmall.late.window"], CHECKED, cast.zhou, now)
    load_bank(small, Bank.load(SMALL_BANK), now + timedelta(days=1))
    assert current_rulebook(small).badge("tmall.late.window").status == "checked"


@ON_SQLITE
def test_a_withdrawn_rule_decides_no_more_from_its_last_day_on(small: Session, cast: Cast, now: datetime) -> None:
    currency.judge(small, ["tmall.late.window"], Verdict("withdrawn", "", date(2026, 11, 20), "被新规取代", date(2026, 11, 1)), cast.zhou, now)
    rulebook, facts = current_rulebook(small), {"order": {"paid_at": "2026-10-01T10:00:00+08:00", "kind": "normal"}}
    assert rulebook.decide("late.deadline", platform="tmall", as_of="2026-10-31T23:59:59+08:00", facts=facts).answer["ship_by"] is not None
    assert rulebook.decide("late.deadline", platform="tmall", as_of="2026-11-01T00:00:00+08:00", facts=facts).answer["ship_by"] is None


@ON_SQLITE
def test_several_rules_of_one_text_are_one_release(small: Session, cast: Cast, now: datetime) -> None:
    currency.judge(small, ["tmall.late.window", "shop.late.five"], CHECKED, cast.zhou, now)
    assert small.scalars(select(Release.number)).all() == [1, 2]
    assert currency.work_list(small, current_rulebook(small)) == []


@ON_SQLITE
def test_an_incomplete_verdict_publishes_nothing(small: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(InputError) as told:
        currency.judge(small, ["tmall.late.window"], Verdict("checked", "", date(2026, 11, 20)), cast.zhou, now)
    assert told.value.field == "against"
    assert small.scalars(select(Release.number)).all() == [1]


# --- a shop's own rules ---


def shop_rule(**fields: Any) -> dict[str, Any]:
    """A shop's promise on compensation in the small bank."""
    return {
        "id": "shop.own.late", "title": "本店迟发赔付", "platforms": ["tmall"], "scope": "shop:own-shop", "topic": "compensation",
        "kind": "compensation", "authority": "shop_policy", "standing": "decides", "decides": ["late.compensation.amount"],
        "then": {"amount": "order.amount * figure.rate"}, "statement": "本店迟发赔{{#rate}}。", "explain": "本店赔{{#rate}}。",
        "figures": {"rate": [{"value": 50, "unit": "percent"}]}, "source": {"document": "本店承诺", "section": "一"},
        "examples": [{"as_of": "2014-06-20T10:00:00+08:00", "facts": {"shop": "own-shop", "order": {"amount": 100}, "claim": {"reason": "late_shipment"}},
                      "answer": {"amount": 30}}], "currency": {"status": "unchecked"}, **fields}


@ON_SQLITE
def test_a_shops_rule_worse_than_the_platform_is_refused_and_the_rule_named(small: Session, now: datetime) -> None:
    worse = shop_rule(figures={"rate": [{"value": 10, "unit": "percent"}]})
    with pytest.raises(PublishError, match=r"本店迟发赔付.*「迟发赔三成」\(tmall\.late\.pay\)更不利"):
        publish(small, [save_draft(small, "rule", worse, None, now)], "店规", None, now)
    assert "shop.own.late" not in current_rulebook(small).rules
    assert small.scalars(select(ContentItem.published_id).where(ContentItem.slug == "shop.own.late")).one() is None


def promise(slot: str, **then: str) -> dict[str, Any]:
    facts = {"order": {"paid_at": "2026-11-10T10:00:00+08:00", "kind": "normal"}}
    return shop_rule(
        id=f"shop.own.{slot.replace('.', '_')}_{len(str(then))}", figures={}, statement="本店的规定。", explain="本店的规定。", decides=[slot], then=then,
        examples=[{"as_of": "2026-11-20T10:00:00+08:00", "facts": facts, "answer": {}}])


WORSE = [
    (promise("shipping.deadline.ship_by", ship_by="order.paid_at + hours(100)"), "tmall.shipping.normal_72h"),
    (promise("return.freight.return", **{"return": "'buyer'"}), "law.quality.freight_operator"),
    (promise("return.seven_day.eligible", eligible="not goods.opened"), "law.return.seven_day_right"),
]
BETTER = [
    promise("shipping.deadline.ship_by", ship_by="order.paid_at + hours(48)"), promise("return.freight.return", **{"return": "'seller'"}),
    promise("return.seven_day.eligible", eligible="true"),
]


@pytest.fixture(scope="module")
def promises() -> Rulebook:
    """The shipped rulebook with promises of a shop."""
    shipped = json.loads(rulebook_json()[1])
    rules = [*shipped["rules"], *(rule for rule, _ in WORSE), *BETTER]
    return Rulebook.from_json(json.dumps({**shipped, "wording": {}, "rules": rules}, ensure_ascii=False))


@pytest.mark.parametrize(("rule", "named"), WORSE)
def test_a_promise_that_gives_the_buyer_less_is_found(promises: Rulebook, now: datetime, rule: dict[str, Any], named: str) -> None:
    flaw, = shop_flaws(promises, promises.rules[rule["id"]], now)
    assert named in flaw.message


@pytest.mark.parametrize("rule", BETTER)
def test_a_promise_that_is_better_may_stand(promises: Rulebook, now: datetime, rule: dict[str, Any]) -> None:
    assert list(shop_flaws(promises, promises.rules[rule["id"]], now)) == []

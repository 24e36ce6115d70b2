"""Writing questions: the form's values as a body, its flaws, replies tried, publishing, and how questions fare."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import ContentError, InputError
from trainer.services import attempts, authoring, catalogue_stats, practice, publishing
from trainer.services.releases import current_release
from trainer.web.authoring.forms import form_of, read_form

CHOICE = MultiDict([
    ("type", "single"), ("id", "late.new"), ("title", "新题"), ("platforms", "tmall"), ("topic", "late_shipment"), ("systems", "8、7"), ("difficulty", "2"),
    ("pool", "practice"), ("stem", "迟发怎么赔？"), ("rules", "tmall.late.pay"), ("explain", "按比例。"), ("option-0-text", "按订单金额的比例"),
    ("option-0-right", "on"), ("option-1-text", "不用赔"), ("option-1-why", "迟发要赔。"), ("option-2-text", "赔双倍"), ("option-2-why", "没有这个规定。")])


def body(**more: str) -> dict[str, Any]:
    values = MultiDict(CHOICE)
    for name, value in more.items():
        values[name.replace("_", "-")] = value
    return authoring.body_of(read_form(values))


@pytest.fixture
def cert(session: Session, cast: Cast, now: datetime) -> Any:
    return exam_bank.publish_bank(session, now)


def test_a_form_becomes_a_body_without_its_blank_rows_and_back() -> None:
    found = body()
    assert (found["systems"], found["rules"], len(found["options"])) == ([8, 7], ["tmall.late.pay"], 3)
    assert found["options"][0] == {"text": "按订单金额的比例", "right": True}
    assert authoring.body_of(form_of(found)) == found


def test_a_sound_question_has_no_flaws_and_a_bad_one_names_each(now: datetime) -> None:
    assert authoring.flaws_of(body(), exam_bank.rulebook(), now) == []
    unknown = authoring.flaws_of(body(rules="tmall.no.such"), exam_bank.rulebook(), now)
    assert any("规则库里没有" in flaw.message for flaw in unknown)
    assert any(flaw.path[0] == "rules" for flaw in authoring.flaws_of(body(rules=""), exam_bank.rulebook(), now))
    assert authoring.flaws_of(body(option_0_text=""), exam_bank.rulebook(), now) != []
    assert any(flaw.path[0] == "stem" for flaw in authoring.flaws_of(body(stem=""), exam_bank.rulebook(), now))


@pytest.mark.parametrize("text", ["order: {amount", "只是一句话", "- 1\n- 2", "x" * 5000, "a: &b [*b]"])
def test_facts_that_cannot_be_read_are_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="订单信息") as refused:
        authoring.read_facts(text)
    assert refused.value.field == "facts"


def test_facts_are_read_with_their_types() -> None:
    assert authoring.read_facts("order: {amount: 100, gift: true, paid_at: 2014-06-19T10:00}\ntags: [a, 2]") == {
        "order": {"amount": 100, "gift": True, "paid_at": "2014-06-19T10:00"}, "tags": ["a", 2]}


def test_a_published_question_appears_in_practice_and_its_answers_in_the_figures(
        session: Session, cast: Cast, now: datetime, cert: Any) -> None:
    draft = publishing.save_draft(session, "question", body(), cast.zhou.id, now)
    names = {c.slug for c in practice.practice_candidates(session, current_release(session), now)}
    assert "late.new" not in names
    publishing.publish(session, [draft], "新题", cast.zhou.id, now)
    [variant] = practice.variants_for(session, cast.chen, ["late.new"], now)
    for n in range(catalogue_stats.FEW):
        assert catalogue_stats.facility(session, "late.new").mean is None
        practice.answer_practice(session, cast.chen, variant, {"choice": variant.key["right"][0]}, f"key-{n}", "mixed", now + timedelta(minutes=n))
    found = catalogue_stats.facility(session, "late.new")
    assert (found.n, found.mean, found.verdict) == (catalogue_stats.FEW, 1.0, "太易")


def test_a_preview_counts_in_no_figure(session: Session, cast: Cast, now: datetime, cert: Any) -> None:
    preview = attempts.start_paper(session, cast.zhou, cert, now, preview=True)
    exam_bank.answer_all(session, preview, now)
    attempts.submit_attempt(session, preview, now, now)
    assert {row.stats.n for row in catalogue_stats.question_rows(session)} == {0}
    assert catalogue_stats.facility(session, "exam.0").verdict == "还没有人做过"


def test_a_question_with_flaws_is_not_published(session: Session, cast: Cast, now: datetime, cert: Any) -> None:
    draft = publishing.save_draft(session, "question", body(rules="tmall.no.such"), cast.zhou.id, now)
    with pytest.raises(ContentError, match="不能发布"):
        publishing.publish(session, [draft], "坏题", cast.zhou.id, now)


def test_a_retired_question_is_drawn_no_more_until_it_is_restored(session: Session, cast: Cast, now: datetime, cert: Any) -> None:
    item = catalogue_stats.find_item(session, "question", "drill.0")
    catalogue_stats.retire(session, item, cast.zhou.id, now)
    assert practice.variants_for(session, cast.chen, ["drill.0"], now) == []
    catalogue_stats.restore(session, item, cast.zhou.id, now)
    assert len(practice.variants_for(session, cast.chen, ["drill.0"], now)) == 1


def test_the_overview_names_drafts_and_rules_that_no_question_covers(session: Session, cast: Cast, now: datetime, cert: Any) -> None:
    publishing.save_draft(session, "question", body(), cast.zhou.id, now)
    found = catalogue_stats.overview(session, exam_bank.rulebook())
    assert [row.item.slug for row in found["drafts"]] == ["late.new"]
    assert found["unchecked"] == [(1, "tmall.late.window")]
    assert "shop.late.five" in found["uncovered"]

"""Labelled samples: collected from decided reviews in the same transaction, without personal data, labels appended."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import AttemptItem, ReplySample, SampleLabel, VariantRow
from trainer.replies.masking import mask
from trainer.services import reviews, samples
from trainer.services.grading import Outcome, append_grade
from trainer.services.samples import Draft, Filters, add_sample, as_line, keep_rows, relabel, samples_like, text_key

SAID = "您好，我是小陈，工号S1001，加我微信13812345678，寄到文三路138号5幢"
FOUND = {"violations": [{"code": "off_platform_contact"}], "acts": [{"act": "greet"}], "suspected": [], "claims": []}


@pytest.fixture
def item(session: Session, cast: Cast, now: datetime) -> AttemptItem:
    """A typed reply of 小陈 that the check found fault with."""
    exam = exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    found = attempt.items[3]
    assert found.variant is not None and found.response is not None
    shown = {"buyer": "联系不上你们", "platform": "tmall", "facts": {"order": {"amount": 100, "paid_at": "2026-11-01T10:00"}, "phone": ["13812345678"]}}
    key = {"required": [{"acts": ["apologise"]}, {"acts": ["promise_follow_up", "contact_courier"]}]}
    row = VariantRow(revision_id=found.variant.revision_id, variant_no=99, release_id=found.variant.release_id, as_of=found.variant.as_of,
                     sha256="typed", shown=shown, key=key)
    session.add(row)
    session.flush()
    found.variant, found.response.answer = row, {"text": SAID}
    append_grade(session, attempt, found, Outcome(0, [], FOUND, False, []), "regrade", now)
    return found


def decide(session: Session, cast: Cast, item: AttemptItem, points: int | None, now: datetime) -> None:
    review = reviews.appeal_item(session, cast.chen, item, "那是转述买家的话", now)
    reviews.decide_review(session, cast.wang, review, points, "小陈是在转述买家的话", now)


def test_an_upheld_appeal_becomes_a_sample_without_personal_data(session: Session, cast: Cast, item: AttemptItem, now: datetime) -> None:
    decide(session, cast, item, item.worth, now)
    sample = session.scalars(select(ReplySample)).one()
    assert sample.reply == "您好，我是某某，工号某某，加我微信13800000000，寄某地某路0号"
    assert (sample.origin, sample.state, sample.buyer, sample.facts) == ("appeal", "done", "联系不上你们", {
        "order": {"amount": 100, "paid_at": "2026-11-01T10:00"}, "phone": ["13800000000"]})
    label = sample.labels[0]
    assert (label.violations, label.acts, label.reason) == ([], ["greet", "apologise"], "申诉：某某是在转述买家的话")


def test_half_the_marks_leave_the_label_to_a_trainer(session: Session, cast: Cast, item: AttemptItem, now: datetime) -> None:
    decide(session, cast, item, item.worth // 2, now)
    sample = session.scalars(select(ReplySample)).one()
    assert (sample.state, sample.labels[0].violations, sample.labels[0].acts) == ("open", None, None)


def test_the_violations_that_the_person_ticked_are_the_label(session: Session, cast: Cast, item: AttemptItem, now: datetime) -> None:
    review = reviews.appeal_item(session, cast.chen, item, "那是转述买家的话", now)
    reviews.decide_review(session, cast.wang, review, item.worth // 2, "有一处不成立", now, ["off_platform_contact", "junk"])
    assert session.scalars(select(ReplySample)).one().labels[0].violations == ["off_platform_contact"]


def test_a_refused_appeal_is_no_sample(session: Session, cast: Cast, item: AttemptItem, now: datetime) -> None:
    decide(session, cast, item, None, now)
    assert session.scalars(select(ReplySample)).all() == []


def test_the_same_decision_makes_nothing_new_and_another_one_appends(session: Session, cast: Cast, item: AttemptItem, now: datetime) -> None:
    grade = item.result.grade
    for kind, points in (("review", None), ("review", None), ("appeal", item.worth)):
        samples.collect_decided(session, item, kind, grade, points, "看过了", cast.wang, now)
    sample = session.scalars(select(ReplySample)).one()
    assert [(one.no, one.violations) for one in sample.labels] == [(1, ["off_platform_contact"]), (2, [])]


def test_a_label_is_appended_with_a_reason_and_never_changed(session: Session, cast: Cast, now: datetime) -> None:
    sample, _ = add_sample(session, "bench", "k", Draft("tmall", "加我微信"), "从测试台收入", cast.zhou.id, now)
    assert sample.state == "open"
    with pytest.raises(InputError, match="理由"):
        relabel(session, sample, [], [], False, " ", cast.zhou, now)
    with pytest.raises(InputError, match="没有「rude」"):
        relabel(session, sample, ["rude"], [], False, "看错了", cast.zhou, now)
    relabel(session, sample, ["threat", "abuse"], [], False, "两样都有", cast.zhou, now)
    assert (sample.state, sample.codes, [one.no for one in sample.labels]) == ("done", " abuse threat ", [1, 2])
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE sample_label SET reason = 'x'"))


def test_the_list_is_searched_and_filtered(session: Session, cast: Cast, now: datetime) -> None:
    first, _ = add_sample(session, "bench", "a", Draft("tmall", "100%有效", violations=["absolute_claim"], acts=[]), "", cast.zhou.id, now)
    second, _ = add_sample(session, "upload", "b", Draft("jd", "抱歉", "你们太慢", acts=["apologise"]), "", cast.zhou.id, now + timedelta(minutes=1))

    def found(**more: str) -> list[int]:
        return [one.id for one in session.scalars(samples_like(Filters(**more)))]

    assert found() == [second.id, first.id]
    assert found(q="0%") == [first.id] and found(q="太慢") == [second.id] and found(q="_") == []
    assert found(code="apologise") == [second.id] and found(platform="tmall") == [first.id] and found(origin="upload", state="open") == [second.id]
    relabel(session, first, [], [], True, "过时了", cast.zhou, now)
    assert found() == [second.id] and found(state="retired") == [first.id]


def test_keeping_the_same_reply_twice_keeps_it_once(session: Session, cast: Cast, now: datetime) -> None:
    drafts = [Draft("tmall", "加我微信", violations=("off_platform_contact",), acts=()), Draft("tmall", "加我微信")]
    assert keep_rows(session, drafts, "upload", cast.zhou, now) == (1, 1)
    assert text_key(drafts[0]) != text_key(Draft("jd", "加我微信"))


def test_a_line_has_the_format_of_the_development_set(session: Session, cast: Cast, now: datetime) -> None:
    sample, _ = add_sample(session, "bench", "k", Draft("tmall", "加我微信", "在吗", violations=["off_platform_contact"], acts=[]), "明说", cast.zhou.id, now)
    line: dict[str, Any] = json.loads(as_line(sample, session.scalars(select(SampleLabel)).one()))
    assert list(line) == ["id", "speaker", "platform", "as_of", "buyer", "reply", "facts", "violations", "acts", "note"]
    assert (line["as_of"], line["violations"]) == ("2026-11-21T14:00:00+08:00", ["off_platform_contact"])


@pytest.mark.parametrize(("said", "kept"), [
    ("打一三九零零二二八八四五", "打一三九零零零零零零零零"), ("邮箱 zhangsan@163.com", "邮箱 zhaxxxxx@163.com"),
    ("SF1234567890123 到了吗", "SF1000000000000 到了吗"),
    ("72小时内退99元，7天无理由", "72小时内退99元，7天无理由"), ("送到3栋2单元1203室", "送到0栋0单元000室"), ("王小明您好", "某某您好")])
def test_personal_data_are_masked_in_their_form(said: str, kept: str) -> None:
    assert mask(said, ["王小明"]) == kept

"""Reviews and appeals: decided by a person with a reason, never by the learner, nothing overwritten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from tests.services.test_grading import doubt
from trainer.errors import ConflictError, InputError
from trainer.models import Assignment, AuditLog, Certificate, Grade, Review
from trainer.services import reviews
from trainer.services.certificates import state_of
from trainer.services.people import visible_people


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen, cast.stranger], now, tries=3)


def queue(session: Session, cast: Cast, now: datetime) -> list[Review]:
    return reviews.review_queue(session, visible_people(cast.wang, now).with_only_columns(type(cast.wang).id))


def test_confirming_a_decisive_doubt_makes_the_result_final_and_brings_the_certificate(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    [review] = queue(session, cast, now)
    reviews.decide_review(session, cast.wang, review, None, "", now + timedelta(hours=1))
    assert (attempt.state, review.verdict, queue(session, cast, now)) == ("final", "confirmed", [])
    assert session.scalars(select(Certificate)).one().attempt_id == attempt.id
    sources = session.scalars(select(Grade.source).where(Grade.item_id == attempt.items[0].id).order_by(Grade.id)).all()
    assert sources == ["auto", "override"]


def test_overruling_keeps_the_former_grade_and_asks_for_a_reason(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    [review] = queue(session, cast, now)
    with pytest.raises(InputError, match="理由"):
        reviews.decide_review(session, cast.wang, review, 0, "", now)
    with pytest.raises(InputError, match="0 到 5 分"):
        reviews.decide_review(session, cast.wang, review, 5001, "太多", now)
    reviews.decide_review(session, cast.wang, review, 0, "没有说明时限", now)
    grades = session.scalars(select(Grade).where(Grade.item_id == attempt.items[0].id).order_by(Grade.id)).all()
    assert [(grade.points, grade.by_id, grade.reason) for grade in grades] == [(5000, None, ""), (0, cast.wang.id, "没有说明时限")]
    assert (attempt.state, attempt.result.passed, attempt.result.points) == ("final", False, 25000)


def test_whoever_comes_second_is_told(session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    exam_bank.sit(session, cast.chen, exam, now)
    [review] = queue(session, cast, now)
    reviews.decide_review(session, cast.wang, review, None, "", now)
    with pytest.raises(ConflictError, match="已被别人处理"):
        reviews.decide_review(session, cast.admin, review, 0, "不同意", now)


def test_nobody_decides_about_himself(session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    [review] = queue(session, cast, now)
    with pytest.raises(InputError, match="不能复核自己"):
        reviews.decide_review(session, cast.chen, review, None, "", now)
    with pytest.raises(InputError, match="不能改自己"):
        reviews.override_item(session, cast.chen, attempt.items[1], 0, "试试", now)


def test_the_queue_shows_the_decisive_first_and_only_ones_own_people(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0, 4)
    exam_bank.sit(session, cast.stranger, exam, now - timedelta(minutes=20))
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    assert [(row.item_id, row.decisive) for row in queue(session, cast, now)] == [(attempt.items[0].id, True), (attempt.items[4].id, False)]


def test_an_appeal_reopens_the_result_until_it_is_answered(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(0,))
    review = reviews.appeal_item(session, cast.chen, attempt.items[0], "题目没有写清是不是预售", now)
    assert (attempt.state, review.due_at) == ("provisional", now + timedelta(hours=24))
    with pytest.raises(InputError, match="理由"):
        reviews.decide_review(session, cast.wang, review, None, "", now)
    reviews.decide_review(session, cast.wang, review, 5000, "题干确有歧义，改判", now)
    assert (attempt.state, attempt.result.passed) == ("final", True)
    assert session.scalars(select(Certificate)).one().attempt_id == attempt.id


def test_an_appeal_is_made_once_with_words_by_its_owner(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(0,))
    with pytest.raises(InputError, match="至少 5 个字"):
        reviews.appeal_item(session, cast.chen, attempt.items[0], "不对", now)
    with pytest.raises(InputError, match="已经是满分"):
        reviews.appeal_item(session, cast.chen, attempt.items[1], "想再加几分看看", now)
    with pytest.raises(InputError, match="不能申诉"):
        reviews.appeal_item(session, cast.stranger, attempt.items[0], "替别人申诉一下", now)
    reviews.appeal_item(session, cast.chen, attempt.items[0], "我觉得选项不严谨", now)
    with pytest.raises(InputError, match="已经申诉过"):
        reviews.appeal_item(session, cast.chen, attempt.items[0], "我觉得选项不严谨", now)


def test_a_certificate_that_lost_its_ground_is_withdrawn_and_comes_back_with_it(
        session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    certificate = session.scalars(select(Certificate)).one()
    reviews.override_item(session, cast.wang, attempt.items[0], 0, "抄了别人的答案", now)
    assert state_of(certificate, now) == ("revoked", "已撤销")
    reviews.override_item(session, cast.wang, attempt.items[0], 5000, "查实没有抄", now)
    assert state_of(certificate, now) == ("valid", "有效")
    actions = session.scalars(select(AuditLog.action).where(AuditLog.action.startswith("certificate.")).order_by(AuditLog.id)).all()
    assert actions == ["certificate.issue", "certificate.revoke", "certificate.restore"]


@pytest.mark.parametrize(("text", "points"), [("4", 4000), (" 2.5 ", 2500), ("0", 0)])
def test_typed_points_are_read(text: str, points: int) -> None:
    assert reviews.read_points(text) == points


@pytest.mark.parametrize("text", ["", "三分", "nan", "1e9", "1,5"])
def test_points_that_are_no_number_are_refused_kindly(text: str) -> None:
    with pytest.raises(InputError, match="分数请填数字"):
        reviews.read_points(text)

"""Grading: marks with reasons, provisional and final, our own failures, voided questions, rebuilding."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import Assignment, Attempt, Certificate, Grade, ItemResult, Review
from trainer.services import attempts, grading, reviews
from trainer.services.rebuild import rebuild_results


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    paper = exam_bank.publish_bank(session, now)
    return exam_bank.assign(session, paper, cast.wang, [cast.chen, cast.stranger], now, tries=3)


def doubt(monkeypatch: pytest.MonkeyPatch, *positions: int) -> None:
    """The machine is not sure about the items at these positions."""
    real = grading.judge_item

    def judge(session: Session, item: Any, *rest: Any) -> grading.Outcome:
        outcome = real(session, item, *rest)
        return replace(outcome, needs_review=True, because=["拿不准"]) if item.position in positions else outcome

    monkeypatch.setattr(grading, "judge_item", judge)


def test_every_right_answer_gets_its_marks_with_a_reason(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    assert (attempt.state, attempt.result.points, attempt.result.of, attempt.result.passed) == ("final", 30000, 30000, True)
    assert [row["passed"] for row in attempt.result.sections] == [True, True]
    marks = attempt.items[0].result.grade.marks
    assert marks[0]["rule"] == "tmall.late.pay" and marks[0]["what"] and marks[0]["why"]


def test_one_wrong_red_line_fails_the_paper_whatever_the_total(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(0,))
    assert (attempt.result.points, attempt.result.passed) == (25000, False)
    assert attempt.result.sections[0]["rule"] == "须全部答对"


def test_a_doubt_that_decides_waits_for_a_person(session: Session, cast: Cast, exam: Assignment, now: datetime,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    review = session.scalars(select(Review)).one()
    assert (attempt.state, attempt.result.decisive, attempt.result.settled_at) == ("provisional", [0], None)
    assert (review.decisive, review.due_at) == (True, now + timedelta(minutes=5, hours=24))
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_a_doubt_that_changes_nothing_delays_nothing(session: Session, cast: Cast, exam: Assignment, now: datetime,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 3)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    assert attempt.state == "final"
    assert session.scalars(select(Review)).one().decisive is False


def test_when_one_decision_settles_the_outcome_the_other_doubt_no_longer_holds_it_up(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 2, 3)
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=())
    assert (attempt.state, attempt.result.decisive) == ("provisional", [2, 3])
    first = session.scalars(select(Review).order_by(Review.id)).first()
    reviews.decide_review(session, cast.wang, first, None, "", now)
    assert (attempt.state, attempt.result.passed) == ("final", True)


def test_a_failure_of_our_own_goes_to_a_person_and_is_no_zero_that_counts(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(variant: Any, answer: Any, rulebook: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(grading, "grade", broken)
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    assert attempt.state == "provisional" and attempt.submitted_at is not None
    assert session.scalar(select(func.count()).select_from(Review).where(Review.decisive)) == 6
    assert attempt.items[0].result.grade.because == [grading.FAILED_OURSELVES]
    assert attempt.items[0].response.answer is not None


def test_a_passed_final_attempt_brings_a_certificate_and_a_failed_one_none(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam_bank.sit(session, cast.stranger, exam, now, wrong=(0, 1))
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    certificate = session.scalars(select(Certificate)).one()
    assert (certificate.attempt_id, certificate.user_id) == (attempt.id, cast.chen.id)
    assert certificate.valid_until == (now + timedelta(minutes=5)).replace(year=now.year + 1)


def test_a_preview_brings_no_certificate_and_no_review(session: Session, cast: Cast, exam: Assignment, now: datetime,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    doubt(monkeypatch, 0)
    attempt = attempts.start_paper(session, cast.zhou, exam.paper_revision, now, preview=True)
    exam_bank.answer_all(session, attempt, now)
    attempts.submit_attempt(session, attempt, now, now)
    assert (attempt.state, attempt.result.passed) == ("final", True)
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0
    assert session.scalar(select(func.count()).select_from(Review)) == 0


def test_a_voided_question_gives_everybody_its_marks(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(0, 2))
    item = attempt.items[0]
    met = [exam_bank.sit(session, cast.stranger, exam, now)]
    count = reviews.void_question(session, cast.wang, item, "题干有歧义", now)
    both = 1 + any(other.variant.revision_id == item.variant.revision_id for sat in met for other in sat.items)
    assert (count, item.voided, attempt.result.points, attempt.result.passed) == (both, True, 25000, True)
    assert session.scalars(select(Grade).where(Grade.item_id == item.id).order_by(Grade.id.desc())).first().source == "void"
    assert session.scalars(select(Certificate).where(Certificate.attempt_id == attempt.id)).one()
    with pytest.raises(InputError, match="理由"):
        reviews.void_question(session, cast.wang, attempt.items[1], " ", now)


def test_rebuilding_finds_no_difference_and_mends_what_was_tampered_with(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(3,))
    reviews.override_item(session, cast.wang, attempt.items[3], 2500, "半对", now)
    assert rebuild_results(session, write=False) == []
    session.execute(update(ItemResult).where(ItemResult.item_id == attempt.items[3].id).values(points=0))
    attempt.result.points = 99000
    session.flush()
    session.expire_all()
    found = rebuild_results(session, write=True)
    assert [line.partition("：")[0] for line in found] == [f"答卷 {attempt.id} 第 4 题", f"答卷 {attempt.id} 总分"]
    assert rebuild_results(session, write=False) == []
    assert attempt.result.points == 27500


def test_grades_can_neither_be_changed_nor_deleted(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam_bank.sit(session, cast.chen, exam, now)
    for change in (update(Grade).values(points=1), delete(Grade)):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)


def test_an_unfinished_attempt_has_no_grades(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    assert isinstance(attempt, Attempt)
    assert session.scalar(select(func.count()).select_from(Grade)) == 0
    assert rebuild_results(session, write=False) == []

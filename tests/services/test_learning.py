"""Lessons, their checks and the one next step."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.models import PracticeAnswer, Revision
from trainer.services import attempts, learning, practice
from trainer.services.published import published_revision

LESSON = {"id": "first", "title": "第一课", "order": 1, "platforms": ["tmall"], "minutes": 5, "summary": "发货", "body": "正文",
          "check": ["drill.0", "drill.1"]}


@pytest.fixture
def lesson(session: Session, cast: Cast, now: datetime) -> Revision:
    exam_bank.publish_bank(session, now)
    return exam_bank.publish_body(session, "lesson", LESSON, now)


def take_check(session: Session, cast: Cast, lesson: Revision, right: int, now: datetime) -> list[PracticeAnswer]:
    run = learning.check_run(session, cast.chen.id, "first")
    answers = []
    for n, variant in enumerate(practice.variants_for(session, cast.chen, LESSON["check"], now)):
        wrong = next(o["id"] for o in variant.shown["options"] if o["id"] not in variant.key["right"])
        choice = variant.key["right"][0] if n < right else wrong
        answers.append(practice.answer_practice(
            session, cast.chen, variant, {"choice": choice}, f"first.{run}.{n}", f"lesson:first:{run}", now))
    learning.finish_check(session, cast.chen, lesson, answers, now)
    return answers


def test_a_lesson_is_done_when_its_check_reaches_four_fifths_and_stays_done(session: Session, cast: Cast, lesson: Revision, now: datetime) -> None:
    learning.note_read(session, cast.chen, lesson, now)
    assert learning.course(session, cast.chen.id)[0].state == "started"
    take_check(session, cast, lesson, 1, now)
    assert learning.course(session, cast.chen.id)[0].state == "started"
    take_check(session, cast, lesson, 2, now + timedelta(minutes=1))
    assert learning.course(session, cast.chen.id)[0].state == "done"
    take_check(session, cast, lesson, 0, now + timedelta(minutes=2))
    row = learning.course(session, cast.chen.id)[0]
    assert row.state == "done" and row.progress.check_points == 0


def test_each_run_of_a_check_is_kept_apart(session: Session, cast: Cast, lesson: Revision, now: datetime) -> None:
    take_check(session, cast, lesson, 1, now)
    take_check(session, cast, lesson, 2, now)
    assert learning.check_run(session, cast.chen.id, "first") == 3
    assert [a.points for a in practice.latest_answers(session, cast.chen.id, "lesson:first:1")] == [1000, 0]
    assert [a.points for a in practice.latest_answers(session, cast.chen.id, "lesson:first:2")] == [1000, 1000]


def step(session: Session, cast: Cast, at: datetime) -> str:
    return str(learning.next_step(session, cast.chen, at)["kind"])


def test_the_next_step_goes_from_lesson_to_review_to_exam_to_practice(session: Session, cast: Cast, lesson: Revision, now: datetime) -> None:
    assert step(session, cast, now) == "lesson"
    take_check(session, cast, lesson, 1, now)
    take_check(session, cast, lesson, 2, now)
    later = now + timedelta(days=2)
    assert step(session, cast, later) == "review"
    [card] = practice.due_cards(session, cast.chen.id, later)
    card.due_at = later + timedelta(days=9)
    assert step(session, cast, later) == "practice"
    exam = exam_bank.assign(session, published_revision(session, "paper", "cert"), cast.wang, [cast.chen], later, hours=72)
    assert step(session, cast, later) == "exam"
    attempt = attempts.start_attempt(session, cast.chen, exam, later)
    assert step(session, cast, later) == "attempt"
    exam_bank.answer_all(session, attempt, later)
    attempts.submit_attempt(session, attempt, later, later)
    assert step(session, cast, later) == "practice"


def test_an_exam_that_closes_today_goes_before_the_lessons(session: Session, cast: Cast, lesson: Revision, now: datetime) -> None:
    exam_bank.assign(session, published_revision(session, "paper", "cert"), cast.wang, [cast.chen], now, hours=5)
    assert step(session, cast, now) == "exam"

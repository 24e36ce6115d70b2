"""How ready people are, who is stuck, and the weekly figures."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories import Cast, enrol, make_klass, make_user
from tests.services import exam_bank
from trainer.models import Assignment, LearnerState
from trainer.services import attempts, practice, readiness, weekly


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    paper = exam_bank.publish_bank(session, now)
    return exam_bank.assign(session, paper, cast.wang, [cast.chen, cast.stranger], now, tries=3)


def miss(session: Session, cast: Cast, now: datetime, slugs: tuple[str, ...] = ("drill.0", "drill.1", "drill.2")) -> None:
    for variant in practice.variants_for(session, cast.chen, slugs, now):
        wrong = next(o["id"] for o in variant.shown["options"] if o["id"] not in variant.key["right"])
        practice.answer_practice(session, cast.chen, variant, {"choice": wrong}, f"miss-{variant.id}", "mixed", now)


def test_one_is_idle_then_learning_then_stuck_then_certified(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    def state() -> str:
        return readiness.standings(session, [cast.chen], now)[0].readiness[0]

    assert state() == "idle"
    miss(session, cast, now, ("drill.0",))
    assert state() == "learning"
    miss(session, cast, now)
    assert state() == "stuck"
    assert readiness.standings(session, [cast.chen], now)[0].stuck == ["shipping"]
    exam_bank.sit(session, cast.chen, exam, now)
    assert state() == "certified"


def test_exam_answers_count_towards_mastery_once_handed_in_and_previews_never(
        session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    exam_bank.answer_all(session, attempt, now, wrong=(5,))
    assert readiness.standings(session, [cast.chen], now)[0].topics == {}
    attempts.submit_attempt(session, attempt, now, now)
    topic = readiness.standings(session, [cast.chen], now)[0].topics["shipping"]
    assert (topic.tried, topic.share) == (6, pytest.approx(5 / 6))
    preview = attempts.start_paper(session, cast.stranger, exam.paper_revision, now, preview=True)
    exam_bank.answer_all(session, preview, now)
    attempts.submit_attempt(session, preview, now, now)
    standing = readiness.standings(session, [cast.stranger], now)[0]
    assert (standing.topics, standing.last_active, standing.attempts) == ({}, None, [])


def test_the_table_takes_the_same_number_of_questions_for_one_person_and_for_ten(
        session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    people = [cast.chen, cast.stranger]
    for person in people:
        exam_bank.sit(session, person, exam, now)
    people += [make_user(session, now, f"S8{n:03}", "人") for n in range(8)]
    asked: list[str] = []
    listener = lambda connection, cursor, statement, *rest: asked.append(statement)  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", listener)
    readiness.standings(session, people[:1], now)
    one, ten = len(asked), 0
    asked.clear()
    readiness.standings(session, people, now)
    ten = len(asked)
    event.remove(session.get_bind(), "before_cursor_execute", listener)
    assert ten <= one


def test_those_in_training_who_did_nothing_since_yesterday_are_named(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    miss(session, cast, now - timedelta(hours=1))
    rows = readiness.standings(session, [cast.chen, cast.stranger], now)
    assert [row.user for row in readiness.idle_since(rows, readiness.day_start(now, 1))] == [cast.stranger]


def test_the_week_counts_first_passes_resits_and_days_to_the_certificate(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    klass = make_klass(session, "十一月班", cast.wang)
    for person in (cast.chen, cast.stranger):
        enrol(session, person, klass, now)
    exam_bank.sit(session, cast.chen, exam, now)
    exam_bank.sit(session, cast.stranger, exam, now, wrong=(0,))
    exam_bank.sit(session, cast.stranger, exam, now + timedelta(hours=1))
    session.add(LearnerState(user_id=cast.stranger.id, state="left", since=now, reason="", by_id=None))
    session.flush()
    row = weekly.weekly_rows(session, [cast.chen, cast.stranger], now)[0]
    assert (row.name, row.people, row.training, row.first_pass, row.resits, row.left) == ("十一月班", 2, 1, (1, 2), (1, 2), (1, 2))
    assert row.days == pytest.approx(10.0, abs=0.1)


def test_a_preview_and_a_practice_paper_do_not_count_as_sittings(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    preview = attempts.start_paper(session, cast.chen, exam.paper_revision, now, preview=True)
    attempts.submit_attempt(session, preview, now, now)
    everybody = weekly.weekly_rows(session, [cast.chen], now)[-1]
    assert (everybody.first_pass, everybody.resits) == ((0, 0), (0, 0))

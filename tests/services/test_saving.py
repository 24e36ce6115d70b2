"""Saving: nothing acknowledged is lost, nothing is stored twice, an older tab overwrites nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import Assignment, Attempt, Response, ResponseEvent
from trainer.services import assignments, attempts, saving

A, B = {"choice": "a"}, {"choice": "b"}


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now)


@pytest.fixture
def attempt(session: Session, cast: Cast, exam: Assignment, now: datetime) -> Attempt:
    return attempts.start_attempt(session, cast.chen, exam, now)


def save(session: Session, attempt: Attempt, key: str, base: int, answer: object, at: datetime, unsure: bool = False) -> saving.Saved:
    return saving.save_response(session, attempt.id, 0, key, base, answer, unsure, at)


def stored(session: Session, attempt: Attempt) -> Response:
    return session.get_one(Response, attempt.items[0].id, populate_existing=True)


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(ResponseEvent.kind).order_by(ResponseEvent.id)))


def test_saves_on_the_same_base_follow_each_other(session: Session, attempt: Attempt, now: datetime) -> None:
    assert save(session, attempt, "key-00001", 0, A, now).seq == 1
    second = save(session, attempt, "key-00002", 1, B, now, unsure=True)
    assert (second.kind, second.seq, second.answer) == ("saved", 2, B)
    assert (stored(session, attempt).answer, stored(session, attempt).unsure) == (B, True)


def test_an_older_tab_is_told_of_the_newer_answer_and_both_are_kept(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, A, now)
    behind = save(session, attempt, "key-00002", 0, B, now)
    assert (behind.kind, behind.seq, behind.answer) == ("conflict", 1, A)
    assert stored(session, attempt).answer == A
    assert [event.answer for event in session.scalars(select(ResponseEvent).order_by(ResponseEvent.id))] == [A, B]
    chosen = save(session, attempt, "key-00003", 1, B, now)
    assert (chosen.kind, stored(session, attempt).answer) == ("saved", B)


def test_an_older_base_with_the_same_answer_is_no_conflict(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, A, now)
    assert save(session, attempt, "key-00002", 0, A, now).kind == "saved"
    assert stored(session, attempt).seq == 1


def test_the_same_key_gives_the_same_reply_and_is_stored_once(session: Session, attempt: Attempt, now: datetime) -> None:
    first = save(session, attempt, "key-00001", 0, A, now)
    save(session, attempt, "key-00002", 1, B, now + timedelta(seconds=3))
    session.expire_all()
    again = save(session, attempt, "key-00001", 0, A, now + timedelta(seconds=9))
    assert again == first
    assert (stored(session, attempt).answer, len(kinds(session))) == (B, 2)


def test_a_conflict_repeated_names_what_counts_by_now(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, A, now)
    save(session, attempt, "key-00002", 0, B, now)
    save(session, attempt, "key-00003", 1, {"choice": "c"}, now)
    again = save(session, attempt, "key-00002", 0, B, now)
    assert (again.kind, again.seq, again.answer) == ("conflict", 2, {"choice": "c"})


def test_a_blank_answer_takes_the_former_one_away(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, A, now)
    assert save(session, attempt, "key-00002", 1, None, now).kind == "saved"
    attempts.submit_attempt(session, attempt, now, now)
    assert attempt.items[0].result.points == 0
    assert attempt.items[0].result.grade.marks[0]["what"] == "没有作答"


def test_what_arrives_within_a_minute_after_the_deadline_counts(session: Session, attempt: Attempt, now: datetime) -> None:
    deadline = attempt.deadline_at
    assert save(session, attempt, "key-00001", 0, A, deadline + timedelta(seconds=60)).kind == "saved"
    assert save(session, attempt, "key-00002", 1, B, deadline + timedelta(seconds=61)).kind == "late"
    assert stored(session, attempt).answer == A
    assert kinds(session) == ["saved", "late_draft"]


def test_after_handing_in_a_save_is_kept_but_does_not_count(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, exam_bank.right_answer(attempt.items[0]), now)
    attempts.submit_attempt(session, attempt, now, now)
    late = save(session, attempt, "key-00002", 1, exam_bank.wrong_answer(attempt.items[0]), now + timedelta(seconds=1))
    assert late.kind == "late"
    assert save(session, attempt, "key-00002", 1, B, now + timedelta(seconds=2)).kind == "late"
    assert (attempt.items[0].result.points, kinds(session)) == (5000, ["saved", "late_draft"])


def test_extra_time_moves_the_deadline_of_a_running_attempt(session: Session, cast: Cast, exam: Assignment, attempt: Attempt, now: datetime) -> None:
    before = attempt.deadline_at
    assignments.grant_exception(session, cast.wang, exam, "手受伤，打字慢", now, user_id=cast.chen.id, time_factor=1500)
    assert attempts.move_deadlines(session, exam, now) == 1
    assert attempt.deadline_at == before + timedelta(minutes=15)
    assert save(session, attempt, "key-00001", 0, A, before + timedelta(minutes=10)).kind == "saved"


def test_there_is_nothing_to_save_at_a_place_that_does_not_exist(session: Session, attempt: Attempt, now: datetime) -> None:
    with pytest.raises(InputError, match="没有这道题"):
        saving.save_response(session, attempt.id, 99, "key-00001", 0, A, False, now)


def test_the_record_of_what_was_received_cannot_be_changed(session: Session, attempt: Attempt, now: datetime) -> None:
    save(session, attempt, "key-00001", 0, A, now)
    for change in (update(ResponseEvent).values(kind="late_draft"), delete(ResponseEvent)):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)

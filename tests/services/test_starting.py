"""Starts done together: whoever may start gets what he would get by himself, and everybody else is left to the long way."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast, make_user
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import (
    Assignment,
    AssignmentTarget,
    Attempt,
    AttemptItem,
    Enrolment,
    Klass,
    SignInFailure,
    Team,
    TeamMember,
    User,
)
from trainer.services import assignments, attempts
from trainer.services.room_codes import code_at
from trainer.services.starting import Wish, start_together

SECRET = "only for tests"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Change = Callable[[Session, Cast, Assignment, datetime], Any]


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen, cast.stranger], now, tries=2)


def together(session: Session, exam: Assignment, now: datetime, *wishes: Wish) -> list[int | None]:
    return start_together(session, exam.id, wishes, now, lambda roles: "trainee" in roles, SECRET)


def wish(user: User, **more: Any) -> Wish:
    return Wish(user.id, user.session_epoch, "mark", **more)


def told(session: Session, attempt_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An attempt and its places as they are stored, without their own numbers."""
    def row(one: Any) -> dict[str, Any]:
        return {column.key: getattr(one, column.key) for column in one.__table__.columns if column.key not in ("id", "attempt_id")}

    items = session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt_id).order_by(AttemptItem.position)).all()
    return row(session.get_one(Attempt, attempt_id)), [row(item) for item in items]


def sat(minutes: int) -> Change:
    """She began it so many minutes ago and handed in after five."""
    return lambda session, cast, exam, now: exam_bank.sit(session, cast.chen, exam, now - minutes * MINUTE)


def grant(**more: Any) -> Change:
    return lambda session, cast, exam, now: assignments.grant_exception(
        session, cast.wang, exam, "病假", now, **{"user_id": cast.chen.id} | {
            name: now + value if isinstance(value, timedelta) else value for name, value in more.items()})


def for_team(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    """The exam is for the team above hers alone, whose members got more time."""
    above = Team(name="上级")
    session.add(above)
    session.flush()
    below = Team(name="下级", parent_id=above.id)
    session.add(below)
    session.flush()
    session.add(TeamMember(team_id=below.id, user_id=cast.chen.id, since=now - DAY))
    exam.targets = [AssignmentTarget(kind="team", target_id=above.id)]
    session.flush()
    assignments.grant_exception(session, cast.wang, exam, "全队停电", now, team_id=above.id, time_factor=1500)


def for_class(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    klass = Klass(name="一期", opened_on="2026-11-01")
    session.add(klass)
    session.flush()
    session.add(Enrolment(klass_id=klass.id, user_id=cast.chen.id, since=now - DAY))
    exam.targets = [AssignmentTarget(kind="klass", target_id=klass.id)]
    session.flush()


def setting(**more: Any) -> Change:
    def change(_session: Session, _cast: Cast, exam: Assignment, now: datetime) -> None:
        for name, value in more.items():
            setattr(exam, name, now + value if isinstance(value, timedelta) else value)

    return change


def both(*changes: Change) -> Change:
    return lambda *given: [change(*given) for change in changes]


def nothing(*_given: Any) -> None:
    pass


@pytest.mark.parametrize("change", [
    nothing, sat(20), for_team, for_class, grant(time_factor=2000), grant(extra_attempts=1, time_factor=1250),
    both(setting(closes_at=-MINUTE), grant(closes_at=DAY)), both(setting(opens_at=DAY), grant(opens_at=-MINUTE)),
    setting(closes_at=10 * MINUTE), setting(closes_at=10 * MINUTE, late_full_time=True),
    both(sat(40), sat(20), grant(extra_attempts=1)), both(sat(20), setting(cooldown_minutes=10)),
])
def test_who_may_start_gets_what_he_would_get_by_himself(session: Session, cast: Cast, exam: Assignment, now: datetime, change: Change) -> None:
    change(session, cast, exam, now)
    session.flush()
    alone = session.begin_nested()
    expected = told(session, attempts.start_attempt(session, cast.chen, exam, now, "mark").id)
    alone.rollback()
    [attempt_id] = together(session, exam, now, wish(cast.chen))
    assert attempt_id is not None
    assert told(session, attempt_id) == expected


@pytest.mark.parametrize("change", [
    setting(opens_at=MINUTE), setting(closes_at=-MINUTE), setting(cancelled_at=-MINUTE), both(sat(40), sat(20)), both(sat(20), setting(cooldown_minutes=30)),
    both(sat(40), sat(20), grant(time_factor=2000)), grant(opens_at=MINUTE),
    lambda session, cast, exam, now: attempts.start_attempt(session, cast.chen, exam, now),
    lambda session, cast, exam, now: setattr(exam, "targets", exam.targets[1:]),
])
def test_who_may_not_start_anew_is_left_to_the_long_way(session: Session, cast: Cast, exam: Assignment, now: datetime, change: Change) -> None:
    change(session, cast, exam, now)
    session.flush()
    before = len(exam_bank.rows(session, Attempt))
    assert together(session, exam, now, wish(cast.chen)) == [None]
    assert len(exam_bank.rows(session, Attempt)) == before
    if (found := assignments.assignment_for(session, cast.chen, exam.id, now)) is not None:
        with suppress(InputError):
            attempts.start_attempt(session, cast.chen, found, now)
        assert len(exam_bank.rows(session, Attempt)) == before, "neither way begins another attempt"


@pytest.mark.parametrize("change", [
    lambda cast: setattr(cast.chen, "active", False), lambda cast: setattr(cast.chen, "must_change", True),
    lambda cast: setattr(cast.chen, "session_epoch", 1), lambda cast: setattr(cast.chen, "role_rows", cast.wang.role_rows[:0]),
])
def test_whose_sign_in_does_not_hold_starts_nothing(session: Session, cast: Cast, exam: Assignment, now: datetime, change: Any) -> None:
    asked = wish(cast.chen)
    change(cast)
    session.flush()
    assert together(session, exam, now, asked, wish(cast.stranger))[0] is None
    assert [attempt.user_id for attempt in exam_bank.rows(session, Attempt)] == [cast.stranger.id]


def test_an_attempt_that_waits_to_be_closed_sends_everybody_the_long_way(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    running = attempts.start_attempt(session, cast.stranger, exam, now - 20 * MINUTE)
    assert together(session, exam, running.deadline_at + timedelta(seconds=59), wish(cast.chen)) != [None]
    assert together(session, exam, running.deadline_at + timedelta(seconds=61), wish(make_user(session, now, "S9", "新人"))) == [None]


def test_the_room_code_is_asked_of_each_and_a_wrong_one_counts_on_the_long_way(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.room_code = True
    session.add(SignInFailure(scope="room", subject=f"{cast.stranger.id}.{exam.id}", at=now - MINUTE))
    session.flush()
    code = code_at(SECRET, exam.id, now)
    assert together(session, exam, now, wish(cast.chen), wish(cast.chen, code="000000" if code != "000000" else "1"),
                    wish(cast.stranger, code=code)) == [None] * 3
    right, wrong = together(session, exam, now, wish(cast.chen, code=f" {code} "), wish(cast.chen, code=""))
    assert right is not None and wrong is None


def test_two_clicks_in_one_turn_make_one_attempt(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    asked = wish(cast.chen)
    first, other, second = together(session, exam, now, asked, wish(cast.stranger), asked)
    assert first == second != other
    assert len(exam_bank.rows(session, Attempt)) == 2


def test_of_an_exam_that_does_not_exist_nothing_starts(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    assert start_together(session, exam.id + 1, [wish(cast.chen)], now, lambda _roles: True, SECRET) == [None]
    assert start_together(session, exam.id, [], now, lambda _roles: True, SECRET) == []

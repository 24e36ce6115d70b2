"""Assignments, exceptions and how far people are."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast, enrol, make_klass, make_user
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import Assignment, ExamException, Revision, Team, TeamMember
from trainer.services import assignments, attempts, progress


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now)


def our_team(session: Session) -> Team:
    return session.scalars(select(Team).where(Team.name == "售后一组")).one()


def test_an_exception_for_a_person_beats_one_for_the_team_and_later_beats_earlier(
        session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    team = our_team(session)
    day = timedelta(days=1)
    assignments.grant_exception(session, cast.wang, exam, "先给个人", now, user_id=cast.chen.id, closes_at=now + 3 * day)
    assignments.grant_exception(session, cast.wang, exam, "再给全组", now + day, team_id=team.id, closes_at=now + 5 * day, extra_attempts=2)
    terms = assignments.terms_for(session, exam, cast.chen.id, now + day)
    assert (terms.closes_at, terms.attempts) == (now + 3 * day, 3)
    assignments.grant_exception(session, cast.wang, exam, "又延一次", now + day, user_id=cast.chen.id, closes_at=now + 4 * day)
    assert assignments.terms_for(session, exam, cast.chen.id, now + day).closes_at == now + 4 * day
    assert assignments.last_closing(session, exam) == now + 5 * day


def test_extra_time_granted_later_takes_no_extra_try_away(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    assignments.grant_exception(session, cast.wang, exam, "补考一次", now, user_id=cast.chen.id, extra_attempts=1)
    assignments.grant_exception(session, cast.wang, exam, "加时", now, user_id=cast.chen.id, time_factor=2000)
    terms = assignments.terms_for(session, exam, cast.chen.id, now)
    assert (terms.attempts, terms.time_factor) == (2, 2000)
    assert attempts.start_attempt(session, cast.chen, exam, now).deadline_at == now + timedelta(minutes=60)


def test_the_closing_cuts_the_time_of_late_starters_unless_it_is_extended(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    late = exam.closes_at - timedelta(minutes=10)
    attempt = attempts.start_attempt(session, cast.chen, exam, late)
    assert attempt.deadline_at == exam.closes_at
    assignments.grant_exception(session, cast.wang, exam, "停电", late, user_id=cast.chen.id, closes_at=exam.closes_at + timedelta(hours=1))
    attempts.move_deadlines(session, exam, late)
    assert attempt.deadline_at == late + timedelta(minutes=30)


@pytest.mark.parametrize(("more", "field"), [
    ({"reason": " ", "extra_attempts": 1}, "reason"), ({"reason": "好"}, "extra_attempts"), ({"reason": "好", "time_factor": 500}, "time_factor"),
    ({"reason": "好", "extra_attempts": 9}, "extra_attempts"), ({"reason": "好", "days": -1}, "closes_at")])
def test_a_bad_exception_is_refused_at_its_field(session: Session, cast: Cast, exam: Assignment, now: datetime, more: dict, field: str) -> None:
    days = more.pop("days", None)
    if days:
        more["closes_at"] = now + timedelta(days=days)
    with pytest.raises(InputError) as refused:
        assignments.grant_exception(session, cast.wang, exam, now=now, user_id=cast.chen.id, **more)
    assert refused.value.field == field


@pytest.mark.parametrize(("change", "field"), [
    ({"title": " "}, "title"), ({"closes_at": -1}, "closes_at"), ({"targets": []}, "targets"), ({"attempts": 0}, "attempts")])
def test_a_bad_assignment_is_refused_at_its_field(session: Session, cast: Cast, exam: Assignment, now: datetime, change: dict, field: str) -> None:
    values = {"title": "考", "targets": [("person", cast.chen.id)], "opens_at": now, "closes_at": 1, "attempts": 1} | change
    values["closes_at"] = now + timedelta(days=values["closes_at"])
    with pytest.raises(InputError) as refused:
        assignments.create_assignment(session, cast.wang, exam.paper_revision, cooldown=timedelta(0), now=now, **values)
    assert refused.value.field == field


def test_an_exception_stays_on_record(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    row = assignments.grant_exception(session, cast.wang, exam, "补考", now, user_id=cast.chen.id, extra_attempts=1)
    for change in (update(ExamException).values(reason="改写历史"), delete(ExamException)):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)
    assert row.reason == "补考"


def test_an_exam_reaches_classes_and_who_left_is_reached_no_more(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    klass = make_klass(session, "十一月班", cast.wang)
    enrol(session, cast.chen, klass, now)
    made = assignments.create_assignment(session, cast.wang, exam.paper_revision, "班级考", [("klass", klass.id)], now, now + timedelta(days=1), 1,
                                         timedelta(0), now)
    assert made in assignments.assignments_for(session, cast.chen, now)
    assert progress.people_of(session, made, cast.wang, now) == [cast.chen]
    assert made not in assignments.assignments_for(session, cast.stranger, now)


def test_the_overview_counts_who_sat_and_passed_among_ones_own(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.targets.append(type(exam.targets[0])(kind="person", target_id=cast.stranger.id))
    exam_bank.sit(session, cast.chen, exam, now)
    exam_bank.sit(session, cast.stranger, exam, now, wrong=(0,))
    [row] = progress.overview(session, cast.wang, now)
    assert (row.people, row.sat, row.passed, row.waiting) == (1, 1, 1, 0)
    [row] = progress.overview(session, cast.admin, now)
    assert (row.people, row.sat, row.passed) == (2, 2, 1)


def test_the_overview_asks_the_same_number_of_questions_for_one_exam_and_for_nine(
        session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    asked: list[str] = []
    listener = lambda connection, cursor, statement, *rest: asked.append(statement)  # noqa: E731
    session.flush()
    wang_id, chen_id, paper_id = cast.wang.id, cast.chen.id, exam.paper_revision_id
    counts = []
    for _ in range(2):
        session.expunge_all()
        wang = session.get_one(type(cast.wang), wang_id)
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        progress.overview(session, wang, now)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        counts.append(len(asked))
        asked.clear()
        for _n in range(8):
            exam_bank.assign(session, session.get_one(Revision, paper_id), wang, [session.get_one(type(wang), chen_id)], now)
    assert counts[1] == counts[0]


def test_teams_are_those_of_the_day_with_the_ones_above(session: Session, cast: Cast, now: datetime) -> None:
    newcomer = make_user(session, now, "S7001", "小新")
    team = our_team(session)
    session.add(TeamMember(team_id=team.id, user_id=newcomer.id, part="member", since=now - timedelta(days=9), until=now - timedelta(days=1)))
    session.flush()
    assert assignments.teams_of(session, newcomer.id, now) == []
    assert assignments.teams_of(session, newcomer.id, now - timedelta(days=2)) == [team.id]

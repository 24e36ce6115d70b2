"""Attempts (答卷): start, submit, sweep; answers are saved in saving.py."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from trainer.errors import ConflictError, InputError
from trainer.models import Assignment, Attempt, AttemptItem, Revision, User, VariantRow
from trainer.services.assignments import Terms, assignments_for, teams_of, terms_for, terms_of
from trainer.services.candidates import seen_questions
from trainer.services.closing import SLACK, is_closed, shown_state
from trainer.services.grading import REVIEW_HOURS, grade_attempt
from trainer.services.sheets import Sheet, Start, draw_sheet, stock_of, store_sheets
from trainer.writers import begin_writing

log = logging.getLogger(__name__)

__all__ = [
    "SLACK", "earlier_attempts", "is_closed", "load_attempt", "lock_attempt", "move_deadlines",
    "overdue_attempts", "shown_state", "sittings", "start_attempt", "start_paper", "submit_attempt", "sweep_attempts", "why_not_start",
]


@dataclass(frozen=True)
class Sitting:
    """An exam as it stands for one person: what holds, what was sat, and why no new attempt may begin (None: it may)."""

    assignment: Assignment
    terms: Terms
    attempts: list[Attempt]
    blocked: str | None


def load_attempt(session: Session, attempt_id: int, fresh: bool = False) -> Attempt | None:
    """An attempt with its items, responses and results, in a handful of queries; `fresh` reads again what is in memory."""
    return session.scalar(select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=fresh).options(
        joinedload(Attempt.user), joinedload(Attempt.assignment), joinedload(Attempt.result),
        joinedload(Attempt.paper_revision).undefer(Revision.body),
        selectinload(Attempt.items).options(
            joinedload(AttemptItem.response), joinedload(AttemptItem.result),
            joinedload(AttemptItem.variant).joinedload(VariantRow.revision).undefer(Revision.body),
            joinedload(AttemptItem.case_revision).undefer(Revision.body))))


def lock_attempt(session: Session, attempt_id: int) -> Attempt | None:
    """The attempt as it stands, kept from everybody else until the end of the transaction.

    Whatever changes marks or states starts here: on PostgreSQL what was read before the lock may be out of date.
    """
    session.execute(select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())
    return load_attempt(session, attempt_id, fresh=True)


def sittings(session: Session, user_id: int, now: datetime) -> list[Sitting]:
    """Every exam that reaches the person, the latest closing first; the same number of queries for any number."""
    user = session.get_one(User, user_id)
    found = assignments_for(session, user, now)
    terms = terms_of(session, user_id, found, now)
    done: dict[int | None, list[Attempt]] = {}
    for attempt in session.scalars(select(Attempt).where(
            Attempt.user_id == user_id, Attempt.assignment_id.in_(terms), Attempt.preview.is_(False)).options(
                joinedload(Attempt.result)).order_by(Attempt.no)):
        done.setdefault(attempt.assignment_id, []).append(attempt)
    return [Sitting(one, terms[one.id], done.get(one.id, []), refusal(one, terms[one.id], done.get(one.id, []), now)) for one in found]


# Written once: to put a statement together costs more than to run it, and a whole class starts at the same moment.
_EARLIER = select(Attempt).where(Attempt.user_id.in_(bindparam("users", expanding=True)), Attempt.assignment_id == bindparam("assignment"),
                                 Attempt.preview.is_(False)).order_by(Attempt.no)
_BY_ID = select(Attempt).where(Attempt.id == bindparam("id"))
_LOCK_USER = select(User.id).where(User.id == bindparam("user")).with_for_update()
_OVERDUE = select(Attempt.id).where(Attempt.state == "in_progress", Attempt.deadline_at < bindparam("moment")).order_by(Attempt.id)


def earlier_attempts(session: Session, user_id: int, assignment_id: int) -> list[Attempt]:
    """A person's attempts on an assignment, in order, previews left out."""
    return attempts_by_person(session, [user_id], assignment_id)[user_id]


def attempts_by_person(session: Session, user_ids: Sequence[int], assignment_id: int) -> dict[int, list[Attempt]]:
    """The same for several people, each with a list."""
    found: dict[int, list[Attempt]] = {user_id: [] for user_id in user_ids}
    for attempt in session.scalars(_EARLIER, {"users": user_ids, "assignment": assignment_id}):
        found[attempt.user_id].append(attempt)
    return found


def why_not_start(session: Session, user: User, assignment: Assignment, now: datetime) -> str | None:
    """The reason, in Chinese, for which no new attempt may begin; None where it may."""
    return refusal(assignment, terms_for(session, assignment, user.id, now), earlier_attempts(session, user.id, assignment.id), now)


def refusal(assignment: Assignment, terms: Terms, done: Sequence[Attempt], now: datetime) -> str | None:
    """The reason for which somebody with these terms and earlier attempts may not begin."""
    if assignment.cancelled_at is not None:
        return "这场考试已撤销，请联系主管。"
    if now < terms.opens_at:
        return "考试还没有开始。"
    if now >= terms.closes_at:
        return "考试已经结束。需要补考请联系主管特批。"
    if len(done) >= terms.attempts:
        return f"{terms.attempts} 次机会已用完。需要再考请联系主管特批。"
    if done and done[-1].submitted_at is not None:
        again = done[-1].submitted_at + timedelta(minutes=assignment.cooldown_minutes)
        if now < again:
            return "两次考试之间有间隔，还没到可以再考的时间。"
    return None


def start_attempt(session: Session, user: User, assignment: Assignment, now: datetime, client_mark: str = "") -> Attempt:
    """Begin an attempt, or return the one in progress; drawn whole, at once. Raises InputError with the reason.

    `client_mark` stands for the device and address it begins on. Everything is prepared before anybody is kept waiting; where
    another attempt of the person came in between, it is prepared again.
    """
    done = earlier_attempts(session, user.id, assignment.id)
    sheet = None if done and done[-1].state == "in_progress" else _sheet_for(session, user, assignment, done, now, client_mark)
    begin_writing(session)
    session.execute(_LOCK_USER, {"user": user.id})
    done = earlier_attempts(session, user.id, assignment.id)
    if done and not is_closed(done[-1], now):
        return done[-1]
    if done and done[-1].state == "in_progress":
        submit_attempt(session, done[-1], done[-1].deadline_at, now)
    if sheet is None or sheet.attempt["no"] != len(done) + 1:
        sheet = _sheet_for(session, user, assignment, done, now, client_mark)
    return _create(session, sheet)


def _sheet_for(session: Session, user: User, assignment: Assignment, done: Sequence[Attempt], now: datetime, client_mark: str) -> Sheet:
    """The next attempt of a person on an assignment, drawn; raises InputError where he may not begin."""
    teams = teams_of(session, user.id, now)
    terms = terms_for(session, assignment, user.id, now, teams)
    reason = refusal(assignment, terms, done, now)
    if reason is not None:
        raise InputError(reason)
    stock = stock_of(session, assignment.paper_revision, now)
    return draw_sheet(session, stock, next_start(
        assignment, user.id, terms, len(done) + 1, seen_questions(session, user.id), teams, client_mark, now), now)


def next_start(assignment: Assignment, user_id: int, terms: Terms, no: int, seen: Mapping[str, int], teams: Sequence[int], client_mark: str,
               now: datetime) -> Start:
    """The start of the attempt of this number on an assignment, for somebody who may begin it now."""
    deadline = now + timedelta(minutes=_minutes(assignment.paper_revision)) * terms.time_factor / 1000
    if not assignment.late_full_time:
        deadline = min(deadline, terms.closes_at)
    return Start(user_id, no, f"{user_id}.{assignment.id}.{no}", deadline, seen, _nearest(teams), assignment.id, client_mark)


def _nearest(teams: Sequence[int]) -> int | None:
    return teams[0] if teams else None


def start_paper(session: Session, user: User, paper: Revision, now: datetime, preview: bool = False,
                as_of: datetime | None = None) -> Attempt:
    """Begin a practice paper or a trainer's preview, or return the one in progress; neither needs an assignment.

    A preview may be drawn and judged by the rules of another date, `as_of`; one of another date in progress is closed.
    """
    session.execute(_LOCK_USER, {"user": user.id})
    done = session.scalars(select(Attempt).where(
        Attempt.user_id == user.id, Attempt.assignment_id.is_(None), Attempt.paper_revision_id == paper.id,
        Attempt.preview.is_(preview)).order_by(Attempt.no)).all()
    if done and not is_closed(done[-1], now):
        if not preview or done[-1].as_of == (as_of or done[-1].as_of):
            return done[-1]
        submit_attempt(session, done[-1], now, now)
    start = Start(user.id, len(done) + 1, f"{user.id}.p{paper.id}.{len(done) + 1}", now + timedelta(minutes=_minutes(paper)),
                  seen_questions(session, user.id), _nearest(teams_of(session, user.id, now)), preview=preview)
    return _create(session, draw_sheet(session, stock_of(session, paper, now, as_of if preview else None), start, now))


def _minutes(paper: Revision) -> int:
    return int(paper.body.get("minutes") or 60)


def _create(session: Session, sheet: Sheet) -> Attempt:
    [attempt_id] = store_sheets(session, [sheet]).values()
    return session.scalars(_BY_ID, {"id": attempt_id}).one()


def submit_attempt(session: Session, attempt: Attempt, submitted_at: datetime, now: datetime,
                   review_hours: int = REVIEW_HOURS) -> None:
    """Submit and grade; doing so twice changes nothing. A failure of our own grading leaves it submitted."""
    locked = lock_attempt(session, attempt.id)
    if locked is None:
        raise ConflictError("这份答卷已不存在。")
    if locked.state != "in_progress":
        return
    locked.submitted_at = min(submitted_at, locked.deadline_at)
    locked.state = "submitted"
    session.flush()
    grade_attempt(session, locked, now, review_hours)


def overdue_attempts(session: Session, now: datetime) -> list[int]:
    """The attempts whose time and slack are over and that nobody submitted, by id."""
    return list(session.scalars(_OVERDUE, {"moment": now - SLACK}))


def sweep_attempts(session: Session, now: datetime, review_hours: int = REVIEW_HOURS) -> int:
    """Submit every overdue attempt; returns how many. Safe to run at any time, by anybody; one that fails stops no other."""
    done = 0
    for attempt_id in overdue_attempts(session, now):
        try:
            with session.begin_nested():
                attempt = lock_attempt(session, attempt_id)
                if attempt is None or attempt.state != "in_progress" or attempt.deadline_at >= now - SLACK:
                    continue
                submit_attempt(session, attempt, attempt.deadline_at, now, review_hours)
            done += 1
        except Exception:
            log.exception("attempt %s could not be closed", attempt_id)
    return done


def move_deadlines(session: Session, assignment: Assignment, now: datetime) -> int:
    """After an exception: running attempts get the deadline that now holds for them, never an earlier one."""
    running = session.scalars(select(Attempt).where(
        Attempt.assignment_id == assignment.id, Attempt.state == "in_progress")).all()
    moved = 0
    for attempt in running:
        terms = terms_for(session, assignment, attempt.user_id, now)
        limit = timedelta(minutes=_minutes(attempt.paper_revision)) * terms.time_factor / 1000
        deadline = attempt.started_at + limit
        if not assignment.late_full_time:
            deadline = min(deadline, terms.closes_at)
        if deadline > attempt.deadline_at:
            attempt.deadline_at = deadline
            moved += 1
    session.flush()
    return moved

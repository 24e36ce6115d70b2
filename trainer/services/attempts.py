"""Attempts (答卷): start, submit, sweep; answers are saved in saving.py."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from trainer.errors import ConflictError, InputError
from trainer.models import (
    Assignment,
    Attempt,
    AttemptItem,
    ContentItem,
    Revision,
    User,
    VariantRow,
)
from trainer.replies import CHECKER_VERSION
from trainer.services.assignments import Terms, assignments_for, teams_of, terms_for, terms_of
from trainer.services.candidates import Face, Pool, current_pool, face_of, pool_on, seen_questions
from trainer.services.closing import SLACK, is_closed, shown_state
from trainer.services.drawing import Pick, draw_cases, draw_prepared, number, permuted
from trainer.services.grading import REVIEW_HOURS, grade_attempt
from trainer.services.previews import picks_on
from trainer.services.releases import current_release
from trainer.writers import begin_writing

log = logging.getLogger(__name__)
_ATTEMPTS, _ITEMS = cast(Table, Attempt.__table__), cast(Table, AttemptItem.__table__)

__all__ = [
    "SLACK", "earlier_attempts", "is_closed", "load_attempt", "lock_attempt", "move_deadlines", "order_of",
    "overdue_attempts", "shown_state", "sittings", "start_attempt", "start_paper", "submit_attempt", "sweep_attempts", "why_not_start",
]


@dataclass(frozen=True)
class Sheet:
    """An attempt and its places as they will be stored: the paper drawn for a person at a moment."""

    attempt: dict[str, Any]
    rows: list[dict[str, Any]]


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
_EARLIER = select(Attempt).where(
    Attempt.user_id == bindparam("user"), Attempt.assignment_id == bindparam("assignment"), Attempt.preview.is_(False)).order_by(Attempt.no)
_BY_ID = select(Attempt).where(Attempt.id == bindparam("id"))
_LOCK_USER = select(User.id).where(User.id == bindparam("user")).with_for_update()
_OVERDUE = select(Attempt.id).where(Attempt.state == "in_progress", Attempt.deadline_at < bindparam("moment")).order_by(Attempt.id)
_CASE = select(ContentItem.published_id).where(
    ContentItem.kind == "case", ContentItem.slug == bindparam("slug"), ContentItem.published_id.is_not(None))


def earlier_attempts(session: Session, user_id: int, assignment_id: int) -> list[Attempt]:
    """A person's attempts on an assignment, in order, previews left out."""
    return list(session.scalars(_EARLIER, {"user": user_id, "assignment": assignment_id}))


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
    sheet = None if done and done[-1].state == "in_progress" else _sheet_for(session, user, assignment, done, now)
    begin_writing(session)
    session.execute(_LOCK_USER, {"user": user.id})
    done = earlier_attempts(session, user.id, assignment.id)
    if done and not is_closed(done[-1], now):
        return done[-1]
    if done and done[-1].state == "in_progress":
        submit_attempt(session, done[-1], done[-1].deadline_at, now)
    if sheet is None or sheet.attempt["no"] != len(done) + 1:
        sheet = _sheet_for(session, user, assignment, done, now)
    return _create(session, sheet, client_mark)


def _sheet_for(session: Session, user: User, assignment: Assignment, done: Sequence[Attempt], now: datetime) -> Sheet:
    """The next attempt of a person on an assignment, drawn; raises InputError where he may not begin."""
    teams = teams_of(session, user.id, now)
    terms = terms_for(session, assignment, user.id, now, teams)
    reason = refusal(assignment, terms, done, now)
    if reason is not None:
        raise InputError(reason)
    paper, no = assignment.paper_revision, len(done) + 1
    deadline = now + timedelta(minutes=_minutes(paper)) * terms.time_factor / 1000
    if not assignment.late_full_time:
        deadline = min(deadline, terms.closes_at)
    return _sheet(session, user, paper, no, f"{user.id}.{assignment.id}.{no}", deadline, now, assignment, teams)


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
    no = len(done) + 1
    sheet = _sheet(session, user, paper, no, f"{user.id}.p{paper.id}.{no}", now + timedelta(minutes=_minutes(paper)), now, None,
                   teams_of(session, user.id, now), as_of if preview else None)
    return _create(session, sheet, preview=preview)


def _minutes(paper: Revision) -> int:
    return int(paper.body.get("minutes") or 60)


def _sheet(session: Session, user: User, paper: Revision, no: int, seed: str, deadline_at: datetime, now: datetime,
           assignment: Assignment | None, teams: Sequence[int], as_of: datetime | None = None) -> Sheet:
    release = current_release(session)
    pool = current_pool(session, release, now) if as_of is None else pool_on(session, release, as_of)
    picks = draw_prepared(paper.body, pool.draws_of(paper.body, f"{paper.id}.{paper.digest}"), seen_questions(session, user.id), seed)
    if as_of is not None:
        picks = picks_on(session, release, picks, as_of)
    rows = _rows(session, pool, paper.body, picks, seed)
    row = {"user_id": user.id, "assignment_id": assignment.id if assignment else None, "paper_revision_id": paper.id, "no": no, "seed": seed,
           "release_id": release.id, "as_of": as_of or now, "checker": CHECKER_VERSION, "started_at": now, "deadline_at": deadline_at,
           "state": "in_progress", "team_id": teams[0] if teams else None}
    return Sheet(row, rows)


def _create(session: Session, sheet: Sheet, client_mark: str = "", preview: bool = False) -> Attempt:
    attempt_id = session.scalar(insert(_ATTEMPTS).returning(_ATTEMPTS.c.id), sheet.attempt | {"client_mark": client_mark, "preview": preview})
    session.execute(insert(_ITEMS), [row | {"attempt_id": attempt_id} for row in sheet.rows])
    return session.scalars(_BY_ID, {"id": attempt_id}).one()


def _rows(session: Session, pool: Pool, paper: Mapping[str, Any], picks: Sequence[Pick], seed: str) -> list[dict[str, Any]]:
    """The places of an attempt as they are stored."""
    faces = pool.faces_of(session, [pick.variant_id for pick in picks])
    rows: list[dict[str, Any]] = []

    def add(section: str, kind: str, worth: int, variant_id: int | None, case_id: int | None, permutation: list[str]) -> None:
        rows.append({"position": len(rows), "section": section, "kind": kind, "worth": worth, "variant_id": variant_id,
                     "case_revision_id": case_id, "permutation": permutation, "voided": False})

    for section in paper["sections"]:
        if section.get("kind", "questions") == "case":
            for slug in draw_cases(section, seed):
                add(section["id"], "case", round(float(section.get("marks", 20)) * 1000), None, _case(session, slug), [])
            continue
        shuffled = (section.get("shuffle") or {}).get("options", True)
        for pick in (pick for pick in picks if pick.section == section["id"]):
            add(pick.section, "question", pick.worth, pick.variant_id, None, _order(faces[pick.variant_id], seed, len(rows), shuffled))
    return rows


def order_of(shown: Mapping[str, Any], seed: str, place: int) -> list[str]:
    """The order in which options or steps are shown; steps of an ordering question are never shown solved."""
    return _order(face_of(shown), seed, place)


def _order(face: Face, seed: str, place: int, shuffled: bool = True) -> list[str]:
    names = list(face.parts)
    if not names or face.keep_order or not (shuffled or face.steps):
        return names
    order = permuted(seed, place, names)
    if face.steps and order == names and len(order) > 1:
        turn = 1 + number(seed, "turn", place) % (len(order) - 1)
        order = order[turn:] + order[:turn]
    return order


def _case(session: Session, slug: str) -> int:
    found = session.scalar(_CASE, {"slug": slug})
    if found is None:
        raise InputError(f"试卷里的案例「{slug}」没有发布，请联系培训师。")
    return found


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

"""Attempts (答卷): start, submit, sweep; answers are saved in saving.py."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
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
from trainer.services.candidates import exam_candidates, seen_questions
from trainer.services.closing import SLACK, is_closed, shown_state
from trainer.services.drawing import Pick, draw_cases, draw_paper, number, permuted
from trainer.services.grading import REVIEW_HOURS, grade_attempt
from trainer.services.previews import picks_on
from trainer.services.releases import current_release

log = logging.getLogger(__name__)

__all__ = [
    "SLACK", "earlier_attempts", "is_closed", "load_attempt", "lock_attempt", "move_deadlines", "order_of",
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


def earlier_attempts(session: Session, user_id: int, assignment_id: int) -> list[Attempt]:
    """A person's attempts on an assignment, in order, previews left out."""
    return list(session.scalars(select(Attempt).where(
        Attempt.user_id == user_id, Attempt.assignment_id == assignment_id, Attempt.preview.is_(False)
    ).order_by(Attempt.no)))


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

    `client_mark` stands for the device and address it begins on.
    """
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    done = earlier_attempts(session, user.id, assignment.id)
    if done and not is_closed(done[-1], now):
        return done[-1]
    if done and done[-1].state == "in_progress":
        submit_attempt(session, done[-1], done[-1].deadline_at, now)
    reason = why_not_start(session, user, assignment, now)
    if reason is not None:
        raise InputError(reason)
    return _create(session, user, assignment.paper_revision, now, assignment=assignment, no=len(done) + 1, client_mark=client_mark)


def start_paper(session: Session, user: User, paper: Revision, now: datetime, preview: bool = False,
                as_of: datetime | None = None) -> Attempt:
    """Begin a practice paper or a trainer's preview, or return the one in progress; neither needs an assignment.

    A preview may be drawn and judged by the rules of another date, `as_of`; one of another date in progress is closed.
    """
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    done = session.scalars(select(Attempt).where(
        Attempt.user_id == user.id, Attempt.assignment_id.is_(None), Attempt.paper_revision_id == paper.id,
        Attempt.preview.is_(preview)).order_by(Attempt.no)).all()
    if done and not is_closed(done[-1], now):
        if not preview or done[-1].as_of == (as_of or done[-1].as_of):
            return done[-1]
        submit_attempt(session, done[-1], now, now)
    return _create(session, user, paper, now, assignment=None, no=len(done) + 1, preview=preview, as_of=as_of if preview else None)


def _create(session: Session, user: User, paper_revision: Revision, now: datetime, *, assignment: Assignment | None,
            no: int, preview: bool = False, client_mark: str = "", as_of: datetime | None = None) -> Attempt:
    paper = paper_revision.body
    release = current_release(session)
    seed = f"{user.id}.{assignment.id if assignment else 'p' + str(paper_revision.id)}.{no}"
    pool = exam_candidates(session, release, as_of or now)
    picks = draw_paper(paper, pool, seen_questions(session, user.id), seed)
    if as_of is not None:
        picks = picks_on(session, release, picks, as_of)
    limit = timedelta(minutes=int(paper.get("minutes") or 60))
    deadline = now + limit
    if assignment is not None:
        terms = terms_for(session, assignment, user.id, now)
        deadline = now + limit * terms.time_factor / 1000
        if not assignment.late_full_time:
            deadline = min(deadline, terms.closes_at)
    teams = teams_of(session, user.id, now)
    attempt = Attempt(
        user_id=user.id, assignment=assignment, paper_revision=paper_revision, no=no, seed=seed, release_id=release.id,
        as_of=as_of or now, checker=CHECKER_VERSION, started_at=now, deadline_at=deadline, state="in_progress", preview=preview, client_mark=client_mark,
        team_id=teams[0] if teams else None)
    session.add(attempt)
    session.flush()
    attempt.items = _items(session, paper, picks, seed)
    session.flush()
    return attempt


def _items(session: Session, paper: dict[str, Any], picks: Sequence[Pick], seed: str) -> list[AttemptItem]:
    variants = {row.id: row for row in session.scalars(
        select(VariantRow).where(VariantRow.id.in_([pick.variant_id for pick in picks])))}
    items: list[AttemptItem] = []
    for section in paper["sections"]:
        if section.get("kind", "questions") == "case":
            for slug in draw_cases(section, seed):
                items.append(AttemptItem(
                    position=len(items), section=section["id"], kind="case", case_revision=_case(session, slug),
                    permutation=[], worth=round(float(section.get("marks", 20)) * 1000)))
            continue
        for pick in (pick for pick in picks if pick.section == section["id"]):
            shuffled = (section.get("shuffle") or {}).get("options", True)
            order = order_of(variants[pick.variant_id].shown, seed, len(items), shuffled)
            items.append(AttemptItem(position=len(items), section=pick.section, kind="question",
                                     variant=variants[pick.variant_id], permutation=order, worth=pick.worth))
    return items


def order_of(shown: dict[str, Any], seed: str, place: int, shuffled: bool = True) -> list[str]:
    """The order in which options or steps are shown; steps of an ordering question are never shown solved."""
    parts = shown.get("options") or shown.get("steps") or []
    names = [str(part["id"]) for part in parts]
    if not names or shown.get("keep_order") or not (shuffled or shown.get("steps")):
        return names
    order = permuted(seed, place, names)
    if shown.get("steps") and order == names and len(order) > 1:
        turn = 1 + number(seed, "turn", place) % (len(order) - 1)
        order = order[turn:] + order[:turn]
    return order


def _case(session: Session, slug: str) -> Revision:
    revision = session.scalar(select(Revision).join(ContentItem, ContentItem.published_id == Revision.id).where(
        ContentItem.kind == "case", ContentItem.slug == slug))
    if revision is None:
        raise InputError(f"试卷里的案例「{slug}」没有发布，请联系培训师。")
    return revision


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
    return list(session.scalars(select(Attempt.id).where(
        Attempt.state == "in_progress", Attempt.deadline_at < now - SLACK).order_by(Attempt.id)))


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
        limit = timedelta(minutes=int(attempt.paper_revision.body.get("minutes") or 60)) * terms.time_factor / 1000
        deadline = attempt.started_at + limit
        if not assignment.late_full_time:
            deadline = min(deadline, terms.closes_at)
        if deadline > attempt.deadline_at:
            attempt.deadline_at = deadline
            moved += 1
    session.flush()
    return moved

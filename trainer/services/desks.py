"""The desk (模拟接待) as the rest of the application sees it: whose it is, what may be shown, and the services around it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from trainer.models import Attempt, AttemptItem, DeskConversation, DeskSession, Revision
from trainer.services.closing import is_closed
from trainer.services.desk_clock import RECEPTION
from trainer.services.desk_moves import (
    Moved,
    close_desk,
    finish_as_it_stands,
    go_back,
    keep_time,
    last_before,
    make_move,
    skip_ahead,
)
from trainer.services.desk_opening import (
    EXAM,
    LEARN,
    cases,
    choose,
    open_desk,
    open_several,
    retire_set,
    save_set,
    set_revisions,
    sets,
)
from trainer.services.desk_phrases import pack_of, quick_phrases
from trainer.services.desk_state import PASS, Desk, Talk, Turn, load_desk
from trainer.services.results import visibility

__all__ = [
    "EXAM", "LEARN", "PASS", "RECEPTION", "Desk", "Moved", "Talk", "Turn", "attempt_of", "cases", "choose", "close_desk", "desk_of_item",
    "desks_of", "finish_as_it_stands", "go_back", "is_over", "is_sealed", "keep_time", "last_before", "load_desk", "make_move",
    "open_desk", "open_several", "owner_of", "pack_of", "quick_phrases", "retire_set", "running_desks", "save_set", "set_revisions", "sets",
    "skip_ahead",
]


def desks_of(session: Session, user_id: int) -> list[DeskSession]:
    """A person's sessions outside exams, newest first."""
    return list(session.scalars(select(DeskSession).where(
        DeskSession.user_id == user_id, DeskSession.item_id.is_(None)).options(
        selectinload(DeskSession.conversations).joinedload(DeskConversation.case_revision).undefer(Revision.body)
    ).order_by(DeskSession.started_at.desc(), DeskSession.id.desc())))


def running_desks(session: Session, user_ids: list[int]) -> list[DeskSession]:
    """The desks of these people outside exams that have not ended, newest first."""
    return list(session.scalars(select(DeskSession).where(
        DeskSession.user_id.in_(user_ids), DeskSession.finished_at.is_(None), DeskSession.item_id.is_(None),
        DeskSession.preview.is_(False)).options(
        selectinload(DeskSession.user), selectinload(DeskSession.conversations).joinedload(DeskConversation.case_revision).undefer(Revision.body)
    ).order_by(DeskSession.started_at.desc(), DeskSession.id.desc()).limit(50)))


def owner_of(session: Session, session_id: int) -> int | None:
    """Whose session it is, None where there is none."""
    return session.scalar(select(DeskSession.user_id).where(DeskSession.id == session_id))


def desk_of_item(session: Session, item_id: int) -> DeskSession | None:
    """The session of a place of an attempt, once begun."""
    return session.scalar(select(DeskSession).where(DeskSession.item_id == item_id))


def _attempt(session: Session, row: DeskSession) -> Attempt | None:
    if row.item_id is None:
        return None
    return session.scalar(select(Attempt).join(AttemptItem, AttemptItem.attempt_id == Attempt.id).where(
        AttemptItem.id == row.item_id))


def attempt_of(session: Session, row: DeskSession) -> int | None:
    """The attempt that a session belongs to."""
    attempt = _attempt(session, row)
    return attempt.id if attempt else None


def is_over(session: Session, session_id: int, now: datetime) -> bool:
    """Whether the attempt around the session takes nothing more."""
    attempt = session.scalar(select(Attempt).join(AttemptItem, AttemptItem.attempt_id == Attempt.id).join(
        DeskSession, DeskSession.item_id == AttemptItem.id).where(DeskSession.id == session_id))
    return attempt is not None and is_closed(attempt, now)


def is_sealed(session: Session, row: DeskSession, now: datetime) -> bool:
    """Whether the report must wait, because the attempt's keys are not shown yet."""
    attempt = _attempt(session, row)
    return attempt is not None and not visibility(session, attempt, now).keys

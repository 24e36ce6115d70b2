"""Remarks on turns of a replay (点评): written, taken back, answered once or read; all append-only and in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from trainer.errors import ConflictError, InputError
from trainer.models import (
    DeskComment,
    DeskCommentNote,
    DeskConversation,
    DeskSession,
    Revision,
    User,
)
from trainer.services.audit import record
from trainer.services.desks import is_sealed
from trainer.services.replays import move_exists

LONGEST, ANSWER = 1000, 500


@dataclass(frozen=True)
class Comment:
    """A remark as pages show it; `n` is the stored move it is on."""

    id: int
    session_id: int
    n: int
    by_id: int
    by: str
    text: str
    at: datetime
    retracted_at: datetime | None
    answer: str
    answered_at: datetime | None
    read_at: datetime | None

    @property
    def is_new(self) -> bool:
        """Whether the learner has neither read nor answered it."""
        return self.retracted_at is None and self.read_at is None and self.answered_at is None


def add_comment(session: Session, author: User, desk: DeskSession, n: int, text: str, now: datetime) -> DeskComment:
    """Write a remark on a turn; raises InputError for no text, too much of it, no such turn or one's own session."""
    words = text.replace("\r\n", "\n").strip()
    if desk.user_id == author.id:
        raise InputError("自己的接待不能自己点评。")
    if not words:
        raise InputError("请写点评的内容，说清哪里好、哪里可以怎么改。", "text")
    if len(words) > LONGEST:
        raise InputError(f"点评最多 {LONGEST} 个字，现在 {len(words)} 个。", "text")
    if not move_exists(session, desk.id, n):
        raise InputError("这场接待没有这一步，请刷新后再写。")
    comment = DeskComment(session_id=desk.id, n=n, by_id=author.id, text=words, at=now)
    session.add(comment)
    session.flush()
    record(session, now, author.id, "desk.comment", f"desk:{desk.id}", {"comment": comment.id, "move": n})
    session.flush()
    return comment


def find_comment(session: Session, session_id: int, comment_id: int) -> DeskComment | None:
    """A remark on this session."""
    return session.scalar(select(DeskComment).where(DeskComment.id == comment_id, DeskComment.session_id == session_id))


def retract_comment(session: Session, author: User, comment: DeskComment, now: datetime) -> None:
    """Take one's own remark back; it stays on record. Raises InputError for somebody else's, ConflictError the second time."""
    if comment.by_id != author.id:
        raise InputError("只能撤回自己写的点评。")
    _note(session, comment, "retracted", author, "", now)
    record(session, now, author.id, "desk.comment_retract", f"desk:{comment.session_id}", {"comment": comment.id})
    session.flush()


def answer_comment(session: Session, learner: User, comment: DeskComment, text: str, now: datetime) -> None:
    """The learner's one answer; raises InputError for no text or too much, ConflictError the second time."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise InputError("请写回复的内容；不用回复就点「知道了」。", "text")
    if len(words) > ANSWER:
        raise InputError(f"回复最多 {ANSWER} 个字，现在 {len(words)} 个。", "text")
    _refuse_retracted(session, comment)
    _note(session, comment, "answer", learner, words, now)
    record(session, now, learner.id, "desk.comment_answer", f"desk:{comment.session_id}", {"comment": comment.id})
    session.flush()


def mark_read(session: Session, learner: User, comment: DeskComment, now: datetime) -> None:
    """Note that the learner has read a remark; the second time changes nothing."""
    if "read" not in _kinds(session, comment):
        _note(session, comment, "read", learner, "", now)


def _kinds(session: Session, comment: DeskComment) -> set[str]:
    return set(session.scalars(select(DeskCommentNote.kind).where(DeskCommentNote.comment_id == comment.id)))


def _refuse_retracted(session: Session, comment: DeskComment) -> None:
    if "retracted" in _kinds(session, comment):
        raise ConflictError("这条点评已经撤回，不用回复了。")


def _note(session: Session, comment: DeskComment, kind: str, by: User, text: str, now: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(DeskCommentNote(comment_id=comment.id, kind=kind, by_id=by.id, text=text, at=now))
    except IntegrityError:
        raise ConflictError({"answer": "这条点评已经回复过了，只能回复一次。", "retracted": "这条点评已经撤回了。"}.get(
            kind, "这条点评已经标为看过。")) from None


def comments_on(session: Session, session_id: int) -> list[Comment]:
    """All remarks on a session in the order they were written, those taken back among them."""
    return _with_notes(session, session.execute(select(DeskComment, User.name).join(
        User, User.id == DeskComment.by_id).where(DeskComment.session_id == session_id).order_by(DeskComment.id)).all())


def _with_notes(session: Session, rows: Sequence[Any]) -> list[Comment]:
    ids = [comment.id for comment, _ in rows]
    notes = {(note.comment_id, note.kind): note for note in session.scalars(
        select(DeskCommentNote).where(DeskCommentNote.comment_id.in_(ids)))} if ids else {}

    def at(comment: DeskComment, kind: str) -> datetime | None:
        return notes[comment.id, kind].at if (comment.id, kind) in notes else None

    return [Comment(comment.id, comment.session_id, comment.n, comment.by_id, name, comment.text, comment.at, at(comment, "retracted"),
                    notes[comment.id, "answer"].text if (comment.id, "answer") in notes else "", at(comment, "answer"),
                    at(comment, "read")) for comment, name in rows]


def new_comments(session: Session, user_id: int, now: datetime) -> list[tuple[DeskSession, list[Comment]]]:
    """A learner's unread remarks by session, newest session first; those on exams whose keys are not shown yet must wait."""
    noted = exists().where(DeskCommentNote.comment_id == DeskComment.id)
    rows = session.execute(select(DeskComment, User.name).join(User, User.id == DeskComment.by_id).join(
        DeskSession, DeskSession.id == DeskComment.session_id).where(DeskSession.user_id == user_id, ~noted).order_by(
            DeskComment.id)).all()
    found: dict[int, list[Comment]] = {}
    for comment in _with_notes(session, rows):
        found.setdefault(comment.session_id, []).append(comment)
    desks = session.scalars(select(DeskSession).where(DeskSession.id.in_(found)).options(
        selectinload(DeskSession.conversations).joinedload(DeskConversation.case_revision).undefer(Revision.body)).order_by(
            DeskSession.id.desc())) if found else ()
    return [(desk, found[desk.id]) for desk in desks if not is_sealed(session, desk, now)]


def written_by(session: Session, author_id: int, limit: int = 200) -> list[tuple[DeskSession, Comment]]:
    """A person's own remarks, newest first, with what came of them."""
    rows = session.execute(select(DeskComment, User.name).join(User, User.id == DeskComment.by_id).where(
        DeskComment.by_id == author_id).order_by(DeskComment.id.desc()).limit(limit)).all()
    comments = _with_notes(session, rows)
    desks = {desk.id: desk for desk in session.scalars(select(DeskSession).where(
        DeskSession.id.in_({comment.session_id for comment in comments})).options(
            selectinload(DeskSession.user), selectinload(DeskSession.conversations).joinedload(
                DeskConversation.case_revision).undefer(Revision.body)))} if comments else {}
    return [(desks[comment.session_id], comment) for comment in comments]

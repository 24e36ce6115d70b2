"""Desk sessions, their conversations and moves."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Name, Pk
from trainer.models.content import Revision
from trainer.models.people import User


class DeskSet(Base):
    """Cases that a trainer put together for a reception, by slug."""

    __tablename__ = "desk_set"
    id: Mapped[Pk]
    title: Mapped[Name]
    cases: Mapped[Any] = mapped_column(JsonText, nullable=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class DeskSession(Base):
    """A desk (接待台): mode is learn, reception or exam; inside an attempt it belongs to one of its items."""

    __tablename__ = "desk_session"
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    mode: Mapped[Code] = mapped_column(default="learn")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("attempt_item.id"), unique=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    as_of: Mapped[datetime]
    engine: Mapped[Code]
    checker: Mapped[Code]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    preview: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    head_n: Mapped[int] = mapped_column(default=0)
    report: Mapped[Any] = mapped_column(JsonText, nullable=True)
    score: Mapped[int | None]
    passed: Mapped[bool | None]
    clock: Mapped[Any] = mapped_column(JsonText, nullable=True)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("desk_set.id"))
    user: Mapped[User] = relationship()
    conversations: Mapped[list["DeskConversation"]] = relationship(
        order_by="DeskConversation.position", cascade="all, delete-orphan", lazy="selectin")


class DeskConversation(Base):
    """One buyer at the desk: which case, which variant, how it opened."""

    __tablename__ = "desk_conversation"
    __table_args__ = (UniqueConstraint("session_id", "position"),)
    id: Mapped[Pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("desk_session.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    case_revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    variant_no: Mapped[int]
    opening: Mapped[Any] = mapped_column(JsonText, nullable=False)
    case_revision: Mapped[Revision] = relationship()


class DeskMove(Base):
    """One move with what was found, what happened and the state after it; stored before it is shown; append-only."""

    __tablename__ = "desk_move"
    __table_args__ = (UniqueConstraint("session_id", "n"), UniqueConstraint("session_id", "client_key"))
    id: Mapped[Pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("desk_session.id"), index=True)
    n: Mapped[int]
    parent_n: Mapped[int]
    conversation: Mapped[int] = mapped_column(default=0)
    client_key: Mapped[Code]
    move: Mapped[Any] = mapped_column(JsonText, nullable=False)
    findings: Mapped[Any] = mapped_column(JsonText, nullable=True)
    events: Mapped[Any] = mapped_column(JsonText, nullable=False)
    state_after: Mapped[Any] = deferred(mapped_column(JsonText, nullable=False))
    at: Mapped[datetime]


class DeskComment(Base):
    """A supervisor's remark on a turn of a replay."""

    __tablename__ = "desk_comment"
    id: Mapped[Pk]
    session_id: Mapped[int] = mapped_column(ForeignKey("desk_session.id"), index=True)
    n: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


COMMENT_NOTES = ("retracted", "answer", "read")


class DeskCommentNote(Base):
    """What came of a remark: taken back by its author, answered or read by the learner; each at most once; append-only."""

    __tablename__ = "desk_comment_note"
    __table_args__ = (UniqueConstraint("comment_id", "kind"),)
    id: Mapped[Pk]
    comment_id: Mapped[int] = mapped_column(ForeignKey("desk_comment.id"), index=True)
    kind: Mapped[Code]
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime]

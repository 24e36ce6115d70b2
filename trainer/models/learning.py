"""Progress through lessons, practice answers and the 错题本."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Pk, Points
from trainer.models.content import VariantRow


class LessonProgress(Base):
    """How far a person is with a lesson; done when read and its check answered."""

    __tablename__ = "lesson_progress"
    __table_args__ = (UniqueConstraint("user_id", "lesson_slug"),)
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    lesson_slug: Mapped[str] = mapped_column(String(120))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    started_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    check_points: Mapped[Points] = mapped_column(default=0)
    check_of: Mapped[Points] = mapped_column(default=0)
    done_at: Mapped[datetime | None]


class PracticeAnswer(Base):
    """An answer given in practice, with its marks at once; append-only.

    `context` says where it was given: lesson:<slug>, topic:<topic> or review.
    """

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("user_id", "client_key"), Index("ix_practice_user_topic", "user_id", "topic"))
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    client_key: Mapped[Code]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    question_slug: Mapped[str] = mapped_column(String(120), index=True)
    topic: Mapped[Code]
    context: Mapped[str] = mapped_column(String(160), default="")
    answer: Mapped[Any] = mapped_column(JsonText, nullable=False)
    points: Mapped[Points]
    marks: Mapped[Any] = mapped_column(JsonText, nullable=False)
    findings: Mapped[Any] = mapped_column(JsonText, nullable=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    checker: Mapped[Code]
    at: Mapped[datetime]
    variant: Mapped[VariantRow] = relationship()


class ReviewCard(Base):
    """A question in a person's 错题本 with its FSRS card; `from_attempt_id` where an exam brought it."""

    __tablename__ = "review_card"
    __table_args__ = (UniqueConstraint("user_id", "question_slug"), Index("ix_review_card_due", "user_id", "due_at"))
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    question_slug: Mapped[str] = mapped_column(String(120))
    card: Mapped[Any] = mapped_column(JsonText, nullable=False)
    due_at: Mapped[datetime]
    misses: Mapped[int] = mapped_column(default=1)
    added_at: Mapped[datetime]
    from_attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))


class TypingTest(Base):
    """打字测试: three minutes of chat text; `speed` is characters a minute net of errors. Append-only."""

    __tablename__ = "typing_test"
    __table_args__ = (UniqueConstraint("user_id", "client_key"),)
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    client_key: Mapped[Code]
    seconds: Mapped[int]
    typed: Mapped[int]
    errors: Mapped[int]
    speed: Mapped[int]
    at: Mapped[datetime]

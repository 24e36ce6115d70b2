"""Assignments, exceptions, attempts, responses, grades, reviews and certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Name, Pk, Points
from trainer.models.content import Release, Revision, VariantRow
from trainer.models.people import User

ATTEMPT_STATES = {
    "in_progress": "作答中", "submitted": "已交卷", "provisional": "待复核", "final": "已定分", "reopened": "重开",
}


class Assignment(Base):
    """A pinned paper revision for people, classes or teams within a window.

    `keys_visible` says when keys are shown: submitted, final, closed or never. `room_code` asks for 考场口令 at the start.
    """

    __tablename__ = "assignment"
    id: Mapped[Pk]
    title: Mapped[Name]
    paper_revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    attempts_allowed: Mapped[int] = mapped_column(default=1)
    cooldown_minutes: Mapped[int] = mapped_column(default=0)
    late_full_time: Mapped[bool] = mapped_column(default=False)
    keys_visible: Mapped[Code] = mapped_column(default="closed")
    room_code: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    paper_revision: Mapped[Revision] = relationship()
    targets: Mapped[list["AssignmentTarget"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class AssignmentTarget(Base):
    """Whom an assignment is for: kind is person, klass or team."""

    __tablename__ = "assignment_target"
    __table_args__ = (
        UniqueConstraint("assignment_id", "kind", "target_id"), Index("ix_target_kind_id", "kind", "target_id"))
    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    kind: Mapped[Code]
    target_id: Mapped[int]


class ExamException(Base):
    """特批 for a person or a team on an assignment; person beats team, later beats earlier; never updated."""

    __tablename__ = "exam_exception"
    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    time_factor: Mapped[int] = mapped_column(default=1000)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(255))
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime]


class Attempt(Base):
    """One sitting of a paper. Without an assignment it is a practice paper; preview ones count nowhere.

    `client_mark` is the device and address it began on; `mistakes_at` says when its misses entered the 错题本.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("user_id", "assignment_id", "no"), Index("ix_attempt_state_deadline", "state", "deadline_at"))
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    paper_revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    no: Mapped[int]
    seed: Mapped[Code]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    as_of: Mapped[datetime]
    checker: Mapped[Code]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    state: Mapped[Code] = mapped_column(default="in_progress")
    preview: Mapped[bool] = mapped_column(default=False)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    client_mark: Mapped[Code] = mapped_column(default="")
    mistakes_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
    assignment: Mapped[Assignment | None] = relationship()
    paper_revision: Mapped[Revision] = relationship()
    release: Mapped[Release] = relationship()
    items: Mapped[list["AttemptItem"]] = relationship(order_by="AttemptItem.position", back_populates="attempt")
    result: Mapped["AttemptResult | None"] = relationship(back_populates="attempt")


class AttemptItem(Base):
    """One place of an attempt: a drawn variant with its option order, or a case played at the desk."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)
    id: Mapped[Pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    position: Mapped[int]
    section: Mapped[Code]
    kind: Mapped[Code]
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id"), index=True)
    case_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    permutation: Mapped[Any] = mapped_column(JsonText, nullable=False, default=list)
    worth: Mapped[Points]
    voided: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[Attempt] = relationship(back_populates="items")
    variant: Mapped[VariantRow | None] = relationship()
    case_revision: Mapped[Revision | None] = relationship()
    response: Mapped["Response | None"] = relationship(back_populates="item")
    result: Mapped["ItemResult | None"] = relationship(back_populates="item")


class Response(Base):
    """The answer that counts now, one row an item, changed under its lock."""

    __tablename__ = "response"
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), primary_key=True)
    seq: Mapped[int]
    client_key: Mapped[Code]
    answer: Mapped[Any] = mapped_column(JsonText, nullable=False)
    unsure: Mapped[bool] = mapped_column(default=False)
    lookup_seconds: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    item: Mapped[AttemptItem] = relationship(back_populates="response")


class ResponseEvent(Base):
    """Every answer ever received, append-only; kind is saved, conflict or late_draft; `reply` is what we answered."""

    __tablename__ = "response_event"
    __table_args__ = (UniqueConstraint("item_id", "client_key"),)
    id: Mapped[Pk]
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), index=True)
    client_key: Mapped[Code]
    kind: Mapped[Code]
    base_seq: Mapped[int]
    seq: Mapped[int]
    answer: Mapped[Any] = mapped_column(JsonText, nullable=False)
    unsure: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]


class LateDraftDecision(Base):
    """What a person decided about an answer received after the slack, append-only."""

    __tablename__ = "late_draft_decision"
    event_id: Mapped[int] = mapped_column(ForeignKey("response_event.id"), primary_key=True)
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]


class Grade(Base):
    """A mark for an item, append-only; source auto|override|appeal|regrade|late|void; by a person with a reason, or us."""

    __tablename__ = "grade"
    id: Mapped[Pk]
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), index=True)
    source: Mapped[Code]
    points: Mapped[Points]
    of: Mapped[Points]
    marks: Mapped[Any] = mapped_column(JsonText, nullable=False, default=list)
    findings: Mapped[Any] = mapped_column(JsonText, nullable=True)
    needs_review: Mapped[bool] = mapped_column(default=False)
    because: Mapped[Any] = mapped_column(JsonText, nullable=False, default=list)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    as_of: Mapped[datetime]
    checker: Mapped[Code]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]


class ItemResult(Base):
    """Projection: the grade that counts for an item. Rebuildable."""

    __tablename__ = "item_result"
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), primary_key=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("grade.id"))
    points: Mapped[Points]
    needs_review: Mapped[bool]
    item: Mapped[AttemptItem] = relationship(back_populates="result")
    grade: Mapped[Grade] = relationship()


class AttemptResult(Base):
    """Projection: total, sections and pass of an attempt. Rebuildable."""

    __tablename__ = "attempt_result"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    points: Mapped[Points]
    of: Mapped[Points]
    sections: Mapped[Any] = mapped_column(JsonText, nullable=False)
    passed: Mapped[bool]
    decisive: Mapped[Any] = mapped_column(JsonText, nullable=False, default=list)
    settled_at: Mapped[datetime | None]
    attempt: Mapped[Attempt] = relationship(back_populates="result")


class Review(Base):
    """A place in the review queue: kind is review (of ours) or appeal (of the learner's)."""

    __tablename__ = "review"
    id: Mapped[Pk]
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), index=True)
    kind: Mapped[Code]
    decisive: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    plea: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    verdict: Mapped[Code | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    item: Mapped[AttemptItem] = relationship()


class Irregularity(Base):
    """Something unusual beside an attempt; never an automatic fail."""

    __tablename__ = "irregularity"
    id: Mapped[Pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    kind: Mapped[Code]
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(255), default="")


class Certificate(Base):
    """上岗证: comes only from a final attempt; `token` is what the QR code carries; flagged ones await a person."""

    __tablename__ = "certificate"
    id: Mapped[Pk]
    number: Mapped[Code] = mapped_column(unique=True)
    token: Mapped[Code] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    title: Mapped[Name]
    platform: Mapped[Code]
    post: Mapped[Code]
    scope_text: Mapped[Name]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    rules_as_of: Mapped[datetime]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revoke_reason: Mapped[str] = mapped_column(String(255), default="")
    flagged_at: Mapped[datetime | None]
    flag_reason: Mapped[str] = mapped_column(String(255), default="")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    attempt: Mapped[Attempt] = relationship()


class Regrade(Base):
    """重新判分: kind release (same as_of, newer release: marks may change) or date (newer as_of: a refresh list only).

    Once `committed_at` is set its rows are being written; `finished_at` says that all are.
    """

    __tablename__ = "regrade"
    id: Mapped[Pk]
    kind: Mapped[Code]
    title: Mapped[Name]
    scope: Mapped[Any] = mapped_column(JsonText, nullable=False)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    as_of: Mapped[datetime | None]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="")
    committed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    committed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    release: Mapped[Release] = relationship()
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])


class RegradeRow(Base):
    """One attempt of a regrade: state waiting, judged or written; `items` holds each place that differs, with the new outcome."""

    __tablename__ = "regrade_row"
    __table_args__ = (UniqueConstraint("regrade_id", "attempt_id"), Index("ix_regrade_row_state", "regrade_id", "state"))
    id: Mapped[Pk]
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    state: Mapped[Code] = mapped_column(default="waiting")
    changed: Mapped[bool] = mapped_column(default=False)
    problems: Mapped[int] = mapped_column(default=0)
    points_before: Mapped[Points] = mapped_column(default=0)
    points_after: Mapped[Points] = mapped_column(default=0)
    of: Mapped[Points] = mapped_column(default=0)
    passed_before: Mapped[bool] = mapped_column(default=False)
    passed_after: Mapped[bool] = mapped_column(default=False)
    items: Mapped[Any] = mapped_column(JsonText, nullable=False, default=list)
    attempt: Mapped[Attempt] = relationship()

"""People, roles, shops, teams, classes, sign-in throttle and the audit log."""

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Name, Pk

ROLES = {
    "trainee": "学员", "supervisor": "主管", "trainer": "培训师", "admin": "管理员",
    "mentor": "带教师傅", "inspector": "质检员",
}
LEARNER_STATES = {
    "training": "在训", "probation": "试岗", "on_duty": "上岗", "refresh": "待复训", "paused": "暂停", "left": "离职",
}


class Shop(Base):
    """A shop of the organisation; what it promises stands in the content item of the same code."""

    __tablename__ = "shop"
    id: Mapped[Pk]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    platform: Mapped[Code]


class User(UserMixin, Base):
    """A person who signs in by 工号 (staff_no)."""

    __tablename__ = "user_account"
    id: Mapped[Pk]
    staff_no: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    contact: Mapped[str | None] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    must_change: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    role_rows: Mapped[list["UserRole"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="UserRole.role")

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in (Flask-Login asks)."""
        return self.active

    @property
    def roles(self) -> frozenset[str]:
        """The codes of the person's roles."""
        return frozenset(row.role for row in self.role_rows)

    def get_id(self) -> str:
        """What the session cookie names: the person and the epoch, so that sign-out everywhere ends it."""
        return f"{self.id}.{self.session_epoch}"


class UserRole(Base):
    __tablename__ = "user_role"
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[Code] = mapped_column(primary_key=True)


class Identity(Base):
    """A way to be recognised besides the password, for single sign-on."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    provider: Mapped[Code]
    subject: Mapped[str] = mapped_column(String(255))


class Team(Base):
    """A team in the tree; leads see all below."""

    __tablename__ = "team"
    id: Mapped[Pk]
    name: Mapped[Name] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))


class TeamMember(Base):
    """Dated membership: part is `member`, `lead` or `mentor`; `until` null is still."""

    __tablename__ = "team_member"
    id: Mapped[Pk]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    part: Mapped[Code] = mapped_column(default="member")
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Klass(Base):
    """A class (班级/期) of hires with its opening day, head teacher, shop and post."""

    __tablename__ = "klass"
    id: Mapped[Pk]
    name: Mapped[Name] = mapped_column(unique=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    post: Mapped[Code] = mapped_column(default="aftersale")
    opened_on: Mapped[str] = mapped_column(String(10))
    head_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Enrolment(Base):
    """Dated membership of a class."""

    __tablename__ = "enrolment"
    id: Mapped[Pk]
    klass_id: Mapped[int] = mapped_column(ForeignKey("klass.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class LearnerState(Base):
    """Append-only states of a learner; the newest row counts."""

    __tablename__ = "learner_state"
    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[Code]
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(255), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class SignInFailure(Base):
    """One failed sign-in, counted per account and per address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_scope_subject_at", "scope", "subject", "at"),)
    id: Mapped[Pk]
    scope: Mapped[Code]
    subject: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class AuditLog(Base):
    """Who did what, when, from where; append-only."""

    __tablename__ = "audit_log"
    id: Mapped[Pk]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    action: Mapped[Code] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(String(120), default="")
    detail: Mapped[Any] = mapped_column(JsonText, nullable=False, default=dict)
    address: Mapped[str] = mapped_column(String(64), default="")


class Setting(Base):
    """A small value of the installation (one-time setup code, lease of the sweep)."""

    __tablename__ = "setting"
    key: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JsonText, nullable=False)

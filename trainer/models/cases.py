"""What was found out about a case: the walks that trainers ran."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trainer.models.base import Base, Code, JsonText, Pk


class CaseWalk(Base):
    """One variant of a case revision, walked and tried by the bots under a release; a later walk replaces it."""

    __tablename__ = "case_walk"
    __table_args__ = (UniqueConstraint("revision_id", "release_id", "engine", "variant_no"),)
    id: Mapped[Pk]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    engine: Mapped[Code]
    variant_no: Mapped[int]
    found: Mapped[Any] = mapped_column(JsonText, nullable=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]

"""The trainer's test bench: replies put on it for a while, and labelled samples that stay."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Name, Pk

SAMPLE_ORIGINS = {"appeal": "申诉成立", "review": "复核", "bench": "测试台", "upload": "上传"}
SAMPLE_STATES = {"open": "待标", "done": "已标", "retired": "已停用"}


class BenchRun(Base):
    """Replies on the bench of one trainer; deleted after some days, since buyers' words may stand in them."""

    __tablename__ = "bench_run"
    id: Mapped[Pk]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    title: Mapped[Name]
    source: Mapped[Code]
    count: Mapped[int]
    rows: Mapped[Any] = deferred(mapped_column(JsonText, nullable=False))
    created_at: Mapped[datetime] = mapped_column(index=True)


class ReplySample(Base):
    """标注样本: a reply without personal data; `codes` and `state` are projections of its newest label."""

    __tablename__ = "reply_sample"
    id: Mapped[Pk]
    origin: Mapped[Code]
    origin_key: Mapped[str] = mapped_column(String(120), unique=True)
    platform: Mapped[Code]
    as_of: Mapped[datetime]
    buyer: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str] = mapped_column(Text)
    facts: Mapped[Any] = mapped_column(JsonText, nullable=False, default=dict)
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    codes: Mapped[str] = mapped_column(Text, default=" ")
    state: Mapped[Code] = mapped_column(default="open")
    labels: Mapped[list["SampleLabel"]] = relationship(order_by="SampleLabel.no", back_populates="sample")


class SampleLabel(Base):
    """What a person says of a sample, append-only: codes, or None for what nobody has looked at yet."""

    __tablename__ = "sample_label"
    __table_args__ = (UniqueConstraint("sample_id", "no"),)
    id: Mapped[Pk]
    sample_id: Mapped[int] = mapped_column(ForeignKey("reply_sample.id"), index=True)
    no: Mapped[int]
    violations: Mapped[Any] = mapped_column(JsonText, nullable=True)
    acts: Mapped[Any] = mapped_column(JsonText, nullable=True)
    retired: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    sample: Mapped[ReplySample] = relationship(back_populates="labels")

"""Content items with append-only revisions, change sets, rulebook releases and their variants."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from trainer.models.base import Base, Code, JsonText, Name, Pk

KINDS = {"rule": "规则", "lesson": "课程", "question": "题目", "paper": "试卷", "case": "案例", "shop": "店铺", "wording": "话术规则"}


class ContentItem(Base):
    """One addressable thing of the bank; `published_id` points at the revision that learners meet."""

    __tablename__ = "content_item"
    __table_args__ = (UniqueConstraint("kind", "slug"),)
    id: Mapped[Pk]
    kind: Mapped[Code]
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(255), default="")
    published_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id", use_alter=True))
    suspended_because: Mapped[str | None] = mapped_column(String(255))
    retired_at: Mapped[datetime | None]
    published: Mapped["Revision | None"] = relationship(foreign_keys=[published_id], post_update=True)


class Revision(Base):
    """An immutable version of an item; origin is file (seed) or trainer; state draft|published|withdrawn."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("item_id", "no"),)
    id: Mapped[Pk]
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), index=True)
    no: Mapped[int]
    body: Mapped[Any] = deferred(mapped_column(JsonText, nullable=False))
    digest: Mapped[Code]
    origin: Mapped[Code] = mapped_column(default="file")
    state: Mapped[Code] = mapped_column(default="draft")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(String(255), default="")
    item: Mapped[ContentItem] = relationship(foreign_keys=[item_id])


class ChangeSet(Base):
    """What is published together: checked as a whole, published in one transaction or not at all."""

    __tablename__ = "change_set"
    id: Mapped[Pk]
    title: Mapped[Name]
    state: Mapped[Code] = mapped_column(default="open")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None]


class ChangeSetEntry(Base):
    __tablename__ = "change_set_entry"
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), primary_key=True)


class Release(Base):
    """An immutable rulebook release: the canonical JSON of all published rules, wording and calendar."""

    __tablename__ = "release"
    id: Mapped[Pk]
    number: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[Code] = mapped_column(index=True)
    body: Mapped[str] = deferred(mapped_column(Text))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))


class ReleasePointer(Base):
    """The single row that says which release is current."""

    __tablename__ = "release_pointer"
    id: Mapped[Pk]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))


class VariantRow(Base):
    """A variant made at publishing: immutable, shared by all attempts."""

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("revision_id", "release_id", "as_of", "variant_no"),)
    id: Mapped[Pk]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    variant_no: Mapped[int]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    as_of: Mapped[datetime]
    sha256: Mapped[Code]
    shown: Mapped[Any] = mapped_column(JsonText, nullable=False)
    key: Mapped[Any] = mapped_column(JsonText, nullable=False)
    revision: Mapped[Revision] = relationship()


class VariantRule(Base):
    """Which rules a variant's key rests on: impact of a rule change is a join."""

    __tablename__ = "variant_rule"
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(120), primary_key=True, index=True)


class Asset(Base):
    """A file by its digest, at most 2 MB."""

    __tablename__ = "asset"
    sha256: Mapped[Code] = mapped_column(primary_key=True)
    mime: Mapped[Code]
    data: Mapped[bytes] = deferred(mapped_column(LargeBinary))

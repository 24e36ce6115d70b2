"""Content items and their revisions as rows, and published content as the values that checks look things up in."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, undefer

from trainer.bank import Stock
from trainer.bank.source import Value
from trainer.content import CaseHeader, Lesson, Paper, Question, Shop
from trainer.models import ContentItem, Revision, canonical
from trainer.rules import Rulebook

READERS: Mapping[str, Any] = {"lesson": Lesson, "question": Question, "paper": Paper, "case": CaseHeader, "shop": Shop}


@dataclass(frozen=True)
class Standing:
    """How an item stands: the newest number, what is published and where from, and what the files last said."""

    item_id: int
    published_id: int | None
    retired: bool
    last_no: int = 0
    published_origin: str = ""
    published_digest: str = ""
    file_digest: str = ""


@dataclass
class Fresh:
    """A revision to be added."""

    kind: str
    slug: str
    title: str
    body: Any
    note: str = ""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.digest = digest_of(self.body)


def digest_of(body: Any) -> str:
    """The sha256 of a body's canonical JSON."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def read_value(kind: str, body: Any) -> Value:
    """A stored body as content; raises FlawedContent."""
    value: Value = READERS[kind].from_dict(body)
    return value


def standings(session: Session) -> dict[tuple[str, str], Standing]:
    """Every item by kind and slug, in two queries and without bodies."""
    items = {row.id: row for row in session.execute(
        select(ContentItem.id, ContentItem.kind, ContentItem.slug, ContentItem.published_id, ContentItem.retired_at))}
    found: dict[int, dict[str, Any]] = {key: {} for key in items}
    rows = session.execute(select(
        Revision.id, Revision.item_id, Revision.no, Revision.digest, Revision.origin).order_by(Revision.item_id, Revision.no))
    for revision in rows:
        seen = found[revision.item_id]
        seen["last_no"] = revision.no
        if revision.origin == "file":
            seen["file_digest"] = revision.digest
        if revision.id == items[revision.item_id].published_id:
            seen |= {"published_origin": revision.origin, "published_digest": revision.digest}
    return {(row.kind, row.slug): Standing(row.id, row.published_id, row.retired_at is not None, **found[row.id])
            for row in items.values()}


def add_items(session: Session, fresh: Sequence[Fresh]) -> list[int]:
    """New items, one for each, in order; their ids."""
    if not fresh:
        return []
    rows = [{"kind": one.kind, "slug": one.slug, "title": one.title} for one in fresh]
    return list(session.scalars(insert(ContentItem).returning(ContentItem.id, sort_by_parameter_order=True), rows))


def add_revisions(session: Session, rows: Iterable[tuple[int, int, Fresh]], origin: str, state: str, now: datetime,
                  by_id: int | None) -> list[int]:
    """New revisions from (item id, number, what); their ids in order."""
    values = [{
        "item_id": item_id, "no": number, "body": one.body, "digest": one.digest, "origin": origin, "state": state,
        "created_at": now, "created_by_id": by_id, "note": one.note} for item_id, number, one in rows]
    if not values:
        return []
    return list(session.scalars(insert(Revision).returning(Revision.id, sort_by_parameter_order=True), values))


def next_no(session: Session, item: ContentItem) -> int:
    """The number that the item's next revision gets."""
    return (session.scalar(select(func.max(Revision.no)).where(Revision.item_id == item.id)) or 0) + 1


def published_bodies(session: Session, kinds: Sequence[str]) -> list[tuple[ContentItem, Revision]]:
    """Published items of these kinds that are not retired, with bodies, by kind and slug."""
    rows = session.execute(select(ContentItem, Revision).join(Revision, ContentItem.published_id == Revision.id).where(
        ContentItem.kind.in_(kinds), ContentItem.retired_at.is_(None)
    ).options(undefer(Revision.body)).order_by(ContentItem.kind, ContentItem.slug))
    return [(item, revision) for item, revision in rows]


def stock_of(session: Session, rulebook: Rulebook, more: Mapping[tuple[str, str], Value] | None = None) -> Stock:
    """Everything published beside a rulebook, with `more` in place of or besides it."""
    values: dict[str, dict[str, Any]] = {kind: {} for kind in READERS}
    for item, revision in published_bodies(session, list(READERS)):
        values[item.kind][item.slug] = read_value(item.kind, revision.body)
    for (kind, slug), value in (more or {}).items():
        values[kind][slug] = value
    return Stock(rulebook, (), values["lesson"], values["question"], values["paper"], values["case"], values["shop"])

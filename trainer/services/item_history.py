"""Items of the bank through their revisions: the newest of a kind, all of one, an item as text, two texts compared."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from trainer.bank import dump, dump_lesson
from trainer.bank.key_order import in_order
from trainer.content import Lesson
from trainer.models import ContentItem, Revision

CONTEXT = 3


def newest_of(session: Session, kind: str) -> list[tuple[ContentItem, Revision]]:
    """Every item of a kind with its newest revision and the body of that, by slug."""
    newest = select(Revision.item_id, func.max(Revision.no).label("no")).group_by(Revision.item_id).subquery()
    rows = session.execute(select(ContentItem, Revision).join(Revision, Revision.item_id == ContentItem.id).join(
        newest, (newest.c.item_id == Revision.item_id) & (newest.c.no == Revision.no)).where(
            ContentItem.kind == kind).options(undefer(Revision.body)).order_by(ContentItem.slug))
    return [(item, revision) for item, revision in rows]


def revisions_of(session: Session, item: ContentItem) -> list[Revision]:
    """All revisions with their bodies, newest first."""
    return list(session.scalars(select(Revision).where(Revision.item_id == item.id).options(
        undefer(Revision.body)).order_by(Revision.no.desc())))


def text_of(kind: str, body: Mapping[str, Any]) -> str:
    """An item as its file holds it, fields in canonical order."""
    return dump_lesson(Lesson.from_dict(body)) if kind == "lesson" else dump(in_order(kind, body))


@dataclass(frozen=True)
class DiffLine:
    """A line of a difference: sign is + - or a blank, … where lines are left out; numbers in the old and the new text."""

    sign: str
    text: str
    old: int | None = None
    new: int | None = None


def diff_lines(old: str, new: str) -> list[DiffLine]:
    """Two texts line by line: what changed with a few lines around."""
    before, after = old.splitlines(), new.splitlines()
    lines = list[DiffLine]()
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        lines.append(DiffLine("…", ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [DiffLine(" ", before[i], i + 1, j1 + i - i1 + 1) for i in range(i1, i2)]
            else:
                lines += [DiffLine("-", before[i], i + 1) for i in range(i1, i2)]
                lines += [DiffLine("+", after[j], None, j + 1) for j in range(j1, j2)]
    return lines


def counted(lines: Sequence[DiffLine]) -> tuple[int, int]:
    """How many lines were added and taken out."""
    return sum(line.sign == "+" for line in lines), sum(line.sign == "-" for line in lines)

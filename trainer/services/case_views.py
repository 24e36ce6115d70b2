"""Cases as their authors see them: the list with how people fare, one case with its endings and variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.models import ContentItem, DeskConversation, DeskSession, Release, Revision
from trainer.roleplay.case import variant_count, variant_values
from trainer.services.case_walks import WalkState, kept_walks, locks, walk_state
from trainer.services.item_history import newest_of, text_of

FEW = 8


@dataclass(frozen=True)
class Fared:
    """How people did in a case: finished sessions (previews aside), those passed, the mean score of a hundred."""

    n: int = 0
    passed: int = 0
    mean: float | None = None

    @property
    def share(self) -> float | None:
        """The share that passed; None while there are too few to say."""
        return self.passed / self.n if self.n >= FEW else None


@dataclass(frozen=True)
class CaseRow:
    """A case in the list."""

    item: ContentItem
    revision: Revision
    body: Mapping[str, Any]
    walk: WalkState
    fared: Fared


def case_rows(session: Session, release: Release) -> list[CaseRow]:
    """Every case with its newest revision, how far it is walked and how people fare, by slug."""
    rows = newest_of(session, "case")
    walks, lock, fared = kept_walks(session, [revision.id for _, revision in rows], release), locks(), fared_by_item(session)
    return [CaseRow(item, revision, revision.body, walk_state(revision.body, lock, walks[revision.id]), fared.get(item.id, Fared()))
            for item, revision in rows]


def fared_by_item(session: Session, item_id: int | None = None) -> dict[int, Fared]:
    """How people did in each case, of all revisions together; previews count nowhere, nor do desks of several conversations."""
    single = select(DeskConversation.session_id).group_by(DeskConversation.session_id).having(func.count() == 1)
    query = select(Revision.item_id, DeskSession.passed, DeskSession.score).join(
        DeskConversation, DeskConversation.case_revision_id == Revision.id).join(
            DeskSession, DeskSession.id == DeskConversation.session_id).where(
                DeskSession.finished_at.is_not(None), DeskSession.preview.is_(False), DeskSession.id.in_(single))
    found: dict[int, list[tuple[bool, int]]] = {}
    for item, passed, score in session.execute(query.where(Revision.item_id == item_id) if item_id is not None else query):
        found.setdefault(item, []).append((bool(passed), score or 0))
    return {item: Fared(len(one), sum(passed for passed, _ in one), sum(score for _, score in one) / len(one)) for item, one in found.items()}


def endings_of(session: Session, item_id: int) -> list[tuple[str, int]]:
    """How often people came to each ending, the most frequent first."""
    counts: dict[str, int] = {}
    for report in session.scalars(select(DeskSession.report).join(DeskConversation, DeskConversation.session_id == DeskSession.id).join(
            Revision, Revision.id == DeskConversation.case_revision_id).where(
                Revision.item_id == item_id, DeskSession.finished_at.is_not(None), DeskSession.preview.is_(False))):
        title = str((report or {}).get("end_title", ""))
        counts[title] = counts.get(title, 0) + bool(title)
    return sorted(((title, n) for title, n in counts.items() if n), key=lambda one: -one[1])


def variant_table(body: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """The values of every variant side by side: (name, one value a variant)."""
    count = variant_count(body)
    values = [variant_values(body, number) for number in range(count)]
    return [(str(name), [one.get(name) for one in values]) for name in (body.get("variants") or {})]


def yaml_of(body: Mapping[str, Any]) -> str:
    """The case as its author edits it, fields in canonical order."""
    return text_of("case", body)

"""The bank as trainers see it: items with their newest revision, how questions fare, what is not covered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from trainer.models import (
    Attempt,
    AttemptItem,
    ContentItem,
    ItemResult,
    PracticeAnswer,
    ReleasePointer,
    Revision,
    VariantRow,
    VariantRule,
)
from trainer.rules import Rulebook
from trainer.services.audit import record

FEW = 8


@dataclass(frozen=True)
class Facility:
    """How often a question was answered (in practice and exams) and the mean share of its marks; None while too few."""

    n: int
    mean: float | None

    @property
    def verdict(self) -> str:
        """What the figure says in a word, honest for small numbers."""
        if self.mean is None:
            return "人数太少，暂不判断" if self.n else "还没有人做过"
        return "太易" if self.mean > 0.95 else "太难" if self.mean < 0.3 else "合适"


@dataclass(frozen=True)
class QuestionRow:
    """A question in the list."""

    item: ContentItem
    revision: Revision
    body: Mapping[str, Any]
    stats: Facility


def find_item(session: Session, kind: str, slug: str) -> ContentItem | None:
    """The item of this kind and slug, published or not."""
    return session.scalar(select(ContentItem).where(ContentItem.kind == kind, ContentItem.slug == slug))


def newest_revision(session: Session, item: ContentItem) -> Revision:
    """The newest revision, draft or published, with its body."""
    return session.scalars(select(Revision).where(Revision.item_id == item.id).options(undefer(Revision.body)).order_by(
        Revision.no.desc()).limit(1)).one()


def history(session: Session, item: ContentItem) -> list[Revision]:
    """All revisions, newest first."""
    return list(session.scalars(select(Revision).where(Revision.item_id == item.id).order_by(Revision.no.desc())))


def drafts_of(session: Session, kind: str) -> list[tuple[ContentItem, Revision]]:
    """The items of a kind whose newest revision is not published, newest first."""
    newest = select(Revision.item_id, func.max(Revision.no).label("no")).group_by(Revision.item_id).subquery()
    rows = session.execute(select(ContentItem, Revision).join(Revision, Revision.item_id == ContentItem.id).join(
        newest, (newest.c.item_id == Revision.item_id) & (newest.c.no == Revision.no)).where(
            ContentItem.kind == kind, Revision.state == "draft").order_by(Revision.created_at.desc()))
    return [(item, revision) for item, revision in rows]


def variants_of(session: Session, item: ContentItem) -> list[VariantRow]:
    """The variants of the published revision under the current release."""
    if item.published_id is None:
        return []
    return list(session.scalars(select(VariantRow).join(
        ReleasePointer, ReleasePointer.release_id == VariantRow.release_id).where(
            VariantRow.revision_id == item.published_id).order_by(VariantRow.as_of, VariantRow.variant_no)))


def rules_of(session: Session, item: ContentItem) -> list[str]:
    """The rules that the keys of the published revision rest on under the current release, by id."""
    if item.published_id is None:
        return []
    return list(session.scalars(select(VariantRule.rule_id).join(VariantRow, VariantRow.id == VariantRule.variant_id).join(
        ReleasePointer, ReleasePointer.release_id == VariantRow.release_id).where(
            VariantRow.revision_id == item.published_id).distinct().order_by(VariantRule.rule_id)))


def _shares(session: Session) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for slug, points in session.execute(select(PracticeAnswer.question_slug, PracticeAnswer.points)):
        found.setdefault(slug, []).append(points / 1000)
    exams = session.execute(select(ContentItem.slug, ItemResult.points, AttemptItem.worth).join(
        Revision, Revision.item_id == ContentItem.id).join(VariantRow, VariantRow.revision_id == Revision.id).join(
            AttemptItem, AttemptItem.variant_id == VariantRow.id).join(ItemResult, ItemResult.item_id == AttemptItem.id).join(
                Attempt, Attempt.id == AttemptItem.attempt_id).where(Attempt.preview.is_(False)))
    for slug, points, worth in exams:
        found.setdefault(slug, []).append(points / worth if worth else 0.0)
    return found


def _facility(shares: list[float]) -> Facility:
    return Facility(len(shares), sum(shares) / len(shares) if len(shares) >= FEW else None)


def facility(session: Session, slug: str) -> Facility:
    """How one question fares."""
    return _facility(_shares(session).get(slug, []))


def question_rows(session: Session) -> list[QuestionRow]:
    """Every question with its newest revision and how it fares."""
    shares = _shares(session)
    newest = select(Revision.item_id, func.max(Revision.no).label("no")).group_by(Revision.item_id).subquery()
    rows = session.execute(select(ContentItem, Revision).join(Revision, Revision.item_id == ContentItem.id).join(
        newest, (newest.c.item_id == Revision.item_id) & (newest.c.no == Revision.no)).where(
            ContentItem.kind == "question").options(undefer(Revision.body)).order_by(ContentItem.slug))
    return [QuestionRow(item, revision, revision.body, _facility(shares.get(item.slug, []))) for item, revision in rows]


def overview(session: Session, rulebook: Rulebook) -> dict[str, Any]:
    """Counts, drafts, unchecked rules by the questions that rest on them, deciding rules that no question covers."""
    counts = {kind: int(count) for kind, count in session.execute(select(ContentItem.kind, func.count()).where(
        ContentItem.published_id.is_not(None), ContentItem.retired_at.is_(None)).group_by(ContentItem.kind))}
    drafts = [row for row in question_rows(session) if row.revision.state == "draft"]
    rests = {rule: int(n) for rule, n in session.execute(select(VariantRule.rule_id, func.count(
        func.distinct(VariantRow.revision_id))).join(VariantRow, VariantRow.id == VariantRule.variant_id).join(
            ReleasePointer, ReleasePointer.release_id == VariantRow.release_id).group_by(VariantRule.rule_id))}
    unchecked = sorted(((n, rule_id) for rule_id, n in rests.items() if rule_id in rulebook.rules
                        and rulebook.badge(rule_id).status != "checked"), key=lambda pair: (-pair[0], pair[1]))
    uncovered = sorted(rule.id for rule in rulebook.rules.values() if rule.standing == "decides" and rule.id not in rests)
    return {"counts": counts, "drafts": drafts, "unchecked": unchecked[:15], "uncovered": uncovered,
            "unchecked_total": len(unchecked)}


def retire(session: Session, item: ContentItem, by_id: int, now: datetime) -> None:
    """Draw the item no more."""
    item.retired_at = now
    record(session, now, by_id, "content.retire", f"{item.kind}:{item.slug}")
    session.flush()


def restore(session: Session, item: ContentItem, by_id: int, now: datetime) -> None:
    """Take a retirement back."""
    item.retired_at = None
    record(session, now, by_id, "content.restore", f"{item.kind}:{item.slug}")
    session.flush()

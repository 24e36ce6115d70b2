"""What may be drawn now: published questions with the variants of the current release."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from trainer.models import (
    Attempt,
    AttemptItem,
    ContentItem,
    PracticeAnswer,
    Release,
    Revision,
    VariantRow,
    VariantRule,
)
from trainer.rules import Rulebook
from trainer.services.drawing import Candidate
from trainer.services.releases import rulebook_of


def published_questions(session: Session) -> list[tuple[ContentItem, Revision]]:
    """Every published question that is neither suspended nor retired, by slug."""
    rows = session.execute(select(ContentItem, Revision).join(
        Revision, ContentItem.published_id == Revision.id).where(
            ContentItem.kind == "question", ContentItem.retired_at.is_(None),
            ContentItem.suspended_because.is_(None)).options(undefer(Revision.body)).order_by(ContentItem.slug))
    return [(item, revision) for item, revision in rows]


def variants_now(session: Session, release: Release, now: datetime) -> dict[int, dict[int, int]]:
    """revision id → variant number → variant id, of the newest as_of that has come (or the only one there is)."""
    rows = session.execute(select(
        VariantRow.revision_id, VariantRow.as_of, VariantRow.variant_no, VariantRow.id
    ).where(VariantRow.release_id == release.id)).all()
    by_revision: dict[int, dict[datetime, dict[int, int]]] = {}
    for revision_id, as_of, variant_no, variant_id in rows:
        by_revision.setdefault(revision_id, {}).setdefault(as_of, {})[variant_no] = variant_id
    chosen: dict[int, dict[int, int]] = {}
    for revision_id, moments in by_revision.items():
        past = [moment for moment in moments if moment <= now]
        chosen[revision_id] = moments[max(past) if past else min(moments)]
    return chosen


def unchecked_only(rule_ids: set[str], rulebook: Rulebook) -> bool:
    """Whether a key rests on rules none of which was checked against a text in force."""
    known = [rule_id for rule_id in rule_ids if rule_id in rulebook.rules]
    return bool(known) and all(rulebook.badge(rule_id).status != "checked" for rule_id in known)


def exam_candidates(session: Session, release: Release, now: datetime) -> list[Candidate]:
    """Every question that a paper could draw at this moment."""
    rulebook = rulebook_of(session, release)
    variants = variants_now(session, release, now)
    rules: dict[int, set[str]] = {}
    joined = select(VariantRow.revision_id, VariantRule.rule_id).join(
        VariantRule, VariantRule.variant_id == VariantRow.id).where(VariantRow.release_id == release.id).distinct()
    for revision_id, rule_id in session.execute(joined):
        rules.setdefault(revision_id, set()).add(rule_id)
    found = []
    for item, revision in published_questions(session):
        if revision.id not in variants:
            continue
        body = revision.body
        found.append(Candidate(
            slug=item.slug, type=body["type"], topic=body.get("topic") or "other",
            systems=frozenset(body.get("systems") or []), difficulty=int(body.get("difficulty") or 2),
            platforms=frozenset(body.get("platforms") or []), posts=frozenset(body.get("posts") or []),
            pool=body.get("pool") or "practice", red_line=bool(body.get("red_line")),
            open_book=bool(body.get("open_book")), checked=not unchecked_only(rules.get(revision.id, set()), rulebook),
            variants=variants[revision.id]))
    return found


def seen_questions(session: Session, user_id: int) -> Counter[str]:
    """How often a person met each question, in exams and in practice."""
    in_exams = session.scalars(select(ContentItem.slug).join(Revision, Revision.item_id == ContentItem.id).join(
        VariantRow, VariantRow.revision_id == Revision.id).join(
            AttemptItem, AttemptItem.variant_id == VariantRow.id).join(
                Attempt, Attempt.id == AttemptItem.attempt_id).where(
                    Attempt.user_id == user_id, Attempt.preview.is_(False)))
    in_practice = session.scalars(select(PracticeAnswer.question_slug).where(PracticeAnswer.user_id == user_id))
    return Counter([*in_exams, *in_practice])

"""Variants as rows: made at publishing for every published question, for today and for every announced rule."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session, aliased

from trainer.content import ATTEMPT, BEIJING, Question
from trainer.models import ContentItem, Release, VariantRow, VariantRule
from trainer.questions import Variant, make_variant, variant_count
from trainer.rules import Rulebook

BATCH = 500


def law_moments(rulebook: Rulebook, now: datetime) -> list[datetime]:
    """The start of today and the first moment of every announced change: rules that begin or end, figures that change."""
    today = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    days = set()
    for rule in rulebook.rules.values():
        days |= {rule.effective.start, rule.effective.end}
        days |= {figure.since for versions in rule.figures.values() for figure in versions}
    coming = {day.moment for day in days if day is not None and day.moment > now}
    return [today, *sorted(coming)]


def variants_of_question(question: Question, rulebook: Rulebook, moments: Sequence[datetime]) -> list[Variant]:
    """All variants, for each moment at which something changes; raises ContentError where the content is at fault."""
    numbers = range(variant_count(question))
    if question.as_of != ATTEMPT:
        return [make_variant(question, number, rulebook, moments[0]) for number in numbers]
    out: list[Variant] = []
    before: list[str] = []
    for moment in moments:
        made = [make_variant(question, number, rulebook, moment) for number in numbers]
        digests = [one.sha256 for one in made]
        if digests != before:
            out += made
        before = digests
    return out


def revisions_with_variants(session: Session, release: Release) -> set[int]:
    """The revisions that already have their variants under the release."""
    return set(session.scalars(select(VariantRow.revision_id).where(VariantRow.release_id == release.id).distinct()))


def store_variants(session: Session, release: Release, made: Iterable[tuple[int, Variant]]) -> int:
    """Add variants of revisions under a release, in batches; how many."""
    rows = list(made)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        ids = list(session.scalars(
            insert(VariantRow).returning(VariantRow.id, sort_by_parameter_order=True),
            [{"revision_id": revision_id, "variant_no": one.variant_no, "release_id": release.id,
              "as_of": datetime.fromisoformat(one.as_of).astimezone(UTC), "sha256": one.sha256, "shown": one.shown,
              "key": one.key} for revision_id, one in part]))
        rules = [{"variant_id": variant_id, "rule_id": rule}
                 for variant_id, (_, one) in zip(ids, part, strict=True) for rule in one.rules]
        if rules:
            session.execute(insert(VariantRule), rules)
    return len(rows)


def carry_variants(session: Session, before: Release, release: Release) -> None:
    """Give a release that judges as the one before it the same variants of what is published."""
    names = ("revision_id", "variant_no", "as_of", "sha256", "shown", "key")
    session.execute(insert(VariantRow).from_select([*names, "release_id"], select(
        *(getattr(VariantRow, name) for name in names), literal(release.id)
    ).join(ContentItem, ContentItem.published_id == VariantRow.revision_id).where(VariantRow.release_id == before.id)))
    old, new = aliased(VariantRow), aliased(VariantRow)
    session.execute(insert(VariantRule).from_select(["variant_id", "rule_id"], select(new.id, VariantRule.rule_id).join(
        old, old.id == VariantRule.variant_id).join(new, (new.revision_id == old.revision_id) & (new.as_of == old.as_of) & (
            new.variant_no == old.variant_no)).where(old.release_id == before.id, new.release_id == release.id)))

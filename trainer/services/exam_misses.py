"""Misses of exams enter the 错题本 once their keys may be seen, as questions that practice holds; never before."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from trainer.models import Assignment, Attempt, AttemptItem, ContentItem, Release, VariantRow, VariantRule
from trainer.services.attempts import load_attempt, lock_attempt
from trainer.services.drawing import Candidate, number
from trainer.services.practice import KNOWN_FROM, move_card, practice_candidates
from trainer.services.releases import current_release
from trainer.services.results import visibility

MOST = 200


def waiting_attempts(session: Session, now: datetime) -> list[int]:
    """Closed attempts whose misses have not been looked at and whose exam is over by its own window, the oldest first."""
    return list(session.scalars(select(Attempt.id).join(Assignment, Assignment.id == Attempt.assignment_id, isouter=True).where(
        Attempt.submitted_at.is_not(None), Attempt.preview.is_(False), Attempt.mistakes_at.is_(None),
        Attempt.state.in_(("provisional", "final")), _may_be_open(now)).order_by(Attempt.id).limit(MOST)))


def _may_be_open(now: datetime) -> ColumnElement[bool]:
    """Exams whose keys wait for the closing are looked at from their closing on; the rest at once."""
    return Attempt.assignment_id.is_(None) | (Assignment.keys_visible.in_(("submitted", "final"))) | (
        (Assignment.keys_visible == "closed") & (Assignment.closes_at <= now))


def enter_misses(session: Session, now: datetime) -> int:
    """Put the misses of every attempt whose keys may be seen into the book of its owner; returns how many cards moved.

    Doing so twice changes nothing. Attempts whose keys may not be seen yet are left for later.
    """
    waiting = waiting_attempts(session, now)
    if not waiting:
        return 0
    release = current_release(session)
    shelf = practice_candidates(session, release, now)
    rules = _rules_of(session, release)
    moved = 0
    for attempt_id in waiting:
        attempt = load_attempt(session, attempt_id)
        if attempt is None or not visibility(session, attempt, now).keys:
            continue
        locked = lock_attempt(session, attempt_id)
        if locked is None or locked.mistakes_at is not None:
            continue
        moved += _enter(session, locked, shelf, rules, now)
    return moved


def _enter(session: Session, attempt: Attempt, shelf: Sequence[Candidate], rules: Mapping[str, set[str]], now: datetime) -> int:
    moved = 0
    attempt.mistakes_at = now
    for item in attempt.items:
        if item.variant is None or item.voided or item.result is None or item.result.points * 1000 >= KNOWN_FROM * item.worth:
            continue
        sibling = sibling_of(session, item, shelf, rules)
        if sibling is not None:
            move_card(session, attempt.user_id, sibling, False, now, attempt.id)
            moved += 1
    session.flush()
    return moved


def sibling_of(session: Session, item: AttemptItem, shelf: Sequence[Candidate], rules: Mapping[str, set[str]]) -> str | None:
    """The question of practice that stands for a missed one: itself if practice shares it, else the nearest by its rules.

    None where practice holds nothing that rests on one of its rules.
    """
    assert item.variant is not None
    body = item.variant.revision.body
    if any(candidate.slug == body["id"] for candidate in shelf):
        return str(body["id"])
    own = set(session.scalars(select(VariantRule.rule_id).where(VariantRule.variant_id == item.variant.id)))
    near = [(len(own & rules.get(c.slug, set())), c.topic == body.get("topic"), c.type == body["type"],
             -number("sibling", body["id"], c.slug), c.slug) for c in shelf]
    best = max((row for row in near if row[0]), default=None)
    return best[-1] if best else None


def _rules_of(session: Session, release: Release) -> dict[str, set[str]]:
    """Question id → the rules that its variants rest on."""
    found: dict[str, set[str]] = {}
    rows = session.execute(select(VariantRow.revision_id, VariantRule.rule_id).join(
        VariantRule, VariantRule.variant_id == VariantRow.id).where(VariantRow.release_id == release.id).distinct())
    by_revision: dict[int, set[str]] = {}
    for revision_id, rule_id in rows:
        by_revision.setdefault(revision_id, set()).add(rule_id)
    published = session.execute(select(ContentItem.slug, ContentItem.published_id).where(
        ContentItem.kind == "question", ContentItem.published_id.is_not(None)))
    for slug, published_id in published:
        found[slug] = by_revision.get(published_id or 0, set())
    return found

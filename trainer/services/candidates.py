"""What may be drawn now: published questions with the variants of the current release."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, union_all
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
from trainer.services.drawing import Candidate, Draw, prepare_draws
from trainer.services.releases import rulebook_of

_DRAWABLE = (ContentItem.kind == "question", ContentItem.retired_at.is_(None), ContentItem.suspended_because.is_(None))
EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def published_questions(session: Session) -> list[tuple[ContentItem, Revision]]:
    """Every published question that is neither suspended nor retired, by slug."""
    rows = session.execute(select(ContentItem, Revision).join(
        Revision, ContentItem.published_id == Revision.id).where(
            *_DRAWABLE).options(undefer(Revision.body)).order_by(ContentItem.slug))
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


@dataclass(frozen=True)
class Face:
    """What of a variant decides the order in which its parts are shown."""

    parts: tuple[str, ...]
    keep_order: bool
    steps: bool


def face_of(shown: Mapping[str, Any]) -> Face:
    """The face of a variant."""
    parts = shown.get("options") or shown.get("steps") or []
    return Face(tuple(str(part["id"]) for part in parts), bool(shown.get("keep_order")), bool(shown.get("steps")))


@dataclass
class Pool:
    """Everything that could be drawn at a moment, and what follows from it alone; made once a process for as long as it holds."""

    candidates: tuple[Candidate, ...]
    draws: dict[str, tuple[Draw, ...]]
    faces: dict[int, Face]

    def draws_of(self, paper: Mapping[str, Any], digest: str) -> tuple[Draw, ...]:
        """The draws of a paper revision, prepared."""
        if digest not in self.draws:
            self.draws[digest] = prepare_draws(paper, self.candidates)
        return self.draws[digest]

    def faces_of(self, session: Session, variant_ids: Sequence[int]) -> dict[int, Face]:
        """The faces of these variants, by id."""
        missing = [one for one in variant_ids if one not in self.faces]
        if missing:
            for variant_id, shown in session.execute(select(VariantRow.id, VariantRow.shown).where(VariantRow.id.in_(missing))):
                self.faces[variant_id] = face_of(shown)
        return {one: self.faces[one] for one in variant_ids}


MOST_POOLS = 8
_pools: dict[Hashable, tuple[datetime, datetime, Pool]] = {}
_making = Lock()  # a class that starts together waits for one pool instead of making many


_ITEMS, _REVISIONS = cast(Table, ContentItem.__table__), cast(Table, Revision.__table__)
_PUBLISHED = select(_REVISIONS.c.id, _REVISIONS.c.digest).join(_ITEMS, _ITEMS.c.published_id == _REVISIONS.c.id).where(
    _ITEMS.c.kind == "question", _ITEMS.c.retired_at.is_(None), _ITEMS.c.suspended_because.is_(None)).order_by(_REVISIONS.c.id)
_STOCK = select(func.count(), func.max(VariantRow.id)).where(VariantRow.release_id == bindparam("release"))


def current_pool(session: Session, release: Release, now: datetime) -> Pool:
    """What a paper could draw at this moment.

    Kept in the process under what it is made of (the release, the published questions by digest, how many variants there are: none is
    ever changed) until the next moment at which other variants hold.
    """
    session.flush()
    connection = session.connection()
    published = tuple(map(tuple, connection.execute(_PUBLISHED)))
    stock = tuple(connection.execute(_STOCK, {"release": release.id}).one())
    key = (connection.engine.url, release.id, release.digest, stock, published)
    with _making:
        kept = _pools.get(key)
        if kept is None or not kept[0] <= now < kept[1]:
            if len(_pools) >= MOST_POOLS:
                _pools.clear()
            kept = _pools[key] = *_span(session, release, now), pool_on(session, release, now)
    return kept[2]


def pool_on(session: Session, release: Release, as_of: datetime) -> Pool:
    """The same by the rules of any moment, kept nowhere."""
    return Pool(tuple(exam_candidates(session, release, as_of)), {}, {})


def _span(session: Session, release: Release, now: datetime) -> tuple[datetime, datetime]:
    """From when until when the same variants hold."""
    moments = session.scalars(select(VariantRow.as_of).where(VariantRow.release_id == release.id).distinct()).all()
    return max((one for one in moments if one <= now), default=EVER[0]), min((one for one in moments if one > now), default=EVER[1])


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


_SEEN = union_all(
    select(Attempt.user_id, ContentItem.slug).select_from(ContentItem).join(Revision, Revision.item_id == ContentItem.id).join(
        VariantRow, VariantRow.revision_id == Revision.id).join(AttemptItem, AttemptItem.variant_id == VariantRow.id).join(
            Attempt, Attempt.id == AttemptItem.attempt_id).where(
                Attempt.user_id.in_(bindparam("users", expanding=True)), Attempt.preview.is_(False)),
    select(PracticeAnswer.user_id, PracticeAnswer.question_slug).where(PracticeAnswer.user_id.in_(bindparam("users", expanding=True))))


def seen_questions(session: Session, user_id: int) -> Counter[str]:
    """How often a person met each question, in exams and in practice."""
    return seen_by_person(session, [user_id])[user_id]


def seen_by_person(session: Session, user_ids: Sequence[int]) -> dict[int, Counter[str]]:
    """The same for several people."""
    found: dict[int, Counter[str]] = {user_id: Counter() for user_id in user_ids}
    for user_id, slug in session.execute(_SEEN, {"users": user_ids}):
        found[user_id][slug] += 1
    return found

"""Practice with feedback at once, mastery by topic, and the 错题本 on an FSRS schedule."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fsrs import Card, Rating, Scheduler
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from trainer.errors import InputError
from trainer.models import (
    Assignment,
    Attempt,
    ContentItem,
    PracticeAnswer,
    Release,
    ReviewCard,
    Revision,
    User,
    VariantRow,
)
from trainer.questions import grade
from trainer.replies import CHECKER_VERSION
from trainer.services.candidates import exam_candidates
from trainer.services.drawing import Candidate, number
from trainer.services.grading import variant_of
from trainer.services.releases import current_release, rulebook_of

SCHEDULER = Scheduler(desired_retention=0.9, maximum_interval=30, enable_fuzzing=False)
FULL = 1000
KNOWN_FROM = 800


@dataclass(frozen=True)
class Mastery:
    """How well a person knows a topic: share of its questions last answered well; `share` None before the first."""

    topic: str
    questions: int
    tried: int
    share: float | None


def practice_candidates(session: Session, release: Release, now: datetime) -> list[Candidate]:
    """The questions that practice may show, each with the variant numbers that exams do not take."""
    found = []
    for candidate in exam_candidates(session, release, now):
        variants = dict(candidate.variants)
        if candidate.pool == "exam":
            continue
        if candidate.pool == "both" and len(variants) > 1:
            variants = {no: vid for no, vid in variants.items() if no % 2 == 0}
        found.append(Candidate(**{**vars(candidate), "variants": variants}))
    return found


def _counts(session: Session, user_id: int) -> dict[str, int]:
    rows = session.execute(select(PracticeAnswer.question_slug, func.count()).where(
        PracticeAnswer.user_id == user_id).group_by(PracticeAnswer.question_slug))
    return {slug: int(count) for slug, count in rows}


def pick_variant(candidate: Candidate, user_id: int, times: int) -> int:
    """The next variant of a question for a person: another one each time until all were seen."""
    numbers = sorted(candidate.variants)
    start = number(f"practice.{user_id}", candidate.slug) % len(numbers)
    return candidate.variants[numbers[(start + times) % len(numbers)]]


def next_variant(session: Session, user: User, now: datetime, topic: str | None = None,
                 avoid: str | None = None) -> int | None:
    """The variant to practise next: least practised first; None where the topic has no question."""
    counts = _counts(session, user.id)
    pool = [c for c in practice_candidates(session, current_release(session), now) if topic is None or c.topic == topic]
    fresh = [c for c in pool if c.slug != avoid] or pool
    if not fresh:
        return None
    day = now.date().isoformat()
    best = min(fresh, key=lambda c: (counts.get(c.slug, 0), number(f"{user.id}.{day}", c.slug), c.slug))
    return pick_variant(best, user.id, counts.get(best.slug, 0))


def fresh_variant(session: Session, user: User, answer: PracticeAnswer, now: datetime) -> tuple[int | None, bool]:
    """A variant for another try at the question of an answer, another one than that where there is one; and whether it is another."""
    shelf = {c.slug: c for c in practice_candidates(session, current_release(session), now)}
    candidate = shelf.get(answer.question_slug)
    if candidate is None:
        return None, False
    others = {no: vid for no, vid in candidate.variants.items() if vid != answer.variant_id} or candidate.variants
    counts = _counts(session, user.id)
    return pick_variant(replace(candidate, variants=others), user.id, counts.get(candidate.slug, 0)), len(candidate.variants) > 1


def variants_for(session: Session, user: User, slugs: Sequence[str], now: datetime) -> list[VariantRow]:
    """A variant for each named question that practice may show, in the order named."""
    counts = _counts(session, user.id)
    by_slug = {c.slug: c for c in practice_candidates(session, current_release(session), now)}
    ids = [pick_variant(by_slug[slug], user.id, counts.get(slug, 0)) for slug in slugs if slug in by_slug]
    rows = {row.id: row for row in load_variants(session, ids)}
    return [rows[variant_id] for variant_id in ids]


def load_variants(session: Session, ids: Iterable[int]) -> list[VariantRow]:
    """Variants with the bodies of their questions."""
    return list(session.scalars(select(VariantRow).where(VariantRow.id.in_(list(ids))).options(
        joinedload(VariantRow.revision).options(undefer(Revision.body), joinedload(Revision.item)))))


def practisable(session: Session, variant_id: int, now: datetime) -> VariantRow | None:
    """The variant, if practice may show it: keys of exam items never leave through practice."""
    allowed = {vid for c in practice_candidates(session, current_release(session), now) for vid in c.variants.values()}
    rows = load_variants(session, [variant_id]) if variant_id in allowed else []
    return rows[0] if rows else None


def answer_practice(session: Session, user: User, variant: VariantRow, answer: Any, client_key: str, context: str,
                    now: datetime) -> PracticeAnswer:
    """Grade an answer, store it with its marks and move the question's review card. The same key answers the same."""
    before = session.scalar(select(PracticeAnswer).where(
        PracticeAnswer.user_id == user.id, PracticeAnswer.client_key == client_key))
    if before is not None:
        return before
    if answer is None:
        raise InputError("还没有作答。请先选择或填写答案，再提交。")
    release = current_release(session)
    result = grade(variant_of(session, variant), answer, rulebook_of(session, release))
    body = variant.revision.body
    row = PracticeAnswer(
        user_id=user.id, client_key=client_key, variant_id=variant.id, question_slug=body["id"], topic=body["topic"],
        context=context[:160], answer=answer, points=result.points, marks=[asdict(mark) for mark in result.marks],
        findings=result.findings, release_id=release.id, checker=CHECKER_VERSION, at=now)
    session.add(row)
    move_card(session, user.id, body["id"], result.points >= KNOWN_FROM, now)
    session.flush()
    return row


def move_card(session: Session, user_id: int, slug: str, known: bool, now: datetime, from_attempt_id: int | None = None) -> None:
    """A miss enters or restarts the question's card; an answer that is right moves an existing card on.

    `from_attempt_id` names the exam that a miss comes from.
    """
    row = session.scalar(select(ReviewCard).where(
        ReviewCard.user_id == user_id, ReviewCard.question_slug == slug).with_for_update())
    if row is None:
        if known:
            return
        row = ReviewCard(user_id=user_id, question_slug=slug, card=Card(card_id=0, due=now).to_dict(), due_at=now,
                         misses=0, added_at=now)
        session.add(row)
    card, _log = SCHEDULER.review_card(Card.from_dict(row.card), Rating.Good if known else Rating.Again,
                                       review_datetime=now)
    row.card, row.due_at = card.to_dict(), card.due
    row.misses += not known
    if from_attempt_id is not None:
        row.from_attempt_id = from_attempt_id
    session.flush()


def due_cards(session: Session, user_id: int, now: datetime) -> list[ReviewCard]:
    """The cards that are due, the longest overdue first."""
    return list(session.scalars(select(ReviewCard).where(
        ReviewCard.user_id == user_id, ReviewCard.due_at <= now).order_by(ReviewCard.due_at, ReviewCard.id)))


@dataclass(frozen=True)
class BookRow:
    """A card of the 错题本 with the title of its question and the exam that it came from."""

    card: ReviewCard
    title: str
    exam: str | None


def all_cards(session: Session, user_id: int) -> list[BookRow]:
    """Every card, the next due first."""
    rows = session.execute(select(ReviewCard, ContentItem.title, Assignment.title).join(
        ContentItem, (ContentItem.slug == ReviewCard.question_slug) & (ContentItem.kind == "question"), isouter=True).join(
            Attempt, Attempt.id == ReviewCard.from_attempt_id, isouter=True).join(
                Assignment, Assignment.id == Attempt.assignment_id, isouter=True).where(
                    ReviewCard.user_id == user_id).order_by(ReviewCard.due_at, ReviewCard.id))
    return [BookRow(card, title or card.question_slug, exam) for card, title, exam in rows]


def forecast(session: Session, user_id: int, now: datetime, days: int = 7) -> list[int]:
    """How many reviews come due in each of the next days, overdue ones counted today."""
    counts = [0] * days
    for moment in session.scalars(select(ReviewCard.due_at).where(ReviewCard.user_id == user_id)):
        day = max(0, (moment - now) // timedelta(days=1))
        if day < days:
            counts[day] += 1
    return counts


def mastery(session: Session, user_id: int, now: datetime) -> list[Mastery]:
    """Mastery by topic, over the questions that practice holds now."""
    sizes: dict[str, int] = {}
    for candidate in practice_candidates(session, current_release(session), now):
        sizes[candidate.topic] = sizes.get(candidate.topic, 0) + 1
    latest: dict[str, tuple[str, int]] = {}
    rows = session.execute(select(PracticeAnswer.question_slug, PracticeAnswer.topic, PracticeAnswer.points).where(
        PracticeAnswer.user_id == user_id).order_by(PracticeAnswer.at, PracticeAnswer.id))
    for slug, topic, points in rows:
        latest[slug] = (topic, points)
    found = []
    for topic, size in sorted(sizes.items()):
        marks = [points for own, points in latest.values() if own == topic]
        known = sum(points >= KNOWN_FROM for points in marks)
        found.append(Mastery(topic, size, len(marks), known / max(size, len(marks)) if marks else None))
    return found


def latest_answers(session: Session, user_id: int, context: str) -> list[PracticeAnswer]:
    """The answers given in one context (one run of a lesson's check), in order, with their variants."""
    return list(session.scalars(select(PracticeAnswer).where(
        PracticeAnswer.user_id == user_id, PracticeAnswer.context == context).options(
            joinedload(PracticeAnswer.variant).joinedload(VariantRow.revision).undefer(Revision.body)
        ).order_by(PracticeAnswer.id)))

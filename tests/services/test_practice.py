"""Practice: feedback at once, never an exam's key, and the 错题本 on its schedule."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import ContentItem, PracticeAnswer, ReviewCard, VariantRow
from trainer.services import practice
from trainer.services.releases import current_release


@pytest.fixture(autouse=True)
def bank(session: Session, cast: Cast, now: datetime) -> None:
    exam_bank.publish_bank(session, now)


def variant_of(session: Session, slug: str) -> VariantRow:
    item = session.scalars(select(ContentItem).where(ContentItem.slug == slug)).one()
    return practice.load_variants(session, session.scalars(
        select(VariantRow.id).where(VariantRow.revision_id == item.published_id).order_by(VariantRow.variant_no)).all()[:1])[0]


def give(session: Session, cast: Cast, slug: str, right: bool, at: datetime) -> PracticeAnswer:
    variant = variant_of(session, slug)
    answer = variant.key["right"][0] if right else next(o["id"] for o in variant.shown["options"] if o["id"] not in variant.key["right"])
    return practice.answer_practice(session, cast.chen, variant, {"choice": answer}, f"{slug}-{at:%d%H%M%S}", "mixed", at)


def card(session: Session, slug: str) -> ReviewCard | None:
    return session.scalar(select(ReviewCard).where(ReviewCard.question_slug == slug))


def test_practice_holds_no_exam_question_and_only_even_variants_of_shared_ones(session: Session, now: datetime) -> None:
    found = practice.practice_candidates(session, current_release(session), now)
    assert {c.slug for c in found} == {"drill.0", "drill.1", "drill.2", "late.amount"}
    shared = next(c for c in found if c.slug == "late.amount")
    assert set(shared.variants) == {0, 2}


def test_a_variant_of_an_exam_cannot_be_asked_for_by_its_number(session: Session, now: datetime) -> None:
    assert practice.practisable(session, variant_of(session, "exam.0").id, now) is None
    odd = session.scalars(select(VariantRow.id).where(VariantRow.variant_no == 1)).one()
    assert practice.practisable(session, odd, now) is None
    assert practice.practisable(session, variant_of(session, "drill.0").id, now) is not None
    assert practice.practisable(session, 10**9, now) is None


def test_the_same_key_answers_the_same_and_counts_once(session: Session, cast: Cast, now: datetime) -> None:
    first = give(session, cast, "drill.0", False, now)
    assert give(session, cast, "drill.0", True, now) is first
    assert session.scalar(select(func.count()).select_from(PracticeAnswer)) == 1
    assert first.points == 0 and first.marks[0]["rule"] == "tmall.late.pay"


def test_a_blank_answer_is_asked_for(session: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(InputError, match="还没有作答"):
        practice.answer_practice(session, cast.chen, variant_of(session, "drill.0"), None, "key", "mixed", now)


def test_a_miss_enters_the_book_and_right_answers_move_it_further_away(session: Session, cast: Cast, now: datetime) -> None:
    give(session, cast, "drill.1", True, now)
    assert card(session, "drill.1") is None
    give(session, cast, "drill.0", False, now)
    first = card(session, "drill.0")
    assert first is not None and first.misses == 1 and first.due_at <= now + timedelta(minutes=10)
    waits = []
    for _ in range(4):
        at = first.due_at
        give(session, cast, "drill.0", True, at)
        waits.append(first.due_at - at)
    assert waits == sorted(waits) and timedelta(days=3) < waits[-1] <= timedelta(days=30)
    give(session, cast, "drill.0", False, first.due_at)
    assert first.misses == 2


def test_what_is_due_comes_longest_overdue_first_and_the_week_is_foreseen(session: Session, cast: Cast, now: datetime) -> None:
    give(session, cast, "drill.0", False, now - timedelta(hours=3))
    give(session, cast, "drill.1", False, now - timedelta(hours=5))
    assert [row.question_slug for row in practice.due_cards(session, cast.chen.id, now)] == ["drill.1", "drill.0"]
    assert practice.forecast(session, cast.chen.id, now) == [2, 0, 0, 0, 0, 0, 0]
    assert practice.due_cards(session, cast.stranger.id, now) == []


def test_a_review_draws_another_variant_of_the_same_question(session: Session, cast: Cast, now: datetime) -> None:
    shared = next(c for c in practice.practice_candidates(session, current_release(session), now) if c.slug == "late.amount")
    seen = {practice.pick_variant(shared, cast.chen.id, times) for times in range(2)}
    assert seen == set(shared.variants.values())


def test_the_next_question_is_the_least_practised_and_not_the_last_one(session: Session, cast: Cast, now: datetime) -> None:
    give(session, cast, "drill.0", True, now)
    slugs = set()
    for n in range(2):
        variant_id = practice.next_variant(session, cast.chen, now, "shipping", "drill.0")
        slug = practice.load_variants(session, [variant_id])[0].revision.body["id"]
        slugs.add(slug)
        give(session, cast, slug, True, now + timedelta(minutes=n))
    assert slugs == {"drill.1", "drill.2"}
    assert practice.next_variant(session, cast.chen, now, "nothing-here") is None


def test_mastery_speaks_of_the_latest_answer_to_each_question(session: Session, cast: Cast, now: datetime) -> None:
    give(session, cast, "drill.0", False, now)
    give(session, cast, "drill.0", True, now + timedelta(minutes=1))
    give(session, cast, "drill.1", False, now)
    shipping = next(m for m in practice.mastery(session, cast.chen.id, now) if m.topic == "shipping")
    assert (shipping.questions, shipping.tried, shipping.share) == (3, 2, pytest.approx(1 / 3))
    late = next(m for m in practice.mastery(session, cast.chen.id, now) if m.topic == "late_shipment")
    assert late.share is None

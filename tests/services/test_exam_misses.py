"""Misses of exams in the 错题本: when the keys may be seen, as questions of practice, once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.models import Assignment, Attempt, ReviewCard
from trainer.services import assignments, attempts, practice
from trainer.services.exam_misses import enter_misses
from trainer.services.releases import current_release


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen, cast.stranger], now, tries=3)


def cards(session: Session) -> list[tuple[int, str, int | None]]:
    return [(row.user_id, row.question_slug, row.from_attempt_id) for row in session.scalars(select(ReviewCard).order_by(ReviewCard.id))]


def test_no_miss_is_seen_before_the_exam_is_over_for_everybody(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(4,))
    later = exam.closes_at + timedelta(hours=5)
    assignments.grant_exception(session, cast.wang, exam, "住院", now, user_id=cast.stranger.id, closes_at=later)
    for early in (now, exam.closes_at - timedelta(seconds=1), exam.closes_at, later - timedelta(seconds=1)):
        assert enter_misses(session, early) == 0 and cards(session) == []
    assert enter_misses(session, later) == 1
    assert [(user, origin) for user, _, origin in cards(session)] == [(cast.chen.id, attempt.id)]


def test_whoever_still_sits_keeps_the_keys_shut(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.late_full_time = True
    exam_bank.sit(session, cast.chen, exam, now, wrong=(4,))
    running = attempts.start_attempt(session, cast.stranger, exam, exam.closes_at - timedelta(minutes=1))
    assert running.deadline_at > exam.closes_at
    assert enter_misses(session, exam.closes_at + timedelta(minutes=2)) == 0
    attempts.sweep_attempts(session, running.deadline_at + timedelta(minutes=2))
    assert enter_misses(session, running.deadline_at + timedelta(minutes=2)) > 0


def test_a_later_exception_that_closes_earlier_counts_and_a_leavers_does_not(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    for days, at in ((5, 0), (2, 1)):
        assignments.grant_exception(session, cast.wang, exam, "改期", now + timedelta(minutes=at), user_id=cast.stranger.id,
                                    closes_at=now + timedelta(days=days))
    assert assignments.last_closing(session, exam) == now + timedelta(days=2)
    cast.stranger.active = False
    assert assignments.last_closing(session, exam) == exam.closes_at


def test_what_enters_is_drawn_from_practice_and_enters_once(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam_bank.sit(session, cast.chen, exam, now, wrong=(0, 4))
    after = exam.closes_at + timedelta(hours=1)
    assert enter_misses(session, after) == 2
    shelf = {c.slug for c in practice.practice_candidates(session, current_release(session), after)}
    assert {slug for _, slug, _ in cards(session)} <= shelf
    before = cards(session)
    assert enter_misses(session, after + timedelta(days=1)) == 0 and cards(session) == before
    due = practice.due_cards(session, cast.chen.id, after + timedelta(days=1))
    assert all(practice.practisable(session, row.id, after) for row in practice.variants_for(session, cast.chen, [due[0].question_slug], after))


def test_keys_that_are_never_shown_bring_no_card_and_a_preview_neither(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam_bank.sit(session, cast.chen, exam, now, wrong=(4,))
    exam.keys_visible = "never"
    preview = attempts.start_paper(session, cast.zhou, exam.paper_revision, now, preview=True)
    attempts.submit_attempt(session, preview, now, now)
    assert enter_misses(session, exam.closes_at + timedelta(days=30)) == 0


def test_keys_shown_at_once_bring_the_card_at_once(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.keys_visible = "submitted"
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(4,))
    assert enter_misses(session, now + timedelta(minutes=6)) == 1
    assert session.get_one(Attempt, attempt.id).mistakes_at == now + timedelta(minutes=6)

"""Answers that came after the slack: kept, accepted or left by a person, graded as any other."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import ConflictError, InputError
from trainer.models import Assignment, Attempt, Grade, LateDraftDecision
from trainer.services import late_drafts, saving
from trainer.services.rebuild import rebuild_results


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now, tries=3)


@pytest.fixture
def late(session: Session, cast: Cast, exam: Assignment, now: datetime) -> tuple[Attempt, int]:
    """A handed-in attempt with one wrong answer whose right one came too late; and the id of that packet."""
    attempt = exam_bank.sit(session, cast.chen, exam, now, wrong=(4,))
    item = attempt.items[4]
    saving.save_response(session, attempt.id, 4, "late-key-1", 1, exam_bank.right_answer(item), False, now + timedelta(hours=1))
    [found] = late_drafts.late_drafts(session, attempt)
    return attempt, found.event.id


def test_an_accepted_answer_counts_and_its_grade_is_appended(session: Session, cast: Cast, late: tuple[Attempt, int], now: datetime) -> None:
    attempt, event_id = late
    late_drafts.decide_late(session, cast.wang, attempt.id, event_id, True, "断网，监考已核实", now)
    assert (attempt.result.points, attempt.items[4].response.answer) == (30000, exam_bank.right_answer(attempt.items[4]))
    rows = session.scalars(select(Grade).where(Grade.item_id == attempt.items[4].id).order_by(Grade.id)).all()
    assert [(row.source, row.points, row.by_id) for row in rows] == [("auto", 0, None), ("late", 5000, cast.wang.id)]
    assert rebuild_results(session, write=False) == []


def test_one_that_is_left_changes_no_mark_and_stays_on_record(session: Session, cast: Cast, late: tuple[Attempt, int], now: datetime) -> None:
    attempt, event_id = late
    late_drafts.decide_late(session, cast.wang, attempt.id, event_id, False, "没有断网记录", now)
    assert attempt.result.points == 25000
    [found] = late_drafts.late_drafts(session, attempt)
    assert found.decision is not None and found.decision.reason == "没有断网记录"
    with pytest.raises(ConflictError, match="已被处理"):
        late_drafts.decide_late(session, cast.wang, attempt.id, event_id, True, "改主意", now)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(delete(LateDraftDecision))


def test_a_reason_is_needed_and_nobody_decides_about_himself(session: Session, cast: Cast, late: tuple[Attempt, int], now: datetime) -> None:
    attempt, event_id = late
    with pytest.raises(InputError, match="理由"):
        late_drafts.decide_late(session, cast.wang, attempt.id, event_id, True, " ", now)
    with pytest.raises(InputError, match="自己"):
        late_drafts.decide_late(session, cast.chen, attempt.id, event_id, True, "我断网了", now)


def test_the_same_answer_sent_late_again_is_no_late_draft(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    saving.save_response(session, attempt.id, 0, "late-key-9", 1, exam_bank.right_answer(attempt.items[0]), False, now + timedelta(hours=1))
    assert late_drafts.late_drafts(session, attempt) == []

"""Answers received after the slack (迟到的答案): kept, and accepted or left by a person with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.errors import ConflictError, InputError
from trainer.models import Attempt, AttemptItem, LateDraftDecision, Response, ResponseEvent, User
from trainer.services.attempts import lock_attempt
from trainer.services.audit import record
from trainer.services.grading import REVIEW_HOURS, append_grade, judge_item, settle_attempt
from trainer.services.regrading import corrected
from trainer.services.releases import rulebook_of
from trainer.services.saving import LATE_DRAFT


@dataclass(frozen=True)
class LateDraft:
    """One late answer with its place and what was decided about it, if anything was."""

    event: ResponseEvent
    item: AttemptItem
    decision: LateDraftDecision | None


def late_drafts(session: Session, attempt: Attempt) -> list[LateDraft]:
    """The late answers of an attempt that differ from what counts, or were decided about; in the order received."""
    items = {item.id: item for item in attempt.items}
    events: Sequence[ResponseEvent] = session.scalars(select(ResponseEvent).where(
        ResponseEvent.item_id.in_(items), ResponseEvent.kind == LATE_DRAFT).order_by(ResponseEvent.id)).all()
    decisions = {row.event_id: row for row in session.scalars(select(LateDraftDecision).where(
        LateDraftDecision.event_id.in_([event.id for event in events])))}
    found = [LateDraft(event, items[event.item_id], decisions.get(event.id)) for event in events]
    return [one for one in found if one.decision or one.item.response is None or one.item.response.answer != one.event.answer]


def decide_late(session: Session, by: User, attempt_id: int, event_id: int, accept: bool, reason: str, now: datetime,
                review_hours: int = REVIEW_HOURS) -> None:
    """Accept a late answer, which is graded and settled like any other, or leave it; both with a reason and on record.

    Raises InputError for a missing reason or an answer that cannot count, ConflictError where it was decided before.
    """
    attempt = lock_attempt(session, attempt_id)
    event = session.get(ResponseEvent, event_id)
    item = next((one for one in attempt.items if event and one.id == event.item_id), None) if attempt else None
    if attempt is None or event is None or item is None or event.kind != LATE_DRAFT:
        raise InputError("没有这份迟到的答案，请刷新页面。")
    if session.get(LateDraftDecision, event_id) is not None:
        raise ConflictError("这份迟到的答案刚刚已被处理，请刷新查看结果。")
    if len(reason.strip()) < 2:
        raise InputError("请写明理由，学员会看到。", "reason")
    if attempt.user_id == by.id:
        raise InputError("不能处理自己的答卷，请交给其他主管。", "reason")
    if accept and (attempt.state == "in_progress" or item.voided):
        raise InputError("这道题已作废，人人得分，不用采纳。" if item.voided else "这份答卷还没有收，请稍后再试。", "reason")
    session.add(LateDraftDecision(event_id=event_id, accepted=accept, reason=reason.strip()[:500], by_id=by.id, at=now))
    if accept:
        _take(session, by, attempt, item, event, reason.strip()[:500], now)
        settle_attempt(session, attempt, now, review_hours)
    record(session, now, by.id, "late_draft.accept" if accept else "late_draft.leave", f"item:{item.id}", {"reason": reason.strip()[:200]})
    session.flush()


def _take(session: Session, by: User, attempt: Attempt, item: AttemptItem, event: ResponseEvent, reason: str, now: datetime) -> None:
    """The late answer becomes the one that counts, and is graded."""
    if item.response is None:
        item.response = Response(item_id=item.id, seq=0, client_key=event.client_key, answer={}, saved_at=now)
    item.response.seq += 1
    item.response.client_key, item.response.answer, item.response.saved_at = event.client_key, event.answer, event.received_at
    session.flush()
    # After a correction the late answer is measured as everybody's: a key that was found wrong must not come back with it.
    outcome, regrade = corrected(session, attempt, item) or (None, None)
    if outcome is None or regrade is None:
        append_grade(session, attempt, item, judge_item(session, item, rulebook_of(session, attempt.release), now), "late", now, by.id, reason)
    else:
        append_grade(session, attempt, item, outcome, "late", now, by.id, reason, regrade.release_id)

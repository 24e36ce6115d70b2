"""The review queue (待复核): reviews and appeals, decided by a person with a reason; nothing is overwritten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql import Select

from trainer.errors import ConflictError, InputError
from trainer.models import Attempt, AttemptItem, Grade, Review, Revision, User, VariantRow
from trainer.services.attempts import lock_attempt
from trainer.services.audit import record
from trainer.services.grading import REVIEW_HOURS, Outcome, append_grade, settle_attempt
from trainer.services.samples import collect_decided


def review_queue(session: Session, people: Select[int]) -> list[Review]:
    """What awaits a decision about these people: most decisive first, then by due time."""
    rows = session.scalars(select(Review).join(AttemptItem).join(Attempt).where(
        Review.decided_at.is_(None), Attempt.user_id.in_(people), Attempt.preview.is_(False)).options(
            joinedload(Review.item).joinedload(AttemptItem.attempt).joinedload(Attempt.user)))
    return sorted(rows, key=lambda row: (not (row.decisive or row.kind == "appeal"), row.due_at, row.id))


def appeal_item(session: Session, learner: User, item: AttemptItem, plea: str, now: datetime,
                review_hours: int = REVIEW_HOURS) -> Review:
    """Open an appeal against the mark of an item; raises InputError where there is nothing to appeal."""
    attempt = lock_attempt(session, item.attempt_id)
    if len(plea.strip()) < 5:
        raise InputError("请写清楚哪里判得不对（至少 5 个字），复核的人才能看懂。", "plea")
    if item.result is None or item.attempt.user_id != learner.id:
        raise InputError("这道题还没有评分，不能申诉。")
    if item.voided or item.result.points >= item.worth:
        raise InputError("这道题已经是满分，不用申诉。")
    before = session.scalars(select(Review).where(Review.item_id == item.id, Review.kind == "appeal")).all()
    if before:
        raise InputError("这道题已经申诉过，请等待处理或查看结果。")
    row = Review(item_id=item.id, kind="appeal", decisive=True, opened_at=now, plea=plea.strip()[:2000],
                 due_at=now + timedelta(hours=review_hours))
    session.add(row)
    session.flush()
    if attempt is not None:
        settle_attempt(session, attempt, now, review_hours)
    return row


def decide_review(session: Session, by: User, review: Review, points: int | None, reason: str, now: datetime,
                  upheld: Sequence[str] | None = None) -> None:
    """Confirm the mark (points None) or override it, with a reason; then settle the attempt.

    Points are thousandths of the item's worth; `upheld` are the violations found by the check that the person calls right, for
    the labelled samples. Raises InputError for a missing reason or points out of range, and
    ConflictError where somebody else decided first.
    """
    attempt = lock_attempt(session, review.item.attempt_id)
    locked = session.scalar(select(Review).where(Review.id == review.id).with_for_update().execution_options(
        populate_existing=True))
    if attempt is None or locked is None or locked.decided_at is not None:
        raise ConflictError("这一条刚刚已被别人处理，请刷新查看结果。")
    if attempt.user_id == by.id:
        raise InputError("不能复核自己的答卷，请交给其他主管。")
    item = next(item for item in attempt.items if item.id == review.item_id)
    before = session.get(Grade, item.result.grade_id) if item.result else None
    _decide_grade(session, by, attempt, item, review, points, reason, now)
    collect_decided(session, item, review.kind, before, points, reason, by, now, upheld)
    verdict = "confirmed" if points is None else "changed"
    _close(session, by, item, verdict, reason, now)
    record(session, now, by.id, f"review.{verdict}", f"item:{item.id}", {"reason": reason.strip()[:500]})
    session.flush()
    settle_attempt(session, attempt, now)


def _close(session: Session, by: User, item: AttemptItem, verdict: str, reason: str, now: datetime) -> None:
    """Everything that waited about the item is decided with it: a review and an appeal ask the same thing."""
    for review in session.scalars(select(Review).where(Review.item_id == item.id, Review.decided_at.is_(None))):
        review.decided_at, review.decided_by_id, review.verdict, review.reason = now, by.id, verdict, reason.strip()[:500]


def _decide_grade(session: Session, by: User, attempt: Attempt, item: AttemptItem, review: Review, points: int | None,
                  reason: str, now: datetime) -> None:
    current = session.get(Grade, item.result.grade_id) if item.result else None
    if current is None:
        raise InputError("这道题还没有评分。")
    if points is not None and not 0 <= points <= item.worth:
        raise InputError(f"改分应在 0 到 {item.worth / 1000:g} 分之间。", "points")
    if (points is not None or review.kind == "appeal") and len(reason.strip()) < 2:
        raise InputError("请写明理由，学员会看到。", "reason")
    source = "appeal" if review.kind == "appeal" else "override"
    outcome = Outcome(current.points if points is None else points, current.marks, current.findings, False, [])
    append_grade(session, attempt, item, outcome, source, now, by.id, reason.strip()[:500] or "复核确认，维持原分")


def override_item(session: Session, by: User, item: AttemptItem, points: int, reason: str, now: datetime) -> None:
    """Change a mark outside the queue, with a reason; the earlier grade stays on record."""
    if len(reason.strip()) < 2:
        raise InputError("请写明改分的理由，学员会看到。", "reason")
    if not 0 <= points <= item.worth:
        raise InputError(f"改分应在 0 到 {item.worth / 1000:g} 分之间。", "points")
    attempt = lock_attempt(session, item.attempt_id)
    if attempt is None or item.result is None:
        raise InputError("这道题还没有评分。")
    if attempt.user_id == by.id:
        raise InputError("不能改自己的分，请交给其他主管。")
    current = session.get(Grade, item.result.grade_id)
    marks = current.marks if current else []
    own = next(row for row in attempt.items if row.id == item.id)
    append_grade(session, attempt, own, Outcome(points, marks, current.findings if current else None, False, []),
                 "override", now, by.id, reason.strip()[:500])
    _close(session, by, item, "changed", reason, now)
    record(session, now, by.id, "grade.override", f"item:{item.id}", {"points": points, "reason": reason.strip()})
    session.flush()
    settle_attempt(session, attempt, now)


def void_question(session: Session, by: User, item: AttemptItem, reason: str, now: datetime) -> int:
    """作废: everybody who met the question in this exam gets its marks; returns how many attempts. Raises InputError."""
    if len(reason.strip()) < 2:
        raise InputError("请写明作废的理由，考过这道题的学员都会看到。", "reason")
    if item.kind != "question" or item.variant is None or item.attempt.assignment_id is None:
        raise InputError("只有考试里的题目可以作废。")
    same = session.scalars(select(AttemptItem).join(Attempt).join(VariantRow, VariantRow.id == AttemptItem.variant_id).join(
        Revision, Revision.id == VariantRow.revision_id).where(
            Attempt.assignment_id == item.attempt.assignment_id, AttemptItem.voided.is_(False),
            Revision.item_id == item.variant.revision.item_id).order_by(AttemptItem.attempt_id)).all()
    for found in same:
        _void(session, by, found, reason.strip()[:500], now)
    record(session, now, by.id, "question.void", f"assignment:{item.attempt.assignment_id}",
           {"question": item.variant.revision.body["id"], "attempts": len(same), "reason": reason.strip()[:200]})
    session.flush()
    return len(same)


def _void(session: Session, by: User, item: AttemptItem, reason: str, now: datetime) -> None:
    attempt = lock_attempt(session, item.attempt_id)
    item.voided = True
    session.flush()
    if attempt is None or item.result is None:
        return
    append_grade(session, attempt, item, Outcome(item.worth, [], None, False, []), "void", now, by.id, reason)
    _close(session, by, item, "changed", reason, now)
    session.flush()
    settle_attempt(session, attempt, now)


def read_points(text: str) -> int:
    """Points typed by a person (at most three decimals) as thousandths; raises InputError."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise InputError("分数请填数字，例如 4 或 2.5。", "points") from None
    if not value.is_finite() or abs(value) > 100000:
        raise InputError("分数请填数字，例如 4 或 2.5。", "points")
    return int((value * 1000).to_integral_value())

"""Rebuilding the projections of attempts from what is append-only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.models import Attempt, Grade
from trainer.services.attempts import load_attempt
from trainer.services.grading import places_of
from trainer.services.totals import judge_paper


def rebuild_results(session: Session, write: bool) -> list[str]:
    """Every difference between stored results and those that the grades give; with `write` they are put right."""
    differences: list[str] = []
    for attempt_id in session.scalars(select(Attempt.id).where(Attempt.submitted_at.is_not(None)).order_by(Attempt.id)):
        attempt = load_attempt(session, attempt_id)
        if attempt is not None:
            differences += _rebuild_items(session, attempt, write) + _rebuild_total(session, attempt, write)
    session.flush()
    return differences


def _rebuild_items(session: Session, attempt: Attempt, write: bool) -> list[str]:
    found = []
    for item in attempt.items:
        newest = session.scalar(select(Grade).where(Grade.item_id == item.id).order_by(Grade.id.desc()).limit(1))
        if newest is None or item.result is None:
            continue
        if (item.result.grade_id, item.result.points) != (newest.id, newest.points):
            found.append(f"答卷 {attempt.id} 第 {item.position + 1} 题：现为 {item.result.points}，应为 {newest.points}")
            if write:
                item.result.grade_id, item.result.points = newest.id, newest.points
                item.result.needs_review = newest.needs_review
    return found


def _rebuild_total(session: Session, attempt: Attempt, write: bool) -> list[str]:
    totals = judge_paper(attempt.paper_revision.body, places_of(session, attempt))
    result = attempt.result
    if result is None or (result.points, result.passed) == (totals.points, totals.passed):
        return []
    line = f"答卷 {attempt.id} 总分：现为 {result.points}，应为 {totals.points}"
    if write:
        result.points, result.passed, result.sections = totals.points, totals.passed, list(totals.sections)
    return [line]

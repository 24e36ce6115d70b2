"""Grading attempts: append a grade, project item and attempt results, open reviews, settle, certify."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.models import (
    Attempt,
    AttemptItem,
    AttemptResult,
    Grade,
    ItemResult,
    Review,
    VariantRow,
    VariantRule,
)
from trainer.questions import Variant, grade
from trainer.replies import CHECKER_VERSION
from trainer.rules import Rulebook
from trainer.services.certificates import flag_certificate, keep_certificate
from trainer.services.desks import finish_as_it_stands
from trainer.services.releases import rulebook_of
from trainer.services.totals import Place, Totals, judge_paper

log = logging.getLogger(__name__)

REVIEW_HOURS = 24
# Marks that a machine gave on a person's order: what it doubts still awaits a person.
MACHINE_SOURCES = ("regrade", "late")
FAILED_OURSELVES = "系统评分时出错，答案完好，已转人工评分，不影响您的成绩。"


@dataclass(frozen=True)
class Outcome:
    """What grading one item gave, before it is stored; points in thousandths of its worth."""

    points: int
    marks: list[dict[str, Any]]
    findings: dict[str, Any] | None
    needs_review: bool
    because: list[str]


def variant_of(session: Session, row: VariantRow) -> Variant:
    """The pure variant that a row holds."""
    rules = session.scalars(select(VariantRule.rule_id).where(VariantRule.variant_id == row.id).order_by(
        VariantRule.rule_id)).all()
    body = row.revision.body
    return Variant(question_id=body["id"], type=body["type"], variant_no=row.variant_no, as_of=row.as_of.isoformat(),
                   shown=row.shown, key=row.key, rules=tuple(rules))


def _judge_question(session: Session, item: AttemptItem, rulebook: Rulebook) -> Outcome:
    if item.variant is None:
        raise ValueError(f"item {item.id} has no variant")
    answer = item.response.answer if item.response else None
    if not answer:
        mark = {"what": "没有作答", "points": 0, "of": 1000, "rule": None, "why": "交卷时这道题还是空的。"}
        return Outcome(0, [mark], None, False, [])
    result = grade(variant_of(session, item.variant), answer, rulebook)
    marks = [asdict(mark) for mark in result.marks]
    return Outcome(result.points * item.worth // 1000, marks, result.findings, result.needs_review,
                   list(result.review_because))


def _judge_case(session: Session, item: AttemptItem, now: datetime) -> Outcome:
    desk = finish_as_it_stands(session, item.id, now)
    if desk is None or desk.report is None:
        mark = {"what": "没有完成这场接待", "points": 0, "of": 100, "rule": None, "why": "交卷时还没有进入接待台。"}
        return Outcome(0, [mark], None, False, [])
    report = desk.report
    return Outcome(round(report["score"] * item.worth / 100), report["marks"], None, bool(report.get("needs_review")),
                   list(report.get("review_because") or []))


def judge_item(session: Session, item: AttemptItem, rulebook: Rulebook, now: datetime) -> Outcome:
    """Judge one item. A failure of our own code goes to a person and never counts as the learner's 0."""
    try:
        return _judge_case(session, item, now) if item.kind == "case" else _judge_question(session, item, rulebook)
    except Exception:
        log.exception("grading of item %s failed", item.id)
        return Outcome(0, [], None, True, [FAILED_OURSELVES])


def append_grade(session: Session, attempt: Attempt, item: AttemptItem, outcome: Outcome, source: str, now: datetime,
                 by_id: int | None = None, reason: str = "", release_id: int | None = None) -> Grade:
    """Append a grade and make it the one that counts; judged by the release of the attempt unless another is named."""
    row = Grade(
        item_id=item.id, source=source, points=outcome.points, of=item.worth, marks=outcome.marks,
        findings=outcome.findings, needs_review=outcome.needs_review, because=outcome.because,
        release_id=release_id or attempt.release_id, as_of=attempt.as_of, checker=CHECKER_VERSION, by_id=by_id, reason=reason, at=now)
    session.add(row)
    session.flush()
    if item.result is None:
        item.result = ItemResult(item_id=item.id, grade_id=row.id, points=row.points, needs_review=row.needs_review)
    else:
        item.result.grade_id, item.result.points, item.result.needs_review = row.id, row.points, row.needs_review
    session.flush()
    return row


def grade_attempt(session: Session, attempt: Attempt, now: datetime, review_hours: int = REVIEW_HOURS) -> None:
    """Grade every item of a submitted attempt once, then settle it."""
    rulebook = rulebook_of(session, attempt.release)
    for item in attempt.items:
        if item.result is None:
            append_grade(session, attempt, item, judge_item(session, item, rulebook, now), "auto", now)
    settle_attempt(session, attempt, now, review_hours)


def places_of(session: Session, attempt: Attempt) -> list[Place]:
    """The items as the totals see them; a voided item gives everybody its marks."""
    grades = {row.id: row for row in session.scalars(select(Grade).where(
        Grade.id.in_([item.result.grade_id for item in attempt.items if item.result])))}
    open_items = set(session.scalars(select(Review.item_id).where(
        Review.item_id.in_([item.id for item in attempt.items]), Review.decided_at.is_(None))))
    return [place_of(item, grades[item.result.grade_id] if item.result else None, item.id in open_items) for item in attempt.items]


def place_of(item: AttemptItem, row: Grade | None, waits: bool) -> Place:
    """One item as the totals see it, with the grade that counts; `waits` where a review of it is open."""
    by_machine = row is not None and (row.by_id is None or row.source in MACHINE_SOURCES) and not item.voided
    findings = (row.findings or {}) if row else {}
    return Place(
        position=item.position, section=item.section, worth=item.worth,
        points=item.worth if item.voided else (row.points if row else 0),
        doubtful=(by_machine and bool(row and row.needs_review)) or waits,
        found=by_machine and row is not None and row.source in ("auto", *MACHINE_SOURCES) and bool(findings.get("violations")))


def settle_attempt(session: Session, attempt: Attempt, now: datetime, review_hours: int = REVIEW_HOURS,
                   flag_only: bool = False) -> Totals:
    """Project the result, open the reviews that are due and move the state: provisional or final.

    With `flag_only` a certificate that lost its ground is flagged for a person instead of withdrawn.
    """
    totals = judge_paper(attempt.paper_revision.body, places_of(session, attempt))
    _open_reviews(session, attempt, totals, now, review_hours)
    result = attempt.result or AttemptResult(attempt_id=attempt.id)
    result.points, result.of, result.sections = totals.points, totals.of, list(totals.sections)
    result.passed = totals.passed
    waiting = session.scalars(select(Review).where(
        Review.item_id.in_([item.id for item in attempt.items]), Review.decided_at.is_(None))).all()
    positions = {item.id: item.position for item in attempt.items}
    decisive = [positions[row.item_id] for row in waiting if row.decisive or row.kind == "appeal"]
    result.decisive = sorted(set(decisive))
    attempt.state = "provisional" if decisive else "final"
    result.settled_at = None if decisive else (result.settled_at or now)
    attempt.result = result
    session.flush()
    if flag_only:
        flag_certificate(session, attempt, now)
    if attempt.state == "final":
        keep_certificate(session, attempt, now)
    return totals


def _open_reviews(session: Session, attempt: Attempt, totals: Totals, now: datetime, review_hours: int) -> None:
    """One open review an item that needs a person; those that decide the outcome come first in the queue.

    Practice papers and previews wait for nobody.
    """
    if attempt.assignment_id is None:
        return
    rows = session.scalars(select(Review).where(Review.item_id.in_([item.id for item in attempt.items]))).all()
    known = {row.item_id: row for row in rows if row.kind == "review"}
    appealed = {row.item_id for row in rows if row.kind == "appeal" and row.decided_at is None}
    for item in attempt.items:
        decisive = item.position in totals.decisive
        doubtful = bool(item.result and item.result.needs_review)
        if item.id in known:
            if known[item.id].decided_at is None:
                known[item.id].decisive = decisive
        elif (decisive or doubtful) and item.id not in appealed:
            session.add(Review(item_id=item.id, kind="review", decisive=decisive, opened_at=now,
                               due_at=now + timedelta(hours=review_hours)))
    session.flush()

"""Lessons: the course, a person's progress, the check at the end, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.models import Attempt, DeskSession, LessonProgress, PracticeAnswer, Revision, User
from trainer.services.attempts import is_closed, sittings
from trainer.services.certificates import certificates_of, issue_due
from trainer.services.practice import due_cards
from trainer.services.published import published_revisions

PASS_SHARE = 80


@dataclass(frozen=True)
class CourseRow:
    """One lesson of the course with a person's progress."""

    revision: Revision
    progress: LessonProgress | None

    @property
    def state(self) -> str:
        """done, started or new."""
        if self.progress is None:
            return "new"
        return "done" if self.progress.done_at else "started"


def course(session: Session, user_id: int) -> list[CourseRow]:
    """Every published lesson in the order of the course."""
    progress = {row.lesson_slug: row for row in session.scalars(
        select(LessonProgress).where(LessonProgress.user_id == user_id))}
    lessons = sorted(published_revisions(session, "lesson"), key=lambda r: (r.body.get("order", 0), r.item.slug))
    return [CourseRow(lesson, progress.get(lesson.item.slug)) for lesson in lessons]


def note_opened(session: Session, user: User, lesson: Revision, now: datetime) -> LessonProgress:
    """The person's progress row of a lesson, made at the first opening."""
    row = session.scalar(select(LessonProgress).where(
        LessonProgress.user_id == user.id, LessonProgress.lesson_slug == lesson.item.slug))
    if row is None:
        row = LessonProgress(user_id=user.id, lesson_slug=lesson.item.slug, revision_id=lesson.id, started_at=now)
        session.add(row)
        session.flush()
    return row


def note_read(session: Session, user: User, lesson: Revision, now: datetime) -> LessonProgress:
    """Mark a lesson read; one without a check is done with that."""
    row = note_opened(session, user, lesson, now)
    row.read_at = row.read_at or now
    row.revision_id = lesson.id
    if not lesson.body.get("check"):
        row.done_at = row.done_at or now
        issue_due(session, user.id, now)
    session.flush()
    return row


def check_run(session: Session, user_id: int, slug: str) -> int:
    """The number of the next run of a lesson's check."""
    contexts = session.scalars(select(PracticeAnswer.context).where(
        PracticeAnswer.user_id == user_id, PracticeAnswer.context.startswith(f"lesson:{slug}:", autoescape=True)).distinct())
    return max((int(context.rpartition(":")[2]) for context in contexts), default=0) + 1


def finish_check(session: Session, user: User, lesson: Revision, answers: Sequence[PracticeAnswer], now: datetime) -> LessonProgress:
    """Record the check of a lesson; at 80 % the lesson is done, and stays done."""
    row = note_read(session, user, lesson, now)
    points, of = sum(a.points for a in answers), 1000 * len(answers)
    row.check_points, row.check_of = points, of
    if of and points * 100 >= PASS_SHARE * of:
        row.done_at = row.done_at or now
        session.flush()
        issue_due(session, user.id, now)
    session.flush()
    return row


def next_step(session: Session, user: User, now: datetime) -> dict[str, Any]:
    """The one thing to do next: {kind, title, text, …ids}. The running exam first, then lessons, reviews, desk, exam."""
    assigned = sittings(session, user.id, now)
    for exam in assigned:
        for attempt in exam.attempts:
            if not is_closed(attempt, now):
                return {"kind": "attempt", "title": f"继续考试：{exam.assignment.title}", "text": "考试正在计时，已答的都已保存。",
                        "attempt_id": attempt.id}
    rows = course(session, user.id)
    open_lesson = next((row for row in rows if row.state != "done"), None)
    due = due_cards(session, user.id, now)
    open_exams = [exam for exam in assigned if exam.blocked is None and not any(a.result and a.result.passed for a in exam.attempts)]
    urgent = [exam for exam in open_exams if exam.terms.closes_at - now < timedelta(days=1)]
    if open_lesson is not None and not urgent:
        minutes = open_lesson.revision.body.get("minutes", 5)
        return {"kind": "lesson", "title": f"学课程：{open_lesson.revision.body['title']}",
                "text": f"{open_lesson.revision.body.get('summary', '')} 约 {minutes} 分钟。", "slug": open_lesson.revision.item.slug}
    if due and not urgent:
        return {"kind": "review", "title": f"复习错题：{len(due)} 题到期", "text": "趁还记得，换一组数字再做一遍。"}
    played = session.scalar(select(DeskSession.id).where(
        DeskSession.user_id == user.id, DeskSession.passed.is_(True)).limit(1))
    if played is None and not urgent and published_revisions(session, "case"):
        return {"kind": "desk", "title": "处理一位买家", "text": "在模拟接待台从头到尾处理一张售后单，结束后看逐轮点评。"}
    for exam in sorted(open_exams, key=lambda exam: exam.terms.closes_at):
        ready = "课程学完了，可以考了。" if open_lesson is None else "离截止不到一天，先把考试考了。"
        return {"kind": "exam", "title": f"参加考试：{exam.assignment.title}", "text": ready, "assignment_id": exam.assignment.id,
                "closes_at": exam.terms.closes_at}
    if certificates_of(session, user.id):
        return {"kind": "practice", "title": "保持手感：练几题", "text": "上岗证已到手。每天几题，规则变了也跟得上。"}
    return {"kind": "practice", "title": "练习最弱的知识点", "text": "等考试安排的时候，先把薄弱的补上。"}


def last_results(session: Session, user_id: int, limit: int = 3) -> list[Attempt]:
    """The latest closed attempts that count, newest first."""
    return list(session.scalars(select(Attempt).where(
        Attempt.user_id == user_id, Attempt.preview.is_(False), Attempt.submitted_at.is_not(None)).order_by(
            Attempt.submitted_at.desc(), Attempt.id.desc()).limit(limit)))

"""How ready people are: lessons, mastery by topic, exams, what they are stuck on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from trainer.models import (
    Attempt,
    AttemptItem,
    Certificate,
    ContentItem,
    DeskSession,
    ItemResult,
    LearnerState,
    LessonProgress,
    PracticeAnswer,
    ReviewCard,
    Revision,
    User,
    VariantRow,
)

KNOWN_FROM = 800
STUCK_BELOW = 0.6
STUCK_AFTER = 3


@dataclass(frozen=True)
class TopicShare:
    """Of the questions a person last answered in a topic: how many, and the share answered well."""

    tried: int
    share: float


@dataclass
class Standing:
    """One person at a glance."""

    user: User
    lessons_done: int = 0
    lessons: int = 0
    topics: dict[str, TopicShare] = field(default_factory=dict)
    due: int = 0
    last_active: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)
    certificate: Certificate | None = None
    state: str = "training"
    state_since: datetime | None = None

    @property
    def mastery(self) -> float | None:
        """The share answered well over all topics tried."""
        tried = sum(topic.tried for topic in self.topics.values())
        return sum(t.share * t.tried for t in self.topics.values()) / tried if tried else None

    @property
    def stuck(self) -> list[str]:
        """The topics with enough answers and too few right ones, the worst first."""
        weak = [(t.share, code) for code, t in self.topics.items() if t.tried >= STUCK_AFTER and t.share < STUCK_BELOW]
        return [code for _share, code in sorted(weak)]

    @property
    def readiness(self) -> tuple[str, str]:
        """A code and the word: certified, ready, stuck, learning or idle."""
        if self.certificate is not None:
            return "certified", "已持证"
        if self.stuck:
            return "stuck", "卡住了"
        if self.lessons and self.lessons_done == self.lessons and (self.mastery or 0) >= 0.8:
            return "ready", "可以考"
        if self.last_active is None:
            return "idle", "还没开始"
        return "learning", "学习中"


def standings(session: Session, people: Sequence[User], now: datetime) -> list[Standing]:
    """The standing of each of these people, in a fixed number of queries whatever their number."""
    ids = [person.id for person in people]
    rows = {person.id: Standing(person) for person in people}
    _add_lessons(session, ids, rows)
    _add_topics(session, ids, rows)
    _add_attempts(session, ids, rows, now)
    for user_id, count in session.execute(select(ReviewCard.user_id, func.count()).where(
            ReviewCard.user_id.in_(ids), ReviewCard.due_at <= now).group_by(ReviewCard.user_id)):
        rows[user_id].due = int(count)
    for state in session.scalars(select(LearnerState).where(LearnerState.user_id.in_(ids)).order_by(LearnerState.id)):
        rows[state.user_id].state, rows[state.user_id].state_since = state.state, state.since
    return [rows[person.id] for person in people]


def _add_lessons(session: Session, ids: Sequence[int], rows: Mapping[int, Standing]) -> None:
    published = session.scalar(select(func.count()).select_from(ContentItem).where(
        ContentItem.kind == "lesson", ContentItem.published_id.is_not(None), ContentItem.retired_at.is_(None))) or 0
    for row in rows.values():
        row.lessons = published
    for progress in session.scalars(select(LessonProgress).where(LessonProgress.user_id.in_(ids))):
        row = rows[progress.user_id]
        row.lessons_done += progress.done_at is not None
        _touch(row, progress.done_at or progress.read_at or progress.started_at)


def _touch(row: Standing, moment: datetime | None) -> None:
    if moment is not None and (row.last_active is None or moment > row.last_active):
        row.last_active = moment


def _add_topics(session: Session, ids: Sequence[int], rows: Mapping[int, Standing]) -> None:
    """Mastery from the latest answer to each question, in practice and in exams."""
    latest: dict[tuple[int, str], tuple[datetime, str, int]] = {}
    practised = session.execute(select(
        PracticeAnswer.user_id, PracticeAnswer.question_slug, PracticeAnswer.topic, PracticeAnswer.points,
        PracticeAnswer.at).where(PracticeAnswer.user_id.in_(ids)))
    for user_id, slug, topic, points, at in practised:
        _touch(rows[user_id], at)
        if (user_id, slug) not in latest or latest[user_id, slug][0] <= at:
            latest[user_id, slug] = (at, topic, points)
    for user_id, slug, topic, points, at in _exam_answers(session, ids):
        if (user_id, slug) not in latest or latest[user_id, slug][0] <= at:
            latest[user_id, slug] = (at, topic, points)
    by_topic: dict[tuple[int, str], list[int]] = {}
    for (user_id, _slug), (_at, topic, points) in latest.items():
        by_topic.setdefault((user_id, topic), []).append(points)
    for (user_id, topic), marks in by_topic.items():
        share = sum(points >= KNOWN_FROM for points in marks) / len(marks)
        rows[user_id].topics[topic] = TopicShare(len(marks), share)


def _exam_answers(session: Session, ids: Sequence[int]) -> list[tuple[int, str, str, int, datetime]]:
    found = session.execute(select(
        Attempt.user_id, VariantRow.revision_id, ItemResult.points, AttemptItem.worth, Attempt.submitted_at).join(
            AttemptItem, AttemptItem.attempt_id == Attempt.id).join(ItemResult, ItemResult.item_id == AttemptItem.id).join(
                VariantRow, VariantRow.id == AttemptItem.variant_id).where(
                    Attempt.user_id.in_(ids), Attempt.preview.is_(False), Attempt.submitted_at.is_not(None),
                    AttemptItem.voided.is_(False))).all()
    bodies = {row.id: row.body for row in session.scalars(select(Revision).where(
        Revision.id.in_({row.revision_id for row in found})).options(undefer(Revision.body)))}
    return [(user_id, bodies[revision_id]["id"], bodies[revision_id]["topic"], 1000 * points // worth if worth else 0, at)
            for user_id, revision_id, points, worth, at in found if at is not None]


def _add_attempts(session: Session, ids: Sequence[int], rows: Mapping[int, Standing], now: datetime) -> None:
    for attempt in session.scalars(select(Attempt).where(
            Attempt.user_id.in_(ids), Attempt.preview.is_(False), Attempt.assignment_id.is_not(None)).options(
                joinedload(Attempt.result), joinedload(Attempt.assignment)).order_by(Attempt.started_at, Attempt.id)):
        rows[attempt.user_id].attempts.append(attempt)
        _touch(rows[attempt.user_id], attempt.started_at)
    for certificate in session.scalars(select(Certificate).where(
            Certificate.user_id.in_(ids), Certificate.revoked_at.is_(None), Certificate.valid_until > now).order_by(
                Certificate.issued_at)):
        rows[certificate.user_id].certificate = certificate
    for desk in session.scalars(select(DeskSession).where(DeskSession.user_id.in_(ids), DeskSession.preview.is_(False))):
        _touch(rows[desk.user_id], desk.finished_at or desk.started_at)


def idle_since(rows: Sequence[Standing], start: datetime) -> list[Standing]:
    """Those in training who did nothing since the moment."""
    return [row for row in rows if row.state == "training" and row.certificate is None
            and (row.last_active is None or row.last_active < start)]


def day_start(moment: datetime, days_back: int) -> datetime:
    """Midnight so many days before, in the moment's own offset."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_back)


def topic_columns(rows: Sequence[Standing], most: int = 12) -> list[str]:
    """The topics that the table shows: those most people have answers in."""
    counts: dict[str, int] = {}
    for row in rows:
        for topic in row.topics:
            counts[topic] = counts.get(topic, 0) + 1
    return sorted(sorted(counts, key=lambda topic: (-counts[topic], topic))[:most])

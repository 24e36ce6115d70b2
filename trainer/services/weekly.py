"""The weekly page for the boss: five figures, each defined, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from trainer.models import Attempt, AttemptResult, Certificate, Enrolment, Klass, LearnerState, User

DEFINITIONS = (
    ("在训人数", "目前状态为「在训」的学员数。"),
    ("首考通过率", "参加过考试安排的学员中，第一次考试就通过的比例；待复核的不算。"),
    ("补考率", "参加过考试安排的学员中，考过不止一次的比例。"),
    ("平均上岗天数", "从入班到拿到第一张上岗证的平均天数。"),
    ("流失率", "入过班的学员中，状态为「离职」的比例。"),
)


@dataclass(frozen=True)
class WeeklyRow:
    """The figures of a class; shares are None where nobody counts."""

    name: str
    people: int
    training: int
    first_pass: tuple[int, int]
    resits: tuple[int, int]
    days: float | None
    left: tuple[int, int]


def weekly_rows(session: Session, people: Sequence[User], now: datetime) -> list[WeeklyRow]:
    """One row a class, and one for everybody together."""
    ids = [person.id for person in people]
    enrolled = session.execute(select(Enrolment.user_id, Enrolment.since, Klass.name).join(
        Klass, Klass.id == Enrolment.klass_id).where(Enrolment.user_id.in_(ids), Enrolment.since <= now, or_(
            Enrolment.until.is_(None), Enrolment.until > now)).order_by(Enrolment.since)).all()
    states = {row.user_id: row.state for row in session.scalars(
        select(LearnerState).where(LearnerState.user_id.in_(ids)).order_by(LearnerState.id))}
    sat = _sittings(session, ids)
    first = {}
    for certificate in session.scalars(select(Certificate).where(Certificate.user_id.in_(ids)).order_by(
            Certificate.issued_at.desc())):
        first[certificate.user_id] = certificate.issued_at
    since = {user_id: moment for user_id, moment, _name in enrolled}
    groups: dict[str, list[int]] = {}
    for user_id, _moment, name in enrolled:
        groups.setdefault(name, []).append(user_id)
    rows = [_row(name, members, states, sat, first, since) for name, members in sorted(groups.items())]
    everybody = [person.id for person in people if "trainee" in person.roles]
    return [*rows, _row("全部学员", everybody, states, sat, first, since)]


def _sittings(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, bool]]]:
    found: dict[int, list[tuple[str, bool]]] = {}
    rows = session.execute(select(Attempt.user_id, Attempt.state, AttemptResult.passed).join(
        AttemptResult, AttemptResult.attempt_id == Attempt.id).where(
            Attempt.user_id.in_(ids), Attempt.assignment_id.is_not(None), Attempt.preview.is_(False)).order_by(
                Attempt.started_at, Attempt.id))
    for user_id, state, passed in rows:
        found.setdefault(user_id, []).append((state, bool(passed)))
    return found


def _row(name: str, members: Sequence[int], states: dict[int, str], sat: dict[int, list[tuple[str, bool]]],
         first: dict[int, datetime], since: dict[int, datetime]) -> WeeklyRow:
    sitters = [sat[user_id] for user_id in members if user_id in sat]
    settled = [tries[0][1] for tries in sitters if tries[0][0] == "final"]
    spans = [(first[u] - since[u]).total_seconds() / 86400 for u in members if u in first and u in since]
    return WeeklyRow(
        name=name, people=len(members), training=sum(states.get(u, "training") == "training" for u in members),
        first_pass=(sum(settled), len(settled)), resits=(sum(len(tries) > 1 for tries in sitters), len(sitters)),
        days=sum(spans) / len(spans) if spans else None,
        left=(sum(states.get(u) == "left" for u in members), len(members)))

"""Exam assignments (考试安排): for whom, when, how often, and the exceptions (特批) that move these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from trainer.errors import InputError
from trainer.models import (
    Assignment,
    AssignmentTarget,
    Attempt,
    Enrolment,
    ExamException,
    Revision,
    Team,
    TeamMember,
    User,
)
from trainer.services.audit import record

PLAIN_TIME = 1000
KEYS_VISIBLE = {"submitted": "交卷后马上公布", "final": "定分后公布", "closed": "所有人的考试时间都结束后公布", "never": "不公布"}


@dataclass(frozen=True)
class Terms:
    """What holds for one person on one assignment after exceptions."""

    opens_at: datetime
    closes_at: datetime
    attempts: int
    time_factor: int
    exception: ExamException | None

    def is_open(self, now: datetime) -> bool:
        """Whether an attempt may be started at this moment."""
        return self.opens_at <= now < self.closes_at


# Written once: to put such a statement together costs more than to run it, and a whole class asks at the same moment.
_TEAMS = select(TeamMember.user_id, TeamMember.team_id).where(
    TeamMember.user_id.in_(bindparam("users", expanding=True)), TeamMember.since <= bindparam("now"),
    or_(TeamMember.until.is_(None), TeamMember.until > bindparam("now"))).order_by(TeamMember.id)
_CLASSES = select(Enrolment.user_id, Enrolment.klass_id).where(
    Enrolment.user_id.in_(bindparam("users", expanding=True)), Enrolment.since <= bindparam("now"),
    or_(Enrolment.until.is_(None), Enrolment.until > bindparam("now"))).order_by(Enrolment.id)
_PARENTS = select(Team.id, Team.parent_id)


def teams_of(session: Session, user_id: int, now: datetime) -> list[int]:
    """The teams a person is a member of at this moment, the nearest first, then the teams above them."""
    return teams_by_person(session, [user_id], now)[user_id]


def teams_by_person(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, list[int]]:
    """The same for several people."""
    own = _by_person(session, _TEAMS, user_ids, now)
    if not any(own.values()):
        return own
    parents: dict[int, int | None] = {team_id: parent_id for team_id, parent_id in session.execute(_PARENTS)}
    for found in own.values():
        for team_id in found:
            parent = parents.get(team_id)
            if parent is not None and parent not in found:
                found.append(parent)
    return own


def classes_by_person(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, list[int]]:
    """The classes in which several people are enrolled at this moment."""
    return _by_person(session, _CLASSES, user_ids, now)


def _by_person(session: Session, statement: Select[int, int], user_ids: Sequence[int], now: datetime) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {user_id: [] for user_id in user_ids}
    for user_id, one in session.execute(statement, {"users": user_ids, "now": now}):
        found[user_id].append(one)
    return found


_REACHING = select(Assignment).join(AssignmentTarget).where(Assignment.cancelled_at.is_(None), or_(
    and_(AssignmentTarget.kind == "person", AssignmentTarget.target_id == bindparam("user")),
    and_(AssignmentTarget.kind == "team", AssignmentTarget.target_id.in_(bindparam("teams", expanding=True))),
    and_(AssignmentTarget.kind == "klass", AssignmentTarget.target_id.in_(bindparam("classes", expanding=True)))))
_ALL = _REACHING.order_by(Assignment.closes_at.desc(), Assignment.id.desc()).distinct()
_ONE = _REACHING.where(Assignment.id == bindparam("assignment")).options(
    lazyload(Assignment.targets), joinedload(Assignment.paper_revision).undefer(Revision.body)).limit(1)


def assignments_for(session: Session, user: User, now: datetime) -> list[Assignment]:
    """Every assignment that reaches the person, newest window first."""
    return list(session.scalars(_ALL, _reach(session, user, now)))


def assignment_for(session: Session, user: User, assignment_id: int, now: datetime) -> Assignment | None:
    """An assignment that reaches the person; for whom else it is, is read when asked for."""
    return session.scalar(_ONE, {**_reach(session, user, now), "assignment": assignment_id})


def _reach(session: Session, user: User, now: datetime) -> dict[str, Any]:
    return {"user": user.id, "teams": teams_of(session, user.id, now), "classes": classes_by_person(session, [user.id], now)[user.id]}


_EXAM = select(Assignment).where(Assignment.id == bindparam("assignment"), Assignment.cancelled_at.is_(None)).options(
    lazyload(Assignment.targets), joinedload(Assignment.paper_revision).undefer(Revision.body))
_TARGETS = select(AssignmentTarget.kind, AssignmentTarget.target_id).where(AssignmentTarget.assignment_id == bindparam("assignment"), or_(
    AssignmentTarget.kind != "person", AssignmentTarget.target_id.in_(bindparam("users", expanding=True))))


def assignment_reaching(session: Session, user_ids: Sequence[int], assignment_id: int, teams: Mapping[int, Sequence[int]],
                        now: datetime) -> tuple[Assignment | None, set[int]]:
    """An assignment, as `assignment_for` gives it, and those of several people, with their teams, whom it reaches."""
    found = session.scalar(_EXAM, {"assignment": assignment_id})
    if found is None:
        return None, set()
    targets = {(kind, target_id) for kind, target_id in session.execute(_TARGETS, {"assignment": assignment_id, "users": user_ids})}
    classes = classes_by_person(session, user_ids, now)
    return found, {one for one in user_ids if not targets.isdisjoint({
        ("person", one), *(("team", team_id) for team_id in teams[one]), *(("klass", klass_id) for klass_id in classes[one])})}


_GRANTED = select(ExamException).where(ExamException.assignment_id.in_(bindparam("assignments", expanding=True)), or_(
    ExamException.user_id == bindparam("user"), ExamException.team_id.in_(bindparam("teams", expanding=True))))


def terms_for(session: Session, assignment: Assignment, user_id: int, now: datetime, teams: Sequence[int] | None = None) -> Terms:
    """Window, attempts and time factor for a person, whose teams may be known: person beats team, later beats earlier."""
    return terms_of(session, user_id, [assignment], now, teams)[assignment.id]


def terms_of(session: Session, user_id: int, found: Sequence[Assignment], now: datetime, teams: Sequence[int] | None = None) -> dict[int, Terms]:
    """What holds for one person on each of these assignments."""
    rows = session.scalars(_GRANTED, {
        "assignments": [one.id for one in found], "user": user_id,
        "teams": teams_of(session, user_id, now) if teams is None else teams}).all()
    return {one.id: merge_terms(one, [row for row in rows if row.assignment_id == one.id]) for one in found}


_GRANTED_TO = select(ExamException).where(ExamException.assignment_id == bindparam("assignment"), or_(
    ExamException.user_id.in_(bindparam("users", expanding=True)), ExamException.team_id.is_not(None)))


def terms_by_person(session: Session, assignment: Assignment, teams: Mapping[int, Sequence[int]]) -> dict[int, Terms]:
    """What holds on one assignment for several people, whose teams are given."""
    rows = session.scalars(_GRANTED_TO, {"assignment": assignment.id, "users": list(teams)}).all()
    return {user_id: merge_terms(assignment, [row for row in rows if row.user_id == user_id or row.team_id in own])
            for user_id, own in teams.items()}


def merge_terms(assignment: Assignment, rows: Sequence[ExamException]) -> Terms:
    """What holds after these exceptions of one person: each of their parts by itself, so that a later one takes nothing away."""
    ranked = sorted(rows, key=lambda row: (row.user_id is not None, row.granted_at, row.id), reverse=True)
    return Terms(
        opens_at=next((row.opens_at for row in ranked if row.opens_at), assignment.opens_at),
        closes_at=next((row.closes_at for row in ranked if row.closes_at), assignment.closes_at),
        attempts=assignment.attempts_allowed + next((row.extra_attempts for row in ranked if row.extra_attempts), 0),
        time_factor=next((row.time_factor for row in ranked if row.time_factor != PLAIN_TIME), PLAIN_TIME),
        exception=ranked[0] if ranked else None,
    )


def last_closing(session: Session, assignment: Assignment) -> datetime:
    """The last effective closing over everybody still entitled: before it no keys are shown.

    Of several exceptions for the same person or team the latest counts; those of deactivated people do not; whoever is
    still sitting counts until his deadline.
    """
    rows = session.scalars(select(ExamException).join(User, User.id == ExamException.user_id, isouter=True).where(
        ExamException.assignment_id == assignment.id, ExamException.closes_at.is_not(None),
        or_(ExamException.user_id.is_(None), User.active.is_(True))).order_by(ExamException.granted_at, ExamException.id))
    effective = {(row.user_id, row.team_id): row.closes_at for row in rows if row.closes_at is not None}
    sitting = session.scalar(select(func.max(Attempt.deadline_at)).where(
        Attempt.assignment_id == assignment.id, Attempt.state == "in_progress", Attempt.preview.is_(False)))
    return max([assignment.closes_at, *effective.values(), *([sitting] if sitting else [])])


def keys_of(paper: Mapping[str, Any]) -> str:
    """When a paper shows its keys: submitted, final, closed or never."""
    return str((paper.get("show") or {}).get("keys") or ("closed" if paper.get("certifying") else "submitted"))


def create_assignment(session: Session, by: User, paper: Revision, title: str, targets: Sequence[tuple[str, int]],
                      opens_at: datetime, closes_at: datetime, attempts: int, cooldown: timedelta, now: datetime,
                      keys_visible: str | None = None, room_code: bool = False) -> Assignment:
    """Pin the paper revision for the targets; keys are shown as the paper says unless told. Raises InputError with the field."""
    if not title.strip():
        raise InputError("请填写考试名称。", "title")
    if closes_at <= opens_at:
        raise InputError("结束时间应晚于开始时间。", "closes_at")
    if closes_at <= now:
        raise InputError("结束时间已经过去，请改到将来。", "closes_at")
    if not targets:
        raise InputError("请至少选择一个团队、班级或学员。", "targets")
    if keys_visible is not None and keys_visible not in KEYS_VISIBLE:
        raise InputError("请选择什么时候公布答案。", "keys_visible")
    if not 1 <= attempts <= 10:
        raise InputError("可考次数应为 1 到 10 次。", "attempts")
    assignment = Assignment(
        title=title.strip()[:120], paper_revision_id=paper.id, opens_at=opens_at, closes_at=closes_at,
        attempts_allowed=attempts, cooldown_minutes=int(cooldown.total_seconds() // 60), created_by_id=by.id,
        created_at=now, keys_visible=keys_visible or keys_of(paper.body), room_code=room_code or bool(paper.body.get("room_code")),
        targets=[AssignmentTarget(kind=kind, target_id=target) for kind, target in dict.fromkeys(targets)])
    session.add(assignment)
    session.flush()
    record(session, now, by.id, "assignment.create", f"assignment:{assignment.id}", {"title": assignment.title})
    return assignment


def cancel_assignment(session: Session, by: User, assignment: Assignment, now: datetime) -> None:
    """Withdraw an assignment; attempts already begun stay on record."""
    assignment.cancelled_at = now
    record(session, now, by.id, "assignment.cancel", f"assignment:{assignment.id}")
    session.flush()


def restore_assignment(session: Session, by: User, assignment: Assignment, now: datetime) -> None:
    """Take a withdrawal back."""
    assignment.cancelled_at = None
    record(session, now, by.id, "assignment.restore", f"assignment:{assignment.id}")
    session.flush()


def grant_exception(session: Session, by: User, assignment: Assignment, reason: str, now: datetime, *,
                    user_id: int | None = None, team_id: int | None = None, time_factor: int = 1000,
                    extra_attempts: int = 0, opens_at: datetime | None = None, closes_at: datetime | None = None) -> ExamException:
    """Grant extra time (factor in thousandths), further attempts or another window, with a reason."""
    if not reason.strip():
        raise InputError("请写明特批的原因，会留在记录里。", "reason")
    if (user_id is None) == (team_id is None):
        raise InputError("特批要么给一个人，要么给一个团队。", "who")
    if not 1000 <= time_factor <= 3000:
        raise InputError("时间系数应在 1 到 3 倍之间。", "time_factor")
    if not 0 <= extra_attempts <= 5:
        raise InputError("增加的次数应为 0 到 5 次。", "extra_attempts")
    if closes_at is not None and closes_at <= now:
        raise InputError("新的截止时间已经过去。", "closes_at")
    if opens_at is not None and opens_at >= (closes_at or assignment.closes_at):
        raise InputError("新的开始时间应早于截止时间；要考得更晚，请同时填新的截止时间。", "opens_at")
    if time_factor == PLAIN_TIME and not extra_attempts and closes_at is None and opens_at is None:
        raise InputError("请至少选择一项：加时、加次数或改时间。", "extra_attempts")
    row = ExamException(assignment_id=assignment.id, user_id=user_id, team_id=team_id, time_factor=time_factor,
                        extra_attempts=extra_attempts, opens_at=opens_at, closes_at=closes_at, reason=reason.strip()[:255],
                        granted_by_id=by.id, granted_at=now)
    session.add(row)
    record(session, now, by.id, "exception.grant", f"assignment:{assignment.id}", {
        "reason": row.reason, "user": user_id, "team": team_id, "time_factor": time_factor, "extra_attempts": extra_attempts})
    session.flush()
    return row

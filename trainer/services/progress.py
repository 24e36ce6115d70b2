"""How far the people of an assignment are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from trainer.models import Assignment, Attempt, AttemptResult, Enrolment, ExamException, Team, TeamMember, User
from trainer.services.attempts import shown_state
from trainer.services.people import current, led_teams, visible_people

MOST = 100


@dataclass(frozen=True)
class AssignmentRow:
    """An assignment with counts over the people whom the reader may see."""

    assignment: Assignment
    people: int
    sat: int
    passed: int
    waiting: int


def reached(session: Session, assignments: Sequence[Assignment], now: datetime) -> dict[int, set[int]]:
    """Whom each assignment reaches now, by id: the persons it names, its classes, its teams with those below."""
    parents = {team.id: team.parent_id for team in session.scalars(select(Team))}
    members: dict[tuple[str, int], set[int]] = {}
    for team_id, user_id in session.execute(select(TeamMember.team_id, TeamMember.user_id).where(
            TeamMember.part == "member", current(TeamMember, now))):
        above: int | None = team_id
        while above is not None:
            members.setdefault(("team", above), set()).add(user_id)
            above = parents.get(above)
    for klass_id, user_id in session.execute(select(Enrolment.klass_id, Enrolment.user_id).where(current(Enrolment, now))):
        members.setdefault(("klass", klass_id), set()).add(user_id)
    return {one.id: set().union(*(
        {target.target_id} if target.kind == "person" else members.get((target.kind, target.target_id), set())
        for target in one.targets)) for one in assignments}


def people_of(session: Session, assignment: Assignment, reader: User, now: datetime) -> list[User]:
    """The people an assignment reaches now, of those whom the reader may see."""
    ids = reached(session, [assignment], now)[assignment.id]
    return list(session.scalars(visible_people(reader, now).where(User.id.in_(ids), User.active.is_(True)).order_by(User.staff_no)))


def _attempts(session: Session, assignment: Assignment, people: Sequence[User]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = {person.id: [] for person in people}
    rows = session.scalars(select(Attempt).where(
        Attempt.assignment_id == assignment.id, Attempt.user_id.in_(found), Attempt.preview.is_(False)).options(
            joinedload(Attempt.result)).order_by(Attempt.no))
    for row in rows:
        found[row.user_id].append(row)
    return found


def overview(session: Session, reader: User, now: datetime) -> list[AssignmentRow]:
    """Every assignment that concerns the reader, the latest closing first; the same number of queries for any number."""
    found = session.scalars(select(Assignment).order_by(Assignment.closes_at.desc(), Assignment.id.desc()).limit(MOST)).all()
    whom = reached(session, found, now)
    seen = set(session.scalars(visible_people(reader, now).where(User.active.is_(True)).with_only_columns(User.id)))
    tries: dict[int | None, list[tuple[int, str, bool]]] = {}
    for assignment_id, user_id, state, passed in session.execute(select(
            Attempt.assignment_id, Attempt.user_id, Attempt.state, AttemptResult.passed).join(
                AttemptResult, AttemptResult.attempt_id == Attempt.id, isouter=True).where(
                    Attempt.assignment_id.in_([one.id for one in found]), Attempt.preview.is_(False))):
        tries.setdefault(assignment_id, []).append((user_id, state, bool(passed)))
    rows = []
    for one in found:
        people = whom[one.id] & seen
        own = [row for row in tries.get(one.id, []) if row[0] in people]
        if people or one.created_by_id == reader.id:
            rows.append(AssignmentRow(
                one, len(people), len({user_id for user_id, _, _ in own}),
                len({user_id for user_id, state, passed in own if passed and state == "final"}),
                sum(state == "provisional" for _, state, _ in own)))
    return rows


def detail(session: Session, assignment: Assignment, reader: User, now: datetime) -> dict[str, Any]:
    """Per person: attempts, best result, state; and the exceptions granted."""
    people = people_of(session, assignment, reader, now)
    tries = _attempts(session, assignment, people)
    rows = []
    for person in people:
        own = tries[person.id]
        best = max((a for a in own if a.result), key=lambda a: a.result.points if a.result else 0, default=None)
        rows.append({"person": person, "attempts": own, "best": best, "state": shown_state(own[-1], now) if own else None})
    exceptions = session.execute(select(ExamException, User.name, Team.name).join(
        User, User.id == ExamException.user_id, isouter=True).join(Team, Team.id == ExamException.team_id, isouter=True).where(
            ExamException.assignment_id == assignment.id).order_by(ExamException.id.desc())).all()
    return {"rows": rows, "exceptions": [(grant, person or team) for grant, person, team in exceptions]}


def teams_to_grant(session: Session, assignment: Assignment, reader: User, now: datetime) -> list[Team]:
    """The teams that the reader leads (administrators: all) with somebody whom the assignment reaches."""
    ids = reached(session, [assignment], now)[assignment.id]
    found = select(Team).where(Team.id.in_(select(TeamMember.team_id).where(
        TeamMember.user_id.in_(ids), TeamMember.part == "member", current(TeamMember, now)))).order_by(Team.name, Team.id)
    return list(session.scalars(found if "admin" in reader.roles else found.where(Team.id.in_(led_teams(reader, now)))))

"""Who sees whom: the one select that every supervisor page starts from."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from trainer.models import Enrolment, Klass, Team, TeamMember, User

SEES_EVERYBODY = frozenset({"admin", "trainer"})


def current(row: type[TeamMember] | type[Enrolment], now: datetime) -> ColumnElement[bool]:
    """Whether a dated membership holds at the moment."""
    return and_(row.since <= now, or_(row.until.is_(None), row.until > now))


def led_teams(user: User, now: datetime) -> Select[int]:
    """The ids of the teams that the person leads, and of all teams below them."""
    root = (
        select(TeamMember.team_id.label("id"))
        .where(TeamMember.user_id == user.id, TeamMember.part == "lead", current(TeamMember, now))
        .cte("led", recursive=True)
    )
    child = aliased(Team)
    tree = root.union(select(child.id).join(root, child.parent_id == root.c.id))
    return select(tree.c.id)


def visible_condition(user: User, now: datetime) -> ColumnElement[bool]:
    """The condition on User that holds for everybody whom the person may see."""
    roles = user.roles
    if roles & SEES_EVERYBODY:
        return true()
    groups: list[ColumnElement[bool]] = []
    if "supervisor" in roles:
        groups.append(User.id.in_(
            select(TeamMember.user_id).where(TeamMember.team_id.in_(led_teams(user, now)), current(TeamMember, now))))
        groups.append(User.id.in_(
            select(Enrolment.user_id).join(Klass, Klass.id == Enrolment.klass_id)
            .where(Klass.head_id == user.id, current(Enrolment, now))))
    if roles & {"mentor", "inspector"}:
        own = aliased(TeamMember)
        groups.append(User.id.in_(
            select(TeamMember.user_id).join(own, own.team_id == TeamMember.team_id)
            .where(own.user_id == user.id, own.part == "mentor", current(own, now),
                   TeamMember.part == "member", current(TeamMember, now))))
    return or_(*groups) if groups else false()


def visible_people(user: User, now: datetime) -> Select[User]:
    """A select of everybody whom the person may see at the moment: his teams with those below, his classes; never by name alone."""
    return select(User).where(visible_condition(user, now))


def visible_person(session: Session, user: User, person_id: int, now: datetime) -> User | None:
    """The one person, if he may be seen; None makes a 404."""
    return session.scalars(visible_people(user, now).where(User.id == person_id)).first()


def memberships(session: Session, user_id: int, now: datetime) -> tuple[list[str], list[str]]:
    """The names of the teams and of the classes in which the person is at the moment."""
    teams = session.scalars(
        select(Team.name).join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id, current(TeamMember, now)).order_by(Team.name))
    klasses = session.scalars(
        select(Klass.name).join(Enrolment, Enrolment.klass_id == Klass.id)
        .where(Enrolment.user_id == user_id, current(Enrolment, now)).order_by(Klass.name))
    return list(teams), list(klasses)

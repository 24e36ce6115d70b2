"""make_* functions: the smallest valid thing, with the field that matters named by the test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from trainer.models import Enrolment, Klass, Team, TeamMember, User, UserRole
from trainer.services.passwords import hash_password

PASSWORD = "right horse battery"
_HASH = hash_password(PASSWORD)


@dataclass(frozen=True)
class Cast:
    """The people of every story."""

    chen: User        # trainee 小陈, in 王姐's team
    wang: User        # supervisor 王姐
    zhou: User        # trainer 老周
    admin: User       # administrator
    mentor: User      # mentor 李师傅 of 小陈's team
    inspector: User   # inspector, attached to no team
    stranger: User    # trainee in another team


def make_user(session: Session, now: datetime, staff_no: str = "S1", name: str = "小陈", roles: tuple[str, ...] = ("trainee",),
              active: bool = True, must_change: bool = False) -> User:
    """An account whose password is PASSWORD."""
    user = User(staff_no=staff_no, name=name, contact=None, password_hash=_HASH, must_change=must_change, active=active,
                session_epoch=0, created_at=now, deactivated_at=None if active else now)
    user.role_rows = [UserRole(role=role) for role in roles]
    session.add(user)
    session.flush()
    return user


def make_team(session: Session, name: str, parent: Team | None = None) -> Team:
    team = Team(name=name, parent_id=parent.id if parent else None, shop_id=None)
    session.add(team)
    session.flush()
    return team


def join_team(session: Session, user: User, team: Team, now: datetime, part: str = "member", until: datetime | None = None) -> TeamMember:
    """Membership that began thirty days ago."""
    row = TeamMember(team_id=team.id, user_id=user.id, part=part, since=now - timedelta(days=30), until=until)
    session.add(row)
    session.flush()
    return row


def make_klass(session: Session, name: str, head: User | None = None) -> Klass:
    klass = Klass(name=name, shop_id=None, post="aftersale", opened_on="2026-11-01", head_id=head.id if head else None)
    session.add(klass)
    session.flush()
    return klass


def enrol(session: Session, user: User, klass: Klass, now: datetime, until: datetime | None = None) -> Enrolment:
    row = Enrolment(klass_id=klass.id, user_id=user.id, since=now - timedelta(days=10), until=until)
    session.add(row)
    session.flush()
    return row


def make_cast(session: Session, now: datetime) -> Cast:
    """小陈 and her colleagues: one team led by 王姐, another one that she does not see."""
    cast = Cast(
        chen=make_user(session, now, "S1001", "小陈"),
        wang=make_user(session, now, "L2001", "王姐", ("supervisor",)),
        zhou=make_user(session, now, "T3001", "老周", ("trainer",)),
        admin=make_user(session, now, "A9001", "管理员小赵", ("admin",)),
        mentor=make_user(session, now, "M4001", "李师傅", ("mentor",)),
        inspector=make_user(session, now, "Q5001", "质检小孙", ("inspector",)),
        stranger=make_user(session, now, "S1999", "陌生人小钱"))
    ours, theirs = make_team(session, "售后一组"), make_team(session, "售前组")
    join_team(session, cast.wang, ours, now, "lead")
    join_team(session, cast.mentor, ours, now, "mentor")
    join_team(session, cast.chen, ours, now)
    join_team(session, cast.stranger, theirs, now)
    return cast


def client_of(app: Flask, user: User) -> FlaskClient:
    """A client that is signed in as the person, without going through the sign-in page."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.get_id()
        cookie["_fresh"] = True
    return client

"""Who sees whom."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.factories import Cast, enrol, join_team, make_klass, make_team, make_user
from trainer.models import User
from trainer.services.people import visible_people, visible_person


def names(session: Session, user: User, now: datetime) -> set[str]:
    return {person.name for person in session.scalars(visible_people(user, now))}


def test_a_supervisor_sees_the_people_of_his_team_and_nobody_else(session: Session, cast: Cast, now: datetime) -> None:
    assert names(session, cast.wang, now) == {"王姐", "李师傅", "小陈"}
    assert visible_person(session, cast.wang, cast.chen.id, now) is cast.chen
    assert visible_person(session, cast.wang, cast.stranger.id, now) is None


def test_a_supervisor_sees_the_teams_below_at_any_depth(session: Session, cast: Cast, now: datetime) -> None:
    lead = make_user(session, now, "L2002", "总监", ("supervisor",))
    top = make_team(session, "客服部")
    middle = make_team(session, "售后部", top)
    join_team(session, lead, top, now, "lead")
    join_team(session, make_user(session, now, "S2", "小孙"), make_team(session, "夜班组", middle), now)
    assert names(session, lead, now) == {"总监", "小孙"}


def test_membership_that_ended_or_has_not_begun_shows_nobody(session: Session, cast: Cast, now: datetime) -> None:
    assert "小陈" not in names(session, cast.wang, now - timedelta(days=60))
    left = make_team(session, "旧组")
    join_team(session, cast.wang, left, now, "lead")
    join_team(session, cast.stranger, left, now, until=now)
    assert "陌生人小钱" not in names(session, cast.wang, now)


def test_a_head_teacher_sees_his_class(session: Session, cast: Cast, now: datetime) -> None:
    klass = make_klass(session, "十一月班", cast.wang)
    enrol(session, cast.stranger, klass, now)
    assert "陌生人小钱" in names(session, cast.wang, now)


def test_a_mentor_sees_only_members_of_the_team_he_mentors(session: Session, cast: Cast, now: datetime) -> None:
    assert names(session, cast.mentor, now) == {"小陈"}


def test_an_inspector_without_a_team_and_a_trainee_see_nobody(session: Session, cast: Cast, now: datetime) -> None:
    assert names(session, cast.inspector, now) == set()
    assert names(session, cast.chen, now) == set()


def test_leading_a_team_without_the_role_shows_nobody(session: Session, cast: Cast, now: datetime) -> None:
    team = make_team(session, "自封组")
    join_team(session, cast.chen, team, now, "lead")
    join_team(session, cast.stranger, team, now)
    assert names(session, cast.chen, now) == set()


def test_trainers_and_administrators_see_everybody(session: Session, cast: Cast, now: datetime) -> None:
    assert len(names(session, cast.zhou, now)) == len(names(session, cast.admin, now)) == 7

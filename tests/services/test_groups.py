"""Teams and classes: the tree, dated membership."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast, make_klass, make_team
from trainer.errors import InputError
from trainer.models import Enrolment, Team, TeamMember
from trainer.services.groups import (
    DEEPEST,
    join_team,
    klass_of,
    klass_rows,
    leave_team,
    save_klass,
    save_team,
    set_klass,
    team_rows,
    team_tree,
)
from trainer.services.people import visible_person
from trainer.services.roster import Limits, apply_plan, limits_of, plan_import


def team_named(session: Session, name: str) -> Team:
    return session.scalars(select(Team).where(Team.name == name)).one()


def test_the_tree_lists_parents_before_children_with_leads_and_sizes(session: Session, cast: Cast, now: datetime) -> None:
    top = save_team(session, None, "客服部", None, now, cast.admin.id)
    save_team(session, team_named(session, "售后一组"), "售后一组", top.id, now, cast.admin.id)
    rows = [(row.team.name, row.depth, row.leads, row.members) for row in team_tree(session, now)]
    assert rows == [("售前组", 0, "", 1), ("客服部", 0, "", 0), ("售后一组", 1, "王姐", 1)]


def test_a_team_cannot_stand_below_itself(session: Session, cast: Cast, now: datetime) -> None:
    top = save_team(session, None, "客服部", None, now, None)
    below = save_team(session, None, "夜班组", top.id, now, None)
    with pytest.raises(InputError) as refused:
        save_team(session, top, "客服部", below.id, now, None)
    assert refused.value.field == "parent_id"


def test_the_tree_has_a_limit(session: Session, now: datetime) -> None:
    parent = None
    for depth in range(DEEPEST):
        parent = save_team(session, None, f"第{depth}层", parent.id if parent else None, now, None)
    assert parent is not None
    with pytest.raises(InputError, match="最多 6 层"):
        save_team(session, None, "再一层", parent.id, now, None)


@pytest.mark.parametrize("name", ["", "  ", "售后一组", "长" * 61])
def test_a_team_needs_a_name_of_its_own(session: Session, cast: Cast, now: datetime, name: str) -> None:
    with pytest.raises(InputError) as refused:
        save_team(session, None, name, None, now, None)
    assert refused.value.field == "name"


def test_changing_the_team_ends_the_earlier_membership_and_keeps_its_past(session: Session, cast: Cast, now: datetime) -> None:
    join_team(session, cast.chen, team_named(session, "售前组").id, "member", now, cast.admin.id)
    assert [name for _, name in team_rows(session, cast.chen, now)] == ["售前组"]
    rows = session.scalars(select(TeamMember).where(TeamMember.user_id == cast.chen.id).order_by(TeamMember.id)).all()
    assert [row.until for row in rows] == [now, None]
    assert visible_person(session, cast.wang, cast.chen.id, now) is None
    assert visible_person(session, cast.wang, cast.chen.id, now - timedelta(days=1)) is cast.chen


def test_a_lead_may_lead_two_teams(session: Session, cast: Cast, now: datetime) -> None:
    join_team(session, cast.wang, team_named(session, "售前组").id, "lead", now, None)
    assert len(team_rows(session, cast.wang, now)) == 2
    assert visible_person(session, cast.wang, cast.stranger.id, now) is cast.stranger


@pytest.mark.parametrize(("part", "words"), [("lead", "主管角色"), ("mentor", "带教师傅角色"), ("boss", "身份")])
def test_a_part_needs_its_role(session: Session, cast: Cast, now: datetime, part: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        join_team(session, cast.chen, team_named(session, "售前组").id, part, now, None)


def test_joining_twice_is_refused(session: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(InputError, match="已经是"):
        join_team(session, cast.chen, team_named(session, "售后一组").id, "member", now, None)


def test_leaving_ends_a_membership_once(session: Session, cast: Cast, now: datetime) -> None:
    [(row, _)] = team_rows(session, cast.chen, now)
    with pytest.raises(InputError):
        leave_team(session, cast.stranger, row.id, now, None)
    leave_team(session, cast.chen, row.id, now, None)
    assert team_rows(session, cast.chen, now) == []
    with pytest.raises(InputError, match="已经结束"):
        leave_team(session, cast.chen, row.id, now + timedelta(seconds=1), None)


def test_a_class_is_made_changed_and_counted(session: Session, cast: Cast, now: datetime) -> None:
    klass = save_klass(session, None, "十二月班", "2026-12-01", "aftersale", cast.wang.id, now, None)
    save_klass(session, klass, "十二月一班", "2026-12-02", "presale", None, now, None)
    set_klass(session, cast.chen, klass.id, now, None)
    [row] = klass_rows(session, now)
    assert (row.klass.name, row.klass.opened_on, row.head, row.members) == ("十二月一班", "2026-12-02", "", 1)


@pytest.mark.parametrize(("day", "post", "head", "field"), [
    ("明天", "aftersale", None, "opened_on"), ("2026-02-30", "aftersale", None, "opened_on"), ("2026-12-01", "cook", None, "post"),
    ("2026-12-01", "aftersale", "chen", "head_id"), ("2026-12-01", "aftersale", "nobody", "head_id"),
])
def test_a_class_at_fault_names_the_field(
        session: Session, cast: Cast, now: datetime, day: str, post: str, head: str | None, field: str) -> None:
    number = {"chen": cast.chen.id, "nobody": 999999, None: None}[head]
    with pytest.raises(InputError) as refused:
        save_klass(session, None, "十二月班", day, post, number, now, None)
    assert refused.value.field == field


def test_moving_to_another_class_ends_the_earlier_enrolment(session: Session, cast: Cast, now: datetime) -> None:
    first, second = make_klass(session, "一班"), make_klass(session, "二班")
    set_klass(session, cast.chen, first.id, now - timedelta(days=3), None)
    set_klass(session, cast.chen, second.id, now, None)
    set_klass(session, cast.chen, second.id, now, None)
    assert klass_of(session, cast.chen, now) is second
    assert len(session.scalars(select(Enrolment).where(Enrolment.user_id == cast.chen.id)).all()) == 2
    set_klass(session, cast.chen, None, now, None)
    assert klass_of(session, cast.chen, now) is None


def limits(session: Session, cast: Cast, now: datetime) -> Limits:
    found = limits_of(session, cast.wang, now)
    assert found is not None
    return found


def test_a_supervisor_imports_trainees_into_his_own_team_and_then_sees_them(session: Session, cast: Cast, now: datetime) -> None:
    plan = plan_import(session, [["工号", "姓名", "团队"], ["S1", "张三", ""], ["S2", "李四", "夜班组"]], limits(session, cast, now))
    assert (plan.errors, plan.new_teams) == ([], ["夜班组"])
    for user, _ in apply_plan(session, plan, now, cast.wang.id):
        assert visible_person(session, cast.wang, user.id, now) is user


def test_a_supervisor_imports_nobody_but_trainees_and_into_no_other_team(session: Session, cast: Cast, now: datetime) -> None:
    rows = [["工号", "姓名", "角色", "团队"], ["S1", "张三", "管理员", ""], ["S2", "李四", "", "售前组"], ["S3", "王五", "学员、主管", "售后一组"]]
    plan = plan_import(session, rows, limits(session, cast, now))
    assert [(error.row, error.column) for error in plan.errors] == [(2, "角色"), (3, "团队"), (4, "角色")]


def test_a_supervisor_without_a_team_is_told_what_to_do(session: Session, cast: Cast, now: datetime) -> None:
    [(row, _)] = team_rows(session, cast.wang, now)
    leave_team(session, cast.wang, row.id, now, None)
    make_team(session, "无主组")
    with pytest.raises(InputError, match="还没有带团队"):
        limits_of(session, cast.wang, now)


def test_an_administrator_has_no_limits(session: Session, cast: Cast, now: datetime) -> None:
    assert limits_of(session, cast.admin, now) is None

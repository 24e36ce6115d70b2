"""Importing a roster: errors by row, all or nothing."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast, make_klass
from trainer.errors import InputError
from trainer.models import Enrolment, Klass, LearnerState, Team, TeamMember, User
from trainer.services.accounts import authenticate
from trainer.services.roster import TEMPLATE, Plan, apply_plan, plan_import
from trainer.services.spreadsheet import MOST_ROWS, read_table, write_csv, write_xlsx

HEAD = ["工号", "姓名", "角色", "班级", "团队"]


def rows_of(*people: list[str], head: list[str] | None = None) -> list[list[str]]:
    return [head or HEAD, *people]


def errors(plan: Plan) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in plan.errors]


def test_a_good_roster_makes_accounts_classes_and_teams(session: Session, cast: Cast, now: datetime) -> None:
    plan = plan_import(session, rows_of(["S1", "张三", "学员", "十二月班", "夜班组"], ["L1", "李四", "主管", "", "夜班组"]))
    assert (plan.errors, plan.new_klasses, plan.new_teams) == ([], ["十二月班"], ["夜班组"])
    made = apply_plan(session, plan, now, cast.admin.id)
    assert [(user.staff_no, user.roles) for user, _ in made] == [("S1", {"trainee"}), ("L1", {"supervisor"})]
    assert session.scalars(select(TeamMember.part).where(TeamMember.user_id == made[1][0].id)).one() == "lead"
    assert session.scalars(select(Klass.opened_on).where(Klass.name == "十二月班")).one() == "2026-11-21"
    assert session.scalars(select(LearnerState.state).where(LearnerState.user_id == made[0][0].id)).one() == "training"
    assert authenticate(session, "S1", made[0][1], "10.0.0.1", now).user is made[0][0]


def test_every_error_is_named_by_row_and_column(session: Session, cast: Cast, now: datetime) -> None:
    plan = plan_import(session, rows_of(
        ["S1", "张三", "学员"], ["", "没工号", "学员"], ["S2", "", "老板"], ["s1", "重复", ""], ["S1001", "已有", ""], ["", "", ""], ["S3", "好人", ""]))
    assert errors(plan) == [(3, "工号"), (4, "姓名"), (4, "角色"), (5, "工号"), (6, "工号")]
    assert "第 2 行重复" in plan.errors[3].message


def test_one_bad_row_makes_nobody(session: Session, cast: Cast, now: datetime) -> None:
    before = session.scalar(select(func.count(User.id)))
    plan = plan_import(session, rows_of(["S1", "张三", "学员", "新班", "新组"], ["坏", "李四", ""]))
    with pytest.raises(InputError, match="一个账号也没有建"):
        apply_plan(session, plan, now, cast.admin.id)
    assert session.scalar(select(func.count(User.id))) == before
    assert session.scalars(select(Team).where(Team.name == "新组")).first() is None


def test_a_class_that_exists_is_joined_and_not_made_again(session: Session, cast: Cast, now: datetime) -> None:
    klass = make_klass(session, "十一月班")
    plan = plan_import(session, rows_of(["S1", "张三", "", "十一月班", ""]))
    assert plan.new_klasses == []
    [(user, _)] = apply_plan(session, plan, now, None)
    assert session.scalars(select(Enrolment.klass_id).where(Enrolment.user_id == user.id)).one() == klass.id


def test_several_roles_are_read_whatever_stands_between_them(session: Session, now: datetime) -> None:
    plan = plan_import(session, rows_of(["S1", "张三", "学员/主管"], ["S2", "李四", "培训师， 管理员"]))
    assert [entry.roles for entry in plan.entries] == [{"trainee", "supervisor"}, {"trainer", "admin"}]


def test_a_given_initial_password_must_be_good_and_is_then_used(session: Session, now: datetime) -> None:
    head = ["工号", "姓名", "初始密码"]
    assert errors(plan_import(session, rows_of(["S1", "张三", "123"], head=head))) == [(2, "初始密码")]
    [(user, secret)] = apply_plan(session, plan_import(session, rows_of(["S1", "张三", "kaoshi 2026!"], head=head)), now, None)
    assert (secret, user.must_change) == ("kaoshi 2026!", True)


@pytest.mark.parametrize(("head", "words"), [
    (["姓名", "角色"], "缺少列：工号"), (["工号", "姓名", "工资"], "不认识的列：工资"), (["工号", "姓名", "员工号"], "出现了两次"),
])
def test_a_heading_that_cannot_be_used_is_refused_with_what_may_stand_there(session: Session, head: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_import(session, [head, ["S1", "张三", "x"]])


def test_an_empty_roster_is_refused(session: Session) -> None:
    with pytest.raises(InputError, match="没有人"):
        plan_import(session, [HEAD])


def test_the_template_can_be_imported_as_it_is(session: Session, now: datetime) -> None:
    rows = read_table("模板.xlsx", write_xlsx("名单", TEMPLATE), "名单")
    assert len(apply_plan(session, plan_import(session, rows), now, None)) == 2


def test_xlsx_numbers_are_read_as_staff_numbers() -> None:
    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(["工号", "姓名"])
    book.active.append([1001, "张三"])
    book.save(out)
    assert read_table("a.xlsx", out.getvalue(), "名单") == [["工号", "姓名"], ["1001", "张三"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_excel_writes(encoding: str) -> None:
    assert read_table("a.csv", "工号,姓名\r\nS1,张三\r\n".encode(encoding), "名单") == [["工号", "姓名"], ["S1", "张三"]]


@pytest.mark.parametrize(("name", "data", "words"), [
    ("a.csv", b"", "空的"), ("a.xls", b"\xd0\xcf\x11\xe0rest", "另存为"), ("a.xlsx", b"PK\x03\x04broken", "打不开"),
    ("a.csv", b"\x00\x01\x02", "不是 xlsx 或 csv"), ("a.csv", b"x" * (2 * 1024 * 1024 + 1), "2 MB"), ("a.csv", b"\xff\xff\xff", "编码"),
])
def test_a_file_that_cannot_be_read_says_what_to_do(name: str, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_table(name, data, "名单")


def test_too_many_rows_are_refused() -> None:
    text = "工号,姓名\n" + "".join(f"S{number},张三\n" for number in range(MOST_ROWS + 1))
    with pytest.raises(InputError, match="一次最多 2000 行"):
        read_table("a.csv", text.encode(), "名单")


def test_a_file_that_unpacks_to_a_giant_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (41 * 1024 * 1024))
    with pytest.raises(InputError, match="展开后太大"):
        read_table("a.xlsx", out.getvalue(), "名单")


def test_no_written_cell_starts_a_formula() -> None:
    text = write_csv([["姓名"], ["=HYPERLINK(1)"], ["@x"], [-5]])
    assert text.splitlines() == ["\ufeff姓名", "'=HYPERLINK(1)", "'@x", "-5"]

"""`flask accounts`: results on standard output, errors on standard error, all or nothing."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.factories import Cast
from trainer.extensions import db
from trainer.models import User


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def sign_in(app: Flask, staff_no: str, password: str) -> int:
    return app.test_client().post("/sign-in", data={"staff_no": staff_no, "password": password}).status_code


def count_users(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(User.id))) or 0


def test_an_administrator_is_made_and_can_sign_in(app: Flask) -> None:
    made = run(app, "create-admin", "A1", "店长")
    staff_no, name, roles, password = made.stdout.strip().split("\t")
    assert (made.exit_code, staff_no, name, roles) == (0, "A1", "店长", "管理员")
    assert sign_in(app, "A1", password) == 303


def test_roles_may_be_given_in_chinese_or_by_code(app: Flask) -> None:
    assert run(app, "add", "S1", "小陈", "--role", "主管", "--role", "trainer").stdout.split("\t")[2] == "主管、培训师"


def test_an_account_at_fault_is_explained_on_standard_error(app: Flask, people: Cast) -> None:
    refused = run(app, "add", "S1001", "重号")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "已经有账号" in refused.stderr


def test_a_roster_is_imported_and_prints_only_results(app: Flask, tmp_path: Path) -> None:
    roster = tmp_path / "名单.csv"
    roster.write_text("工号,姓名,班级\nS1,张三,十二月班\nS2,李四,\n", "utf-8")
    done = run(app, "import", str(roster))
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["S1", "张三"], ["S2", "李四"]]
    assert "新建班级 十二月班" in done.stderr
    assert sign_in(app, "S2", rows[1][2]) == 303


def test_a_roster_with_an_error_makes_nobody(app: Flask, tmp_path: Path) -> None:
    roster = tmp_path / "名单.csv"
    roster.write_text("工号,姓名\nS1,张三\n坏,李四\n", "utf-8")
    refused = run(app, "import", str(roster))
    assert (refused.exit_code, refused.stdout, count_users(app)) == (1, "", 0)
    assert "第 3 行 工号" in refused.stderr


def test_a_dry_run_makes_nobody(app: Flask, tmp_path: Path) -> None:
    roster = tmp_path / "名单.csv"
    roster.write_text("工号,姓名\nS1,张三\n", "utf-8")
    checked = run(app, "import", "--dry-run", str(roster))
    assert (checked.exit_code, checked.stdout, count_users(app)) == (0, "", 0)
    assert "可以导入 1 人" in checked.stderr


def test_a_reset_prints_a_password_that_works(app: Flask, people: Cast) -> None:
    password = run(app, "reset", "s1001").stdout.strip().split("\t")[2]
    assert sign_in(app, "S1001", password) == 303


def test_resetting_somebody_unknown_says_so(app: Flask) -> None:
    refused = run(app, "reset", "S404")
    assert refused.exit_code == 1
    assert "没有工号为 S404 的账号" in refused.stderr


@pytest.mark.parametrize("anybody", [False, True])
def test_the_setup_code_is_printed_only_while_nobody_has_an_account(app: Flask, request: pytest.FixtureRequest, anybody: bool) -> None:
    if anybody:
        request.getfixturevalue("people")
    assert bool(run(app, "setup-code").stdout.strip()) is not anybody

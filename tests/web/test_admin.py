"""The administrator's pages: accounts, roster, audit log, health."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from tests.factories import PASSWORD, Cast, client_of, make_user
from trainer.extensions import db
from trainer.models import Klass, Team, User
from trainer.web.clock import now


@pytest.fixture
def admin(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.admin)


def user_of(app: Flask, staff_no: str) -> User | None:
    with app.app_context():
        return db.session.scalars(select(User).where(User.staff_no == staff_no)).first()


def count_users(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(User.id))) or 0


def upload(client: FlaskClient, text: str, name: str = "名单.csv") -> TestResponse:
    return client.post("/roster/", data={"file": (io.BytesIO(text.encode()), name)})


def apply(client: FlaskClient, page: TestResponse) -> TestResponse:
    rows = re.search(r'name="rows" type="hidden" value="([^"]*)"', page.text)
    assert rows is not None
    return client.post("/roster/apply", data={"rows": rows[1].replace("&#34;", '"').replace("&quot;", '"')})


def test_the_list_shows_people_with_role_and_team_and_the_count(admin: FlaskClient) -> None:
    page = admin.get("/admin/accounts")
    assert "共 7 人" in page.text
    for words in ("小陈", "售后一组", "带教师傅"):
        assert words in page.text


@pytest.mark.parametrize(("query", "count"), [
    ("q=s1001", 1), ("q=王", 1), ("q=%25", 0), ("q=_", 0), ("role=trainee", 2), ("role=admin&q=小陈", 0), ("state=inactive", 0),
    ("state=all", 7), ("sort=-name", 7), ("sort=nonsense&page=99", 7), ("page=x", 7),
])
def test_the_list_is_searched_filtered_and_sorted(admin: FlaskClient, query: str, count: int) -> None:
    assert f"共 {count} 人" in admin.get(f"/admin/accounts?{query}").text


def test_the_list_takes_the_same_number_of_queries_however_many_people(app: Flask, admin: FlaskClient, people: Cast) -> None:
    def queries() -> int:
        seen: list[str] = []
        with app.app_context():
            engine = db.engine
        listener = lambda *args: None if args[2].startswith("PRAGMA") else seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        admin.get("/admin/accounts")
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    admin.get("/admin/accounts")
    before = queries()
    with app.app_context():
        for number in range(30):
            make_user(db.session(), now(), f"S5{number:03}", f"新人{number}")
        db.session.commit()
    assert queries() == before


def test_a_long_list_is_paged(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        for number in range(60):
            make_user(db.session(), now(), f"S5{number:03}", f"新人{number}")
        db.session.commit()
    assert "新人59" not in admin.get("/admin/accounts").text
    assert "新人59" in admin.get("/admin/accounts?page=2").text


def test_a_new_account_shows_its_initial_password_once_and_it_works(app: Flask, admin: FlaskClient) -> None:
    page = admin.post("/admin/accounts/new", data={"staff_no": "S7", "name": "小周", "roles": ["trainee", "mentor"], "contact": ""})
    secret = re.search(r'class="secret">([^<]+)<', page.text)
    assert secret is not None
    made = user_of(app, "S7")
    assert made is not None
    assert secret[1] not in admin.get(f"/admin/accounts/{made.id}").text
    assert app.test_client().post("/sign-in", data={"staff_no": "S7", "password": secret[1]}).status_code == 303


@pytest.mark.parametrize(("data", "words"), [
    ({"staff_no": "S1001", "name": "重号", "roles": ["trainee"]}, "已经有账号"), ({"staff_no": "S7", "name": "", "roles": ["trainee"]}, "请填写姓名"),
    ({"staff_no": "S7", "name": "小周"}, "至少选一个角色"), ({"staff_no": "S7", "name": "小周", "roles": ["king"]}, "没有这个角色"),
    ({"staff_no": "汉字", "name": "小周", "roles": ["trainee"]}, "字母、数字"), ({}, "请填写工号"),
])
def test_a_new_account_at_fault_keeps_what_was_typed_and_says_why(app: Flask, admin: FlaskClient, data: dict[str, object], words: str) -> None:
    page = admin.post("/admin/accounts/new", data=data)
    assert page.status_code == 422
    assert words in page.text
    assert str(data.get("name", "")) in page.text
    assert count_users(app) == 7


def test_roles_are_changed(app: Flask, admin: FlaskClient, people: Cast) -> None:
    data = {"name": "陈小雨", "roles": ["trainee", "supervisor"], "contact": "分机 801"}
    assert admin.post(f"/admin/accounts/{people.chen.id}", data=data).status_code == 303
    changed = user_of(app, "S1001")
    assert changed is not None
    assert (changed.name, changed.roles, changed.contact) == ("陈小雨", {"trainee", "supervisor"}, "分机 801")


def test_the_last_administrator_cannot_drop_the_role(app: Flask, admin: FlaskClient, people: Cast) -> None:
    page = admin.post(f"/admin/accounts/{people.admin.id}", data={"name": "管理员小赵", "roles": ["trainer"]})
    assert page.status_code == 422
    assert "最后一位管理员" in page.text


def test_a_reset_shows_a_password_that_must_be_changed(app: Flask, admin: FlaskClient, people: Cast) -> None:
    page = admin.post(f"/admin/accounts/{people.chen.id}/reset")
    assert "只显示这一次" in page.text
    changed = user_of(app, "S1001")
    assert changed is not None
    assert changed.must_change is True
    assert app.test_client().post("/sign-in", data={"staff_no": "S1001", "password": PASSWORD}).status_code == 422


def test_a_leaver_is_deactivated_and_may_come_back(app: Flask, admin: FlaskClient, people: Cast) -> None:
    address = f"/admin/accounts/{people.chen.id}"
    assert admin.post(f"{address}/deactivate").status_code == 303
    assert "已停用" in admin.get(address).text
    assert "小陈" not in admin.get("/admin/accounts").text.split("<tbody>")[1]
    assert admin.post(f"{address}/activate").status_code == 303
    assert app.test_client().post("/sign-in", data={"staff_no": "S1001", "password": PASSWORD}).status_code == 303


def test_nobody_deactivates_himself(admin: FlaskClient, people: Cast) -> None:
    address = f"/admin/accounts/{people.admin.id}"
    admin.post(f"{address}/deactivate", headers={"Referer": f"http://localhost{address}"})
    page = admin.get(address)
    assert page.status_code == 200
    assert "不能停用自己的账号" in page.text


@pytest.mark.parametrize("path", ["", "/reset", "/deactivate", "/activate"])
def test_an_account_that_does_not_exist_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.post(f"/admin/accounts/999{path}").status_code == 404


def test_a_roster_is_shown_before_anything_is_made_and_then_made(app: Flask, admin: FlaskClient) -> None:
    page = upload(admin, "工号,姓名,角色,班级\nS71,张三,,十二月班\nS72,\"李,四\",主管,\n")
    assert page.status_code == 200
    assert "检查通过：2 人" in page.text
    assert "将新建班级：十二月班" in page.text
    assert count_users(app) == 7
    done = apply(admin, page)
    assert "已导入 2 人" in done.text
    assert len(re.findall(r'class="secret"', done.text)) == 2
    imported = user_of(app, "S72")
    assert imported is not None
    assert imported.name == "李,四"


def test_errors_of_a_roster_are_shown_by_row_and_nobody_is_made(app: Flask, admin: FlaskClient) -> None:
    page = upload(admin, "工号,姓名\nS71,张三\nS1001,重号\n,无号\n")
    assert page.status_code == 422
    assert "第 3 行" in page.text
    assert "第 4 行" in page.text
    assert count_users(app) == 7


def test_a_roster_agreed_to_twice_is_made_once(app: Flask, admin: FlaskClient) -> None:
    page = upload(admin, "工号,姓名\nS71,张三\n")
    assert apply(admin, page).status_code == 200
    again = apply(admin, page)
    assert again.status_code == 422
    assert "已经有账号" in again.text
    assert count_users(app) == 8


@pytest.mark.parametrize("rows", ["", "not json", "[1]", '[["工号"], [3]]', "[[]]", '{"a": 1}'])
def test_agreed_rows_that_were_tampered_with_are_refused(app: Flask, admin: FlaskClient, rows: str) -> None:
    assert admin.post("/roster/apply", data={"rows": rows}).status_code == 422
    assert count_users(app) == 7


def test_no_file_and_a_wrong_file_are_explained(admin: FlaskClient) -> None:
    assert "请先选一个" in admin.post("/roster/", data={}).text
    assert "表头" in upload(admin, "hello\nworld\n").text


def test_the_template_opens_as_a_spreadsheet(admin: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(admin.get("/roster/template.xlsx").data))
    assert [cell.value for cell in book.worksheets[0][1]][:2] == ["工号", "姓名"]


def test_the_audit_log_names_people_and_is_searched(app: Flask, admin: FlaskClient, people: Cast) -> None:
    admin.post(f"/admin/accounts/{people.chen.id}/reset")
    app.test_client().post("/sign-in", data={"staff_no": "L2001", "password": PASSWORD})
    assert "共 2 条" in admin.get("/admin/audit").text
    reset = admin.get("/admin/audit?action=account.reset").text
    assert "共 1 条" in reset
    assert "小陈（S1001）" in reset
    assert "共 1 条" in admin.get("/admin/audit?q=王姐").text
    assert "共 0 条" in admin.get("/admin/audit?q=nobody").text


def test_the_audit_log_is_exported(app: Flask, admin: FlaskClient, people: Cast) -> None:
    admin.post(f"/admin/accounts/{people.chen.id}/reset")
    answer = admin.get("/admin/audit.csv")
    assert answer.mimetype == "text/csv"
    assert "重置密码" in answer.text.splitlines()[1]


def test_the_health_page_says_what_is_wrong_and_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/admin/system").text
    assert "SQLite" in page
    assert "flask bank load" in page
    assert "only for tests" not in page


def test_a_team_and_a_class_are_made_and_a_person_is_put_there(app: Flask, admin: FlaskClient, people: Cast) -> None:
    assert admin.post("/admin/groups/team", data={"name": "夜班组", "parent_id": ""}).status_code == 303
    assert admin.post("/admin/groups/klass", data={"name": "十二月班", "opened_on": "2026-12-01", "post": "aftersale", "head_id": str(people.wang.id)}
                      ).status_code == 303
    page = admin.get("/admin/groups").text
    assert "夜班组" in page
    assert "班主任 王姐" in page
    with app.app_context():
        team, klass = (db.session.scalars(select(kind.id).where(kind.name == name)).one() for kind, name in ((Team, "夜班组"), (Klass, "十二月班")))
    address = f"/admin/accounts/{people.stranger.id}"
    assert admin.post(f"{address}/teams", data={"team_id": team, "part": "member"}).status_code == 303
    assert admin.post(f"{address}/klass", data={"klass_id": klass}).status_code == 303
    listed = admin.get("/admin/accounts?q=S1999").text
    assert "十二月班、夜班组" in listed


def test_a_team_at_fault_keeps_what_was_typed_at_its_own_form(admin: FlaskClient) -> None:
    page = admin.post("/admin/groups/team", data={"name": "售后一组", "parent_id": ""})
    assert page.status_code == 422
    assert page.text.count("已经有叫") == 1
    assert page.text.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("path", ["/admin/groups/team", "/admin/groups/klass"])
def test_changing_a_group_that_does_not_exist_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.post(path, data={"id": "999", "name": "x"}).status_code == 404


def test_a_supervisor_imports_his_trainees(app: Flask, people: Cast) -> None:
    wang = client_of(app, people.wang)
    page = upload(wang, "工号,姓名\nS71,张三\n")
    assert "售后一组" in page.text
    assert "已导入 1 人" in apply(wang, page).text
    refused = upload(wang, "工号,姓名,角色\nA2,坏人,管理员\n")
    assert refused.status_code == 422
    assert "主管只能导入学员" in refused.text

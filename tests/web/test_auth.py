"""Signing in and out, the initial password, the first administrator."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import PASSWORD, Cast, client_of, make_user
from trainer.extensions import db
from trainer.models import AuditLog, User
from trainer.services.accounts import issue_setup_code
from trainer.services.demo_accounts import show_demo_accounts
from trainer.web.auth.views import safe_next
from trainer.web.clock import now


def sign_in(client: FlaskClient, staff_no: str = "S1001", password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"staff_no": staff_no, "password": password, **more})


def test_the_right_password_leads_home(client: FlaskClient, people: Cast) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200


def test_the_page_that_was_asked_for_is_opened_after_signing_in(client: FlaskClient, people: Cast) -> None:
    asked = client.get("/account")
    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/account")
    assert sign_in(client, next="/account").location == "/account"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "", "account"])
def test_signing_in_never_leads_to_another_site(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"


def test_a_wrong_password_keeps_the_staff_number_and_says_what_to_do(client: FlaskClient, people: Cast) -> None:
    answer = sign_in(client, password="wrong")
    assert answer.status_code == 422
    assert "工号或密码不对" in answer.text
    assert 'value="S1001"' in answer.text
    assert "wrong" not in answer.text


def test_empty_fields_are_named(client: FlaskClient, people: Cast) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 422
    assert "请填写工号" in answer.text
    assert "请填写密码" in answer.text


def test_failures_are_counted_although_the_page_refuses(client: FlaskClient, people: Cast) -> None:
    for _ in range(5):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "暂停登录" in answer.text


def test_a_leaver_cannot_go_on_with_an_open_session(app: Flask, people: Cast) -> None:
    chen = client_of(app, people.chen)
    assert chen.get("/account").status_code == 200
    with app.app_context():
        db.session.get_one(User, people.chen.id).active = False
        db.session.commit()
    assert chen.get("/account").status_code == 303


def test_signing_out_ends_the_session(client: FlaskClient, people: Cast) -> None:
    sign_in(client)
    assert client.post("/sign-out").status_code == 303
    assert client.get("/account").location == "/sign-in?next=/account"


def test_signing_out_by_link_is_not_possible(client: FlaskClient, people: Cast) -> None:
    sign_in(client)
    assert client.get("/sign-out").status_code == 405


def test_signing_out_everywhere_ends_the_other_device_too(app: Flask, people: Cast) -> None:
    here, there = client_of(app, people.chen), client_of(app, people.chen)
    assert here.post("/sign-out-everywhere").status_code == 303
    assert there.get("/account").status_code == 303


def test_an_initial_password_must_be_changed_before_anything_else(app: Flask, people: Cast) -> None:
    with app.app_context():
        client = client_of(app, make_user(db.session(), now(), "S8", "新人", must_change=True))
        db.session.commit()
    assert client.get("/account").location == "/account/password"
    data = {"old": PASSWORD, "new": "一句好记的话 2026", "again": "一句好记的话 2026"}
    assert client.post("/account/password", data=data).status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(("data", "words"), [
    ({"old": "wrong", "new": "一句好记的话 2026", "again": "一句好记的话 2026"}, "原密码不对"),
    ({"old": PASSWORD, "new": "一句好记的话 2026", "again": "另一句"}, "两次输入的新密码不一样"),
    ({"old": PASSWORD, "new": "short", "again": "short"}, "至少要 8 个字符"),
    ({}, "请填写原密码"),
])
def test_a_password_that_cannot_be_taken_is_explained(app: Flask, people: Cast, data: dict[str, str], words: str) -> None:
    answer = client_of(app, people.chen).post("/account/password", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_changing_the_password_keeps_this_device_and_ends_the_others(app: Flask, people: Cast) -> None:
    here, there = client_of(app, people.chen), client_of(app, people.chen)
    here.post("/account/password", data={"old": PASSWORD, "new": "一句好记的话 2026", "again": "一句好记的话 2026"})
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_the_first_page_of_a_new_installation_makes_the_administrator(app: Flask, client: FlaskClient) -> None:
    assert client.get("/sign-in").location == "/setup"
    with app.app_context():
        code = issue_setup_code(db.session())
        db.session.commit()
    data = {"code": code, "staff_no": "A1", "name": "店长", "password": PASSWORD, "again": PASSWORD}
    wrong = client.post("/setup", data={**data, "code": "AAAA-AAAA-AAAA"})
    assert wrong.status_code == 422
    assert "启动码不对" in wrong.text
    assert client.post("/setup", data=data).status_code == 303
    assert client.get("/admin/accounts").status_code == 200
    assert client.get("/setup").status_code == 404


def test_setup_is_gone_once_somebody_has_an_account(client: FlaskClient, people: Cast) -> None:
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data={}).status_code == 404


def test_demo_accounts_are_shown_in_the_demo_only(app: Flask, client: FlaskClient, people: Cast) -> None:
    with app.app_context():
        show_demo_accounts(db.session(), [{"staff_no": "S1001", "name": "小陈", "role": "学员", "password": PASSWORD, "note": ""}])
        db.session.commit()
    assert PASSWORD not in client.get("/sign-in").text
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], demo=True)
    assert PASSWORD in client.get("/sign-in").text


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient, people: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert sign_in(client).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    assert sign_in(client, csrf_token=token[1]).status_code == 303


def test_every_answer_carries_the_strict_headers(client: FlaskClient, people: Cast) -> None:
    headers = client.get("/sign-in").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts(client: FlaskClient, people: Cast) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_in_and_failing_are_on_record(app: Flask, client: FlaskClient, people: Cast) -> None:
    sign_in(client, password="wrong")
    sign_in(client)
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).order_by(AuditLog.id)).all()
    assert [(row.action, row.user_id) for row in rows] == [("sign_in.refused", people.chen.id), ("sign_in", people.chen.id)]
    assert {row.address for row in rows} == {"127.0.0.1"}


def test_nothing_of_the_session_before_signing_in_is_kept(client: FlaskClient, people: Cast) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] == people.chen.get_id()

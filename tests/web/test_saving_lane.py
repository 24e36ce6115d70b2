"""The short way of saves: the ordinary one takes it and is answered as on the long way; whatever is not ordinary is asked in full."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages
from trainer.extensions import db
from trainer.models import Attempt, ResponseEvent, User
from trainer.web.exams import lane, packets

PACKET = {"client_key": "client-key-1", "base_seq": 0, "unsure": True, "raw": {"choice": ["a"]}}


@pytest.fixture
def chen(app: Flask, staff: Cast, pages: Pages) -> FlaskClient:
    """小陈 with a session as signing in makes it."""
    client = client_of(app, staff.chen)
    with client.session_transaction() as cookie:
        cookie.permanent = True
    return client


def save(client: FlaskClient, pages: Pages, headers: dict[str, str] | None = None, **more: Any) -> Any:
    return client.put(f"/exams/attempts/{pages.running}/items/0", json=PACKET | more, headers={"Accept": "application/json"} | (headers or {}))


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ResponseEvent).where(ResponseEvent.client_key == PACKET["client_key"])) or 0


def change(app: Flask, statement: Any) -> None:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def test_both_ways_give_the_same_answer(app: Flask, chen: FlaskClient, pages: Pages, long_way: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    short = save(chen, pages)
    assert (short.status_code, short.json["kind"], long_way) == (200, "saved", [])
    monkeypatch.setattr(lane, "LONGEST", 0)
    long = save(chen, pages)
    assert len(long_way) == 1 and long.status_code == 200
    assert {**long.json, "left": 0} == {**short.json, "left": 0} and count(app) == 1
    assert {name: value for name, value in long.headers if name not in ("Content-Length", "Set-Cookie")} == {
        name: value for name, value in short.headers if name != "Content-Length"}


def test_a_form_token_is_asked_for_on_both_ways(app: Flask, chen: FlaskClient, staff: Cast, pages: Pages) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', chen.get(f"/exams/attempts/{pages.running}").text)
    other = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client_of(app, staff.stranger).get(f"/exams/{pages.exam}").text)
    assert token and other
    for wrong in ({}, {"X-CSRFToken": "nonsense"}, {"X-CSRFToken": other[1]}):
        assert save(chen, pages, wrong).status_code == 400
    assert save(chen, pages, {"X-CSRFToken": token[1]}, client_key="other-key").status_code == 200
    assert count(app) == 0


def test_over_https_a_page_elsewhere_saves_nothing(app: Flask, chen: FlaskClient, pages: Pages, long_way: list[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = chen.get(f"/exams/attempts/{pages.running}", base_url="https://localhost").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    for referrer, status in (("https://localhost.evil.example/", 400), ("", 400), ("https://localhost/exams/", 200)):
        answer = chen.put(f"/exams/attempts/{pages.running}/items/0", json=PACKET, base_url="https://localhost",
                          headers={"X-CSRFToken": token[1], "Referer": referrer, "Accept": "application/json"})
        assert answer.status_code == status, referrer
    assert len(long_way) == 3, "the page and the two refusals"


@pytest.mark.parametrize(("column", "value", "status"), [
    ("active", False, 401), ("session_epoch", 1, 401), ("must_change", True, 303)])
def test_who_may_not_save_any_more_is_sent_away(app: Flask, chen: FlaskClient, staff: Cast, pages: Pages, column: str, value: Any, status: int) -> None:
    assert save(chen, pages, client_key="before-it").status_code == 200
    change(app, update(User).where(User.id == staff.chen.id).values({column: value}))
    assert save(chen, pages).status_code == status
    assert count(app) == 0


def test_a_stranger_and_a_forged_cookie_save_nothing(app: Flask, chen: FlaskClient, staff: Cast, pages: Pages) -> None:
    assert save(client_of(app, staff.stranger), pages).status_code == 404
    cookie = chen.get_cookie("shanggang")
    assert cookie is not None
    chen.set_cookie("shanggang", cookie.value[:-2] + ("AA" if cookie.value[-2:] != "AA" else "BB"))
    assert save(chen, pages).status_code == 401
    assert count(app) == 0


def test_an_old_cookie_is_renewed_and_a_dead_one_refused(app: Flask, chen: FlaskClient, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Set-Cookie" not in save(chen, pages).headers
    monkeypatch.setattr(lane, "RENEW", timedelta(seconds=-1))
    assert "Set-Cookie" in save(chen, pages).headers
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    assert save(chen, pages).status_code == 401


def test_a_save_that_fails_on_the_short_way_is_tried_on_the_long_one(app: Flask, chen: FlaskClient, pages: Pages, long_way: list[str],
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("made up")

    monkeypatch.setattr(packets, "told", broken)
    assert save(chen, pages).json["seq"] == 1
    assert (len(long_way), count(app)) == (1, 1)


def test_time_and_handing_in_count_on_the_short_way_too(app: Flask, chen: FlaskClient, pages: Pages, long_way: list[str]) -> None:
    now = datetime.now(UTC)
    change(app, update(Attempt).where(Attempt.id == pages.running).values(deadline_at=now - timedelta(seconds=50)))
    assert save(chen, pages, client_key="in-the-slack").status_code == 200
    change(app, update(Attempt).where(Attempt.id == pages.running).values(deadline_at=now - timedelta(seconds=70)))
    assert (save(chen, pages).status_code, long_way) == (410, [])

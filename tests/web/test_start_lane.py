"""The short way of starts: the ordinary one takes it and is answered as on the long way; whatever is not ordinary is asked in full."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages, counted
from trainer.extensions import db
from trainer.models import Assignment, Attempt, User
from trainer.web.exams import lane, ways

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def taker(app: Flask, staff: Cast, pages: Pages) -> FlaskClient:
    """The stranger, who sat the exam once and may sit it twice more."""
    client = client_of(app, staff.stranger)
    with client.session_transaction() as cookie:
        cookie.permanent = True
    return client


def start(client: FlaskClient, pages: Pages, **more: Any) -> Any:
    return client.post(f"/exams/{pages.exam}/start", **{"data": {"csrf_token": ""}} | more)


def attempts_of(app: Flask, user: User) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Attempt).where(Attempt.user_id == user.id)) or 0


def change(app: Flask, statement: Any) -> None:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def test_both_ways_give_the_same_answer(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages, long_way: list[str],
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    short = start(taker, pages)
    assert (short.status_code, long_way) == (303, [])
    monkeypatch.setattr(lane, "LONGEST", 0)
    long = start(taker, pages)
    assert (long.status_code, len(long_way), attempts_of(app, staff.stranger)) == (303, 1, 2), "the long way gave the one in progress"
    assert short.text == long.text
    assert dict(short.headers) == {name: value for name, value in long.headers if name != "Set-Cookie"}
    assert taker.get(short.location).status_code == 200


def test_a_start_asks_few_questions(app: Flask, taker: FlaskClient, pages: Pages) -> None:
    with counted(app) as asked:
        start(taker, pages)
    assert len(asked) <= 18


def test_a_form_token_is_asked_for(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages, long_way: list[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    token = TOKEN.search(taker.get(f"/exams/{pages.exam}").text)
    other = TOKEN.search(client_of(app, staff.chen).get("/exams/").text)
    assert token and other
    for wrong in ("", "nonsense", other[1]):
        assert start(taker, pages, data={"csrf_token": wrong}).status_code == 400
    assert attempts_of(app, staff.stranger) == 1
    long_way.clear()
    assert (start(taker, pages, data={"csrf_token": token[1]}).status_code, long_way) == (303, [])


@pytest.mark.parametrize(("column", "value", "status"), [("active", False, 401), ("session_epoch", 1, 401), ("must_change", True, 303)])
def test_who_may_not_start_any_more_is_sent_away(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages, column: str, value: Any,
                                                status: int) -> None:
    change(app, update(User).where(User.id == staff.stranger.id).values({column: value}))
    assert start(taker, pages).status_code == status
    assert attempts_of(app, staff.stranger) == 1


def test_refusals_come_from_the_long_way_in_words(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages, long_way: list[str]) -> None:
    change(app, update(Assignment).where(Assignment.id == pages.exam).values(attempts_allowed=1))
    refused = start(taker, pages)
    assert refused.status_code == 422 and "次机会已用完" in refused.text
    assert len(long_way) == 1 and attempts_of(app, staff.stranger) == 1
    assert client_of(app, staff.zhou).post(f"/exams/{pages.exam}/start", data={"x": "1"}).status_code == 403


def test_another_persons_exam_does_not_exist(app: Flask, staff: Cast, pages: Pages, taker: FlaskClient) -> None:
    assert taker.post("/exams/999/start", data={"x": "1"}).status_code == 404


def test_a_cookie_that_waited_long_before_the_exam_is_ordinary_but_no_dead_one(app: Flask, taker: FlaskClient, pages: Pages, long_way: list[str],
                                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "RENEW", timedelta(seconds=-1))
    assert start(taker, pages).status_code == 303 and long_way == []
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    assert start(taker, pages).status_code == 401


def test_a_start_that_fails_on_the_short_way_is_tried_on_the_long_one(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages,
                                                                     long_way: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("made up")

    monkeypatch.setattr(ways, "start_together", broken)
    assert start(taker, pages).status_code == 303
    assert (len(long_way), attempts_of(app, staff.stranger)) == (1, 2)


def test_clicks_at_the_same_moment_make_one_attempt(app: Flask, taker: FlaskClient, staff: Cast, pages: Pages) -> None:
    cookie, together = taker.get_cookie("shanggang"), Barrier(6)
    assert cookie is not None

    def click(number: int) -> str:
        client = app.test_client()
        client.set_cookie("shanggang", cookie.value)
        together.wait(10)
        return str(start(client, pages).location)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    assert attempts_of(app, staff.stranger) == 2

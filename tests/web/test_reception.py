"""Desks of several buyers in the browser: beginning one, moves by conversation, the clock, sets, watching."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import Cast, client_of
from tests.services.desk_bank import publish_case, publish_more
from trainer.extensions import db
from trainer.models import DeskMove, DeskSession

PARTIAL = {"X-Partial": "desk"}


@pytest.fixture
def chen(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.chen)


@pytest.fixture
def published(app: Flask, people: Cast) -> None:
    with app.app_context():
        moment = datetime.now(UTC)
        publish_case(db.session(), moment)
        publish_more(db.session(), moment, "taobao_size_advice")
        db.session.commit()


@pytest.fixture
def desk(published: None, chen: FlaskClient) -> str:
    """小陈's two buyers in learning mode; both have come."""
    where = str(chen.post("/desk/receptions", data={"count": "2", "mode": "learn"}).headers["Location"])
    chen.post(f"{where}/moves", data={"n": "0", "client_key": "w", "move": "wait", "minutes": "5"}, headers=PARTIAL)
    return where


def test_too_few_cases_are_told_kindly(published: None, chen: FlaskClient) -> None:
    answer = chen.post("/desk/receptions", data={"count": "4"})
    assert answer.headers["Location"].endswith("/desk/")
    assert "不够 4 位买家" in chen.get("/desk/").get_data(as_text=True)


def test_the_left_column_names_every_buyer_and_what_was_not_read(desk: str, chen: FlaskClient) -> None:
    page = chen.get(desk).get_data(as_text=True)
    assert page.count('data-talk="') == 2
    assert "条未读" in page
    assert "Alt+↑↓" in page


def test_a_move_names_its_conversation(desk: str, chen: FlaskClient, app: Flask) -> None:
    answer = chen.post(f"{desk}/moves", headers=PARTIAL, data={
        "n": "1", "client_key": "k", "conversation": "1", "move": "look", "panel": "order"})
    assert answer.status_code == 200
    assert 'data-active="1"' in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(DeskMove.conversation).order_by(DeskMove.n)).all()[:2] == [0, 1]


def test_another_conversation_is_opened_by_its_address(desk: str, chen: FlaskClient) -> None:
    page = chen.get(f"{desk}?talk=1", headers=PARTIAL).get_data(as_text=True)
    assert 'data-active="1"' in page
    assert "<html" not in page


def test_the_phrase_pack_lies_behind_the_slash(desk: str, chen: FlaskClient) -> None:
    assert "快捷短语" in chen.get(desk).get_data(as_text=True)


def test_a_sign_of_the_page_without_news_is_empty(published: None, chen: FlaskClient, app: Flask) -> None:
    where = str(chen.post("/desk/receptions", data={"count": "2"}).headers["Location"])
    page = chen.get(where).get_data(as_text=True)
    assert 'data-real="1"' in page
    assert chen.post(f"{where}/time", data={"n": "0", "here": "1"}, headers=PARTIAL).status_code == 204
    assert chen.post(f"{where}/time", data={"n": "0", "here": "0"}, headers=PARTIAL).status_code == 200
    assert "还在等您答复" in chen.post(f"{where}/skip", headers=PARTIAL).get_data(as_text=True)


def test_ending_the_desk_leads_to_one_report(desk: str, chen: FlaskClient, app: Flask) -> None:
    where = chen.post(f"{desk}/close", headers=PARTIAL).headers["X-Location"]
    page = chen.get(where).get_data(as_text=True)
    assert "三分钟回复率" in page
    assert "单独练这一位" in page
    with app.app_context():
        assert db.session.scalars(select(DeskSession)).one().passed is False


def test_a_stranger_reaches_nothing_of_it(desk: str, app: Flask, people: Cast) -> None:
    stranger = client_of(app, people.stranger)
    assert [stranger.post(f"{desk}/{what}").status_code for what in ("time", "skip", "close")] == [404, 404, 404]
    assert stranger.get(f"{desk}/watch").status_code in (403, 404)


def test_the_supervisor_watches_and_cannot_touch(desk: str, app: Flask, people: Cast) -> None:
    wang = client_of(app, people.wang)
    assert "小陈" in wang.get("/desk/running").get_data(as_text=True)
    page = wang.get(f"{desk}/watch?talk=1").get_data(as_text=True)
    assert "只看不动" in page
    assert "data-desk-form" not in page
    assert wang.post(f"{desk}/moves", data={"move": "finish"}).status_code in (403, 404)


def test_a_trainer_puts_a_set_together_and_a_trainee_takes_it(published: None, chen: FlaskClient, app: Flask, people: Cast) -> None:
    zhou = client_of(app, people.zhou)
    zhou.post("/desk/sets", data={"title": "第二周", "cases": ["taobao_size_advice", "tmall_lost_parcel"]})
    assert "第二周" in zhou.get("/desk/sets").get_data(as_text=True)
    assert "第二周（2 位）" in chen.get("/desk/").get_data(as_text=True)
    where = chen.post("/desk/receptions", data={"set": "1"}).headers["Location"]
    assert "2 位买家" in chen.get(where).get_data(as_text=True)
    zhou.post("/desk/sets/1/retire")
    assert "第二周" not in chen.get("/desk/").get_data(as_text=True)


def test_the_list_of_cases_is_searched_and_filtered(published: None, chen: FlaskClient) -> None:
    def titles(query: str) -> tuple[bool, bool]:
        page = chen.get(f"/desk/?{query}").get_data(as_text=True)
        return "台灯停在中转站五天" in page, "大衣穿什么码" in page

    assert titles("") == (True, True)
    assert titles("kind=sale") == (False, True)
    assert titles("platform=tmall&state=new") == (True, False)
    assert titles("q=素禾") == (False, True)
    assert titles("state=passed") == (False, False)
    assert "没有这样的案例" in chen.get("/desk/?q=不存在").get_data(as_text=True)

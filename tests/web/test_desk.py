from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, client_of
from tests.services.desk_bank import publish_case
from trainer.extensions import db
from trainer.models import DeskSession


@pytest.fixture
def chen(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.chen)


@pytest.fixture
def wang(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.wang)


@pytest.fixture
def stranger(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.stranger)


@pytest.fixture
def published(app: Flask, people: Cast) -> None:
    with app.app_context():
        publish_case(db.session(), datetime.now(UTC))
        db.session.commit()


@pytest.fixture
def opened(published: None, chen: FlaskClient) -> str:
    """小陈's open desk."""
    return str(chen.post("/desk/cases/tmall_lost_parcel/start").headers["Location"])


def move(client: FlaskClient, desk: str, n: int, key: str, partial: bool = True, **fields: str) -> object:
    headers = {"X-Partial": "desk"} if partial else {}
    return client.post(f"{desk}/moves", data={"n": str(n), "client_key": key, **fields}, headers=headers)


def test_the_index_offers_the_case(published: None, chen: FlaskClient) -> None:
    page = chen.get("/desk/").get_data(as_text=True)
    assert "台灯停在中转站五天" in page
    assert "开始接待" in page


def test_the_desk_shows_chat_actions_and_clock(opened: str, chen: FlaskClient) -> None:
    page = chen.get(opened).get_data(as_text=True)
    assert "我的台灯到底还发不发得到" in page
    assert "11-20 10:00" in page
    assert "还没有同意补寄" in page, "an impossible action is greyed with its reason"


def test_looking_shows_the_track(opened: str, chen: FlaskClient) -> None:
    answer = move(chen, opened, 0, "k1", move="look", panel="parcel")
    assert "华东转运中心" in answer.get_data(as_text=True)  # type: ignore[attr-defined]


def test_a_plain_post_without_script_goes_back_to_the_desk(opened: str, chen: FlaskClient) -> None:
    answer = move(chen, opened, 0, "k1", partial=False, move="look", panel="parcel")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert "华东转运中心" in chen.get(opened).get_data(as_text=True)


def test_a_stale_page_keeps_what_was_typed(opened: str, chen: FlaskClient) -> None:
    move(chen, opened, 0, "k1", move="look", panel="parcel")
    answer = move(chen, opened, 0, "k2", move="reply", text="您好，我查一下")
    page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert "新的进展" in page
    assert "您好，我查一下</textarea>" in page


def test_finishing_leads_to_the_report(opened: str, chen: FlaskClient) -> None:
    answer = move(chen, opened, 0, "k1", move="finish")
    report = answer.headers["X-Location"]  # type: ignore[attr-defined]
    page = chen.get(report).get_data(as_text=True)
    assert "没有处理完" in page
    assert "逐步回放" in page
    assert chen.get(opened).status_code == 303


def test_one_may_go_back_a_step_in_practice(opened: str, app: Flask, chen: FlaskClient) -> None:
    move(chen, opened, 0, "k1", move="look", panel="parcel")
    assert chen.post(f"{opened}/back", data={"to_n": "0"}).status_code == 303
    with app.app_context():
        row = db.session.get(DeskSession, int(opened.rsplit("/", 1)[1]))
        assert row is not None
        assert row.head_n == 0


def test_a_stranger_finds_nothing(opened: str, stranger: FlaskClient) -> None:
    assert stranger.get(opened).status_code == 404
    assert stranger.post(f"{opened}/moves").status_code == 404
    assert stranger.get(f"{opened}/report").status_code == 404


def test_the_supervisor_reads_the_replay_and_others_do_not(opened: str, chen: FlaskClient, wang: FlaskClient,
                                                           stranger: FlaskClient) -> None:
    move(chen, opened, 0, "k1", move="finish")
    assert "逐步回放" in wang.get(f"{opened}/replay").get_data(as_text=True)
    assert stranger.get(f"{opened}/replay").status_code == 404


def test_bad_posts_get_a_message(opened: str, chen: FlaskClient) -> None:
    assert "没有“dance”这个操作" in move(chen, opened, 0, "k1", move="dance").get_data(as_text=True)  # type: ignore[attr-defined]
    assert "操作编号" in move(chen, opened, 0, "", move="look", panel="order").get_data(as_text=True)  # type: ignore[attr-defined]


def test_an_unknown_case_or_session_is_not_found(published: None, chen: FlaskClient) -> None:
    assert chen.post("/desk/cases/nothing/start").status_code == 404
    assert chen.get("/desk/sessions/999").status_code == 404
    assert chen.get("/desk/sessions/1/moves").status_code == 405

"""The pages of a replay: step by step, the script, two attempts side by side, remarks."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, client_of
from tests.services.desk_bank import play_solution, publish_case, publish_more
from trainer.extensions import db
from trainer.models import Revision, User
from trainer.services import desks


@pytest.fixture
def played(app: Flask, people: Cast) -> list[int]:
    """小陈's two attempts at the lost parcel: the losing script, then the passing one, and one still open."""
    with app.app_context():
        session, now = db.session(), datetime.now(UTC)
        revision = publish_case(session, now)
        chen = session.get_one(User, people.chen.id)
        ids = [play_solution(session, chen, revision, number, now).id for number in (2, 0)]
        ids.append(desks.open_desk(session, chen, revision, now).id)
        session.commit()
    return ids


@pytest.fixture
def chen(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.chen)


@pytest.fixture
def wang(app: Flask, people: Cast) -> FlaskClient:
    return client_of(app, people.wang)


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_a_step_shows_mood_flow_marks_and_what_would_be_better(played: list[int], wang: FlaskClient) -> None:
    text = page(wang, f"/desk/sessions/{played[0]}/replay?turn=2")
    assert "推卸责任" in text
    assert 'class="mark mark-violation"' in text
    assert "怎样更好" in text
    assert "平静 →" in text, "the mood before and after"
    assert f"/desk/sessions/{played[0]}/replay?turn=3" in text, "the next step is a plain link"
    assert "依据" in text


def test_the_script_alone_answers_with_the_step(played: list[int], chen: FlaskClient) -> None:
    text = chen.get(f"/desk/sessions/{played[0]}/replay?turn=1", headers={"X-Partial": "replay"}).get_data(as_text=True)
    assert "<html" not in text
    assert "第 1 步" in text


def test_a_step_beyond_the_end_is_the_last_one(played: list[int], chen: FlaskClient) -> None:
    assert 'aria-current="step"' in page(chen, f"/desk/sessions/{played[0]}/replay?turn=999")
    assert "开场" in page(chen, f"/desk/sessions/{played[0]}/replay?turn=x")


def test_money_stands_beside_the_script(played: list[int], chen: FlaskClient) -> None:
    text = page(chen, f"/desk/sessions/{played[0]}/replay")
    assert "结清后" in text
    assert "平台介入" in text


def test_a_running_session_gives_no_advice_to_its_owner(played: list[int], chen: FlaskClient, wang: FlaskClient) -> None:
    text = page(chen, f"/desk/sessions/{played[2]}/replay")
    assert "还没有结束" in text
    assert "走一遍示范" not in text
    assert chen.get(f"/desk/sessions/{played[2]}/line").status_code == 404
    assert "走一遍示范" in page(wang, f"/desk/sessions/{played[2]}/replay")


def test_the_script_of_the_case_is_gone_through_step_by_step(played: list[int], chen: FlaskClient) -> None:
    text = page(chen, f"/desk/sessions/{played[0]}/line?turn=4")
    assert "示范：" in text
    assert "第 4 步" in text


def test_two_attempts_are_held_side_by_side(played: list[int], chen: FlaskClient, wang: FlaskClient) -> None:
    text = page(chen, f"/desk/compare?a={played[0]}&b={played[1]}")
    assert "只有右边" in text
    assert "一步对一步" in text
    assert "示范" in page(wang, f"/desk/compare?a={played[0]}&b=line")


@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=1", "?a=1&b=999", "?a=1&b=x", "?a=1&b=3"])
def test_nothing_is_compared_with_what_is_not_there(played: list[int], chen: FlaskClient, query: str) -> None:
    assert chen.get(f"/desk/compare{query}").status_code == 404


def test_a_stranger_finds_no_replay(app: Flask, people: Cast, played: list[int]) -> None:
    stranger = client_of(app, people.stranger)
    for address in (f"sessions/{played[0]}/replay", f"sessions/{played[0]}/line", f"compare?a={played[0]}&b={played[1]}"):
        assert stranger.get(f"/desk/{address}").status_code == 404
    assert stranger.post(f"/desk/sessions/{played[0]}/comments/1/answer").status_code == 404


def write(client: FlaskClient, session_id: int, text: str, n: int = 2) -> int:
    return client.post(f"/desk/sessions/{session_id}/comments", data={"n": n, "text": text}).status_code


def test_a_remark_reaches_the_learner_who_answers_it_once(played: list[int], chen: FlaskClient, wang: FlaskClient) -> None:
    assert write(wang, played[0], "先查物流再答复") == 303
    assert "新点评" in page(chen, "/today")
    assert "先查物流再答复" in page(chen, f"/desk/sessions/{played[0]}/replay?turn=2")
    answer = f"/desk/sessions/{played[0]}/comments/1/answer"
    assert chen.post(answer, data={"text": "明白了"}).status_code == 303
    assert chen.post(answer, data={"text": "再说一句"}).status_code == 422
    assert "新点评" not in page(chen, "/today")
    assert "明白了" in page(wang, "/desk/comments")


def test_a_remark_may_be_marked_as_read(played: list[int], chen: FlaskClient, wang: FlaskClient) -> None:
    write(wang, played[0], "先查物流再答复")
    assert chen.post(f"/desk/sessions/{played[0]}/comments/1/answer", data={"then": "read"}).status_code == 303
    assert "新点评" not in page(chen, "/today")
    assert "已读" in page(wang, "/desk/comments")


def test_a_remark_taken_back_is_seen_by_its_author_alone(played: list[int], chen: FlaskClient, wang: FlaskClient) -> None:
    write(wang, played[0], "写错了人")
    wang.post(f"/desk/sessions/{played[0]}/comments/1/retract")
    assert "写错了人" not in page(chen, f"/desk/sessions/{played[0]}/replay?turn=2")
    assert "新点评" not in page(chen, "/today")
    assert "写错了人" in page(wang, "/desk/comments?state=retracted")


def test_an_empty_remark_is_told_kindly_and_keeps_the_page(played: list[int], wang: FlaskClient) -> None:
    answer = wang.post(f"/desk/sessions/{played[0]}/comments", data={"n": "2", "text": " "})
    assert answer.status_code == 422
    assert "请写点评的内容" in answer.get_data(as_text=True)


def test_a_mentor_comments_and_a_learner_does_not(app: Flask, people: Cast, played: list[int], chen: FlaskClient) -> None:
    assert write(client_of(app, people.mentor), played[0], "这里可以先致歉") == 303
    assert write(chen, played[0], "自己写") == 403
    assert write(client_of(app, people.inspector), played[0], "看不到这个人") == 404


def test_a_desk_of_two_buyers_is_gone_through_step_by_step(app: Flask, people: Cast, played: list[int], chen: FlaskClient) -> None:
    with app.app_context():
        session, now = db.session(), datetime.now(UTC)
        user, first = session.get_one(User, people.chen.id), session.get_one(Revision, 1)
        desk = desks.open_several(session, user, [first, publish_more(session, now, "tmall_invoice_request")], now, real=False)
        moves = ((0, {"move": "wait", "minutes": 5}), (1, {"move": "wait", "minutes": 200}), (0, {"move": "finish"}), (1, {"move": "finish"}))
        for place, (talk, move) in enumerate(moves):
            desks.make_move(session, desk.id, {**move, "conversation": str(talk)}, f"k{place}", desk.head_n, now)
        session.commit()
        number, steps = desk.id, desk.head_n
    for step in range(steps + 1):
        assert "2 位买家" in page(chen, f"/desk/sessions/{number}/replay?turn={step}")
    assert "示范：" in page(chen, f"/desk/sessions/{number}/line?talk=1")
    assert "一步对一步" in page(chen, f"/desk/compare?a={number}&talk=0&b={played[0]}")

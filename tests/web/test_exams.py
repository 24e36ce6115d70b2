"""The pages of sitting an exam: what works, who is refused, what bad input gets for an answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages, add_exams, counted
from trainer.extensions import db
from trainer.models import Assignment, Attempt, AttemptResult, Irregularity, Response
from trainer.services import room_codes

JSON = {"Accept": "application/json"}


@pytest.fixture
def chen(app: Flask, staff: Cast, pages: Pages) -> FlaskClient:
    return client_of(app, staff.chen)


def packet(key: str = "client-key-1", base: int = 0, **more: Any) -> dict[str, Any]:
    return {"client_key": key, "base_seq": base, "unsure": False, "raw": {"choice": ["a"]}} | more


def save(client: FlaskClient, attempt: int, body: Any, position: int = 0) -> Any:
    return client.put(f"/exams/attempts/{attempt}/items/{position}", json=body, headers=JSON)


def test_the_list_shows_exams_papers_and_certificates(chen: FlaskClient, pages: Pages) -> None:
    text = chen.get("/exams/").text
    assert all(words in text for words in ("十一月上岗考", "继续作答", "练习卷", pages.certificate))


def test_the_list_asks_the_same_number_of_questions_for_one_exam_and_for_six(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:

    with counted(app) as one:
        chen.get("/exams/")
    add_exams(app, staff, pages, 5)
    with counted(app) as six:
        chen.get("/exams/")
    assert len(six) == len(one) < 25


def test_the_page_before_the_exam_says_how_it_is_passed(chen: FlaskClient, pages: Pages) -> None:
    text = chen.get(f"/exams/{pages.exam}").text
    assert all(words in text for words in ("须全部答对", "30 分钟", "可考次数", "继续作答"))


def test_a_sitting_shows_every_question_and_no_key(chen: FlaskClient, pages: Pages) -> None:
    text = chen.get(f"/exams/attempts/{pages.running}").text
    assert text.count("data-item=") == text.count('<div class="notice notice-caution" data-conflict hidden><svg') == 6
    assert "记反了" not in text and "option-right" not in text and '"right"' not in text


def test_starting_leads_to_the_attempt_in_progress(chen: FlaskClient, pages: Pages) -> None:
    assert chen.post(f"/exams/{pages.exam}/start").location == f"/exams/attempts/{pages.running}"


def test_a_start_takes_few_statements_and_writes_only_from_its_turn_on(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:
    chen.post(f"/exams/attempts/{pages.running}/submit")
    chen.post(f"/exams/{pages.exam}/start")  # makes the pool
    stranger = client_of(app, staff.stranger)
    with counted(app) as asked:
        assert stranger.post(f"/exams/{pages.exam}/start").status_code == 303
    assert len(asked) <= 22 and sum(statement.startswith("INSERT") for statement in asked) == 2
    with app.test_request_context(f"/exams/{pages.exam}/start", method="POST"), pytest.raises(OperationalError, match="readonly"):
        db.session.execute(update(Attempt).values(no=9))


def test_a_practice_paper_begins_without_an_assignment_and_a_certifying_one_does_not(chen: FlaskClient) -> None:
    assert chen.post("/exams/papers/drill/start").status_code == 303
    assert chen.post("/exams/papers/cert/start").status_code == 404
    assert chen.post("/exams/papers/nothing/start").status_code == 404


def test_a_save_answers_with_number_time_left_and_moment(chen: FlaskClient, pages: Pages) -> None:
    answer = save(chen, pages.running, packet())
    assert (answer.status_code, answer.json["kind"], answer.json["seq"], answer.json["answer"]) == (200, "saved", 1, {"choice": "a"})
    assert 1700 < answer.json["left"] <= 1800 and answer.json["saved_at"]


def test_a_conflict_carries_the_newer_answer(chen: FlaskClient, pages: Pages) -> None:
    save(chen, pages.running, packet())
    answer = save(chen, pages.running, packet("client-key-2", raw={"choice": ["b"]}))
    assert (answer.status_code, answer.json["kind"], answer.json["seq"], answer.json["answer"]) == (409, "conflict", 1, {"choice": "a"})


def test_a_save_after_handing_in_is_told_that_it_came_too_late(chen: FlaskClient, pages: Pages) -> None:
    answer = save(chen, pages.attempt, packet())
    assert (answer.status_code, answer.json["kind"]) == (410, "late")


@pytest.mark.parametrize("body", [
    None, [], "x", {}, packet(client_key="short"), packet(client_key=7), packet(base_seq=-1), packet(base_seq="0"), packet(base_seq=True),
    packet(base_seq=2**40), packet(raw=[]), packet(raw={"choice": "a"}), packet(raw={"choice": [1]}), packet(client_key="k" * 65),
    packet(lookup=-1), packet(lookup="9")])
def test_a_broken_packet_is_refused_in_words_and_stores_nothing(app: Flask, chen: FlaskClient, pages: Pages, body: Any) -> None:
    answer = save(chen, pages.running, body)
    assert answer.status_code == 400
    assert "保存的内容不完整" in answer.json["error"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Response).join(Response.item).where(
            Response.item.has(attempt_id=pages.running))) == 0


def test_a_save_asks_few_questions(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    with counted(app) as asked:
        save(chen, pages.running, packet())
    assert len(asked) <= 10


def test_handing_in_leads_to_the_result_with_marks_and_without_keys(chen: FlaskClient, pages: Pages) -> None:
    assert chen.post(f"/exams/attempts/{pages.running}/submit").location == f"/exams/attempts/{pages.running}/result"
    text = chen.get(f"/exams/attempts/{pages.running}/result").text
    assert "须全部答对" in text and "公布" in text and "记反了" not in text


def test_keys_come_when_the_exam_has_closed_for_everybody(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        db.session.execute(update(Assignment).values(closes_at=datetime.now(UTC) - timedelta(seconds=1)))
        db.session.commit()
    assert "option-right" not in chen.get(f"/exams/attempts/{pages.attempt}/result").text, "somebody still sits"
    chen.post(f"/exams/attempts/{pages.running}/submit")
    text = chen.get(f"/exams/attempts/{pages.attempt}/result").text
    assert "正确答案" in text and "option-right" in text


def test_time_over_is_shown_without_writing_and_the_next_post_hands_in(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        db.session.execute(update(Attempt).where(Attempt.id == pages.running).values(deadline_at=datetime.now(UTC) - timedelta(minutes=5)))
        db.session.commit()
    assert chen.get(f"/exams/attempts/{pages.running}").location == f"/exams/attempts/{pages.running}/result"
    assert "已收卷" in chen.get(f"/exams/attempts/{pages.running}/result").text
    with app.app_context():
        assert db.session.get_one(Attempt, pages.running).state == "in_progress"
    client_of(app, staff.wang).post("/grading/1", data={})
    with app.app_context():
        assert db.session.get_one(Attempt, pages.running).state == "final"
        assert db.session.get(AttemptResult, pages.running) is not None


def test_something_unusual_is_noted_and_fails_nobody(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    address = f"/exams/attempts/{pages.running}/irregularities"
    assert chen.post(address, json={"kind": "paste"}).status_code == 204
    assert chen.post(address, json={"kind": "speed", "number": 312}).status_code == 204
    assert [chen.post(address, json=body).status_code for body in ({"kind": "made up"}, [], {"kind": []})] == [400, 400, 400]
    with app.app_context():
        found = db.session.scalars(select(Irregularity.detail).order_by(Irregularity.id)).all()
    assert found == ["粘贴了外部内容", "一分钟输入 312 字，超过 250 字"]


def test_an_appeal_is_taken_once_and_what_was_typed_too_short_is_explained(chen: FlaskClient, pages: Pages) -> None:
    address = f"/exams/attempts/{pages.attempt}/items/4/appeal"
    assert chen.post(address, data={"plea": "我觉得选项不严谨，请复核"}).status_code == 422
    running = f"/exams/attempts/{pages.running}"
    save(chen, pages.running, packet(raw={"choice": ["b"]}))
    chen.post(f"{running}/submit")
    place = next(n for n in range(6) if f"items/{n}/appeal" in chen.get(f"{running}/result").text)
    refused = chen.post(f"{running}/items/{place}/appeal", data={"plea": "太短"})
    assert refused.status_code == 422 and "至少 5 个字" in refused.text and ">太短</textarea>" in refused.text


@pytest.mark.parametrize(("method", "address"), [
    ("get", "/exams/attempts/{theirs}"), ("get", "/exams/attempts/{theirs}/result"), ("post", "/exams/attempts/{theirs}/submit"),
    ("put", "/exams/attempts/{theirs}/items/0"), ("post", "/exams/attempts/{theirs}/items/0/appeal"), ("get", "/exams/999"),
    ("post", "/exams/999/start"), ("get", "/exams/attempts/999"), ("put", "/exams/attempts/{running}/items/99"),
    ("post", "/exams/attempts/{running}/items/99/appeal"), ("post", "/exams/attempts/{theirs}/irregularities")])
def test_what_is_somebody_elses_or_nowhere_does_not_exist(chen: FlaskClient, pages: Pages, method: str, address: str) -> None:
    assert getattr(chen, method)(address.format(**vars(pages)), json=packet() if method == "put" else None).status_code == 404


@pytest.mark.parametrize("address", ["/exams/{exam}/start", "/exams/attempts/{running}/submit", "/exams/attempts/{running}/items/0/appeal"])
def test_a_change_is_never_made_by_a_get(chen: FlaskClient, pages: Pages, address: str) -> None:
    assert chen.get(address.format(**vars(pages))).status_code == 405


def test_another_device_or_address_is_noted_once_and_stops_nobody(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        db.session.execute(update(Attempt).where(Attempt.id == pages.running).values(client_mark="where it began"))
        db.session.commit()
    assert [save(chen, pages.running, packet(f"device-key-{n}", n)).status_code for n in range(3)] == [200] * 3
    with app.app_context():
        assert [row.kind for row in db.session.scalars(select(Irregularity))] == ["device"]


def test_the_same_device_costs_no_question(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:
    chen.post(f"/exams/attempts/{pages.running}/submit")
    running = chen.post(f"/exams/{pages.exam}/start").location.rpartition("/")[2]
    with counted(app) as asked:
        assert save(chen, int(running), packet()).status_code == 200
    assert len(asked) <= 10
    with app.app_context():
        assert db.session.scalars(select(Irregularity)).all() == []


def test_the_room_code_is_asked_for_at_the_start_and_again_when_wrong(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    chen.post(f"/exams/attempts/{pages.running}/submit")
    with app.app_context():
        db.session.execute(update(Assignment).values(room_code=True))
        db.session.commit()
    address = f"/exams/{pages.exam}/start"
    for typed, words in (("", "请输入监考老师屏幕上"), ("12 34", "口令不对")):
        refused = chen.post(address, data={"code": typed})
        assert refused.status_code == 422 and words in refused.text and f'value="{typed}"' in refused.text
    code = room_codes.code_at(app.secret_key, pages.exam, datetime.now(UTC))
    assert chen.post(address, data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303


def test_how_long_the_rules_were_open_is_kept_and_shown(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        paper = db.session.get_one(Attempt, pages.running).paper_revision
        paper.body = {**paper.body, "sections": [{**section, "open_book": True} for section in paper.body["sections"]]}
        db.session.commit()
    assert "data-lookup-box" in chen.get(f"/exams/attempts/{pages.running}").text
    save(chen, pages.running, packet(lookup=45))
    save(chen, pages.running, packet("client-key-2", 1, lookup=12, raw={"choice": ["b"]}))
    chen.post(f"/exams/attempts/{pages.running}/submit")
    assert "查规则用时 45 秒" in chen.get(f"/exams/attempts/{pages.running}/result").text

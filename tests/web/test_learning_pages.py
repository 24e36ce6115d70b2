"""今日, lessons with their checks, practice and the 错题本."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages, counted
from trainer.extensions import db
from trainer.models import LessonProgress, PracticeAnswer, VariantRow


@pytest.fixture
def chen(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.chen)


def key_of(app: Flask, variant_id: int) -> str:
    with app.app_context():
        return str(db.session.get_one(VariantRow, variant_id).key["right"][0])


@pytest.mark.parametrize(("address", "words"), [
    ("/today", "继续考试"), ("/lessons", "第一课"), ("/lessons/first", "先看时间"), ("/lessons/first/check", "小测"), ("/practice/", "发货时限"),
    ("/practice/mistakes", "错题"), ("/search?q=发货", "第一课"), ("/search?q=", "搜索"), ("/rules/", "规则")])
def test_the_pages_of_a_learner_work(chen: FlaskClient, address: str, words: str) -> None:
    answer = chen.get(address)
    assert answer.status_code == 200 and words in answer.text
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("address", ["/lessons/nothing", "/lessons/nothing/check", "/practice/questions/99999", "/practice/answers/99999", "/rules/nothing"])
def test_what_is_missing_does_not_exist(chen: FlaskClient, address: str) -> None:
    assert chen.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/lessons/first/read"])
def test_a_change_is_never_made_by_a_get(chen: FlaskClient, address: str) -> None:
    assert chen.get(address).status_code == 405


def test_opening_a_lesson_writes_nothing_and_reading_it_leads_to_its_check(app: Flask, chen: FlaskClient) -> None:
    chen.get("/lessons/first")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LessonProgress)) == 0
    assert chen.post("/lessons/first/read").location == "/lessons/first/check"
    with app.app_context():
        assert db.session.scalars(select(LessonProgress)).one().read_at is not None


def variants_on(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="variant" value="')[1:]]


def test_an_incomplete_check_asks_for_the_rest_and_keeps_what_was_chosen(app: Flask, chen: FlaskClient) -> None:
    first, second = variants_on(chen.get("/lessons/first/check").text)
    answer = chen.post("/lessons/first/check", data={"variant": [first, second], f"v{first}-choice": "b"})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "还有题没有作答" in answer.text and "这题还没有作答" in answer.text
    assert 'value="b" data-answer="choice" checked' in answer.text


def test_a_passed_check_finishes_the_lesson_and_shows_every_reason(app: Flask, chen: FlaskClient) -> None:
    shown = variants_on(chen.get("/lessons/first/check").text)
    sent = chen.post("/lessons/first/check", data={"variant": shown, **{f"v{one}-choice": key_of(app, int(one)) for one in shown}})
    assert sent.location == "/lessons/first/check?done=1"
    text = chen.get(sent.location).text
    assert "这一课学完了" in text and text.count("答对了") == 2


def test_the_check_takes_no_variant_of_an_exam(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    answer = chen.post("/lessons/first/check", data={"variant": [str(pages.sealed)], f"v{pages.sealed}-choice": "a"})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PracticeAnswer)) == 0


def test_a_question_of_an_exam_never_shows_in_practice(chen: FlaskClient, pages: Pages) -> None:
    assert chen.get(f"/practice/questions/{pages.sealed}").status_code == 404
    assert chen.post(f"/practice/questions/{pages.sealed}", data={"choice": "a"}).status_code == 404


def test_a_question_shows_no_key_before_it_is_answered(chen: FlaskClient, pages: Pages) -> None:
    text = chen.get(f"/practice/questions/{pages.practice}").text
    assert "多久发货" in text and "记反了" not in text and "正确答案" not in text


def test_an_answer_shows_key_reason_and_rule_at_once(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    sent = chen.post(f"/practice/questions/{pages.practice}", data={"choice": key_of(app, pages.practice), "key": "k" * 32})
    text = chen.get(sent.location).text
    assert "答对了" in text and "迟发赔三成" in text and "option-right" in text
    again = chen.post(f"/practice/questions/{pages.practice}", data={"choice": "b", "key": "k" * 32})
    assert again.location == sent.location


def test_a_blank_answer_is_asked_for_kindly(chen: FlaskClient, pages: Pages) -> None:
    answer = chen.post(f"/practice/questions/{pages.practice}", data={})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "还没有作答" in answer.text


def test_somebody_elses_answer_does_not_exist(app: Flask, chen: FlaskClient, staff: Cast, pages: Pages) -> None:
    sent = client_of(app, staff.stranger).post(f"/practice/questions/{pages.practice}", data={"choice": "a"})
    assert chen.get(sent.location).status_code == 404


def test_the_next_question_is_drawn_and_an_empty_topic_says_so(chen: FlaskClient) -> None:
    assert chen.get("/practice/next?context=topic:shipping").location.startswith("/practice/questions/")
    assert "还没有练习题" in chen.get("/practice/next?context=topic:nothing", follow_redirects=True).text
    assert "到期的错题都复习完了" in chen.get("/practice/next?context=review", follow_redirects=True).text


def test_a_miss_can_be_reviewed_from_the_book(app: Flask, chen: FlaskClient, pages: Pages) -> None:
    chen.post(f"/practice/questions/{pages.practice}", data={"choice": next(c for c in "abc" if c != key_of(app, pages.practice))})
    assert "题 drill.0" in chen.get("/practice/mistakes").text


def test_the_day_takes_a_fixed_number_of_questions(app: Flask, chen: FlaskClient) -> None:
    with counted(app) as asked:
        chen.get("/today")
    assert len(asked) < 35

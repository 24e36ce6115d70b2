"""The typing test, another try with other numbers, the mistakes book's forecast, and previews on a chosen date."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select, text

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages
from trainer.extensions import db
from trainer.models import Attempt, AttemptItem, PracticeAnswer, ReviewCard, TypingTest, VariantRow
from trainer.services import typing_tests
from trainer.services.authoring import body_of
from trainer.web.authoring.forms import form_of


@pytest.fixture
def chen(app: Flask, staff: Cast, pages: Pages) -> FlaskClient:
    return client_of(app, staff.chen)


@pytest.fixture
def zhou(app: Flask, staff: Cast, pages: Pages) -> FlaskClient:
    return client_of(app, staff.zhou)


def ticket(app: Flask, user_id: int, **more: object) -> str:
    """A ticket of a test begun four minutes ago."""
    began = (datetime.now(UTC) - timedelta(minutes=4)).isoformat()
    return str(URLSafeSerializer(app.secret_key, salt="typing").dumps({"user": user_id, "seed": "1", "key": "k1", "began": began} | more))


def test_a_typing_test_is_counted_and_shown_to_the_learner_and_the_supervisor(app: Flask, staff: Cast, chen: FlaskClient) -> None:
    assert "还没有测过" in chen.get("/practice/typing").text
    typed = "\n".join(typing_tests.passage("1")[:8])
    form = {"ticket": ticket(app, staff.chen.id), "seconds": "180", "typed": typed}
    page = chen.post("/practice/typing", data=form, follow_redirects=True).text
    chen.post("/practice/typing", data=form)
    with app.app_context():
        row = db.session.scalars(select(TypingTest)).one()
    assert f"每分钟 {row.speed} 字" in page and row.errors == 0
    assert f"最近每分钟 {row.speed} 字" in client_of(app, staff.wang).get(f"/team/people/{staff.chen.id}").text


@pytest.mark.parametrize("broken", ["", "made-up", "theirs", "early"])
def test_a_test_with_a_broken_ticket_or_an_impossible_time_counts_nothing(app: Flask, staff: Cast, chen: FlaskClient, broken: str) -> None:
    tickets = {"theirs": ticket(app, staff.stranger.id), "early": ticket(app, staff.chen.id, began=datetime.now(UTC).isoformat())}
    form = {"ticket": tickets.get(broken, broken), "seconds": "180", "typed": "您好"}
    answer = chen.post("/practice/typing", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and "重新测一次" in answer.json["error"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TypingTest)) == 0


def test_the_page_of_a_test_carries_a_ticket_for_the_text_it_shows(app: Flask, staff: Cast, chen: FlaskClient) -> None:
    page = chen.get("/practice/typing").text
    found = URLSafeSerializer(app.secret_key, salt="typing").loads(re.search(r'name="ticket" value="([^"]+)"', page)[1])
    assert found["user"] == staff.chen.id and typing_tests.passage(found["seed"])[0] in page


def test_an_answer_can_be_tried_again_and_somebody_elses_cannot(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:
    chen.post(f"/practice/questions/{pages.practice}", data={"choice": "a", "key": "some-key-1", "context": "mixed"})
    with app.app_context():
        answer_id = db.session.scalars(select(PracticeAnswer.id)).one()
    assert "再做一次" in chen.get(f"/practice/answers/{answer_id}").text
    assert chen.get(f"/practice/answers/{answer_id}/again").location.startswith(f"/practice/questions/{pages.practice}")
    stranger = client_of(app, staff.stranger)
    assert [stranger.get(f"/practice/answers/{answer_id}{more}").status_code for more in ("", "/again")] == [404, 404]


def test_the_book_shows_fourteen_days_topics_and_where_a_card_comes_from(app: Flask, staff: Cast, chen: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        db.session.add(ReviewCard(user_id=staff.chen.id, question_slug="drill.0", card={}, due_at=datetime.now(UTC) + timedelta(days=3),
                                  added_at=datetime.now(UTC), from_attempt_id=pages.attempt))
        db.session.commit()
    page = chen.get("/practice/mistakes").text
    assert page.count('class="column"') == 14 and "来自考试「十一月上岗考」" in page and "0、0、" in page


def test_a_question_is_previewed_on_a_date_and_nothing_is_stored(app: Flask, zhou: FlaskClient) -> None:
    page = zhou.get("/preview/questions/late.amount?as_of=2014-06-20&no=2").text
    assert "规则截至 2014-06-20" in page and "提交" in page
    judged = zhou.post("/preview/questions/late.amount", data={"as_of": "2014-06-20", "no": "2", "choice": "a"}).text
    assert "/ 100" in judged and "下一道同类题" in judged
    refused = zhou.post("/preview/questions/late.amount", data={"as_of": "2014-06-20"})
    assert refused.status_code == 422 and "还没有作答" in refused.text
    bad = zhou.get("/preview/questions/drill.0?as_of=昨天")
    assert bad.status_code == 422 and "日期请按" in bad.text and 'value="昨天"' in bad.text
    assert zhou.get("/preview/questions/nothing").status_code == 404
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PracticeAnswer)) == 0


def test_a_paper_is_previewed_on_a_date(app: Flask, zhou: FlaskClient) -> None:
    address = zhou.post("/preview/papers/cert", data={"as_of": "2015-03-01"}).location
    assert "（预览）规则截至 2015-03-01" in zhou.get(address).text
    with app.app_context():
        assert db.session.get_one(Attempt, int(address.rpartition("/")[2])).preview
    assert zhou.post("/preview/papers/nothing").status_code == 404


def test_a_hint_is_offered_in_practice_kept_by_the_editor_and_never_shown_in_an_exam(app: Flask, chen: FlaskClient, zhou: FlaskClient, pages: Pages) -> None:
    with app.app_context():
        row = db.session.get_one(VariantRow, pages.practice)
        running = db.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == pages.running)).first()
        for shown in (row, running.variant):
            db.session.execute(text("DROP TRIGGER IF EXISTS keep_variant_update"))
            shown.shown = {**shown.shown, "hint": "先想是谁的原因"}
        body = {**row.revision.body, "hint": "先想是谁的原因"}
        row.revision.body = body
        db.session.commit()
    assert "先想是谁的原因" in chen.get(f"/practice/questions/{pages.practice}").text
    assert "先想是谁的原因" not in chen.get(f"/exams/attempts/{pages.running}").text
    assert "先想是谁的原因" in zhou.get(f"/authoring/questions/{body['id']}/edit").text
    assert body_of(form_of(body))["hint"] == "先想是谁的原因"

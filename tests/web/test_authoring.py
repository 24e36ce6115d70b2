"""The trainer's pages: the bank, the editor with its test bench, publishing, previews."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.factories import Cast, client_of
from tests.services.test_authoring import CHOICE
from tests.web.exam_pages import Pages, counted
from trainer.extensions import db
from trainer.models import Attempt, ContentItem, Revision


@pytest.fixture
def zhou(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.zhou)


def typed(**more: str) -> MultiDict[str, str]:
    values = MultiDict(CHOICE)
    for name, value in more.items():
        values[name.replace("_", "-")] = value
    return values


@pytest.mark.parametrize(("address", "words"), [
    ("/authoring/", "没有题目"), ("/authoring/questions", "题 exam.0"), ("/authoring/questions?q=drill&type=single", "drill.1"),
    ("/authoring/questions/exam.0", "正确答案"),
    ("/authoring/questions/late.amount", "修改"), ("/authoring/questions/late.amount/edit", "题目内容"), ("/authoring/questions/new/decision", "distractors"),
    ("/authoring/questions/new/matching", "左边 = 右边"), ("/authoring/questions/new/single", "选项 1"),
    ("/authoring/questions/new/scripted_reply", "试评"), ("/authoring/questions/exam.0/edit", "exam.0 对"), ("/authoring/lessons", "第一课"),
    ("/authoring/cases/", "案例"), ("/authoring/papers", "上岗小考")])
def test_the_pages_of_a_trainer_work(zhou: FlaskClient, address: str, words: str) -> None:
    answer = zhou.get(address)
    assert answer.status_code == 200 and words in answer.text


@pytest.mark.parametrize(("method", "address"), [
    ("get", "/authoring/questions/nothing"), ("get", "/authoring/questions/nothing/edit"), ("get", "/authoring/questions/new/nothing"),
    ("post", "/authoring/questions/nothing/publish"), ("post", "/authoring/questions/nothing/retire"),
    ("post", "/preview/papers/nothing")])
def test_what_is_missing_does_not_exist(zhou: FlaskClient, method: str, address: str) -> None:
    assert getattr(zhou, method)(address).status_code == 404


@pytest.mark.parametrize("address", ["/authoring/questions/exam.0/publish", "/authoring/questions/exam.0/retire",
                                     "/preview/papers/cert", "/authoring/questions/try"])
def test_a_change_is_never_made_by_a_get(zhou: FlaskClient, address: str) -> None:
    assert zhou.get(address).status_code in {404, 405}


def test_a_question_is_saved_as_a_draft_then_published(app: Flask, zhou: FlaskClient) -> None:
    assert "草稿已保存" in zhou.post("/authoring/questions/save", data=typed(then="save"), follow_redirects=True).text
    with app.app_context():
        assert db.session.scalars(select(ContentItem).where(ContentItem.slug == "late.new")).one().published_id is None
    assert "已发布" in zhou.post("/authoring/questions/late.new/publish", follow_redirects=True).text
    with app.app_context():
        assert db.session.scalars(select(ContentItem).where(ContentItem.slug == "late.new")).one().published_id is not None


@pytest.mark.parametrize(("more", "words"), [
    ({"id": ""}, "id"), ({"id": "坏 编号"}, "编号"), ({"id": "exam.0"}, "已有题目"), ({"rules": "no.such.rule"}, "规则库里没有"), ({"title": ""}, "title"),
    ({"topic": "nothing"}, "topic"), ({"difficulty": "九"}, ""), ({"option-1-why": "", "option-0-right": ""}, "option")])
def test_a_bad_question_is_refused_with_reasons_and_nothing_typed_is_lost(zhou: FlaskClient, more: dict[str, str], words: str) -> None:
    values = MultiDict(CHOICE)
    values["stem"], values["then"] = "不能丢的题干", "publish"
    for name, value in more.items():
        values[name] = value
    if more.get("option-0-right") == "":
        values.pop("option-0-right")
    answer = zhou.post("/authoring/questions/save", data=values)
    if "difficulty" in more:
        assert answer.status_code == 303
        return
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "不能丢的题干" in answer.text and "处需要改" in answer.text


def test_a_kind_that_cannot_be_written_here_is_refused(zhou: FlaskClient) -> None:
    assert zhou.post("/authoring/questions/save", data=typed(type="nothing")).status_code == 400


def test_a_changed_question_becomes_a_new_revision(app: Flask, zhou: FlaskClient) -> None:
    values = typed(id="exam.0", item="exam.0", stem="改过的题干", then="publish")
    assert "已发布" in zhou.post("/authoring/questions/save", data=values, follow_redirects=True).text
    with app.app_context():
        rows = db.session.scalars(select(Revision).join(ContentItem, Revision.item_id == ContentItem.id).where(
            ContentItem.slug == "exam.0").order_by(Revision.no)).all()
        assert [row.body["stem"] for row in rows] == ["exam.0：多久发货？", "改过的题干"]


def test_a_question_is_retired_and_restored(zhou: FlaskClient) -> None:
    assert "已停用" in zhou.post("/authoring/questions/exam.0/retire", follow_redirects=True).text
    assert "已恢复使用" in zhou.post("/authoring/questions/exam.0/restore", follow_redirects=True).text


def test_a_reply_that_cannot_be_tried_yet_says_why(zhou: FlaskClient) -> None:
    answer = zhou.post("/authoring/questions/try", data=typed(type="scripted_reply", try_reply="您好"))
    assert answer.status_code == 200 and "还不能试评" in answer.text
    answer = zhou.post("/authoring/questions/try", data=typed(type="scripted_reply", facts="order: {", try_reply="您好"))
    assert "看不懂" in answer.text


def test_a_preview_is_the_trainers_own_and_shows_its_keys(app: Flask, zhou: FlaskClient, staff: Cast) -> None:
    sitting = zhou.post("/preview/papers/cert").location
    assert "（预览）" in zhou.get(sitting).text
    assert client_of(app, staff.chen).get(sitting).status_code == 404
    zhou.post(f"{sitting}/submit")
    assert "正确答案" in zhou.get(f"{sitting}/result").text
    with app.app_context():
        assert db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first().preview


def test_the_list_asks_a_fixed_number_of_questions(app: Flask, zhou: FlaskClient, pages: Pages) -> None:
    with counted(app) as asked:
        zhou.get("/authoring/questions")
    assert len(asked) < 12

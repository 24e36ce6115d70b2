"""课程 for trainers: the list, one lesson, writing it beside its page, rules to put in, publishing, its history."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.factories import Cast, client_of
from tests.web.exam_pages import LESSON
from trainer.extensions import db
from trainer.models import ContentItem, Revision
from trainer.services.lesson_forms import form_of

FIRST = "/authoring/lessons/first"
SAID = {"text": "付款后 {{tmall.late.pay#rate}} 由卖家赔，见 [[tmall.late.pay]]。\n"}


@pytest.fixture
def zhou(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.zhou)


def typed(**changes: str) -> MultiDict[str, str]:
    """What a browser sends for the first lesson with some fields changed."""
    form = form_of(LESSON)
    pairs = [(name, one) for name, value in form.items() for one in (value if isinstance(value, list) else [value])]
    values = MultiDict([*pairs, ("item", "first"), ("base", "1")])
    for name, value in changes.items():
        values[name] = value
    return values


def save(client: FlaskClient, values: MultiDict[str, str], then: str = "save") -> tuple[int, str]:
    answer = client.post("/authoring/lessons/save", data=MultiDict([*values.items(multi=True), ("then", then)]))
    return answer.status_code, answer.text


def revisions(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Revision.no).join(ContentItem, ContentItem.id == Revision.item_id).where(ContentItem.slug == "first")))


def test_the_list_is_searched_and_counted(zhou: FlaskClient) -> None:
    assert "共 1 课" in zhou.get("/authoring/lessons?q=第一&platform=tmall&topic=shipping").text
    assert "没有找到课程" in zhou.get("/authoring/lessons?q=没有的词").text


def test_a_lesson_is_shown_as_learners_read_it(zhou: FlaskClient) -> None:
    text = zhou.get(FIRST).text
    assert "先看时间，再看约定。" in text and "题 drill.0" in text


def test_figures_are_live_in_the_preview_and_nothing_is_kept(app: Flask, zhou: FlaskClient) -> None:
    text = zhou.post("/authoring/lessons/preview", data=typed(**SAID)).text
    assert 'data-figure="rate"' in text and "{{" not in text and "没有问题" in text
    status, page = save(zhou, typed(**SAID), "show")
    assert status == 200 and 'data-figure="rate"' in page
    assert revisions(app) == [1]


@pytest.mark.parametrize(("text", "line", "said"), [
    ("好。\n\n{{tmall.late.pay#nothing}}", 3, "没有数字 nothing"), ("[[no.such.rule]]", 1, "没有规则 no.such.rule"),
    ("好。\n:::误区 甲\n乙", 2, "没有用 ::: 结束"),
    ("# 大标题", 1, "一级标题"), (":::没有的\n甲\n:::", 1, "没有「没有的」这种块"), ("见[课](lesson:nowhere)", 1, "没有课程 nowhere"),
    (":::判定\nask: nothing\n:::", 1, "判定块算不出来")])
def test_what_is_wrong_in_the_text_is_told_with_its_line_and_stays_typed(app: Flask, zhou: FlaskClient, text: str, line: int, said: str) -> None:
    status, page = save(zhou, typed(text=text))
    assert status == 422
    assert said in page and f'data-line="{line}"' in page and text.split("\n")[0][:4] in page
    assert revisions(app) == [1]


def test_a_piece_that_cannot_be_shown_leaves_the_others_standing(zhou: FlaskClient) -> None:
    page = zhou.post("/authoring/lessons/preview", data=typed(text="前面的。\n\n:::提示\n{{no.rule#x}}\n:::\n\n后面的。")).text
    assert "<p>前面的。</p>" in page and "<p>后面的。</p>" in page and "第 3 行起" in page


@pytest.mark.parametrize(("change", "field", "said"), [
    ({"title": ""}, "title", "还没有填"), ({"minutes": "几分钟"}, "minutes", "应是整数"), ({"systems": "99"}, "systems", "超出范围"),
    ({"topic": "nothing"}, "topic", "没有知识点"), ({"as_of": "昨天"}, "as_of", "昨天"), ({"add": "没有这题"}, "add", "没有题目")])
def test_what_is_wrong_in_a_field_stands_at_it(zhou: FlaskClient, change: dict[str, str], field: str, said: str) -> None:
    status, page = save(zhou, typed(**change))
    assert status == 422
    assert said in page and f'id="{field}-error"' in page


def test_rules_are_found_with_what_to_write_for_each_figure(zhou: FlaskClient) -> None:
    part = zhou.get("/authoring/lessons/rules?q=迟发").text
    assert 'data-insert="[[tmall.late.pay]]"' in part and 'data-insert="{{tmall.late.pay#rate}}"' in part
    assert "没有找到" in zhou.get("/authoring/lessons/rules?q=毫无关系的词语").text
    assert "[[tmall.late.pay]]" in save(zhou, typed(find="迟发"), "show")[1], "without a script too"


def test_a_draft_is_kept_compared_published_and_taken_out_of_use(app: Flask, zhou: FlaskClient, staff: Cast) -> None:
    assert save(zhou, typed(title="改过的第一课", check="drill.1"))[0] == 303
    assert "第 2 版草稿" in zhou.get(FIRST).text
    history = zhou.get(f"{FIRST}/history").text
    assert "title: 改过的第一课" in history
    chen = client_of(app, staff.chen)
    assert "改过的第一课" not in chen.get("/lessons/first").text
    assert "已发布" in zhou.post(f"{FIRST}/publish", follow_redirects=True).text
    assert "改过的第一课" in chen.get("/lessons/first").text
    assert "课程已停用" in zhou.post(f"{FIRST}/retire", follow_redirects=True).text
    assert chen.get("/lessons/first").status_code == 404
    assert "已恢复使用" in zhou.post(f"{FIRST}/restore", follow_redirects=True).text


def test_a_new_lesson_starts_from_another_under_an_id_of_its_own(zhou: FlaskClient) -> None:
    assert 'value="first-2"' in zhou.get("/authoring/lessons/new?from=first").text
    assert ":::要点" in zhou.get("/authoring/lessons/new").text
    assert "编号「first」已有课程" in save(zhou, typed(item="", base="0"))[1]
    assert save(zhou, typed(item="", base="0", id="second"), "publish")[0] == 303


def test_a_newer_revision_of_somebody_else_is_not_overwritten_unseen(zhou: FlaskClient) -> None:
    save(zhou, typed(title="同事改的"))
    assert "别人又存了第 2 版" in save(zhou, typed(title="我改的"))[1]


@pytest.mark.parametrize("address", ["/authoring/lessons/nothing", "/authoring/lessons/nothing/edit", "/authoring/lessons/nothing/history",
                                     "/authoring/lessons/new?from=nothing"])
def test_what_is_missing_does_not_exist(zhou: FlaskClient, address: str) -> None:
    assert zhou.get(address).status_code == 404

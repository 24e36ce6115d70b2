"""试卷 for trainers: the list, one paper with what it finds, its form with rows, publishing, its history."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.factories import Cast, client_of
from tests.services.exam_bank import PAPER
from tests.web.exam_pages import Pages
from trainer.content import Paper
from trainer.extensions import db
from trainer.models import Assignment, Attempt, ContentItem, Revision
from trainer.services.paper_forms import Form, form_of

CERT = "/authoring/papers/cert"


@pytest.fixture
def zhou(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.zhou)


def fields(form: Form, **changes: str) -> MultiDict[str, str]:
    """What a browser sends for a form; a change named s0_d0_count stands for the field s0-d0-count."""
    pairs: list[tuple[str, str]] = []

    def put(prefix: str, part: Form) -> None:
        for name, value in part.items():
            if isinstance(value, list):
                pairs.extend((prefix + name, one) for one in value if isinstance(one, str))
            elif isinstance(value, str) or value:
                pairs.append((prefix + name, value if isinstance(value, str) else "on"))

    put("", form)
    for n, section in enumerate(form["sections"]):
        put(f"s{n}-", section)
        pairs.append((f"s{n}-draws", str(len(section["draws"]))))
        for at, draw in enumerate(section["draws"]):
            put(f"s{n}-d{at}-", draw)
    values = MultiDict([*pairs, ("sections", str(len(form["sections"]))), ("item", "cert"), ("base", "1")])
    for name, value in changes.items():
        values[name if name in values or name == "note_to_others" else name.replace("_", "-")] = value
    return values


def cert(**changes: str) -> MultiDict[str, str]:
    return fields(form_of(Paper.from_dict(PAPER).to_dict()), **changes)


def save(client: FlaskClient, values: MultiDict[str, str], **more: str) -> tuple[int, str]:
    answer = client.post("/authoring/papers/save", data=MultiDict([*values.items(multi=True), *more.items()]))
    return answer.status_code, answer.text


def test_the_list_is_searched_and_counted(zhou: FlaskClient) -> None:
    assert "共 2 份试卷" in zhou.get("/authoring/papers").text
    assert "共 1 份试卷" in zhou.get("/authoring/papers?q=小考&purpose=exam").text
    assert "没有找到试卷" in zhou.get("/authoring/papers?q=没有的词").text


def test_a_paper_says_what_every_draw_finds_and_which_rules_keep_questions_out(zhou: FlaskClient) -> None:
    text = zhou.get(CERT).text
    assert "每一行都抽得满" in text
    assert "依据全是待核对的规则：1 题" in text and "tmall.late.window" in text
    assert "只用于练习：3 题" in text
    assert "第 1 版" in text, "the assignment with the revision it is pinned to"


def test_rows_are_added_moved_and_taken_out_by_plain_buttons_and_what_was_typed_stays(app: Flask, zhou: FlaskClient) -> None:
    typed = cert(title="半路改的名", minutes="九十", note_to_others="给同事的")
    status, text = save(zhou, typed, do="add-draw-0")
    assert status == 200 and 'id="s0-d1-count"' in text and "半路改的名" in text and 'value="九十"' in text and 'value="给同事的"' in text
    moved = save(zhou, typed, do="up-section-1")[1]
    assert moved.index('value="规则"') < moved.index('value="红线"')
    assert 'id="s1-title"' not in save(zhou, typed, do="remove-section-0")[1]
    assert "第 3 部分（模拟接待）" in save(zhou, typed, do="add-case")[1]
    with app.app_context():
        assert db.session.scalars(select(Revision.no).join(ContentItem, ContentItem.id == Revision.item_id).where(ContentItem.slug == "cert")).all() == [1]


def test_a_question_is_named_by_title_or_id(zhou: FlaskClient) -> None:
    status, text = save(zhou, cert(s1_d0_mode="named", s1_d0_add="题 exam.1（exam.1）"), do="keep")
    assert status == 200 and 'name="s1-d0-questions" value="exam.1" checked' in text
    status, text = save(zhou, cert(s1_d0_mode="named", s1_d0_add="没有这题"), then="save")
    assert status == 422 and "没有题目「没有这题」" in text and 'value="没有这题"' in text


@pytest.mark.parametrize(("change", "field", "said"), [
    ({"title": ""}, "title", "还没有填"), ({"minutes": "很久"}, "minutes", "应是整数"), ({"pass_kind": ""}, "pass_value", "上岗考要有及格要求"),
    ({"s0_d0_marks": "0"}, "s0-d0-marks", "分值应大于 0"), ({"s0_title": ""}, "s0-title", "还没有填"), ({"s1_d0_systems": "99"}, "s1-d0-systems", "超出范围"),
    ({"pass_kind": "marks", "pass_value": "99"}, "pass_value", "及格分超过满分"), ({"valid_months": "0"}, "valid_months", "超出范围"),
    ({"certifying": ""}, "certificate", "练习卷不能发上岗证")])
def test_what_is_wrong_stands_at_its_field(zhou: FlaskClient, change: dict[str, str], field: str, said: str) -> None:
    status, text = save(zhou, cert(**change), then="save")
    assert status == 422
    assert said in text and f'href="#{field}"' in text


def test_what_the_bank_cannot_fill_is_kept_as_a_draft_but_not_published(app: Flask, zhou: FlaskClient) -> None:
    greedy = cert(s1_d0_count="9")
    status, text = save(zhou, greedy, then="publish")
    assert status == 422
    assert "还差 4 题" in text and "发货时限" in text, "the topic and the number that are missing"
    assert save(zhou, greedy, then="save")[0] == 303
    assert f'href="{CERT}"' in zhou.get("/authoring/").text, "the draft is named on the first page"
    assert "还差 4 题" in zhou.post(f"{CERT}/publish", follow_redirects=True).text
    with app.app_context():
        item = db.session.scalars(select(ContentItem).where(ContentItem.slug == "cert")).one()
        assert item.published is not None and item.published.no == 1


def test_a_published_revision_leaves_running_attempts_on_theirs(app: Flask, zhou: FlaskClient, pages: Pages) -> None:
    assert save(zhou, cert(title="新名", s1_d0_count="3"), then="publish")[0] == 303
    with app.app_context():
        running, exam = db.session.get_one(Attempt, pages.running), db.session.get_one(Assignment, pages.exam)
        assert running.paper_revision.no == exam.paper_revision.no == 1
        assert len(running.items) == 6
    history = zhou.get(f"{CERT}/history").text
    assert "title: 新名" in history and "加 " in history


def test_a_draft_is_previewed_before_it_is_published(app: Flask, zhou: FlaskClient) -> None:
    save(zhou, cert(s1_d0_count="3"), then="save")
    assert zhou.post("/preview/papers/cert", data={"draft": "1"}).status_code == 303
    with app.app_context():
        attempt = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
        assert attempt is not None and attempt.preview and len(attempt.items) == 5


def test_a_new_paper_starts_from_another_under_an_id_of_its_own(zhou: FlaskClient) -> None:
    assert 'value="cert_2"' in zhou.get("/authoring/papers/new?from=cert").text
    status, text = save(zhou, cert(item="", base="0"), then="save")
    assert status == 422 and "编号「cert」已有试卷" in text
    assert save(zhou, cert(item="", base="0", id="cert_2"), then="publish")[0] == 303


def test_a_newer_revision_of_somebody_else_is_not_overwritten_unseen(zhou: FlaskClient) -> None:
    save(zhou, cert(title="同事改的"), then="save")
    status, text = save(zhou, cert(title="我改的"), then="save")
    assert status == 422 and "别人又存了第 2 版" in text and "我改的" in text


def test_a_paper_is_retired_and_comes_back(zhou: FlaskClient) -> None:
    assert "试卷已停用" in zhou.post(f"{CERT}/retire", follow_redirects=True).text
    assert "已恢复使用" in zhou.post(f"{CERT}/restore", follow_redirects=True).text


@pytest.mark.parametrize("address", ["/authoring/papers/nothing", "/authoring/papers/nothing/edit", "/authoring/papers/nothing/history",
                                     "/authoring/papers/new?from=nothing", f"{CERT}/history?no=9"])
def test_what_is_missing_does_not_exist(zhou: FlaskClient, address: str) -> None:
    assert zhou.get(address).status_code == 404


def test_sums_hold_whatever_is_sent(zhou: FlaskClient) -> None:
    status, text = save(zhou, MultiDict([("sections", "9999"), ("s0-draws", "9999"), ("s0-kind", "questions")]), then="check")
    assert status == 422 and "还没有填" in text

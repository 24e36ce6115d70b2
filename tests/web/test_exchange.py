"""Import and export of the bank as a trainer meets them, and pictures."""

import base64
import io
import json
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests.factories import Cast, client_of
from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Asset, ContentItem, Revision
from trainer.services import assets, question_import

GIFT = "::迟发怎么赔::迟发怎么赔？{=按比例 ~不用赔#迟发要赔 ~双倍#没有这个规定}\n\n坏的一题{"


@pytest.fixture
def zhou(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.zhou)


def dot() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return out.getvalue()


def carried(page: str) -> MultiDict[str, str]:
    """What the preview would send on when it is agreed to."""
    payload = re.search(r'name="payload"[^>]*>\n?(.*?)</textarea>', page, re.S)
    form = re.search(r'name="source_form" value="([^"]*)"', page)
    rows = re.findall(r'name="row" value="(\d+)"[^>]* checked', page)
    assert payload is not None and form is not None
    return MultiDict([("payload", unescape(payload[1])), ("source_form", form[1]), ("topic", "late_shipment"), ("platforms", "tmall"),
                      ("pool", "practice"), *(("row", one) for one in rows)])


def test_questions_are_shown_first_and_kept_when_agreed(app: Flask, zhou: FlaskClient) -> None:
    assert zhou.get("/authoring/import").status_code == 200
    page = zhou.post("/authoring/import", data={"pasted": GIFT, "topic": "late_shipment", "platforms": "tmall"})
    assert page.status_code == 200 and "读出 1 题" in page.text and "第 3 行" in page.text and "不成对" in page.text
    with app.app_context():
        before = len(db.session.scalars(select(Revision)).all())
    assert "存为草稿" in zhou.post("/authoring/import/keep", data=carried(page.text), follow_redirects=True).text
    with app.app_context():
        drafts = db.session.scalars(select(Revision).where(Revision.state == "draft")).all()
        assert len(drafts) == 1 and len(db.session.scalars(select(Revision)).all()) == before + 1
        assert drafts[0].body["title"] == "迟发怎么赔" and drafts[0].body["platforms"] == ["tmall"]
    again = zhou.post("/authoring/import", data={"pasted": GIFT, "topic": "late_shipment", "platforms": "tmall"})
    assert "已有同样的题" in again.text and not re.search(r'name="row"[^>]* checked', again.text)


def test_what_lacks_nothing_is_published_at_once(app: Flask, zhou: FlaskClient) -> None:
    tagged = "// [id:late.imported] [tag:topic=late_shipment] [tag:platforms=tmall] [tag:rules=tmall.late.pay]\n" + GIFT
    page = zhou.post("/authoring/import", data={"pasted": tagged})
    data = carried(page.text)
    data["then"] = "publish"
    assert "1 题已发布" in zhou.post("/authoring/import/keep", data=data, follow_redirects=True).text
    with app.app_context():
        assert db.session.scalars(select(ContentItem).where(ContentItem.slug == "late.imported")).one().published_id is not None


def test_a_picture_is_kept_and_served_and_shown(app: Flask, zhou: FlaskClient) -> None:
    text = f"[html]<p>看图<img src=\"data:image/png;base64,{base64.b64encode(dot()).decode()}\" alt=\"底单\"></p>"
    escaped = re.sub(r"([~=#{}:])", r"\\\1", text.removeprefix("[html]"))
    page = zhou.post("/authoring/import", data={"pasted": f"[html]{escaped}{{T}}", "form": "gift", "platforms": "tmall"})
    zhou.post("/authoring/import/keep", data=carried(page.text))
    with app.app_context():
        stored, draft = db.session.scalars(select(Asset)).one(), db.session.scalars(select(Revision).where(Revision.state == "draft")).one()
        assert f"![底单](asset:{stored.sha256})" in draft.body["stem"]
        slug = db.session.get_one(ContentItem, draft.item_id).slug
    answer = zhou.get(f"/assets/{stored.sha256}")
    assert answer.mimetype == "image/png" and "immutable" in answer.headers["Cache-Control"]
    assert f'src="/assets/{stored.sha256}"' in zhou.get(f"/authoring/questions/{slug}").text
    assert zhou.get("/assets/" + "0" * 64).status_code == 404
    exported = zhou.get("/authoring/export/moodle").text
    assert "@@PLUGINFILE@@/" in exported and "<file " in exported


@pytest.mark.parametrize(("data", "said"), [
    ({}, "请粘贴题目"), ({"pasted": "只是一段话"}, "没有答案"), ({"pasted": GIFT, "topic": "nothing"}, "重新选择"),
    ({"file": (io.BytesIO(b"PK\x03\x04rubbish"), "a.xlsx")}, "打不开"), ({"file": (io.BytesIO(b"word"), "a.docx")}, "复制"),
    ({"file": (io.BytesIO(b"\x00\x01\x02\xff"), "a.txt")}, "编码"), ({"file": (io.BytesIO(b"<quiz><question"), "a.xml")}, "不是完整的 XML")])
def test_what_cannot_be_imported_is_told(zhou: FlaskClient, data: dict[str, object], said: str) -> None:
    answer = zhou.post("/authoring/import", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422 and said in answer.text


def test_too_much_at_once_is_told() -> None:
    with pytest.raises(InputError, match="超过 3 MB"):
        question_import.source_of("auto", "x" * 3_200_000, "", b"")


@pytest.mark.parametrize("data", [{}, {"payload": "[1]", "source_form": "rows", "row": "0"}, {"payload": GIFT, "source_form": "no", "row": "0"},
                                  {"payload": GIFT, "source_form": "gift"}, {"payload": GIFT, "source_form": "gift", "row": "99999999"}])
def test_a_second_step_that_does_not_fit_keeps_nothing(app: Flask, zhou: FlaskClient, data: dict[str, str]) -> None:
    assert zhou.post("/authoring/import/keep", data=data).status_code == 422
    with app.app_context():
        assert not db.session.scalars(select(Revision).where(Revision.state == "draft")).all()


def test_the_bank_goes_out_in_each_format_and_comes_back_as_the_same_questions(zhou: FlaskClient) -> None:
    assert "存不下" in zhou.get("/authoring/export").text
    for form, name in (("gift", "q.txt"), ("moodle", "q.xml"), ("xlsx", "q.xlsx")):
        answer = zhou.get(f"/authoring/export/{form}")
        assert answer.status_code == 200 and "filename*" in answer.headers["Content-Disposition"]
        page = zhou.post("/authoring/import", data={"file": (io.BytesIO(answer.data), name)}, content_type="multipart/form-data")
        assert page.status_code == 200 and "没读出来" not in page.text and "存为新草稿" not in page.text and "已有同样的题" in page.text
    assert zhou.get("/authoring/export/pdf").status_code == 404
    assert "{{" not in zhou.get("/authoring/export/gift?filled=1").text.replace("\\{", "{")


def test_the_template_can_be_filled_in_and_sent_back(zhou: FlaskClient) -> None:
    template = zhou.get("/authoring/import/template.xlsx").data
    assert load_workbook(io.BytesIO(template)).active["B2"].value == "单选"
    page = zhou.post("/authoring/import", data={"file": (io.BytesIO(template), "模板.xlsx")}, content_type="multipart/form-data")
    assert "读出 4 题" in page.text and json.loads(carried(page.text)["payload"])[0][0] == "编号"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"<svg onload=alert(1)>"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="图片"):
        assets.prepare_picture(data)


def test_a_picture_is_encoded_anew_and_bounded() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (3000, 20), (1, 2, 3, 4)).save(out, "PNG")
    found = assets.prepare_picture(out.getvalue())
    assert Image.open(io.BytesIO(found.data)).size[0] == 1600 and found.mime == "image/png"
    assert assets.prepare_picture(out.getvalue()).sha256 == found.sha256


@pytest.mark.parametrize(("text", "form"), [
    ("<?xml version='1.0'?><quiz/>", "moodle"), ("问？{=甲 ~乙}", "gift"), ("$CATEGORY: a", "gift"), ("1. 甲？\nA. 一\nB. 二\n答案：A", "word"),
    ("题干\t题型\t答案\n甲\t判断\t对", "rows"), ("价格{减}10元？\n答案：对", "word")])
def test_the_format_of_a_text_is_recognised(text: str, form: str) -> None:
    assert question_import.recognised(text) == form

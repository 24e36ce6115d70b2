"""The bench and the samples as pages: they work, refuse what they must, lose nothing typed, start no formula."""

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast, client_of
from tests.services import wording_bank
from tests.web.exam_pages import counted
from trainer.extensions import db
from trainer.models import BenchRun, ReplySample, Revision
from trainer.services import bench_drafts
from trainer.services.bench_export import write_book

TEXT = "客服回复\t平台\t人工违规点\t人工话术要点\n加我微信聊吧亲\t天猫\t引导站外联系\t无\n咱们换蓝泡泡说吧\t天猫\t引导站外联系\t\n=1+1\t\t无\t无"


@pytest.fixture
def zhou(app: Flask, people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """老周 on an installation with the small wording; how quick this machine is has no say."""
    monkeypatch.setattr(bench_drafts, "slowdown", lambda *_: 1.0)
    with app.app_context(), Session(db.engine) as session:
        wording_bank.publish_release(session, now)
        session.commit()
    return client_of(app, people.zhou)


@pytest.fixture
def run(app: Flask, zhou: FlaskClient) -> str:
    """The address of a run with three replies."""
    answer = zhou.post("/bench/", data={"text": TEXT, "platform": "taobao"})
    assert answer.status_code == 303
    return str(answer.location)


def test_pasted_replies_come_on_the_bench_and_cells_show_their_sentences(zhou: FlaskClient, run: str) -> None:
    page = zhou.get(run)
    assert page.status_code == 200 and "引导站外联系" in page.text and "条数太少，暂不判断（1/2）" in page.text
    missed = zhou.get(f"{run}?code=off_platform_contact&cell=missed").text
    assert "蓝泡泡" in missed and "加我微信聊吧" not in missed.split('id="behind"')[1]
    assert "mark-violation" in zhou.get(f"{run}?cell=right").text
    assert "&lt;加&gt; .. &lt;软件&gt;" in zhou.get(f"{run}/patterns").text


def test_a_table_is_uploaded_and_bad_rows_are_told(zhou: FlaskClient) -> None:
    data = write_book([("x", [("客服回复", "人工违规点"), ("好的亲", "无"), ("行吧", "骂街")], ())])
    answer = zhou.post("/bench/", data={"file": (BytesIO(data), "a.xlsx"), "platform": "tmall"}, follow_redirects=True)
    assert answer.status_code == 200 and "第 3 行没有放上来" in answer.text and "1 条回复" in answer.text


@pytest.mark.parametrize(("data", "words"), [
    ({"text": " "}, "请粘贴回复"), ({"source": "samples"}, "还没有标注样本"), ({"text": "平台\t客服回复\n火星\t好的"}, "不认识「火星」")])
def test_what_cannot_be_read_is_said_and_kept(zhou: FlaskClient, data: dict[str, str], words: str) -> None:
    answer = zhou.post("/bench/", data=data)
    assert answer.status_code == 422 and words in answer.text and data.get("text", "").strip() in answer.text


def test_a_broken_file_is_refused_kindly(zhou: FlaskClient) -> None:
    answer = zhou.post("/bench/", data={"file": (BytesIO(b"PK\x03\x04junk"), "a.xlsx")})
    assert answer.status_code == 422 and "打不开" in answer.text


def test_the_export_starts_no_formula(zhou: FlaskClient, run: str) -> None:
    book = load_workbook(BytesIO(zhou.get(f"{run}/export.xlsx").data))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert not [cell.value for cell in cells if cell.data_type == "f"] and "'=1+1" in [cell.value for cell in cells]
    assert load_workbook(BytesIO(zhou.get("/bench/template.xlsx").data)).worksheets[0]["C1"].value == "客服回复"


def test_marked_replies_are_kept_as_samples_labelled_and_taken_away(app: Flask, zhou: FlaskClient, run: str) -> None:
    page = zhou.post(f"{run}/keep", follow_redirects=True).text
    assert "收入 3 条标注样本" in page and "共 3 条" in page
    with app.app_context():
        sample = db.session.scalars(select(ReplySample).where(ReplySample.state == "open")).one().id
    answer = zhou.post(f"/bench/samples/{sample}", data={"looked_violations": "1", "violations": "shift_blame", "reason": ""})
    assert answer.status_code == 422 and "理由" in answer.text and 'value="shift_blame" checked' in answer.text
    done = {"looked_violations": "1", "violations": "off_platform_contact", "looked_acts": "1", "reason": "暗号"}
    assert "标注已记下" in zhou.post(f"/bench/samples/{sample}", data=done, follow_redirects=True).text
    lines = zhou.get("/bench/samples.jsonl?code=off_platform_contact").text.splitlines()
    assert len(lines) == 2 and '"note": "暗号"' in "".join(lines)
    table = load_workbook(BytesIO(zhou.get("/bench/samples.xlsx").data)).worksheets[0]
    assert [table.cell(1, n).value for n in (3, 4, 5)] == ["客服回复", "人工违规点", "人工话术要点"] and table.max_row == 4
    assert "共 1 条" in zhou.get("/bench/samples?q=蓝泡泡&state=done").text
    assert zhou.post("/bench/", data={"source": "samples"}).status_code == 303


def test_one_reply_is_taken_to_be_labelled(zhou: FlaskClient, run: str) -> None:
    answer = zhou.post(f"{run}/mark", data={"row": "3"})
    assert answer.status_code == 303 and "蓝泡泡" in zhou.get(str(answer.location)).text
    assert zhou.post(f"{run}/mark", data={"row": "77"}).status_code == 404


def test_a_wording_entry_is_tried_and_published(app: Flask, zhou: FlaskClient, run: str) -> None:
    number = run.rsplit("/", 1)[1]
    assert "软件" in zhou.get("/bench/wording?q=软").text and "新建概念「暗号」" in zhou.get("/bench/wording?q=暗号").text
    assert "卫星" in zhou.get("/bench/wording/concept/软件").text
    bad = zhou.post("/bench/wording/violation/off_platform_contact", data={"add": "(a+)+$", "run": number})
    assert bad.status_code == 422 and "像正则表达式" in bad.text and "(a+)+$</textarea>" in bad.text
    zhou.post("/bench/wording/violation/off_platform_contact", data={"add": "换 .. <软件>", "sure": "clear", "run": number})
    draft = zhou.post("/bench/wording/concept/软件", data={"add": "蓝泡泡", "note": "新暗号", "run": number})
    page = zhou.get(str(draft.location)).text
    assert "加上" in page and "蓝泡泡" in page
    with app.app_context():
        pattern, concept = db.session.scalars(select(Revision.id).order_by(Revision.id)).all()
    trial = zhou.get(f"/bench/drafts/{pattern}?run={number}").text
    assert "换 .. &lt;软件&gt;" in trial and "0 条回复里有这些字" in trial
    for one in (pattern, concept):
        address = f"/bench/drafts/{one}/publish"
        assert zhou.get(address).status_code == 405
        assert "已发布" in zhou.post(address, data={"run": number}, follow_redirects=True).text
    assert "off_platform_contact" in zhou.get("/bench/wording/house.yaml").text


def test_a_draft_that_breaks_an_example_is_refused_with_the_reason(zhou: FlaskClient, run: str) -> None:
    draft = str(zhou.post("/bench/wording/violation/off_platform_contact", data={"add": "蓝泡泡", "sure": "clear"}).location)
    assert "还不能发布" in zhou.get(draft).text and "亲这双鞋是蓝泡泡图案的" in zhou.get(draft).text
    assert "不能发布：" in zhou.post(f"{draft.split('?')[0]}/publish", follow_redirects=True).text


@pytest.mark.parametrize("address", [
    "/bench/runs/99", "/bench/runs/99/patterns", "/bench/samples/99", "/bench/drafts/99", "/bench/wording/violation/rudeness", "/bench/wording/rule/软件",
    "/bench/wording/concept/<a>"])
def test_what_is_missing_does_not_exist(zhou: FlaskClient, address: str) -> None:
    assert zhou.get(address).status_code == 404


def test_a_run_belongs_to_whoever_made_it(app: Flask, people: Cast, zhou: FlaskClient, run: str) -> None:
    admin = client_of(app, people.admin)
    assert admin.get("/bench/").status_code == 200 and admin.get(run).status_code == 404 and admin.post(f"{run}/delete").status_code == 404
    assert zhou.post(f"{run}/delete").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(BenchRun)).all() == []


def test_the_bench_is_for_trainers(app: Flask, people: Cast, run: str) -> None:
    assert app.test_client().get(run).location.startswith("/sign-in?next=")
    for other in (people.chen, people.wang, people.mentor):
        assert client_of(app, other).get("/bench/samples").status_code == 403 and client_of(app, other).post("/bench/").status_code == 403


def test_the_list_of_samples_asks_the_same_however_long_it_is(app: Flask, zhou: FlaskClient, run: str) -> None:
    with counted(app) as few:
        zhou.get("/bench/samples")
    zhou.post(f"{run}/keep")
    with counted(app) as many:
        zhou.get("/bench/samples")
    assert len(many) <= len(few) + 1


def test_the_samples_of_typed_questions_are_graded(zhou: FlaskClient) -> None:
    assert "没有找到话术题" in zhou.get("/bench/questions?q=nothing").text

"""The supervisor's pages: the team, one attempt, the review queue, exams, certificates."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages, add_exams, counted
from trainer.extensions import db
from trainer.models import (
    Assignment,
    Attempt,
    AttemptItem,
    Certificate,
    ExamException,
    Grade,
    ResponseEvent,
    Review,
    Team,
)
from trainer.services import room_codes


@pytest.fixture
def wang(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.wang)


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(("address", "words"), [
    ("/team/", "申诉"), ("/team/people", "小陈"), ("/team/people?q=S1001&sort=-mastery", "小陈"), ("/team/people?ready=idle", "没有找到学员"),
    ("/team/report", "首考通过率"),
    ("/grading/", "题目没有写清"), ("/grading/{review}", "您的决定"), ("/assignments/", "十一月上岗考"), ("/assignments/{exam}", "小陈"),
    ("/assignments/new", "上岗小考"), ("/certificates", "{certificate}"), ("/certificates/{certificate}", "企业内部培训合格证明"),
    ("/team/attempts/{attempt}", "规则截至")])
def test_the_pages_of_a_supervisor_work(wang: FlaskClient, pages: Pages, address: str, words: str) -> None:
    answer = wang.get(address.format(**vars(pages)))
    assert answer.status_code == 200 and words.format(**vars(pages)) in answer.text


@pytest.mark.parametrize(("method", "address"), [
    ("get", "/team/people/999"), ("get", "/team/attempts/999"), ("get", "/team/attempts/{theirs}"), ("get", "/grading/999"),
    ("get", "/grading/{their_review}"), ("post", "/grading/{their_review}"), ("post", "/team/attempts/{theirs}/items/0/override"),
    ("post", "/team/attempts/{theirs}/items/0/void"), ("post", "/team/attempts/{attempt}/items/99/override"), ("get", "/assignments/999"),
    ("post", "/assignments/999/cancel"), ("get", "/certificates/{their_certificate}"), ("post", "/certificates/{their_certificate}/revoke"),
    ("get", "/certificates/SG0"), ("get", "/certificates/SG0.pdf")])
def test_strangers_and_what_is_missing_do_not_exist(wang: FlaskClient, pages: Pages, method: str, address: str) -> None:
    assert getattr(wang, method)(address.format(**vars(pages))).status_code == 404


@pytest.mark.parametrize("address", [
    "/team/attempts/{attempt}/items/0/override", "/team/attempts/{attempt}/items/0/void", "/assignments/{exam}/cancel", "/assignments/{exam}/exceptions",
    "/certificates/{certificate}/revoke", "/certificates/{certificate}/restore"])
def test_a_change_is_never_made_by_a_get(wang: FlaskClient, pages: Pages, address: str) -> None:
    assert wang.get(address.format(**vars(pages))).status_code == 405


def test_the_queue_and_the_review_name_nobody(wang: FlaskClient, pages: Pages) -> None:
    for address in ("/grading/", f"/grading/{pages.review}"):
        main = wang.get(address).text.split("<main", 1)[1]
        assert "小陈" not in main and "S1001" not in main


def test_a_review_is_decided_with_a_reason(app: Flask, wang: FlaskClient, pages: Pages) -> None:
    address = f"/grading/{pages.review}"
    assert "请写明理由" in wang.post(address, data={"verdict": "keep", "reason": ""}).text
    assert "分数请填数字" in wang.post(address, data={"verdict": "change", "points": "三", "reason": "改"}).text
    assert "0 到 5 分" in wang.post(address, data={"verdict": "change", "points": "9", "reason": "改判"}).text
    assert "已改分" in wang.post(address, data={"verdict": "change", "points": "5", "reason": "题干有歧义"}, follow_redirects=True).text
    with app.app_context():
        review = db.session.get_one(Review, pages.review)
        assert (review.verdict, review.reason) == ("changed", "题干有歧义")
        assert db.session.get_one(Attempt, pages.attempt).result.points == 30000


def test_what_was_typed_into_a_refused_decision_is_not_lost(wang: FlaskClient, pages: Pages) -> None:
    answer = wang.post(f"/grading/{pages.review}", data={"verdict": "change", "points": "99", "reason": "写了很长的理由"})
    assert answer.status_code == 422
    assert "写了很长的理由" in answer.text and 'value="99"' in answer.text


def test_a_mark_is_changed_and_a_question_voided_on_the_attempt(app: Flask, wang: FlaskClient, pages: Pages) -> None:
    grades = count(app, Grade)
    address = f"/team/attempts/{pages.attempt}/items/0"
    assert "已改分" in wang.post(f"{address}/override", data={"points": "2.5", "reason": "只对一半"}, follow_redirects=True).text
    assert "已作废" in wang.post(f"{address}/void", data={"reason": "题干写错"}, follow_redirects=True).text
    assert count(app, Grade) > grades + 1
    with app.app_context():
        assert db.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == pages.attempt, AttemptItem.position == 0)).one().voided


def exam_form(**more: object) -> dict[str, object]:
    now = datetime.now(UTC) + timedelta(hours=8)
    return {"paper": "cert", "title": "补考", "opens_at": f"{now:%Y-%m-%dT%H:%M}", "closes_at": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
            "attempts": "1", "cooldown": "0", "teams": ["1"]} | more


def test_an_exam_is_arranged(app: Flask, wang: FlaskClient) -> None:
    answer = wang.post("/assignments/new", data=exam_form(), follow_redirects=True)
    assert "考试已安排" in answer.text and "小陈" in answer.text
    with app.app_context():
        made = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
        assert (made.title, made.attempts_allowed, made.closes_at - made.opens_at) == ("补考", 1, timedelta(days=2))


@pytest.mark.parametrize(("more", "words"), [
    ({"teams": []}, "请至少选择一个团队"), ({"attempts": "0"}, "次数应为 1 到 10"), ({"attempts": "很多"}, "可考次数"),
    ({"closes_at": "2020-01-01T00:00"}, "结束时间"),
    ({"opens_at": "昨天"}, "开始时间"), ({"paper": "nothing"}, "试卷"), ({"teams": ["999"]}, "团队"), ({"title": "长" * 101}, "名称最多")])
def test_a_bad_exam_is_refused_at_the_field_and_nothing_typed_is_lost(app: Flask, wang: FlaskClient, more: dict[str, object], words: str) -> None:
    before = count(app, Assignment)
    answer = wang.post("/assignments/new", data=exam_form(**{"title": "不能丢的名称"} | more))
    assert words in answer.text and "处需要改" in answer.text
    assert ("不能丢的名称" in answer.text or "长长长" in answer.text) and count(app, Assignment) == before


def test_an_exception_needs_a_reason_and_moves_the_running_attempt(app: Flask, wang: FlaskClient, staff: Cast, pages: Pages) -> None:
    address, form = f"/assignments/{pages.exam}/exceptions", {"who": f"p{staff.chen.id}", "extra_attempts": "0", "time_factor": "2000", "closes_at": ""}
    answer = wang.post(address, data=form)
    assert "请写明特批的原因" in answer.text and count(app, ExamException) == 0
    with app.app_context():
        before = db.session.get_one(Attempt, pages.running).deadline_at
    assert "特批已生效" in wang.post(address, data=form | {"reason": "手受伤"}, follow_redirects=True).text
    with app.app_context():
        assert db.session.get_one(Attempt, pages.running).deadline_at == before + timedelta(minutes=30)


def test_an_exam_is_withdrawn_and_restored(app: Flask, wang: FlaskClient, pages: Pages) -> None:
    assert "考试已撤销" in wang.post(f"/assignments/{pages.exam}/cancel", follow_redirects=True).text
    assert "考试已恢复" in wang.post(f"/assignments/{pages.exam}/restore", follow_redirects=True).text


def test_a_certificate_is_revoked_with_a_reason_and_the_public_page_says_so(app: Flask, wang: FlaskClient, pages: Pages) -> None:
    address = f"/certificates/{pages.certificate}/revoke"
    refused = wang.post(address, data={"reason": " "})
    assert refused.status_code == 422 and "请写明撤销的原因" in refused.text
    wang.post(address, data={"reason": "离岗"})
    public = app.test_client().get(f"/verify?mark={pages.certificate}").text
    assert "已撤销" in public and "小*" in public and "小陈" not in public and "离岗" not in public
    wang.post(f"/certificates/{pages.certificate}/restore")
    assert "有效" in app.test_client().get(f"/verify?mark={pages.certificate}").text


def test_the_public_page_knows_no_number_that_was_not_issued(app: Flask) -> None:
    assert "没有这张上岗证" in app.test_client().get("/verify?mark=SG000000").text


def test_a_certificate_comes_as_a_pdf(app: Flask, staff: Cast, pages: Pages) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    answer = client_of(app, staff.chen).get(f"/certificates/{pages.certificate}.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_the_table_is_exported_without_formulas(wang: FlaskClient) -> None:
    answer = wang.get("/team/people.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"


@pytest.mark.parametrize("address", ["/team/", "/team/people", "/assignments/", "/grading/", "/certificates"])
def test_lists_ask_the_same_number_of_questions_however_long_they_are(
        app: Flask, wang: FlaskClient, staff: Cast, pages: Pages, address: str) -> None:
    with counted(app) as short:
        wang.get(address)
    add_exams(app, staff, pages, 4)
    with counted(app) as long:
        wang.get(address)
    assert len(long) <= len(short)
    assert count(app, Certificate) == 6


@pytest.mark.parametrize(("what", "data", "words"), [
    ("override", {"points": "2.5", "reason": " "}, "请写明改分的理由"), ("override", {"points": "三", "reason": "只对一半"}, "分数请填数字"),
    ("void", {"reason": ""}, "请写明作废的理由"), ("void", {"reason": "错"}, "请写明作废的理由")])
def test_a_refused_change_of_marks_comes_back_at_its_field_with_what_was_typed(
        app: Flask, wang: FlaskClient, pages: Pages, what: str, data: dict[str, str], words: str) -> None:
    before = count(app, Grade)
    answer = wang.post(f"/team/attempts/{pages.attempt}/items/0/{what}", data=data)
    assert answer.status_code == 422 and answer.text.count(words) == 1 and 'aria-invalid="true"' in answer.text
    assert all(f'value="{value}"' in answer.text for value in data.values() if value.strip()) and count(app, Grade) == before


def test_a_late_answer_is_shown_and_accepted_with_a_reason(app: Flask, staff: Cast, wang: FlaskClient, pages: Pages) -> None:
    chen = client_of(app, staff.chen)
    with app.app_context():
        item = db.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == pages.attempt, AttemptItem.position == 4)).one()
        right = item.variant.key["right"][0]
    packet = {"client_key": "late-key-1", "base_seq": 1, "unsure": False, "raw": {"choice": [right]}}
    assert chen.put(f"/exams/attempts/{pages.attempt}/items/4", json=packet, headers={"Accept": "application/json"}).status_code == 410
    assert "迟到的答案" in wang.get(f"/team/attempts/{pages.attempt}").text
    with app.app_context():
        event = db.session.scalars(select(ResponseEvent.id).where(ResponseEvent.kind == "late_draft")).one()
    address = f"/team/attempts/{pages.attempt}/late/{event}"
    refused = wang.post(address, data={"verdict": "accept", "reason": ""})
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert "已采纳" in wang.post(address, data={"verdict": "accept", "reason": "考场断网，监考已核实"}, follow_redirects=True).text
    assert wang.post(address, data={"verdict": "leave", "reason": "再想想"}, headers={"Accept": "application/json"}).status_code == 409
    assert "考场断网" in chen.get(f"/exams/attempts/{pages.attempt}/result").text
    assert wang.post(f"/team/attempts/{pages.theirs}/late/{event}").status_code == 404
    assert wang.post(f"/team/attempts/{pages.attempt}/late/999", data={"reason": "没有的"}).status_code == 422


def test_a_team_gets_another_window_and_both_pages_say_so(app: Flask, wang: FlaskClient, staff: Cast, pages: Pages) -> None:
    page = wang.get(f"/assignments/{pages.exam}").text
    assert "全组：售后一组" in page and "全组：售前组" not in page
    with app.app_context():
        team = db.session.scalars(select(Team).where(Team.name == "售后一组")).one()
    closes = f"{datetime.now(UTC) + timedelta(days=9, hours=8):%Y-%m-%dT%H:%M}"
    form = {"who": f"t{team.id}", "extra_attempts": "0", "time_factor": "1000", "opens_at": closes, "closes_at": "", "reason": "全组出差"}
    refused = wang.post(f"/assignments/{pages.exam}/exceptions", data=form)
    assert refused.status_code == 422 and "新的开始时间应早于截止时间" in refused.text and "全组出差" in refused.text
    assert "特批已生效" in wang.post(f"/assignments/{pages.exam}/exceptions", data=form | {"opens_at": "", "closes_at": closes}, follow_redirects=True).text
    assert "售后一组（全组）" in wang.get(f"/assignments/{pages.exam}").text
    assert "全组出差" in client_of(app, staff.chen).get(f"/exams/{pages.exam}").text


def test_the_room_page_shows_the_code_only_where_one_is_asked_for(app: Flask, wang: FlaskClient, pages: Pages) -> None:
    assert wang.get(f"/assignments/{pages.exam}/room").status_code == 404
    made = wang.post("/assignments/new", data=exam_form(room_code="y", keys_visible="never")).location
    with app.app_context():
        found = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
        assert (found.room_code, found.keys_visible) == (True, "never")
        code = room_codes.code_at(app.secret_key, found.id, datetime.now(UTC))
    page = wang.get(f"{made}/room").text
    assert code[:3] in page and "秒后换新口令" in page and "考场口令" in wang.get(made).text

"""The pages and the command of regrading, and flagged certificates."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages
from trainer.extensions import db
from trainer.models import AttemptItem, Certificate, Grade, Regrade, RegradeRow, Revision

JSON = {"Accept": "application/json"}


@pytest.fixture
def zhou(app: Flask, staff: Cast) -> FlaskClient:
    return client_of(app, staff.zhou)


def flip(app: Flask, pages: Pages) -> str:
    """Publish the first red-line question of 小陈's attempt with another right option; its id."""
    with app.app_context():
        old = db.session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == pages.attempt, AttemptItem.position == 0)).one().variant.revision
        body = dict(old.body)
        body["options"] = [{"text": one["text"], "right": n == 1} | ({} if n == 1 else {"why": "记反了。"}) for n, one in enumerate(body["options"])]
        new = Revision(item=old.item, no=2, body=body, digest="flipped", state="published", created_at=datetime.now(UTC))
        db.session.add(new)
        db.session.flush()
        old.item.published_id = new.id
        db.session.commit()
        return str(body["id"])


def plan(client: FlaskClient, pages: Pages, **more: object) -> str:
    answer = client.post("/grading/regrades", data={"kind": "release", "assignments": [pages.exam], "release": 1} | more)
    assert answer.status_code == 303
    return str(answer.location)


def run(client: FlaskClient, address: str) -> None:
    while (state := client.post(f"{address}/continue", headers=JSON).json)["done"] < state["total"]:
        pass


def test_a_wrong_key_is_put_right_for_everybody(app: Flask, zhou: FlaskClient, pages: Pages) -> None:
    slug = flip(app, pages)
    address = plan(zhou, pages, questions=slug)
    assert "正在试算" in zhou.get(address).text
    run(zhou, address)
    page = zhou.get(address).text
    assert "写入新成绩" in page and "变为未通过" in page and "5→0 分" in page
    refused = zhou.post(f"{address}/commit", data={"reason": " "})
    assert refused.status_code == 422 and "请写明重新判分的原因" in refused.text
    assert zhou.post(f"{address}/commit", data={"reason": "答案写反"}).status_code == 303
    run(zhou, address)
    assert "已写入" in zhou.get(address).text
    assert zhou.post(f"{address}/export").data[:2] == b"PK"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Grade).where(Grade.source == "regrade")) >= 1
        assert db.session.scalar(select(func.count()).select_from(Certificate).where(Certificate.flagged_at.is_not(None))) >= 1


def test_without_script_the_button_goes_on(zhou: FlaskClient, pages: Pages) -> None:
    address = plan(zhou, pages)
    assert "没有一份答卷的分数会变" in zhou.post(f"{address}/continue", follow_redirects=True).text


def test_another_date_offers_no_way_to_write(zhou: FlaskClient, pages: Pages) -> None:
    address = plan(zhou, pages, kind="date", as_of="2026-11-20")
    run(zhou, address)
    page = zhou.get(address).text
    assert "补学名单" in page and "分数不变" in page and "/commit" not in page
    assert zhou.post(f"{address}/commit", data={"reason": "改吧"}).status_code == 422


@pytest.mark.parametrize(("more", "words"), [
    ({"assignments": []}, "请至少选一场考试"), ({"questions": "没有的题"}, "没有这些题目：没有的题"),
    ({"kind": "date"}, "请选择按哪一天"), ({"release": "99"}, "规则发布版本")])
def test_a_bad_plan_comes_back_with_what_was_typed(zhou: FlaskClient, pages: Pages, more: dict[str, object], words: str) -> None:
    answer = zhou.post("/grading/regrades", data={"kind": "release", "assignments": [pages.exam], "release": 1, "questions": ""} | more)
    assert answer.status_code == 422 and words in answer.text and str(more.get("questions", "")) in answer.text


def test_another_supervisors_regrade_does_not_exist(app: Flask, zhou: FlaskClient, staff: Cast, pages: Pages) -> None:
    address = plan(zhou, pages)
    wang = client_of(app, staff.wang)
    assert [wang.get(address).status_code, wang.post(f"{address}/continue").status_code, wang.post(f"{address}/commit").status_code] == [404] * 3
    assert "还没有做过重新判分" in wang.get("/grading/regrades").text


def test_a_flagged_certificate_is_kept_or_revoked_by_a_person_with_a_reason(app: Flask, staff: Cast, pages: Pages) -> None:
    wang = client_of(app, staff.wang)
    with app.app_context():
        found = db.session.scalars(select(Certificate).where(Certificate.number == pages.certificate)).one()
        found.flagged_at, found.flag_reason = datetime.now(UTC), "重新判分后未达到通过标准"
        db.session.commit()
    assert "重新判分后未达到通过标准" in wang.get("/certificates").text
    refused = wang.post(f"/certificates/{pages.certificate}/keep", data={"reason": "好"})
    assert refused.status_code == 422 and "请写明为什么保留" in refused.text and 'value="好"' in refused.text
    assert "标记已取消" in wang.post(f"/certificates/{pages.certificate}/keep", data={"reason": "差 1 分，面谈通过"}, follow_redirects=True).text


def test_the_command_does_both_halves_and_takes_an_interruption(app: Flask, pages: Pages) -> None:
    slug = flip(app, pages)
    runner = app.test_cli_runner()
    dry = runner.invoke(args=["attempts", "regrade", "--by", "T3001", "--question", slug])
    assert dry.exit_code == 0 and "没有写入" in dry.output
    with app.app_context():
        regrade_id = db.session.scalars(select(Regrade.id)).one()
        assert db.session.scalar(select(func.count()).select_from(RegradeRow).where(RegradeRow.state == "judged")) >= 1
    refused = runner.invoke(args=["attempts", "regrade", "--by", "T3001", "--resume", str(regrade_id), "--commit"])
    assert refused.exit_code != 0 and "原因" in refused.output
    done = runner.invoke(args=["attempts", "regrade", "--by", "T3001", "--resume", str(regrade_id), "--commit", "--reason", "答案写反", "--csv"])
    assert done.exit_code == 0 and "5→0 分" in done.output and "已写入" in done.output
    assert runner.invoke(args=["attempts", "regrade", "--by", "nobody", "--question", slug]).exit_code != 0

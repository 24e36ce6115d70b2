"""案例 for trainers: the list, the page of a case, its walk, trying it out, writing it, its history."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import Cast, client_of
from tests.services.desk_bank import case_body, play_solution, publish_case
from trainer.extensions import db
from trainer.models import CaseWalk, ChangeSet, ContentItem, DeskSession, Revision, User
from trainer.services.case_views import yaml_of

SLUG = "tmall_lost_parcel"
CASE = f"/authoring/cases/{SLUG}"


@pytest.fixture
def bank(app: Flask, people: Cast) -> None:
    """One published case that 小陈 finished once."""
    with app.app_context():
        session, now = db.session(), datetime.now(UTC)
        play_solution(session, session.get_one(User, people.chen.id), publish_case(session, now), 0, now)
        session.commit()


@pytest.fixture
def zhou(app: Flask, people: Cast, bank: None) -> FlaskClient:
    return client_of(app, people.zhou)


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def typed(**changes: object) -> str:
    return yaml_of({**case_body(SLUG), **changes})


def save(client: FlaskClient, text: str, then: str = "save", item: str = SLUG, base: int = 1) -> tuple[int, str]:
    answer = client.post("/authoring/cases/save", data={"text": text, "then": then, "item": item, "base": str(base)})
    return answer.status_code, answer.get_data(as_text=True)


def test_the_list_is_searched_and_counted(zhou: FlaskClient) -> None:
    assert "共 1 个案例" in page(zhou, "/authoring/cases/")
    assert "已走遍" in page(zhou, "/authoring/cases/?platform=tmall&level=1&pool=both")
    assert "没有找到案例" in page(zhou, "/authoring/cases/?q=没有的词")
    assert "没有找到案例" in page(zhou, "/authoring/cases/?platform=jd")


def test_a_case_is_drawn_with_states_deadlines_and_endings_in_words(zhou: FlaskClient) -> None:
    text = page(zhou, CASE)
    assert "<svg" in text
    assert 'class="graph-edge is-deadline"' in text
    assert "结果分 100%" in text
    assert "用表看" in text
    assert "台灯停在中转站五天" in text
    assert "孩子 25 号转学住校" in text, "the buyer's words by fact"
    assert "山里的猫" in text, "the values of every variant"


def test_a_walk_goes_on_until_every_variant_is_done_and_is_kept(app: Flask, zhou: FlaskClient) -> None:
    done = {"done": 0, "total": 1}
    for _ in range(6):
        done = zhou.post(f"{CASE}/walk", headers={"Accept": "application/json"}).get_json()
        if done["done"] == done["total"]:
            break
    assert done == {"done": 4, "total": 4}
    text = page(zhou, CASE)
    assert "种都没过" in text
    assert "走遍找到的最省走法" in page(zhou, f"{CASE}/line?which=walk&variant=2&turn=3")
    with app.app_context():
        assert {row.found["best_fen"] for row in db.session.scalars(select(CaseWalk))} == {0}


def test_scripts_are_gone_through_step_by_step(zhou: FlaskClient) -> None:
    assert "第 2 步" in page(zhou, f"{CASE}/line?which=0&variant=1&turn=2")
    assert zhou.get(f"{CASE}/line?which=9").status_code == 404
    assert zhou.get(f"{CASE}/line?which=walk").status_code == 404
    assert zhou.get(f"{CASE}/line?variant=99").status_code == 404


def test_a_try_out_counts_in_no_figure(app: Flask, zhou: FlaskClient) -> None:
    desk = zhou.post(f"{CASE}/try")
    assert desk.status_code == 303
    assert zhou.get(desk.location).status_code == 200
    with app.app_context():
        assert db.session.scalar(select(DeskSession.preview).order_by(DeskSession.id.desc()).limit(1)) is True


def test_faults_are_named_with_their_line_and_nothing_typed_is_lost(app: Flask, zhou: FlaskClient) -> None:
    text = typed(platform="tmal") + "# 我的话\n"
    status, shown = save(zhou, text)
    assert status == 422
    assert "是不是 tmall" in shown
    assert "第 3 行" in shown
    assert "# 我的话" in shown
    with app.app_context():
        assert db.session.query(Revision).count() == 1


@pytest.mark.parametrize(("text", "said"), [
    ("a: [1", "括号"), ("- 1", "字段"), ("", "字段"), (typed(id="other"), "编号不能改"), (typed(title=""), "缺少这个字段"),
])
def test_what_cannot_be_read_is_told(zhou: FlaskClient, text: str, said: str) -> None:
    status, shown = save(zhou, text)
    assert status == 422
    assert said in shown


def test_a_script_that_does_not_come_out_as_it_says_stops_publishing(zhou: FlaskClient) -> None:
    body = case_body(SLUG)
    body["solutions"][0]["passes"] = False
    status, shown = save(zhou, yaml_of(body), "publish")
    assert status == 422
    assert "实际通过了" in shown


def test_checking_keeps_nothing(app: Flask, zhou: FlaskClient) -> None:
    status, shown = save(zhou, typed(title="新题目"), "check")
    assert status == 200
    assert "没有问题" in shown
    with app.app_context():
        assert db.session.query(Revision).count() == 1


def test_a_draft_is_kept_compared_and_published_as_a_change_set(app: Flask, zhou: FlaskClient) -> None:
    assert save(zhou, typed(title="新题目"))[0] == 303
    assert "草稿" in page(zhou, CASE)
    assert f'href="{CASE}"' in page(zhou, "/authoring/"), "the draft is named on the first page"
    history = page(zhou, f"{CASE}/history?no=2&against=1")
    assert "title: 新题目" in history
    assert "加 1 行，去 1 行" in history
    assert zhou.post(f"{CASE}/publish").status_code == 303
    with app.app_context():
        item = db.session.scalars(select(ContentItem)).one()
        assert item.published is not None
        assert (item.published.no, item.title) == (2, "新题目")
        assert db.session.scalar(select(ChangeSet.title)) == "案例：新题目"


def test_a_newer_revision_of_somebody_else_is_not_overwritten_unseen(zhou: FlaskClient) -> None:
    save(zhou, typed(title="同事改的"))
    status, shown = save(zhou, typed(title="我改的"), base=1)
    assert status == 422
    assert "别人又存了第 2 版" in shown
    assert "我改的" in shown
    assert save(zhou, typed(title="我改的"), base=2)[0] == 303


def test_a_new_case_starts_from_another_under_an_id_of_its_own(zhou: FlaskClient) -> None:
    assert f"id: {SLUG}_2" in page(zhou, f"/authoring/cases/new?from={SLUG}")
    assert save(zhou, typed(), item="", base=0)[0] == 422, "the id is taken"
    assert save(zhou, typed(id="tmall_new"), "publish", item="", base=0)[0] == 303
    assert "已发布" in page(zhou, "/authoring/cases/?q=tmall_new")


def test_a_case_is_retired_and_restored(zhou: FlaskClient) -> None:
    zhou.post(f"{CASE}/retire")
    assert "已停用" in page(zhou, CASE)
    zhou.post(f"{CASE}/restore")
    assert "已停用" not in page(zhou, CASE)


def test_a_case_that_is_not_there_is_not_found(zhou: FlaskClient) -> None:
    for address in ("/authoring/cases/nothing", "/authoring/cases/nothing/edit", "/authoring/cases/new", f"{CASE}/history?no=9"):
        assert zhou.get(address).status_code == 404
    assert zhou.post("/authoring/cases/nothing/walk").status_code == 404

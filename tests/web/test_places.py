"""The places of a running attempt: what is kept for everybody shows the same as what is rendered for one."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.exam_pages import Pages
from trainer.web.exams import places

OPTIONS = {"options": [{"id": name, "text": f"选项 **{name}** <b>"} for name in "abc"]}
SHOWN: dict[str, dict[str, Any]] = {
    "single": {"stem": "多久发货？", **OPTIONS}, "multiple": {"stem": "哪些对？", "buyer": "在吗", **OPTIONS},
    "ordering": {"stem": "排好", "steps": [{"id": name, "text": f"第 {name} 步"} for name in "abcd"]},
    "scripted_reply": {"stem": "回复", "length": [5, 200]}, "numeric": {"stem": "多少", "unit": "元"},
}


def item(kind: str, position: int, **more: Any) -> dict[str, Any]:
    shown = SHOWN[kind]
    return {"id": 1, "position": position, "kind": "question", "type": kind, "section": "规则 <一>", "worth": 2500, "open_book": kind == "single",
            "seq": 0, "unsure": False, "answer": {}, "lookup_seconds": 0, "shown": shown, "face": ("digest", kind),
            "parts": list(reversed(shown.get("options") or shown.get("steps") or []))} | more


@pytest.mark.parametrize("kind", sorted(SHOWN))
def test_a_kept_place_is_the_same_as_one_rendered_by_itself(app: Flask, kind: str) -> None:
    places._kept.clear()
    items = [item(kind, 0), item(kind, 1), item(kind, 2, parts=list(reversed(item(kind, 2)["parts"]))), item(kind, 3, answer={"choice": "a"}, seq=1)]
    with app.test_request_context():
        macros: Any = app.jinja_env.get_template("exams/_place.html").module
        alone = [macros.place(one, one["position"], one["position"] + 1, 4, " hidden" if one["position"] else "") for one in items]
        assert places.places_html(items, 1) == alone
    assert len(places._kept) == 1 + len(items[0]["parts"]), "the place and its parts, each once"


def test_what_cites_a_rule_is_not_kept() -> None:
    assert places._rendered("cites", lambda: '<a data-rule="a.b">') and "cites" not in places._kept


def test_many_places_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST", 2)
    for number in range(5):
        places._rendered(number, str)
    assert len(places._kept) <= 2


def test_the_page_shows_places_with_and_without_an_answer(app: Flask, staff: Any, pages: Pages, client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = staff.chen.get_id()
    client.put(f"/exams/attempts/{pages.running}/items/1", json={"client_key": "client-key-1", "base_seq": 0, "raw": {"choice": ["a"]}})
    page = client.get(f"/exams/attempts/{pages.running}").text
    assert page.count("<section class=\"exam-item\"") == 6 == page.count("data-kind=\"question\"")
    assert page.count(" checked") == 1 and page.count('data-seq="1"') == 1 and "@" not in page.split("<form")[1].split("</form>")[0]

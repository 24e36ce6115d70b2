"""Papers and lessons as forms: the shipped ones come back whole, rows change in place, flaws in plain words."""

from pathlib import Path
from typing import Any

import pytest

from trainer.bank.drawing import short_places
from trainer.content import Flaw, Lesson, Paper
from trainer.content.yamltext import read_yaml
from trainer.services import lesson_forms, paper_forms
from trainer.services.paper_remarks import remark_of

BANK = Path(__file__).parents[2] / "question_bank"
PAPERS = sorted((BANK / "papers").glob("*.yaml"))


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_a_shipped_paper_comes_back_from_its_form_as_it_was(path: Path) -> None:
    paper = Paper.from_dict(read_yaml(path.read_text(encoding="utf-8")).value)
    assert Paper.from_dict(paper_forms.body_of(paper_forms.form_of(paper.to_dict()))) == paper


def test_every_option_of_a_paper_passes_through_its_form() -> None:
    body: dict[str, Any] = {
        "id": "all", "title": "全", "platforms": ["jd"], "post": "presale", "certifying": True, "as_of": "2014-06-01", "minutes": 9, "intro": "甲\n\n乙",
        "sections": [
            {"id": "a", "title": "一", "kind": "questions", "red_line": True, "open_book": True, "shuffle": {"items": False, "options": True}, "note": "话",
             "draws": [{"topics": ["freight"], "systems": [3, 4], "types": ["single"], "difficulty": [1, 3], "platforms": ["jd"], "posts": ["presale"],
                        "red_line": False, "open_book": True, "count": 2, "marks": 2.5}, {"questions": ["x", "y"], "count": 1, "marks": 4}],
             "pass": {"marks": 5}},
            {"id": "b", "title": "二", "kind": "case", "cases": ["p", "q"], "count": 1, "marks": 20, "pass": "all_right"}],
        "pass": {"percent": 80}, "attempts": 3, "cooldown_hours": 5, "show": {"marks": "final", "keys": "never"},
        "no_paste": True, "room_code": True,
        "certificate": {"valid_months": 6, "category": "女装", "requires": {"lessons": ["l"], "papers": ["p"], "cases": ["c"]}, "statement": "内部"},
        "note": "话"}
    assert Paper.from_dict(paper_forms.body_of(paper_forms.form_of(body))).to_dict() == body


def test_a_shipped_lesson_comes_back_from_its_form_as_it_was() -> None:
    for path in (BANK / "lessons").glob("*.md"):
        _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
        lesson = Lesson.from_dict(read_yaml(front).value | {"text": text})
        assert Lesson.from_dict(lesson_forms.body_of(lesson_forms.form_of(lesson.to_dict()))).to_dict() == lesson.to_dict()


def test_sections_and_rows_are_added_moved_and_taken_out() -> None:
    form, focus = paper_forms.changed(paper_forms.empty_form(), "add-section")
    assert ([one["id"] for one in form["sections"]], focus) == (["part_1", "part_2"], "s1-title")
    form, _ = paper_forms.changed(form, "up-section-1")
    form, focus = paper_forms.changed(form, "add-draw-0")
    assert ([one["id"] for one in form["sections"]], len(form["sections"][0]["draws"]), focus) == (["part_2", "part_1"], 2, "s0-d1-count")
    form, _ = paper_forms.changed(form, "remove-section-0")
    form, focus = paper_forms.changed(form, "remove-draw-0-0")
    assert ([one["id"] for one in form["sections"]], form["sections"][0]["draws"], focus) == (["part_1"], [], "s0-title")
    form, _ = paper_forms.changed(form, "add-case")
    assert form["sections"][1] | {"id": ""} == paper_forms.empty_section(form, "case") | {"id": ""}


@pytest.mark.parametrize("deed", ["up-section-0", "down-section-0", "remove-section-7", "add-draw-7", "remove-draw-0-9", "drop-everything", "add-draw"])
def test_a_deed_that_means_nothing_here_changes_nothing(deed: str) -> None:
    form = paper_forms.empty_form()
    assert paper_forms.changed(form, deed)[0] == form


def test_a_flaw_is_told_at_its_field_and_without_the_file_format() -> None:
    form = paper_forms.empty_form()
    remark = remark_of(Flaw(("sections", 0, "draws", 0, "count"), "缺少这个字段", "请写上 count（1 到 200 的整数）。"), form)
    assert (remark.field, remark.where, remark.message) == ("s0-d0-count", "第 1 部分 第 1 行抽题 题数", "还没有填")
    assert "count" not in remark.remedy


def test_a_place_counts_what_earlier_places_may_take_from_it() -> None:
    assert short_places([({"a", "b", "c"}, 2), ({"b", "c"}, 1), ({"d"}, 1)]) == [0, 1, 0]

"""The graph of a case, its drawing, conditions in words."""

from functools import lru_cache

import pytest

from tests.services.desk_bank import BANK, case_body
from trainer.roleplay import Scene, load_case, make_scene
from trainer.roleplay.files import load_cases
from trainer.roleplay.ruling import RulebookJudge
from trainer.rules import Rulebook
from trainer.services.case_graph import case_graph, lay_out, wrap
from trainer.services.case_words import condition_words
from trainer.services.graph_layout import Box, Link, draw, spread
from trainer.web.marked_text import ACTS


@lru_cache
def judge() -> RulebookJudge:
    return RulebookJudge(Rulebook.load(BANK / "rulebook"))


def scene(slug: str) -> Scene:
    return make_scene(load_case(case_body(slug)), 0, judge())


def test_the_graph_names_states_moves_deadlines_and_endings() -> None:
    graph = case_graph(scene("taobao_seven_day_refusal"), ACTS)
    ways = {(edge.source, edge.kind, edge.target) for edge in graph.edges}
    assert graph.first == "requested"
    assert ("requested", "move", "refused") in ways
    assert ("requested", "deadline", "agreed_return") in ways
    assert any(edge.kind == "end" and graph.nodes[edge.target].kind == "ok" for edge in graph.edges)


def test_what_a_case_cannot_come_to_is_left_out() -> None:
    assert "return_sent" not in case_graph(scene("tmall_lost_parcel"), ACTS).nodes


@pytest.mark.parametrize("slug", sorted(path.stem for path in (BANK / "cases").glob("*.yaml")))
def test_every_case_of_the_bank_is_drawn_with_all_endings_and_no_boxes_overlap(slug: str) -> None:
    graph = case_graph(scene(slug), ACTS)
    shown = lay_out(graph)
    assert {f"end:{outcome.id}" for outcome in scene(slug).case.outcomes} <= {node.id for node, _, _ in shown.nodes}
    boxes = [place for _, place, _ in shown.nodes] + [place for *_, place in shown.edges if place]
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            apart = abs(one.x - other.x) * 2 >= one.box.width + other.box.width or abs(one.y - other.y) * 2 >= one.box.height + other.box.height
            assert apart, (one, other)


def test_boxes_stand_as_near_to_their_wish_as_they_can() -> None:
    assert spread([0, 0], [20, 20]) == [-19, 19]
    assert spread([0, 500], [20, 20]) == [0, 500]


def test_a_link_back_is_drawn_upwards() -> None:
    nodes = [Box("a", 20, 10), Box("b", 20, 10)]
    drawing = draw(nodes, [Link("a", "b"), Link("b", "a")], "a")
    assert drawing.boxes["a"].y < drawing.boxes["b"].y
    assert float(drawing.paths[1].split("C")[0].split(" ")[1]) > drawing.boxes["a"].y


def test_lines_are_even_and_lose_nothing() -> None:
    text = "到期：卖家一直不处理，系统按同意处理"
    assert "".join(wrap(text, 9)) == text
    assert len(wrap(text, 9)) == 2


def test_conditions_are_told_in_words() -> None:
    case = load_case(case_body("tmall_lost_parcel"))
    assert condition_words(case, {"flow": "refunded", "not": {"any": [{"happened": "intervention"}]}}, ACTS) == "退款成功，没有平台介入了"
    assert condition_words(case, {"first": ["look:parcel", "reply"]}, ACTS) == "先查看「物流」再回复"
    assert condition_words(case, {"done": "work_order:courier"}, ACTS) == "提交工单「快递」"
    assert condition_words(case, None, ACTS) == ""


def test_no_condition_of_the_bank_is_left_untold() -> None:
    """A word that stands for nothing would be shown as it is written."""
    told = [condition_words(case, outcome.get("when"), ACTS) for case in load_cases(BANK / "cases").values() for outcome in case.raw["outcomes"]]
    assert [words for words in told if any(f"{name}_" in words for name in ("offer", "work", "contact", "submitted"))] == []

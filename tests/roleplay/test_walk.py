from collections.abc import Callable
from pathlib import Path

import pytest

from tests.roleplay.conftest import CASES
from trainer.roleplay import Scene, State, judge, open_case, step
from trainer.roleplay.bots import BOTS
from trainer.roleplay.case import variant_count
from trainer.roleplay.files import CaseFileError, load_cases, read_lock
from trainer.roleplay.walk import best_line, walk

IDS = sorted(path.stem for path in CASES.glob("*.yaml"))


@pytest.mark.parametrize("case_id", IDS)
def test_the_best_line_can_be_replayed_and_passes_at_its_cost(scene_of: Callable[..., Scene], case_id: str) -> None:
    scene = scene_of(case_id)
    found = best_line(scene, limit=8000)
    assert found.best_cost is not None
    state, _ = open_case(scene)
    for move, heard in found.line:
        state, _ = step(scene, state, move, heard)
    ended = judge(scene, state)
    assert ended.passed
    assert ended.cost == found.best_cost


def test_a_walk_reaches_several_endings_and_no_dead_end(scene_of: Callable[..., Scene]) -> None:
    found = walk(scene_of("tmall_lost_parcel"))
    assert found.complete
    assert found.dead_ends == 0
    assert {name for name, _ in found.endings} >= {"refunded", "open"}


def test_the_lock_holds_the_best_cost_of_every_variant(scene_of: Callable[..., Scene]) -> None:
    lock = read_lock(CASES)
    assert sorted(lock) == IDS
    for case_id in IDS:
        scene = scene_of(case_id)
        assert lock[case_id]["digest"] == scene.digest, f"{case_id} 改过了，请运行 flask cases walk --lock {case_id}"
        assert len(lock[case_id]["best"]) == variant_count(scene.case.raw)


def test_a_bad_case_file_is_told_with_line_and_remedy(tmp_path: Path) -> None:
    text = (CASES / "tmall_lost_parcel.yaml").read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace("level: 1", "level: 9").replace("{flow: refunded}", "{flo: x}"),
                                     encoding="utf-8")
    with pytest.raises(CaseFileError) as caught:
        load_cases(tmp_path)
    assert "bad.yaml:4" in str(caught.value)
    assert "条件里没有“flo”" in str(caught.value)


@pytest.mark.parametrize("old, new, told", [
    ("when: {known: parcel_lost}", "when: {known: parcel_losst}", "「parcel_losst」"),
    ("after: contact_courier", "after: contact_curier", "「contact_curier」"),
    ("flow: apply", "flow: aply", "「aply」"),
    ("{done: reship}", "{done: reshipp}", "「reshipp」"),
])
def test_a_word_that_stands_for_nothing_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = (CASES / "tmall_lost_parcel.yaml").read_text(encoding="utf-8")
    (tmp_path / "case.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseFileError, match=told):
        load_cases(tmp_path)


def test_every_bot_of_the_contract_is_there() -> None:
    assert {bot.name for bot in BOTS} == {"silent", "agree_all", "refuse_all", "escalate_all", "parrot", "template",
                                          "keyword_salad", "briber", "polite_agree", "template_escalate", "hawker", "random"}
    assert State().flow == "none"

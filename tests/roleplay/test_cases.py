"""Every shipped case with the real rulebook and the real reply checks."""

from collections import Counter

import pytest

from tests.roleplay.conftest import CASES
from trainer.roleplay import Case, Move, make_scene, open_case, play, report, step, variant_count
from trainer.roleplay.bots import BOTS, FOREIGN, Result, run_all, run_bot, run_foreign
from trainer.roleplay.ear import rulebook_ear
from trainer.roleplay.engine import running
from trainer.roleplay.files import load_cases
from trainer.roleplay.play import Ear
from trainer.roleplay.ruling import RulebookJudge
from trainer.rules import Rulebook

IDS = sorted(path.stem for path in CASES.glob("*.yaml"))


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook.load(CASES.parent / "rulebook")


@pytest.fixture(scope="module")
def ear(rulebook: Rulebook) -> Ear:
    return rulebook_ear(rulebook)


def cited(case: Case) -> set[str]:
    parts = (*case.acts, *case.checks, *case.forbidden, *case.outcomes)
    return {part.rule for part in parts if part.rule}


@pytest.mark.parametrize("case_id", IDS)
def test_every_solution_does_what_it_says_on_every_variant(cases: dict[str, Case], rulebook: Rulebook, ear: Ear,
                                                           case_id: str) -> None:
    for seed in range(variant_count(cases[case_id].raw)):
        scene = make_scene(cases[case_id], seed, RulebookJudge(rulebook))
        for solution in scene.case.solutions:
            played = play(scene, solution.moves, ear)
            found = report(scene, played.state, played.events)
            refused = [event["text"] for event in played.events if event["kind"] == "refused"]
            lost = [(mark.what, mark.points, mark.of, mark.why) for mark in found.marks if mark.points < mark.of]
            assert found.passed is solution.passes, (seed, solution.title, found.score, lost, refused)
            assert not (solution.passes and refused), (seed, solution.title, refused)


@pytest.mark.parametrize("case_id", IDS)
def test_every_rule_that_a_case_cites_is_in_the_rulebook(cases: dict[str, Case], rulebook: Rulebook, case_id: str) -> None:
    assert cited(cases[case_id]) <= set(rulebook.rules)


def test_deadlines_of_a_case_come_from_the_rulebook(cases: dict[str, Case], rulebook: Rulebook) -> None:
    scene = make_scene(cases["tmall_lost_parcel"], 0, RulebookJudge(rulebook))
    state, _ = open_case(scene)
    assert [(one["name"], one["at"]) for one in running(scene, state)] == [("auto_confirm", "2026-11-25T16:20:00+08:00")]


@pytest.mark.parametrize("seed, at", [
    (0, "2026-11-21T15:00:00+08:00"), (1, "2026-11-20T20:00:00+08:00"),
    (2, "2026-11-20T16:40:00+08:00"), (3, "2026-11-21T09:10:00+08:00"),
])
def test_on_douyin_the_earlier_of_two_clocks_runs(cases: dict[str, Case], rulebook: Rulebook, seed: int, at: str) -> None:
    scene = make_scene(cases["douyin_refund_clock"], seed, RulebookJudge(rulebook))
    state, _ = open_case(scene)
    assert [(one["name"], one["at"]) for one in running(scene, state)] == [("overdue", at)]
    deadline = scene.deadline("overdue", state)
    assert deadline is not None
    late, _ = step(scene, state, Move("wait", {"minutes": deadline.minute + 1}))
    assert "deadline:overdue" in {slip.code for slip in late.slips}


def too_many(results: list[Result]) -> dict[str, int]:
    """The bots that pass more than one case in twenty."""
    played = Counter(result.bot for result in results)
    passed = Counter(result.bot for result in results if result.passed)
    assert set(played) == {bot.name for bot in BOTS} | {FOREIGN}
    return {bot: count for bot, count in passed.items() if count > played[bot] * 0.05}


def test_no_bot_passes_more_than_one_case_in_twenty(rulebook: Rulebook, ear: Ear) -> None:
    scenes = [make_scene(case, 0, RulebookJudge(rulebook)) for case in load_cases(CASES).values()]
    results = [run_bot(scene, bot, ear) for scene in scenes for bot in BOTS]
    for scene, other in zip(scenes, (*scenes[1:], scenes[0]), strict=True):  # all of them against all in the slow test
        results += [run_foreign(scene, one.moves, ear) for one in other.case.solutions if one.passes]
    assert too_many(results) == {}


@pytest.mark.slow
def test_no_solution_passes_in_more_than_one_other_case_in_twenty(rulebook: Rulebook, ear: Ear) -> None:
    scenes = [make_scene(case, 0, RulebookJudge(rulebook)) for case in load_cases(CASES).values()]
    assert too_many(run_all(scenes, ear)) == {}

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.roleplay.conftest import TimerJudge, hear_marks
from trainer.roleplay import Case, Heard, Move, Scene, State, make_scene, open_case, parse_move, play, report, step
from trainer.roleplay.moves import EVIDENCE, PANELS
from trainer.roleplay.play import play_and_report
from trainer.roleplay.scoring import judge

IDS = ("tmall_lost_parcel", "taobao_seven_day_refusal")
SAID = st.sampled_from(["[apologise]", "[ask_problem]", "[contact_courier][state_deadline]", "[offer_refund]", "[!abuse]",
                        "[explain_rule][offer_return]", "[offer_reship][state_deadline]", "[!curt]", "没有要点的话"])
MOVES = st.one_of(
    SAID.map(lambda text: {"move": "reply", "text": text}),
    st.sampled_from(sorted(PANELS)).map(lambda panel: {"move": "look", "panel": panel}),
    st.sampled_from(sorted(EVIDENCE)).map(lambda kind: {"move": "request_evidence", "kind": kind}),
    st.integers(1, 4000).map(lambda minutes: {"move": "wait", "minutes": minutes}),
    st.sampled_from(["owed", "demanded", "cap", "zero"]).map(lambda amount: {"move": "agree_refund", "amount": amount}),
    st.integers(1, 30000).map(lambda fen: {"move": "small_payment", "amount": f"{fen / 100:.2f}"}),
    st.sampled_from([{"move": name} for name in (
        "agree_return", "reship", "contact_courier", "contact_warehouse", "escalate", "intercept", "invite_review")]),
    st.sampled_from([{"move": "refuse", "reason": "不行"}, {"move": "work_order", "to": "courier", "text": "理赔"},
                     {"move": "confirm_return_received", "state": "intact"}, {"move": "extend_receipt", "days": 3},
                     {"move": "confirm_return_received", "state": "damaged"}, {"move": "finish"},
                     {"move": "submit_evidence", "kinds": ["chat"]}, {"move": "transfer", "group": "售后"}]),
)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def walk_through(scene: Scene, script: list[dict[str, Any]]) -> list[tuple[State, list[dict[str, Any]], State]]:
    state, _ = open_case(scene)
    steps = []
    for raw in script:
        move = parse_move(raw)
        heard = hear_marks(scene, state, str(raw["text"])) if move.name == "reply" else Heard()
        after, events = step(scene, state, move, heard)
        steps.append((state, events, after))
        state = after
    return steps


@QUICK
@given(case_id=st.sampled_from(IDS), seed=st.integers(0, 9), script=st.lists(MOVES, max_size=14))
def test_whatever_is_played_time_runs_on_and_money_is_conserved(cases: dict[str, Case], case_id: str, seed: int,
                                                                script: list[dict[str, Any]]) -> None:
    scene = make_scene(cases[case_id], seed, TimerJudge())
    for before, events, after in walk_through(scene, script):
        assert after.at >= before.at
        assert sum(after.balances().values()) == 0
        assert all(entry.fen > 0 for entry in after.ledger)
        assert [event["at"] for event in events] == sorted(event["at"] for event in events)
        assert State.from_dict(after.to_dict()) == after
        if events and events[0]["kind"] == "refused":
            assert after is before
        found = judge(scene, after)
        assert 0 <= found.score <= 1000
        assert found.cost >= 0


@QUICK
@given(case_id=st.sampled_from(IDS), seed=st.integers(0, 99), script=st.lists(MOVES, max_size=10))
def test_the_same_seed_gives_the_same_transcript(cases: dict[str, Case], case_id: str, seed: int,
                                                 script: list[dict[str, Any]]) -> None:
    one, two = (play(make_scene(cases[case_id], seed, TimerJudge()), script, hear_marks) for _ in range(2))
    assert one == two


def test_the_transcript_of_a_seed_is_the_same_on_every_machine(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of("tmall_lost_parcel", 1)
    played = play(scene, [{"move": "reply", "text": "[!abuse]"}, {"move": "wait", "minutes": 60}], hear_marks)
    said = [event["text"] for event in played.events if event["who"] == "buyer"][2:]
    assert said == SAID_BY_SEED_1


def test_other_seeds_bring_other_words(scene_of: Callable[..., Scene]) -> None:
    script = [{"move": "reply", "text": "[!abuse]"}, {"move": "wait", "minutes": 60}]
    told = {tuple(event["text"] for event in play(scene_of("tmall_lost_parcel", seed), script, hear_marks).events)
            for seed in range(8)}
    assert len(told) >= 4


@pytest.mark.parametrize("case_id", IDS)
def test_marks_add_up_and_cite_their_turn(scene_of: Callable[..., Scene], case_id: str) -> None:
    scene = scene_of(case_id)
    script = [{"move": "look", "panel": "parcel"}, {"move": "reply", "text": "[apologise][!shift_blame]"},
              {"move": "finish"}]
    found = play_and_report(scene, script, hear_marks)
    assert found.score == max(0, sum(mark.points for mark in found.marks))
    blamed = next(mark for mark in found.marks if mark.what == "推卸责任")
    assert (blamed.turn, blamed.rule) == (2, "some.rule")


def test_the_json_has_the_keys_of_the_contract(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of("tmall_lost_parcel")
    state, events = open_case(scene)
    shown = report(scene, state, events, 0).to_dict()
    assert list(shown) == ["case", "seed", "end_state", "score", "passed", "marks", "cost", "best_cost", "transcript"]
    assert set(shown["marks"][0]) == {"what", "points", "of", "turn", "rule", "why"}
    assert set(shown["transcript"][0]) == {"at", "who", "text"}
    assert Move("finish").to_dict() == {"move": "finish"}


SAID_BY_SEED_1 = [
    "你这什么态度？",
    "那包裹现在在哪？你们查了吗？",
    "在吗在吗",
    "你们是不是打算一直装死",
    "我自己点申请了",
    "提交了「仅退款」申请，金额 239.00 元",
]

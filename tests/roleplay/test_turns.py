"""A turn of several bubbles: held back, taken back, and what its quick phrases left open."""

from collections.abc import Callable

import pytest

from trainer.roleplay import Fault, Heard, Move, Scene, State, open_case, parse_move, step
from trainer.roleplay.quick_phrases import Phrase, other_names, phrase_faults
from trainer.roleplay.step import catch_up, pass_time


@pytest.fixture
def scene(scene_of: Callable[..., Scene]) -> Scene:
    return scene_of("tmall_lost_parcel")


def bubble(scene: Scene, state: State, text: str, *acts: str, fault: str = "", hold: bool = True) -> State:
    heard = Heard(frozenset(acts), (Fault(fault),) if fault else ())
    return step(scene, state, Move("reply", {"text": text, "hold": hold}), heard)[0]


def test_the_buyer_lets_a_held_turn_be_finished(scene: Scene) -> None:
    state, _ = open_case(scene)
    state = bubble(scene, state, "在的", "greet")
    assert state.open_texts == ("在的",)
    after, events = step(scene, state, Move("reply", {"text": "我查一下"}), Heard(frozenset({"greet", "apologise"})))
    assert after.open_texts == ()
    assert "buyer" in [event["who"] for event in events]
    assert after.mood == state.mood + 1


def test_a_held_turn_left_alone_is_answered_after_a_while(scene: Scene) -> None:
    state = bubble(scene, open_case(scene)[0], "非常抱歉", "apologise")
    after, events = step(scene, state, Move("look", {"panel": "parcel"}))
    after, events = step(scene, after, Move("look", {"panel": "stock"}))
    assert [event["who"] for event in events if event["kind"] == "say"] == ["buyer"] * len(
        [event for event in events if event["kind"] == "say"])
    assert (after.open_texts, after.held) == ((), ())


def test_taking_a_bubble_back_takes_back_what_it_said(scene: Scene) -> None:
    first, _ = open_case(scene)
    one = bubble(scene, first, "您好", "greet")
    two = bubble(scene, one, "您找快递去", "greet", fault="shift_blame")
    assert [slip.code for slip in two.slips] == ["shift_blame"]
    back, events = step(scene, two, Move("recall"), Heard(frozenset({"greet"})))
    assert (back.slips, set(back.acts), back.open_texts) == ((), {"greet"}, ("您好",))
    assert events[0]["kind"] == "recall"
    none, _ = step(scene, back, Move("recall"))
    assert (none.acts, none.open_texts, none.waiting_since) == ({}, (), first.waiting_since)


def test_a_red_line_stays_on_record_when_taken_back(scene: Scene) -> None:
    state = bubble(scene, open_case(scene)[0], "加我微信", fault="off_platform_contact")
    state, _ = step(scene, state, Move("recall"))
    assert [slip.code for slip in state.slips] == ["off_platform_contact"]


def test_nothing_is_taken_back_after_two_minutes_or_an_answer(scene: Scene) -> None:
    state, _ = open_case(scene)
    assert "撤回" in step(scene, state, Move("recall"))[1][0]["text"]
    answered = bubble(scene, state, "您好", "greet", hold=False)
    assert step(scene, answered, Move("recall"))[0] is answered
    old = bubble(scene, state, "您好", "greet")
    old.at += 3
    assert "超过两分钟" in step(scene, old, Move("recall"))[1][0]["text"]


def test_time_passes_for_a_buyer_who_waits_while_another_is_served(scene: Scene) -> None:
    state, _ = open_case(scene)
    same = catch_up(scene, state, 1)
    assert (same.at, same.n) == (1, 0)
    assert catch_up(scene, state, 60) is state
    after, events = pass_time(scene, state, 60)
    assert (after.at, after.n, events[0]["kind"]) == (60, 1, "passed")
    assert "buyer" in [event["who"] for event in events]
    assert State.from_dict(after.to_dict()) == after


def test_a_real_clock_takes_no_minutes_for_a_move(scene: Scene) -> None:
    state, _ = open_case(scene)
    assert step(scene, state, parse_move({"move": "look", "panel": "order"}), takes=0)[0].at == 0


@pytest.mark.parametrize("text, last, code", [
    ("{昵称}，您的订单{时限}前发出", "", "unfilled_variable"), ("小明您好，马上给您查", "", "wrong_name"),
    ("这边马上给您核实一下哦", "这边马上给您核实一下哦", "repeated_phrase"),
    ("亲，您的宝贝正在办理入库，稍等几天就发。", "", "stale_phrase"),
])
def test_slips_of_quick_phrases(text: str, last: str, code: str) -> None:
    pack = (Phrase("rk", "亲，您的宝贝正在办理入库，稍等几天就发。", "stale"), Phrase("sd", "稍等，我查一下", "ok"))
    assert code in {fault["code"] for fault in phrase_faults(text, last, {"小明"}, pack)}


def test_a_forbidden_phrase_counts_once() -> None:
    pack = (Phrase("jy", "这样吧，您不退货，我给您返十块，评价写五星。", "forbidden"),)
    assert [one["code"] for one in phrase_faults(pack[0].text, "", set(), pack)] == ["forbidden_phrase"]
    assert phrase_faults(pack[0].text, "", set(), pack, blamed=True) == []


@pytest.mark.parametrize("text, last", [("您好，稍等，我查一下", "您好"), ("好的", "好的"), ("满300减30", "")])
def test_plain_words_are_no_slip(text: str, last: str) -> None:
    assert phrase_faults(text, last, {"小明"}, (Phrase("sd", "稍等，我查一下", "ok"),)) == []


def test_the_names_of_other_buyers_are_wrong_names(scene: Scene) -> None:
    names = other_names(scene.case, ["隔壁老王"])
    assert "隔壁老王" in names
    assert scene.case.buyer.nick not in names

from collections.abc import Callable
from typing import Any

import pytest

from tests.roleplay.conftest import hear_marks
from trainer.roleplay import Heard, Move, Scene, State, allowed, open_case, parse_move, step
from trainer.roleplay.engine import running
from trainer.roleplay.flow import DEADLINES, FLOW, FLOWS

LOST, SEVEN = "tmall_lost_parcel", "taobao_seven_day_refusal"


def run(scene: Scene, *moves: Any) -> tuple[State, list[dict[str, Any]]]:
    """The state and all events after some moves; a text is a reply with its acts in brackets."""
    state, events = open_case(scene)
    for raw in moves:
        move = Move("reply", {"text": raw}) if isinstance(raw, str) else parse_move(raw)
        heard = hear_marks(scene, state, raw) if isinstance(raw, str) else None
        state, more = step(scene, state, move, heard)
        events = events + more
    return state, events


def texts(events: list[dict[str, Any]], who: str) -> list[str]:
    return [event["text"] for event in events if event["who"] == who]


def test_the_table_names_only_known_states_and_deadlines() -> None:
    for row in FLOW:
        assert {row.state, row.next} <= set(FLOWS)
        assert set(row.deadlines) <= set(DEADLINES)


def test_a_move_that_is_not_allowed_changes_nothing_and_names_those_that_are(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(LOST)
    state, _ = open_case(scene)
    before = state.to_dict()
    after, events = step(scene, state, Move("agree_refund", {"amount": 16800}))
    assert after is state
    assert state.to_dict() == before
    assert events[0]["kind"] == "refused"
    assert "退款申请" in events[0]["text"]
    assert "look" in events[0]["allowed"]
    assert "agree_refund" not in events[0]["allowed"]


def test_a_step_leaves_the_given_state_alone(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(LOST)
    state, _ = open_case(scene)
    before = state.to_dict()
    step(scene, state, Move("reply", {"text": "…"}), Heard(frozenset({"apologise", "ask_problem"})))
    assert state.to_dict() == before


def test_looking_finds_what_the_panel_holds(scene_of: Callable[..., Scene]) -> None:
    state, events = run(scene_of(LOST), {"move": "look", "panel": "parcel"})
    assert "parcel_stuck" in state.known
    assert any("华东转运中心" in text for text in texts(events, "system"))


def test_the_buyer_answers_what_is_asked_and_only_once(scene_of: Callable[..., Scene]) -> None:
    state, events = run(scene_of(LOST), "[ask_problem]", "[ask_problem]")
    assert "need_by" in state.known
    assert sum("25 号转学" in text for text in texts(events, "buyer")) == 1


def test_the_courier_answers_after_its_time(scene_of: Callable[..., Scene]) -> None:
    early, _ = run(scene_of(LOST), {"move": "contact_courier"}, {"move": "wait", "minutes": 87})
    late, _ = run(scene_of(LOST), {"move": "contact_courier"}, {"move": "wait", "minutes": 88})
    assert "parcel_lost" not in early.known
    assert "parcel_lost" in late.known


def test_asking_the_courier_again_while_it_looks_is_refused(scene_of: Callable[..., Scene]) -> None:
    _, events = run(scene_of(LOST), {"move": "contact_courier"}, {"move": "contact_courier"})
    assert "还没有回话" in events[-1]["text"]


def test_an_offered_refund_makes_the_buyer_apply_and_only_then_can_it_be_agreed(scene_of: Callable[..., Scene]) -> None:
    state, _ = run(scene_of(LOST), "[offer_refund]")
    assert state.flow == "requested"
    state, _ = run(scene_of(LOST), "[offer_refund]", {"move": "agree_refund", "amount": 168})
    assert state.flow == "refunded"
    assert state.balances() == {"buyer": 16800, "shop": -16800, "carrier": 0, "platform": 0}


def test_another_amount_than_applied_for_is_refused(scene_of: Callable[..., Scene]) -> None:
    state, events = run(scene_of(LOST), "[offer_refund]", {"move": "agree_refund", "amount": 100})
    assert state.flow == "requested"
    assert "168.00" in events[-1]["text"]


def test_the_buyer_takes_a_new_parcel_only_when_it_can_be_there_in_time(scene_of: Callable[..., Scene]) -> None:
    vague, _ = run(scene_of(LOST), "[offer_reship]")
    look = {"move": "look", "panel": "stock"}
    sure, _ = run(scene_of(LOST), look, "[ask_problem]", "[offer_reship][state_deadline]")
    assert "offer_reship" not in vague.agreed
    assert "offer_reship" in sure.agreed


def test_reshipping_without_consent_is_refused(scene_of: Callable[..., Scene]) -> None:
    _, events = run(scene_of(LOST), {"move": "reship"})
    assert "还没有同意补寄" in events[-1]["text"]


def test_silence_for_five_days_counts_as_consent_and_as_a_missed_deadline(scene_of: Callable[..., Scene]) -> None:
    state, _ = run(scene_of(SEVEN), {"move": "wait", "minutes": 5 * 1440 - 9})
    assert state.flow == "requested"
    state, _ = run(scene_of(SEVEN), {"move": "wait", "minutes": 5 * 1440 - 7})
    assert state.flow == "agreed_return"
    assert [slip.code for slip in state.slips] == ["deadline:seller_silent"]
    assert state.slips[0].rule == "tb.refund.seller_silent_5d"


def test_at_equal_times_the_agent_comes_before_the_deadline(scene_of: Callable[..., Scene]) -> None:
    state, _ = run(scene_of(SEVEN), {"move": "wait", "minutes": 5 * 1440 - 8}, {"move": "agree_return"})
    assert state.at == 5 * 1440 - 7
    assert state.flow == "agreed_return"
    assert state.slips == ()


def test_the_platform_cannot_be_called_before_its_hour(scene_of: Callable[..., Scene]) -> None:
    rude = ["[!abuse]"] * 6
    state, _ = run(scene_of(LOST), *rude)
    assert "intervention" not in state.happened
    assert state.flow == "requested"
    state, _ = run(scene_of(LOST), *rude, {"move": "wait", "minutes": 4330}, *rude)
    assert state.flow == "intervention"


def test_a_refused_buyer_on_taobao_goes_to_the_platform(scene_of: Callable[..., Scene]) -> None:
    refuse = {"move": "refuse", "reason": "特价不退"}
    state, _ = run(scene_of(SEVEN), refuse, {"move": "wait", "minutes": 1440})
    assert "intervention" in state.happened
    assert any(slip.fatal and slip.rule == "law.return.no_expand_scope" for slip in state.slips)


def test_a_return_is_confirmed_only_when_it_has_arrived(scene_of: Callable[..., Scene]) -> None:
    wait, confirm = {"move": "wait", "minutes": 900}, {"move": "confirm_return_received", "state": "intact"}
    _, events = run(scene_of(SEVEN), {"move": "agree_return"}, wait, confirm)
    assert "还在路上" in events[-1]["text"]
    state, _ = run(scene_of(SEVEN), {"move": "agree_return"}, wait, {"move": "wait", "minutes": 2880}, confirm)
    assert state.flow == "refunded"
    assert sum(state.balances().values()) == 0


def test_a_waiting_buyer_pushes_and_minds(scene_of: Callable[..., Scene]) -> None:
    calm, first = run(scene_of(LOST), {"move": "wait", "minutes": 14})
    pushed, second = run(scene_of(LOST), {"move": "wait", "minutes": 15})
    assert len(texts(second, "buyer")) == len(texts(first, "buyer")) + 1
    assert pushed.mood == calm.mood - 1


def test_a_promise_holds_the_buyer_until_it_is_broken(scene_of: Callable[..., Scene]) -> None:
    promise = "[ask_problem][contact_courier][promise_follow_up][state_deadline]"
    kept, _ = run(scene_of(LOST), promise, {"move": "wait", "minutes": 100})
    broken, _ = run(scene_of(LOST), promise, {"move": "wait", "minutes": 100}, {"move": "wait", "minutes": 150})
    assert kept.waiting_since == -1
    assert "broken_promise" in broken.happened


def test_buyers_sleep_at_night(scene_of: Callable[..., Scene]) -> None:
    _, events = run(scene_of(SEVEN), {"move": "wait", "minutes": 1440})
    hours = {scene_of(SEVEN).moment(event["at"]).hour for event in events if event["who"] == "buyer"}
    assert not hours & {23, 0, 1, 2, 3, 4, 5, 6, 7}


def test_a_short_holding_reply_leaves_the_turn_open_and_is_judged_with_the_rest(scene_of: Callable[..., Scene]) -> None:
    state, events = run(scene_of(LOST), "[!curt]")
    assert texts(events, "buyer") == list(scene_of(LOST).case.buyer.opening)
    assert [slip.code for slip in state.slips] == ["curt"]
    state, _ = run(scene_of(LOST), "[!curt]", "[apologise][ask_problem]")
    assert state.slips == ()


def test_the_same_words_twice_are_taken_ill(scene_of: Callable[..., Scene]) -> None:
    once, _ = run(scene_of(LOST), "[apologise][contact_courier]")
    twice, _ = run(scene_of(LOST), "[apologise][contact_courier]", "[apologise]")
    assert twice.mood < once.mood


@pytest.mark.parametrize("amount, over", [("20.00", False), ("20.01", True)])
def test_paying_beyond_ones_authority_without_asking_is_noted(scene_of: Callable[..., Scene], amount: str,
                                                              over: bool) -> None:
    state, _ = run(scene_of(LOST), {"move": "small_payment", "amount": amount, "reason": "补偿"})
    assert ("overreach" in [slip.code for slip in state.slips]) is over


def test_the_supervisor_can_allow_more(scene_of: Callable[..., Scene]) -> None:
    pay = {"move": "small_payment", "amount": 50}
    state, _ = run(scene_of(LOST), {"move": "escalate"}, {"move": "wait", "minutes": 20}, pay)
    assert "overreach" not in [slip.code for slip in state.slips]


def test_running_deadlines_are_shown_with_what_follows(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(SEVEN)
    state, _ = open_case(scene)
    shown = running(scene, state)
    assert [(one["name"], one["minutes"]) for one in shown] == [("seller_silent", 5 * 1440 - 8)]
    assert shown[0]["at"] == "2026-11-25T20:32:00+08:00"


def test_the_end_comes_at_the_horizon_and_nothing_follows(scene_of: Callable[..., Scene]) -> None:
    scene = scene_of(LOST)
    state, _ = run(scene, {"move": "wait", "minutes": 14400})
    assert state.ended == "time"
    assert allowed(scene, state) == []


def test_a_state_survives_storage(scene_of: Callable[..., Scene]) -> None:
    state, _ = run(scene_of(SEVEN), "[explain_rule]", {"move": "agree_return"}, {"move": "wait", "minutes": 5000})
    assert State.from_dict(state.to_dict()) == state

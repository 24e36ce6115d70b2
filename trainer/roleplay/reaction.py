"""How the buyer takes a reply: faults, answers to his questions, offers, promises."""

from __future__ import annotations

from trainer.roleplay.buyer import PROMISE_MINUTES, annoy, expect, say, settle, wait_for_answer
from trainer.roleplay.case import Accept
from trainer.roleplay.engine import LATER, announce, learn, trigger
from trainer.roleplay.events import Events
from trainer.roleplay.heard import RED_LINES, Fault, Heard
from trainer.roleplay.phrases import FAULT_LINES
from trainer.roleplay.sale_talk import is_answered, react_to_sale
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State

REMEDIES = frozenset({"offer_refund", "offer_return", "offer_exchange", "offer_reship", "offer_repair"})
COMFORT = frozenset({"apologise", "empathise"})
UNFELT = frozenset({"curt", "wrong_fact", "absolute_claim", "disparage", "unsupported_promise", "impersonate_platform",
                    "external_link", "privacy_leak", "repeated_phrase", "stale_phrase", "forbidden_phrase", "unfilled_variable"})
"""Slips that cost marks, but that this buyer does not feel as one."""
PROMISES = frozenset({"promise_follow_up", "contact_courier"})


def react(scene: Scene, state: State, events: Events, heard: Heard, fresh: frozenset[str]) -> None:
    """Answer a reply: `fresh` are the acts of it that had not been earned before this turn."""
    if _only_curt(heard):
        return
    bubbles: list[str] = []
    _mind_faults(scene, state, heard, bubbles)
    if fresh & COMFORT:
        state.mood = min(3, state.mood + 1)
    moved = _answer(scene, state, events, heard, bubbles)
    if scene.case.sale is not None:
        react_to_sale(scene, state, events, heard, fresh, bubbles)
        return
    moved |= _weigh_offers(scene, state, events, heard, bubbles)
    open_question = _next_question(scene, state, heard, bubbles)
    if scene.case.settled(state) and not heard.faults:
        _close(scene, state, events, bubbles)
        return
    if not (moved or fresh or heard.faults or heard.acts & state.agreed):
        annoy(state, 1)
        bubbles.insert(0, scene.phrase(state, "stale"))
    if heard.acts & PROMISES and not open_question:
        _wait(scene, state, events, bubbles)
        return
    say(state, events, *(bubbles or [scene.phrase(state, "thanks")]))
    wait_for_answer(scene, state)


def hold(state: State, heard: Heard, fresh: frozenset[str]) -> None:
    """Keep what the turn says so far for when the buyer answers it."""
    state.held = (tuple(sorted(heard.acts)), tuple(fault.code for fault in heard.faults), tuple(sorted(heard.told)), tuple(sorted(fresh)))


def react_to_held(scene: Scene, state: State, events: Events) -> None:
    """The buyer answers a turn whose rest did not come."""
    if state.held:
        acts, codes, told, fresh = state.held
        react(scene, state, events, Heard(frozenset(acts), tuple(map(Fault, codes)), frozenset(told)), frozenset(fresh))


LATER["react"] = react_to_held


def _only_curt(heard: Heard) -> bool:
    return not heard.acts and not heard.told and bool(heard.faults) and all(fault.code == "curt" for fault in heard.faults)


def _mind_faults(scene: Scene, state: State, heard: Heard, bubbles: list[str]) -> None:
    for fault in heard.faults:
        if fault.code in UNFELT:
            continue
        annoy(state, 2 if fault.code in RED_LINES else 1)
        if not bubbles:
            bubbles.append(scene.phrase(state, FAULT_LINES.get(fault.code, "hurt")))


def _answer(scene: Scene, state: State, events: Events, heard: Heard, bubbles: list[str]) -> bool:
    told = False
    if scene.case.settled(state):
        return told
    for fact in scene.case.facts:
        asked = fact.found == "act" and fact.by in heard.acts or fact.found == "ask" and f"ask:{fact.id}" in heard.told
        if asked and fact.id not in state.known and fact.when(state):
            learn(scene, state, events, fact.id)
            bubbles.extend(fact.answer)
            told = True
    return told


def _weigh_offers(scene: Scene, state: State, events: Events, heard: Heard, bubbles: list[str]) -> bool:
    takes = [accept for accept in scene.case.accepts if accept.offer in REMEDIES]
    offers = heard.acts & REMEDIES - state.agreed
    if "offer_return" in state.agreed:
        offers -= {"offer_refund"}
    if not takes or not offers or scene.case.settled(state):
        return False
    for accept in takes:
        if accept.offer in offers and accept.when(state):
            take_offer(scene, state, events, accept, bubbles)
            return True
    bubbles.append(scene.phrase(state, "instead" if state.agreed & REMEDIES else "reject"))
    return True


def take_offer(scene: Scene, state: State, events: Events, accept: Accept, bubbles: list[str]) -> None:
    """The buyer agrees to an offer; for money back he files the application that the platform needs."""
    state.agreed = (state.agreed - REMEDIES if accept.offer in REMEDIES else state.agreed) | {accept.offer}
    bubbles.append(scene.phrase(state, f"accept:{accept.offer}", accept.lines) if accept.lines
                   else scene.phrase(state, "accept"))
    announce(scene, state, f"agreed:{accept.offer}")
    if accept.offer in ("offer_refund", "offer_return"):
        trigger(scene, state, events, "apply")


def _next_question(scene: Scene, state: State, heard: Heard, bubbles: list[str]) -> bool:
    for ask in scene.case.asks:
        if is_answered(state, ask.acts) or not ask.when(state):
            continue
        if ask.id in state.asked and not heard.faults:
            annoy(state, 1)
        state.asked = state.asked | {ask.id}
        bubbles.append(scene.phrase(state, f"ask:{ask.id}", ask.lines))
        return True
    return False


def _close(scene: Scene, state: State, events: Events, bubbles: list[str]) -> None:
    say(state, events, *(bubbles or [scene.phrase(state, "settled")]))
    settle(state)


def _wait(scene: Scene, state: State, events: Events, bubbles: list[str]) -> None:
    say(state, events, *bubbles, scene.phrase(state, "waiting"))
    state.waiting_since = -1
    expect(scene, state, PROMISE_MINUTES, "promise")

"""Opening a case and making one move: pure, the given state is never changed."""

from __future__ import annotations

from typing import Any

from trainer.roleplay import actions
from trainer.roleplay.buyer import say, wait_for_answer
from trainer.roleplay.case import Forbidden
from trainer.roleplay.engine import advance, announce, emit, slip
from trainer.roleplay.events import Events
from trainer.roleplay.heard import SILENT, Heard
from trainer.roleplay.moves import EVIDENCE, SPECS, Move
from trainer.roleplay.reaction import hold, react
from trainer.roleplay.recall import blame, can_recall, recall
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import Due, State

MAX_MOVES = 400
HELD_MINUTES = 3
"""How long the buyer lets the agent go on typing before he answers what was said so far."""


def open_case(scene: Scene) -> tuple[State, Events]:
    """The first state of a case and the buyer's opening words."""
    case = scene.case
    first = "asking" if case.sale else "none"
    state = State(mood=case.buyer.mood, patience=case.buyer.patience, flow=str(case.start.get("flow", first)))
    events: Events = []
    if state.flow != "none" and case.sale is None:
        state.asked_fen = case.money.demanded
        state.times = tuple(sorted((str(key), -int(value)) for key, value in case.start.get("minutes_ago", {}).items()))
        state.happened = frozenset({"goods_back"} if "goods_received_at" in case.start.get("minutes_ago", {}) else ())
    for fact in case.facts:
        if fact.found == "visible":
            state.known = state.known | {fact.id}
    for event in case.events:
        if event.at >= 0:
            state.agenda = tuple(sorted((*state.agenda, Due(event.at, "event", event.id))))
    actions.start(scene, state)
    say(state, events, *case.buyer.opening)
    wait_for_answer(scene, state)
    return state, events


def refusal(scene: Scene, state: State, move: Move) -> str:
    """Why a move is not allowed now, or nothing."""
    if state.ended:
        return "接待已经结束"
    if state.n >= MAX_MOVES:
        return f"一次接待最多 {MAX_MOVES} 步，请结束接待"
    if move.name == "recall":
        return can_recall(state)
    return "" if move.name == "reply" else actions.ACTIONS[move.name].guard(scene, state, move)


def allowed(scene: Scene, state: State) -> list[str]:
    """The names of the moves that are possible now (with some argument)."""
    return [name for name in SPECS if not refusal(scene, state, probe(scene, state, name))]


def probe(scene: Scene, state: State, name: str) -> Move:
    """The move of this name with arguments that stand nothing in its way: tells whether it is possible at all."""
    held = list(actions.held_evidence(scene, state))[:1]
    free = next((kind for kind in EVIDENCE if f"request_evidence:{kind}" not in state.done), "photo")
    probes: dict[str, dict[str, Any]] = {
        "agree_refund": {"amount": state.asked_fen}, "offer_compensation": {"amount": 100},
        "small_payment": {"amount": 100}, "submit_evidence": {"kinds": held}, "request_evidence": {"kind": free},
        "extend_receipt": {"days": 3}, "send_card": _card_probe(scene), "change_price": {"amount": 100},
    }
    return Move(name, probes.get(name, {}))


def _card_probe(scene: Scene) -> dict[str, Any]:
    return {"card": "item", "goods": scene.case.sale.shelf[0].id} if scene.case.sale else {"card": "item"}


def step(scene: Scene, state: State, move: Move, findings: Any = None, takes: int | None = None) -> tuple[State, Events]:
    """The state after a move and what happened; a move that is not allowed changes nothing and says why.

    `takes` are the minutes of the move where a real clock runs; else each move takes its own.
    """
    reason = refusal(scene, state, move)
    if reason:
        shown = {"at": state.at, "n": state.n, "who": "system", "kind": "refused", "text": reason,
                 "move": move.to_dict(), "allowed": allowed(scene, state)}
        return state, [shown]
    heard = findings if isinstance(findings, Heard) else Heard.of(findings) if findings is not None else SILENT
    after = state.copy()
    after.n += 1
    events: Events = []
    _forbidden(scene, after, move)
    if move.name == "reply":
        _reply(scene, after, events, move, heard, takes)
    elif move.name == "recall":
        recall(after, events, heard)
    else:
        _act(scene, after, events, move, heard, takes)
    return after, events


def pass_time(scene: Scene, state: State, to: int) -> tuple[State, Events]:
    """The state once the desk's clock has come to a minute by moves made elsewhere; it counts as a step of this conversation."""
    after = state.copy()
    after.n += 1
    events: Events = []
    emit(after, events, "system", "", "passed")
    advance(scene, after, events, to)
    return after, events


def catch_up(scene: Scene, state: State, to: int) -> State:
    """The same state at a later minute up to which nothing falls due; unchanged where something does."""
    if state.at >= to or state.ended or (state.agenda and state.agenda[0].at <= to) or to >= scene.case.horizon:
        return state
    after = state.copy()
    after.at = to
    return after


def _forbidden(scene: Scene, state: State, move: Move) -> None:
    for rule in scene.case.forbidden:
        if rule.move == move.name and rule.when(state):
            _note_forbidden(state, rule)


def _note_forbidden(state: State, rule: Forbidden) -> None:
    if not any(old.code == f"move:{rule.move}" and old.why == rule.why for old in state.slips):
        slip(state, f"move:{rule.move}", rule.points, rule.rule, rule.why, rule.fatal)


def _act(scene: Scene, state: State, events: Events, move: Move, heard: Heard, takes: int | None) -> None:
    emit(state, events, "agent", SPECS[move.name].label, "move", move=move.to_dict())
    blame(state, heard)
    actions.ACTIONS[move.name].effect(scene, state, events, move)
    if state.ended:
        return
    for token in tokens(move):
        state.done.setdefault(token, state.n)
        announce(scene, state, token)
    minutes = int(move.args["minutes"]) if move.name == "wait" else SPECS[move.name].minutes
    advance(scene, state, events, state.at + (minutes if takes is None else takes))


def tokens(move: Move) -> tuple[str, ...]:
    """The words under which conditions know a move: its name, and its name with its argument."""
    for key in ("panel", "kind", "state", "to", "card", "flag"):
        if key in move.args:
            return (move.name, f"{move.name}:{move.args[key]}")
    return (move.name,)


def _reply(scene: Scene, state: State, events: Events, move: Move, heard: Heard, takes: int | None) -> None:
    text, held = str(move.args.get("text", "")), bool(move.args.get("hold"))
    emit(state, events, "agent", text)
    before = state.held[3] if state.held else ()
    fresh = frozenset(heard.acts - state.acts.keys()) | (heard.told - state.done.keys()) | frozenset(before)
    if state.open_texts:
        state.slips = tuple(old for old in state.slips if not old.spoken or old.turn < state.turn_from)
    else:
        state.turn_from, state.since = state.n, state.waiting_since
    _speak(scene, state, text, heard)
    if held:
        hold(state, heard, fresh)
        state.agenda = tuple(sorted((*(due for due in state.agenda if due.kind != "react"), Due(state.at + HELD_MINUTES, "react", ""))))
        advance(scene, state, events, state.at + (1 if takes is None else takes))
        return
    state.held = ()
    state.agenda = tuple(due for due in state.agenda if due.kind != "react")
    advance(scene, state, events, state.at + (SPECS["reply"].minutes if takes is None else takes))
    if not state.ended:
        react(scene, state, events, heard, fresh)
        advance(scene, state, events, state.at)


def _speak(scene: Scene, state: State, text: str, heard: Heard) -> None:
    """Note a bubble and what the whole turn says with it."""
    state.open_texts, state.open_at, state.last_said = (*state.open_texts, text), (*state.open_at, state.at), text
    blame(state, heard)
    for act in heard.acts:
        state.acts.setdefault(act, state.n)
    for token in sorted(heard.told - state.done.keys()):
        state.done[token] = state.n
        announce(scene, state, token)
    state.done.setdefault("reply", state.n)
    if state.first_reply < 0:
        state.first_reply = state.at
    state.waiting_since = -1
    announce(scene, state, "reply")

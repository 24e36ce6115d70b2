"""Noting the faults of a turn, and taking back its last bubble before the buyer has answered."""

from __future__ import annotations

from trainer.roleplay.buyer import close_turn
from trainer.roleplay.engine import emit, slip
from trainer.roleplay.events import Events
from trainer.roleplay.heard import RED_LINES, SEVERITY, Heard
from trainer.roleplay.reaction import hold
from trainer.roleplay.state import State

RECALL_MINUTES = 2


def blame(state: State, heard: Heard) -> None:
    """Note the faults of a turn; while the turn goes on, an earlier reading of it is replaced."""
    for fault in heard.faults:
        slip(state, fault.code, SEVERITY.get(fault.code, 60), fault.rule, fault.why, fault.code in RED_LINES, True)


def can_recall(state: State) -> str:
    """Why nothing can be taken back now, or nothing."""
    if not state.open_texts:
        return "没有可以撤回的消息：买家回话以后就撤不回了"
    return "发出超过两分钟，不能撤回" if state.at - state.open_at[-1] > RECALL_MINUTES else ""


def recall(state: State, events: Events, heard: Heard) -> None:
    """Take back the last bubble; `heard` is what the rest of the turn says. A red line once crossed stays on record."""
    emit(state, events, "agent", "撤回了一条消息", "recall")
    first = state.turn_from
    state.slips = tuple(old for old in state.slips if not old.spoken or old.turn < first or old.fatal)
    state.acts = {act: n for act, n in state.acts.items() if n < first}
    state.done = {token: n for token, n in state.done.items() if n < first or not token.startswith(("ask:", "say:", "price:", "goods:"))}
    state.open_texts, state.open_at = state.open_texts[:-1], state.open_at[:-1]
    state.last_said = state.open_texts[-1] if state.open_texts else ""
    if not state.open_texts:
        close_turn(state)
        state.waiting_since = state.since
        return
    kept = {old.code for old in state.slips if old.turn >= first}
    blame(state, Heard(faults=tuple(fault for fault in heard.faults if fault.code not in kept)))
    state.acts |= dict.fromkeys(heard.acts - state.acts.keys(), first)
    state.done |= dict.fromkeys(heard.told - state.done.keys(), first)
    if state.held:
        hold(state, heard, heard.acts | heard.told)

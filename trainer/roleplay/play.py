"""Plays a script of moves from start to end; the one place where replies are read by the reply checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.roleplay.heard import Heard
from trainer.roleplay.moves import Move, MoveError, parse_move
from trainer.roleplay.report import Report, report
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State
from trainer.roleplay.step import open_case, step

Ear = Callable[[Scene, State, str], Any]
"""Reads a turn: the scene, the state before it and the text; gives findings."""


@dataclass(frozen=True, slots=True)
class Played:
    """A whole run: the last state, every event, the moves that counted."""

    state: State
    events: tuple[dict[str, Any], ...]
    moves: tuple[Move, ...]


def text_of(move: Move) -> str:
    """The words of a move that a buyer reads."""
    if move.name == "reply":
        return str(move.args["text"])
    if move.name in ("small_payment", "refuse"):
        return str(move.args.get("reason", ""))
    return ""


def turn_text(state: State, text: str) -> str:
    """The whole turn: what the agent has said since the buyer last spoke, with the new text."""
    return "\n".join((*state.open_texts, text))


def listen(scene: Scene, state: State, move: Move, ear: Ear) -> Heard:
    """What a move says, heard as a whole turn; silent moves carry nothing."""
    if move.name == "recall":
        left = "\n".join(state.open_texts[:-1])
        return _as_heard(ear(scene, state, left)) if left else Heard()
    text = text_of(move)
    if not text:
        return Heard()
    whole = turn_text(state, text) if move.name == "reply" else text
    found = _as_heard(ear(scene, state, whole))
    return found if move.name == "reply" else Heard(faults=tuple(f for f in found.faults if f.code == "review_bribe"))


def _as_heard(found: Any) -> Heard:
    return found if isinstance(found, Heard) else Heard.of(found)


def play(scene: Scene, moves: Iterable[Move | Mapping[str, Any]], ear: Ear) -> Played:
    """Run moves one after another; refused ones are kept in the events and change nothing. Unreadable ones raise MoveError."""
    state, events = open_case(scene)
    happened = list(events)
    made = []
    for number, raw in enumerate(moves, start=1):
        try:
            move = raw if isinstance(raw, Move) else parse_move(raw)
        except MoveError as error:
            raise MoveError(f"第 {number} 步：{error}") from None
        state, events = step(scene, state, move, listen(scene, state, move, ear))
        happened.extend(events)
        made.append(move)
    return Played(state, tuple(happened), tuple(made))


def play_and_report(scene: Scene, moves: Iterable[Move | Mapping[str, Any]], ear: Ear, best_cost: int | None = None) -> Report:
    """Run a script and judge it."""
    played = play(scene, moves, ear)
    return report(scene, played.state, played.events, best_cost)

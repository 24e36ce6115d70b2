"""The buyer's temper: what he says by himself, how his mood falls, when he pushes and when he gives up."""

from __future__ import annotations

from trainer.roleplay.events import Events
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import Due, State

FIRST_PUSH = {"calm": 15, "quick": 6, "cold": 10}
PUSHES = {"first": ("push", 45, "second"), "second": ("push_late", 240, "later"), "later": ("push_late", 1440, "later"),
          "promise": ("broken_promise", 240, "later")}
PROMISE_MINUTES = 240
SHOPPING = 60
"""Minutes after which somebody who only wants to buy something stops waiting for an answer."""
NIGHT_FROM, NIGHT_TO = 23, 8


def say(state: State, events: Events, *bubbles: str) -> None:
    """The buyer says one to three bubbles; the agent's turn is then over and the buyer waits."""
    for text in bubbles[:3]:
        events.append({"at": state.at, "n": state.n, "who": "buyer", "kind": "say", "text": text})
    state.last_buyer = "\n".join(bubbles[:3])
    close_turn(state)


def close_turn(state: State) -> None:
    """The agent's turn is over: nothing of it is held back any more."""
    state.open_texts, state.open_at, state.held = (), (), ()
    state.agenda = tuple(due for due in state.agenda if due.kind != "react")


def expect(scene: Scene, state: State, minutes: int, name: str) -> None:
    """When the buyer will speak up by himself; at night he sleeps."""
    at = state.at + minutes
    moment = scene.moment(at)
    if moment.hour >= NIGHT_FROM or moment.hour < NIGHT_TO:
        at += ((NIGHT_TO - moment.hour) % 24) * 60 - moment.minute
    state.agenda = tuple(sorted((*_without_push(state), Due(at, "push", name))))


def wait_for_answer(scene: Scene, state: State) -> None:
    """The buyer has asked something and waits."""
    if state.waiting_since < 0:
        state.waiting_since = state.at
    expect(scene, state, FIRST_PUSH[scene.case.buyer.temper], "first")


def settle(state: State) -> None:
    """The buyer has nothing to wait for any more."""
    state.waiting_since = -1
    state.agenda = _without_push(state)


def _without_push(state: State) -> tuple[Due, ...]:
    return tuple(due for due in state.agenda if due.kind != "push")


def annoy(state: State, by: int) -> None:
    """Mood falls; at the bottom patience goes, and with the last of it he will act at once."""
    state.mood -= by
    if state.mood > -3:
        return
    state.mood = -3
    state.patience -= 1
    if state.patience <= 0:
        state.patience = 2
        state.agenda = tuple(sorted((*state.agenda, Due(state.at, "give_up", ""))))


def at_push(scene: Scene, state: State, events: Events, name: str) -> None:
    """The buyer has waited too long: he pushes, and minds."""
    if scene.case.settled(state):
        settle(state)
        return
    if name == "later" and scene.case.sale is not None:
        state.agenda = tuple(sorted((*state.agenda, Due(state.at, "give_up", ""))))
        return
    kind, minutes, then = PUSHES[name]
    minutes = min(minutes, SHOPPING) if scene.case.sale is not None else minutes
    say(state, events, scene.phrase(state, kind))
    if state.waiting_since < 0:
        state.waiting_since = state.at
    annoy(state, 2 if name == "promise" else 1)
    if name == "promise":
        state.happened = state.happened | {"broken_promise"}
    expect(scene, state, minutes, then)

"""Reads what the agent says with the reply checks, given the facts of the case as they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from trainer.replies import check_reply
from trainer.roleplay.play import Ear
from trainer.roleplay.quick_phrases import Phrase, other_names, phrase_faults
from trainer.roleplay.sale_ear import hear_sale
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State
from trainer.rules import Rulebook


def rulebook_ear(rulebook: Rulebook) -> Ear:
    """An ear that judges each turn by one rulebook."""
    def ear(scene: Scene, state: State, text: str) -> dict[str, Any]:
        return read_turn(rulebook, scene, state, text)
    return ear


def read_turn(rulebook: Rulebook, scene: Scene, state: State, text: str, pack: Sequence[Phrase] = (),
              beside: Collection[str] = ()) -> dict[str, Any]:
    """The findings of a whole turn at its moment, with what it says of the sale where there is one and with slips of
    quick phrases; `beside` are the names of the other buyers at the desk."""
    found = check_reply(text, platform=scene.case.platform, as_of=scene.moment(state.at), rulebook=rulebook,
                        buyer=state.last_buyer, facts=scene.facts(state)).to_dict()
    found["violations"] += _of_phrases(scene, state, text, pack, beside, bool(found["violations"]))
    if scene.case.sale is not None:
        sale = hear_sale(scene.case, state, text)
        found["told"] = sale["told"]
        found["claims"] += sale["claims"]
        found["violations"] += sale["violations"]
    return found


def _of_phrases(scene: Scene, state: State, text: str, pack: Sequence[Phrase], beside: Collection[str],
                blamed: bool) -> list[dict[str, Any]]:
    names = other_names(scene.case, beside)
    found: list[dict[str, Any]] = []
    said, at = state.open_texts, 0
    for number, bubble in enumerate(bubbles(said, text)):
        last = bubbles(said, text)[number - 1] if number else "" if said else state.last_said
        found += [{**fault, "start": fault["start"] + at, "end": fault["end"] + at} for fault in phrase_faults(bubble, last, names, pack, blamed)]
        at += len(bubble) + 1
    return found


def bubbles(said: Sequence[str], text: str) -> list[str]:
    """The bubbles of a turn's whole text, of which `said` are those sent before."""
    before = "\n".join(said)
    if said and text.startswith(before + "\n"):
        return [*said, text[len(before) + 1:]]
    return [text]

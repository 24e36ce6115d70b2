"""Reads what the agent says with the reply checks, given the facts of the case as they stand."""

from __future__ import annotations

from trainer.replies import Findings, check_reply
from trainer.roleplay.play import Ear
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State
from trainer.rules import Rulebook


def rulebook_ear(rulebook: Rulebook) -> Ear:
    """An ear that judges each turn by one rulebook."""
    def ear(scene: Scene, state: State, text: str) -> Findings:
        return read_turn(rulebook, scene, state, text)
    return ear


def read_turn(rulebook: Rulebook, scene: Scene, state: State, text: str) -> Findings:
    """The findings of a whole turn at its moment."""
    return check_reply(text, platform=scene.case.platform, as_of=scene.moment(state.at), rulebook=rulebook,
                       buyer=state.last_buyer, facts=scene.facts(state))

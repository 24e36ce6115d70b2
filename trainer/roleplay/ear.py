"""Reads what the agent says with the reply checks, given the facts of the case as they stand."""

from __future__ import annotations

from typing import Any

from trainer.replies import check_reply
from trainer.roleplay.play import Ear
from trainer.roleplay.sale_ear import hear_sale
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State
from trainer.rules import Rulebook


def rulebook_ear(rulebook: Rulebook) -> Ear:
    """An ear that judges each turn by one rulebook."""
    def ear(scene: Scene, state: State, text: str) -> dict[str, Any]:
        return read_turn(rulebook, scene, state, text)
    return ear


def read_turn(rulebook: Rulebook, scene: Scene, state: State, text: str) -> dict[str, Any]:
    """The findings of a whole turn at its moment, with what it says of the sale where there is one."""
    found = check_reply(text, platform=scene.case.platform, as_of=scene.moment(state.at), rulebook=rulebook,
                        buyer=state.last_buyer, facts=scene.facts(state)).to_dict()
    if scene.case.sale is not None:
        sale = hear_sale(scene.case, state, text)
        found["told"] = sale["told"]
        found["claims"] = [*found["claims"], *sale["claims"]]
        found["violations"] = [*found["violations"], *sale["violations"]]
    return found

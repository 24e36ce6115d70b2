"""The rulebook as the machine sees it: decisions that may be absent, and texts with their figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trainer.roleplay.scene import Ruling
from trainer.rules import MissingFacts, QuestionError, Rulebook


class RulebookJudge:
    """Answers from one release; a decision that the platform or the facts do not have is None."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def answer(self, ask: str, platform: str, as_of: datetime, facts: Mapping[str, Any]) -> Ruling | None:
        """The decision with the first rule that it rests on, or None."""
        try:
            decision = self.rulebook.decide(ask, platform=platform, as_of=as_of, facts=dict(facts))
        except (QuestionError, MissingFacts):
            return None
        if not decision.because:
            return None
        return Ruling(decision.to_dict()["answer"], decision.because[0].rule, decision.because[0].text)

    def render(self, text: str, as_of: datetime) -> str:
        """The text with its figures for the moment."""
        return self.rulebook.render(text, as_of)

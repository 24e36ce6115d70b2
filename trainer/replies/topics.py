"""What a stated figure is about: the decisions that replies speak of, and how such a sentence looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.replies.lexicon import Lexicon, LexiconError
from trainer.replies.patterns import Pattern, parse_pattern

FIGURES = ("span", "money", "rate", "times", "payer")
TOPIC_KEYS = {"figures", "say", "asked", "unless", "needs", "away", "note"}


@dataclass(frozen=True, slots=True)
class Topic:
    """One decision, the sentences that state its figures, and the kinds of figure to compare."""

    ask: str
    patterns: tuple[Pattern, ...]
    figures: tuple[str, ...]
    asked: tuple[int, ...]
    unless: tuple[int, ...]
    needs: tuple[int, ...]
    away: tuple[int, ...]

    def may_occur(self, bits: int, asked_bits: int) -> bool:
        """Whether the concepts found in reply and question leave room for the topic."""
        if self.needs and not any(bits >> each & 1 for each in self.needs):
            return False
        if any(each.needs & bits == each.needs for each in self.patterns):
            return True
        return any(asked_bits >> each & 1 for each in self.asked)


def compile_topic(ask: str, body: Mapping[str, Any], lexicon: Lexicon) -> Topic:
    """The compiled topic; LexiconError with a Chinese message where it cannot be read."""
    unknown = set(body) - TOPIC_KEYS
    if unknown:
        raise LexiconError(f"不认识「{'、'.join(sorted(unknown))}」,可用的有 {'、'.join(sorted(TOPIC_KEYS))}")
    figures = tuple(body.get("figures") or ())
    if not figures or any(figure not in FIGURES for figure in figures):
        raise LexiconError(f"figures 只能是 {'、'.join(FIGURES)} 中的一种或几种")

    def concepts(key: str) -> tuple[int, ...]:
        return tuple(lexicon.number(name) for name in body.get(key) or ())

    patterns = tuple(parse_pattern(say, lexicon) for say in body.get("say") or ())
    return Topic(ask, patterns, figures, concepts("asked"), concepts("unless"), concepts("needs"), concepts("away"))

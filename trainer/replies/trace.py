"""Which wording entries meet in a reply: for the test bench, beside the findings that a judgement is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.replies.checker import wording_of
from trainer.replies.normalise import normalise
from trainer.replies.reader import matches, read


@dataclass(frozen=True, slots=True)
class Hit:
    """One pattern met under the reading that it asks for."""

    name: str
    pattern: str
    sure: str


def trace(reply: str, buyer: str, rulebook: Any) -> tuple[Hit, ...]:
    """Every pattern that meets in the reply, loose ones too, each once, in order of the text."""
    wording = wording_of(rulebook)
    found = matches(read(reply, buyer, wording), wording)
    return tuple(dict.fromkeys(Hit(match.name, match.source, match.sure) for match in found))


def normal_text(reply: str) -> str:
    """The reply in the form that patterns are matched on."""
    return normalise(reply).text

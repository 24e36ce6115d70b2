"""A small learned model that may add suspicions; it never accuses alone.

Made by `scripts/train_suspicions.py` from the project's own labelled replies; the file holds, for each character pair or
concept, how much its presence speaks for each code. Deterministic, offline, one pass over the text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trainer.replies.clauses import Span
from trainer.replies.reader import Match, Read
from trainer.replies.wording import Wording

MODEL = Path(__file__).with_name("suspicions.json")
READ_AT_MOST = 600
Pairs = Sequence[Sequence[int]]


def features(seen: Read, wording: Wording, place: Span | None = None) -> set[str]:
    """What the model looks at, in the reply or one place of it: pairs of characters, named concepts, the buyer's too."""
    start, end = place or (0, READ_AT_MOST)
    found = _pairs(seen.reading.text[start : min(end, start + READ_AT_MOST)])
    for entry in seen.hits.entries_within(start, end) if place else seen.hits.entries():
        found.update(wording.named_of(entry, "c:"))
    for entry in seen.buyer.entries():
        found.update(wording.named_of(entry, "b:"))
    return found


def with_patterns(found: Collection[str], matches: Iterable[Match]) -> set[str]:
    """The features together with the acts whose patterns were met: what the model weighs for an act, but not for a slip."""
    return {*found, *(f"p:{each.name}:{each.sure}" for each in matches)}


def _pairs(text: str) -> set[str]:
    plain = "^" + "".join(filter(str.isalnum, text)) + "$"
    return set(map(str.__add__, plain, plain[1:]))


_FIELD = 24  # bits for one label in a packed row
_ZERO = 1 << 13  # what stands for no weight in a field, so that all fields stay positive
_MOST = 1 << 10  # features that a packed sum can hold without overflow


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of the file: labels, where each starts, above what a code is suspected, and one packed row a feature.

    A row holds the weights of all labels side by side in one integer, so that rows are added in one step.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    limit: float
    rows: Mapping[str, int]
    nothing: int

    def weight(self, feature: str, number: int) -> int:
        """What the feature adds to one label, in hundredths."""
        return (self.rows.get(feature, self.nothing) >> _FIELD * number & (1 << _FIELD) - 1) - _ZERO


def make_model(labels: Sequence[str], bias: Sequence[float], limit: float, weights: Mapping[str, Pairs]) -> Model:
    """The model with its weights packed."""
    nothing = sum(_ZERO << _FIELD * number for number in range(len(labels)))
    rows = {
        feature: nothing + sum(max(1 - _ZERO, min(_ZERO - 1, value)) << _FIELD * number for number, value in pairs)
        for feature, pairs in weights.items()
    }
    return Model(tuple(labels), tuple(bias), limit, rows, nothing)


@lru_cache(maxsize=1)
def _model() -> Model:
    data = json.loads(MODEL.read_text(encoding="utf-8"))
    return make_model(data["codes"], data["bias"], data["limit"], data["weights"])


def suspicion_limit() -> float:
    """Above what score a code is suspected."""
    return _model().limit


def best_place(code: str, seen: Read) -> tuple[int, int]:
    """The clause whose characters speak most for the code."""
    model = _model()
    number = model.labels.index(code)

    def weight(place: tuple[int, int]) -> int:
        return sum(model.weight(pair, number) for pair in _pairs(seen.reading.text[place[0] : place[1]]))

    return max(((clause.start, clause.end) for clause in seen.discourse.clauses[:40]), key=weight)


def scores(found: Collection[str]) -> dict[str, float]:
    """For each label how far the features speak for it; about 0 is as likely as not."""
    model = _model()
    rows = [row for row in map(model.rows.get, found) if row is not None][:_MOST]
    packed = sum(rows)
    shift = len(rows) * _ZERO
    scale = 1 / (100 * math.sqrt(len(rows) or 1))
    size = _FIELD // 8
    raw = packed.to_bytes(size * len(model.labels), "little")
    return {
        label: model.bias[n] + (int.from_bytes(raw[n * size : n * size + size], "little") - shift) * scale
        for n, label in enumerate(model.labels)
    }

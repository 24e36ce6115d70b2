"""A small learned model that may add suspicions; it never accuses alone.

Made by `scripts/train_suspicions.py` from the project's own labelled replies. It looks at each clause, at each two clauses that follow one another
and at the whole reply, and takes the highest score, so that a slip within a long polite reply is not drowned. Deterministic, offline, quick.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from struct import Struct

from trainer.replies.clauses import Span
from trainer.replies.lexicon import Lexicon
from trainer.replies.reader import Read
from trainer.replies.wording import Wording

MODEL = Path(__file__).with_name("suspicions.txt")
READ_AT_MOST = 600
"""Characters that are read as one whole; clauses and pairs of clauses are looked at to the end."""
STEP = 8
"""Parts of one in which weights are kept."""
MOST = 46
"""The greatest weight, in those parts."""
_FIRST_LABEL, _FIRST_VALUE = 33, 33 + MOST
_FIELD = 32  # bits for one label in a packed row
_FINE = 1 << 13  # parts of one in which the share of a feature is counted
_LEVEL = 1 << 30  # what stands for nothing in a packed score, so that all fields stay positive


def features(seen: Read, wording: Wording) -> tuple[list[set[str]], set[str]]:
    """What the model looks at: for each clause its characters, pairs of characters, named concepts and kind; the buyer's concepts."""
    text, discourse = seen.reading.text, seen.discourse
    found: list[set[str]] = []
    for clause in discourse.clauses:
        plain = "^" + "".join(filter(str.isalnum, text[clause.start : clause.end])) + "$"
        told = {*plain, *map(str.__add__, plain, plain[1:])}
        if clause.question:
            told.add("@q")
        if clause.conditional or clause.under_condition:
            told.add("@c")
        found.append(told)
    numbers, clauses = discourse.numbers, discourse.clauses
    for entry, (start, end) in seen.hits.places:
        number = numbers[start]
        if end <= clauses[number].end:
            found[number].update(wording.named_of(entry, "c:"))
    for entity in seen.entities:
        found[numbers[entity.start]].add("e:" + entity.kind)
    asked: set[str] = set()
    for entry in seen.buyer.entries():
        asked.update(wording.named_of(entry, "b:"))
    return found, asked


def windows(seen: Read) -> list[Span]:
    """The first and last number of the clauses that are looked at together: each alone, each with the next, and all; all come last."""
    clauses = seen.discourse.clauses
    size = len(clauses)
    whole = size if clauses[-1].start < READ_AT_MOST else next(n for n, c in enumerate(clauses) if c.start >= READ_AT_MOST)
    if size == 1:
        return [(0, 0)]
    pairs = [(n, n + 1) for n in range(size - 1)] if size > 2 else []
    return [*((n, n) for n in range(size)), *pairs, (0, whole - 1)]


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of the file: labels, what turns a packed score of each into a number, limits, and one packed row a feature.

    A row holds the weights of all labels side by side in one integer, so that rows are added in one step.
    """

    labels: Mapping[str, int]
    factor: tuple[float, ...]
    offset: tuple[float, ...]
    limit: Mapping[str, float]
    rows: Mapping[str, int]
    ones: int
    fields: Struct

    def packed(self, found: Sequence[int], size: int) -> tuple[int, ...]:
        """The score of each label for the sum of `size` rows, as integers."""
        share = int(_FINE / math.sqrt(size)) if size else 0
        level = self.ones * (_LEVEL - (MOST + 1) * size * share)
        return self.fields.unpack((sum(found) * share + level).to_bytes(self.fields.size, "little"))

    def real(self, value: int, number: int) -> float:
        """A score of one label as a number; 0 is as likely as not."""
        return value * self.factor[number] + self.offset[number]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model of the file."""
    head, *lines = MODEL.read_text(encoding="utf-8").splitlines()
    data = json.loads(head)
    return make_model(data, dict(line.split("\t") for line in lines))


def make_model(head: Mapping[str, Sequence[object]], packed: Mapping[str, str]) -> Model:
    """The model whose head holds labels, scale, start and limit; `packed` has two characters for each label and weight."""
    labels = [str(each) for each in head["labels"]]
    ones = sum(1 << _FIELD * number for number in range(len(labels)))
    worth = {
        chr(_FIRST_LABEL + number) + chr(_FIRST_VALUE + value): value << _FIELD * number
        for number in range(len(labels))
        for value in range(-MOST, MOST + 1)
    }
    nothing = ones * (MOST + 1)
    rows = {
        feature: sum([worth[pairs[at : at + 2]] for at in range(0, len(pairs), 2)], nothing)
        for feature, pairs in packed.items()
    }
    scale, start, limit = ([float(str(each)) for each in head[key]] for key in ("scale", "start", "limit"))
    factor = tuple(each / (_FINE * STEP) for each in scale)
    offset = tuple(each - _LEVEL * by for each, by in zip(start, factor, strict=True))
    numbers = {label: number for number, label in enumerate(labels)}
    limits = dict(zip(labels, limit, strict=False))
    return Model(numbers, factor, offset, limits, rows, ones, Struct(f"<{len(labels)}I"))


def pack(weights: Sequence[tuple[int, int]]) -> str:
    """The pairs of label number and weight, in parts of one, as they stand in the file."""
    return "".join(
        chr(_FIRST_LABEL + number) + chr(_FIRST_VALUE + max(-MOST, min(MOST, value))) for number, value in weights
    )


@lru_cache(maxsize=16)
def _speaks_of(lexicon: Lexicon) -> bool:
    """Whether the model was made with concepts like these; of another wording it has no opinion."""
    names = [row[2:] for row in model().rows if row.startswith("c:")]
    return 2 * sum(map(lexicon.knows, names)) > len(names)


class Learned:
    """What the model thinks of one reply."""

    __slots__ = ("_found", "_model", "_size", "_windows", "best")

    def __init__(self, seen: Read, wording: Wording) -> None:
        self._model = model()
        self._windows = windows(seen)
        self._size = len(seen.discourse.clauses)
        self.best: dict[str, float] = {}
        """For each label how far the reply speaks for it; 0 is as likely as not. Empty for a wording that the model does not know."""
        self._found: list[tuple[int, ...]] = []
        if not _speaks_of(wording.lexicon):
            return
        self._found = self._scores(*features(seen, wording))
        highest = list(map(max, *self._found)) if len(self._found) > 1 else self._found[0]
        made = self._model
        real = [v * by + at for v, by, at in zip(highest, made.factor, made.offset, strict=True)]
        self.best = dict(zip(made.labels, real, strict=True))

    def _scores(self, found: Sequence[set[str]], asked: set[str]) -> list[tuple[int, ...]]:
        """The packed scores of every window."""
        get = self._model.rows.get
        sums, sizes = [0], [0]
        for each in (*found, asked):
            rows = [row for row in map(get, each) if row is not None]
            sums.append(sums[-1] + sum(rows))
            sizes.append(sizes[-1] + len(rows))
        buyer, of_buyer = sums[-1] - sums[-2], sizes[-1] - sizes[-2]
        packed = self._model.packed
        return [
            packed((sums[last + 1] - sums[first], buyer), sizes[last + 1] - sizes[first] + of_buyer)
            for first, last in self._windows
        ]

    def near(self, label: str, first: int, last: int) -> float:
        """The highest score of the clauses from number `first` to `last`, alone or with a neighbour; 0 for an unknown label."""
        number = self._model.labels.get(label)
        if number is None or not self._found:
            return 0.0
        size = self._size
        pairs = self._found[size + max(0, first - 1) : size + min(last + 1, max(1, size - 1))]
        return self._model.real(max(found[number] for found in (*self._found[first : last + 1], *pairs)), number)

    def place(self, label: str, seen: Read) -> Span:
        """The clause that speaks most for the label."""
        number = self._model.labels[label]
        clauses = seen.discourse.clauses
        best = max(range(len(clauses)), key=lambda n: self._found[n][number])
        return clauses[best].start, clauses[best].end

    def suspected(self) -> list[tuple[float, str]]:
        """The labels above their limits, with how far they are above, the likeliest first."""
        limit = self._model.limit
        above = ((score - limit[label], label) for label, score in self.best.items() if label in limit)
        return sorted((each for each in above if each[0] > 0), key=lambda each: (-each[0], each[1]))

"""A small learned model that may add suspicions; it never accuses alone.

Made by `scripts/train_suspicions.py` from the project's own labelled replies. It looks at each clause, at each two clauses that follow one another
and at the whole reply, and takes the highest score, so that a slip within a long polite reply is not drowned. Deterministic, offline, quick.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from struct import Struct
from typing import Any

from trainer.replies.clauses import Span
from trainer.replies.lexicon import Entry
from trainer.replies.reader import Read
from trainer.replies.wording import Wording

MODEL = Path(__file__).with_name("suspicions.txt")
READ_AT_MOST = 600
"""Characters that are read as one whole; clauses and pairs of clauses are looked at to the end."""
STEP = 8
"""Parts of one in which weights are kept."""
MOST = 46
"""The greatest weight, in those parts."""
BUYER = 0.5
"""The weight of what the buyer said, beside that of a clause."""
_FIRST_LABEL, _FIRST_VALUE = 33, 33 + MOST
_FIELD = 32  # bits for one label in a packed row
_FINE = 1 << 13  # parts of one in which the share of a feature is counted
_LEVEL = 1 << 30  # what stands for nothing in a packed score, so that all fields stay positive
_KEPT = 30_000  # rows of three characters, or of one word, that are kept made


def features(seen: Read, wording: Wording) -> tuple[list[list[str]], set[str]]:
    """What the model looks at: for each clause its threes of characters and its named concepts, in parts; the buyer's concepts."""
    told, words, asked = _told(seen)
    return (
        [
            [name for each in three for name in parts_of(each)] + [name for each in word for name in names_of("c:", wording, each)]
            for three, word in zip(told, words, strict=True)
        ],
        {name for each in asked for name in names_of("b:", wording, each)},
    )


def parts_of(three: str) -> list[str]:
    """The first of three characters, the first two, and the first with the third; what is no character stands for itself."""
    if three[0] == "@":
        return [three]
    return [three[0], three[:2], f"{three[0]}_{three[-1]}"][: len(three)]


def names_of(prefix: str, wording: Wording, what: Entry | str) -> Sequence[str]:
    """The features of a word of the lexicon; of a thing that is none, its kind."""
    return (what,) if isinstance(what, str) else wording.named_of(what, prefix)


def _told(seen: Read) -> tuple[list[list[str]], list[dict[Entry | str, None]], Iterable[Entry]]:
    """For each clause its threes of characters with what kind it is, and its words and things, each once; the buyer's words."""
    text, discourse = seen.reading.text, seen.discourse
    clauses, numbers = discourse.clauses, discourse.numbers
    told: list[list[str]] = []
    for clause in clauses:
        plain = f"^{''.join(filter(str.isalnum, text[clause.start : clause.end]))}$"
        threes = list(map(_three, plain, plain[1:], plain[2:]))
        threes += (plain[-2:], "$")
        if clause.question:
            threes.append("@q")
        if clause.conditional or clause.under_condition:
            threes.append("@c")
        told.append(threes)
    words: list[dict[Entry | str, None]] = [{} for _ in clauses]
    for entry, (start, end) in seen.hits.places:
        number = numbers[start]
        if end <= clauses[number].end:
            words[number][entry] = None
    for entity in seen.entities:
        words[numbers[entity.start]]["e:" + entity.kind] = None
    return told, words, seen.buyer.entries()


def _three(one: str, two: str, three: str) -> str:
    return one + two + three


def windows(seen: Read) -> list[Span]:
    """The first and last number of the clauses that are looked at together: each alone, each with the next, and all; all come last."""
    clauses = seen.discourse.clauses
    size = len(clauses)
    whole = size if clauses[-1].start < READ_AT_MOST else next(n for n, c in enumerate(clauses) if c.start >= READ_AT_MOST)
    if size == 1:
        return [(0, 0)]
    pairs = [(n, n + 1) for n in range(size - 1)] if size > 2 else []
    return [*((n, n) for n in range(size)), *pairs, (0, whole - 1)]


class _Rows(dict[str, int]):
    """One packed row a feature, read from its spelling when it is asked for; 0 for an unknown feature."""

    def __init__(self, spelled: Mapping[str, str], worth: Mapping[str, int], nothing: int) -> None:
        super().__init__()
        self.spelled, self._worth, self._nothing = spelled, worth, nothing

    def __missing__(self, feature: str) -> int:
        pairs = self.spelled.get(feature)
        if pairs is None:
            return 0
        row = self[feature] = sum([self._worth[pairs[at : at + 2]] for at in range(0, len(pairs), 2)], self._nothing)
        return row


class _Sums(dict[Any, int]):
    """The rows of the features of what is asked for, added up; the latest are kept."""

    def __init__(self, rows: _Rows, parts: Callable[[Any], Iterable[str]]) -> None:
        super().__init__()
        self._rows, self._parts = rows, parts

    def __missing__(self, what: Any) -> int:
        if len(self) >= _KEPT:
            self.clear()
        made = self[what] = sum(map(self._rows.__getitem__, self._parts(what)))
        return made


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of the file: labels, what turns a packed score of each into a number, limits, and one packed row a feature.

    A row holds the weights of all labels side by side in one integer, so that rows are added in one step, and above them a one, so that
    their sum tells how many there are.
    """

    labels: Mapping[str, int]
    factor: tuple[float, ...]
    offset: tuple[float, ...]
    limit: Mapping[str, float]
    rows: _Rows
    threes: _Sums
    ones: int
    top: int
    fields: Struct

    def shared(self, total: int, weight: float = 1.0) -> int:
        """The sum of rows less what keeps their weights positive, in the share of each of them."""
        size = total >> self.top
        share = int(_FINE * weight / math.sqrt(size)) if size else 0
        return (total - (size << self.top) - self.ones * (MOST + 1) * size) * share

    def scores(self, shared: int) -> tuple[int, ...]:
        """The score of each label, as integers."""
        return self.fields.unpack((shared + self.ones * _LEVEL).to_bytes(self.fields.size, "little"))

    def real(self, value: int, number: int) -> float:
        """A score of one label as a number; 0 is as likely as not."""
        return value * self.factor[number] + self.offset[number]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model of the file."""
    head, *lines = MODEL.read_text(encoding="utf-8").splitlines()
    return make_model(json.loads(head), dict([line.split("\t") for line in lines]))


def make_model(head: Mapping[str, Sequence[object]], packed: Mapping[str, str]) -> Model:
    """The model whose head holds labels, scale, start and limit; `packed` has two characters for each label and weight."""
    labels = [str(each) for each in head["labels"]]
    ones = sum(1 << _FIELD * number for number in range(len(labels)))
    top = _FIELD * len(labels)
    worth = {
        chr(_FIRST_LABEL + number) + chr(_FIRST_VALUE + value): value << _FIELD * number
        for number in range(len(labels))
        for value in range(-MOST, MOST + 1)
    }
    rows = _Rows(packed, worth, ones * (MOST + 1) + (1 << top))
    scale, start, limit = ([float(str(each)) for each in head[key]] for key in ("scale", "start", "limit"))
    factor = tuple(each / (_FINE * STEP) for each in scale)
    offset = tuple(each - _LEVEL * by for each, by in zip(start, factor, strict=True))
    numbers = {label: number for number, label in enumerate(labels)}
    limits = dict(zip(labels, limit, strict=False))
    return Model(numbers, factor, offset, limits, rows, _Sums(rows, parts_of), ones, top, Struct(f"<{len(labels)}I"))


def pack(weights: Sequence[tuple[int, int]]) -> str:
    """The pairs of label number and weight, in parts of one, as they stand in the file."""
    return "".join(
        chr(_FIRST_LABEL + number) + chr(_FIRST_VALUE + max(-MOST, min(MOST, value))) for number, value in weights
    )


def forget() -> None:
    """Has the file read anew; for the training, which tries out several."""
    model.cache_clear()
    _words.cache_clear()


@dataclass(frozen=True, slots=True)
class _Words:
    """The rows of the words of one lexicon, in a reply and in what the buyer said."""

    said: _Sums
    asked: Callable[[Entry], Sequence[str]]


@lru_cache(maxsize=16)
def _words(wording: Wording) -> _Words | None:
    """None for a wording whose concepts are not those that the model was made with: of it the model has no opinion."""
    made = model()
    names = [name[2:] for name in made.rows.spelled if name.startswith("c:")]
    if 2 * sum(map(wording.lexicon.knows, names)) <= len(names):
        return None
    return _Words(_Sums(made.rows, partial(names_of, "c:", wording)), partial(names_of, "b:", wording))


class Learned:
    """What the model thinks of one reply."""

    __slots__ = ("_found", "_model", "_size", "_windows", "best")

    def __init__(self, seen: Read, wording: Wording) -> None:
        self._model = made = model()
        self._windows = windows(seen)
        self._size = len(seen.discourse.clauses)
        self.best: dict[str, float] = {}
        """For each label how far the reply speaks for it; 0 is as likely as not. Empty for a wording that the model does not know."""
        self._found: list[tuple[int, ...]] = []
        known = _words(wording)
        if known is None:
            return
        self._found = self._scores(seen, known)
        highest = list(map(max, *self._found)) if len(self._found) > 1 else self._found[0]
        real = [v * by + at for v, by, at in zip(highest, made.factor, made.offset, strict=True)]
        self.best = dict(zip(made.labels, real, strict=True))

    def _scores(self, seen: Read, known: _Words) -> list[tuple[int, ...]]:
        """The packed scores of every window."""
        made = self._model
        told, words, asked = _told(seen)
        three, word, shared = made.threes.__getitem__, known.said.__getitem__, made.shared
        single = [sum(map(three, each), sum(map(word, more))) for each, more in zip(told, words, strict=True)]
        sums = [0, *accumulate(single)]
        buyer = shared(sum(map(made.rows.__getitem__, {name for each in asked for name in known.asked(each)})), BUYER)
        return [made.scores(shared(sums[last + 1] - sums[first]) + buyer) for first, last in self._windows]

    def near(self, label: str, first: int, last: int) -> float | None:
        """The highest score of the clauses from number `first` to `last`, alone or with a neighbour; None for an unknown label."""
        number = self._model.labels.get(label)
        if number is None or not self._found:
            return None
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

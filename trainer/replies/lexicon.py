"""Concepts: sets of near-synonyms, found together in one pass over a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

Span = tuple[int, int]

_GROUP = re.compile(r"\(([^()]*)\)")
_MAX_WORDS = 4_000
_RARER = 8.0  # times that a word is rarer with each character more


class LexiconError(ValueError):
    """A concept or word that cannot be read; the message says which and how to put it right."""


def expand(word: str) -> list[str]:
    """「(微|薇)信」 written out: 微信, 薇信. An empty alternative is allowed: 「加(我|)微信」."""
    if word.count("(") != word.count(")"):
        raise LexiconError(f"「{word}」括号不成对,请补上或删掉多余的括号")
    parts = _GROUP.split(word)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    size = 1
    for choice in choices:
        size *= len(choice)
    if size > _MAX_WORDS:
        raise LexiconError(f"「{word}」展开后有 {size} 个词,最多 {_MAX_WORDS} 个,请拆成几条")
    return ["".join(each) for each in product(*choices)]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One word: the concepts that it belongs to, as a set and as bits, and those whose hits it takes away."""

    concepts: frozenset[int]
    bits: int
    kills: frozenset[int]


class Hits:
    """The places of every concept in one text, worked out when they are asked for."""

    __slots__ = ("_added", "_killed", "_known", "_made", "_members", "_words", "bits", "places")

    def __init__(
        self, places: Sequence[tuple[Entry, Span]] = (), members: Mapping[int, frozenset[Entry]] | None = None
    ) -> None:
        self.places = places
        self.bits = 0
        self._members = members or {}
        self._words: dict[Entry, list[Span]] = {}
        self._killed: dict[int, list[Span]] = {}
        self._made: dict[int, list[Span]] = {}
        self._added: dict[int, list[Span]] = {}
        words = self._words
        for entry, span in places:
            if entry in words:
                words[entry].append(span)
            else:
                words[entry] = [span]
                self.bits |= entry.bits
            if entry.kills:
                for concept in entry.kills:
                    self._killed.setdefault(concept, []).append(span)
        self._known = frozenset(words)

    def add(self, concept: int, span: Span) -> None:
        """Adds a place that is no word of the lexicon: an entity, or a word in disguise."""
        self._added.setdefault(concept, []).append(span)
        self._made.pop(concept, None)
        self.bits |= 1 << concept

    def gather(self, mask: int, concepts: Iterable[int]) -> None:
        """Works out the places of several concepts, whose bits are `mask`, in one go."""
        found: dict[int, list[Span]] = {concept: [] for concept in concepts}
        for entry, span in self.places:
            if entry.bits & mask:
                for concept in entry.concepts:
                    if concept in found:
                        found[concept].append(span)
        for concept, spans in found.items():
            self._made[concept] = self._left(concept, spans)

    def bits_by(self, numbers: Sequence[int], size: int) -> list[int]:
        """The concepts that begin in each of `size` parts of the text; `numbers` gives the part of each position."""
        parts = [0] * size
        for entry, span in self.places:
            parts[numbers[span[0]]] |= entry.bits
        for concept, spans in self._added.items():
            for start, _ in spans:
                parts[numbers[start]] |= 1 << concept
        return parts

    def added(self) -> Iterable[int]:
        """The concepts of things that are no words."""
        return self._added

    def entries(self) -> Iterable[Entry]:
        """The different words found."""
        return self._words

    def entries_within(self, start: int, end: int) -> list[Entry]:
        """The different words found in text[start:end]."""
        return list(dict.fromkeys(entry for entry, span in self.places if start <= span[0] and span[1] <= end))

    def __getitem__(self, concept: int) -> list[Span]:
        made = self._made.get(concept)
        if made is None:
            made = self._made[concept] = self._make(concept)
        return made

    def __contains__(self, concept: int) -> bool:
        return bool(self.bits >> concept & 1) and bool(self[concept])

    def _make(self, concept: int) -> list[Span]:
        if not self.bits >> concept & 1:
            return []
        lists = [self._words[entry] for entry in self._members.get(concept, _NONE) & self._known]
        return self._left(concept, lists[0] if len(lists) == 1 else sorted(chain.from_iterable(lists)))

    def _left(self, concept: int, spans: list[Span]) -> list[Span]:
        """The places of the words, in order, less those that a longer word takes away, with what was added."""
        killed, added = self._killed.get(concept), self._added.get(concept)
        if killed:
            spans = _outside(spans, killed)
        return sorted({*spans, *added}) if added else spans


_NONE: frozenset[Entry] = frozenset()


class Lexicon:
    """Words by concept; `scan` gives every hit of every concept in one pass, in time linear in the text."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._names: list[str] = []
        self._words: dict[str, set[int]] = defaultdict(set)
        self._killers: dict[str, set[int]] = defaultdict(set)
        self._heads: _Heads | None = None
        self._members: dict[int, frozenset[Entry]] = {}
        self.unions: dict[int, tuple[int, ...]] = {}

    def add(self, name: str, words: Iterable[str], not_words: Iterable[str] = ()) -> int:
        """The number of the concept, made or enlarged with these words; a hit inside one of `not_words` does not count."""
        number = self._ids.get(name)
        if number is None:
            number = self._ids[name] = len(self._names)
            self._names.append(name)
        for word in words:
            if word:
                self._words[word].add(number)
        for word in not_words:
            if word:
                self._killers[word].add(number)
        self._heads = None
        return number

    def union(self, names: Iterable[str]) -> int:
        """The number of the concept that holds the words of all these concepts."""
        parts = {self.number(name) for name in names}
        whole = self.add("|".join(sorted(names)), [word for word, n in self._words.items() if n & parts])
        for word in [word for word, n in self._killers.items() if n & parts]:
            self._killers[word].add(whole)
        self.unions[whole] = tuple(each for part in parts for each in (part, *self.unions.get(part, ())))
        return whole

    def only(self, concepts: Iterable[int]) -> Lexicon:
        """A smaller lexicon of these concepts alone, with the same numbers."""
        wanted = set(concepts)
        small = Lexicon()
        small._ids, small._names = self._ids, self._names
        for word, numbers in self._words.items():
            if numbers & wanted:
                small._words[word] = numbers & wanted
        for word, numbers in self._killers.items():
            if numbers & wanted:
                small._killers[word] = numbers & wanted
        return small

    def __len__(self) -> int:
        return len(self._names)

    def name(self, number: int) -> str:
        """The name of a concept."""
        return self._names[number]

    def knows(self, name: str) -> bool:
        """Whether there is a concept of that name."""
        return name in self._ids

    def number(self, name: str) -> int:
        """The number of a known concept; LexiconError for an unknown one."""
        if name not in self._ids:
            raise LexiconError(f"没有名为「{name}」的概念")
        return self._ids[name]

    def words(self, number: int) -> list[str]:
        """The words of a concept, written out, in order."""
        return sorted(word for word, numbers in self._words.items() if number in numbers)

    def weights(self) -> Mapping[int, float]:
        """How often each concept is likely to be met: long words are rarer by far than short ones."""
        weights: dict[int, float] = defaultdict(float)
        for word, numbers in self._words.items():
            weight = _RARER ** -min(len(word), 6)
            for number in numbers:
                weights[number] += weight
        return weights

    def _freeze(self) -> _Heads:
        """Words under their first two characters, then the third, by length, so that most places of a text need one look."""
        single: dict[str, Entry] = {}
        pairs: dict[str, Entry] = {}
        longer: dict[str, dict[str, dict[int, dict[str, Entry]]]] = {}
        members: dict[int, list[Entry]] = defaultdict(list)
        for word in {*self._words, *self._killers}:
            concepts = frozenset(self._words.get(word, ()))
            entry = Entry(concepts, sum(1 << each for each in concepts), frozenset(self._killers.get(word, ())))
            for concept in concepts:
                members[concept].append(entry)
            if len(word) == 1:
                single[word] = entry
            elif len(word) == 2:
                pairs[word] = entry
            else:
                longer.setdefault(word[:2], {}).setdefault(word[2], {}).setdefault(len(word), {})[word] = entry
        self._members = {concept: frozenset(entries) for concept, entries in members.items()}
        thirds = {start: {third: sorted(sizes.items()) for third, sizes in by.items()} for start, by in longer.items()}
        self._heads = _Heads(single, pairs, thirds)
        return self._heads

    def scan(self, text: str, whole_latin: bool = True) -> Hits:
        """Every place of every concept; Latin words must stand alone if `whole_latin`."""
        heads = self._freeze() if self._heads is None else self._heads
        places: list[tuple[Entry, Span]] = []
        add = places.append
        latin = whole_latin and _LATIN.search(text) is not None
        for start, head in enumerate(map(heads.__getitem__, map(str.__add__, text, text[1:] + "\n"))):
            if head is None:
                continue
            single, pair, thirds = head
            if single is not None and not (latin and _inside_latin(text, start, start + 1)):
                add((single, (start, start + 1)))
            if pair is not None and not (latin and _inside_latin(text, start, start + 2)):
                add((pair, (start, start + 2)))
            if thirds is None:
                continue
            for size, words in thirds.get(text[start + 2 : start + 3], ()):
                end = start + size
                entry = words.get(text[start:end])
                if entry is not None and not (latin and _inside_latin(text, start, end)):
                    add((entry, (start, end)))
        return Hits(places, self._members)


_Thirds = dict[str, list[tuple[int, dict[str, Entry]]]]
_Head = tuple[Entry | None, Entry | None, _Thirds | None]
_KEPT = 50_000


class _Heads(dict[str, _Head | None]):
    """What begins at two characters: the word of the first, that of both, and by their third the longer ones; the latest are kept."""

    def __init__(self, single: Mapping[str, Entry], pairs: Mapping[str, Entry], longer: Mapping[str, _Thirds]) -> None:
        super().__init__()
        self._single, self._pairs, self._longer = single, pairs, longer

    def __missing__(self, pair: str) -> _Head | None:
        if len(self) >= _KEPT:
            self.clear()
        head = self._single.get(pair[0]), self._pairs.get(pair), self._longer.get(pair)
        made = self[pair] = None if head == (None, None, None) else head
        return made


_LATIN = re.compile("[a-z]", re.IGNORECASE)


def _inside_latin(text: str, start: int, end: int) -> bool:
    """Whether a word that begins like Latin continues on either side with more letters, so that it is a part of a longer one."""
    first = text[start]
    if not first.isascii():
        return False
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    last = text[end - 1]
    opens = before.isascii() and before.isalpha() and first.isalpha()
    closes = last.isascii() and last.isalpha() and after.isascii() and after.isalpha()
    return opens or closes


def _outside(hits: list[Span], spans: list[Span]) -> list[Span]:
    """The hits that no span covers; both lists are sorted by their beginnings."""
    kept: list[Span] = []
    at, reach = 0, -1
    for start, end in hits:
        while at < len(spans) and spans[at][0] <= start:
            reach = max(reach, spans[at][1])
            at += 1
        if reach < end:
            kept.append((start, end))
    return kept

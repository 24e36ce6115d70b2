"""Everything read in one reply before it is judged: concepts, entities, clauses, and the matches of the wording rules."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from trainer.replies.clauses import Clause, Discourse, Span, cut
from trainer.replies.entities import Entity, find_entities
from trainer.replies.lexicon import Hits
from trainer.replies.normalise import Reading, normalise
from trainer.replies.patterns import find
from trainer.replies.wording import Conditions, Wording


class Match(NamedTuple):
    """One wording rule found at text[start:end]."""

    name: str
    start: int
    end: int
    sure: str
    source: str


@dataclass(slots=True)
class Read:
    """A reply, read."""

    reading: Reading
    hits: Hits
    entities: list[Entity]
    discourse: Discourse
    buyer: Hits


_ODD = re.compile(r"(?<=[\u3400-\u9fffa-z])(?:[·*_/\\|、\-+~^#&=]{1,3}|[ ,.]{1,2}(?=.[ ,.·*_/]))(?=[\u3400-\u9fffa-z])")


def read(reply: str, buyer: str, wording: Wording) -> Read:
    """The reply with everything found in it."""
    reading = normalise(reply)
    hits = wording.lexicon.scan(reading.text)
    if _ODD.search(reading.text):
        _add_disguised(reading.text, hits, wording)
    entities = find_entities(reading.text)
    for entity in entities:
        for concept in wording.entities.get(entity.kind, ()):
            hits.add(concept, (entity.start, entity.end))
    hits.gather(wording.grammar_bits, wording.grammar.values())
    words = {name: hits[number] for name, number in wording.grammar.items()}
    return Read(reading, hits, entities, cut(reading.text, words), _asked(buyer, wording))


def _asked(buyer: str, wording: Wording) -> Hits:
    return wording.lexicon.scan(normalise(buyer[:500]).text) if buyer else Hits()


def _latin(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalpha()


def _add_disguised(text: str, hits: Hits, wording: Wording) -> None:
    """Words of disguised concepts whose characters are parted by marks: 微.信, 加*V."""
    kept = [i for i, char in enumerate(text) if char.isalnum()]
    squashed = "".join(text[i] for i in kept)
    if len(squashed) == len(text):
        return
    found = wording.disguises.scan(squashed, whole_latin=False)
    for concept in wording.disguised:
        for start, end in found[concept]:
            left, right = kept[start], kept[end - 1] + 1
            if _parted(text, left, right, end - start):
                for each in (concept, *(whole for whole, parts in wording.lexicon.unions.items() if concept in parts)):
                    hits.add(each, (left, right))


def _parted(text: str, left: int, right: int, size: int) -> bool:
    """Whether text[left:right] is a word of `size` characters parted on purpose, not two words that happen to meet."""
    if not size < right - left <= size * 3 or "\n" in text[left:right]:
        return False
    if size == 2 and text[left + 1 : right - 1] in (",", "."):
        return False
    return not _latin(text[left - 1 : left] + text[left]) and not _latin(text[right - 1 : right + 1])


def matches(read_: Read, wording: Wording, alive: int = -1) -> list[Match]:
    """Every match of the wording rules under the reading that it asks for; of the patterns those whose bits are `alive`."""
    found: list[Match] = []
    hits, discourse = read_.hits, read_.discourse
    for number in wording.candidates(hits, hits.bits_by(discourse.numbers, len(discourse.clauses)), alive):
        conditions = wording.conditions[number]
        if conditions.asked and not any(each in read_.buyer for each in conditions.asked):
            continue
        if conditions.unless_reply and any(each in hits for each in conditions.unless_reply):
            continue
        pattern = wording.patterns[number]
        for slots in find(pattern, hits, discourse):
            if _holds(conditions, slots, pattern.head, read_):
                start, end = slots[0][0], max(span[1] for span in slots)
                found.append(Match(wording.owners[number], start, end, conditions.sure, pattern.source))
    return found


def _holds(conditions: Conditions, slots: tuple[Span, ...], head: int, read_: Read) -> bool:
    """Whether the reading of the clause is the one asked for; what is quick to tell is looked at first."""
    discourse, hits = read_.discourse, read_.hits
    clause = discourse.clause_at(slots[head][0])
    if conditions.question != "ok" and clause.question != (conditions.question == "only"):
        return False
    if conditions.condition != "ok" and (clause.conditional or clause.under_condition) != (conditions.condition == "only"):
        return False
    if clause.warning and not conditions.warned:
        return False
    if conditions.unless and any_within(hits, conditions.unless, clause.start, clause.end):
        return False
    sentence = discourse.sentences[clause.sentence]
    if conditions.unless_sentence and any_within(hits, conditions.unless_sentence, *sentence):
        return False
    if conditions.together and not any_within(hits, conditions.together, *sentence):
        return False
    if not conditions.quoted and discourse.quoted(slots[0][0], slots[-1][1]):
        return False
    if len(conditions.by) < 5 and discourse.actor(clause, slots[head][0]) not in conditions.by:
        return False
    return conditions.when == "any" or discourse.denied(slots, head) == (conditions.when == "denied")


def any_within(hits: Hits, concepts: Iterable[int], start: int, end: int) -> bool:
    """Whether any of the concepts begins and ends in text[start:end]."""
    for concept in concepts:
        if hits.bits >> concept & 1:
            spans = hits[concept]
            at = bisect_left(spans, (start, 0))
            if at < len(spans) and spans[at][1] <= end:
                return True
    return False


def clause_of(read_: Read, match: Match) -> Clause:
    """The clause in which the match begins."""
    return read_.discourse.clause_at(match.start)

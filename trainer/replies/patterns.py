"""Small readable patterns of concept slots, gaps and order, matched on the concepts found in a reply.

Written with blanks between the parts: 「<加> .. <微信>」, 「*<开具> <发票> $」.
<概念> or <甲|乙> a concept · 词|词 words as they stand · * before a part: the head, which negation and actor are read for ·
+ next to each other · nothing: up to 3 characters between · .. up to 8 · ... anywhere in the clause · ~ up to 30, across clauses of
one sentence · ^ at the beginning of a clause · $ at its end.
Matching is a walk over sorted hits: no backtracking beyond the few hits within a gap, so its time is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.replies.clauses import Discourse, Span
from trainer.replies.lexicon import Hits, Lexicon, LexiconError, expand

MAX_PATTERN = 200
_GAPS = {"+": (0, False), "..": (8, False), "...": (60, False), "~": (30, True)}
_DEFAULT_GAP = (3, False)
_OPENING = re.compile(r"^[亲爱的那么就哦嗯好你我也们这边因为所以\W]{0,6}$")
_CLOSING = re.compile(r"^[哦呢的了啊呀哈吧嘛呗哟噢喔啦捏呐嗷滴亲们嘞噻撒咧喽咯嗨唷ovoqwqhaha\W]{0,5}$")
_MAX_BRANCH = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of a pattern: a concept, and how far it may stand behind the part before it."""

    concept: int
    gap: int
    crosses: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    source: str
    slots: tuple[Slot, ...]
    head: int
    opens: bool
    closes: bool
    needs: int


def parse_pattern(source: str, lexicon: Lexicon) -> Pattern:
    """The compiled pattern; LexiconError with a Chinese message where it cannot be read."""
    if len(source) > MAX_PATTERN:
        raise LexiconError(f"句式「{source[:20]}…」有 {len(source)} 个字,最多 {MAX_PATTERN} 个")
    slots: list[Slot] = []
    head, gap = 0, _DEFAULT_GAP
    opens = closes = False
    parts = source.split()
    for number, part in enumerate(parts):
        if part == "^" and number == 0:
            opens = True
        elif part == "$" and number == len(parts) - 1:
            closes = True
        elif part in _GAPS:
            gap = _GAPS[part]
        else:
            if part.startswith("*"):
                head, part = len(slots), part[1:]
            slots.append(Slot(_concept(part, source, lexicon), *gap))
            gap = _DEFAULT_GAP
    if not slots:
        raise LexiconError(f"句式「{source}」里没有概念也没有词,至少写一个")
    needs = 0
    for slot in slots:
        needs |= 1 << slot.concept
    return Pattern(source, tuple(slots), head, opens, closes, needs)


def _concept(part: str, source: str, lexicon: Lexicon) -> int:
    if part.startswith("<"):
        if not part.endswith(">"):
            raise LexiconError(f"句式「{source}」里「{part}」少了右边的 >")
        names = part[1:-1].split("|")
        if len(names) == 1:
            return lexicon.number(names[0])
        return lexicon.union(names)
    words = [word for each in _top_level(part) for word in expand(each)]
    return lexicon.add("词:" + part, words)


def _top_level(part: str) -> list[str]:
    """「甲|乙(丙|丁)」 split at the bars outside brackets."""
    out, depth, current = [], 0, ""
    for char in part:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            out.append(current)
            current = ""
        else:
            current += char
    return [*out, current]


def find(pattern: Pattern, hits: Hits, discourse: Discourse) -> list[tuple[Span, ...]]:
    """Every place of the pattern, as the spans of its slots; places do not overlap."""
    if pattern.needs & hits.bits != pattern.needs:
        return []
    lists = [hits[slot.concept] for slot in pattern.slots]
    if not all(lists) or lists[-1][-1][0] < lists[0][0][0]:
        return []
    found: list[tuple[Span, ...]] = []
    dead: set[tuple[int, int]] = set()
    reach = -1
    for first in lists[0]:
        if first[0] < reach or (pattern.opens and not _opens(discourse, first[0])):
            continue
        rest = _follow(pattern, 1, first, lists, discourse, dead)
        if rest is not None:
            found.append((first, *rest))
            reach = found[-1][-1][1]
    return found


def _follow(
    pattern: Pattern, number: int, last: Span, lists: list[list[Span]], discourse: Discourse, dead: set[tuple[int, int]]
) -> tuple[Span, ...] | None:
    """The spans of the slots from `number` on; `dead` keeps the places from which there is no way."""
    if number == len(lists):
        return () if not pattern.closes or _closes(discourse, last[1]) else None
    spans, slot, after = lists[number], pattern.slots[number], last[1]
    at = bisect_left(spans, (after, 0))
    if at == len(spans) or spans[at][0] > after + slot.gap or (number, after) in dead:
        return None
    clause = discourse.clause_at(last[0])
    limit = min(discourse.sentences[clause.sentence][1] if slot.crosses else clause.end, after + slot.gap + 1)
    for span in spans[at : at + _MAX_BRANCH]:
        if span[0] >= limit:
            break
        rest = _follow(pattern, number + 1, span, lists, discourse, dead)
        if rest is not None:
            return (span, *rest)
    dead.add((number, after))
    return None


def _opens(discourse: Discourse, position: int) -> bool:
    clause = discourse.clause_at(position)
    return position - clause.start <= 6 and _OPENING.match(discourse.text[clause.start : position]) is not None


def _closes(discourse: Discourse, position: int) -> bool:
    clause = discourse.clause_at(max(0, position - 1))
    return clause.end - position <= 5 and _CLOSING.match(discourse.text[position : clause.end]) is not None


def by_rarest(patterns: Sequence[Pattern], weights: Mapping[int, float]) -> dict[int, list[int]]:
    """Pattern numbers under the concept that is met least, so that most patterns are never looked at."""
    index: dict[int, list[int]] = {}
    for number, pattern in enumerate(patterns):
        rarest = min((slot.concept for slot in pattern.slots), key=lambda concept: weights.get(concept, 0.0))
        index.setdefault(rarest, []).append(number)
    return index

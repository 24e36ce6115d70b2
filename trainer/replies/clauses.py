"""A reply cut into clauses, and what each clause is: asked, conditional, quoted, denied, and of whom it speaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]

GRAMMAR = (
    "否定", "反问", "实义动词", "否定谓语", "条件", "疑问", "引述", "警示", "我方", "买家", "平台方", "第三方", "介词", "转折", "无理",
)  # fmt: skip

_LONGEST = 80
_COMPLEMENTS = ("了", "出", "到", "成", "得", "上", "起")
_HARD = ".!?\n;"
_SOFT = ",~ "
_CUT = re.compile(r"[.!?\n;,~ ]+")
_JOIN = re.compile(
    r"(?<=[\u3400-\u9fff])(?:(?=但是|可是|而是|所以|因此|否则|不然|要不然|然后|如果|要是|假如|万一|只要是?|另外|同时)|(?<=的话)(?!术|题|费))"
)
_INNER_DOT = re.compile(r"(?<=[0-9a-z])[.:](?=[0-9a-z])")


@dataclass(slots=True)
class Clause:
    """text[start:end] between two marks or joining words, in sentence number `sentence`."""

    start: int
    end: int
    sentence: int
    question: bool = False
    conditional: bool = False
    under_condition: bool = False
    warning: bool = False


@dataclass(slots=True)
class Discourse:
    """The clauses of a reply with the grammar words found in it."""

    text: str
    clauses: list[Clause]
    sentences: list[Span]
    words: Mapping[str, Sequence[Span]]
    quotes: list[Span]
    numbers: list[int] = field(default_factory=list)
    _deniable: list[bool] = field(default_factory=list)

    def clause_at(self, position: int) -> Clause:
        """The clause that holds the position."""
        return self.clauses[self.numbers[position]]

    def index_at(self, position: int) -> int:
        """The number of the clause that holds the position."""
        return self.numbers[position]

    def within(self, name: str, start: int, end: int) -> Sequence[Span]:
        """The grammar words of one kind that lie in text[start:end]."""
        spans = self.words.get(name, ())
        if not spans:
            return ()
        first = bisect_left(spans, (start, 0))
        if first == len(spans) or spans[first][0] >= end:
            return ()
        last = bisect_left(spans, (end, 0), first)
        return [span for span in spans[first:last] if span[1] <= end]

    def quoted(self, start: int, end: int) -> bool:
        """Whether the place stands in quotation marks or is introduced as the buyer's or others' words."""
        if self.quotes and any(left <= start and end <= right for left, right in self.quotes):
            return True
        if not self.words.get("引述"):
            return False
        clause = self.clause_at(start)
        return bool(self.within("引述", clause.start, start))

    def denied(self, slots: Sequence[Span], head: int) -> bool:
        """Whether the words in `slots`, read around slot number `head`, are negated an odd number of times."""
        number = self.numbers[slots[head][0]]
        clause = self.clauses[number]
        reach = min(clause.end, max(end for _, end in slots))
        if not self._deniable[number]:
            return self._complement(reach)
        begin = self._scope_start(clause, slots[head][1])
        count = sum(
            1
            for span in self.within("否定", begin, reach)
            if not _held(span, slots) and not self._consumed(span, slots[head][0], slots)
        )
        count += sum(1 for span in self.within("反问", begin, reach) if not _held(span, slots))
        count += self._complement(reach)
        return (count + self._denied_after(clause, reach)) % 2 == 1

    def _scope_start(self, clause: Clause, position: int) -> int:
        """Where negation around the position begins: 「不会加您,也不会…」 starts anew at 也."""
        for span in reversed(self.within("否定", clause.start, position)):
            if span[0] > clause.start and self.text[span[0] - 1] in "也更又且":
                return span[0]
        return clause.start

    def _consumed(self, negator: Span, head: int, slots: Sequence[Span]) -> bool:
        """Whether the negator belongs to another verb that stands before the head."""
        verbs = self.within("实义动词", negator[1], min(negator[1] + 6, head))
        return any(span[0] - negator[1] <= 3 and not _overlaps(span, slots) for span in verbs)

    def _complement(self, position: int) -> bool:
        """Whether 「不了」「不出」 directly follows: 发票开不了, 货发不出."""
        return self.text.startswith("不", position) and self.text[position + 1 : position + 2] in _COMPLEMENTS

    def _denied_after(self, clause: Clause, position: int) -> int:
        """How often 「…不行」 after the words denies them, in their clause or in a short one that follows."""
        for span in self.within("否定谓语", position, clause.end):
            if span[0] - position <= 8 and clause.end - span[1] <= 6:
                return max(1, len(self.within("否定", position, span[1])))
        index = self.index_at(clause.start) + 1
        if index < len(self.clauses) and clause.end - position <= 2:
            after = self.clauses[index]
            if after.sentence == clause.sentence and after.end - after.start <= 12:
                for span in self.within("否定谓语", after.start, after.end):
                    if span[0] - after.start <= 2 and after.end - span[1] <= 3:
                        return max(1, len(self.within("否定", after.start, span[1])))
        return 0

    def actor(self, clause: Clause, position: int) -> str:
        """Who does what stands at the position: self, buyer, platform, third or unknown."""
        best, who = -1, "unknown"
        objects = {span[1] for span in self.within("介词", clause.start, position)}
        for name, kind in (("我方", "self"), ("买家", "buyer"), ("平台方", "platform"), ("第三方", "third")):
            for span in self.within(name, clause.start, position):
                if span[0] in objects:
                    continue
                if span[0] > best:
                    best, who = span[0], kind
        return who


def _held(span: Span, slots: Sequence[Span]) -> bool:
    """Whether the word begins inside one of the slots and is thus a part of what they say."""
    return any(start <= span[0] < end for start, end in slots)


def _overlaps(span: Span, slots: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in slots)


def cut(text: str, words: Mapping[str, Sequence[Span]]) -> Discourse:
    """The discourse of a normalised text; `words` holds the hits of the concepts named in GRAMMAR."""
    clauses: list[Clause] = []
    sentence = 0
    start = 0
    inner = {match.start() for match in _INNER_DOT.finditer(text)}
    for match in _CUT.finditer(text):
        if match.start() in inner and match.end() - match.start() == 1:
            continue
        _append(clauses, text, start, match.start(), sentence, "?" in match.group())
        start = match.end()
        if any(char in _HARD for char in match.group()):
            sentence += 1
    _append(clauses, text, start, len(text), sentence, False)
    if not clauses:
        clauses.append(Clause(0, len(text), 0))
    discourse = Discourse(text, clauses, _sentences(clauses), _maximal(words), _quotes(text))
    discourse.numbers = _numbers(clauses, len(text))
    discourse._deniable = _deniable(discourse)
    _mark(discourse)
    return discourse


def _numbers(clauses: Sequence[Clause], size: int) -> list[int]:
    """For each position, its end included, the number of the clause that holds it; marks belong to the clause before them."""
    numbers: list[int] = []
    for number, clause in enumerate(clauses[1:]):
        numbers += [number] * (clause.start - len(numbers))
    return numbers + [len(clauses) - 1] * (size + 1 - len(numbers))


def _deniable(discourse: Discourse) -> list[bool]:
    """For each clause whether a word in it, or right after it, can deny what it says."""
    deniable = [False] * len(discourse.clauses)
    for name in ("否定", "反问", "否定谓语"):
        for start, _ in discourse.words.get(name, ()):
            number = discourse.index_at(start)
            deniable[number] = True
            if number and name == "否定谓语":
                deniable[number - 1] = True
    return deniable


def _append(clauses: list[Clause], text: str, start: int, end: int, sentence: int, asked: bool) -> None:
    if end <= start:
        if asked and clauses and clauses[-1].sentence == sentence:
            clauses[-1].question = True
        return
    at = start
    for match in _JOIN.finditer(text, start, end):
        if match.start() - at >= 2 and end - match.start() >= 2:
            clauses.append(Clause(at, match.start(), sentence))
            at = match.start()
    while end - at > _LONGEST:
        clauses.append(Clause(at, at + _LONGEST, sentence))
        at += _LONGEST
    clauses.append(Clause(at, end, sentence, question=asked))


def _sentences(clauses: Sequence[Clause]) -> list[Span]:
    spans: dict[int, Span] = {}
    for clause in clauses:
        first = spans.get(clause.sentence, (clause.start, clause.end))[0]
        spans[clause.sentence] = (first, clause.end)
    return [spans.get(number, (0, 0)) for number in range(max(spans, default=0) + 1)]


def _maximal(words: Mapping[str, Sequence[Span]]) -> dict[str, Sequence[Span]]:
    """Negators that lie within longer ones are one negation, not two."""
    made: dict[str, Sequence[Span]] = {}
    for name, spans in words.items():
        if name not in ("否定", "反问"):
            made[name] = spans
            continue
        kept: list[Span] = []
        for span in sorted(spans, key=lambda each: (each[0], -each[1])):
            if not kept or span[0] >= kept[-1][1]:
                kept.append(span)
        made[name] = kept
    return made


def _quotes(text: str) -> list[Span]:
    found: list[Span] = []
    for opening, closing in (("“", "”"), ("‘", "’")):
        at = text.find(opening)
        while at >= 0:
            end = text.find(closing, at + 1)
            if end < 0 or end - at > 80:
                break
            found.append((at, end + 1))
            at = text.find(opening, end + 1)
    parts = text.split('"')
    at = 0
    for number, part in enumerate(parts):
        if number % 2 and number < len(parts) - 1 and len(part) <= 80:
            found.append((at - 1, at + len(part) + 1))
        at += len(part) + 1
    return found


def _mark(discourse: Discourse) -> None:
    """What each clause is: asked, conditional, a warning, or said under a condition that came before in its sentence."""
    asking, conditional, warning = (_holding(name, discourse) for name in ("疑问", "条件", "警示"))
    condition_in = -1
    for number, clause in enumerate(discourse.clauses):
        asked = number in asking
        if not asked and (clause.question or discourse.text[clause.end - 1 : clause.end] in _PARTICLES):
            body = discourse.text[clause.start : clause.end]
            asked = (clause.question and not _STATED.search(body)) or _ASKING.search(body) is not None
        clause.question = asked
        clause.conditional = number in conditional
        clause.under_condition = condition_in == clause.sentence
        clause.warning = number in warning
        if clause.conditional:
            condition_in = clause.sentence


def _holding(name: str, discourse: Discourse) -> set[int]:
    """The numbers of the clauses that hold a grammar word of this kind."""
    holding: set[int] = set()
    for start, end in discourse.words.get(name, ()):
        number = discourse.numbers[start]
        if end <= discourse.clauses[number].end:
            holding.add(number)
    return holding


_PARTICLES = frozenset("吗么呢哦呀啊亲哈")
_ASKING = re.compile(r"(?:吗|么|(?<![这那什怎])么)[呢哦呀啊亲哈]*$")
_STATED = re.compile(r"(?:难道|凭什么|关我|谁让你)")

"""Who is said to pay the postage, compared with who must."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainer.replies.clauses import Span
from trainer.replies.reader import Read, any_within
from trainer.replies.wording import Wording
from trainer.rules import Term

_WHO = {"buyer": "买家", "seller": "卖家", "negotiable": "双方商量"}
_PHRASES = (("买家付", "buyer", "seller"), ("卖家付", "seller", "buyer"), ("平摊付", "both", ""))


@dataclass(frozen=True, slots=True)
class SaidPayer:
    """A phrase that says who pays, judged."""

    start: int
    end: int
    agrees: bool
    better: bool
    correct: str


def payer_words(wording: Wording) -> tuple[int, ...]:
    """The concepts that name a payer."""
    return tuple(wording.lexicon.number(name) for name, _, _ in _PHRASES if wording.lexicon.knows(name))


def said_payers(seen: Read, wording: Wording, place: Span, terms: Sequence[Term]) -> Iterator[SaidPayer]:
    """Every phrase about a payer in a sentence, beside the legs of the way that it speaks of."""
    due: dict[str, set[str]] = {}
    for term in terms:
        if term.unit == "word" and term.name in ("outbound", "return", "payer"):
            due.setdefault(term.name, set()).add(str(term.value))
    for slots, payer in _phrases(seen, wording, place):
        legs = ("payer",) if "payer" in due else _legs(seen, wording, place, slots)
        known = [(leg, due[leg]) for leg in legs if due.get(leg)]
        if not known:
            continue
        wrong = any(payer not in values and "negotiable" not in values for _, values in known)
        better = wrong and payer == "seller"
        yield SaidPayer(*slots, not wrong or better, better, ",".join(_correct(leg, values) for leg, values in known))


def _correct(leg: str, values: set[str]) -> str:
    name = {"outbound": "去程运费", "return": "退回运费", "payer": "寄发票的邮费"}[leg]
    return f"{name}由{_WHO.get(min(values), min(values))}承担"


def _phrases(seen: Read, wording: Wording, place: Span) -> Iterator[tuple[Span, str]]:
    for name, payer, other in _PHRASES:
        if not wording.lexicon.knows(name):
            continue
        spans = seen.hits[wording.lexicon.number(name)]
        for start, end in spans:
            if any(left <= start and end <= right and (left, right) != (start, end) for left, right in spans):
                continue
            if _OTHER_VERB.match(seen.reading.text, end):
                continue
            clause = seen.discourse.clause_at(start)
            if place[0] <= start < place[1] and not clause.question and not seen.discourse.quoted(start, end):
                turned = _turned(seen, clause.start, start)
                if not (turned and not other):
                    yield (start, end), other if turned else payer


def _turned(seen: Read, begin: int, end: int) -> bool:
    """Whether 不用, 怎么会 and the like before the phrase turn it round."""
    words = [*seen.discourse.within("否定", begin, end), *seen.discourse.within("反问", begin, end)]
    return sum(end - span[1] <= _REACH for span in words) % 2 == 1


_REACH = 4
_OTHER_VERB = re.compile(
    r"(?<=付)(?:款|的(?!是)|了|尾|定|完|清|过|成|出)|(?<=出)(?:门|差|现|示|价|库|货|去|来|单|新)|(?<=担)(?:心|保)|(?<=认)(?:为|真|证|可|识|准)"
    r"|(?<=包)(?:装|好|裹|邮|里|你|袋|材|的)|(?<=支付)(?:宝|方|的|时|了|成)|(?<=报销)单|(?<=垫)(?:着|个)"
)
"""「你付款」 and 「我包装」 say nothing of who pays the postage."""


def _legs(seen: Read, wording: Wording, place: Span, phrase: Span) -> tuple[str, ...]:
    clause = seen.discourse.clause_at(phrase[0])
    for name, legs in (("来回词", ("outbound", "return")), ("去程词", ("outbound",))):
        within = place if name == "来回词" else (clause.start, clause.end)
        if wording.lexicon.knows(name) and any_within(seen.hits, (wording.lexicon.number(name),), *within):
            return legs
    return ("return",)

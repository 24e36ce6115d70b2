"""Deadlines, amounts, rates, multiples and payers that a reply states, compared with the decision for the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from trainer.replies.clauses import Span
from trainer.replies.entities import Entity
from trainer.replies.patterns import find
from trainer.replies.reader import Read, any_within
from trainer.replies.topics import Topic
from trainer.replies.wording import Wording
from trainer.rules import QuestionError, Rulebook, Term

_HOURS = {
    "hours": Decimal(1),
    "days": Decimal(24),
    "minutes": Decimal(1) / 60,
    "months": Decimal(720),
    "workdays": Decimal(24),
}
_SAID_HOURS = {
    "小时": Decimal(1),
    "工作日": Decimal(24),
    "月": Decimal(720),
    "年": Decimal(8760),
    "分钟": Decimal(1) / 60,
    "秒": Decimal(1) / 3600,
}
_TEXT = {"hours": "小时", "days": "天", "workdays": "个工作日", "yuan": "元", "percent": "%", "times": "倍"}
_MONEY_ASKS = {"shipping.compensation", "compensation.counterfeit", "compensation.fraud"}
_GONE = re.compile(r"了|刚过|已过|都过|过了|还没到")
_DATE = re.compile(r"\d月$|[.月/-]$")
_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim found in the normal text, judged: agrees is None where it cannot be told."""

    ask: str
    start: int
    end: int
    agrees: bool | None
    better: bool
    correct: str | None
    official: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What the claims of one reply are compared with."""

    rulebook: Any
    platform: str
    as_of: datetime | str
    facts: Mapping[str, Any]


def find_statements(seen: Read, wording: Wording, case: Case, skip: Sequence[Span]) -> list[Statement]:
    """Every stated figure that belongs to a decision, outside the places to skip, in order of the text."""
    if not isinstance(case.rulebook, Rulebook) or not _states_something(seen, wording):
        return []
    found: dict[tuple[int, int], tuple[int, Statement]] = {}
    for topic in wording.topics:
        if not topic.may_occur(seen.hits.bits, seen.buyer.bits):
            continue
        for sentence, places in sorted(_sentences_about(topic, seen).items()):
            terms = _terms(topic.ask, case, _hinted(seen, wording, sentence))
            if not terms:
                continue
            for statement in _compared(topic, seen, wording, sentence, terms, case):
                where = statement.start, statement.end
                if any(left <= where[0] < right for left, right in skip):
                    continue
                distance = min((_distance(place, where) for place in places), default=_FAR)
                if where not in found or distance < found[where][0]:
                    found[where] = distance, statement
    return sorted((statement for _, statement in found.values()), key=lambda each: each.start)


_FAR = 1_000


def _states_something(seen: Read, wording: Wording) -> bool:
    """Whether there is any figure or payer to compare."""
    payers = (wording.lexicon.number(name) for name in ("买家付", "卖家付") if wording.lexicon.knows(name))
    return any(each.value is not None for each in seen.entities) or any(seen.hits.bits >> each & 1 for each in payers)


def _distance(one: Span, other: Span) -> int:
    return max(0, other[0] - one[1], one[0] - other[1])


def _sentences_about(topic: Topic, seen: Read) -> dict[int, list[Span]]:
    """The sentences that speak of the topic, with the places that do; or all, where they answer the buyer's question."""
    if topic.needs and not any(each in seen.hits for each in topic.needs):
        return {}
    about: dict[int, list[Span]] = {}
    for pattern in topic.patterns:
        for slots in find(pattern, seen.hits, seen.discourse):
            about.setdefault(seen.discourse.clause_at(slots[0][0]).sentence, []).append((slots[0][0], slots[-1][1]))
    if not about and any(each in seen.buyer for each in topic.asked):
        about = {clause.sentence: [] for clause in seen.discourse.clauses}
    return {n: v for n, v in about.items() if not any_within(seen.hits, topic.unless, *seen.discourse.sentences[n])}


def _terms(ask: str, case: Case, hints: Mapping[str, Any]) -> list[Term]:
    facts = _merge(case.facts, hints)
    try:
        return list(case.rulebook.terms(ask, case.platform, case.as_of, facts))
    except QuestionError:
        return []


def _merge(facts: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, with what the reply itself says filled in where nothing is known."""
    merged = {key: dict(value) if isinstance(value, Mapping) else value for key, value in facts.items()}
    for group, values in hints.items():
        inner = merged.setdefault(group, {})
        for key, value in values.items():
            if inner.get(key) is None:
                inner[key] = value
    return merged


_REASONS = (
    ("质量原因词", "quality"),
    ("破损词", "damaged"),
    ("错发词", "wrong_item"),
    ("漏发词", "missing_item"),
    ("七天原因词", "seven_day"),
)
_KINDS = (("聚划算词", "juhuasuan"), ("预售词", "presale"), ("定制词", "custom"))


def _hinted(seen: Read, wording: Wording, sentence: int) -> dict[str, Any]:
    """The reason and kind of goods that the sentence itself names."""
    place = seen.discourse.sentences[sentence]
    hints: dict[str, Any] = {}
    for names, group, key in ((_REASONS, "claim", "reason"), (_KINDS, "order", "kind")):
        for name, value in names:
            if wording.lexicon.knows(name) and any_within(seen.hits, (wording.lexicon.number(name),), *place):
                hints.setdefault(group, {})[key] = value
                break
    return hints


def _compared(
    topic: Topic, seen: Read, wording: Wording, sentence: int, terms: Sequence[Term], case: Case
) -> Iterator[Statement]:
    start, end = seen.discourse.sentences[sentence]
    official = any_within(seen.hits, (wording.lexicon.number("平台口吻"),), start, end)
    if "payer" in topic.figures:
        yield from _payers(topic, seen, wording, (start, end), terms)
    for entity in seen.entities:
        if not (start <= entity.start < end) or entity.value is None or entity.kind not in topic.figures:
            continue
        if _idle(entity, seen, wording):
            continue
        statement = _judge(topic, entity, terms, _official_at(entity, seen, wording, official), case)
        if statement is not None:
            yield statement


def _official_at(entity: Entity, seen: Read, wording: Wording, official: bool) -> bool:
    """Whether the figure is given as what platform or law provide, not as the shop's own word."""
    clause = seen.discourse.clause_at(entity.start)
    own = any_within(seen.hits, (wording.lexicon.number("自家口吻"),), clause.start, clause.end)
    if any_within(seen.hits, (wording.lexicon.number("平台口吻"),), clause.start, clause.end):
        return True
    return official and not own


def _idle(entity: Entity, seen: Read, wording: Wording) -> bool:
    """Whether the figure states no term: denied, asked, gone by, or the buyer's."""
    discourse, text = seen.discourse, seen.reading.text
    clause = discourse.clause_at(entity.start)
    if (
        clause.question
        or _GONE.match(text, entity.end)
        or entity.unit == "年"
        or discourse.quoted(entity.start, entity.end)
    ):
        return True
    if any_within(seen.hits, (wording.lexicon.number("已过"),), clause.start, entity.start):
        return True
    if _DATE.search(text[: entity.start][-4:]):
        return True
    return len(discourse.within("否定", max(clause.start, entity.start - 6), entity.start)) % 2 == 1


def _judge(topic: Topic, entity: Entity, terms: Sequence[Term], official: bool, case: Case) -> Statement | None:
    said = _said(entity)
    comparable = list(_comparable(entity, terms, case))
    if said is None or not comparable:
        return None
    correct = "、".join(dict.fromkeys(text for _, text, _ in comparable))
    if any(abs(value - said) <= _TOLERANCE for value, _, _ in comparable):
        return Statement(topic.ask, entity.start, entity.end, True, False, correct, official)
    if entity.kind == "money" and said == _amount(case):
        return None
    better = any(_better(said, value, side) for value, _, side in comparable)
    if better and not official:
        return Statement(topic.ask, entity.start, entity.end, True, True, correct)
    return Statement(topic.ask, entity.start, entity.end, False, False, correct, official)


def _amount(case: Case) -> Decimal | None:
    order = case.facts.get("order")
    amount = order.get("amount") if isinstance(order, Mapping) else None
    return Decimal(str(amount)) if isinstance(amount, int | float | str) and not isinstance(amount, bool) else None


def _said(entity: Entity) -> Decimal | None:
    if entity.value is None:
        return None
    return entity.value * _SAID_HOURS[entity.unit] if entity.kind == "span" else entity.value


def _better(said: Decimal, value: Decimal, side: str | None) -> bool:
    return (side == "lower" and said < value) or (side == "higher" and said > value)


_UNITS = {"span": set(_HOURS), "money": {"yuan"}, "rate": {"percent"}, "times": {"times"}}


def _comparable(entity: Entity, terms: Sequence[Term], case: Case) -> Iterator[tuple[Decimal, str, str | None]]:
    """The values a stated figure may have, in its own measure, with their Chinese text and better side."""
    exact = _exact_hours(terms, case) if entity.kind == "span" else None
    for term in terms:
        if term.unit not in _UNITS[entity.kind]:
            continue
        value = Decimal(str(term.value)) * (_HOURS[term.unit] if entity.kind == "span" else 1)
        if exact is not None and term.unit != "workdays" and abs(exact - value) > 24 and len(terms) > 2:
            continue
        yield value, f"{_plain(term.value)}{_TEXT.get(term.unit, term.unit)}", term.better
    if exact is not None and not any(term.unit in _HOURS for term in terms):
        yield exact, "立即" if exact == 0 else f"{_plain(exact)}小时", "lower"


def _exact_hours(terms: Iterable[Term], case: Case) -> Decimal | None:
    """Hours from the fact that a decision counts from to its answer, where one of the known facts fits."""
    for term in terms:
        if term.unit != "time" or not isinstance(term.value, str):
            continue
        for moment in _moments(case.facts):
            hours = Decimal(str((datetime.fromisoformat(term.value) - moment).total_seconds())) / 3600
            if hours in (0, 48, 72, 120, 168, 240, 360, 720):
                return hours
    return None


def _moments(facts: Mapping[str, Any]) -> Iterator[datetime]:
    for value in facts.values():
        if isinstance(value, Mapping):
            yield from _moments(value)
        elif isinstance(value, str) and "T" in value:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                continue
            if moment.tzinfo is not None:
                yield moment


def _plain(value: Any) -> str:
    number = Decimal(str(value)).normalize()
    return f"{number:f}"


_WHO = {"buyer": "买家", "seller": "卖家"}


def _payers(topic: Topic, seen: Read, wording: Wording, place: Span, terms: Sequence[Term]) -> Iterator[Statement]:
    due = {name: {t.value for t in terms if t.name == name and t.unit == "word"} for name in ("outbound", "return")}
    for slots, payer in _payer_phrases(seen, wording, place):
        legs = _legs(seen, wording, place, slots)
        known = [due[leg] for leg in legs if due[leg]]
        if not known:
            continue
        wrong = [values for values in known if payer not in values]
        correct = ",".join(
            f"{'去程' if leg == 'outbound' else '退回'}运费由{_WHO[next(iter(due[leg]))]}承担"
            for leg in legs
            if due[leg]
        )
        better = bool(wrong) and payer == "seller"
        yield Statement(topic.ask, *slots, not wrong or better, better, correct)


def _payer_phrases(seen: Read, wording: Wording, place: Span) -> Iterator[tuple[Span, str]]:
    for name, payer, other in (("买家付", "buyer", "seller"), ("卖家付", "seller", "buyer")):
        if not wording.lexicon.knows(name):
            continue
        spans = seen.hits[wording.lexicon.number(name)]
        for start, end in spans:
            if any(left <= start and end <= right and (left, right) != (start, end) for left, right in spans):
                continue
            clause = seen.discourse.clause_at(start)
            if place[0] <= start < place[1] and not clause.question and not seen.discourse.quoted(start, end):
                yield (start, end), other if seen.discourse.denied([(start, end)], 0) else payer


def _legs(seen: Read, wording: Wording, place: Span, phrase: Span) -> tuple[str, ...]:
    clause = seen.discourse.clause_at(phrase[0])
    for name, legs in (("来回词", ("outbound", "return")), ("去程词", ("outbound",))):
        within = place if name == "来回词" else (clause.start, clause.end)
        if wording.lexicon.knows(name) and any_within(seen.hits, (wording.lexicon.number(name),), *within):
            return legs
    return ("return",)

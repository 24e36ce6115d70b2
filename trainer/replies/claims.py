"""Deadlines, amounts, rates, multiples and payers that a reply states, compared with the decision for the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from trainer.replies.clauses import Span
from trainer.replies.dates import BEIJING, SaidDay, find_days
from trainer.replies.entities import Entity
from trainer.replies.figures import Compared, compare_day, compare_figure
from trainer.replies.focus import focus, grounded
from trainer.replies.patterns import find
from trainer.replies.payers import payer_words, said_payers
from trainer.replies.reader import Read, any_within
from trainer.replies.topics import Topic
from trainer.replies.wording import Wording
from trainer.rules import QuestionError, Rulebook, Term

_GONE = re.compile(r"了(?!算|就|系统|还|自)|刚过|已过|都过|过了|还没到|前(?:刚|就|下|买|付|收|发|寄)")
_DATE = re.compile(
    r"\d ?月 ?$|[.月/-]$|(?:还剩|还有|只剩|剩下|剩|差|超了|超|晚了|晚|多了|早了|这都|等了|等你|过了|提前)$"
)
_EITHER = re.compile(r"哪个早|谁早|较早|孰早|先到|以早|或者")
_TRACKING = re.compile("单号|快递号|运单|物流信息|物流单|(?:寄回|寄出|发回)(?:来|去)?(?:以后|之后|后)")
_SECOND = Decimal(48)
"""Hours: 「第二天」 says from when is counted, 「第10日」 says how long."""


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
    grounded: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """What the claims of one reply are compared with."""

    rulebook: Any
    platform: str
    as_of: datetime | str
    facts: Mapping[str, Any]

    @property
    def now(self) -> datetime | None:
        """The moment of the reply in Beijing; None where it is not given readably."""
        try:
            moment = datetime.fromisoformat(self.as_of) if isinstance(self.as_of, str) else self.as_of
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


_TIMERS = frozenset(
    (
        "trade.unpaid_close",
        "trade.auto_confirm",
        "refund.after_rejection",
        "refund.buyer_return",
        "dispute.intervention",
        "aftersale.window",
    )
)
"""What the platform's clock does: the shop can promise nothing better here."""

Found = dict[Span, tuple[tuple[int, int, int], Statement]]
_FAR = 1_000
_FOCUSED = 50


def find_statements(seen: Read, wording: Wording, case: Case, skip: Sequence[Span]) -> list[Statement]:
    """Every stated figure that belongs to a decision, outside the places to skip, in order of the text."""
    if not isinstance(case.rulebook, Rulebook):
        return []
    days = list(find_days(seen.reading.text, case.now)) if case.facts and case.now else []
    if not (days or any(each.value is not None for each in seen.entities) or _names_payer(seen, wording)):
        return []
    found: Found = {}
    about: set[str] = set()
    for topic in wording.topics:
        if not topic.may_occur(seen.hits.bits, seen.buyer.bits):
            continue
        for sentence, places in sorted(_sentences_about(topic, seen).items()):
            terms = _terms(topic.ask, case, _hinted(seen, wording, sentence)) + _first_clock(topic.ask, seen, sentence, case)
            about.add(topic.ask)
            for statement in _compared(topic, seen, wording, sentence, terms, case, days):
                distance = min((_distance(place, (statement.start, statement.end)) for place in places), default=_FAR)
                rank = 0 if grounded(topic.ask, case.facts) else 1
                # What only the buyer's question brings up yields to what the sentence itself speaks of.
                _keep(found, _weighed(statement, rank), (0 if places else 1, rank, distance), skip if rank else ())
    _focused(found, seen, wording, case, days, skip)
    return sorted((statement for _, statement in found.values()), key=lambda each: each.start)


def _weighed(statement: Statement, rank: int) -> Statement:
    """Where the facts do not bear on it, the shop's own figure is not judged, and what is given as the rule is in doubt."""
    if statement.agrees is False and rank:
        return replace(statement, grounded=False, agrees=False if statement.official else None)
    return statement


def _keep(found: Found, statement: Statement, rank: tuple[int, int, int], skip: Sequence[Span]) -> None:
    where = statement.start, statement.end
    if any(left <= where[0] < right for left, right in skip):
        return
    if where not in found or rank < found[where][0]:
        found[where] = rank, statement


def _focused(
    found: Found, seen: Read, wording: Wording, case: Case, days: Sequence[SaidDay], skip: Sequence[Span]
) -> None:
    """What the facts are plainly about is meant where a figure has no topic, or one that the facts know nothing of."""
    for ask in focus(case.facts):
        topic = next((each for each in wording.topics if each.ask == ask), None)
        if topic is None:
            continue
        for sentence in range(len(seen.discourse.sentences)):
            place = seen.discourse.sentences[sentence]
            if not _speaks_of_terms(seen, wording, place):
                continue
            terms = _terms(ask, case, {}) + _first_clock(ask, seen, sentence, case)
            for statement in _compared(topic, seen, wording, sentence, terms, case, days):
                where = statement.start, statement.end
                old = found.get(where)
                if _other_matter(topic, seen, wording, where):
                    continue
                if old is None:
                    _keep(found, statement, (1, 0, _FOCUSED), ())
                elif old[0][1] and not old[1].agrees:
                    found[where] = (1, 0, _FOCUSED), statement


def _speaks_of_terms(seen: Read, wording: Wording, place: Span) -> bool:
    """Whether the buyer asked for a term, or the sentence says what platform or law provide."""
    asked = wording.lexicon.knows("问口径") and wording.lexicon.number("问口径") in seen.buyer
    return asked or any_within(seen.hits, (wording.lexicon.number("平台口吻"),), *place)


def _other_matter(topic: Topic, seen: Read, wording: Wording, where: Span) -> bool:
    """Whether the clause of a figure speaks of arrival, an answer, a warranty or the like."""
    clause = seen.discourse.clause_at(where[0])
    names = [wording.lexicon.number(name) for name in ("别的期限", "抵达词") if wording.lexicon.knows(name)]
    return any_within(seen.hits, (*names, *topic.unless), clause.start, clause.end)


def _names_payer(seen: Read, wording: Wording) -> bool:
    return any(seen.hits.bits >> each & 1 for each in payer_words(wording))


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


def _first_clock(ask: str, seen: Read, sentence: int, case: Case) -> list[Term]:
    """Of two clocks the one that the sentence names: from the tracking number, also where the parcel has been signed for since."""
    if not _from_tracking(ask, seen, sentence):
        return []
    return _terms(ask, replace(case, facts={name: value for name, value in case.facts.items() if name != "return_signed_at"}), {})


def _from_tracking(ask: str, seen: Read, sentence: int) -> bool:
    return ask == "refund.overdue" and _TRACKING.search(seen.reading.text, *seen.discourse.sentences[sentence]) is not None


def _merge(facts: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, with what the reply itself says filled in where nothing is known."""
    merged = {key: dict(value) if isinstance(value, Mapping) else value for key, value in facts.items()}
    for group, values in hints.items():
        inner = merged.setdefault(group, {})
        for key, value in values.items():
            if inner.get(key) is None:
                inner[key] = value
    return merged


_HINTS = (
    ("质量原因词", "claim", "reason", "quality"),
    ("破损词", "claim", "reason", "damaged"),
    ("错发词", "claim", "reason", "wrong_item"),
    ("漏发词", "claim", "reason", "missing_item"),
    ("七天原因词", "claim", "reason", "seven_day"),
    ("聚划算词", "order", "kind", "juhuasuan"),
    ("预售词", "order", "kind", "presale"),
    ("定制词", "order", "kind", "custom"),
    ("咨询词", "request", "kind", "consult"),
    ("办结词", "request", "kind", "complaint_close"),
    ("投诉答复词", "request", "kind", "complaint"),
    ("退货答复词", "request", "kind", "return"),
)


def _hinted(seen: Read, wording: Wording, sentence: int) -> dict[str, Any]:
    """The reason, kind of goods or of request that the sentence itself names; of several the first in the table."""
    place = seen.discourse.sentences[sentence]
    hints: dict[str, Any] = {}
    for name, group, key, value in _HINTS:
        if key in hints.get(group, {}) or not wording.lexicon.knows(name):
            continue
        if any_within(seen.hits, (wording.lexicon.number(name),), *place):
            hints.setdefault(group, {})[key] = value
    return hints


def _compared(
    topic: Topic,
    seen: Read,
    wording: Wording,
    sentence: int,
    terms: Sequence[Term],
    case: Case,
    days: Sequence[SaidDay],
) -> Iterator[Statement]:
    if not terms:
        return
    start, end = seen.discourse.sentences[sentence]
    timer = topic.ask in _TIMERS
    official = timer or any_within(seen.hits, (wording.lexicon.number("平台口吻"),), start, end)
    if "payer" in topic.figures:
        for said in said_payers(seen, wording, (start, end), terms):
            rule = _by_rule(said.start, seen, wording)
            agrees = said.agrees and not (said.better and rule)
            yield Statement(topic.ask, said.start, said.end, agrees, said.better and agrees, said.correct, rule)
    for entity in seen.entities:
        if not (start <= entity.start < end) or entity.value is None or entity.kind not in topic.figures:
            continue
        if _idle(entity, seen, wording) or _elsewhere(topic, entity, seen):
            continue
        rule = timer or _official_at(entity.start, seen, wording, official and entity.kind != "times")
        either = _EITHER.search(seen.reading.text, start, end) is not None or _from_tracking(topic.ask, seen, sentence)
        yield from _statement(topic, entity, compare_figure(entity, terms, case.facts, rule, either), rule)
    for day in days if "span" in topic.figures else ():
        if start <= day.start < end and not _unbound(day, seen, wording):
            rule = timer or _official_at(day.start, seen, wording, official)
            yield from _statement(topic, day, compare_day(day, terms, seen.reading.text, rule), rule)


def _statement(topic: Topic, where: Entity | SaidDay, said: Compared | None, official: bool) -> Iterator[Statement]:
    if said is not None:
        yield Statement(topic.ask, where.start, where.end, said.agrees, said.better, said.correct, official)


def _elsewhere(topic: Topic, entity: Entity, seen: Read) -> bool:
    """Whether what follows the figure shows that it belongs to another matter: 「七天无理由,48小时内退款」."""
    clause = seen.discourse.clause_at(entity.start)
    return any_within(seen.hits, topic.away, entity.end, min(clause.end, entity.end + _TAIL))


_TAIL = 8


def _unbound(day: SaidDay, seen: Read, wording: Wording) -> bool:
    """Whether a day is only expected, asked about or quoted."""
    clause = seen.discourse.clause_at(day.start)
    if clause.question or seen.discourse.quoted(day.start, day.end):
        return True
    names = [wording.lexicon.number(name) for name in ("留余地", "派送词") if wording.lexicon.knows(name)]
    return any_within(seen.hits, names, clause.start, clause.end)


def _official_at(start: int, seen: Read, wording: Wording, official: bool) -> bool:
    """Whether the figure is given as what platform or law provide, not as the shop's own word."""
    clause = seen.discourse.clause_at(start)
    own = any_within(seen.hits, (wording.lexicon.number("自家口吻"),), clause.start, clause.end)
    if any_within(seen.hits, (wording.lexicon.number("自家规定"),), clause.start, clause.end):
        return False
    return _by_rule(start, seen, wording) or (official and not own)


def _by_rule(start: int, seen: Read, wording: Wording) -> bool:
    """Whether the clause itself names platform, law or rule."""
    clause = seen.discourse.clause_at(start)
    return any_within(seen.hits, (wording.lexicon.number("平台口吻"),), clause.start, clause.end)


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
    if text[entity.start - 1 : entity.start] == "第" and entity.value is not None and entity.value <= _SECOND:
        return True
    if text[entity.start - 1 : entity.start] == "才":
        return True
    begin = max(clause.start, entity.start - 6)
    denying = [each for each in discourse.within("否定", begin, entity.start) if entity.start - each[1] <= 2]
    return len(denying) % 2 == 1

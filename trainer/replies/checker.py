"""The check of one reply against the wording rules and decisions of a rulebook."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from heapq import nlargest
from math import log
from operator import mul
from typing import Any, Protocol

from trainer.replies.claims import Case, Statement, find_statements
from trainer.replies.curt import MIN_CHARACTERS, curt_span
from trainer.replies.factual import by_facts, untrue_deeds
from trainer.replies.findings import Act, Claim, Findings, Suspicion, Violation
from trainer.replies.reader import Match, Read, clause_of, matches, read
from trainer.replies.salad import salad_spans
from trainer.replies.suspicion import Learned
from trainer.replies.wording import Wording, WordingError, compile_wording
from trainer.replies.wording_shape import ACTS, CODES

CHECKER_VERSION = "1"
_CODES, _ACTS = frozenset(CODES), frozenset(ACTS)
_KEPT = 8
_CHECKERS: OrderedDict[str, Wording] = OrderedDict()


class WordingSource(Protocol):
    """What of a rulebook the check of wording needs."""

    @property
    def digest(self) -> str: ...

    @property
    def wording(self) -> Mapping[str, Any]: ...


def wording_of(rulebook: WordingSource) -> Wording:
    """The compiled wording rules of the rulebook, from a cache keyed by its digest."""
    wording = _CHECKERS.get(rulebook.digest)
    if wording is None:
        wording = compile_wording(rulebook.wording)
        _CHECKERS[rulebook.digest] = wording
        while len(_CHECKERS) > _KEPT:
            _CHECKERS.popitem(last=False)
    return wording


def wording_faults(rulebook: WordingSource) -> list[str]:
    """Every fault for which the wording of the rulebook cannot be used, as Chinese lines; empty if it can."""
    try:
        wording_of(rulebook)
    except WordingError as error:
        return list(error.problems)
    return []


def check_reply(
    reply: str,
    *,
    platform: str,
    as_of: datetime | str,
    rulebook: Any,
    buyer: str = "",
    facts: Mapping[str, Any] | None = None,
    expect: Mapping[str, Any] | None = None,
) -> Findings:
    """What the reply does well and wrong; pure, deterministic, and never raises for any text."""
    wording = wording_of(rulebook)
    seen = read(reply, buyer, wording)
    learned = Learned(seen, wording)
    found = matches(seen, wording, _alive(wording, learned, bool(facts)))
    salad = salad_spans(seen.discourse)
    acts = _acts(seen, found, salad, learned)
    case = Case(rulebook, platform, as_of, facts or {})
    slips = [m for m in found if m.name in _CODES and (learned.best.get(m.name, 0.0) > _SENTENCE or not _within(m, salad))]
    deeds = list(untrue_deeds(seen, wording, case))
    slips, proved = by_facts(slips, case)
    proved += [each for each in deeds if each.sure == "clear"]
    violations, suspected = _slips(seen, slips, proved, learned, wording)
    if not any(each.name == "unsupported_promise" for each in (*violations, *suspected)):
        suspected += deeds[:1]
    statements = find_statements(seen, wording, case, salad)
    violations += _contradicted(statements, "sure")
    suspected += _contradicted(statements, "doubt")
    acts = _merged(
        [*acts, *(Match("explain_rule", s.start, s.end, "sure", s.ask) for s in statements if s.official and not _within(s, salad))], seen
    )
    committed = {each.name for each in (*violations, *suspected) if each.source != "learned" and each.sure != "weak"}
    acts = [act for act in acts if committed.isdisjoint(wording.rules[act.name].spoiled_by)]
    because = [f"疑似「{wording.rules[each.name].title or each.name}」,请人工看一下" for each in suspected]
    if seen.reading.cut:
        because.append("回复太长,只检查了前 10000 个字,后面的请人工看")
    claims = tuple(_claim(seen, each) for each in statements)
    return Findings(
        violations=tuple(_violation(seen, each, wording, statements) for each in violations),
        acts=tuple(_act(seen, each) for each in acts),
        claims=claims,
        suspected=tuple(_suspicion(seen, each, wording) for each in suspected),
        missing=_missing(expect or {}, acts, claims),
        needs_review=bool(because),
        review_because=tuple(dict.fromkeys(because)),
    )


def _contradicted(statements: Sequence[Statement], sure: str) -> list[Match]:
    """The statements that the decision contradicts: sure where they stand on the facts, else in doubt."""
    wrong = [s for s in statements if s.agrees is False and s.grounded == (sure == "sure")]
    return [Match("wrong_fact", s.start, s.end, sure, s.ask) for s in wrong]


def _alive(wording: Wording, learned: Learned, known: bool) -> int:
    """The patterns that can bear on what is reported, whatever else is found: what the model rules out is not looked for.

    Where the facts are `known`, they can prove a refusal wrong of which the model thinks nothing.
    """
    always, levels = _levels(wording)
    alive, best = always, learned.best.get
    for name, rising in levels:
        score = best(name)
        for least, sure, patterns in rising:
            if score is None:
                alive |= patterns if sure != "weak" else 0
            elif score > least:
                alive |= patterns
            else:
                break
    return alive | sum(wording.by_rule.get(("seven_day_refusal", sure), 0) & ~alive for sure in _STRICT) if known else alive


@lru_cache(maxsize=_KEPT)
def _levels(wording: Wording) -> tuple[int, list[tuple[str, list[tuple[float, str, int]]]]]:
    """The patterns that are always looked for; and for each rule the others, by the score of the model above which they are."""
    always, levels = 0, dict[str, list[tuple[float, str, int]]]()
    for (name, sure), patterns in wording.by_rule.items():
        least = (_EARNS | _RULED_OUT)[sure] if name in _ACTS else _LOOKED[sure]
        if least < _NEVER:
            always |= patterns
        else:
            levels.setdefault(name, []).append((least, sure, patterns))
    return always, [(name, sorted(rising)) for name, rising in levels.items()]


_RULED_OUT, _NEVER = {"sure": -6.0}, -7.0
_SENTENCE = 0.5
"""Formal sentences have few small words and look like keyword lists; so likely a slip is one all the same."""
_STRENGTH = ("clear", "firm", "sure", "doubt", "weak")
_STRICT = ("clear", "firm", "sure")


def _merged(found: Sequence[Match], seen: Read) -> list[Match]:
    """One match for each clause that several patterns of a rule meet, in order of the text."""
    kept: dict[tuple[str, int], Match] = {}
    for each in sorted(found, key=lambda m: (m.start, -m.end)):
        key = each.name, seen.discourse.index_at(each.start)
        old = kept.get(key) or kept.get((each.name, key[1] - 1))
        if old is not None and (each.start < old.end or key in kept):
            where = key if key in kept else (each.name, key[1] - 1)
            kept[where] = Match(
                each.name, old.start, max(old.end, each.end), min(old.sure, each.sure, key=_STRENGTH.index), old.source
            )
        else:
            kept[key] = each
    return sorted(kept.values(), key=lambda m: (m.start, m.end, m.name))


def _acts(seen: Read, found: Sequence[Match], salad: Sequence[tuple[int, int]], learned: Learned) -> list[Match]:
    """The acts whose clause is there; a loose pattern counts only where the model finds the act likely."""
    wanted = [m for m in found if m.name in _ACTS and not (salad and _within(m, salad))]
    likely = learned.best.get
    plain = _plainly(wanted)
    earned = [m for m in wanted if m.name in plain or likely(m.name, 0.0) > _EARNS[m.sure]]
    if len(seen.reading.text) >= MIN_CHARACTERS and not salad:
        names = {m.name for m in earned}
        alone = [name for name, score in learned.best.items() if score > _EARNS_ALONE and name in _ACTS and name not in names]
        found = [Match(name, *learned.place(name, seen), "doubt", "learned") for name in alone]
        earned += [m for m in found if not (m.name.startswith(("offer_", "empathise")) and _doubted(seen, m))]
    return _merged(earned, seen)


def _plainly(wanted: Sequence[Match]) -> set[str]:
    """The acts that so many strict patterns see that the model is not asked; an offer may hang on something improper, so it is."""
    met: dict[str, set[str]] = {}
    for each in wanted:
        if each.sure in _STRICT and not each.name.startswith("offer_"):
            met.setdefault(each.name, set()).add(each.source)
    return {name for name, sources in met.items() if len(sources) >= _PLAIN}


_PLAIN = 3


def _doubted(seen: Read, match: Match) -> bool:
    """Whether the clause asks or denies, so that without a pattern it is not known what it offers."""
    clause = clause_of(seen, match)
    return clause.question or "不" in seen.reading.text[clause.start : clause.end] or bool(seen.discourse.within("否定", clause.start, clause.end))


_EARNS = {"clear": -9.0, "firm": -4.0, "sure": -2.3, "doubt": -1.6, "weak": -0.2}
_EARNS_ALONE = 0.15


def _within(match: Match | Statement, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start < end for start, end in places)


def _slips(
    seen: Read, found: Sequence[Match], proved: Sequence[Match], learned: Learned, wording: Wording
) -> tuple[list[Match], list[Match]]:
    """What is reported, and what a person must decide: the rules speak, the learned model only raises or calms doubt."""
    span = curt_span(seen, [m for m in found if m.name == "curt"])
    slips = [m for m in found if m.name != "curt"]
    if span is not None:
        slips.append(Match("curt", *span, "sure", "curt"))
    likely = _weighed(slips, seen, learned)
    sure = _merged([*proved, *(m for m, weight in likely if weight > _NAMED)], seen)
    sure = [m for m in sure if not _yields(m, sure, wording)]
    doubtful = _merged([m for m, weight in likely if _DOUBTED < weight <= _NAMED], seen)
    taken = {m.name for m in sure}
    doubtful = [m for m in doubtful if m.name not in taken and not _yields(m, sure, wording)]
    if not (span is not None and len(seen.reading.text) < MIN_CHARACTERS * 2):
        taken |= {m.name for m in doubtful}
        alone = [code for _, code in learned.suspected() if code not in taken][:_MOST_LEARNED]
        doubtful += [Match(code, *learned.place(code, seen), "doubt", "learned") for code in alone]
    return sure, doubtful


_NAMED, _DOUBTED = 1.0, -1.0
"""Above what weight a pattern is reported, and above what it is suspected; log-odds."""
_STARTS = {"clear": 99.0, "firm": 1.4, "sure": 0.7, "doubt": 0.7, "weak": 0.3}
_WEIGHTS = (0.85, 0.53, -1.0, -0.23)
"""What each sign of `evidence` weighs."""
_UNLEARNED = {"clear": 9.0, "firm": 9.0, "sure": 9.0, "doubt": 0.0, "weak": -9.0}
_LOOKED = {"clear": -99.0, "firm": -3.5, "sure": -2.5, "doubt": -1.0, "weak": 0.5}
"""Above what score of the model the patterns of a code are looked for: below it they could hardly be suspected, and never reported."""
_HIGHEST, _MOST_OTHER, _MOST_STRICT = 6.0, 4.0, 4
_BESIDE = 3.0
_MOST_LEARNED = 2


def _weighed(slips: Sequence[Match], seen: Read, learned: Learned) -> list[tuple[Match, float]]:
    """How likely each slip is (log-odds). The weights are those of a logistic regression on labelled replies that the model had not seen:
    `scripts/fit_weights.py`, docs/decisions/0007.
    """
    there = {id(each): _likely_there(each, seen, learned) for each in slips}
    highest: dict[str, float] = {}
    for each in slips:
        score = there[id(each)]
        if score is not None:
            highest[each.name] = max(score, highest.get(each.name, score))
    weighed = [(each, _UNLEARNED[each.sure]) for each in slips if each.name not in highest]
    for each, signs in evidence([each for each in slips if each.name in highest], seen, learned):
        if each.sure == "clear" or (there[id(each)] or 0.0) >= highest[each.name] - _BESIDE:
            weighed.append((each, _STARTS[each.sure] + sum(map(mul, _WEIGHTS, signs))))
    return weighed


def evidence(slips: Sequence[Match], seen: Read, learned: Learned) -> list[tuple[Match, tuple[float, float, float, float]]]:
    """What speaks for and against each slip beside its pattern: the model's score of its code, how many strict patterns see it, the logarithm of
    the number of clauses (among many the likeliest is likelier by chance), and the score of the likeliest other code.
    """
    if not slips:
        return []
    sources: dict[str, set[str]] = {}
    for each in slips:
        if each.sure in _STRICT:
            sources.setdefault(each.name, set()).add(each.source)
    length = log(len(seen.discourse.clauses))
    likeliest = nlargest(2, ((score, name) for name, score in learned.best.items() if name in _CODES))
    told = []
    for each in slips:
        other = next((score for score, name in likeliest if name != each.name), -_MOST_OTHER)
        own, strict = _within_bounds(learned.best[each.name], _HIGHEST), float(min(len(sources.get(each.name, ())), _MOST_STRICT))
        told.append((each, (own, strict, length, _within_bounds(other, _MOST_OTHER))))
    return told


def _within_bounds(value: float, bound: float) -> float:
    return max(-bound, min(bound, value))


def _likely_there(match: Match, seen: Read, learned: Learned) -> float | None:
    """What the model thinks of the slip where it stands; None for what it has not learnt."""
    index = seen.discourse.index_at
    return learned.near(match.name, index(match.start), index(max(match.start, match.end - 1)))


def _yields(match: Match, others: Sequence[Match], wording: Wording) -> bool:
    """Whether a more exact code is found on the same point; `others` are in order of the text."""
    stronger = wording.rules[match.name].yields_to if match.name in wording.rules else ()
    if not stronger:
        return False
    first = bisect_left(others, match.start - _NEAR, key=lambda m: m.start)
    for other in others[first:]:
        if other.start >= match.end + 2:
            return False
        as_strict = other.sure in _STRICT or match.sure not in _STRICT
        if other.name in stronger and as_strict and match.start < other.end + 2:
            return True
    return False


_NEAR = 200


def _claim(seen: Read, said: Statement) -> Claim:
    start, end = seen.reading.span(said.start, said.end)
    return Claim(said.ask, seen.reading.sent[start:end], start, end, said.agrees, said.better, said.correct)


def _violation(seen: Read, match: Match, wording: Wording, statements: Sequence[Statement]) -> Violation:
    start, end = seen.reading.span(match.start, match.end)
    text = seen.reading.sent[start:end]
    rule = wording.rules[match.name]
    if match.name == "wrong_fact":
        right = next(s.correct for s in statements if (s.start, s.end) == (match.start, match.end))
        return Violation(
            match.name, start, end, text, rule.rule, f"「{text}」与规则不符,正确的是{right},请按这个口径告诉买家"
        )
    return Violation(match.name, start, end, text, rule.rule, _why(text, match.name, wording))


def _why(text: str, name: str, wording: Wording) -> str:
    rule = wording.rules[name]
    shown = text if len(text) <= 24 else text[:23] + "…"
    quoted = f"「{shown}」" if shown.strip() else "这条回复"
    better = f";可以改成:「{rule.better}」" if rule.better else ""
    return f"{quoted}{rule.why}{better}"


def _act(seen: Read, match: Match) -> Act:
    start, end = seen.reading.span(match.start, match.end)
    return Act(match.name, start, end, seen.reading.sent[start:end])


def _suspicion(seen: Read, match: Match, wording: Wording) -> Suspicion:
    start, end = seen.reading.span(match.start, match.end)
    return Suspicion(match.name, start, end, _why(seen.reading.sent[start:end], match.name, wording))


def _missing(expect: Mapping[str, Any], acts: Sequence[Match], claims: Sequence[Claim]) -> tuple[str, ...]:
    earned = {act.name for act in acts}
    stated = {claim.about for claim in claims if claim.agrees is not False}
    missing = [act for act in expect.get("acts") or () if act not in earned]
    return (*missing, *(ask for ask in expect.get("decisions") or () if ask not in stated))

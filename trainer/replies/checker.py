"""The check of one reply against the wording rules and decisions of a rulebook."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from trainer.replies.claims import Case, Statement, find_statements
from trainer.replies.clauses import Span
from trainer.replies.curt import MIN_CHARACTERS, curt_span
from trainer.replies.factual import untrue_deeds, without_allowed
from trainer.replies.findings import Act, Claim, Findings, Suspicion, Violation
from trainer.replies.reader import Match, Read, clause_of, matches, read
from trainer.replies.salad import salad_spans
from trainer.replies.suspicion import best_place, features, scores, suspicion_limit, with_patterns
from trainer.replies.wording import ACTS, CODES, Wording, WordingError, compile_wording

CHECKER_VERSION = "1"
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
    plain = features(seen, wording)
    learned = scores(plain)
    found = matches(seen, wording, {name for name, score in learned.items() if score > _LOOSEST})
    salad = salad_spans(seen.discourse)
    acts = _acts(seen, [m for m in found if m.name in ACTS and not _within(m, salad)], salad, plain)
    case = Case(rulebook, platform, as_of, facts or {})
    slips = [m for m in found if m.name in CODES and (learned.get(m.name, 0.0) > _SENTENCE or not _within(m, salad))]
    deeds = list(untrue_deeds(seen, wording, case))
    slips = [*without_allowed(slips, case), *(each for each in deeds if each.sure == "clear")]
    violations, suspected = _slips(seen, slips, learned, wording)
    if not any(each.name == "unsupported_promise" for each in (*violations, *suspected)):
        suspected += deeds[:1]
    statements = find_statements(seen, wording, case, salad)
    violations += [Match("wrong_fact", s.start, s.end, "sure", s.ask) for s in statements if s.agrees is False and s.grounded]
    suspected += [
        Match("wrong_fact", s.start, s.end, "doubt", s.ask) for s in statements if s.agrees is False and not s.grounded
    ]
    acts = _merged(
        [*acts, *(Match("explain_rule", s.start, s.end, "sure", s.ask) for s in statements if s.official and not _within(s, salad))], seen
    )
    committed = {each.name for each in (*violations, *suspected) if each.source != "learned"}
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


_SENTENCE = 0.5
"""Formal sentences have few small words and look like keyword lists; so likely a slip is one all the same."""
_STRENGTH = ("clear", "sure", "doubt", "weak")
_STRICT = ("clear", "sure")


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


def _acts(seen: Read, wanted: Sequence[Match], salad: Sequence[Span], plain: Collection[str]) -> list[Match]:
    """The acts that a pattern finds and the model does not find unlikely, and those that the model alone finds likely."""
    learned = scores(with_patterns(plain, wanted))
    earned = [m for m in wanted if learned.get(m.name, 0.0) > _EARNS[m.sure]]
    if len(seen.reading.text) >= MIN_CHARACTERS and not salad:
        earned += _plain_acts(seen, learned, {m.name for m in earned})
    return _merged(earned, seen)


def _plain_acts(seen: Read, learned: Mapping[str, float], earned: Collection[str]) -> list[Match]:
    """Acts that the model finds likely in a reply for which no pattern has the words."""
    likely = [name for name, score in learned.items() if score > _EARNS_ALONE and name in ACTS and name not in earned]
    found = [Match(name, *best_place(name, seen), "doubt", "learned") for name in likely]
    return [m for m in found if not (m.name.startswith("offer_") and _doubted(seen, m))]


def _doubted(seen: Read, match: Match) -> bool:
    """Whether the clause asks or denies, so that without a pattern it is not known what it offers."""
    clause = clause_of(seen, match)
    return clause.question or bool(seen.discourse.within("否定", clause.start, clause.end))


_EARNS = {"clear": -3.0, "sure": -1.0, "doubt": -0.8, "weak": 0.2}
_EARNS_ALONE = 0.2


def _within(match: Match | Statement, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start < end for start, end in places)


def _slips(
    seen: Read, found: Sequence[Match], learned: Mapping[str, float], wording: Wording
) -> tuple[list[Match], list[Match]]:
    """What is reported, and what a person must decide: the rules speak, the learned model only raises or calms doubt."""
    span = curt_span(seen, [m for m in found if m.name == "curt"])
    slips = [m for m in found if m.name != "curt"]
    if span is not None:
        slips.append(Match("curt", *span, "sure", "curt"))
    judged = [(m, _is_sure(m, learned) or _is_sure_there(m, seen, wording)) for m in slips]
    sure = _merged([m for m, stands in judged if stands], seen)
    sure = [m for m in sure if not _yields(m, sure, wording)]
    doubtful = _merged([m for m, stands in judged if not stands and _is_doubtful(m, learned)], seen)
    taken = {m.name for m in sure}
    doubtful = [m for m in doubtful if m.name not in taken and not _yields(m, sure, wording)]
    if not (span is not None and len(seen.reading.text) < MIN_CHARACTERS * 2):
        doubtful += _learned(seen, learned, taken | {m.name for m in doubtful})
    return sure, doubtful


_PLAIN_TO_SEE = {"off_platform_contact", "off_platform_payment", "external_link"}
_PLAIN_NEEDS = -2.5
_NEEDS = {"sure": -1.3, "doubt": 0.3, "weak": 1.1}
_LOOSEST = _NEEDS["weak"]
_DOUBTS = {"sure": -2.3, "doubt": -1.5}
_NEEDS_THERE = 0.5
_MOST_LEARNED = 2


def _is_sure(match: Match, learned: Mapping[str, float]) -> bool:
    """Whether a slip is reported: a strict pattern that the model does not find unlikely, or a loose one that it finds likely."""
    score = learned.get(match.name)
    if match.sure == "clear":
        return True
    if score is None:
        return match.sure == "sure"
    if match.sure == "sure" and match.name in _PLAIN_TO_SEE:
        return score > _PLAIN_NEEDS
    return score > _NEEDS[match.sure]


def _is_doubtful(match: Match, learned: Mapping[str, float]) -> bool:
    """Whether a slip that does not stand is still likely enough that a person should look."""
    return match.sure != "weak" and learned.get(match.name, 0.0) > _DOUBTS[match.sure]


def _is_sure_there(match: Match, seen: Read, wording: Wording) -> bool:
    """Whether a strict slip stands when its clause is looked at alone, or with its neighbours, without the other talk."""
    if match.sure != "sure":
        return False
    near = (scores(features(seen, wording, place)).get(match.name, 0.0) for place in _places(match, seen))
    return any(score > _NEEDS_THERE for score in near)


def _places(match: Match, seen: Read) -> list[tuple[int, int]]:
    """The clauses of the match, and those with one clause on either side."""
    clauses = seen.discourse.clauses
    first, last = seen.discourse.index_at(match.start), seen.discourse.index_at(max(match.start, match.end - 1))
    wide = clauses[max(0, first - 1)].start, clauses[min(len(clauses) - 1, last + 1)].end
    return [(clauses[first].start, clauses[last].end), wide]


def _learned(seen: Read, learned: Mapping[str, float], taken: set[str]) -> list[Match]:
    """Suspicions of the model alone: at most two, the likeliest first."""
    limit = suspicion_limit()
    slips = ((score, code) for code, score in learned.items() if code in CODES and code not in taken)
    likely = sorted((each for each in slips if each[0] > limit), reverse=True)
    return [Match(code, *best_place(code, seen), "doubt", "learned") for _, code in likely[:_MOST_LEARNED]]


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

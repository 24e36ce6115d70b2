"""What the facts of the case say about a slip: a refusal that is allowed, a deed that was never done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainer.replies.claims import Case
from trainer.replies.reader import Match, Read
from trainer.replies.wording import Wording
from trainer.rules import MissingFacts, QuestionError, Rulebook, RuleError

_DEEDS = (
    ("已发出", "order", "shipped_at"),
    ("已发广", "order", "shipped_at"),
    ("已退了", "claim", "returned_at"),
    ("已退广", "claim", "returned_at"),
    ("已退了", "claim", "refunded_at"),
    ("已退广", "claim", "refunded_at"),
)


def return_granted(case: Case) -> bool | None:
    """Whether the facts grant a no-reason return; None where they do not tell."""
    if not case.facts or not isinstance(case.rulebook, Rulebook):
        return None
    try:
        decision = case.rulebook.decide("return.seven_day", platform=case.platform, as_of=case.as_of, facts=case.facts)
    except (MissingFacts, QuestionError, RuleError):
        return None
    granted = decision.answer.get("eligible")
    return granted if isinstance(granted, bool) else None


def by_facts(slips: Sequence[Match], case: Case) -> tuple[list[Match], list[Match]]:
    """The slips without refusals that the facts allow; and apart those refusals that the facts prove wrong."""
    if not any(slip.name == "seven_day_refusal" for slip in slips):
        return list(slips), []
    granted = return_granted(case)
    if granted is False:
        return [slip for slip in slips if slip.name != "seven_day_refusal"], []
    proved = [slip for slip in slips if slip.name == "seven_day_refusal" and slip.sure in ("clear", "firm", "sure")] if granted else []
    return [slip for slip in slips if slip not in proved], proved


def untrue_deeds(seen: Read, wording: Wording, case: Case) -> Iterator[Match]:
    """Places where the reply says that something is done which the facts show is not."""
    for concept, group, key in _DEEDS:
        facts = case.facts.get(group)
        if not isinstance(facts, Mapping) or not wording.lexicon.knows(concept):
            continue
        undone = _undone(facts, case.facts, key)
        if not undone and not _open(facts, key):
            continue
        for start, end in seen.hits[wording.lexicon.number(concept)]:
            clause = seen.discourse.clause_at(start)
            asked = clause.question or clause.conditional or seen.discourse.quoted(start, end)
            if not asked and not seen.discourse.denied([(start, end)], 0):
                yield Match(
                    "unsupported_promise", start, end, "clear" if undone else "doubt", f"{concept}:{group}.{key}"
                )


def _open(facts: Mapping[str, Any], key: str) -> bool:
    """Whether the facts, without saying so, look as if it has not been done: paid and not shipped, filed and not refunded."""
    if key == "shipped_at":
        return key not in facts and facts.get("paid_at") is not None
    return key == "refunded_at" and key not in facts and facts.get("filed_at") is not None


def _undone(facts: Mapping[str, Any], every: Mapping[str, Any], key: str) -> bool:
    """Whether the facts say outright that it has not been done: the time is given as null."""
    if key not in facts or facts[key] is not None:
        return False
    claim = every.get("claim")
    return key != "returned_at" or (isinstance(claim, Mapping) and claim.get("needs_return") is not False)

"""The figures behind a decision, from whatever facts are known: what a reply's claim is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trainer.rules.calendar import Calendar
from trainer.rules.engine import Settling
from trainer.rules.expressions import Expression
from trainer.rules.functions import Run
from trainer.rules.plans import Candidate, Plan

if TYPE_CHECKING:
    from trainer.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Term:
    """One figure or result that a correct statement may name.

    `name` is the answer field; `unit` is a figure unit, or what the answer itself is (time, yuan, rate, word);
    `basis` is the fact it is counted from; `better` says which side of it is better for the buyer; `when` is the
    condition that is still open, None where the term certainly holds.
    """

    name: str
    value: Any
    unit: str
    basis: str | None
    better: str | None
    when: str | None
    rule: str


def find_terms(rulebook: Rulebook, plan: Plan, moment: datetime, values: dict[str, Any]) -> list[Term]:
    """The terms of the winning rules where all facts are known, else of every rule that may still apply."""
    run = Run(rulebook.calendar)
    values = {**values, "platform": plan.platform, "as_of": moment}
    if not plan.spec.missing(values, run):
        return _certain(rulebook, plan, moment, values)
    return _possible(plan, moment, values)


def _certain(rulebook: Rulebook, plan: Plan, moment: datetime, values: dict[str, Any]) -> list[Term]:
    found = []
    run = Run(rulebook.calendar)
    for each in plan.spec.derived:
        if each.when is None or each.when.call(values, {}, run):
            other = rulebook.plan(each.ask, plan.platform)
            found += _certain(rulebook, other, moment, dict(values))
            settling = Settling(other, moment, dict(values), run)
            settling.settle()
            values[f"derived.{each.name}"] = settling.values[f"answer.{each.slot}"]
    settling = Settling(plan, moment, dict(values), run)
    settling.settle()
    spoken = set(settling.reasons)
    for slot_plan in plan.slots:
        slot = slot_plan.slot
        result = settling.values[f"answer.{slot.name}"]
        for candidate in slot_plan.candidates:
            rule = candidate.speaker.rule
            if candidate.loser or rule.id not in spoken or candidate.value is None:
                continue
            found += _figures(candidate, slot.name, slot.better, moment, None)
            if not slot.hidden and result is not None:
                found.append(Term(slot.name, slot.plain(result), _unit(slot.kind), None, slot.better, None, rule.id))
    return list(dict.fromkeys(found_term for found_term in found if not isinstance(found_term.value, list)))


def _possible(plan: Plan, moment: datetime, values: Mapping[str, Any]) -> list[Term]:
    found: list[Term] = []
    for slot_plan in plan.slots:
        able = [candidate for candidate in slot_plan.candidates if _may_speak(candidate, moment, values)]
        judged = [(candidate, *_open_condition(candidate, values)) for candidate in able]
        open_now = [(candidate, when) for candidate, possible, when in judged if possible]
        certain = [candidate for candidate, when in open_now if when is None and not candidate.rests_on]
        for candidate, when in open_now:
            if not any(_surely_beats(each, candidate) for each in certain):
                found += _figures(candidate, slot_plan.slot.name, slot_plan.slot.better, moment, when)
    return list(dict.fromkeys(found))


def _may_speak(candidate: Candidate, moment: datetime, values: Mapping[str, Any]) -> bool:
    shop = candidate.speaker.rule.shop
    if candidate.loser or candidate.value is None or not candidate.speaker.in_force(moment):
        return False
    return shop is None or shop == values.get("shop")


def _surely_beats(one: Candidate, other: Candidate) -> bool:
    """Whether `one`, which speaks for certain, goes before `other` whatever the open facts turn out to be."""
    beaten = one.beats.get(other.speaker.rule.id)
    if beaten is None or beaten.when is not None or one.speaker.rule.id in other.beats:
        return False
    return one.speaker.rank >= other.speaker.rank


def _open_condition(candidate: Candidate, values: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether the rule may speak, and the condition that is still open."""
    when = candidate.speaker.when
    if when is None:
        return True, None
    if any(values.get(name) is None for name in when.names if not name.startswith("figure.")):
        return True, when.text.strip()
    return bool(when.call(values, candidate.speaker.figures_at(values["as_of"]), Run(Calendar()))), None


def _figures(candidate: Candidate, name: str, better: str | None, moment: datetime, when: str | None) -> list[Term]:
    value = candidate.value
    rule = candidate.speaker.rule
    if value is None:
        return []
    used = [part[7:] for part in sorted(value.names) if part.startswith("figure.")]
    terms = []
    for figure_name in used:
        figure = rule.figure(figure_name, moment)
        if figure.value is not None:
            terms.append(Term(name, figure.value, figure.unit, _basis(value, figure_name), better, when, rule.id))
    return terms


def _basis(value: Expression, figure: str) -> str | None:
    """The fact that stands next to the figure in the expression: what a span is counted from, what a share is of."""
    beside = re.search(rf"([a-z_]+\.[a-z_]+|[a-z_]+)\)*\s*[+*]\s*figure\.{figure}\b", value.text)
    if beside and not beside.group(1).startswith("figure."):
        return beside.group(1)
    facts = [name for name in sorted(value.names) if not name.startswith(("figure.", "answer."))]
    return facts[0] if len(facts) == 1 else None


def _unit(kind: str) -> str:
    return {"money": "yuan", "flag": "flag", "count": "number", "choice": "word"}.get(kind, kind)

"""A shop's own rules against law and platform: a promise may be better for the buyer, never worse."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from trainer.content import Flaw
from trainer.errors import TrainerError
from trainer.rules import Decision, DecisionSpec, Rule, Rulebook
from trainer.rules.problems import Problem
from trainer.rules.spec import Slot
from trainer.rules.vocabulary import AUTHORITIES

_PAYERS = frozenset({"buyer", "seller", "negotiable"})
Facts = dict[str, Any]


def shop_flaws(rulebook: Rulebook, rule: Rule, now: datetime) -> Iterator[Flaw]:
    """Where a shop's rule is worse for the buyer than law or platform, one flaw a field of a decision, the winner named.

    It is tried on the examples of every rule that decides the same, each varied one fact at a time, as of then and of now.
    """
    if rule.shop is None or rule.standing != "decides":
        return
    alone = rulebook.without(frozenset(rulebook.rules) - {rule.id})
    told = set()
    for slot in (slot for spec in rulebook.decisions.values() for slot in spec.slots if slot.id in rule.decides):
        for platform, as_of, facts in _trials(rulebook, rule, slot.ask, now):
            winner = _winner(rulebook, alone, rule, slot, platform, as_of, facts)
            if winner is not None and slot.id not in told:
                told.add(slot.id)
                said = f"店铺规则「{rule.title}」({rule.id})的{slot.title}对买家比「{winner.title}」({winner.id})更不利，是无效的"
                yield Flaw(("then", slot.name), said, "店铺的承诺可以比法律和平台规则更优，不能更差；请改成不低于它。")


def shop_problems(rulebook: Rulebook, now: datetime) -> Iterator[Problem]:
    """The same for every shop's rule of a rulebook, at its place in the files."""
    for rule in rulebook.rules.values():
        for flaw in shop_flaws(rulebook, rule, now):
            yield Problem(f"rulebook/{rule.file}", rule.lines.get("then", 0), flaw.message, flaw.remedy)


def _trials(rulebook: Rulebook, rule: Rule, ask: str, now: datetime) -> Iterator[tuple[str, datetime, Facts]]:
    spec = rulebook.decisions[ask]
    platforms = [one for one in (spec.platforms if "general" in rule.platforms else rule.platforms) if one in spec.platforms]
    for other in rulebook.rules.values():
        for example in other.examples if any(slot.startswith(f"{ask}.") for slot in other.decides) else ():
            if example.get("ask") in (None, ask):
                for facts in _varied(spec, _kept(spec, rule, example["facts"])):
                    for as_of in (datetime.fromisoformat(str(example["as_of"])), now):
                        yield from ((platform, as_of, facts) for platform in platforms)


def _kept(spec: DecisionSpec, rule: Rule, facts: Mapping[str, Any]) -> Facts:
    """The facts without optional ones that the rule does not read: an order's own promise says nothing against the shop's."""
    read = " ".join((rule.when or "", *rule.then.values()))
    either = {name for group in spec.one_of for name in group}
    gone = {name for name in spec.optional if name not in either and name not in read}
    kept: Facts = {}
    for key, value in facts.items():
        if isinstance(value, Mapping) and any(name.startswith(f"{key}.") for name in spec.facts):
            kept[key] = {name: inner for name, inner in value.items() if f"{key}.{name}" not in gone}
        elif key not in gone:
            kept[key] = value
    return kept


def _varied(spec: DecisionSpec, facts: Mapping[str, Any]) -> Iterator[Facts]:
    """The facts as they are, and with each word or flag changed in turn."""
    yield dict(facts)
    given = {f"{group}.{name}" for group, inner in facts.items() if isinstance(inner, Mapping) for name in inner} | set(facts)
    for fact in (fact for fact in spec.facts.values() if fact.name in given):
        values: tuple[Any, ...] = (True, False) if fact.kind == "flag" else tuple(fact.values) if fact.kind == "choice" else ()
        group, _, name = fact.name.partition(".")
        for value in values:
            other = deepcopy(dict(facts))
            if name:
                other[group] = {**(other.get(group) or {}), name: value}
            else:
                other[group] = value
            yield other


def _winner(rulebook: Rulebook, alone: Rulebook, rule: Rule, slot: Slot, platform: str, as_of: datetime, facts: Facts) -> Rule | None:
    """The rule of law or platform that gives the buyer more than the shop's rule by itself, if there is one."""
    mine = _decide(alone, slot.ask, platform, as_of, {**facts, "shop": rule.shop})
    theirs = _decide(rulebook, slot.ask, platform, as_of, {key: value for key, value in facts.items() if key != "shop"})
    if mine is None or theirs is None or not any(one.rule == rule.id for one in mine.because):
        return None
    if not _worse(slot, mine.values[f"answer.{slot.name}"], theirs.values[f"answer.{slot.name}"]):
        return None
    behind = [rulebook.rules[one.rule] for one in theirs.because if slot.id in rulebook.rules[one.rule].decides]
    stronger = [one for one in behind if AUTHORITIES[one.authority] > AUTHORITIES["shop_policy"]]
    return stronger[0] if stronger else None


def _decide(rulebook: Rulebook, ask: str, platform: str, as_of: datetime, facts: Facts) -> Decision | None:
    try:
        return rulebook.decide(ask, platform=platform, as_of=as_of, facts=facts)
    except TrainerError:
        return None


def _worse(slot: Slot, mine: Any, theirs: Any) -> bool:
    """Whether `mine` gives the buyer less: by what the field says is better, no for yes, the buyer paying for the seller."""
    if mine is None or theirs is None:
        return False
    if slot.better is not None:
        return bool(mine < theirs) if slot.better == "higher" else bool(mine > theirs)
    if slot.kind == "flag":
        return bool(theirs) and not mine
    return bool(slot.values) and set(slot.values) <= _PAYERS and theirs == "seller" and mine != "seller"

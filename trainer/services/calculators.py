"""The calculator of every decision: the answer in Chinese with its reasons, and example cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from trainer.content import BEIJING
from trainer.rules import Decision, DecisionSpec, MissingFacts, QuestionError, Rule, Rulebook
from trainer.rules.facts import Fact
from trainer.rules.texts import value_text
from trainer.services.calculator_forms import FormField, fields_of, given, input_text, label_of, query_of, read_facts
from trainer.services.rule_texts import REASONS, UNKNOWN, punctuate, with_titles

_LACKING = "还差这一项，填上就能算。"
# What old documents take from wages counts here as marks within the shop only.
INTERNAL = frozenset({"penalty.discipline.fine", "shop.reception_fine.fine"})


@dataclass(frozen=True)
class Reason:
    """A rule behind the answer, in words."""

    rule: Rule
    text: str


@dataclass(frozen=True)
class Loser:
    """A rule that spoke to the same question and does not apply."""

    rule: Rule
    by: Rule
    reason: str


@dataclass(frozen=True)
class Result:
    """An answer as a page shows it."""

    answer: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    losers: tuple[Loser, ...]
    estimated: bool


@dataclass(frozen=True)
class Calculation:
    """A form with its result, or with what is missing or wrong."""

    fields: tuple[FormField, ...]
    result: Result | None
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


# --- the answer ---


def calculate(rulebook: Rulebook, spec: DecisionSpec, platform: str, as_of: datetime | str,
              form: Mapping[str, Sequence[str]]) -> Calculation:
    """Read the form and decide; what is missing or wrong is told at its field, a form that was not sent is only shown."""
    facts = read_facts(spec, form)
    if not form.get("asked") and not facts:
        return Calculation(fields_of(rulebook, spec, form, {}), None)
    errors, message, result = dict[str, str](), "", None
    try:
        decision = rulebook.decide(spec.ask, platform=platform, as_of=as_of, facts=facts)
        result = result_of(rulebook, decision)
    except MissingFacts as error:
        errors = dict.fromkeys(error.missing, _LACKING)
        message = f"还差 {len(errors)} 项，已标在各自的位置。"
    except QuestionError as error:
        words = punctuate(error.message)
        if error.field in spec.facts:
            errors = {**dict.fromkeys(_lacking(spec, facts), _LACKING), str(error.field): words.partition("）：")[2] or words}
            message = "有一项填得不对，已标出来。"
        else:
            message = words
    return Calculation(fields_of(rulebook, spec, form, errors), result, errors, message, facts)


def _lacking(spec: DecisionSpec, facts: Mapping[str, Any]) -> list[str]:
    """Needed facts that a form leaves empty, told together with what is wrong."""
    return [name for name in spec.needs if given(spec.facts[name], facts) is None]


def result_of(rulebook: Rulebook, decision: Decision) -> Result:
    """A decision in words: every answer field (yes or no first), the rules behind it, the rules that do not apply."""
    spec = rulebook.decisions[decision.ask]
    none = "没有，原因见依据" if decision.because else UNKNOWN
    answer = []
    for slot in sorted(spec.answer_fields, key=lambda slot: slot.kind != "flag"):
        value = decision.values[f"answer.{slot.name}"]
        text = none if value is None and slot.kind != "rate" else punctuate(value_text(value, slot.kind, slot.values))
        inside = slot.id in INTERNAL
        answer.append(("内部考核扣分" if inside else punctuate(slot.title), (text.replace("元", "分") if inside else text) + _weekday(value)))
    return Result(
        tuple(answer),
        tuple(Reason(rulebook.rules[each.rule], with_titles(rulebook, punctuate(each.text))) for each in decision.because),
        tuple(Loser(rulebook.rules[each.rule], rulebook.rules[each.by], REASONS[each.reason]) for each in decision.overridden),
        decision.estimated)


def _weekday(value: Any) -> str:
    return f"（周{'一二三四五六日'[value.weekday()]}）" if isinstance(value, datetime) else ""


def facts_in_words(spec: DecisionSpec, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of a case as (label, value) in Chinese, in the order of the decision's form."""
    values = spec.read(facts)
    found = []
    for fact in spec.facts.values():
        if given(fact, facts) is not None:
            found.append((label_of(fact)[0], fact_text(fact, values[fact.name])))
    return found


def fact_text(fact: Fact, value: Any) -> str:
    """One fact in Chinese: times short, counts item by item, messages one after another."""
    if fact.kind == "messages":
        return "；".join(f"{one.at:%m-%d %H:%M:%S} 发出，" + (f"{one.replied_at:%m-%d %H:%M:%S} 回复" if one.replied_at else "没有回复")
                        for one in value) or "没有消息"
    if fact.kind == "counts":
        return "、".join(f"{punctuate(fact.values[key])} {number} 次" for key, number in value.items()) or "无"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if fact.kind in ("number", "count") and isinstance(value, Decimal):
        return f"{value.normalize():f}" + (f" {fact.unit}" if fact.unit else "")
    return punctuate(value_text(value, fact.kind, fact.values))


# --- worked cases ---


@dataclass(frozen=True)
class WorkedCase:
    """An example of a rule as a case: the facts, the answer or what is missing, and the query that opens it in the calculator."""

    why: str
    ask: str
    title: str
    platform: str
    as_of: datetime
    facts: tuple[tuple[str, str], ...]
    result: Result | None
    missing: tuple[str, ...]
    query: Mapping[str, Any]


def worked_cases(rulebook: Rulebook, rule: Rule) -> list[WorkedCase]:
    """The examples of a rule, decided by the rulebook as it stands."""
    found = []
    for example in rule.examples:
        case = _worked(rulebook, rule, example)
        if case is not None:
            found.append(case)
    return found


def _worked(rulebook: Rulebook, rule: Rule, example: Mapping[str, Any]) -> WorkedCase | None:
    ask = example.get("ask") or (rule.decides[0].rsplit(".", 1)[0] if rule.decides else "")
    spec = rulebook.decisions.get(ask)
    if spec is None:
        return None
    platform = str(example.get("platform") or next((one for one in rule.platforms if one in spec.platforms), spec.platforms[0]))
    as_of, facts = datetime.fromisoformat(str(example["as_of"])), example["facts"]
    result, missing = None, tuple[str, ...]()
    try:
        result = result_of(rulebook, rulebook.decide(ask, platform=platform, as_of=as_of, facts=facts))
    except MissingFacts as error:
        missing = tuple(punctuate(spec.facts[name].title) for name in error.missing)
    query = {**query_of(spec, facts), "platform": platform, "as_of": input_text("time", as_of)}
    return WorkedCase(punctuate(str(example.get("why") or "")), ask, punctuate(spec.title), platform, as_of.astimezone(BEIJING),
                      tuple(facts_in_words(spec, facts)), result, missing, query)


def samples_of(rulebook: Rulebook, spec: DecisionSpec, most: int = 6) -> list[tuple[str, Rule, Mapping[str, Any]]]:
    """Cases to begin with: (what it shows, the rule, the query), at most two a rule and none twice."""
    found: list[tuple[str, Rule, Mapping[str, Any]]] = []
    for rule in rulebook.rules.values():
        if rule.standing != "decides" or not any(slot.startswith(f"{spec.ask}.") for slot in rule.decides):
            continue
        cases = [one for one in worked_cases(rulebook, rule) if one.ask == spec.ask and one.result is not None]
        found += [(one.why, rule, one.query) for one in cases[:2] if all(one.query != query for _, _, query in found)]
    return found[:most]


def topic_of(rulebook: Rulebook, spec: DecisionSpec) -> str:
    """The topic that most rules of a decision stand under."""
    topics = [rule.topic for rule in rulebook.rules.values() if rule.standing == "decides"
              and any(slot.startswith(f"{spec.ask}.") for slot in rule.decides)]
    return max(sorted(set(topics)), key=topics.count, default="other")

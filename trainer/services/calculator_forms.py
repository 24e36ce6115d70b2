"""Forms of the calculators: facts as fields, a form as facts, facts as the query of an address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trainer.content import BEIJING
from trainer.rules import DecisionSpec, Rulebook
from trainer.rules.facts import Fact
from trainer.services.rule_texts import punctuate

MESSAGE_ROWS = 3
MOST_ROWS = 40
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class FormField:
    """One fact as a field: what was typed, what is wrong with it. `rows` are the parts of a list, each (name, label, value)."""

    fact: Fact
    label: str
    kind: str
    value: str
    chosen: tuple[str, ...]
    rows: tuple[tuple[str, str, str], ...]
    optional: bool
    hint: str
    error: str


# --- from the form to facts ---


def read_facts(spec: DecisionSpec, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The facts that a form states, nested as the engine wants them; what is left empty is left out."""
    facts: dict[str, Any] = {}
    for fact in spec.facts.values():
        value = _value(fact, form)
        if value is None:
            continue
        group, dot, rest = fact.name.partition(".")
        if dot:
            facts.setdefault(group, {})[rest] = value
        else:
            facts[group] = value
    return facts


def _value(fact: Fact, form: Mapping[str, Sequence[str]]) -> Any:
    if fact.kind == "messages":
        return _messages(fact, form)
    if fact.kind == "counts":
        counts = {key: _plain(fact, _first(form, f"{fact.name}.{key}")) for key in fact.values}
        return {key: number for key, number in counts.items() if number is not None} or ({} if _asked(form) else None)
    if fact.kind == "choices":
        chosen = [one for one in form.get(fact.name, ()) if one]
        return chosen or ([] if _asked(form) else None)
    return _plain(fact, _first(form, fact.name))


def _asked(form: Mapping[str, Sequence[str]]) -> bool:
    """Whether the form was sent: a list in which nothing is ticked is then an empty list and not missing."""
    return bool(form.get("asked"))


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    values = form.get(name) or [""]
    return values[0].strip()


def _plain(fact: Fact, text: str) -> Any:
    if not text:
        return None
    if fact.kind == "flag":
        return _FLAGS.get(text, text)
    return moment_text(text) if fact.kind == "time" else text


def _messages(fact: Fact, form: Mapping[str, Sequence[str]]) -> list[dict[str, str]] | None:
    found = []
    for at, replied in _message_rows(fact, form):
        if at or replied:
            found.append({"at": moment_text(at) or None, "replied_at": moment_text(replied) or None})
    kept = [{key: value for key, value in row.items() if value is not None} for row in found]
    return kept or ([] if _asked(form) else None)


def _message_rows(fact: Fact, form: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for place in range(MOST_ROWS):
        yield _first(form, f"{fact.name}.{place}.at"), _first(form, f"{fact.name}.{place}.replied_at")


def moment_text(text: str) -> str:
    """A moment of a form as ISO 8601: without an offset it is Beijing time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).isoformat()


def query_of(spec: DecisionSpec, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the query of a calculator page, so that a case can be linked."""
    query: dict[str, Any] = {"asked": "1"}
    for fact in spec.facts.values():
        value = given(fact, facts)
        if value is not None:
            query |= _query(fact, value)
    return query


def _query(fact: Fact, value: Any) -> dict[str, Any]:
    if fact.kind == "messages":
        return {f"{fact.name}.{place}.{key}": input_text("time", row[key])
                for place, row in enumerate(value) for key in ("at", "replied_at") if row.get(key)}
    if fact.kind == "counts":
        return {f"{fact.name}.{key}": str(number) for key, number in value.items()}
    if fact.kind == "choices":
        return {fact.name: list(value)}
    return {fact.name: input_text(fact.kind, value)}


def input_text(kind: str, value: Any) -> str:
    """A fact as an input of its kind holds it: datetime-local wants local time without an offset."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "time":
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        local = moment.astimezone(BEIJING) if moment.tzinfo else moment
        return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


# --- the form ---


def fields_of(rulebook: Rulebook, spec: DecisionSpec, form: Mapping[str, Sequence[str]], errors: Mapping[str, str]) -> tuple[FormField, ...]:
    """The facts of a decision as fields, needed ones first as they are declared; `shop` only where a shop's rule may speak."""
    shops = shops_of(rulebook, spec)
    return tuple(_field(spec, fact, form, errors.get(fact.name, ""), shops)
                 for fact in spec.facts.values() if fact.name != "shop" or shops)


def _field(spec: DecisionSpec, fact: Fact, form: Mapping[str, Sequence[str]], error: str, shops: Sequence[str]) -> FormField:
    label, hint = label_of(fact)
    alternatives = [label_of(spec.facts[name])[0] for group in spec.one_of if fact.name in group for name in group if name != fact.name]
    conditional = any(fact.name in condition.facts for condition in spec.requires)
    hints = [hint, f"与「{'」「'.join(alternatives)}」填一个" if alternatives else "",
             "有的情形必填" if conditional else "", f"{fact.least}–{fact.most}" if fact.most is not None else ""]
    return FormField(
        fact, label + (f"（{fact.unit}）" if fact.unit else ""), "shop" if fact.name == "shop" else fact.kind,
        _shown(fact, form), tuple(form.get(fact.name, ())), _rows(fact, form),
        fact.name not in spec.needs and not alternatives, "；".join(filter(None, hints)), error)


def label_of(fact: Fact) -> tuple[str, str]:
    """A fact's title as label and what stands in brackets at its end."""
    title = punctuate(fact.title)
    label, _, hint = title.removesuffix("）").partition("（") if title.endswith("）") else (title, "", "")
    return label, hint


def _shown(fact: Fact, form: Mapping[str, Sequence[str]]) -> str:
    text = _first(form, fact.name)
    return shown_moment(text) if fact.kind == "time" else text


def shown_moment(text: str) -> str:
    """A moment of a form as its field shows it again; what is none stays as it was typed."""
    if not text:
        return ""
    try:
        return input_text("time", text)
    except ValueError:
        return text


def _rows(fact: Fact, form: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str, str], ...]:
    if fact.kind == "counts":
        return tuple((f"{fact.name}.{key}", punctuate(words), _first(form, f"{fact.name}.{key}")) for key, words in fact.values.items())
    if fact.kind != "messages":
        return ()
    filled = [place for place, row in enumerate(_message_rows(fact, form)) if any(row)]
    count = min(MOST_ROWS, max(MESSAGE_ROWS, (filled[-1] + 2) if filled else 0))
    return tuple((f"{fact.name}.{place}.{key}", label, _first(form, f"{fact.name}.{place}.{key}"))
                 for place in range(count)
                 for key, label in (("at", f"第 {place + 1} 条：买家发出"), ("replied_at", f"第 {place + 1} 条：回复")))


def shops_of(rulebook: Rulebook, spec: DecisionSpec) -> list[str]:
    """The shops that have a rule of their own in this decision."""
    found = {candidate.speaker.rule.shop for platform in spec.platforms
             for slot in rulebook.plan(spec.ask, platform).slots for candidate in slot.candidates}
    return sorted(shop for shop in found if shop)


def given(fact: Fact, facts: Mapping[str, Any]) -> Any:
    """What is stated of one fact, or None."""
    group, dot, rest = fact.name.partition(".")
    return (facts.get(group) or {}).get(rest) if dot else facts.get(group)

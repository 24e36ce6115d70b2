"""Facts and answers of decisions as people read them: titles, words for codes, units."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from trainer.content.wording import as_moment, say, say_number
from trainer.rules import Rulebook

Words = Mapping[str, Mapping[str, str]]


def field_words(rulebook: Rulebook, ask: str) -> Words:
    """For every answer field of a decision the words for its codes."""
    spec = rulebook.decisions.get(ask)
    return {slot.name: slot.values for slot in spec.answer_fields} if spec else {}


def say_field(value: Any, words: Mapping[str, str]) -> Any:
    """One answer value in words; a moment stays a moment, so that a text may ask for its date alone."""
    if isinstance(value, (list, tuple)):
        return "、".join(str(say_field(one, words)) for one in value) or words.get("[]", "没有")
    key = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return words.get(key) or as_moment(value) or say(value)


def say_answer(rulebook: Rulebook, ask: str, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every field of an answer as (title, words)."""
    spec = rulebook.decisions[ask]
    return [(slot.title, _with_unit(answer.get(slot.name), slot.kind, slot.values)) for slot in spec.answer_fields]


def _with_unit(value: Any, kind: str, words: Mapping[str, str]) -> str:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if kind == "money":
            return f"{say_number(Decimal(str(value)))} 元"
        if kind == "rate":
            return f"{say_number(Decimal(str(value)) * 100)}%"
    return say(say_field(value, words))


def say_facts(rulebook: Rulebook, ask: str, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts given as (title, words), in the order given."""
    known = rulebook.decisions[ask].facts
    out = []
    for name, value in flat_facts(facts):
        fact = known.get(name)
        if fact is not None:
            out.append((fact.title, _with_unit(value, fact.kind, fact.values)))
    return out


def flat_facts(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested facts by their dotted names."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from flat_facts(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value

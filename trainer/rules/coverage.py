"""How far the rulebook and the content reach: for each of the rule systems, and against the list of required rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.rules.mentions import KINDS, Mention
from trainer.rules.problems import Problem
from trainer.rules.rulebook import Rulebook
from trainer.rules.shape import Shape
from trainer.rules.source import read_yaml


@dataclass(frozen=True, slots=True)
class Register:
    """The rule systems by number, and the ids that the rulebook must hold."""

    systems: Mapping[int, str]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SystemCoverage:
    """The counts of one rule system: its rules, those that compute, that have examples, that content rests on."""

    number: int
    name: str
    rules: int
    computing: int
    with_examples: int
    in_lessons: int
    in_questions: int
    in_cases: int


def read_register(path: Path, problems: list[Problem]) -> Register:
    """The register of a rulebook folder (register.yaml)."""
    shape = Shape(read_yaml(path, path.name, problems), path.name, "register.yaml", problems)
    shape.only(("systems", "required"))
    systems = {item["number"]: item["name"] for item in shape.items("systems") if isinstance(item, Mapping)}
    return Register(systems, shape.words("required"))


def missing_rules(rulebook: Rulebook, register: Register) -> list[str]:
    """The required ids that the rulebook does not hold."""
    return [rule for rule in register.required if rule not in rulebook.rules]


def coverage(rulebook: Rulebook, register: Register, mentions: Iterable[Mention]) -> list[SystemCoverage]:
    """One row for each system, in order of number."""
    named: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for mention in mentions:
        named[mention.kind] |= mention.rules
    return [_system(rulebook, number, name, named) for number, name in sorted(register.systems.items())]


def _system(rulebook: Rulebook, number: int, name: str, named: Mapping[str, set[str]]) -> SystemCoverage:
    rules = [rule for rule in rulebook.rules.values() if number in rule.systems]
    ids = {rule.id for rule in rules}
    return SystemCoverage(
        number,
        name,
        len(rules),
        sum(1 for rule in rules if rule.then),
        sum(1 for rule in rules if rule.examples),
        len(ids & named["lesson"]),
        len(ids & named["question"]),
        len(ids & named["case"]),
    )

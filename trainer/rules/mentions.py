"""Which rules the content rests on: ids and decisions that lessons, questions and cases name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.rules.problems import Problem
from trainer.rules.rulebook import Rulebook
from trainer.rules.source import read_yaml

_DOTTED = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
KINDS = ("lesson", "question", "case")


@dataclass(frozen=True, slots=True)
class Mention:
    """One lesson, question or case and the rules it rests on, by name or through the decisions it asks."""

    kind: str
    item: str
    file: str
    rules: frozenset[str]


def find_mentions(rulebook: Rulebook, folder: Path) -> list[Mention]:
    """The mentions of a question bank's lessons, questions and cases."""
    behind = _rules_behind(rulebook)
    found = []
    for kind, item, file, text in _texts(folder):
        words = set(_DOTTED.findall(text))
        rules = {word for word in words if word in rulebook.rules}
        rules.update(rule for word in words for rule in behind.get(word, ()))
        found.append(Mention(kind, item, file, frozenset(rules)))
    return found


def _rules_behind(rulebook: Rulebook) -> Mapping[str, frozenset[str]]:
    """The rules that decide each decision."""
    behind: dict[str, set[str]] = {}
    for rule in rulebook.rules.values():
        for slot in rule.decides if rule.standing == "decides" else ():
            behind.setdefault(slot.rpartition(".")[0], set()).add(rule.id)
    return {ask: frozenset(rules) for ask, rules in behind.items()}


def _texts(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    for path in sorted((folder / "lessons").glob("*.md")):
        yield "lesson", path.stem, path.name, path.read_text(encoding="utf-8")
    for path in sorted((folder / "questions").glob("*.yaml")):
        yield from _questions(path)
    for path in sorted((folder / "cases").glob("*.yaml")):
        yield "case", path.stem, path.name, path.read_text(encoding="utf-8")


def _questions(path: Path) -> Iterator[tuple[str, str, str, str]]:
    flaws: list[Problem] = []
    data = read_yaml(path, path.name, flaws)
    items: Any = data.get("questions") if isinstance(data, Mapping) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield "question", str(item.get("id")), path.name, " ".join(_words(item))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
    else:
        yield str(value)

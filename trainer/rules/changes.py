"""What changed between two editions of the rules: two rulebooks, or one rulebook at two moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainer.rules.record import Rule
from trainer.rules.rulebook import Rulebook, tidy


@dataclass(frozen=True, slots=True)
class Edition:
    """A rulebook and the moment at which it is looked at."""

    rulebook: Rulebook
    moment: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that differs; `what` says how: added, removed, begins, ends, figures, or the keys of its file."""

    rule: str
    title: str
    what: tuple[str, ...]


def compare(old: Edition, new: Edition) -> list[Change]:
    """Every rule that differs, by id."""
    found = []
    for rule_id in sorted({*old.rulebook.rules, *new.rulebook.rules}):
        before, after = old.rulebook.rules.get(rule_id), new.rulebook.rules.get(rule_id)
        what = _difference(before, after, old.moment, new.moment)
        if what:
            found.append(Change(rule_id, (after or before).title, what))  # type: ignore[union-attr]
    return found


def _difference(before: Rule | None, after: Rule | None, then: datetime, now: datetime) -> tuple[str, ...]:
    if before is None or after is None:
        return ("added",) if before is None else ("removed",)
    what = list(_changed_keys(before.raw, after.raw))
    held, holds = before.effective.covers(then), after.effective.covers(now)
    if held != holds:
        what.append("begins" if holds else "ends")
    if holds and held and _figures(before, then) != _figures(after, now) and "figures" not in what:
        what.append("figures")
    return tuple(what)


def _changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    old, new = tidy(before), tidy(after)
    return [key for key in {**old, **new} if old.get(key) != new.get(key)]


def _figures(rule: Rule, moment: datetime) -> dict[str, str]:
    return {name: rule.figure(name, moment).text for name in rule.figures}

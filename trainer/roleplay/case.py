"""A dispute case as frozen data: what the trainer writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.roleplay.conditions import Condition
from trainer.roleplay.sale import Sale

TEMPERS = ("calm", "quick", "cold")
OFFERS = ("offer_refund", "offer_return", "offer_exchange", "offer_reship", "offer_repair", "offer_compensation",
          "offer_invoice")
PARTY_NAMES = ("buyer", "courier", "warehouse", "platform", "supervisor", "system")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a panel, shown while its condition holds."""

    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Fact:
    """Something true of the case and the one way it is found: look, act, ask (by its words), evidence or event."""

    id: str
    text: str
    found: str
    by: str
    answer: tuple[str, ...]
    words: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of the buyer's, raised while its condition holds, until a reply carries one of the acts."""

    id: str
    acts: tuple[str, ...]
    lines: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Accept:
    """An offer the buyer takes, under a condition; `above` is the least compensation in fen, `owed` that the rules give it."""

    offer: str
    when: Condition
    lines: tuple[str, ...]
    above: int
    owed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens by itself: at a minute, or some minutes after a move or another event."""

    id: str
    at: int
    after: str
    minutes: int
    when: Condition
    who: str
    say: tuple[str, ...]
    facts: tuple[str, ...]
    flow: str
    mood: int
    pay: tuple[tuple[str, str, int, str, bool], ...]
    marks: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An ending and its worth in hundredths of the outcome's weight."""

    id: str
    title: str
    when: Condition
    share: int
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something to have been done or found; `of` are thousandths."""

    id: str
    what: str
    when: Condition
    of: int
    must: bool
    rule: str
    why: str
    token: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A move that the rules forbid here: it can be made, and counts against the agent."""

    move: str
    when: Condition
    points: int
    fatal: bool
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Solution:
    """A full script of moves with what it must come to."""

    title: str
    passes: bool
    why: str
    moves: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Buyer:
    """The person at the other end."""

    name: str
    nick: str
    who: str
    temper: str
    mood: int
    patience: int
    opening: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Money:
    """What is at stake, in fen; shadow prices stand for what does not show in the order."""

    owed: int
    demanded: int
    paid: int
    authority: int
    reship: int
    lost: int
    shadow: Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """One dispute with its variant values still in place of names; `raw` is the file's mapping."""

    id: str
    title: str
    platform: str
    level: int
    pool: str
    topics: tuple[str, ...]
    as_of: str
    horizon: int
    brief: str
    learn: str
    shop: str
    buyer: Buyer
    money: Money
    facts_given: Mapping[str, Any]
    kind: str
    start: Mapping[str, Any]
    panels: Mapping[str, tuple[Line, ...]]
    facts: tuple[Fact, ...]
    asks: tuple[Ask, ...]
    accepts: tuple[Accept, ...]
    events: tuple[Event, ...]
    settled: Condition
    outcomes: tuple[Outcome, ...]
    acts: tuple[Check, ...]
    checks: tuple[Check, ...]
    forbidden: tuple[Forbidden, ...]
    record: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, int]
    pass_mark: int
    solutions: tuple[Solution, ...]
    pairs: tuple[tuple[str, str], ...]
    variants: Mapping[str, tuple[Any, ...]]
    sale: Sale | None
    raw: Mapping[str, Any] = field(repr=False, compare=False)


def variant_count(raw: Mapping[str, Any]) -> int:
    """How many variants a case has: the longest of its value lists."""
    values = raw.get("variants") or {}
    return max([len(items) for items in values.values() if isinstance(items, list)], default=1) or 1


def variant_values(raw: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The values of one variant; shorter lists start again."""
    values = raw.get("variants") or {}
    if not isinstance(values, Mapping):
        return {}
    return {str(key): items[number % len(items)] for key, items in values.items() if isinstance(items, list) and items}


def fill(value: Any, values: Mapping[str, Any]) -> Any:
    """The data with {name} replaced; a text that is only a placeholder takes the value's own type."""
    if isinstance(value, str):
        whole = _PLACEHOLDER.fullmatch(value)
        if whole and whole[1] in values:
            return values[whole[1]]
        return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), value)
    if isinstance(value, Mapping):
        return {key: item if key == "variants" else fill(item, values) for key, item in value.items()}
    return [fill(item, values) for item in value] if isinstance(value, list) else value

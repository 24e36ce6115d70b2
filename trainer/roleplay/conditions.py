"""Conditions of a case file ({flow: refunded, known: [lost]}) compiled to functions of the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainer.roleplay.state import State

Condition = Callable[[State], bool]

SCALARS: dict[str, Callable[[State], str]] = {
    "flow": lambda state: state.flow,
    "returned": lambda state: state.returned,
    "ended": lambda state: state.ended,
}
SETS: dict[str, Callable[[State], Any]] = {
    "known": lambda state: state.known,
    "acts": lambda state: state.acts,
    "done": lambda state: state.done,
    "agreed": lambda state: state.agreed,
    "happened": lambda state: state.happened,
    "evidence": lambda state: state.evidence,
    "asked": lambda state: state.asked,
    "slips": lambda state: {slip.code for slip in state.slips},
}
NUMBERS: dict[str, Callable[[State], int]] = {
    "minutes": lambda state: state.at,
    "mood": lambda state: state.mood,
}
KEYS = (*SCALARS, *SETS, "mood_at_least", "minutes_at_least", "minutes_at_most", "first", "not", "any")


class ConditionError(ValueError):
    """A condition that cannot be read; the message is Chinese and names the allowed keys."""


def compile_condition(raw: object) -> Condition:
    """The condition as one function; an absent one (None or {}) always holds."""
    if raw is None:
        return _always
    if not isinstance(raw, Mapping):
        raise ConditionError("条件应是键值对，例如 {flow: refunded}")
    parts = [_part(str(key), value) for key, value in raw.items()]
    if not parts:
        return _always
    if len(parts) == 1:
        return parts[0]
    return lambda state: all(part(state) for part in parts)


def order_pairs(raw: object) -> set[tuple[str, str]]:
    """Every (first, then) pair that a condition mentions."""
    found: set[tuple[str, str]] = set()
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if key == "first" and isinstance(value, list) and len(value) == 2:
                found.add((str(value[0]), str(value[1])))
            else:
                found |= order_pairs(value)
    elif isinstance(raw, list):
        for item in raw:
            found |= order_pairs(item)
    return found


def _always(_state: State) -> bool:
    return True


def _part(key: str, value: object) -> Condition:
    if key == "not":
        inner = compile_condition(value)
        return lambda state: not inner(state)
    if key == "any":
        return _any(value)
    if key == "first":
        return _first(value)
    if key in ("mood_at_least", "minutes_at_least", "minutes_at_most"):
        return _number(key, value)
    wanted = _words(key, value)
    if key in SCALARS:
        read = SCALARS[key]
        return lambda state: read(state) in wanted
    if key in SETS:
        read_set = SETS[key]
        return lambda state: all(word in read_set(state) for word in wanted)
    raise ConditionError(f"条件里没有“{key}”，可用的是 {'、'.join(KEYS)}")


def _words(key: str, value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise ConditionError(f"条件 {key} 的值应是文字或文字的列表")
    return tuple(str(item) for item in items)


def _any(value: object) -> Condition:
    if not isinstance(value, list) or not value:
        raise ConditionError("any 后面应是条件的列表")
    parts = [compile_condition(item) for item in value]
    return lambda state: any(part(state) for part in parts)


def _first(value: object) -> Condition:
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(item, str) for item in value):
        raise ConditionError("first 后面应是两个操作，例如 [look:parcel, agree_refund]")
    one, other = str(value[0]), str(value[1])
    return lambda state: state.came_first(one, other)


def _number(key: str, value: object) -> Condition:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConditionError(f"{key} 应是整数")
    limit = value
    read = NUMBERS[key.split("_")[0]]
    if key.endswith("at_most"):
        return lambda state: read(state) <= limit
    return lambda state: read(state) >= limit

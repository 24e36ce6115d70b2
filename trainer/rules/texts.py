"""Texts with figures in double braces, and how values read in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trainer.rules.facts import Fact
from trainer.rules.record import plain_number
from trainer.rules.spec import Slot
from trainer.rules.vocabulary import UNKNOWN_TEXT

_PIECE = re.compile(r"\{\{([^{}]*)\}\}")
_FIGURE = re.compile(r"([a-z][a-z0-9_.]*)?#([a-z][a-z0-9_]*)\Z")
_VALUE = re.compile(r"(answer|fact|derived)\.([a-z][a-z0-9_.]*)\Z")


@dataclass(frozen=True, slots=True)
class Reference:
    """A piece in double braces: a figure of a rule (None = the rule itself) or a value of the case."""

    kind: str
    rule: str | None
    name: str


def pieces(text: str) -> list[str | Reference]:
    """The text cut at its double braces. Raises ValueError with a Chinese message for a piece that is neither."""
    found: list[str | Reference] = []
    end = 0
    for match in _PIECE.finditer(text):
        if match.start() > end:
            found.append(text[end : match.start()])
        found.append(_reference(match.group(1).strip()))
        end = match.end()
    if end < len(text):
        found.append(text[end:])
    if any(isinstance(piece, str) and ("{{" in piece or "}}" in piece) for piece in found):
        raise ValueError("双花括号没有成对")
    return found


def _reference(inner: str) -> Reference:
    figure = _FIGURE.match(inner)
    if figure:
        return Reference("figure", figure.group(1) or None, figure.group(2))
    value = _VALUE.match(inner)
    if value:
        return Reference(value.group(1), None, value.group(2))
    raise ValueError(f"「{{{{{inner}}}}}」看不懂，请写成 {{{{规则编号#数字名}}}} 或 {{{{#数字名}}}}")


def time_text(moment: datetime) -> str:
    """2012年11月23日 10:00:00."""
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return "%d年%d月%d日 %02d:%02d:%02d" % parts  # noqa: UP031 - three times as fast as an f-string


def value_text(value: Any, kind: str, values: Mapping[str, str]) -> str:
    """One fact or answer as Chinese."""
    if value is None:
        return "算不出（分母是 0）" if kind == "rate" else UNKNOWN_TEXT
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Decimal):
        if kind == "rate":
            return f"{plain_number(value * 100)}%"
        return plain_number(value) + (" 元" if kind == "money" else "")
    if isinstance(value, tuple):
        return "、".join(values.get(item, str(item)) for item in value) or "无"
    return values.get(str(value), str(value))


Filler = Callable[[Mapping[str, Any], datetime], str]


def template(parts: Iterable[str | Filler]) -> tuple[str, tuple[Filler, ...]]:
    """One text with %s where a filler goes, and the fillers in order; without fillers the plain text."""
    found = tuple(parts)
    fillers = tuple(part for part in found if not isinstance(part, str))
    if not fillers:
        return "".join(part for part in found if isinstance(part, str)), ()
    return "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in found), fillers


def value_filler(reference: Reference, facts: Mapping[str, Fact], slots: Mapping[str, Slot]) -> Filler:
    """A function that writes one value of the case. Raises ValueError where there is no such fact or answer."""
    if reference.kind == "fact":
        fact = facts.get(reference.name)
        if fact is None:
            raise ValueError(f"没有事实「{reference.name}」")
        key, kind, words = fact.name, fact.kind, fact.values
    else:
        slot = slots.get(f"{reference.kind}.{reference.name}")
        if slot is None:
            raise ValueError(f"没有字段「{reference.kind}.{reference.name}」")
        key, kind, words = f"{reference.kind}.{reference.name}", slot.kind, slot.values
    if kind == "time":
        return lambda values, _: UNKNOWN_TEXT if values.get(key) is None else time_text(values[key])
    if kind == "money":
        return lambda values, _: UNKNOWN_TEXT if values.get(key) is None else f"{plain_number(values[key])} 元"
    return lambda values, _: value_text(values.get(key), kind, words)

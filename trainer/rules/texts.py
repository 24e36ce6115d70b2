"""Texts with figures in double braces, and how values read in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trainer.rules.facts import Fact
from trainer.rules.record import Rule, plain_number
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


@dataclass(frozen=True, slots=True)
class ValueFiller:
    """Writes one fact or answer of the case."""

    key: str
    kind: str
    words: Mapping[str, str]

    def __call__(self, values: Mapping[str, Any], moment: datetime) -> str:
        value = values.get(self.key)
        if value is not None and self.kind == "money":
            return f"{plain_number(value)} 元"
        return value_text(value, self.kind, self.words)


@dataclass(frozen=True, slots=True)
class FigureFiller:
    """Writes a figure that changed over time as it holds at the moment."""

    owner: Rule
    name: str

    def __call__(self, values: Mapping[str, Any], moment: datetime) -> str:
        return self.owner.figure(self.name, moment).text


Filler = ValueFiller | FigureFiller


def joined(parts: Iterable[str | Filler]) -> tuple[str | Filler, ...]:
    """The parts with neighbouring texts made one."""
    found: list[str | Filler] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        else:
            found.append(part)
    return tuple(found)


def value_filler(reference: Reference, facts: Mapping[str, Fact], slots: Mapping[str, Slot]) -> ValueFiller:
    """What writes one value of the case. Raises ValueError where there is no such fact or answer."""
    if reference.kind == "fact":
        fact = facts.get(reference.name)
        if fact is None:
            raise ValueError(f"没有事实「{reference.name}」")
        return ValueFiller(fact.name, fact.kind, fact.values)
    key = f"{reference.kind}.{reference.name}"
    slot = slots.get(key)
    if slot is None:
        raise ValueError(f"没有字段「{key}」")
    return ValueFiller(key, slot.kind, slot.values)

"""Facts of a case: their types, and how what a caller gives becomes a value the rules can compute with.

Times become aware Beijing times cut to the second, numbers become Decimal. Every reader raises ValueError with a
Chinese message that says what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trainer.rules.calendar import BEIJING
from trainer.rules.functions import Message
from trainer.rules.problems import instead
from trainer.rules.types import BOOL, DATE, MESSAGES, NUMBER, TEXT, TIME, Type

MAX_NUMBER = Decimal(10) ** 12
MAX_ITEMS = 10_000
FIRST_YEAR, LAST_YEAR = 1990, 2199

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?\Z"
)
_BEIJING_TIME = re.compile(r"(199[0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00\Z")
_OFFSET = re.compile(r"([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TEXT_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2})?\Z")
_PLAIN_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?\Z")
_ZERO = Decimal(0)
_TIME_EXAMPLE = "请写成 2026-11-21T10:00:00+08:00 的样子"


def read_time(value: Any) -> datetime:
    """An aware time in Beijing, cut to the second; a text needs an offset."""
    if type(value) is str and _BEIJING_TIME.match(value):
        try:
            moment = datetime.fromisoformat(value)
            return datetime.combine(moment, moment.time(), BEIJING)  # one zone object: comparing is then far quicker
        except ValueError:
            raise ValueError(f"「{value}」不是真实的时刻，{_TIME_EXAMPLE}") from None
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _TIME.match(value):
        if not _OFFSET.search(value[10:]):
            raise ValueError(f"「{value}」没有时区，{_TIME_EXAMPLE}")
        try:
            moment = datetime.fromisoformat(value.replace(",", ".").upper())
        except ValueError:
            raise ValueError(f"「{value}」不是真实的时刻，{_TIME_EXAMPLE}") from None
    else:
        raise ValueError(f"{_show(value)}不是时刻，{_TIME_EXAMPLE}")
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} 没有时区，{_TIME_EXAMPLE}")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{moment.year} 年不在 {FIRST_YEAR}–{LAST_YEAR} 年之内")
    return moment.astimezone(BEIJING).replace(microsecond=0)


def read_date(value: Any) -> date:
    """A calendar date, YYYY-MM-DD."""
    if isinstance(value, date) and not isinstance(value, datetime):
        found = value
    elif isinstance(value, str) and _DATE.match(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"「{value}」不是真实的日期") from None
    else:
        raise ValueError(f"{_show(value)}不是日期，请写成 2026-11-21 的样子")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{found.year} 年不在 {FIRST_YEAR}–{LAST_YEAR} 年之内")
    return found


def read_number(value: Any) -> Decimal:
    """A finite number below 10^12 that is not negative, from a JSON number or a text of at most two decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{_show(value)}不是数")
    if isinstance(value, str):
        if not _TEXT_NUMBER.match(value):
            raise ValueError(f"「{value[:40]}」不是数；写成文字的数最多两位小数，如 \"99.50\"")
        number = Decimal(value)
    else:
        try:
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        except (InvalidOperation, ValueError):
            raise ValueError("数太大") from None
    if not number.is_finite():
        raise ValueError("不能是 NaN 或无穷大")
    if number < 0:
        raise ValueError(f"{number} 是负数，须是 0 或更大")
    if number >= MAX_NUMBER:
        raise ValueError("数太大，须小于一万亿")
    return number or _ZERO


def read_money(value: Any) -> Decimal:
    """Yuan, not negative, at most two decimals."""
    if type(value) is str and _PLAIN_MONEY.match(value):
        return Decimal(value) or _ZERO
    number = read_number(value)
    if number != number.quantize(Decimal("0.01")):
        raise ValueError(f"{number} 超过两位小数，金额以元计，最多到分")
    return number


def read_count(value: Any) -> Decimal:
    """A whole number, not negative."""
    number = read_number(value)
    if number != number.to_integral_value():
        raise ValueError(f"{number} 不是整数")
    return number


def read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_show(value)}不是是非值，请写 true 或 false")
    return value


def read_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{_show(value)}不是文字")
    return value


def read_messages(value: Any) -> tuple[Message, ...]:
    """A list of {at, replied_at?}."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{_show(value)}不是列表，请写成 [{{\"at\": 时刻, \"replied_at\": 时刻}}]")
    if len(value) > MAX_ITEMS:
        raise ValueError(f"最多 {MAX_ITEMS} 条消息")
    return tuple(_message(item, index) for index, item in enumerate(value))


def _message(item: Any, index: int) -> Message:
    if not isinstance(item, Mapping):
        raise ValueError(f"第 {index + 1} 条不是对象，要有 at，可有 replied_at")
    for key in item:
        if key not in ("at", "replied_at"):
            raise ValueError(f"第 {index + 1} 条有不认识的键「{key}」，只能是 at、replied_at")
    if item.get("at") is None:
        raise ValueError(f"第 {index + 1} 条缺少 at（买家发出消息的时刻）")
    try:
        at = read_time(item["at"])
        replied = item.get("replied_at")
        reply = None if replied is None else read_time(replied)
    except ValueError as error:
        raise ValueError(f"第 {index + 1} 条：{error}") from None
    if reply is not None and reply < at:
        raise ValueError(f"第 {index + 1} 条的 replied_at 早于 at")
    return Message(at, reply)


def _show(value: Any) -> str:
    if value is None:
        return "空值"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"「{text[:40]}{'…' if len(text) > 40 else ''}」"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name, what it is, how it is read; `values` are the allowed words with their Chinese names."""

    name: str
    title: str
    kind: str
    type: Type
    read: Callable[[Any], Any]
    values: Mapping[str, str]
    unit: str | None = None
    least: int | None = None
    most: int | None = None


FACT_KINDS = ("flag", "money", "number", "count", "text", "time", "date", "choice", "choices", "counts", "messages")

_SIMPLE: Mapping[str, tuple[Type, Callable[[Any], Any]]] = {
    "flag": (BOOL, read_flag),
    "money": (NUMBER, read_money),
    "number": (NUMBER, read_number),
    "count": (NUMBER, read_count),
    "text": (TEXT, read_text),
    "time": (TIME, read_time),
    "date": (DATE, read_date),
    "messages": (MESSAGES, read_messages),
}


def make_fact(
    name: str, title: str, kind: str, values: Mapping[str, str], unit: str | None, least: int | None, most: int | None
) -> Fact:
    """A fact of one of FACT_KINDS."""
    if kind in _SIMPLE:
        type_, read = _SIMPLE[kind]
        return Fact(name, title, kind, type_, _bounded(read, least, most), values, unit, least, most)
    words = frozenset(values)
    if kind == "choice":
        return Fact(name, title, kind, Type("text", words), _choice(words), values)
    if kind == "choices":
        return Fact(name, title, kind, Type("texts", words), _choices(words), values)
    return Fact(name, title, kind, Type("counts", words), _counts(words), values)


def _bounded(read: Callable[[Any], Any], least: int | None, most: int | None) -> Callable[[Any], Any]:
    if least is None and most is None:
        return read

    def check(value: Any) -> Any:
        number = read(value)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(f"{number} 超出范围，须在 {least if least is not None else 0} 到 {most} 之间")
        return number

    return check


def _choice(words: frozenset[str]) -> Callable[[Any], str]:
    allowed = "、".join(sorted(words))

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"{_show(value)}不是文字，可用：{allowed}")
        if value not in words:
            raise ValueError(f"没有「{value[:40]}」这个取值{instead(value[:40], words, f'可用：{allowed}')}")
        return value

    return check


def _choices(words: frozenset[str]) -> Callable[[Any], tuple[str, ...]]:
    one = _choice(words)

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{_show(value)}不是列表，可用的项：{'、'.join(sorted(words))}")
        return tuple(dict.fromkeys(one(item) for item in value))

    return check


def _counts(words: frozenset[str]) -> Callable[[Any], dict[str, Decimal]]:
    allowed = "、".join(sorted(words))

    def check(value: Any) -> dict[str, Decimal]:
        if not isinstance(value, Mapping):
            raise ValueError(f"{_show(value)}不是对象，请写成 {{项目: 次数}}，项目可用：{allowed}")
        counts = {}
        for key, number in value.items():
            if key not in words:
                word = str(key)[:40]
                raise ValueError(f"没有「{word}」这一项{instead(word, words, f'可用：{allowed}')}")
            if number is None:
                continue
            try:
                counts[key] = read_count(number)
            except ValueError as error:
                raise ValueError(f"{key}：{error}") from None
        return counts

    return check

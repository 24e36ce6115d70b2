"""One line of JSON as data: what is no JSON is told in Chinese, and keys that stand twice in one object are found."""

from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite
from typing import Any

_REFUSED = (UnicodeDecodeError, RecursionError, ValueError, ArithmeticError)


def read_json(line: bytes) -> tuple[Any, str | None]:
    """The data of a line, and the first key that stands twice in one of its objects.

    Numbers with a point become Decimal, as do NaN and Infinity. Raises ValueError that says why it is no JSON.
    """
    doubled: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            names = [name for name, _ in found]
            doubled.append(next(name for index, name in enumerate(names) if name in names[:index]))
        return made

    try:
        data = json.loads(line.decode("utf-8"), parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=pairs)
    except _REFUSED as error:
        raise ValueError(_why(error)) from None
    return data, doubled[0] if doubled else None


def identifier(value: Any) -> Any:
    """The id of a line as it came; a number that JSON cannot hold becomes null."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if isfinite(number) else None
    if isinstance(value, dict):
        return {key: identifier(item) for key, item in value.items()}
    return [identifier(item) for item in value] if isinstance(value, list) else value


def doubled_words(key: str) -> str:
    """What is said of a key that stands twice."""
    return f"键「{key[:60]}」在同一个对象里写了两次；请只留一个，不然不知道以哪个为准"


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.colno} 个字符处写法有误"
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 文本"
    return "嵌套太深" if isinstance(error, RecursionError) else "有读不了的数"

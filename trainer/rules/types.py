"""The types of expressions: what a fact, a figure or an answer is while a rule is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

KIND_NAMES = {
    "bool": "是非",
    "number": "数",
    "text": "文字",
    "time": "时刻",
    "date": "日期",
    "span": "时长",
    "texts": "一组文字",
    "counts": "一组次数",
    "messages": "一组消息",
    "unknown": "未知",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, the words it may be (None = any) and whether it may be unknown."""

    kind: str
    values: frozenset[str] | None = None
    nullable: bool = False

    def __str__(self) -> str:
        return KIND_NAMES[self.kind] + ("（可能未知）" if self.nullable and self.kind != "unknown" else "")

    def known(self) -> Type:
        return replace(self, nullable=False) if self.nullable else self

    def maybe(self) -> Type:
        return self if self.nullable else replace(self, nullable=True)


BOOL = Type("bool")
NUMBER = Type("number")
TEXT = Type("text")
TIME = Type("time")
DATE = Type("date")
SPAN = Type("span")
TEXTS = Type("texts")
MESSAGES = Type("messages")
UNKNOWN = Type("unknown", nullable=True)


def word(text: str) -> Type:
    return Type("text", frozenset((text,)))


def join(types: Iterable[Type]) -> Type | None:
    """The one type that holds all of these, or None where they do not go together."""
    result = UNKNOWN
    first = True
    for each in types:
        if first:
            result, first = each, False
        elif each.kind == "unknown":
            result = result.maybe()
        elif result.kind == "unknown":
            result = each.maybe()
        elif each.kind != result.kind:
            return None
        else:
            values = None if each.values is None or result.values is None else each.values | result.values
            result = Type(each.kind, values, each.nullable or result.nullable)
    return result

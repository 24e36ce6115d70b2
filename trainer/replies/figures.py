"""A stated figure beside the terms of a decision, in one measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from trainer.replies.dates import BEIJING, SaidDay
from trainer.replies.entities import Entity
from trainer.replies.focus import fact
from trainer.rules import Term

_HOURS = {
    "hours": Decimal(1),
    "days": Decimal(24),
    "minutes": Decimal(1) / 60,
    "months": Decimal(720),
    "workdays": Decimal(24),
}
_SAID_HOURS = {
    "小时": Decimal(1),
    "工作日": Decimal(24),
    "月": Decimal(720),
    "年": Decimal(8760),
    "分钟": Decimal(1) / 60,
    "秒": Decimal(1) / 3600,
}
_TEXT = {"hours": "小时", "days": "天", "workdays": "个工作日", "yuan": "元", "percent": "%", "times": "倍"}
_UNITS = {"span": set(_HOURS), "money": {"yuan"}, "rate": {"percent"}, "times": {"times"}}
_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether a figure agrees, is better for the buyer, and what is right."""

    agrees: bool
    better: bool
    correct: str


def compare_figure(
    entity: Entity, terms: Sequence[Term], facts: Mapping[str, Any], official: bool, either: bool = False
) -> Compared | None:
    """The figure beside the terms of its measure, or `either` of them; None where nothing can be compared."""
    if entity.value is None:
        return None
    said = entity.value * _SAID_HOURS[entity.unit] if entity.kind == "span" else entity.value
    comparable = list(_comparable(entity, terms, facts, either))
    if not comparable:
        return None
    correct = "、".join(dict.fromkeys(text for _, text, _ in comparable))
    if any(abs(value - said) <= _TOLERANCE for value, _, _ in comparable):
        return Compared(True, False, correct)
    if entity.kind == "money" and said == _amount(facts):
        return None
    better = not official and any(_better(said, value, side) for value, _, side in comparable)
    return Compared(better, better, correct)


def _amount(facts: Mapping[str, Any]) -> Decimal | None:
    amount = fact(facts, "order.amount")
    return Decimal(str(amount)) if isinstance(amount, int | float | str) and not isinstance(amount, bool) else None


def _better(said: Decimal, value: Decimal, side: str | None) -> bool:
    return (side == "lower" and said < value) or (side == "higher" and said > value)


def _comparable(
    entity: Entity, terms: Sequence[Term], facts: Mapping[str, Any], either: bool
) -> Iterator[tuple[Decimal, str, str | None]]:
    """The values a stated figure may have, in its own measure, with their Chinese text and better side."""
    exact = _exact_hours(terms, facts) if entity.kind == "span" and not either else None
    for term in terms:
        if term.unit not in _UNITS[entity.kind]:
            continue
        value = Decimal(str(term.value)) * (_HOURS[term.unit] if entity.kind == "span" else 1)
        if exact is not None and term.unit != "workdays" and abs(exact - value) > 24 and len(terms) > 2:
            continue
        yield value, f"{_plain(term.value)}{_TEXT.get(term.unit, term.unit)}", term.better
    if exact is not None and not any(term.unit in _HOURS for term in terms):
        yield exact, "立即" if exact == 0 else f"{_plain(exact)}小时", "lower"


def _exact_hours(terms: Iterable[Term], facts: Mapping[str, Any]) -> Decimal | None:
    """Hours from the fact that a decision counts from to its answer, where one of the known facts fits."""
    for due in _due(terms):
        for moment in _moments(facts):
            hours = Decimal(str((due[0] - moment).total_seconds())) / 3600
            if hours in (0, 48, 72, 120, 168, 240, 360, 720):
                return hours
    return None


def _due(terms: Iterable[Term]) -> Iterator[tuple[datetime, str | None]]:
    """The moments that a decision gives, with the side that is better for the buyer."""
    for term in terms:
        if term.unit == "time" and isinstance(term.value, str):
            yield datetime.fromisoformat(term.value), term.better


def _moments(facts: Mapping[str, Any]) -> Iterator[datetime]:
    for value in facts.values():
        if isinstance(value, Mapping):
            yield from _moments(value)
        elif isinstance(value, str) and "T" in value:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                continue
            if moment.tzinfo is not None:
                yield moment


def _plain(value: Any) -> str:
    number = Decimal(str(value)).normalize()
    return f"{number:f}"


_LIMIT = re.compile(
    r"[^,.!?\n;]{0,8}?(?:之前|以前|前|截止|到期|为止|止|以后|之后|往后|就不|就没|没了|不行|没法|关|到头|到点|必须|确认|能退|可以|都能|都可以|来得及|发出|发货|发走|退)"
)
_LATEST = re.compile(
    r"(?:最迟|最晚|最慢|截止|截止到|截至|到|期限是|期限为|时间为|时间是|是|即|在|也就是|应于|将于|最玩|你这最晚)(?:这个月|本月|这月)?$"
)


def compare_day(day: SaidDay, terms: Sequence[Term], text: str, official: bool) -> Compared | None:
    """A named day beside the moments that a decision gives; None where the day sets no limit."""
    due = list(_due(terms))
    if not due:
        return None
    days = [(moment.astimezone(BEIJING).date(), side) for moment, side in due]
    correct = "、".join(dict.fromkeys(f"{each.month}月{each.day}日" for each, _ in days))
    if any(each == day.day for each, _ in days):
        return Compared(True, False, correct)
    if not _LIMIT.match(text, day.end) and not _LATEST.search(text[max(0, day.start - 6) : day.start]):
        return None
    sooner = all(day.day < each for each, _ in days)
    better = not official and any(side == ("lower" if sooner else "higher") for _, side in days)
    return Compared(better, better, correct)

"""The rule record: what a rule file says, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from trainer.rules.functions import clock, midnight
from trainer.rules.vocabulary import UNITS, UNKNOWN_TEXT


@dataclass(frozen=True, slots=True)
class Day:
    """A first day in Beijing; `precision` is "year" where the source names only a year."""

    date: date
    precision: str = "day"

    @property
    def moment(self) -> datetime:
        return midnight(self.date.isoformat())

    def __str__(self) -> str:
        return str(self.date.year) if self.precision == "year" else self.date.isoformat()


@dataclass(frozen=True, slots=True)
class Effective:
    """Half-open: from the first moment of `start` up to, not including, `end`; None is open (资料未载)."""

    start: Day | None = None
    end: Day | None = None

    def covers(self, moment: datetime) -> bool:
        return (self.start is None or moment >= self.start.moment) and (self.end is None or moment < self.end.moment)


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a figure, valid from a day on; `value` is None where the documents give none."""

    value: Decimal | str | None
    unit: str
    since: Day | None = None
    source: str | None = None

    @property
    def text(self) -> str:
        """The Chinese rendering, such as "72 小时", "30%", "500 元"."""
        if self.value is None:
            return UNKNOWN_TEXT
        if isinstance(self.value, str):
            return self.value
        if self.unit == "yuan" and self.value >= 10_000 and self.value % 10_000 == 0:
            return f"{plain_number(self.value / 10_000)} 万元"
        return f"{plain_number(self.value)}{UNITS[self.unit].suffix}"

    @property
    def computed(self) -> Any:
        """What the figure is in an expression: a span, a share or a number."""
        from_unit = UNITS[self.unit]
        if self.value is None:
            return None
        if isinstance(self.value, str):
            return clock(self.value) if from_unit.kind == "clock" else midnight(self.value)
        if from_unit.kind == "span":
            return _seconds(self.value * from_unit.seconds)
        return self.value / 100 if from_unit.kind == "share" else self.value


def _seconds(amount: Decimal) -> timedelta:
    return timedelta(seconds=int(amount))


def plain_number(number: Decimal) -> str:
    """A number without useless zeros and without exponents."""
    text = str(number)
    if "E" in text:
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Beat:
    """This rule goes before `rule` in `slot`, for `reason`, where `when` holds (None = always)."""

    rule: str
    slot: str
    reason: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is written."""

    document: str
    section: str
    quote: str | None = None
    file: str | None = None
    line: int | None = None
    published: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Currency:
    """Whether somebody has checked the rule against a text that is in force."""

    status: str
    by: str | None = None
    date: str | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file says; `raw` is the canonical data it was read from."""

    id: str
    title: str
    platforms: tuple[str, ...]
    scope: str
    topic: str
    kind: str
    authority: str
    effective: Effective
    standing: str
    decides: tuple[str, ...]
    beats: tuple[Beat, ...]
    figures: Mapping[str, tuple[Figure, ...]]
    when: str | None
    then: Mapping[str, str]
    statement: str
    explain: str | None
    caution: str | None
    examples: tuple[Mapping[str, Any], ...]
    source: Source
    currency: Currency
    need: Mapping[str, str]
    systems: tuple[int, ...]
    note: str | None
    raw: Mapping[str, Any] = field(compare=False, repr=False)
    file: str = field(default="", compare=False, repr=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def shop(self) -> str | None:
        """The shop whose rule this is, if it is one shop's."""
        return self.scope[5:] if self.scope.startswith("shop:") else None

    def figure(self, name: str, moment: datetime) -> Figure:
        """The figure that holds at `moment`; KeyError where there is none of this name."""
        versions = self.figures[name]
        found = versions[0]
        for version in versions[1:]:
            if version.since is not None and moment >= version.since.moment:
                found = version
        return found

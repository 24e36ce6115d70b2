"""The functions that expressions may call: what they take, what they give, what they do.

Times are aware and in Beijing time (+08:00); numbers are Decimal; an unknown value is None.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from trainer.rules.calendar import BEIJING, Calendar, day_end, day_start

CENT = Decimal("0.01")
_ONE = Decimal(1)


@dataclass(slots=True)
class Run:
    """What one evaluation carries besides its values: the calendar, and whether a deadline was estimated."""

    calendar: Calendar
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A buyer's message and the first reply to it, if any."""

    at: datetime
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    `params` are the kinds each argument may be ("time|date"); with `many` the last one repeats. `nulls` says what an
    unknown argument does: "refuse" it, "pass" it on (unknown in, unknown out) or "skip" it.
    """

    name: str
    params: tuple[str, ...]
    result: str
    call: Callable[..., Any]
    many: bool = False
    nulls: str = "refuse"
    gives_unknown: bool = False
    needs_run: bool = False


def _first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _earlier(*values: datetime | None) -> datetime | None:
    return min((value for value in values if value is not None), default=None)


def _later(*values: datetime | None) -> datetime | None:
    return max((value for value in values if value is not None), default=None)


def _span(seconds: int) -> Callable[[Decimal], timedelta]:
    return lambda amount: timedelta(seconds=int(amount * seconds))


def _start_of_day(moment: datetime | date | None) -> datetime | None:
    return None if moment is None else day_start(moment)


def _end_of_day(moment: datetime | date | None) -> datetime | None:
    return None if moment is None else day_end(moment)


def _next_day(moment: datetime | date | None) -> datetime | None:
    return None if moment is None else day_start(moment) + timedelta(days=1)


def _time_of_day(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def _workdays_after(run: Run, moment: datetime, days: Decimal) -> datetime:
    """The last second of the n-th working day after the day of `moment`."""
    found = run.calendar.workday_after(moment.date(), int(days))
    run.estimated = run.estimated or found.estimated
    return day_end(found.day)


def _months_after(moment: datetime | date, months: Decimal) -> datetime:
    """The last second of the same day some months on, or of that month's last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + int(months), 12)
    return day_end(date(year, month + 1, min(moment.day, monthrange(year, month + 1)[1])))


def _weekday_time_after(moment: datetime, span: timedelta) -> datetime:
    """`span` later, where Saturday and Sunday do not run; a request on a weekend starts on Monday at 00:00."""
    left = span
    while True:
        if moment.weekday() >= 5:
            moment = day_start(moment) + timedelta(days=7 - moment.weekday())
        midnight = day_start(moment) + timedelta(days=1)
        if left <= midnight - moment:
            return moment + left
        left -= midnight - moment
        moment = midnight


def _whole(number: Decimal) -> Decimal:
    return number.to_integral_value(rounding=ROUND_FLOOR)


def _cents_down(number: Decimal) -> Decimal:
    return number.quantize(CENT, rounding=ROUND_FLOOR)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return None if whole == 0 else part / whole


def _count(counts: Mapping[str, Decimal], name: str) -> Decimal:
    return counts.get(name, Decimal(0))


def _size(items: Sequence[Any]) -> Decimal:
    return Decimal(len(items))


def _messages_between(messages: Sequence[Message], opens: timedelta, closes: timedelta) -> tuple[Message, ...]:
    return tuple(message for message in messages if opens <= _time_of_day(message.at) <= closes)


def _replied_within(messages: Sequence[Message], span: timedelta) -> bool:
    """Whether every message was answered no later than `span` after it."""
    return all(message.replied_at is not None and message.replied_at - message.at <= span for message in messages)


def _keep(items: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    return tuple(item for item in items if item in allowed)


FUNCTIONS: Mapping[str, Function] = {
    function.name: function
    for function in (
        Function("min", ("number|span", "number|span"), "first", min, many=True),
        Function("max", ("number|span", "number|span"), "first", max, many=True),
        Function("earlier", ("time",), "first", _earlier, many=True, nulls="skip"),
        Function("later", ("time",), "first", _later, many=True, nulls="skip"),
        Function("first_known", ("any",), "first", _first_known, many=True, nulls="skip"),
        Function("known", ("any",), "bool", lambda value: value is not None, nulls="answer"),
        Function("minutes", ("number",), "span", _span(60)),
        Function("hours", ("number",), "span", _span(3600)),
        Function("days", ("number",), "span", _span(86400)),
        Function("start_of_day", ("time|date",), "time", _start_of_day, nulls="pass"),
        Function("end_of_day", ("time|date",), "time", _end_of_day, nulls="pass"),
        Function("next_day", ("time|date",), "time", _next_day, nulls="pass"),
        Function("time_of_day", ("time",), "span", _time_of_day),
        Function("workdays_after", ("time", "number"), "time", _workdays_after, needs_run=True),
        Function("months_after", ("time|date", "number"), "time", _months_after),
        Function("weekday_time_after", ("time", "span"), "time", _weekday_time_after),
        Function("whole", ("number",), "number", _whole),
        Function("cents_down", ("number",), "number", _cents_down),
        Function("ratio", ("number", "number"), "number", _ratio, gives_unknown=True),
        Function("count", ("counts", "text"), "number", _count),
        Function("size", ("texts|messages",), "number", _size),
        Function("keep", ("texts", "texts"), "first", _keep),
        Function("messages_between", ("messages", "span", "span"), "messages", _messages_between),
        Function("replied_within", ("messages", "span"), "bool", _replied_within),
    )
}


def clock(text: str) -> timedelta:
    """The span since midnight of HH:MM."""
    hour, minute = text.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


def midnight(text: str) -> datetime:
    """Beijing midnight at the start of YYYY-MM-DD."""
    return datetime.combine(date.fromisoformat(text), time(), BEIJING)

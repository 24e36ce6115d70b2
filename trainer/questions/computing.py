"""Values of distractors computed by an expression in the rules' own language over facts, parameters and `key.*`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from trainer.content import BEIJING
from trainer.content.wording import as_moment
from trainer.errors import ContentError
from trainer.questions.deciding import Ruling
from trainer.rules.calendar import Calendar
from trainer.rules.expressions import FAILURES, Expression, compile_expression
from trainer.rules.functions import Run
from trainer.rules.types import BOOL, DATE, NUMBER, TEXT, TIME, UNKNOWN, Type

_TYPES: tuple[tuple[type, Type], ...] = (
    (bool, BOOL),
    (Decimal, NUMBER),
    (datetime, TIME),
    (date, DATE),
    (str, TEXT),
)


def compute(text: str, values: Mapping[str, Any], ruling: Ruling, calendar: Calendar) -> Any:
    """The value of an expression as an answer would hold it; raises ContentError where it cannot be taken."""
    names = dict(_flat({**ruling.facts, **values, "key": ruling.answer}, ""))
    expression = _compiled(text, tuple(sorted((name, _type(value)) for name, value in names.items())))
    try:
        result = expression.call(names, {}, Run(calendar))
    except FAILURES as error:
        raise ContentError(f"表达式「{text}」算不出来：{error}。") from error
    return _plain(result)


@lru_cache(maxsize=2048)
def _compiled(text: str, names: tuple[tuple[str, Type], ...]) -> Expression:
    return compile_expression(text, dict(names))


def _type(value: Any) -> Type:
    return next((found for kind, found in _TYPES if isinstance(value, kind)), UNKNOWN)


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif not isinstance(value, (list, tuple)):
            yield f"{prefix}{name}", _value(value)


def _value(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    return as_moment(value) or value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat()
    if isinstance(value, Decimal):
        # Answers hold money to the cent, half up; a wrong amount must not stand out by more decimals.
        amount = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return int(amount) if amount == int(amount) else float(amount)
    return value

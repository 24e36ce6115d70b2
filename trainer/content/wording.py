"""How values are said: moments in Beijing time, money, numbers, yes and no; and lengths of time as they are written."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from trainer.content.fields import BEIJING, read_moment

_LENGTH = re.compile(r"(?P<n>\d+(?:\.\d+)?)(?P<unit>[dhm])")
_UNITS = {"d": 86400, "h": 3600, "m": 60}


def as_moment(value: object) -> datetime | None:
    """The moment a text or datetime stands for, or nothing."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > 10:
        try:
            return read_moment(value)
        except ValueError:
            return None
    return None


def say(value: object) -> str:
    """A value as people read it: moments in Beijing time, money without empty decimals, yes and no."""
    if value is None:
        return "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(say(one) for one in value) or "没有"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    moment = as_moment(value)
    if moment is not None:
        return f"{say_date(moment)} {say_time(moment)}"
    if isinstance(value, (int, float, Decimal)):
        return say_number(Decimal(str(value)))
    return str(value)


def say_number(value: Decimal) -> str:
    """A number without trailing zeros; two decimals where it has a fraction of a yuan."""
    if value == value.to_integral_value():
        return str(int(value))
    text = format(value.normalize(), "f")
    return text if len(text.partition(".")[2]) != 1 else text + "0" if value >= 1 else text


def say_date(moment: datetime) -> str:
    """2014年6月2日, in Beijing."""
    local = moment.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日"


def say_time(moment: datetime) -> str:
    """10:00, in Beijing; with seconds where there are any."""
    local = moment.astimezone(BEIJING)
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def read_length(text: str) -> timedelta:
    """A length of time like `71h`, `4d`, `72h30m`, `-2d`; raises ValueError."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = list(_LENGTH.finditer(body))
    if not parts or "".join(part[0] for part in parts) != body:
        raise ValueError(text)
    return sign * timedelta(seconds=sum(float(part["n"]) * _UNITS[part["unit"]] for part in parts))

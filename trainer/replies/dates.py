"""Days that a reply names: 11月25号, 25号, 大后天, 本周五, 下周一; counted from the day on which it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from trainer.replies.numerals import parse_number

BEIJING = timezone(timedelta(hours=8))

_SMALL = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
_DAY = re.compile(
    rf"(?P<month>{_SMALL}) ?月(?:份)? ?(?P<day>{_SMALL}) ?(?:日|号)?(?![\d天个])"
    rf"|(?<![\d.a-z第])(?P<only>{_SMALL})号(?!链接|楼|线|店|仓|店铺|客服|色|码|柜|机|袋|房|院)"
    r"|(?P<near>大后天|后天|后日|后儿|明天|明日|明儿|明早|明晚|听日|今天|今日|今晚)"
    r"|(?P<week>下下个?|下个?|本|这个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])(?![岁年内到至])"
)
_NEAR = {"今": 0, "明": 1, "听": 1, "后": 2, "大": 3}
_WEEKDAYS = "一二三四五六日"
_EVENT = re.compile(
    r"[^,.!?\n;]{0,7}?(?:付的|付款的|付了|拍的|买的|下单|下的单|签的|签收的|签收了|收的|收到的|收着|申请的|提的|提交的|填的|寄的|寄出的|发的|退的|拒的|同意的|才|那天)"
)
_STILL = re.compile(r"[^,.!?\n;]{0,6}?(?:到期|截止|就|已经|过|止)")
_FAR = 62


@dataclass(frozen=True, slots=True)
class SaidDay:
    """A day named at text[start:end]."""

    start: int
    end: int
    day: date


def find_days(text: str, now: datetime) -> Iterator[SaidDay]:
    """Every day named in a normalised text that is no event of the past, seen from `now`."""
    today = now.astimezone(BEIJING).date()
    for match in _DAY.finditer(text):
        day = _day(match, today)
        if day is None or abs((day - today).days) > _FAR or _EVENT.match(text, match.end()):
            continue
        if day < today and not _STILL.match(text, match.end()):
            continue
        yield SaidDay(match.start(), match.end(), day)


def _day(match: re.Match[str], today: date) -> date | None:
    if match["near"]:
        return today + timedelta(days=_NEAR[match["near"][0]])
    if match["weekday"]:
        return _of_week(match["week"] or "", match["weekday"], today)
    month = parse_number(match["month"]) if match["month"] else None
    number = parse_number((match["day"] or match["only"]).replace("廿", "二十"))
    if number is None or not 1 <= number <= 31 or (month is not None and not 1 <= month <= 12):
        return None
    return _nearest(int(month) if month is not None else None, int(number), today)


def _of_week(which: str, weekday: str, today: date) -> date:
    number = _WEEKDAYS.find("六" if weekday == "末" else "日" if weekday == "天" else weekday)
    weeks = 2 if which.startswith("下下") else 1 if which.startswith("下") else 0
    day = today - timedelta(days=today.weekday()) + timedelta(days=number, weeks=weeks)
    return day + timedelta(weeks=1) if not which and day < today else day


def _nearest(month: int | None, number: int, today: date) -> date | None:
    """The day of that number nearest to today, in the month named or else in this or the next."""
    months = [month] if month is not None else [today.month, today.month % 12 + 1]
    found: list[date] = []
    for each in months:
        for year in (today.year, today.year + 1) if each < today.month else (today.year,):
            try:
                found.append(date(year, each, number))
            except ValueError:
                continue
    later = [day for day in found if day >= today - timedelta(days=15)]
    return min(later or found, key=lambda day: abs((day - today).days), default=None)

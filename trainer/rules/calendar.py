"""Legal working days of China from dated notices; Beijing time is a fixed +08:00.

A year without a notice is reckoned from weekends alone and says that it is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from trainer.rules.problems import Problem
from trainer.rules.source import read_yaml

BEIJING = timezone(timedelta(hours=8))
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)
_KEYS = ("year", "title", "url", "published", "off", "work", "note")


def day_start(moment: datetime | date) -> datetime:
    """The first second of the Beijing day."""
    return datetime.combine(_day(moment), time(), BEIJING)


def day_end(moment: datetime | date) -> datetime:
    """The last second of the Beijing day, 23:59:59."""
    return datetime.combine(_day(moment), _LAST_SECOND, BEIJING)


def _day(moment: datetime | date) -> date:
    return moment.astimezone(BEIJING).date() if isinstance(moment, datetime) else moment


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's notice: its title and the days that differ from the plain week."""

    year: int
    title: str
    url: str | None
    published: str | None
    off: frozenset[date]
    work: frozenset[date]

    def to_dict(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "title": self.title,
            "url": self.url,
            "published": self.published,
            "off": [day.isoformat() for day in sorted(self.off)],
            "work": [day.isoformat() for day in sorted(self.work)],
        }


@dataclass(frozen=True, slots=True)
class Workday:
    """A working day, and whether it rests on a year whose notice is not known."""

    day: date
    estimated: bool


class Calendar:
    """The years whose notices are known."""

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        self.years: Mapping[int, CalendarYear] = {year.year: year for year in sorted(years, key=lambda y: y.year)}
        self._found: dict[tuple[date, int], Workday] = {}

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day; a plain weekday where the year's notice is not known."""
        known = self.years.get(day.year)
        if known is None:
            return day.weekday() < 5
        return day in known.work or (day.weekday() < 5 and day not in known.off)

    def is_estimated(self, day: date) -> bool:
        return day.year not in self.years

    def workday_after(self, day: date, count: int) -> Workday:
        """The `count`-th working day after `day`; 0 is the day itself."""
        key = (day, count)
        found = self._found.get(key)
        if found is None:
            found = self._search(day, count)
            if len(self._found) < 10_000:
                self._found[key] = found
        return found

    def _search(self, day: date, count: int) -> Workday:
        estimated = False
        while count > 0:
            day += _DAY
            estimated = estimated or self.is_estimated(day)
            count -= self.is_workday(day)
        return Workday(day, estimated)

    def to_list(self) -> list[dict[str, Any]]:
        return [year.to_dict() for year in self.years.values()]


def read_calendar(folder: Path, problems: list[Problem]) -> Calendar:
    """The calendar of a folder of <year>.yaml files; a missing folder is an empty calendar."""
    years = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        name = f"calendar/{path.name}"
        data = read_yaml(path, name, problems)
        year = read_year(data, name, problems)
        if year is not None and path.stem != str(year.year):
            problems.append(Problem(name, 1, f"文件名是 {path.stem}，里面写的是 {year.year} 年", "请让两者一致"))
        if year is not None:
            years.append(year)
    return Calendar(years)


def read_year(data: Any, name: str, problems: list[Problem]) -> CalendarYear | None:
    """One year from its data, or None with the flaws added to `problems`."""
    if not isinstance(data, dict) or not isinstance(data.get("year"), int) or not isinstance(data.get("title"), str):
        problems.append(Problem(name, 1, "日历文件要有 year（年份）和 title（放假通知的标题）", f"可用的键：{'、'.join(_KEYS)}"))
        return None
    for key in data:
        if key not in _KEYS:
            problems.append(Problem(name, _line(data, key), f"不认识的键「{key}」", f"可用的键：{'、'.join(_KEYS)}"))
    off, work = (_days(data, key, name, problems) for key in ("off", "work"))
    for day in sorted(off & work):
        problems.append(Problem(name, 1, f"{day} 同时写在 off 和 work 里", "请只留一处"))
    return CalendarYear(data["year"], data["title"], data.get("url"), data.get("published"), off, work)


def _line(data: Mapping[str, Any], key: str) -> int:
    """The line of a key, where the data remembers its lines."""
    lines: Mapping[str, int] = getattr(data, "lines", {})
    return lines.get(key, 1)


def _days(data: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> frozenset[date]:
    items, year, line = data.get(key), data["year"], _line(data, key)
    days = set()
    for item in items if isinstance(items, list) else ():
        try:
            day = date.fromisoformat(item)
        except (TypeError, ValueError):
            problems.append(Problem(name, line, f"{key} 里的「{item}」不是日期", "请写成 2026-10-01 的样子"))
            continue
        if day.year != year:
            problems.append(Problem(name, line, f"{key} 里的 {day} 不在 {year} 年", "请移到那一年的文件里"))
        days.add(day)
    return frozenset(days)

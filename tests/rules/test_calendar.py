"""The calendar of legal working days against an independent table."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from trainer.rules.calendar import BEIJING, Calendar, read_calendar
from trainer.rules.functions import FUNCTIONS

FOLDER = Path(__file__).resolve().parents[2] / "question_bank" / "calendar"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    problems: list[object] = []
    made = read_calendar(FOLDER, problems)  # type: ignore[arg-type]
    assert problems == []
    return made


@pytest.mark.parametrize("year", range(2010, 2027))
def test_every_day_agrees_with_chinesecalendar(calendar: Calendar, year: int) -> None:
    assert "国务院" in calendar.years[year].title
    days = [date(year, 1, 1) + timedelta(days=index) for index in range(366)]
    wrong = [day for day in days if day.year == year and calendar.is_workday(day) != chinese_calendar.is_workday(day)]
    assert wrong == []


def test_days_within_known_years_are_not_estimated_and_later_ones_are(calendar: Calendar) -> None:
    assert not calendar.workday_after(date(2026, 12, 30), 1).estimated
    found = calendar.workday_after(date(2026, 12, 31), 1)
    assert found.estimated
    assert found.day == date(2027, 1, 1)


def test_make_up_days_count_and_holidays_do_not(calendar: Calendar) -> None:
    assert calendar.workday_after(date(2026, 2, 13), 1).day == date(2026, 2, 14)
    assert calendar.workday_after(date(2026, 2, 14), 1).day == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20 00:00:00", 24, "2026-11-21 00:00:00"),
        ("2026-11-20 00:00:01", 24, "2026-11-23 00:00:01"),
        ("2026-11-19 12:00:00", 48, "2026-11-23 12:00:00"),
        ("2026-11-21 23:59:59", 1, "2026-11-23 01:00:00"),
    ],
)
def test_weekends_do_not_run(start: str, hours: int, end: str) -> None:
    moment = datetime.fromisoformat(start).replace(tzinfo=BEIJING)
    found = FUNCTIONS["weekday_time_after"].call(moment, timedelta(hours=hours))
    assert found == datetime.fromisoformat(end).replace(tzinfo=BEIJING)

"""The form of a check: what was found, against which text, on which day, why."""

from datetime import date

from trainer.errors import InputError
from trainer.services.currency import Verdict


def read_verdict(values: dict[str, str], today: date) -> Verdict:
    """A verdict from the fields of the form; raises InputError where a date is none."""
    return Verdict(
        values.get("status", ""), values.get("against", "").strip()[:200], _day(values, "day", today) or today,
        values.get("reason", "").strip()[:200], _day(values, "until", None))


def _day(values: dict[str, str], name: str, default: date | None) -> date | None:
    text = values.get(name, "").strip()
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"「{text[:20]}」不是日期，请写成 2026-11-21 的样子。", name) from None

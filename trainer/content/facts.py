"""Written values as the engine takes them: moments with their offset, nothing else changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from trainer.content.fields import BEIJING, read_moment


def to_fact(value: Any) -> Any:
    """A parameter or written value as the engine takes it."""
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > 10:
        try:
            return read_moment(value).isoformat()
        except ValueError:
            return value
    if isinstance(value, Mapping):
        return {name: to_fact(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_fact(one) for one in value]
    return value

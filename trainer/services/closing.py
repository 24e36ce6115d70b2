"""When an attempt is closed: by submission or by time, whether or not the database was told yet."""

from datetime import datetime, timedelta

from trainer.models import Attempt

SLACK = timedelta(seconds=60)


def is_closed(attempt: Attempt, now: datetime) -> bool:
    """Whether editing has ended, by submission or by time, whether or not the database was told yet."""
    return attempt.state != "in_progress" or now >= attempt.deadline_at


def shown_state(attempt: Attempt, now: datetime) -> str:
    """The state that pages show: an expired attempt is submitted from its deadline on."""
    return "submitted" if attempt.state == "in_progress" and now >= attempt.deadline_at + SLACK else attempt.state

"""The one clock of a desk: in learning it moves with the moves, in a reception it is the server's, stopped while nobody is connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

RECEPTION = "reception"
LOST = 25
"""Seconds without a sign of the page after which its connection counts as lost; the clock stood still beyond them."""


@dataclass(frozen=True)
class Clock:
    """The clock as stored: when the page last spoke up, seconds stood still, how often, seconds skipped."""

    seen: datetime
    paused: int = 0
    gaps: int = 0
    skipped: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As stored with the session."""
        return {"seen": self.seen.isoformat(), "paused": self.paused, "gaps": self.gaps, "skipped": self.skipped}


def read_clock(data: Mapping[str, Any] | None, started: datetime) -> Clock:
    """The stored clock; a fresh one where there is none."""
    if not data:
        return Clock(started)
    return Clock(datetime.fromisoformat(data["seen"]), int(data["paused"]), int(data["gaps"]), int(data["skipped"]))


def touch(clock: Clock, now: datetime) -> Clock:
    """The clock after a sign of the page: what lay beyond LOST seconds of silence is time stood still."""
    silence = int((now - clock.seen).total_seconds())
    if silence <= LOST:
        return Clock(max(now, clock.seen), clock.paused, clock.gaps, clock.skipped)
    return Clock(now, clock.paused + silence - LOST, clock.gaps + 1, clock.skipped)


def worked(clock: Clock, started: datetime, now: datetime) -> int:
    """Seconds really spent at the desk up to now; a silence counts for LOST seconds at most."""
    silent = min(max((now - clock.seen).total_seconds(), 0), LOST)
    return max(0, int((clock.seen - started).total_seconds() + silent) - clock.paused)


def desk_seconds(clock: Clock, started: datetime, now: datetime) -> int:
    """The reading of a reception's clock in seconds: time worked, and time skipped."""
    return worked(clock, started, now) + clock.skipped

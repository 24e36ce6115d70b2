"""打字测试: three minutes of chat text; characters a minute net of errors."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import TypingTest, User
from trainer.services.drawing import permuted
from trainer.services.typing_texts import LINES

SECONDS = 180
SHORTEST = 30
SLACK = 3


@dataclass(frozen=True)
class Count:
    """What was typed: characters, and the edits that would make them right."""

    typed: int
    errors: int

    def speed(self, seconds: int) -> int:
        """Right characters a minute."""
        return max(0, round((self.typed - self.errors) * 60 / seconds))


def passage(seed: str) -> list[str]:
    """The lines in the order of this test."""
    return permuted(f"typing.{seed}", 0, LINES)


def count_typed(wanted: Sequence[str], typed: Sequence[str]) -> Count:
    """Compare line by line; a line left out counts neither way, the last one only as far as it was typed."""
    lines = [_plain(line) for line in typed[: len(wanted)]]
    last = max((n for n, line in enumerate(lines) if line), default=-1)
    total = errors = 0
    for n, line in enumerate(lines[: last + 1]):
        if line:
            total += len(line)
            errors += edits(line, _plain(wanted[n]), n == last)
    return Count(total, errors)


def _plain(line: str) -> str:
    """Full and half width alike, no spaces."""
    return "".join(unicodedata.normalize("NFKC", line).split())


def edits(typed: str, wanted: str, open_end: bool = False) -> int:
    """The fewest insertions, deletions and replacements from one to the other; `open_end`: to some beginning of it."""
    row = list(range(len(wanted) + 1))
    for at, mine in enumerate(typed, 1):
        before, row = row, [at]
        for place, theirs in enumerate(wanted, 1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (mine != theirs)))
    return min(row) if open_end else row[-1]


def finish_test(session: Session, user: User, client_key: str, seed: str, text: str, seconds: int, began: datetime,
                now: datetime) -> TypingTest:
    """Count and keep a test; the same key gives the same result. Raises InputError where the time cannot be right."""
    before = session.scalar(select(TypingTest).where(TypingTest.user_id == user.id, TypingTest.client_key == client_key))
    if before is not None:
        return before
    seconds = min(seconds, SECONDS)
    if seconds < SHORTEST or (now - began).total_seconds() + SLACK < seconds:
        raise InputError(f"至少要打 {SHORTEST} 秒才能算速度，请重新测一次。")
    found = count_typed(passage(seed), text[:8000].splitlines())
    if not found.typed:
        raise InputError("还没有打字。点「开始」以后照着上面的话打，请重新测一次。")
    row = TypingTest(user_id=user.id, client_key=client_key, seconds=seconds, typed=found.typed, errors=found.errors,
                     speed=found.speed(seconds), at=now)
    session.add(row)
    session.flush()
    return row


def typing_history(session: Session, user_id: int, limit: int = 20) -> list[TypingTest]:
    """A person's latest tests, newest first."""
    return list(session.scalars(select(TypingTest).where(TypingTest.user_id == user_id).order_by(
        TypingTest.at.desc(), TypingTest.id.desc()).limit(limit)))

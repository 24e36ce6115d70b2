"""异常记录 beside an attempt: noted for the supervisor, never an automatic fail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.models import Attempt, Irregularity

KINDS = {"left": "离开考试页面", "back": "回到考试页面", "paste": "粘贴了外部内容", "blocked": "试图粘贴，已被拦下", "speed": "持续输入过快",
         "device": "换了设备或网络"}
NUMBERS = {"back": "离开 {} 秒后回到考试页面", "speed": "一分钟输入 {} 字，超过 250 字", "paste": "粘贴了外部内容 {} 字", "blocked": "试图粘贴 {} 字，已被拦下"}
MOST = 300


def note(session: Session, attempt: Attempt, kind: str, now: datetime, number: int | None = None) -> None:
    """Note something that the page saw; beyond 300 notes nothing more is kept. KeyError for an unknown kind."""
    count = session.scalar(select(func.count()).select_from(Irregularity).where(Irregularity.attempt_id == attempt.id)) or 0
    detail = NUMBERS[kind].format(number) if number is not None and kind in NUMBERS else KINDS[kind]
    if count < MOST:
        session.add(Irregularity(attempt_id=attempt.id, kind=kind, at=now, detail=detail))
        session.flush()


def is_other_device(began_on: str, mark: str) -> bool:
    """Whether a request comes from another device or address than the one the attempt began on, as far as that is known."""
    return bool(began_on) and began_on != mark


def note_device(session: Session, attempt_id: int, words: str, now: datetime) -> None:
    """Note, once, a device or address other than the one the attempt began on."""
    detail = f"换了设备或网络：{words}"[:255]
    known = session.scalar(select(Irregularity.id).where(
        Irregularity.attempt_id == attempt_id, Irregularity.kind == "device", Irregularity.detail == detail).limit(1))
    if known is None:
        session.add(Irregularity(attempt_id=attempt_id, kind="device", at=now, detail=detail))
        session.flush()


def summary(rows: Sequence[Irregularity]) -> list[tuple[str, int]]:
    """(what, how often), in the order of the kinds; coming back is no event of its own."""
    return [(word, count) for kind, word in KINDS.items() if kind != "back" and (count := sum(row.kind == kind for row in rows))]

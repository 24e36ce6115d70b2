"""考场口令: a code that changes every five minutes, derived from the server's key, the exam and the clock; nothing is stored."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import SignInFailure, User

SLICE = 300
DIGITS = 6
WINDOW = timedelta(minutes=15)
MOST = 10
SCOPE = "room"


def code_at(secret: str | bytes | None, assignment_id: int, now: datetime, back: int = 0) -> str:
    """The code of the slice of time that holds now, or of one `back` slices earlier: six digits."""
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    number = int(now.timestamp()) // SLICE - back
    digest = hmac.new(key, f"room.{assignment_id}.{number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def seconds_left(now: datetime) -> int:
    """How many seconds the code of now is still shown."""
    return SLICE - int(now.timestamp()) % SLICE


def is_right(secret: str | bytes | None, assignment_id: int, typed: str, now: datetime) -> bool:
    """Whether what was typed is the code of now, or the one before, so that nobody is caught by the change."""
    given = "".join(unicodedata.normalize("NFKC", typed).split()).encode()
    return any(hmac.compare_digest(given, code_at(secret, assignment_id, now, back).encode()) for back in (0, 1))


def without_failures(session: Session, user_ids: Sequence[int], assignment_id: int, now: datetime) -> set[int]:
    """Those of several people who typed no wrong code for the exam within the last quarter of an hour."""
    subjects = {f"{user_id}.{assignment_id}": user_id for user_id in user_ids}
    failed = session.scalars(select(SignInFailure.subject).where(
        SignInFailure.scope == SCOPE, SignInFailure.subject.in_(subjects), SignInFailure.at > now - WINDOW))
    return set(user_ids) - {subjects[subject] for subject in failed}


def check_code(session: Session, secret: str | bytes | None, user: User, assignment_id: int, typed: str, now: datetime) -> None:
    """Accept a code that is right; raises InputError at `code` for any other.

    Wrong ones are counted for the person and the exam; after ten within a quarter of an hour he must wait. The caller
    commits, also where it raises.
    """
    subject = f"{user.id}.{assignment_id}"
    tried = session.scalar(select(func.count()).select_from(SignInFailure).where(
        SignInFailure.scope == SCOPE, SignInFailure.subject == subject, SignInFailure.at > now - WINDOW)) or 0
    if tried >= MOST:
        raise InputError("口令输错太多次，请等 15 分钟再试，或请监考老师帮忙。", "code")
    if not typed.strip():
        raise InputError("请输入监考老师屏幕上的 6 位考场口令。", "code")
    if is_right(secret, assignment_id, typed, now):
        return
    session.add(SignInFailure(scope=SCOPE, subject=subject, at=now))
    session.flush()
    raise InputError("口令不对。它每 5 分钟换一次，请看监考老师屏幕上现在的 6 位数字。", "code")

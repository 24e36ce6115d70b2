"""Failed sign-ins, counted in the database per account and per address, so that every worker counts alike."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from trainer.models import SignInFailure

WINDOW = timedelta(minutes=15)
# An office shares one address, so the limit there is wide.
LIMITS = {"account": 5, "address": 60}


def _subjects(staff_no: str, address: str) -> list[tuple[str, str]]:
    return [("account", staff_no.casefold()[:120]), ("address", address[:120])]


def blocked_until(session: Session, staff_no: str, address: str, now: datetime) -> datetime | None:
    """The moment from which this account at this address may try again; None where it may now."""
    latest: datetime | None = None
    for scope, subject in _subjects(staff_no, address):
        rows = select(SignInFailure.at).where(
            SignInFailure.scope == scope, SignInFailure.subject == subject, SignInFailure.at > now - WINDOW)
        decisive = session.scalars(
            rows.order_by(SignInFailure.at.desc(), SignInFailure.id.desc()).offset(LIMITS[scope] - 1).limit(1)).first()
        if decisive is not None and (latest is None or decisive + WINDOW > latest):
            latest = decisive + WINDOW
    return latest


def tries_left(session: Session, staff_no: str, now: datetime) -> int:
    """How many more failures the account may have within the window."""
    scope, subject = _subjects(staff_no, "")[0]
    failures = session.scalars(select(SignInFailure.id).where(
        SignInFailure.scope == scope, SignInFailure.subject == subject, SignInFailure.at > now - WINDOW)).all()
    return max(0, LIMITS[scope] - len(failures))


def note_failure(session: Session, staff_no: str, address: str, now: datetime) -> None:
    """Count one failure against the account and the address, and forget what no longer matters."""
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - 4 * WINDOW))
    session.add_all(SignInFailure(scope=scope, subject=subject, at=now) for scope, subject in _subjects(staff_no, address))
    session.flush()


def forgive(session: Session, staff_no: str) -> None:
    """Forget the failures of an account, after it signed in or an administrator reset it."""
    scope, subject = _subjects(staff_no, "")[0]
    session.execute(delete(SignInFailure).where(SignInFailure.scope == scope, SignInFailure.subject == subject))

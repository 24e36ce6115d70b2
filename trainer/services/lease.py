"""A lease: of several processes, one at a time does a periodic job."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from trainer.models import Setting


def take_lease(session: Session, name: str, length: timedelta, now: datetime) -> bool:
    """Take the lease for a length of time; False while somebody else holds it."""
    key = f"lease.{name}"
    row = session.scalar(select(Setting).where(Setting.key == key).with_for_update())
    if row is not None and datetime.fromisoformat(row.value["until"]) > now:
        return False
    value = {"until": (now + length).isoformat()}
    if row is not None:
        row.value = value
        session.flush()
        return True
    try:
        with session.begin_nested():
            session.add(Setting(key=key, value=value))
    except IntegrityError:
        return False
    return True

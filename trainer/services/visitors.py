"""Who is there, for requests that come so often that one statement must do: rights and sign-out hold as everywhere."""

from dataclasses import dataclass
from typing import cast

from flask_login import UserMixin
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from trainer.models import User, UserRole

_users, _roles = cast(Table, User.__table__), cast(Table, UserRole.__table__)
_WHO = select(_users.c.staff_no, _users.c.name, _users.c.must_change, _roles.c.role).select_from(
    _users.outerjoin(_roles, _roles.c.user_id == _users.c.id)).where(
        _users.c.id == bindparam("id"), _users.c.session_epoch == bindparam("epoch"), _users.c.active)


@dataclass(frozen=True)
class Visitor(UserMixin):
    """A signed-in person as far as rights and the frame of a page go."""

    id: int
    staff_no: str
    name: str
    must_change: bool
    roles: frozenset[str]


def find_visitor(session: Session, user_id: int, epoch: int) -> Visitor | None:
    """The person, unless deactivated or signed out everywhere since."""
    rows = session.connection().execute(_WHO, {"id": user_id, "epoch": epoch}).all()
    if not rows:
        return None
    staff_no, name, must_change, _role = rows[0]
    return Visitor(user_id, staff_no, name, must_change, frozenset(row[3] for row in rows if row[3] is not None))

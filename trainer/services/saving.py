"""Saving answers: what was acknowledged is never lost. Asked for more often than anything else, so in few plain statements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, Table, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import Attempt, AttemptItem, Response, ResponseEvent, Revision, User, UserRole, VariantRow
from trainer.services.closing import SLACK

LATE_DRAFT = "late_draft"
LONGEST_LOOKUP = 6 * 3600

_users, _roles, _attempts, _items, _variants, _revisions, _responses, _events = (cast(Table, model.__table__) for model in (
    User, UserRole, Attempt, AttemptItem, VariantRow, Revision, Response, ResponseEvent))

# One lock for all answers of an attempt: they come from one person, and handing in takes the same one.
_OPEN = select(
    _users.c.must_change, _roles.c.role, _attempts.c.state, _attempts.c.deadline_at, _attempts.c.client_mark,
).select_from(_attempts.join(_users, _users.c.id == _attempts.c.user_id).outerjoin(_roles, _roles.c.user_id == _users.c.id)).where(
    _attempts.c.id == bindparam("attempt"), _users.c.id == bindparam("user"), _users.c.session_epoch == bindparam("epoch"), _users.c.active,
).with_for_update(of=_attempts, key_share=True)

# In a statement of its own, after the lock: on PostgreSQL a statement that had to wait still sees what was there when it began.
_STANDS = select(
    _items.c.id, _items.c.kind.label("item_kind"), _variants.c.sha256, _variants.c.revision_id,
    _responses.c.seq, _responses.c.answer, _responses.c.unsure, _responses.c.lookup_seconds, _responses.c.saved_at,
    _events.c.kind, _events.c.seq.label("event_seq"), _events.c.answer.label("event_answer"), _events.c.received_at,
).select_from(_items.outerjoin(_variants, _variants.c.id == _items.c.variant_id).outerjoin(
    _responses, _responses.c.item_id == _items.c.id).outerjoin(
        _events, and_(_events.c.item_id == _items.c.id, _events.c.client_key == bindparam("key")))).where(
            _items.c.attempt_id == bindparam("attempt"), _items.c.position == bindparam("position"))

_STORE = insert(_responses)
_CHANGE = update(_responses).where(_responses.c.item_id == bindparam("item")).values({name: bindparam(name) for name in (
    "seq", "client_key", "answer", "unsure", "lookup_seconds", "saved_at")})
_LOG = insert(_events).inline()

_types: dict[str, str] = {}


@dataclass(frozen=True)
class Saved:
    """What the server answers to a save: kind is saved, conflict or late; `seq` is what counts now."""

    kind: str
    seq: int
    answer: Any
    saved_at: datetime | None


@dataclass(frozen=True)
class Sheet:
    """An attempt opened for writing by the person who sits it, locked until the end of the transaction, and the rights of that person."""

    attempt_id: int
    must_change: bool
    roles: frozenset[str]
    state: str
    deadline_at: datetime
    client_mark: str

    def is_over(self, now: datetime) -> bool:
        """Whether an answer received now comes too late to count."""
        return self.state != "in_progress" or now > self.deadline_at + SLACK


def open_sheet(connection: Connection, attempt_id: int, user_id: int, epoch: int) -> Sheet | None:
    """The attempt of a person, locked; None where it is not his, or he was deactivated or signed out everywhere since `epoch`."""
    rows = connection.execute(_OPEN, {"attempt": attempt_id, "user": user_id, "epoch": epoch}).all()
    if not rows:
        return None
    must_change, _role, state, deadline_at, client_mark = rows[0]
    return Sheet(attempt_id, must_change, frozenset(row[1] for row in rows if row[1]), state, deadline_at, client_mark)


def save_answer(connection: Connection, sheet: Sheet, position: int, client_key: str, base_seq: int, read: Callable[[str], Any],
                unsure: bool, now: datetime, lookup_seconds: int = 0) -> Saved | None:
    """Store one answer, or an empty one where it was taken back; None where no question stands at the place.

    `read` makes the answer for the type of the question that stands there. The same client_key gives the same reply again.
    `lookup_seconds` is how long the rules were open beside an open-book item so far; the longest told counts.

    An older base with another answer conflicts: both are kept, and the stored one counts until the learner chooses.

    What is received within 60 s after the deadline counts; later it is kept as late_draft and answered `late`.
    """
    stands = connection.execute(_STANDS, {"attempt": sheet.attempt_id, "position": position, "key": client_key}).mappings().first()
    if stands is None or stands["item_kind"] != "question":
        return None
    answer = read(_type_of(connection, stands)) or {}
    if stands["kind"] is not None:
        return _again(stands)
    seq: int = stands["seq"] or 0
    event = {"item_id": stands["id"], "client_key": client_key, "base_seq": base_seq, "answer": answer, "unsure": unsure, "received_at": now}
    if sheet.is_over(now):
        connection.execute(_LOG, event | {"kind": LATE_DRAFT, "seq": seq})
        return Saved("late", seq, stands["answer"], now)
    same = seq > 0 and stands["answer"] == answer and stands["unsure"] == unsure
    if base_seq < seq and not same:
        connection.execute(_LOG, event | {"kind": "conflict", "seq": seq})
        return Saved("conflict", seq, stands["answer"], stands["saved_at"])
    seq = _put(connection, stands, event, same, lookup_seconds)
    connection.execute(_LOG, event | {"kind": "saved", "seq": seq, "base_seq": base_seq if stands["seq"] else 0})
    return Saved("saved", seq, answer, now)


def _type_of(connection: Connection, row: RowMapping) -> str:
    """The type of a question: the digest of a variant covers it, so it is looked up once a process."""
    found = _types.get(row["sha256"])
    if found is None:
        body = connection.execute(select(_revisions.c.body).where(_revisions.c.id == row["revision_id"])).scalar_one()
        found = _types[row["sha256"]] = str(body["type"])
    return found


def _put(connection: Connection, stands: RowMapping, event: Mapping[str, Any], same: bool, lookup_seconds: int) -> int:
    """Make the answer the one that counts; returns its number. The same answer again keeps number and moment."""
    lookup = max(stands["lookup_seconds"] or 0, min(lookup_seconds, LONGEST_LOOKUP))
    if same and lookup == stands["lookup_seconds"]:
        return int(stands["seq"])
    seq: int = (stands["seq"] or 0) + (not same)
    row = {"seq": seq, "client_key": event["client_key"], "answer": event["answer"], "unsure": event["unsure"],
           "lookup_seconds": lookup, "saved_at": event["received_at"]}
    if same:
        connection.execute(update(_responses).where(_responses.c.item_id == event["item_id"]).values(lookup_seconds=lookup))
    elif stands["seq"] is None:
        connection.execute(_STORE, row | {"item_id": event["item_id"]})
    else:
        connection.execute(_CHANGE, row | {"item": event["item_id"]})
    return seq


def _again(stands: RowMapping) -> Saved:
    """The reply to what was received before: a stored answer as it was stored, a conflict with what counts by now."""
    kind, seq = stands["kind"], stands["seq"]
    if kind == LATE_DRAFT:
        return Saved("late", seq or 0, stands["answer"], stands["received_at"])
    if kind == "saved" or seq is None:
        return Saved(kind, stands["event_seq"], stands["event_answer"] if kind == "saved" else None, stands["received_at"])
    return Saved(kind, seq, stands["answer"], stands["saved_at"])


def save_response(session: Session, attempt_id: int, position: int, client_key: str, base_seq: int, answer: Mapping[str, Any] | None,
                  unsure: bool, now: datetime, lookup_seconds: int = 0) -> Saved:
    """The same for a known answer of whoever sits the attempt; raises InputError where there is no question at the place."""
    who = session.execute(select(_users.c.id, _users.c.session_epoch).join(_attempts, _attempts.c.user_id == _users.c.id).where(
        _attempts.c.id == attempt_id)).first()
    connection = session.connection()
    sheet = open_sheet(connection, attempt_id, *who) if who else None
    saved = save_answer(connection, sheet, position, client_key, base_seq, lambda _type: answer, unsure, now, lookup_seconds) if sheet else None
    if saved is None:
        raise InputError("没有这道题，请刷新页面。")
    return saved

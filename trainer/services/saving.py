"""Saving answers: what was acknowledged is never lost. Asked for more often than anything else, so in few plain statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, Table, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import Attempt, AttemptItem, Response, ResponseEvent, Revision, VariantRow
from trainer.services.closing import SLACK

LATE_DRAFT = "late_draft"
LONGEST_LOOKUP = 6 * 3600

_attempts, _items, _variants, _revisions, _responses, _events = (
    cast(Table, model.__table__) for model in (Attempt, AttemptItem, VariantRow, Revision, Response, ResponseEvent))

# The attempt's lock stands for all its answers: they come from one person, and handing in takes the same one.
_LOCK = select(
    _items.c.id, _items.c.kind, _attempts.c.id.label("attempt_id"), _attempts.c.user_id, _attempts.c.state, _attempts.c.deadline_at,
    _attempts.c.client_mark, _variants.c.sha256, _variants.c.revision_id,
).select_from(_attempts.join(_items, _items.c.attempt_id == _attempts.c.id).outerjoin(_variants, _variants.c.id == _items.c.variant_id)).where(
    _attempts.c.id == bindparam("attempt"), _items.c.position == bindparam("position")).with_for_update(of=_attempts, key_share=True)

# Read after the lock, in a statement of its own: on PostgreSQL a statement that waited still sees what was there when it began.
_STANDS = select(
    _responses.c.seq, _responses.c.answer, _responses.c.unsure, _responses.c.lookup_seconds, _responses.c.saved_at,
    _events.c.kind, _events.c.seq.label("event_seq"), _events.c.answer.label("event_answer"), _events.c.received_at,
).select_from(_items.outerjoin(_responses, _responses.c.item_id == _items.c.id).outerjoin(
    _events, and_(_events.c.item_id == _items.c.id, _events.c.client_key == bindparam("key")))).where(_items.c.id == bindparam("item"))

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
class Seat:
    """A question of a running or closed attempt, locked until the end of the transaction."""

    item_id: int
    attempt_id: int
    user_id: int
    state: str
    deadline_at: datetime
    client_mark: str
    type: str

    def is_over(self, now: datetime) -> bool:
        """Whether an answer received now comes too late to count."""
        return self.state != "in_progress" or now > self.deadline_at + SLACK


def lock_seat(session: Session, attempt_id: int, position: int) -> Seat | None:
    """The question at a place of an attempt, kept from everybody else; None where there is none."""
    connection = session.connection()
    row = connection.execute(_LOCK, {"attempt": attempt_id, "position": position}).mappings().first()
    if row is None or row["kind"] != "question":
        return None
    return Seat(row["id"], row["attempt_id"], row["user_id"], row["state"], row["deadline_at"], row["client_mark"], _type_of(connection, row))


def _type_of(connection: Connection, row: RowMapping) -> str:
    """The type of a question: the digest of a variant covers it, so it is looked up once a process."""
    found = _types.get(row["sha256"])
    if found is None:
        body = connection.execute(select(_revisions.c.body).where(_revisions.c.id == row["revision_id"])).scalar_one()
        found = _types[row["sha256"]] = str(body["type"])
    return found


def save_answer(session: Session, seat: Seat, client_key: str, base_seq: int, answer: Mapping[str, Any] | None, unsure: bool,
                now: datetime, lookup_seconds: int = 0) -> Saved:
    """Store one answer, or an empty one where it was taken back; the same client_key gives the same reply again.

    `lookup_seconds` is how long the rules were open beside an open-book item so far; the longest told counts.

    An older base with another answer conflicts: both are kept, and the stored one counts until the learner chooses.

    What is received within 60 s after the deadline counts; later it is kept as late_draft and answered `late`.
    """
    connection = session.connection()
    stands = connection.execute(_STANDS, {"item": seat.item_id, "key": client_key}).mappings().one()
    if stands["kind"] is not None:
        return _again(stands)
    seq: int = stands["seq"] or 0
    event = {"item_id": seat.item_id, "client_key": client_key, "base_seq": base_seq if seq else 0, "answer": answer or {},
             "unsure": unsure, "received_at": now}
    if seat.is_over(now):
        connection.execute(_LOG, event | {"kind": LATE_DRAFT, "base_seq": base_seq, "seq": seq})
        return Saved("late", seq, stands["answer"], now)
    same = seq > 0 and stands["answer"] == event["answer"] and stands["unsure"] == unsure
    if base_seq < seq and not same:
        connection.execute(_LOG, event | {"kind": "conflict", "seq": seq})
        return Saved("conflict", seq, stands["answer"], stands["saved_at"])
    seq = _put(connection, stands, event, same, lookup_seconds)
    connection.execute(_LOG, event | {"kind": "saved", "seq": seq})
    return Saved("saved", seq, event["answer"], now)


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
    """The same for whoever knows the place alone; raises InputError where there is no question at it."""
    seat = lock_seat(session, attempt_id, position)
    if seat is None:
        raise InputError("没有这道题，请刷新页面。")
    return save_answer(session, seat, client_key, base_seq, answer, unsure, now, lookup_seconds)

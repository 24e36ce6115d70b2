"""The page of a running attempt: a whole class opens it in the same seconds, so what never changes is read once a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import RowMapping, Table, bindparam, select
from sqlalchemy.orm import Session, joinedload

from trainer.models import Attempt, AttemptItem, DeskSession, Response, Revision, VariantRow
from trainer.services.results import ordered

_items, _variants, _revisions, _responses, _desks = (cast(Table, model.__table__) for model in (
    AttemptItem, VariantRow, Revision, Response, DeskSession))
_cases = _revisions.alias("case_revision")
_ATTEMPT = select(Attempt).where(Attempt.id == bindparam("attempt"), Attempt.user_id == bindparam("user")).options(
    joinedload(Attempt.paper_revision).undefer(Revision.body))
_PLACES = select(
    _items.c.id, _items.c.position, _items.c.section, _items.c.kind, _items.c.worth, _items.c.permutation, _items.c.variant_id,
    _items.c.case_revision_id, _variants.c.sha256, _variants.c.revision_id, _revisions.c.digest, _cases.c.digest.label("case_digest"),
    _responses.c.seq, _responses.c.answer, _responses.c.unsure, _responses.c.lookup_seconds, _desks.c.id.label("desk_id"), _desks.c.finished_at,
).select_from(_items.outerjoin(_variants, _variants.c.id == _items.c.variant_id).outerjoin(
    _revisions, _revisions.c.id == _variants.c.revision_id).outerjoin(_cases, _cases.c.id == _items.c.case_revision_id).outerjoin(
        _responses, _responses.c.item_id == _items.c.id).outerjoin(_desks, _desks.c.item_id == _items.c.id)).where(
            _items.c.attempt_id == bindparam("attempt")).order_by(_items.c.position)
_SHOWN = select(_variants.c.shown).where(_variants.c.id == bindparam("id"))
_BODY = select(_revisions.c.body).where(_revisions.c.id == bindparam("id"))

MOST = 8192


@dataclass(frozen=True)
class Face:
    """What a question or a case shows, whoever sits it; under the digests of revision and variant it never changes."""

    type: str
    open_book: bool
    shown: Mapping[str, Any]


_faces: dict[tuple[str, str], Face] = {}


def own_attempt(session: Session, attempt_id: int, user_id: int) -> Attempt | None:
    """An attempt of the person with its paper, and nothing of its places."""
    return session.scalar(_ATTEMPT, {"attempt": attempt_id, "user": user_id})


def sitting_items(session: Session, attempt: Attempt) -> list[dict[str, Any]]:
    """The items of a running attempt as shown: never a key. The same `face` shows the same, but for the order of its parts."""
    sections = {section["id"]: section for section in attempt.paper_revision.body["sections"]}
    rows = session.connection().execute(_PLACES, {"attempt": attempt.id}).mappings()
    return [_item(session, row, sections.get(row["section"], {})) for row in rows]


def _item(session: Session, row: RowMapping, section: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": row["id"], "position": row["position"], "kind": row["kind"], "section": section.get("title", ""), "worth": row["worth"],
        "open_book": bool(section.get("open_book")), "seq": row["seq"] or 0, "unsure": bool(row["unsure"]), "answer": row["answer"] or {},
        "lookup_seconds": row["lookup_seconds"] or 0}
    if row["kind"] == "case":
        case = _kept((row["case_digest"], ""), lambda: _case(session, row))
        return item | {"type": "case", "case": case.shown, "opened": row["desk_id"] is not None, "finished": row["finished_at"] is not None}
    key = row["digest"], row["sha256"]
    face, order = _kept(key, lambda: _question(session, row)), item["answer"].get("order") or row["permutation"]
    return item | {"type": face.type, "shown": face.shown, "open_book": item["open_book"] or face.open_book,
                   "parts": ordered(face.shown, order), "face": key}


def _kept(key: tuple[str, str], make: Callable[[], Face]) -> Face:
    found = _faces.get(key)
    if found is None:
        if len(_faces) >= MOST:
            _faces.clear()
        found = _faces[key] = make()
    return found


def _question(session: Session, row: RowMapping) -> Face:
    connection = session.connection()
    body = connection.execute(_BODY, {"id": row["revision_id"]}).scalar_one()
    return Face(body["type"], bool(body.get("open_book")), connection.execute(_SHOWN, {"id": row["variant_id"]}).scalar_one())


def _case(session: Session, row: RowMapping) -> Face:
    body = session.connection().execute(_BODY, {"id": row["case_revision_id"]}).scalar_one()
    return Face("case", False, {"title": body.get("title", "模拟接待"), "summary": body.get("summary")})

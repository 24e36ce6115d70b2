"""What a person gets at the start of a paper: its places drawn and ordered, as they will be stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import Attempt, AttemptItem, ContentItem, Release, Revision
from trainer.replies import CHECKER_VERSION
from trainer.services.candidates import Face, Pool, current_pool, face_of, pool_on
from trainer.services.drawing import Pick, Rank, draw_cases, draw_prepared, number, numbers, permuted_by
from trainer.services.previews import picks_on
from trainer.services.releases import current_release

_ATTEMPTS, _ITEMS = cast(Table, Attempt.__table__), cast(Table, AttemptItem.__table__)
_OWN = ("user_id", "assignment_id", "no", "seed", "deadline_at", "team_id", "client_mark", "preview")
_INSERT = insert(_ATTEMPTS).returning(_ATTEMPTS.c.user_id, _ATTEMPTS.c.id)
_INSERT_ITEMS = insert(_ITEMS).inline()
_CASES = select(ContentItem.slug, ContentItem.published_id).where(
    ContentItem.kind == "case", ContentItem.slug.in_(bindparam("slugs", expanding=True)), ContentItem.published_id.is_not(None))


@dataclass(frozen=True)
class Sheet:
    """An attempt and its places as they will be stored: the paper drawn for a person at a moment."""

    attempt: dict[str, Any]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Stock:
    """What attempts on a paper are made from at a moment, the same for everybody: the release, what may be drawn, its cases.

    `as_of` is given where it goes by the rules of another date.
    """

    paper: Revision
    release: Release
    pool: Pool
    cases: Mapping[str, int]
    as_of: datetime | None = None


@dataclass(frozen=True)
class Start:
    """Who begins which attempt, until when, having met which questions how often, in which team and on which device."""

    user_id: int
    no: int
    seed: str
    deadline_at: datetime
    seen: Mapping[str, int]
    team_id: int | None
    assignment_id: int | None = None
    client_mark: str = ""
    preview: bool = False


def stock_of(session: Session, paper: Revision, now: datetime, as_of: datetime | None = None) -> Stock:
    """What holds now, or by the rules of another date."""
    release = current_release(session)
    pool = current_pool(session, release, now) if as_of is None else pool_on(session, release, as_of)
    slugs = [str(slug) for section in paper.body["sections"] if _is_case(section) for slug in section.get("cases") or []]
    cases = {slug: case_id for slug, case_id in session.execute(_CASES, {"slugs": slugs}) if case_id is not None} if slugs else {}
    return Stock(paper, release, pool, cases, as_of)


def draw_sheet(session: Session, stock: Stock, start: Start, now: datetime) -> Sheet:
    """The paper drawn for a person; nothing is stored. Raises ContentError or InputError where it cannot be."""
    paper, body = stock.paper, stock.paper.body
    picks = draw_prepared(body, stock.pool.draws_of(body, f"{paper.id}.{paper.digest}"), start.seen, start.seed)
    if stock.as_of is not None:
        picks = picks_on(session, stock.release, picks, stock.as_of)
    own = {name: getattr(start, name) for name in _OWN}
    return Sheet(own | {"paper_revision_id": paper.id, "release_id": stock.release.id, "as_of": stock.as_of or now, "checker": CHECKER_VERSION,
                        "started_at": now, "state": "in_progress"}, _rows(session, stock, picks, start.seed))


def store_sheets(session: Session, sheets: Iterable[Sheet]) -> dict[int, int]:
    """Make attempts of sheets of different people; returns attempt id by user id."""
    by_user = {sheet.attempt["user_id"]: sheet for sheet in sheets}
    made = {user_id: attempt_id for user_id, attempt_id in session.execute(_INSERT, [sheet.attempt for sheet in by_user.values()])}
    session.execute(_INSERT_ITEMS, [row | {"attempt_id": made[user_id]} for user_id, sheet in by_user.items() for row in sheet.rows])
    return made


def _is_case(section: Mapping[str, Any]) -> bool:
    return bool(section.get("kind", "questions") == "case")


def _rows(session: Session, stock: Stock, picks: Sequence[Pick], seed: str) -> list[dict[str, Any]]:
    """The places of an attempt as they are stored."""
    faces, rank = stock.pool.faces_of(session, [pick.variant_id for pick in picks]), numbers(seed, "order")
    rows: list[dict[str, Any]] = []

    def add(section: str, kind: str, worth: int, variant_id: int | None, case_id: int | None, permutation: list[str]) -> None:
        rows.append({"position": len(rows), "section": section, "kind": kind, "worth": worth, "variant_id": variant_id,
                     "case_revision_id": case_id, "permutation": permutation, "voided": False})

    for section in stock.paper.body["sections"]:
        if _is_case(section):
            for slug in draw_cases(section, seed):
                add(section["id"], "case", round(float(section.get("marks", 20)) * 1000), None, _case(stock, slug), [])
            continue
        shuffled = (section.get("shuffle") or {}).get("options", True)
        for pick in (pick for pick in picks if pick.section == section["id"]):
            add(pick.section, "question", pick.worth, pick.variant_id, None, _order(faces[pick.variant_id], rank, seed, len(rows), shuffled))
    return rows


def order_of(shown: Mapping[str, Any], seed: str, place: int) -> list[str]:
    """The order in which options or steps are shown; steps of an ordering question are never shown solved."""
    return _order(face_of(shown), numbers(seed, "order"), seed, place)


def _order(face: Face, rank: Rank, seed: str, place: int, shuffled: bool = True) -> list[str]:
    names = list(face.parts)
    if not names or face.keep_order or not (shuffled or face.steps):
        return names
    order = permuted_by(rank, place, names)
    if face.steps and order == names and len(order) > 1:
        turn = 1 + number(seed, "turn", place) % (len(order) - 1)
        order = order[turn:] + order[:turn]
    return order


def _case(stock: Stock, slug: str) -> int:
    found = stock.cases.get(slug)
    if found is None:
        raise InputError(f"试卷里的案例「{slug}」没有发布，请联系培训师。")
    return found

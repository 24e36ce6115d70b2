"""Opening a desk: one case, or two to six buyers chosen by level and topic or from a trainer's set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.content.fields import read_moment
from trainer.errors import InputError
from trainer.models import AttemptItem, DeskConversation, DeskSession, DeskSet, Revision, User
from trainer.replies import CHECKER_VERSION
from trainer.roleplay import ENGINE_VERSION, open_case
from trainer.roleplay.scene import draw
from trainer.services.assignments import teams_of
from trainer.services.desk_clock import RECEPTION, Clock
from trainer.services.desk_state import scene_of
from trainer.services.published import published_revision, published_revisions
from trainer.services.releases import current_release, rulebook_of

LEARN, EXAM = "learn", "exam"
FEWEST, MOST = 2, 6
APART = {RECEPTION: 25, LEARN: 120}
"""Seconds of the desk's clock between one buyer and the next."""


def cases(session: Session) -> list[Revision]:
    """The published cases that practice may show, easiest first."""
    found = [row for row in published_revisions(session, "case") if row.body.get("pool", "practice") != "exam"]
    return sorted(found, key=lambda row: (row.body.get("level", 1), row.body["id"]))


def open_desk(session: Session, user: User, revision: Revision, now: datetime, *, item: AttemptItem | None = None,
              preview: bool = False) -> DeskSession:
    """Begin a case, or return the one already begun for an exam item; another variant each time a person plays it."""
    if item is not None:
        before = session.scalar(select(DeskSession).where(DeskSession.item_id == item.id))
        if before is not None:
            return before
    return _open(session, user, [revision], now, EXAM if item else LEARN, item, preview)


def open_several(session: Session, user: User, revisions: Sequence[Revision], now: datetime, *, real: bool,
                 preview: bool = False, of_set: DeskSet | None = None) -> DeskSession:
    """Begin a desk of several buyers, who come one after another; `real` seconds make it a reception."""
    if not FEWEST <= len(revisions) <= MOST:
        raise InputError(f"一场模拟接待要有 {FEWEST} 到 {MOST} 位买家，现在是 {len(revisions)} 位。")
    row = _open(session, user, revisions, now, RECEPTION if real else LEARN, None, preview)
    row.set_id = of_set.id if of_set else None
    session.flush()
    return row


def _open(session: Session, user: User, revisions: Sequence[Revision], now: datetime, mode: str, item: AttemptItem | None,
          preview: bool) -> DeskSession:
    release = current_release(session)
    teams = teams_of(session, user.id, now)
    rulebook = rulebook_of(session, release)
    row = DeskSession(
        user_id=user.id, mode=mode, item_id=item.id if item else None, release_id=release.id,
        as_of=read_moment(str(revisions[0].body["as_of"])), engine=ENGINE_VERSION, checker=CHECKER_VERSION,
        team_id=teams[0] if teams else None, preview=preview, started_at=now,
        clock=Clock(now).to_dict() if len(revisions) > 1 else None)
    for position, revision in enumerate(revisions):
        seed = draw("desk", user.id, revision.body["id"]) % 1000 + _times(session, user, revision)
        scene = scene_of(revision, seed, release, rulebook)
        state, events = open_case(scene)
        row.conversations.append(DeskConversation(
            position=position, case_revision_id=revision.id, variant_no=scene.variant_no,
            opening={"seed": seed, "state": state.to_dict(), "events": events, "arrives": position * APART.get(mode, 0)}))
    session.add(row)
    session.flush()
    return row


def _times(session: Session, user: User, revision: Revision) -> int:
    return session.scalar(select(func.count()).select_from(DeskConversation).join(
        DeskSession, DeskSession.id == DeskConversation.session_id).where(
        DeskSession.user_id == user.id, DeskConversation.case_revision_id == revision.id)) or 0


def choose(session: Session, user: User, count: int, level: int = 0, topic: str = "") -> list[Revision]:
    """Cases for a reception: those played least first, in an order of the person's own; fewer than asked for is an InputError."""
    found = [row for row in cases(session) if (not level or row.body.get("level", 1) == level)
             and (not topic or topic in row.body.get("topics", ()))]
    if len(found) < count:
        raise InputError(f"这样选只有 {len(found)} 个案例，不够 {count} 位买家。请放宽难度或专题，或减少人数。")
    played = {row.id: _times(session, user, row) for row in found}
    total = sum(played.values())
    return sorted(found, key=lambda row: (played[row.id], draw("reception", user.id, total, row.body["id"])))[:count]


def sets(session: Session) -> list[DeskSet]:
    """The sets in use, newest first."""
    return list(session.scalars(select(DeskSet).where(DeskSet.retired_at.is_(None)).order_by(DeskSet.at.desc(), DeskSet.id.desc())))


def save_set(session: Session, user: User, title: str, slugs: Sequence[str], now: datetime) -> DeskSet:
    """A trainer's set of cases; a title and two to six published cases, or an InputError."""
    title = title.strip()
    if not title or len(title) > 60:
        raise InputError("请给这组案例起个名字，最多 60 个字。")
    if not FEWEST <= len(slugs) <= MOST or len(set(slugs)) < len(slugs):
        raise InputError(f"请选 {FEWEST} 到 {MOST} 个不同的案例。")
    _revisions(session, slugs)
    row = DeskSet(title=title, cases=list(slugs), by_id=user.id, at=now)
    session.add(row)
    session.flush()
    return row


def retire_set(session: Session, set_id: int, now: datetime) -> None:
    """Take a set out of use; desks begun from it stay."""
    row = session.get(DeskSet, set_id)
    if row is not None and row.retired_at is None:
        row.retired_at = now
        session.flush()


def set_revisions(session: Session, set_id: int) -> tuple[DeskSet, list[Revision]]:
    """A set in use with its cases; an InputError where one of them is no longer published."""
    row = session.get(DeskSet, set_id)
    if row is None or row.retired_at is not None:
        raise InputError("这组案例已经停用，请换一组。")
    return row, _revisions(session, row.cases)


def _revisions(session: Session, slugs: Sequence[str]) -> list[Revision]:
    found = []
    for slug in slugs:
        revision = published_revision(session, "case", slug)
        if revision is None:
            raise InputError(f"案例「{slug}」现在没有发布，请培训师换一个。")
        found.append(revision)
    return found

"""The desk (模拟接待): sessions, moves stored before they are shown, resuming, going back a turn, the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from trainer.config import ROOT
from trainer.content.fields import read_moment
from trainer.errors import ConflictError, InputError
from trainer.models import Attempt, AttemptItem, DeskConversation, DeskMove, DeskSession, Release, Revision, User
from trainer.replies import CHECKER_VERSION
from trainer.roleplay import (
    ENGINE_VERSION,
    MoveError,
    Scene,
    State,
    judge,
    load_case,
    make_scene,
    open_case,
    parse_move,
)
from trainer.roleplay.ear import read_turn
from trainer.roleplay.files import locked_costs
from trainer.roleplay.heard import Heard
from trainer.roleplay.moves import Move
from trainer.roleplay.play import listen, turn_text
from trainer.roleplay.report import report as make_report
from trainer.roleplay.ruling import RulebookJudge
from trainer.roleplay.scene import draw
from trainer.roleplay.step import step
from trainer.roleplay.walk import best_line
from trainer.rules import Rulebook
from trainer.services.assignments import teams_of
from trainer.services.closing import is_closed
from trainer.services.published import published_revisions
from trainer.services.releases import current_release, rulebook_of
from trainer.services.results import visibility

LEARN, EXAM = "learn", "exam"
QUICK_WALK = 1500
CASES = ROOT / "question_bank" / "cases"
_walked: dict[tuple[str, int], int | None] = {}
_scenes: dict[tuple[int, int, int, str], Scene] = {}


@dataclass(frozen=True)
class Turn:
    """One stored move as pages need it; `findings` speak of its own bubble, `mood` is after it."""

    n: int
    number: int
    move: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    findings: Mapping[str, Any] | None
    mood: int
    at: datetime


@dataclass(frozen=True)
class Desk:
    """A session ready to be shown: its scene, the state at its head and what happened on the way there."""

    row: DeskSession
    scene: Scene
    state: State
    opening: Sequence[Mapping[str, Any]]
    turns: Sequence[Turn]

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """Everything that happened on the line that counts."""
        return [*self.opening, *(event for turn in self.turns for event in turn.events)]


@dataclass(frozen=True)
class Moved:
    """The answer to a move: the desk after it, and why it was refused, if it was."""

    desk: Desk
    refused: str = ""
    allowed: tuple[str, ...] = ()


def cases(session: Session) -> list[Revision]:
    """The published cases that practice may show, easiest first."""
    found = [row for row in published_revisions(session, "case") if row.body.get("pool", "practice") != "exam"]
    return sorted(found, key=lambda row: (row.body.get("level", 1), row.body["id"]))


def desks_of(session: Session, user_id: int) -> list[DeskSession]:
    """A person's sessions outside exams, newest first."""
    return list(session.scalars(select(DeskSession).where(
        DeskSession.user_id == user_id, DeskSession.item_id.is_(None)).options(
        selectinload(DeskSession.conversations).joinedload(DeskConversation.case_revision).undefer(Revision.body)
    ).order_by(DeskSession.started_at.desc(), DeskSession.id.desc())))


def open_desk(session: Session, user: User, revision: Revision, now: datetime, *, item: AttemptItem | None = None,
              preview: bool = False) -> DeskSession:
    """Begin a case, or return the one already begun for an exam item; another variant each time a person plays it."""
    if item is not None:
        before = session.scalar(select(DeskSession).where(DeskSession.item_id == item.id))
        if before is not None:
            return before
    release = current_release(session)
    times = session.scalar(select(func.count()).select_from(DeskConversation).join(
        DeskSession, DeskSession.id == DeskConversation.session_id).where(
        DeskSession.user_id == user.id, DeskConversation.case_revision_id == revision.id)) or 0
    seed = draw("desk", user.id, revision.body["id"]) % 1000 + times
    scene = _scene(revision, seed, release, rulebook_of(session, release))
    state, events = open_case(scene)
    teams = teams_of(session, user.id, now)
    row = DeskSession(
        user_id=user.id, mode=EXAM if item else LEARN, item_id=item.id if item else None, release_id=release.id,
        as_of=read_moment(scene.case.as_of), engine=ENGINE_VERSION, checker=CHECKER_VERSION,
        team_id=teams[0] if teams else None, preview=preview, started_at=now)
    row.conversations = [DeskConversation(
        position=0, case_revision_id=revision.id, variant_no=scene.variant_no,
        opening={"seed": seed, "state": state.to_dict(), "events": events})]
    session.add(row)
    session.flush()
    return row


def load_desk(session: Session, session_id: int, *, lock: bool = False) -> Desk | None:
    """A session with the line of play at its head; nothing is simulated again. None where there is none."""
    query = select(DeskSession).where(DeskSession.id == session_id)
    row = session.scalar(query.with_for_update() if lock else query.options(joinedload(DeskSession.user)))
    if row is None:
        return None
    conversation = row.conversations[0]
    revision = session.scalar(select(Revision).where(Revision.id == conversation.case_revision_id).options(
        undefer(Revision.body)))
    release = session.get(Release, row.release_id)
    if revision is None or release is None:
        return None
    opening = conversation.opening
    scene = _scene(revision, int(opening["seed"]), release, rulebook_of(session, release))
    path = _path(session, row)
    head: Any = session.scalar(select(DeskMove.state_after).where(DeskMove.id == path[-1].id)) if path else opening["state"]
    state = State.from_dict(head)
    turns = [_turn(number, move) for number, move in enumerate(path, start=1)]
    return Desk(row, scene, state, opening["events"], turns)


def owner_of(session: Session, session_id: int) -> int | None:
    """Whose session it is, None where there is none."""
    return session.scalar(select(DeskSession.user_id).where(DeskSession.id == session_id))


def _scene(revision: Revision, seed: int, release: Release, rulebook: Rulebook) -> Scene:
    key = (revision.id, seed, release.id, revision.digest)
    found = _scenes.get(key)
    if found is None:
        if len(_scenes) >= 64:
            _scenes.clear()
        found = _scenes[key] = make_scene(load_case(revision.body), seed, RulebookJudge(rulebook))
    return found


def _path(session: Session, row: DeskSession) -> list[DeskMove]:
    """The moves from the start to the head, in order; branches that were left are not among them."""
    moves = {move.n: move for move in session.scalars(select(DeskMove).where(DeskMove.session_id == row.id))}
    path = []
    n = row.head_n
    while n:
        path.append(moves[n])
        n = moves[n].parent_n
    return path[::-1]


def _turn(number: int, move: DeskMove) -> Turn:
    return Turn(move.n, number, move.move, move.events, _own_bubble(move.findings), move.events[0]["mood"], move.at)


def _own_bubble(findings: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The findings of a turn with offsets in its last bubble; what stands in earlier bubbles is left to those."""
    if not findings:
        return None
    skip = int(findings.get("skip", 0))
    shown = dict(findings)
    for kind in ("violations", "acts", "claims", "suspected"):
        shown[kind] = [{**found, "start": found["start"] - skip, "end": found["end"] - skip}
                       for found in findings.get(kind, ()) if found["start"] >= skip]
    return shown


def make_move(session: Session, session_id: int, raw: Mapping[str, Any], client_key: str, expected_n: int,
              now: datetime) -> Moved:
    """Make one move. The same key answers the same; another head than expected is a ConflictError; a refused move is not stored."""
    desk = load_desk(session, session_id, lock=True)
    if desk is None:
        raise InputError("没有这场接待。请从接待台重新进入。")
    if not client_key or len(client_key) > 60:
        raise InputError("页面缺少操作编号，请刷新后再试。")
    if session.scalar(select(DeskMove.id).where(DeskMove.session_id == session_id, DeskMove.client_key == client_key)):
        return Moved(desk)
    if desk.row.finished_at is not None:
        raise ConflictError("这场接待已经结束，不能再操作。")
    if expected_n != desk.row.head_n:
        raise ConflictError("这场接待在别的页面有了新的进展，已换成最新的样子；刚才的操作没有生效。", desk.row.head_n)
    try:
        move = parse_move(raw)
    except MoveError as error:
        raise InputError(str(error)) from None
    release = session.get_one(Release, desk.row.release_id)
    findings, heard = _hear(desk, move, rulebook_of(session, release))
    after, events = step(desk.scene, desk.state, move, heard)
    if after is desk.state:
        return Moved(desk, events[0]["text"], tuple(events[0]["allowed"]))
    events[0]["mood"] = after.mood
    stored = _store(session, desk, move, client_key, findings, events, after, now)
    moved = replace(desk, state=after, turns=[*desk.turns, _turn(len(desk.turns) + 1, stored)])
    if after.ended:
        _finish(session, moved, now)
    return Moved(moved)


def _hear(desk: Desk, move: Move, rulebook: Rulebook) -> tuple[dict[str, Any] | None, Heard]:
    if move.name != "reply":
        return None, listen(desk.scene, desk.state, move, lambda scene, state, text: read_turn(rulebook, scene, state, text))
    text = str(move.args["text"])
    whole = turn_text(desk.state, text)
    found = read_turn(rulebook, desk.scene, desk.state, whole)
    return {**found, "skip": len(whole) - len(text)}, Heard.of(found)


def _store(session: Session, desk: Desk, move: Move, client_key: str, findings: dict[str, Any] | None,
           events: list[dict[str, Any]], after: State, now: datetime) -> DeskMove:
    last = session.scalar(select(func.max(DeskMove.n)).where(DeskMove.session_id == desk.row.id)) or 0
    stored = DeskMove(
        session_id=desk.row.id, n=last + 1, parent_n=desk.row.head_n, client_key=client_key, move=move.to_dict(),
        findings=findings, events=events, state_after=after.to_dict(), at=now)
    session.add(stored)
    desk.row.head_n = last + 1
    session.flush()
    return stored


def _finish(session: Session, desk: Desk, now: datetime) -> None:
    found = make_report(desk.scene, desk.state, [dict(event) for event in desk.events], best_cost(desk))
    suspected = [turn.number for turn in desk.turns if turn.findings and turn.findings.get("needs_review")]
    desk.row.report = {
        **found.to_dict(), "end_title": found.end_title, "cost_fen": found.cost, "best_fen": found.best_cost,
        "balances": found.balances, "ledger": [asdict(entry) for entry in desk.state.ledger],
        "needs_review": bool(suspected),
        "review_because": [f"第 {number} 步的回复要请人看一眼" for number in suspected]}
    desk.row.score, desk.row.passed, desk.row.finished_at = found.score // 10, found.passed, now
    session.flush()


def best_cost(desk: Desk) -> int | None:
    """The best cost of this variant: from the lock, or walked shortly for a case that was edited since."""
    locked = locked_costs(CASES, desk.scene)
    if locked is not None:
        return locked
    key = (desk.scene.digest, desk.scene.variant_no)
    if key not in _walked:
        _walked[key] = best_line(desk.scene, QUICK_WALK).best_cost
    return _walked[key]


def go_back(session: Session, session_id: int, to_n: int) -> Desk:
    """Practice only: make an earlier move the head again; what came after stays on record as a branch."""
    desk = load_desk(session, session_id, lock=True)
    if desk is None:
        raise InputError("没有这场接待。请从接待台重新进入。")
    if desk.row.mode != LEARN:
        raise InputError("考试中的接待不能退回。")
    if to_n and to_n not in [turn.n for turn in desk.turns]:
        raise InputError("这一步不在现在的进程里，不能退回到这里。")
    desk.row.head_n = to_n
    desk.row.finished_at = desk.row.report = desk.row.score = desk.row.passed = None
    session.flush()
    again = load_desk(session, session_id)
    if again is None:
        raise InputError("没有这场接待。请从接待台重新进入。")
    return again


def finish_as_it_stands(session: Session, item_id: int, now: datetime) -> DeskSession | None:
    """The session of a place of an attempt, judged where it stands if it was not ended; None where it was never begun."""
    row = desk_of_item(session, item_id)
    if row is not None and row.finished_at is None:
        desk = load_desk(session, row.id, lock=True)
        if desk is not None:
            _finish(session, desk, now)
    return row


def so_far(desk: Desk) -> Any:
    """How the session would be judged if it ended now."""
    return judge(desk.scene, desk.state)


def desk_of_item(session: Session, item_id: int) -> DeskSession | None:
    """The session of a place of an attempt, once begun."""
    return session.scalar(select(DeskSession).where(DeskSession.item_id == item_id))


def _attempt(session: Session, row: DeskSession) -> Attempt | None:
    if row.item_id is None:
        return None
    return session.scalar(select(Attempt).join(AttemptItem, AttemptItem.attempt_id == Attempt.id).where(
        AttemptItem.id == row.item_id))


def attempt_of(session: Session, row: DeskSession) -> int | None:
    """The attempt that a session belongs to."""
    attempt = _attempt(session, row)
    return attempt.id if attempt else None


def is_over(session: Session, session_id: int, now: datetime) -> bool:
    """Whether the attempt around the session takes nothing more."""
    attempt = session.scalar(select(Attempt).join(AttemptItem, AttemptItem.attempt_id == Attempt.id).join(
        DeskSession, DeskSession.item_id == AttemptItem.id).where(DeskSession.id == session_id))
    return attempt is not None and is_closed(attempt, now)


def is_sealed(session: Session, row: DeskSession, now: datetime) -> bool:
    """Whether the report must wait, because the attempt's keys are not shown yet."""
    attempt = _attempt(session, row)
    return attempt is not None and not visibility(session, attempt, now).keys

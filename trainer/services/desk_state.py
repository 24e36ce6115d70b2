"""A desk as it stands: its conversations with their cases and states, the line of moves that counts, its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from trainer.models import DeskConversation, DeskMove, DeskSession, Release, Revision
from trainer.roleplay import Scene, State, load_case, make_scene
from trainer.roleplay.ruling import RulebookJudge
from trainer.roleplay.step import catch_up
from trainer.rules import Rulebook
from trainer.services.desk_clock import RECEPTION, desk_seconds, read_clock
from trainer.services.releases import rulebook_of

PASS = "pass"
"""The stored move of a conversation in which only time went by; the agent did not make it."""
_scenes: dict[tuple[int, int, int, str], Scene] = {}


@dataclass(frozen=True)
class Turn:
    """One stored move as pages need it; `findings` speak of its own bubble, `mood` is after it, `sec` the desk's clock."""

    n: int
    number: int
    move: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    findings: Mapping[str, Any] | None
    mood: int
    at: datetime
    sec: int = 0
    waits: bool = True


@dataclass(frozen=True)
class Talk:
    """One conversation: its buyer comes after `arrives` seconds of the desk's clock."""

    position: int
    scene: Scene
    state: State
    opening: Sequence[Mapping[str, Any]]
    turns: Sequence[Turn]
    arrives: int = 0

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """Everything that happened on the line that counts."""
        return [*self.opening, *(event for turn in self.turns for event in turn.events)]

    @property
    def seconds(self) -> int:
        """The desk's clock by this conversation's own."""
        return self.arrives + self.state.at * 60

    def minute(self, seconds: int) -> int:
        """The conversation's own minute at a reading of the desk's clock; negative before the buyer comes."""
        return (seconds - self.arrives) // 60

    def next_due(self) -> int | None:
        """The reading of the desk's clock at which something happens here by itself."""
        if self.state.ended:
            return None
        minute = min([self.scene.case.horizon, *(due.at for due in self.state.agenda[:1])])
        return self.arrives + max(minute, self.state.at) * 60


@dataclass(frozen=True)
class Desk:
    """A session ready to be shown; `active` is the conversation that the page stands at, `seconds` the desk's clock."""

    row: DeskSession
    talks: Sequence[Talk]
    active: int = 0
    seconds: int = 0
    path: Sequence[tuple[int, str]] = field(default=(), repr=False)

    @property
    def talk(self) -> Talk:
        """The conversation that the page stands at."""
        return self.talks[self.active]

    @property
    def scene(self) -> Scene:
        """The bound case of the active conversation."""
        return self.talk.scene

    @property
    def state(self) -> State:
        """The state of the active conversation."""
        return self.talk.state

    @property
    def opening(self) -> Sequence[Mapping[str, Any]]:
        """How the active conversation began."""
        return self.talk.opening

    @property
    def turns(self) -> Sequence[Turn]:
        """The moves of the active conversation."""
        return self.talk.turns

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """Everything that happened in the active conversation."""
        return self.talk.events

    @property
    def is_real(self) -> bool:
        """Whether real seconds count."""
        return self.row.mode == RECEPTION

    def here(self) -> list[Talk]:
        """The conversations whose buyers have come."""
        return [talk for talk in self.talks if talk.arrives <= self.seconds]


def load_desk(session: Session, session_id: int, now: datetime | None = None, *, talk: int = 0, lock: bool = False) -> Desk | None:
    """A session with the line of play at its head; nothing is simulated again. None where there is none."""
    query = select(DeskSession).where(DeskSession.id == session_id)
    row = session.scalar(query.with_for_update() if lock else query.options(joinedload(DeskSession.user)))
    release = session.get(Release, row.release_id) if row is not None else None
    if row is None or release is None or not row.conversations:
        return None
    rulebook = rulebook_of(session, release)
    path = _path(session, row)
    heads = _heads(session, path)
    talks = [_talk(session, one, release, rulebook, path, heads) for one in row.conversations]
    seconds = clock_of(row, talks, now)
    shown = [_now(one, seconds) for one in talks]
    active = talk if 0 <= talk < len(shown) and shown[talk].arrives <= seconds else 0
    return Desk(row, shown, active, seconds, tuple((move.n, str(move.move["move"])) for move in path))


def clock_of(row: DeskSession, talks: Sequence[Talk], now: datetime | None) -> int:
    """The reading of the desk's clock in seconds."""
    stored = read_clock(row.clock, row.started_at)
    if row.mode == RECEPTION:
        last = row.finished_at or now or stored.seen
        return max([desk_seconds(stored, row.started_at, last), *(talk.seconds for talk in talks if talk.turns)])
    return max([stored.skipped, *(talk.seconds for talk in talks if talk.turns or talk.arrives == 0)])


def _now(talk: Talk, seconds: int) -> Talk:
    state = catch_up(talk.scene, talk.state, talk.minute(seconds))
    return talk if state is talk.state else Talk(talk.position, talk.scene, state, talk.opening, talk.turns, talk.arrives)


def _talk(session: Session, one: DeskConversation, release: Release, rulebook: Rulebook, path: Sequence[DeskMove],
          heads: Mapping[int, Any]) -> Talk:
    revision = session.scalars(select(Revision).where(Revision.id == one.case_revision_id).options(undefer(Revision.body))).one()
    opening = one.opening
    own = [move for move in path if move.conversation == one.position]
    state = State.from_dict(heads.get(one.position, opening["state"]))
    turns = [to_turn(number, move) for number, move in enumerate(own, start=1)]
    return Talk(one.position, scene_of(revision, int(opening["seed"]), release, rulebook), state, opening["events"], turns,
                int(opening.get("arrives", 0)))


def scene_of(revision: Revision, seed: int, release: Release, rulebook: Rulebook) -> Scene:
    """The case of a revision bound to a seed under a release; kept for the process."""
    key = (revision.id, seed, release.id, revision.digest)
    found = _scenes.get(key)
    if found is None:
        if len(_scenes) >= 128:
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


def _heads(session: Session, path: Sequence[DeskMove]) -> dict[int, Any]:
    """The state after the last move of each conversation."""
    last = {move.conversation: move.id for move in path}
    if not last:
        return {}
    rows = session.execute(select(DeskMove.conversation, DeskMove.state_after).where(DeskMove.id.in_(last.values()))).all()
    return {position: state for position, state in rows}


def to_turn(number: int, move: DeskMove) -> Turn:
    """A stored move as pages need it."""
    first = move.events[0] if move.events else {}
    return Turn(move.n, number, move.move, move.events, own_bubble(move.findings), int(first.get("mood", 0)), move.at,
                int(first.get("sec", int(first.get("at", 0)) * 60)), bool(first.get("waits", True)))


def own_bubble(findings: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The findings of a turn with offsets in its last bubble; what stands in earlier bubbles is left to those."""
    if not findings:
        return None
    skip = int(findings.get("skip", 0))
    shown = dict(findings)
    for kind in ("violations", "acts", "claims", "suspected"):
        shown[kind] = [{**found, "start": found["start"] - skip, "end": found["end"] - skip}
                       for found in findings.get(kind, ()) if found["start"] >= skip]
    return shown

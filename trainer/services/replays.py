"""Replays: a desk session turn by turn as it was stored, and the shipped lines of its case as they would have gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from trainer.models import DeskConversation, DeskMove, DeskSession, Release, Revision
from trainer.roleplay import Scene, State, load_case, make_scene
from trainer.roleplay.ruling import RulebookJudge
from trainer.services.desk_state import PASS, own_bubble
from trainer.services.releases import rulebook_of

_scenes: dict[tuple[int, int, str], Scene] = {}


@dataclass(frozen=True)
class Talk:
    """One conversation of a replay: its case bound to the variant, its item, how it opened."""

    position: int
    scene: Scene
    item_id: int
    revision_id: int
    release_id: int
    opening: Sequence[Mapping[str, Any]]
    first: State


@dataclass(frozen=True)
class Turn:
    """One move with what was found, what happened, and the conversation before and after it.

    `place` counts over the whole desk, `number` within the conversation (marks cite it); `n` is the stored move, 0 where none is.
    """

    place: int
    n: int
    talk: int
    number: int
    move: Mapping[str, Any]
    findings: Mapping[str, Any] | None
    events: Sequence[Mapping[str, Any]]
    before: State
    after: State
    at: datetime | None = None

    @property
    def is_pass(self) -> bool:
        """Whether only time went by here, by moves made in another conversation."""
        return bool(self.move["move"] == PASS)

    @property
    def is_reply(self) -> bool:
        """Whether the agent wrote something."""
        return bool(self.move["move"] == "reply")


@dataclass(frozen=True)
class Replay:
    """A line of play that can be gone through step by step; `row` is None for a line that ships with the case."""

    row: DeskSession | None
    title: str
    talks: Sequence[Talk]
    turns: Sequence[Turn]
    report: Mapping[str, Any] | None
    left: int = 0
    why: str = ""
    _ends: dict[int, State] = field(default_factory=dict, compare=False, repr=False)

    def end(self, talk: int = 0) -> State:
        """The state of a conversation after its last turn."""
        if talk not in self._ends:
            own = [turn.after for turn in self.turns if turn.talk == talk]
            self._ends[talk] = own[-1] if own else self.talks[talk].first
        return self._ends[talk]

    def marks(self, turn: Turn) -> list[Mapping[str, Any]]:
        """The marks that cite a turn."""
        return [mark for mark in self.all_marks() if mark["turn"] == turn.number and _of_talk(mark, turn.talk)]

    def all_marks(self) -> Sequence[Mapping[str, Any]]:
        """Every mark of the stored report; none while the session runs."""
        return list(self.report["marks"]) if self.report else []


def _of_talk(mark: Mapping[str, Any], talk: int) -> bool:
    return int(mark.get("conversation") or 0) == talk


def load_replay(session: Session, session_id: int) -> Replay | None:
    """A session as it was stored, along the line that counts; nothing is simulated or judged again. None where there is none."""
    row = session.scalar(select(DeskSession).where(DeskSession.id == session_id).options(joinedload(DeskSession.user)))
    if row is None or not row.conversations:
        return None
    release = session.get_one(Release, row.release_id)
    talks = [_talk(session, one, release) for one in row.conversations]
    moves = {move.n: move for move in session.scalars(select(DeskMove).where(
        DeskMove.session_id == row.id).options(undefer(DeskMove.state_after)))}
    path = _path(moves, row.head_n)
    title = talks[0].scene.case.title if len(talks) == 1 else f"{len(talks)} 位买家"
    return Replay(row, title, talks, _turns(talks, path), row.report, len(moves) - len(path))


def _talk(session: Session, conversation: DeskConversation, release: Release) -> Talk:
    revision = session.scalars(select(Revision).where(Revision.id == conversation.case_revision_id).options(
        undefer(Revision.body))).one()
    opening = conversation.opening
    scene = scene_of(session, revision, release, int(opening["seed"]), conversation.variant_no)
    return Talk(conversation.position, scene, revision.item_id, revision.id, release.id, opening["events"],
                State.from_dict(opening["state"]))


def scene_of(session: Session, revision: Revision, release: Release, seed: int, variant_no: int) -> Scene:
    """The case of a revision (with its body loaded) bound to a variant under a release; kept for the process."""
    key = (revision.id, release.id, f"{seed}/{variant_no}/{revision.digest}")
    if key not in _scenes:
        if len(_scenes) >= 64:
            _scenes.clear()
        _scenes[key] = make_scene(load_case(revision.body), seed, RulebookJudge(rulebook_of(session, release)), variant_no)
    return _scenes[key]


def _path(moves: Mapping[int, DeskMove], head: int) -> list[DeskMove]:
    path = []
    while head:
        path.append(moves[head])
        head = moves[head].parent_n
    return path[::-1]


def _turns(talks: Sequence[Talk], path: Sequence[DeskMove]) -> list[Turn]:
    states = {talk.position: talk.first for talk in talks}
    numbers = dict.fromkeys(states, 0)
    turns = []
    for place, move in enumerate(path, start=1):
        talk = move.conversation if move.conversation in states else 0
        numbers[talk] += 1
        after = State.from_dict(move.state_after)
        turns.append(Turn(place, move.n, talk, numbers[talk], move.move, own_bubble(move.findings), move.events,
                          _at(states[talk], move.events), after, move.at))
        states[talk] = after
    return turns


def _at(state: State, events: Sequence[Mapping[str, Any]]) -> State:
    """The state when a move was made: at a desk of several conversations time has gone by since the last one here."""
    start = int(events[0]["at"]) if events else 0
    if start <= state.at:
        return state
    later = state.copy()
    later.at = start
    return later


def in_talk(found: Replay, talk: int) -> Replay:
    """The replay of one conversation of a desk alone, as if it had been a desk of one."""
    if len(found.talks) == 1:
        return found
    turns = [replace(turn, place=number, talk=0) for number, turn in enumerate(
        (turn for turn in found.turns if turn.talk == talk), start=1)]
    report = found.report["conversations"][talk] if found.report else None
    return replace(found, title=found.talks[talk].scene.case.title, talks=[replace(found.talks[talk], position=0)], turns=turns,
                   report=report, _ends={})


def talk_with(found: Replay, item_id: int) -> int | None:
    """The conversation of a desk that was about a case."""
    return next((talk.position for talk in found.talks if talk.item_id == item_id), None)


def attempts_at(session: Session, item_id: int, user_ids: Any) -> list[DeskSession]:
    """Finished sessions of a case by these people (ids or a select of them), previews aside, newest first."""
    return list(session.scalars(select(DeskSession).join(
        DeskConversation, DeskConversation.session_id == DeskSession.id).join(
            Revision, Revision.id == DeskConversation.case_revision_id).where(
                Revision.item_id == item_id, DeskSession.user_id.in_(user_ids), DeskSession.finished_at.is_not(None),
                DeskSession.preview.is_(False)).options(joinedload(DeskSession.user)).order_by(
                    DeskSession.finished_at.desc(), DeskSession.id.desc()).limit(60)).unique())


def move_exists(session: Session, session_id: int, n: int) -> bool:
    """Whether the session has this stored move; 0 is its opening."""
    return n == 0 or bool(session.scalar(select(func.count()).select_from(DeskMove).where(
        DeskMove.session_id == session_id, DeskMove.n == n)))

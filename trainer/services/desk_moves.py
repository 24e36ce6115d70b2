"""Moves at a desk: stored before they are shown, with the time that passes for the other buyers; going back; skipping ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.errors import ConflictError, InputError
from trainer.models import DeskMove, DeskSession, Release
from trainer.roleplay import MoveError, State, parse_move
from trainer.roleplay.ear import read_turn
from trainer.roleplay.heard import Heard
from trainer.roleplay.moves import Move
from trainer.roleplay.play import listen, turn_text
from trainer.roleplay.step import pass_time, step
from trainer.rules import Rulebook
from trainer.services.desk_clock import RECEPTION, Clock, read_clock, touch
from trainer.services.desk_opening import LEARN
from trainer.services.desk_phrases import pack_of
from trainer.services.desk_report import finish_desk
from trainer.services.desk_state import PASS, Desk, Talk, load_desk, to_turn
from trainer.services.releases import rulebook_of

GONE = "没有这场接待。请从接待台重新进入。"


@dataclass(frozen=True)
class Moved:
    """The answer to a move: the desk after it, and why it was refused, if it was."""

    desk: Desk
    refused: str = ""
    allowed: tuple[str, ...] = ()


def make_move(session: Session, session_id: int, raw: Mapping[str, Any], client_key: str, expected_n: int,
              now: datetime) -> Moved:
    """Make one move in the conversation that it names. The same key answers the same; a page that is behind another
    agent's move is a ConflictError; a refused move is not stored."""
    raw = dict(raw)
    position = _position(raw.pop("conversation", 0))
    desk = _locked(session, session_id, now, position)
    if not client_key or len(client_key) > 60:
        raise InputError("页面缺少操作编号，请刷新后再试。")
    if session.scalar(select(DeskMove.id).where(DeskMove.session_id == session_id, DeskMove.client_key == client_key)):
        return Moved(desk)
    if desk.row.finished_at is not None:
        raise ConflictError("这场接待已经结束，不能再操作。")
    if not _is_current(desk, expected_n):
        raise ConflictError("这场接待在别的页面有了新的进展，已换成最新的样子；刚才的操作没有生效。", desk.row.head_n)
    if position != desk.active:
        raise InputError("没有这个会话，或者这位买家还没有来。")
    try:
        move = parse_move(raw)
    except MoveError as error:
        raise InputError(str(error)) from None
    desk = _pass(session, desk, now)
    return _make(session, desk, move, client_key, now)


def _make(session: Session, desk: Desk, move: Move, client_key: str, now: datetime) -> Moved:
    talk = desk.talk
    if desk.is_real and move.name == "wait":
        return Moved(desk, "模拟接待里时间是真的。没有买家在等的时候，可以用「快进」跳过快递、仓库和平台的时间。")
    release = session.get_one(Release, desk.row.release_id)
    findings, heard = _hear(session, desk, move, rulebook_of(session, release))
    after, events = step(talk.scene, talk.state, move, heard, takes=0 if desk.is_real else None)
    if after is talk.state:
        return Moved(desk, events[0]["text"], tuple(events[0]["allowed"]))
    moved = _store(session, desk, talk, (move.to_dict(), client_key, findings), events, after, now)
    moved = _pass(session, moved, now)
    if all(one.state.ended for one in moved.talks):
        finish_desk(session, moved, now)
    return Moved(moved)


def _position(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1


def _locked(session: Session, session_id: int, now: datetime, talk: int = 0) -> Desk:
    desk = load_desk(session, session_id, now, talk=talk, lock=True)
    if desk is None:
        raise InputError(GONE)
    if desk.is_real and desk.row.finished_at is None:
        desk.row.clock = touch(read_clock(desk.row.clock, desk.row.started_at), now).to_dict()
    return desk


def _is_current(desk: Desk, expected_n: int) -> bool:
    """Whether the page has seen every move of the agent; time that only passed is no move."""
    if expected_n == desk.row.head_n:
        return True
    known = [n for n, _ in desk.path]
    behind = [name for n, name in desk.path if n > expected_n]
    return (expected_n in known or expected_n == 0) and all(name == PASS for name in behind)


def _hear(session: Session, desk: Desk, move: Move, rulebook: Rulebook) -> tuple[dict[str, Any] | None, Heard]:
    scene, state = desk.scene, desk.state
    if move.name != "reply":
        return None, listen(scene, state, move, lambda scene, state, text: read_turn(rulebook, scene, state, text))
    text = str(move.args["text"])
    whole = turn_text(state, text)
    pack, _ = pack_of(session, scene.case.shop)
    beside = [talk.scene.case.buyer.nick for talk in desk.talks if talk.position != desk.active]
    found = read_turn(rulebook, scene, state, whole, pack, beside)
    return {**found, "skip": len(whole) - len(text)}, Heard.of(found)


def _store(session: Session, desk: Desk, talk: Talk, made: tuple[dict[str, Any], str, dict[str, Any] | None],
           events: list[dict[str, Any]], after: State, now: datetime) -> Desk:
    move, key, findings = made
    last = session.scalar(select(func.max(DeskMove.n)).where(DeskMove.session_id == desk.row.id)) or 0
    seconds = desk.seconds if desk.is_real else max(desk.seconds, talk.arrives + after.at * 60)
    events[0] |= {"mood": after.mood, "waits": after.waiting_since >= 0, "sec": desk.seconds if desk.is_real else talk.seconds}
    stored = DeskMove(
        session_id=desk.row.id, n=last + 1, parent_n=desk.row.head_n, conversation=talk.position, client_key=key, move=move,
        findings=findings, events=events, state_after=after.to_dict(), at=now)
    session.add(stored)
    desk.row.head_n = last + 1
    session.flush()
    moved = replace(talk, state=after, turns=[*talk.turns, to_turn(len(talk.turns) + 1, stored)])
    talks = [moved if one.position == talk.position else one for one in desk.talks]
    return replace(desk, talks=talks, seconds=seconds, path=(*desk.path, (stored.n, str(move["move"]))))


def _pass(session: Session, desk: Desk, now: datetime) -> Desk:
    """Let the desk's time come to every conversation in which something falls due by now."""
    for position in range(len(desk.talks)):
        talk = desk.talks[position]
        due = talk.next_due()
        if due is None or due > desk.seconds or (position == desk.active and not desk.is_real):
            continue
        after, events = pass_time(talk.scene, talk.state, talk.minute(desk.seconds))
        desk = _store(session, desk, talk, ({"move": PASS}, f"{PASS}-{uuid4().hex}", None), events, after, now)
    return desk


def keep_time(session: Session, session_id: int, now: datetime, talk: int = 0) -> Desk:
    """A sign of the page in a reception: the clock runs on, and what falls due in any conversation happens and is stored."""
    desk = _locked(session, session_id, now, max(talk, 0))
    if not desk.is_real or desk.row.finished_at is not None:
        return desk
    desk = _pass(session, desk, now)
    if all(one.state.ended for one in desk.talks):
        finish_desk(session, desk, now)
    return desk


def skip_ahead(session: Session, session_id: int, now: datetime, talk: int = 0) -> Desk:
    """快进: on to the next thing that happens at the desk by itself; an InputError while a buyer waits for an answer."""
    desk = _pass(session, _locked(session, session_id, now, max(talk, 0)), now)
    waiting = [one.scene.case.buyer.nick for one in desk.here() if one.state.waiting_since >= 0 and not one.state.ended]
    if waiting:
        raise InputError(f"{'、'.join(waiting)}还在等您答复，先回复再快进。")
    ahead = [due for one in desk.here() if (due := one.next_due()) is not None]
    ahead += [one.arrives for one in desk.talks if one.arrives > desk.seconds]
    if not ahead or desk.row.finished_at is not None:
        raise InputError("接下来没有要等的事，可以把会话结束了。")
    clock = read_clock(desk.row.clock, desk.row.started_at)
    gain = max(0, min(ahead) - desk.seconds)
    skipped = clock.skipped + gain if desk.is_real else min(ahead)
    desk.row.clock = Clock(clock.seen, clock.paused, clock.gaps, skipped).to_dict()
    desk = _all_pass(session, replace(desk, seconds=desk.seconds + gain), now)
    if all(one.state.ended for one in desk.talks):
        finish_desk(session, desk, now)
    return desk


def _all_pass(session: Session, desk: Desk, now: datetime) -> Desk:
    return replace(_pass(session, replace(desk, active=-1), now), active=desk.active)


def close_desk(session: Session, session_id: int, now: datetime) -> Desk:
    """End the whole desk: what is still open is judged as it stands, and buyers who wait are left."""
    desk = _pass(session, _locked(session, session_id, now), now)
    if desk.row.finished_at is None:
        finish_desk(session, desk, now)
    return desk


def go_back(session: Session, session_id: int, to_n: int) -> Desk:
    """Practice only: make an earlier move the head again; what came after stays on record as a branch."""
    desk = load_desk(session, session_id, lock=True)
    if desk is None:
        raise InputError(GONE)
    if desk.row.mode == RECEPTION:
        raise InputError("模拟接待按真实时间计，不能退回。")
    if desk.row.mode != LEARN:
        raise InputError("考试中的接待不能退回。")
    if to_n and to_n not in [n for n, _ in desk.path]:
        raise InputError("这一步不在现在的进程里，不能退回到这里。")
    row = desk.row
    row.head_n = to_n
    row.finished_at = row.report = row.score = row.passed = None
    if row.clock:
        row.clock = {**row.clock, "skipped": 0}
    session.flush()
    again = load_desk(session, session_id)
    if again is None:
        raise InputError(GONE)
    return again


def last_before(desk: Desk) -> int:
    """The move to go back to in order to undo the last of the agent's moves; 0 for the opening."""
    own = [place for place, (_, name) in enumerate(desk.path) if name != PASS]
    place = own[-1] - 1 if own else -1
    return desk.path[place][0] if place >= 0 else 0


def finish_as_it_stands(session: Session, item_id: int, now: datetime) -> DeskSession | None:
    """The session of a place of an attempt, judged where it stands if it was not ended; None where it was never begun."""
    row = session.scalar(select(DeskSession).where(DeskSession.item_id == item_id))
    if row is not None and row.finished_at is None:
        desk = load_desk(session, row.id, now, lock=True)
        if desk is not None:
            finish_desk(session, desk, now)
    return row


def moves_of(talks: Sequence[Talk]) -> int:
    """How many moves the agent made at a desk."""
    return sum(1 for talk in talks for turn in talk.turns if turn.move["move"] != PASS)

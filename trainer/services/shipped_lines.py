"""The lines of play that ship with a case, played on one variant: what the best of them would have done, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from trainer.models import Release, Revision
from trainer.roleplay import Heard, Move, MoveError, Scene, State, listen, open_case, parse_move, step
from trainer.roleplay.ear import read_turn
from trainer.roleplay.moves import AMOUNT_WORDS
from trainer.roleplay.play import turn_text
from trainer.roleplay.remedies import amount_of
from trainer.roleplay.report import report as make_report
from trainer.rules import Rulebook
from trainer.services.desk_state import own_bubble
from trainer.services.releases import rulebook_of
from trainer.services.replays import Replay, Talk, Turn, scene_of

Played = tuple[Move, Heard, Mapping[str, Any] | None]
_lines: dict[tuple[int, str, int, int], tuple[Replay, ...]] = {}


def shipped_lines(talk: Talk, rulebook: Rulebook) -> tuple[Replay, ...]:
    """Every script of the case on this variant, the passing ones first, the cheapest of them at the head; kept for the process."""
    scene = talk.scene
    key = (talk.revision_id, rulebook.digest, scene.seed, scene.variant_no)
    if key not in _lines:
        if len(_lines) >= 32:
            _lines.clear()
        found = [play_line(talk, heard_moves(solution.moves, rulebook), solution.title, solution.why) for solution in scene.case.solutions]
        _lines[key] = tuple(sorted(found, key=_rank))
    return _lines[key]


def lines_beside(session: Session, found: Replay, talk: int = 0) -> tuple[Replay, ...]:
    """The scripts of a conversation's case on its own variant, read by the rules that the session was judged by."""
    own = found.talks[talk]
    return shipped_lines(own, rulebook_of(session, session.get_one(Release, own.release_id)))


def talk_of(session: Session, revision: Revision, release: Release, variant_no: int) -> Talk:
    """A case revision (with its body loaded) on one variant, as a conversation that nobody has had yet."""
    scene = scene_of(session, revision, release, variant_no, variant_no)
    state, opening = open_case(scene)
    return Talk(0, scene, revision.item_id, revision.id, release.id, opening, state)


def _rank(line: Replay) -> tuple[bool, int, float]:
    report = line.report or {}
    return not report["passed"], int(report["cost_fen"]), -float(report["score"])


def heard_moves(raw: Iterable[Mapping[str, Any]], rulebook: Rulebook) -> Any:
    """A tactic for `play_line` that reads each script move with the reply checks when its turn comes."""
    def hear(scene: Scene, state: State, one: Mapping[str, Any]) -> Played:
        move = _in_figures(scene, state, parse_move(one))
        if move.name != "reply":
            return move, listen(scene, state, move, lambda s, st, text: read_turn(rulebook, s, st, text)), None
        text = str(move.args["text"])
        whole = turn_text(state, text)
        found: Any = read_turn(rulebook, scene, state, whole)
        data = found if isinstance(found, Mapping) else found.to_dict()
        return move, Heard.of(data), own_bubble({**data, "skip": len(whole) - len(text)})
    return [(hear, one) for one in raw]


def walked_moves(line: Sequence[Mapping[str, Any]]) -> Any:
    """The same for a line that a walk found: moves with the acts that a reply there carries."""
    def hear(_scene: Scene, _state: State, one: Mapping[str, Any]) -> Played:
        move = parse_move(one["move"])
        return move, Heard(frozenset(one["acts"]), told=frozenset(one.get("told", ()))), {"acts": [{"act": act, "start": 0, "end": 0} for act in one["acts"]]}
    return [(hear, one) for one in line]


def _in_figures(scene: Scene, state: State, move: Move) -> Move:
    """The move with its amount as a sum of money."""
    if move.args.get("amount") not in AMOUNT_WORDS:
        return move
    return Move(move.name, {**move.args, "amount": amount_of(scene, state, move)})


def play_line(talk: Talk, moves: Any, title: str, why: str = "") -> Replay:
    """A line played to its end, as a replay; a move that is refused or cannot be read is left out."""
    scene = talk.scene
    state, opening = open_case(scene)
    alone, turns = replace(talk, position=0, opening=opening, first=state), list[Turn]()
    events = list(opening)
    for hear, raw in moves:
        try:
            move, heard, findings = hear(scene, state, raw)
        except MoveError:
            continue
        after, happened = step(scene, state, move, heard)
        if after is state:
            continue
        happened[0]["mood"] = after.mood
        events += happened
        turns.append(Turn(len(turns) + 1, 0, 0, len(turns) + 1, move.to_dict(), findings, happened, state, after))
        state = after
    return Replay(None, title, [alone], turns, _report(scene, state, events), why=why)


def _report(scene: Scene, state: State, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found = make_report(scene, state, events)
    return {**found.to_dict(), "end_title": found.end_title, "cost_fen": found.cost, "best_fen": None,
            "balances": found.balances, "ledger": [asdict(entry) for entry in state.ledger]}

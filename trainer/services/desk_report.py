"""The end of a desk: each conversation judged, the figures of service, one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from trainer.config import ROOT
from trainer.roleplay.files import locked_costs
from trainer.roleplay.report import report as make_report
from trainer.roleplay.scene import Scene
from trainer.roleplay.walk import best_line
from trainer.services.desk_clock import read_clock
from trainer.services.desk_state import Desk, Talk

QUICK_WALK = 1500
CASES = ROOT / "question_bank" / "cases"
GOOD_SECONDS = 180
_walked: dict[tuple[str, int], int | None] = {}


def finish_desk(session: Session, desk: Desk, now: datetime) -> None:
    """Judge every conversation where it stands and store the report with the session."""
    parts = [_part(talk) for talk in desk.talks]
    report = parts[0] if len(parts) == 1 else _together(desk, parts)
    desk.row.report = report
    desk.row.score = round(sum(part["score"] for part in parts) / len(parts)) if len(parts) > 1 else int(parts[0]["score"])
    desk.row.passed, desk.row.finished_at = all(part["passed"] for part in parts), now
    session.flush()


def _part(talk: Talk) -> dict[str, Any]:
    found = make_report(talk.scene, talk.state, [dict(event) for event in talk.events], best_cost(talk.scene))
    suspected = [turn.number for turn in talk.turns if turn.findings and turn.findings.get("needs_review")]
    return {
        **found.to_dict(), "end_title": found.end_title, "cost_fen": found.cost, "best_fen": found.best_cost,
        "balances": found.balances, "ledger": [asdict(entry) for entry in talk.state.ledger],
        "needs_review": bool(suspected),
        "review_because": [f"第 {number} 步的回复要请人看一眼" for number in suspected]}


def _together(desk: Desk, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    best = [part["best_fen"] for part in parts]
    balances: dict[str, int] = {}
    for part in parts:
        for party, fen in part["balances"].items():
            balances[party] = balances.get(party, 0) + fen
    passed = sum(1 for part in parts if part["passed"])
    return {
        "case": parts[0]["case"], "seed": parts[0]["seed"], "end_state": "desk", "end_title": f"{len(parts)} 位买家，{passed} 位处理合格",
        "score": round(sum(part["score"] for part in parts) / len(parts), 1), "passed": passed == len(parts),
        "marks": [mark | {"conversation": place} for place, part in enumerate(parts) for mark in part["marks"]],
        "cost": sum(part["cost"] for part in parts), "cost_fen": sum(part["cost_fen"] for part in parts),
        "best_cost": None if None in best else sum(best) / 100, "best_fen": None if None in best else sum(best), "balances": balances,
        "ledger": [entry | {"conversation": place} for place, part in enumerate(parts) for entry in part["ledger"]],
        "transcript": [], "needs_review": any(part["needs_review"] for part in parts),
        "review_because": [f"{desk.talks[place].scene.case.buyer.nick}：{why}" for place, part in enumerate(parts)
                           for why in part["review_because"]],
        "conversations": [part | {"title": desk.talks[place].scene.case.title, "nick": desk.talks[place].scene.case.buyer.nick,
                                  "pass_mark": desk.talks[place].scene.case.pass_mark / 10} for place, part in enumerate(parts)],
        "service": service(desk)}


def service(desk: Desk) -> dict[str, Any]:
    """First and mean response, share answered within three minutes, longest wait, buyers left; seconds of the desk's clock."""
    answered: list[int] = []
    firsts: list[int] = []
    left: list[str] = []
    open_waits: list[int] = []
    for talk in desk.talks:
        waits, unanswered = _waits(talk, desk.seconds)
        answered += waits
        firsts += waits[:1]
        if unanswered is not None:
            open_waits.append(unanswered)
            left.append(talk.scene.case.buyer.nick)
    asked = len(answered) + len(open_waits)
    good = sum(1 for seconds in answered if seconds <= GOOD_SECONDS)
    clock = read_clock(desk.row.clock, desk.row.started_at)
    return {
        "first": _mean(firsts), "mean": _mean(answered), "rate": round(100 * good / asked) if asked else None, "asked": asked,
        "in_time": good, "longest": max([*answered, *open_waits], default=0), "left": left, "seconds": desk.seconds,
        "paused": clock.paused, "gaps": clock.gaps, "skipped": clock.skipped if desk.is_real else 0}


def _mean(values: Sequence[int]) -> int | None:
    return round(sum(values) / len(values)) if values else None


def _waits(talk: Talk, end: int) -> tuple[list[int], int | None]:
    """The seconds that this buyer waited for each answer, and how long he still waits, if he does."""
    since: int | None = talk.arrives
    found: list[int] = []
    for turn in talk.turns:
        if turn.move["move"] == "reply" and since is not None:
            found.append(max(0, turn.sec - since))
            since = None
        if since is None and turn.waits and any(_asks(event) for event in turn.events):
            since = _spoke_at(talk, turn.events, turn.sec)
        elif not turn.waits:
            since = None
    if since is None or talk.arrives > end:
        return found, None
    return found, None if talk.state.waiting_since < 0 else max(0, end - since)


def _asks(event: Mapping[str, Any]) -> bool:
    return event["who"] == "buyer" and event["kind"] == "say"


def _spoke_at(talk: Talk, events: Sequence[Mapping[str, Any]], sec: int) -> int:
    """When the buyer last began to speak in a step: the desk's seconds, or his own minute where that is later."""
    minute = max(int(event["at"]) for event in events if _asks(event))
    return max(sec, talk.arrives + minute * 60)


def best_cost(scene: Scene) -> int | None:
    """The best cost of this variant: from the lock, or walked shortly for a case that was edited since."""
    locked = locked_costs(CASES, scene)
    if locked is not None:
        return locked
    key = (scene.digest, scene.variant_no)
    if key not in _walked:
        _walked[key] = best_line(scene, QUICK_WALK).best_cost
    return _walked[key]

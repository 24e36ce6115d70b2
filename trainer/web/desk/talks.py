"""The left column of the desk: who is there, who waits and for how long, what was not read yet, the last line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.services.desks import PASS, Desk, Talk

LATE = 180
"""Seconds after which a waiting buyer stands out."""


def talk_rows(desk: Desk) -> list[dict[str, Any]]:
    """A row for each conversation whose buyer has come, in the order of coming."""
    return [_row(desk, talk) for talk in desk.here()]


def _row(desk: Desk, talk: Talk) -> dict[str, Any]:
    state, buyer = talk.state, talk.scene.case.buyer
    active = talk.position == desk.active
    waits = waited(desk, talk)
    said = state.open_texts[-1] if state.open_texts else state.last_buyer.split("\n")[-1]
    return {
        "place": talk.position, "nick": buyer.nick, "title": talk.scene.case.title, "shop": talk.scene.case.shop, "active": active,
        "last": said, "mine": bool(state.open_texts), "ended": bool(state.ended), "seconds": waits, "late": waits >= LATE,
        "waiting": "" if waits < 0 else in_short(waits), "unread": 0 if active else unread(talk)}


def waited(desk: Desk, talk: Talk) -> int:
    """Seconds that the buyer has waited for an answer, -1 where he does not wait."""
    if talk.state.waiting_since < 0 or talk.state.ended:
        return -1
    if not desk.is_real:
        return max(0, desk.seconds - talk.arrives - talk.state.waiting_since * 60)
    since: int | None = talk.arrives
    for turn in talk.turns:
        if not turn.waits:
            since = None
        elif since is None or turn.move["move"] == "reply":
            since = turn.sec
    return max(0, desk.seconds - (desk.seconds if since is None else since))


def unread(talk: Talk) -> int:
    """The buyer's bubbles since the agent last did something in the conversation."""
    count = _bubbles(talk.opening)
    for turn in talk.turns:
        count = (count if turn.move["move"] == PASS else 0) + (_bubbles(turn.events) if turn.move["move"] == PASS else 0)
    return count


def _bubbles(events: Any) -> int:
    return sum(1 for event in events if _is_bubble(event))


def _is_bubble(event: Mapping[str, Any]) -> bool:
    return event["who"] == "buyer" and event["kind"] == "say"


def in_short(seconds: int) -> str:
    """A waiting time in few characters: 45 秒, 12 分, 3 小时, 2 天."""
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} 秒"

"""What the end report shows: of one conversation step by step, of a desk of several the figures of service and each buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.services.desks import PASS, Desk, Turn
from trainer.web.desk.page import chat_row, money_rows
from trainer.web.desk_words import MOODS, PARTIES, said_move


def report_page(desk: Desk) -> dict[str, Any]:
    """Everything the report and the replay show."""
    report = desk.row.report
    by_turn: dict[int, list[Mapping[str, Any]]] = {}
    for mark in report["marks"]:
        by_turn.setdefault(mark["turn"] or 0, []).append(mark)
    return {
        "desk": desk, "case": desk.scene.case, "report": report, "opening": _opening(desk),
        "steps": [_step(desk, turn, by_turn.get(turn.number, [])) for turn in desk.turns],
        "loose": by_turn.get(0, []), "money": money_rows(report["ledger"]), "parties": PARTIES,
        "missed": [mark for mark in report["marks"] if mark["points"] < mark["of"]],
    }


def _opening(desk: Desk) -> list[dict[str, Any]]:
    return [row for row in (chat_row(desk, event, None) for event in desk.opening) if row["text"]]


def _step(desk: Desk, turn: Turn, marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [chat_row(desk, event, turn) for event in turn.events]
    first = turn.events[0]["at"] if turn.events else 0
    return {"number": turn.number, "n": turn.n, "did": said_move(turn.move), "is_reply": turn.move["move"] == "reply",
            "text": turn.move.get("text", ""), "findings": turn.findings,
            "at": desk.scene.moment(first).strftime("%m-%d %H:%M"), "mood": MOODS[max(-3, min(3, turn.mood))],
            "rows": [row for row in rows if row["text"] and row["side"] != "did" and row["side"] != "agent"],
            "marks": marks}


def several_page(desk: Desk) -> dict[str, Any]:
    """Everything the report of a desk of several buyers shows."""
    report = desk.row.report
    parts = []
    for place, part in enumerate(report["conversations"]):
        missed = [mark for mark in part["marks"] if mark["points"] < mark["of"] or mark["points"] < 0]
        turns = desk.talks[place].turns
        parts.append({**part, "place": place, "missed": missed, "learn": desk.talks[place].scene.case.learn,
                      "slug": desk.talks[place].scene.case.id, "steps": sum(1 for turn in turns if turn.move["move"] != PASS)})
    service = report["service"]
    return {"desk": desk, "report": report, "parts": parts, "service": service, "first": seconds_in_words(service["first"]),
            "mean": seconds_in_words(service["mean"]), "longest": seconds_in_words(service["longest"]),
            "whole": seconds_in_words(service["seconds"]), "paused": seconds_in_words(service["paused"]),
            "skipped": seconds_in_words(service["skipped"])}


def seconds_in_words(seconds: int | None) -> str:
    """A length of time: 45 秒, 2 分 5 秒, 1 小时 20 分."""
    if seconds is None:
        return "没有"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"

"""What the desk's templates show, made from a session: chat, actions with their reasons, panels, deadlines, report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay import SPECS, refusal
from trainer.roleplay.actions import held_evidence, panel_lines
from trainer.roleplay.engine import running
from trainer.roleplay.flow import FLOWS
from trainer.roleplay.moves import EVIDENCE, PANELS, RETURN_STATES, yuan
from trainer.roleplay.step import probe
from trainer.services.desks import Desk, Turn
from trainer.web.desk_words import (
    CARDS,
    FLAGS,
    MOODS,
    ORDER_TARGETS,
    PARTIES,
    REASONS,
    RESPONSIBLE,
    SOLUTIONS,
    SPEAKERS,
    WEEKDAYS,
    minutes_in_words,
    said_move,
)

GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("售后", "box", ("agree_refund", "agree_return", "refuse", "confirm_return_received", "reship", "offer_exchange", "repair")),
    ("核实", "truck", ("request_evidence", "contact_courier", "contact_warehouse", "work_order", "intercept", "submit_evidence")),
    ("补偿", "money", ("offer_compensation", "small_payment", "send_card")),
    ("记录", "edit", ("record", "note", "escalate", "transfer")),
    ("更多", "more", ("issue_invoice", "extend_receipt", "change_address", "change_price", "urge_payment", "invite_review")),
)


@dataclass(frozen=True)
class Action:
    """A move in the action bar: its name, label, and the reason why it is not possible, if so."""

    name: str
    label: str
    reason: str


def desk_page(desk: Desk) -> dict[str, Any]:
    """Everything `desk/_desk.html` shows."""
    scene, state = desk.scene, desk.state
    moment = scene.moment(state.at)
    return {
        "desk": desk, "case": scene.case, "chat": chat(desk), "groups": action_groups(desk), "panels": panels(desk),
        "clock": moment.strftime("%m-%d %H:%M"), "weekday": "周" + WEEKDAYS[moment.weekday()],
        "deadlines": [{**one, "left": minutes_in_words(one["minutes"])} for one in running(scene, state)],
        "waiting": minutes_in_words(state.at - state.waiting_since) if state.waiting_since >= 0 else "",
        "waiting_long": state.waiting_since >= 0 and state.at - state.waiting_since >= 5,
        "mood": MOODS[max(-3, min(3, state.mood))], "flow": FLOWS[state.flow], "held": held_evidence(scene, state),
        "facts": [fact.text for fact in scene.case.facts if fact.id in state.known],
        "money": money_rows(state.ledger), "asked": yuan(state.asked_fen or scene.case.money.demanded),
        "next_wait": next_wait(desk), "choices": CHOICES, "yuan": yuan,
    }


CHOICES = {
    "evidence": list(EVIDENCE.items()), "returned": list(RETURN_STATES.items()), "reasons": list(REASONS.items()),
    "responsible": list(RESPONSIBLE.items()), "solutions": list(SOLUTIONS.items()), "flags": list(FLAGS.items()),
    "cards": list(CARDS.items()), "targets": list(ORDER_TARGETS.items()),
}


def next_wait(desk: Desk) -> int:
    """Minutes until something happens by itself, 0 where nothing is on its way."""
    agenda = desk.state.agenda
    return max(1, agenda[0].at - desk.state.at) if agenda else 0


def chat(desk: Desk) -> list[dict[str, Any]]:
    """Bubbles and notices in order, each with its Beijing time."""
    rows = [_row(desk, event, None) for event in desk.opening]
    for turn in desk.turns:
        rows += [_row(desk, event, turn) for event in turn.events]
    shown: list[dict[str, Any]] = []
    for row in rows:
        if row["text"] and (not shown or shown[-1]["day"] != row["day"]):
            shown.append({"side": "day", "text": row["day"], "day": row["day"], "who": "", "kind": "day", "time": ""})
        if row["text"]:
            shown.append(row)
    return shown


def _row(desk: Desk, event: Mapping[str, Any], turn: Turn | None) -> dict[str, Any]:
    side = {"buyer": "buyer", "agent": "agent"}.get(event["who"], "notice")
    text = str(event["text"])
    if event["kind"] == "move":
        side, text = "did", said_move(event["move"])
    elif event["kind"] in ("panel", "fact"):
        side, text = "hidden", ""
    elif event["kind"] == "money":
        side, text = "notice", f"{text}：{PARTIES[event['payer']]} → {PARTIES[event['payee']]} {yuan(event['fen'])} 元"
    moment = desk.scene.moment(event["at"])
    return {"side": side, "who": SPEAKERS.get(event["who"], ""), "text": text, "kind": event["kind"], "turn": turn,
            "day": f"{moment:%m-%d} 周{WEEKDAYS[moment.weekday()]}", "time": f"{moment:%H:%M}"}


def action_groups(desk: Desk) -> list[tuple[str, str, list[Action]]]:
    """The action bar: groups with an icon, each with its moves and the reason against those not possible."""
    return [(title, icon, [_action(desk, name) for name in names]) for title, icon, names in GROUPS]


def _action(desk: Desk, name: str) -> Action:
    return Action(name, SPECS[name].label, refusal(desk.scene, desk.state, probe(desk.scene, desk.state, name)))


def panels(desk: Desk) -> list[dict[str, Any]]:
    """The right-hand panels: their lines once the agent has looked, as they stand now."""
    shown = []
    for name, title in PANELS.items():
        looked = f"look:{name}" in desk.state.done
        lines = panel_lines(desk.scene, desk.state, name) if looked else []
        shown.append({"name": name, "title": title, "looked": looked,
                      "lines": [split_line(line) if name == "parcel" else ("", line) for line in lines]})
    return shown


def split_line(line: str) -> tuple[str, str]:
    """A track line as time and text: 11-15 18:40 · 已揽收."""
    head = line[:11]
    if len(line) > 12 and head[2] == "-" and head[8] == ":":
        return head, line[12:]
    return ("", line)


def money_rows(ledger: Iterable[Any]) -> list[dict[str, Any]]:
    """Who paid whom what, as stored entries or their dictionaries."""
    rows = []
    for entry in ledger:
        data = entry if isinstance(entry, Mapping) else {
            "payer": entry.payer, "payee": entry.payee, "fen": entry.fen, "what": entry.what, "owed": entry.owed,
            "turn": entry.turn}
        rows.append({**data, "payer": PARTIES[data["payer"]], "payee": PARTIES[data["payee"]]})
    return rows


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
    return [row for row in (_row(desk, event, None) for event in desk.opening) if row["text"]]


def _step(desk: Desk, turn: Turn, marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [_row(desk, event, turn) for event in turn.events]
    first = turn.events[0]["at"] if turn.events else 0
    return {"number": turn.number, "n": turn.n, "did": said_move(turn.move), "is_reply": turn.move["move"] == "reply",
            "text": turn.move.get("text", ""), "findings": turn.findings,
            "at": desk.scene.moment(first).strftime("%m-%d %H:%M"), "mood": MOODS[max(-3, min(3, turn.mood))],
            "rows": [row for row in rows if row["text"] and row["side"] != "did" and row["side"] != "agent"],
            "marks": marks}

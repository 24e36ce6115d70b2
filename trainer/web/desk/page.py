"""What the desk's templates show, made from a session: chat, actions with their reasons, panels, deadlines, report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.roleplay import SPECS, refusal
from trainer.roleplay.actions import held_evidence, panel_lines
from trainer.roleplay.engine import running
from trainer.roleplay.flow import FLOWS
from trainer.roleplay.moves import EVIDENCE, PANELS, RETURN_STATES, yuan
from trainer.roleplay.recall import can_recall
from trainer.roleplay.step import probe
from trainer.services.desks import PASS, Desk, Turn, last_before
from trainer.web.desk.talks import talk_rows
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
SALE_PANELS = ("goods", "shop_rules", "history", "order", "stock", "parcel")
SALE_GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("推荐", "box", ("send_card",)), ("价格", "money", ("change_price", "urge_payment", "offer_compensation")),
    ("核实", "truck", ("contact_warehouse", "request_evidence", "work_order")),
    ("记录", "edit", ("record", "note", "escalate", "transfer")), ("更多", "more", ("issue_invoice", "invite_review")),
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
        "next_wait": next_wait(desk), "choices": CHOICES | cards(desk), "yuan": yuan, "talks": talk_rows(desk),
        "elapsed": desk.seconds, "recallable": can_recall(state) == "", "undo_n": last_before(desk),
        "moved": any(name != PASS for _, name in desk.path),
    }


def cards(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """The cards that can be sent: those of the shelf and the coupons where something is for sale."""
    sale = desk.scene.case.sale
    if sale is None:
        return {"cards": list(CARDS.items())}
    found = [(f"item:{one.id}", f"商品 · {one.name} {yuan(one.price)} 元") for one in sale.shelf]
    found += [(f"coupon:{one.id}", f"优惠券 · {one.name}") for one in sale.coupons]
    return {"cards": [*found, ("top_up", "补差链接")]}


CHOICES = {
    "evidence": list(EVIDENCE.items()), "returned": list(RETURN_STATES.items()), "reasons": list(REASONS.items()),
    "responsible": list(RESPONSIBLE.items()), "solutions": list(SOLUTIONS.items()), "flags": list(FLAGS.items()),
    "cards": list(CARDS.items()), "targets": list(ORDER_TARGETS.items()),
    "posts": [(name, name) for name in ("售前组", "售后组", "投诉组", "仓储组", "财务组")],
}


def next_wait(desk: Desk) -> int:
    """Minutes until something happens by itself, 0 where nothing is on its way."""
    agenda = desk.state.agenda
    return max(1, agenda[0].at - desk.state.at) if agenda else 0


def chat(desk: Desk) -> list[dict[str, Any]]:
    """Bubbles and notices in order, each with its Beijing time."""
    rows = [chat_row(desk, event, None) for event in desk.opening]
    for turn in desk.turns:
        for event in turn.events:
            if event["kind"] == "recall":
                _take_back(rows)
            rows.append(chat_row(desk, event, turn))
    shown: list[dict[str, Any]] = []
    for row in rows:
        if row["text"] and (not shown or shown[-1]["day"] != row["day"]):
            shown.append({"side": "day", "text": row["day"], "day": row["day"], "who": "", "kind": "day", "time": ""})
        if row["text"]:
            shown.append(row)
    return shown


def _take_back(rows: list[dict[str, Any]]) -> None:
    for row in reversed(rows):
        if row["side"] == "agent" and row["kind"] == "say":
            row |= {"side": "gone", "kind": "gone"}
            return


def chat_row(desk: Desk, event: Mapping[str, Any], turn: Turn | None) -> dict[str, Any]:
    side = {"buyer": "buyer", "agent": "agent"}.get(event["who"], "notice")
    text = str(event["text"])
    if event["kind"] == "recall":
        side = "notice"
    elif event["kind"] == "move":
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
    groups = GROUPS if desk.scene.case.sale is None else SALE_GROUPS
    return [(title, icon, [_action(desk, name) for name in names]) for title, icon, names in groups]


def _action(desk: Desk, name: str) -> Action:
    return Action(name, SPECS[name].label, refusal(desk.scene, desk.state, probe(desk.scene, desk.state, name)))


def panels(desk: Desk) -> list[dict[str, Any]]:
    """The right-hand panels: their lines once the agent has looked, as they stand now."""
    shown = []
    names = [name for name in PANELS if name != "goods"] if desk.scene.case.sale is None else SALE_PANELS
    for name in names:
        looked = f"look:{name}" in desk.state.done
        lines = panel_lines(desk.scene, desk.state, name) if looked else []
        shown.append({"name": name, "title": PANELS[name], "looked": looked,
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

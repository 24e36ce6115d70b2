"""What each move needs and does; a guard answers with the reason why not, in Chinese, or with nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trainer.roleplay import remedies, sale_moves
from trainer.roleplay.buyer import annoy, expect
from trainer.roleplay.engine import announce, emit, learn, plan, slip, start_deadline, trigger
from trainer.roleplay.events import Events
from trainer.roleplay.flow import BACK, OPEN
from trainer.roleplay.moves import EVIDENCE, PANELS, Move, yuan
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import Due, State

Guard = Callable[[Scene, State, Move], str]
Effect = Callable[[Scene, State, Events, Move], None]


@dataclass(frozen=True, slots=True)
class Action:
    """Guard and effect of a move."""

    guard: Guard
    effect: Effect


def _free(_scene: Scene, _state: State, _move: Move) -> str:
    return ""


def _nothing(_scene: Scene, _state: State, _events: Events, _move: Move) -> None:
    return None


def _shipped(scene: Scene) -> bool:
    return scene.given("order.shipped_at") is not None


def _look(scene: Scene, state: State, events: Events, move: Move) -> None:
    panel = str(move.args["panel"])
    lines = panel_lines(scene, state, panel)
    emit(state, events, "system", "\n".join(lines), "panel", panel=panel)
    for fact in scene.case.facts:
        if fact.found == "look" and fact.by == panel:
            learn(scene, state, events, fact.id)


def panel_lines(scene: Scene, state: State, panel: str) -> list[str]:
    """What a panel shows now."""
    lines = [line.text for line in scene.case.panels[panel] if line.when(state)]
    return [*(shelf_lines(scene) if panel == "goods" else ()), *lines] or [f"{PANELS[panel]}:没有内容"]


def shelf_lines(scene: Scene) -> list[str]:
    """The shelf of a sale and its coupons, one line each."""
    sale = scene.case.sale
    if sale is None:
        return []
    lines = []
    for one in sale.shelf:
        traits = "，".join(f"{name} {value}" for name, value in one.attributes.items())
        lines.append(f"{one.name}：{yuan(one.price)} 元，{f'余 {one.stock} 件' if one.stock else '缺货'}{f'，{traits}' if traits else ''}")
    for coupon in sale.coupons:
        lines.append(f"优惠券 {coupon.name}：满 {yuan(coupon.at_least)} 减 {yuan(coupon.amount)} 元"
                     f"{'，买家可自己领' if coupon.public else '，客服可发'}")
    return lines


def _can_look(scene: Scene, _state: State, move: Move) -> str:
    return "这个案例里没有货架" if move.args.get("panel") == "goods" and scene.case.sale is None else ""


def _can_request_evidence(_scene: Scene, state: State, move: Move) -> str:
    kind = str(move.args["kind"])
    if f"request_evidence:{kind}" in state.done:
        return f"已经请买家提供过{EVIDENCE[kind]}，不必再要一次"
    return ""


def _request_evidence(scene: Scene, state: State, events: Events, move: Move) -> None:
    kind = str(move.args["kind"])
    emit(state, events, "agent", f"[请买家提供{EVIDENCE[kind]}]", "card")
    plan(state, Due(state.at + 8, "answer", kind))
    expect(scene, state, 240, "second")
    state.waiting_since = -1


def _can_contact_courier(scene: Scene, state: State, _move: Move) -> str:
    if not _shipped(scene):
        return "订单还没有发货，没有快递可以联系"
    return _pending(scene, state, "contact_courier", "courier", "快递")


def _can_contact_warehouse(scene: Scene, state: State, _move: Move) -> str:
    return _pending(scene, state, "contact_warehouse", "warehouse", "仓库")


def _pending(scene: Scene, state: State, move: str, who: str, label: str) -> str:
    own = {event.id for event in scene.case.events if event.after == move}
    for due in state.agenda:
        if due.kind == "answer" and due.name == who or due.kind == "event" and due.name in own:
            return f"{label}还没有回话，先处理别的或等一等"
    return ""


def _contact(who: str, minutes: int) -> Effect:
    def effect(scene: Scene, state: State, _events: Events, move: Move) -> None:
        coming = any(event.after == move.name and event.id not in state.happened and event.when(state)
                     for event in scene.case.events)
        if not coming:
            plan(state, Due(state.at + minutes, "answer", who))
    return effect


def held_evidence(scene: Scene, state: State) -> dict[str, str]:
    """The kinds of evidence in the agent's hands, with their names."""
    held = {"chat"} | set(state.evidence)
    if "look:parcel" in state.done:
        held.add("track")
    held |= {fact.by for fact in scene.case.facts if fact.found == "evidence" and fact.id in state.known}
    held |= {mark.removeprefix("evidence:") for mark in state.happened if mark.startswith("evidence:")}
    return {kind: EVIDENCE[kind] for kind in EVIDENCE if kind in held}


def _can_submit(scene: Scene, state: State, move: Move) -> str:
    if state.flow != "intervention":
        return "平台还没有介入，暂时不用提交凭证"
    held = held_evidence(scene, state)
    missing = [EVIDENCE[kind] for kind in move.args["kinds"] if kind not in held]
    if missing:
        return f"手里没有{'、'.join(missing)}，现在可以提交的是 {'、'.join(held.values())}"
    return ""


def _submit(scene: Scene, state: State, events: Events, move: Move) -> None:
    state.happened = state.happened | {f"submitted:{kind}" for kind in move.args["kinds"]}
    trigger(scene, state, events, "submit_evidence")


def _once(what: str) -> Guard:
    def guard(_scene: Scene, state: State, move: Move) -> str:
        return f"已经{what}过了" if move.name in state.done else ""
    return guard


def _record(scene: Scene, state: State, _events: Events, move: Move) -> None:
    fields = move.args["fields"]
    state.recorded = tuple((key, value) for key, value in sorted(fields.items()) if key != "text")
    right = all(fields.get(name) in wanted for name, wanted in scene.case.record.items())
    state.happened = state.happened - {"record:right"} | (frozenset({"record:right"}) if right else frozenset())


def _escalate(scene: Scene, state: State, events: Events, _move: Move) -> None:
    plan(state, Due(state.at + 20, "answer", "supervisor"))


def _wait(_scene: Scene, _state: State, _events: Events, _move: Move) -> None:
    return None


def _finish(scene: Scene, state: State, events: Events, _move: Move) -> None:
    if state.waiting_since >= 0 and not scene.case.settled(state):
        slip(state, "left_waiting", 100, "", "买家还在等答复就结束了接待")
    state.ended = "agent"
    emit(state, events, "system", "接待结束", "end")


def _transfer(_scene: Scene, state: State, _events: Events, move: Move) -> None:
    if not str(move.args.get("summary", "")).strip():
        state.done["transfer:blank"] = state.n
        annoy(state, 1)
        slip(state, "blank_transfer", 50, "shop.reception.handover", "转接时没有写清情况，买家要从头再说一遍")
    plan(state, Due(state.at + 5, "answer", "group"))


def _can_intercept(scene: Scene, state: State, _move: Move) -> str:
    if not scene.case.start.get("intercept"):
        return "包裹不在可以拦截的状态（没有发出、已经签收或没有踪迹）"
    return "已经通知快递拦截，等结果就好" if "intercept" in state.done else ""


def _can_change_address(scene: Scene, _state: State, _move: Move) -> str:
    return "已经发货，不能再改地址；可以联系快递" if _shipped(scene) else ""


def _can_extend(scene: Scene, state: State, _move: Move) -> str:
    if not any(due.kind == "deadline" and due.name == "auto_confirm" for due in state.agenda):
        return "现在没有在走的自动确认收货时间，不用延长"
    return "收货时间已经延长过了" if "extend_receipt" in state.done else ""


def _extend(_scene: Scene, state: State, _events: Events, move: Move) -> None:
    longer = int(move.args["days"]) * 24 * 60
    state.agenda = tuple(sorted(
        Due(due.at + longer, due.kind, due.name) if (due.kind, due.name) == ("deadline", "auto_confirm") else due
        for due in state.agenda))


def _can_invoice(scene: Scene, state: State, _move: Move) -> str:
    if scene.case.sale is not None and state.flow != "paid":
        return "买家还没有付款，付款以后才能开票"
    return "已经开具发票过了" if "issue_invoice" in state.done else ""


def _can_invite_review(scene: Scene, state: State, _move: Move) -> str:
    return "" if scene.case.settled(state) else "事情还没有解决，不能邀请评价"


def start(scene: Scene, state: State) -> None:
    """Let the deadlines of the opening run: receipt for shipped orders, those of an open application or a return under way."""
    if state.flow == "none" and _shipped(scene) and not scene.given("order.completed_at"):
        start_deadline(scene, state, "auto_confirm")
    if state.flow == "requested":
        for name in OPEN:
            start_deadline(scene, state, name)
    if state.flow == "return_sent":
        for name in (*BACK, "refund_due") if "goods_back" in state.happened else BACK:
            start_deadline(scene, state, name)
    announce(scene, state, f"flow:{state.flow}")


ACTIONS: dict[str, Action] = {
    "look": Action(_can_look, _look),
    "request_evidence": Action(_can_request_evidence, _request_evidence),
    "agree_refund": Action(remedies.can_refund, remedies.refund),
    "agree_return": Action(remedies.can_return, remedies.accept_return),
    "refuse": Action(remedies.can_refuse, remedies.refuse),
    "offer_compensation": Action(remedies.can_compensate, remedies.compensate),
    "offer_exchange": Action(remedies.after_consent("offer_exchange", "换货"), remedies.reship),
    "reship": Action(remedies.after_consent("offer_reship", "补寄"), remedies.reship),
    "repair": Action(remedies.after_consent("offer_repair", "维修"), remedies.reship),
    "contact_courier": Action(_can_contact_courier, _contact("courier", 60)),
    "contact_warehouse": Action(_can_contact_warehouse, _contact("warehouse", 30)),
    "submit_evidence": Action(_can_submit, _submit),
    "issue_invoice": Action(_can_invoice, remedies.invoice),
    "record": Action(_free, _record),
    "escalate": Action(_once("上报"), _escalate),
    "confirm_return_received": Action(remedies.can_confirm_return, remedies.confirm_return),
    "wait": Action(_free, _nothing),
    "finish": Action(_free, _finish),
    "note": Action(_free, _nothing),
    "transfer": Action(_once("转接"), _transfer),
    "small_payment": Action(remedies.can_small_payment, remedies.small_payment),
    "intercept": Action(_can_intercept, _nothing),
    "change_address": Action(_can_change_address, _nothing),
    "extend_receipt": Action(_can_extend, _extend),
    "send_card": Action(sale_moves.can_send_card, sale_moves.send_card),
    "change_price": Action(sale_moves.can_change_price, sale_moves.change_price),
    "urge_payment": Action(sale_moves.can_urge, sale_moves.urge),
    "invite_review": Action(_can_invite_review, _nothing),
    "work_order": Action(_free, _nothing),
}

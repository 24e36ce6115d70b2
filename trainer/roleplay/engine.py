"""Time and the refund flow: what happens by itself, what a trigger does, what falls due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainer.roleplay import flow
from trainer.roleplay.buyer import annoy, at_push, say, settle, wait_for_answer
from trainer.roleplay.case import Event
from trainer.roleplay.events import Events
from trainer.roleplay.sale import discount
from trainer.roleplay.sale import due as price_due
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import Due, Entry, Slip, State


def emit(state: State, events: Events, who: str, text: str, kind: str = "say", **more: Any) -> None:
    """Add what happened now to the events of this step."""
    events.append({"at": state.at, "n": state.n, "who": who, "kind": kind, "text": text, **more})


def slip(state: State, code: str, points: int, rule: str, why: str, fatal: bool = False, spoken: bool = False) -> None:
    """Note something that counts against the agent at this move."""
    state.slips = (*state.slips, Slip(code, state.n, points, rule, why, fatal, spoken))


def plan(state: State, due: Due) -> None:
    """Put something on the agenda, in order."""
    state.agenda = tuple(sorted((*state.agenda, due)))


def drop(state: State, kind: str, name: str | None = None) -> None:
    """Take things of a kind off the agenda."""
    state.agenda = tuple(due for due in state.agenda if due.kind != kind or (name is not None and due.name != name))


def pay(state: State, events: Events, payer: str, payee: str, fen: int, what: str, owed: bool) -> None:
    """Move money; nothing for nothing."""
    if fen > 0:
        state.ledger = (*state.ledger, Entry(payer, payee, fen, what, owed, state.n))
        emit(state, events, "system", what, "money", payer=payer, payee=payee, fen=fen)


def learn(scene: Scene, state: State, events: Events, fact_id: str) -> None:
    """The agent now knows a fact."""
    if fact_id not in state.known:
        state.known = state.known | {fact_id}
        text = next(fact.text for fact in scene.case.facts if fact.id == fact_id)
        emit(state, events, "system", text, "fact", fact=fact_id)


def announce(scene: Scene, state: State, token: str) -> None:
    """Plan the case's events that follow on a move, a state or another event."""
    for event in scene.case.events:
        if event.after == token and event.id not in state.happened:
            plan(state, Due(state.at + event.minutes, "event", event.id))


def trigger(scene: Scene, state: State, events: Events, name: str) -> bool:
    """Send a trigger to the flow table; tells whether a line of it applied."""
    for row in flow.rows(state.flow, name):
        if not row.guard or GUARDS[row.guard](scene, state):
            _enter(scene, state, events, row)
            return True
    return False


def may(scene: Scene, state: State, name: str) -> bool:
    """Whether a trigger would do something now."""
    return any(not row.guard or GUARDS[row.guard](scene, state) for row in flow.rows(state.flow, name))


def _enter(scene: Scene, state: State, events: Events, row: flow.Row) -> None:
    changed = row.next != state.flow
    if changed:
        state.agenda = tuple(due for due in state.agenda if due.kind != "deadline" or due.name in flow.KEEPS)
    for effect in row.effects:
        EFFECTS[effect](scene, state, events, row)
    state.flow = row.next
    if changed:
        emit(state, events, "system", f"{'订单' if scene.case.sale else '售后'}状态：{flow.FLOWS[row.next]}", "flow", flow=row.next)
        announce(scene, state, f"flow:{row.next}")
    for name in row.deadlines:
        start_deadline(scene, state, name)


def start_deadline(scene: Scene, state: State, name: str) -> None:
    """Let a deadline of the rulebook run, where one speaks and it lies ahead."""
    deadline = scene.deadline(name, state)
    if deadline is not None:
        plan(state, Due(max(deadline.minute, state.at) + 1, "deadline", name))


def intervention_open(scene: Scene, state: State) -> bool:
    """Whether the platform may be asked to step in: its own hour where it has one, else after a refusal."""
    deadline = scene.deadline("intervention", state)
    return deadline.minute <= state.at if deadline else state.flow == "refused"


GUARDS: dict[str, Callable[[Scene, State], bool]] = {
    "wants_return": lambda scene, state: scene.case.kind == "退货退款",
    "wants_money": lambda scene, state: scene.case.kind != "退货退款",
    "intervention_open": intervention_open,
}


def _set_time(state: State, name: str) -> None:
    kept = tuple(item for item in state.times if item[0] != name)
    state.times = tuple(sorted((*kept, (name, state.at))))


def _filed(scene: Scene, state: State, events: Events, _row: flow.Row) -> None:
    _set_time(state, "filed_at")
    drop(state, "deadline", "auto_confirm")
    state.asked_fen = scene.case.money.demanded
    emit(state, events, "buyer", f"提交了「{scene.case.kind}」申请，金额 {scene.case.money.demanded / 100:.2f} 元", "card")


def _pay(scene: Scene, state: State, events: Events, row: flow.Row) -> None:
    owed_now = scene.case.kind != "退货退款" or state.flow == "return_sent"
    amount = state.asked_fen or scene.case.money.demanded
    owed = min(amount, scene.case.money.owed) if owed_now else 0
    pay(state, events, "shop", "buyer", owed, "退款给买家", True)
    pay(state, events, "shop", "buyer", amount - owed, "退款给买家（按规则不必付的部分）", False)
    compensation = scene.compensation(state)
    pay(state, events, "shop", "buyer", compensation, "迟发或缺货赔付（积分）", True)
    settle(state)


def _missed(scene: Scene, state: State, events: Events, row: flow.Row) -> None:
    name = row.trigger.removeprefix("deadline:")
    deadline = scene.deadline(name, state)
    rule = deadline.rule if deadline else ""
    slip(state, f"deadline:{name}", 200, rule, f"没有在期限内处理：{flow.DEADLINES[name].then}")


def _auto_confirmed(scene: Scene, state: State, events: Events, row: flow.Row) -> None:
    _missed(scene, state, events, row)
    state.happened = state.happened | {"auto_confirmed"}
    annoy(state, 2)


def _intervened(scene: Scene, state: State, events: Events, _row: flow.Row) -> None:
    state.happened = state.happened | {"intervention"}


def _bought(scene: Scene, state: State, events: Events, _row: flow.Row) -> None:
    if scene.case.sale is not None:
        given = discount(scene.case.sale, state)
        pay(state, events, "buyer", "shop", price_due(scene.case.sale, state) + given, "买家付款", True)
        pay(state, events, "shop", "buyer", given, "店铺让出的优惠", False)
        settle(state)


EFFECTS: dict[str, Callable[[Scene, State, Events, flow.Row], None]] = {
    "filed": _filed,
    "pay": _pay,
    "missed": _missed,
    "auto_confirmed": _auto_confirmed,
    "intervened": _intervened,
    "bought": _bought,
    "agreed": lambda scene, state, events, row: _set_time(state, "agreed_at"),
    "rejected": lambda scene, state, events, row: _set_time(state, "rejected_at"),
    "returned": lambda scene, state, events, row: _set_time(state, "returned_at"),
}


def advance(scene: Scene, state: State, events: Events, to: int) -> None:
    """Let time pass up to a minute; what falls due happens in order."""
    while state.agenda and state.agenda[0].at <= to and not state.ended:
        due = state.agenda[0]
        state.agenda = state.agenda[1:]
        state.at = max(state.at, due.at)
        _fall_due(scene, state, events, due)
    state.at = max(state.at, to)
    if state.at >= scene.case.horizon and not state.ended:
        state.ended = "time"
        emit(state, events, "system", "这次接待到了最后时间，已自动结束", "end")


LATER: dict[str, Callable[[Scene, State, Events], None]] = {}
"""What falls due in modules that build on this one, entered there by kind."""


def _fall_due(scene: Scene, state: State, events: Events, due: Due) -> None:
    if due.kind == "event":
        event = next(item for item in scene.case.events if item.id == due.name)
        if event.when(state):
            happen(scene, state, events, event)
    elif due.kind == "deadline":
        _deadline_passed(scene, state, events, due.name)
    elif due.kind == "push":
        at_push(scene, state, events, due.name)
    elif due.kind == "give_up":
        _give_up(scene, state, events)
    elif due.kind == "answer":
        _answer(scene, state, events, due.name)
    else:
        LATER[due.kind](scene, state, events)


def _give_up(scene: Scene, state: State, events: Events) -> None:
    if scene.case.sale is not None:
        if trigger(scene, state, events, "leave"):
            state.happened = state.happened | {"gave_up"}
            say(state, events, scene.phrase(state, "leave"))
            settle(state)
        return
    if state.flow in ("none", "closed") and "gave_up" not in state.happened and not scene.case.start.get("complains"):
        state.happened = state.happened | {"gave_up"}
        say(state, events, scene.phrase(state, "files"))
        trigger(scene, state, events, "apply")
        return
    if trigger(scene, state, events, "intervene"):
        say(state, events, scene.phrase(state, "intervene"))
        return
    for step in ("complaint", "bad_review"):
        if step not in state.happened:
            state.happened = state.happened | {step}
            say(state, events, scene.phrase(state, step))
            return


def _deadline_passed(scene: Scene, state: State, events: Events, name: str) -> None:
    if name == "intervention":
        emit(state, events, "system", "买家现在可以申请平台介入", "deadline", name=name)
        return
    emit(state, events, "system", flow.DEADLINES[name].then, "deadline", name=name)
    trigger(scene, state, events, f"deadline:{name}")


def happen(scene: Scene, state: State, events: Events, event: Event) -> None:
    """One event of the case, once."""
    state.happened = state.happened | {event.id} | ({event.marks} if event.marks else frozenset())
    if event.who == "buyer":
        if event.say:
            say(state, events, *event.say)
            after_speaking(scene, state)
    else:
        for line in event.say:
            emit(state, events, event.who, line)
    for fact in event.facts:
        learn(scene, state, events, fact)
    for payer, payee, fen, what, owed in event.pay:
        pay(state, events, payer, payee, fen, what, owed)
    if event.mood < 0:
        annoy(state, -event.mood)
    state.mood = min(3, state.mood + max(event.mood, 0))
    if event.marks == "goods_back":
        _set_time(state, "goods_received_at")
        start_deadline(scene, state, "refund_due")
        drop(state, "deadline", "overdue")
        start_deadline(scene, state, "overdue")
    if event.flow:
        trigger(scene, state, events, event.flow)
    announce(scene, state, f"event:{event.id}")


def after_speaking(scene: Scene, state: State) -> None:
    """A buyer who has what he wants waits for nothing; one who was promised word waits for that."""
    if scene.case.settled(state):
        settle(state)
    elif not any(due.kind == "push" and due.name == "promise" for due in state.agenda):
        wait_for_answer(scene, state)


def _answer(scene: Scene, state: State, events: Events, name: str) -> None:
    if name == "supervisor":
        state.raised_authority = True
        emit(state, events, "supervisor", "情况我看了。规则该退该赔的照办；超出你权限的补偿，这一单我批了，记录写清楚。")
    elif name in ("courier", "warehouse"):
        emit(state, events, name, "查过了，目前没有新的情况，有变化会通知你。")
    elif name == "group":
        emit(state, events, "system", "同事看过后转回：这一单仍由你处理。")
        if "transfer:blank" in state.done:
            say(state, events, scene.phrase(state, "repeat"))
    else:
        _evidence(scene, state, events, name)


def _evidence(scene: Scene, state: State, events: Events, kind: str) -> None:
    found = [fact for fact in scene.case.facts if fact.found == "evidence" and fact.by == kind]
    if not found:
        say(state, events, scene.phrase(state, "no_evidence"))
        return
    state.evidence = state.evidence | {kind}
    for fact in found:
        say(state, events, *fact.answer)
        learn(scene, state, events, fact.id)
    wait_for_answer(scene, state)


def running(scene: Scene, state: State) -> list[Mapping[str, Any]]:
    """The deadlines that run now, nearest first, for the top of the desk."""
    shown: list[Mapping[str, Any]] = []
    for due in state.agenda:
        if due.kind == "deadline":
            deadline = scene.deadline(due.name, state)
            if deadline is not None:
                shown.append({"name": due.name, "at": deadline.at, "minutes": deadline.minute - state.at,
                              "then": deadline.then, "rule": deadline.rule})
    return shown

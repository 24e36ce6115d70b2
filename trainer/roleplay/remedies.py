"""Guards and effects of the moves that settle a dispute: refund, return, refusal, compensation, sending again."""

from __future__ import annotations

from collections.abc import Callable

from trainer.roleplay.buyer import annoy, say, settle, wait_for_answer
from trainer.roleplay.engine import drop, emit, may, pay, slip, trigger
from trainer.roleplay.events import Events
from trainer.roleplay.flow import FLOWS
from trainer.roleplay.moves import Move, yuan
from trainer.roleplay.reaction import take_offer
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State


def amount_of(scene: Scene, state: State, move: Move) -> int:
    """The amount of a move in fen; words stand for amounts of the case."""
    value = move.args.get("amount", 0)
    if isinstance(value, int):
        return value
    money = scene.case.money
    return {"owed": money.owed, "demanded": state.asked_fen or money.demanded, "offered": money.authority,
            "cap": money.paid, "zero": 0}[str(value)]


def goodwill(state: State) -> int:
    """What the shop has paid so far beyond what is owed, in fen."""
    return sum(entry.fen for entry in state.ledger if entry.payer == "shop" and not entry.owed
               and entry.payee == "buyer")


def can_refund(scene: Scene, state: State, move: Move) -> str:
    """Why money cannot be refunded now, or nothing."""
    if not may(scene, state, "agree_refund"):
        if state.flow in ("none", "closed"):
            return "买家没有正在进行的退款申请，请先和买家谈好，由他在订单页提交"
        return f"现在的状态是「{FLOWS[state.flow]}」，不能再同意退款"
    amount = amount_of(scene, state, move)
    if amount != state.asked_fen:
        return f"金额和申请的 {yuan(state.asked_fen)} 元不一致；要改金额，先请买家修改申请"
    return ""


def refund(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Refund what was applied for."""
    trigger(scene, state, events, "agree_refund")


def can_return(scene: Scene, state: State, _move: Move) -> str:
    """Why a return cannot be agreed now, or nothing."""
    if may(scene, state, "agree_return"):
        return ""
    if state.flow in ("none", "closed"):
        return "买家没有正在进行的退货申请，请先请他在订单页提交"
    if scene.case.kind != "退货退款":
        return f"买家申请的是「{scene.case.kind}」，不需要寄回"
    return f"现在的状态是「{FLOWS[state.flow]}」，不能再同意退货"


def accept_return(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Agree to the return."""
    trigger(scene, state, events, "agree_return")
    forget_waiting(scene, state)


def can_refuse(scene: Scene, state: State, _move: Move) -> str:
    """Why there is nothing to refuse now, or nothing."""
    return "" if may(scene, state, "refuse") else f"现在的状态是「{FLOWS[state.flow]}」，没有可以拒绝的申请"


def refuse(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Refuse the application; the buyer minds."""
    trigger(scene, state, events, "refuse")
    say(state, events, scene.phrase(state, "refused_application"))
    annoy(state, 2)
    wait_for_answer(scene, state)


def can_compensate(scene: Scene, state: State, move: Move) -> str:
    """Why no compensation can be offered now, or nothing."""
    if amount_of(scene, state, move) <= 0:
        return "补偿金额要大于 0 元"
    if "offer_compensation" in state.agreed:
        return "补偿已经谈好并支付过了"
    return ""


def compensate(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Offer a compensation, paid at once where the buyer takes it."""
    amount = amount_of(scene, state, move)
    emit(state, events, "agent", f"[提出补偿 {yuan(amount)} 元]", "card")
    bubbles: list[str] = []
    for accept in scene.case.accepts:
        if accept.offer == "offer_compensation" and amount >= accept.above and accept.when(state):
            take_offer(scene, state, events, accept, bubbles)
            owed = min(amount, accept.above) if accept.owed else 0
            pay(state, events, "shop", "buyer", owed, "赔偿给买家", True)
            pay_goodwill(scene, state, events, amount - owed, "补偿给买家")
            say(state, events, *bubbles)
            return
    say(state, events, scene.phrase(state, "reject"))
    wait_for_answer(scene, state)


def pay_goodwill(scene: Scene, state: State, events: Events, amount: int, what: str) -> None:
    """Pay beyond what is owed; past the limit without asking it is noted."""
    pay(state, events, "shop", "buyer", amount, what, False)
    if goodwill(state) > scene.case.money.authority and not state.raised_authority:
        slip(state, "overreach", 150, "", f"补偿累计 {yuan(goodwill(state))} 元，超过客服权限 "
             f"{yuan(scene.case.money.authority)} 元，应先上报主管")


def can_small_payment(scene: Scene, state: State, move: Move) -> str:
    """Why no small payment can be made now, or nothing."""
    amount = amount_of(scene, state, move)
    if amount <= 0:
        return "打款金额要大于 0 元"
    if amount > scene.case.money.paid:
        return f"小额打款不能超过订单实付 {yuan(scene.case.money.paid)} 元"
    return ""


def small_payment(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Pay through the platform's own small payment."""
    pay_goodwill(scene, state, events, amount_of(scene, state, move), "小额打款给买家")


def after_consent(offer: str, what: str) -> Callable[[Scene, State, Move], str]:
    """A guard: the buyer must have agreed, and once is enough."""
    def guard(_scene: Scene, state: State, move: Move) -> str:
        if move.name in state.done:
            return f"已经{what}过了"
        return "" if offer in state.agreed else f"买家还没有同意{what}，先和他说清楚再操作"
    return guard


def reship(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Send again at the cost of the shop; an open application is withdrawn."""
    pay(state, events, "shop", "carrier", scene.case.money.reship, "补寄的运费", False)
    trigger(scene, state, events, "withdraw")
    drop(state, "deadline", "auto_confirm")
    forget_waiting(scene, state)


def forget_waiting(scene: Scene, state: State) -> None:
    """A settled buyer waits no longer."""
    if scene.case.settled(state):
        settle(state)


def can_confirm_return(_scene: Scene, state: State, _move: Move) -> str:
    """Why no return can be confirmed now, or nothing."""
    if state.flow != "return_sent":
        return f"现在的状态是「{FLOWS[state.flow]}」，没有退货可以确认"
    return "" if "goods_back" in state.happened else "退货还在路上，仓库还没有收到"


def confirm_return(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Register the returned goods; a false state is a grave slip."""
    actual = str(scene.case.start.get("returned", "intact"))
    state.returned = str(move.args["state"])
    if state.returned == actual == "intact":
        trigger(scene, state, events, "confirm_return_received")
        return
    if state.returned != actual:
        slip(state, "false_return_state", 300, "law.evidence.keep_records", "登记的退货状态和仓库验货的实际情况不符",
             fatal=True)
    say(state, events, scene.phrase(state, "refused_application"))
    annoy(state, 3)
    wait_for_answer(scene, state)


def send_card(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Send a card; a coupon costs money."""
    emit(state, events, "agent", {"item": "[商品卡片]", "coupon": "[优惠券 5 元]", "top_up": "[补差链接]"}[move.args["card"]],
         "card")
    if move.args["card"] == "coupon":
        pay_goodwill(scene, state, events, 500, "优惠券抵扣")


def invoice(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Issue the invoice."""
    emit(state, events, "agent", "[已开具发票]", "card")
    forget_waiting(scene, state)

"""The moves of a sale: cards with goods, coupons and differences, a changed price, a reminder to pay."""

from __future__ import annotations

from trainer.roleplay import remedies
from trainer.roleplay.engine import emit
from trainer.roleplay.events import Events
from trainer.roleplay.moves import Move, yuan
from trainer.roleplay.sale_talk import changed_price, shown_card, urged
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State


def can_send_card(scene: Scene, state: State, move: Move) -> str:
    """Why this card cannot be sent now, or nothing."""
    sale, card = scene.case.sale, move.args.get("card")
    if sale is None:
        return "这个案例没有货架，不能选商品或优惠券" if "goods" in move.args else ""
    if state.flow == "lost":
        return "买家已经走了"
    if card == "item" and sale.goods(str(move.args.get("goods", ""))) is None:
        return f"请选货架上的一件商品：{'、'.join(one.id for one in sale.shelf)}"
    if card == "coupon" and sale.coupon(str(move.args.get("coupon", ""))) is None:
        names = "、".join(one.id for one in sale.coupons)
        return f"请选一张优惠券：{names}" if names else "这家店现在没有可以发的优惠券"
    return "补差链接要写金额" if card == "top_up" and not move.args.get("amount") else ""


def send_card(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Send a card; in a sale the buyer looks at it at once."""
    sale, card = scene.case.sale, str(move.args["card"])
    if sale is None:
        remedies.send_card(scene, state, events, move)
        return
    goods, coupon = sale.goods(str(move.args.get("goods"))), sale.coupon(str(move.args.get("coupon")))
    if card == "item" and goods is not None:
        state.acts.setdefault("recommend", state.n)
        emit(state, events, "agent", f"[商品] {goods.name} {yuan(goods.price)} 元", "card")
        shown_card(scene, state, events, f"goods:{goods.id}")
    elif card == "coupon" and coupon is not None:
        emit(state, events, "agent", f"[优惠券] {coupon.name} {yuan(coupon.amount)} 元", "card")
        shown_card(scene, state, events, f"coupon:{coupon.id}")
    else:
        emit(state, events, "agent", f"[补差链接] {yuan(int(move.args['amount']))} 元", "card")


def can_change_price(scene: Scene, state: State, move: Move) -> str:
    """Why the price cannot be changed now, or nothing."""
    if scene.case.sale is None:
        return "买家已经付款，这个操作只用在付款之前" if scene.given("order.paid_at") else ""
    if state.flow != "ordered":
        return "没有等付款的订单；要改价，先请买家拍下、暂不付款" if state.flow != "paid" else "买家已经付款，不能再改价"
    return "价格要大于 0 元" if remedies.amount_of(scene, state, move) <= 0 and "amount" in move.args else ""


def change_price(scene: Scene, state: State, events: Events, move: Move) -> None:
    """Change the price of the order that waits for payment."""
    amount = remedies.amount_of(scene, state, move)
    emit(state, events, "agent", f"[订单改价为 {yuan(amount)} 元]", "card")
    if scene.case.sale is not None:
        changed_price(scene, state, events, amount)


def can_urge(scene: Scene, state: State, _move: Move) -> str:
    """Why there is nothing to be reminded of, or nothing."""
    if scene.case.sale is None:
        return "买家已经付款，这个操作只用在付款之前" if scene.given("order.paid_at") else ""
    return "" if state.flow == "ordered" else "没有等付款的订单，不用催付"


def urge(scene: Scene, state: State, events: Events, _move: Move) -> None:
    """Send the reminder card of an unpaid order."""
    emit(state, events, "agent", "[订单待付款提醒]", "card")
    if scene.case.sale is not None:
        state.acts.setdefault("urge_payment", state.n)
        urged(scene, state, events)

"""How a buyer who has not bought yet takes what is said and shown: goods, prices, haggling, wavering, ordering, paying."""

from __future__ import annotations

from trainer.roleplay.buyer import annoy, say, settle, wait_for_answer
from trainer.roleplay.engine import announce, slip, trigger
from trainer.roleplay.events import Events
from trainer.roleplay.heard import Heard
from trainer.roleplay.moves import yuan
from trainer.roleplay.sale import NO_LOWER, ORDER_FIRST, Bargain, Goods, Sale, chosen, unchanged
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State

ATTEMPTS = frozenset({"ask_problem", "recommend", "explain_rule", "offer_compensation", "promise_follow_up"})
MOST_EXTRAS, MOST_URGES = 1, 2
TOO_SOON = 10
"""Minutes after an order within which a reminder to pay is only a nuisance."""


def sale_of(scene: Scene) -> Sale:
    """The sale of a scene that has one."""
    if scene.case.sale is None:
        raise ValueError(scene.case.id)
    return scene.case.sale


def weigh_goods(scene: Scene, state: State, bubbles: list[str], fresh: frozenset[str]) -> bool:
    """The buyer looks at goods named or shown for the first time; tells whether there were any."""
    sale = sale_of(scene)
    shown = [one for one in sale.shelf if f"goods:{one.id}" in fresh and f"chose:{one.id}" not in state.happened]
    taken = [one for one in shown if one.takes and one.stock > 0 and one.when(state)]
    best = next((one for one in taken if one.right and not one.extra), next((one for one in taken if not one.extra), None))
    for one in (best, *(one for one in taken if one.extra and (best or chosen(sale, state)))):
        if one is not None:
            _choose(scene, state, one, bubbles)
    if shown and not any(one in taken for one in shown):
        _turn_down(scene, state, shown[0], bubbles)
    return bool(shown)


def _choose(scene: Scene, state: State, goods: Goods, bubbles: list[str]) -> None:
    if not goods.extra:
        others = {f"chose:{one.id}" for one in sale_of(scene).shelf if not one.extra}
        state.happened = state.happened - others
    state.happened = state.happened | {f"chose:{goods.id}"}
    bubbles.append(scene.phrase(state, f"goods:{goods.id}", goods.say) if goods.say else scene.phrase(state, "goods_taken"))


def _turn_down(scene: Scene, state: State, goods: Goods, bubbles: list[str]) -> None:
    if goods.say:
        bubbles.append(scene.phrase(state, f"goods:{goods.id}", goods.say))
    else:
        kind = "goods_gone" if goods.stock <= 0 else "extra_no" if goods.extra else "goods_wrong"
        bubbles.append(scene.phrase(state, kind))
    extras = sum(1 for one in sale_of(scene).shelf if one.extra and f"goods:{one.id}" in state.done)
    if not goods.extra or extras > MOST_EXTRAS:
        annoy(state, 1)


def haggle(scene: Scene, state: State, bubbles: list[str], heard: Heard) -> bool:
    """What the buyer says to the answer to his last bid; tells whether a bid stands open."""
    bargain, number = sale_of(scene).bargain, bids(state)
    if bargain is None or not number or "bargain_done" in state.happened:
        return begin_haggling(scene, state, bubbles)
    if heard.acts & {"decline_politely"} or heard.told & {NO_LOWER, *bargain.answers}:
        if number < len(bargain.rounds):
            _bid(scene, state, bargain, number, bubbles)
            return True
        state.happened = state.happened | {"bargain_done"}
        bubbles.append(scene.phrase(state, "bargain_over"))
        return False
    if ORDER_FIRST not in heard.told:
        annoy(state, 1)
        bubbles.append(bargain.rounds[number - 1])
    return True


def begin_haggling(scene: Scene, state: State, bubbles: list[str]) -> bool:
    """The first bid, once the case lets the buyer make it."""
    bargain = sale_of(scene).bargain
    if bargain is None or bids(state) or not chosen(sale_of(scene), state) or not bargain.when(state):
        return False
    _bid(scene, state, bargain, 0, bubbles)
    return True


def bids(state: State) -> int:
    """How often the buyer has asked for a lower price."""
    return sum(1 for word in state.happened if word.startswith("bargain:"))


def is_haggling(state: State) -> bool:
    """Whether a bid stands open."""
    return bids(state) > 0 and "bargain_done" not in state.happened


def _bid(scene: Scene, state: State, bargain: Bargain, number: int, bubbles: list[str]) -> None:
    state.happened = state.happened | {f"bargain:{number + 1}"}
    bubbles.append(bargain.rounds[number])


def decide(scene: Scene, state: State, events: Events, bubbles: list[str], open_question: bool, tried: bool) -> None:
    """What the buyer does once he has heard this: wavers once, comes round, orders, pays."""
    sale = sale_of(scene)
    if state.flow == "considering" and tried:
        state.happened = state.happened | {"tried_again"}
    if open_question or state.flow not in ("asking", "considering") or not _ready(scene, state):
        return
    waver = sale.waver
    if waver is not None and "wavered" not in state.happened and waver.when(state):
        state.happened = state.happened | {"wavered"}
        bubbles.append(scene.phrase(state, "waver", waver.say))
        trigger(scene, state, events, "hesitate")
        return
    if state.flow == "considering" and waver is not None and not (tried and waver.back(state)):
        bubbles.append(scene.phrase(state, "still_thinking"))
        annoy(state, 0 if tried else 1)
        return
    place_order(scene, state, events, bubbles, pays=sale.pays == "at_once")


def _ready(scene: Scene, state: State) -> bool:
    sale = sale_of(scene)
    told = all(f"price:{price.id}" in state.done for price in sale.prices if price.must)
    return told and any(not one.extra for one in chosen(sale, state)) and sale.orders(state)


def place_order(scene: Scene, state: State, events: Events, bubbles: list[str], pays: bool) -> None:
    """The buyer places the order, and pays where he is ready to."""
    sale = sale_of(scene)
    bubbles.append(scene.phrase(state, "order", sale.order_say))
    trigger(scene, state, events, "order")
    state.times = tuple(sorted((*state.times, ("ordered_at", state.at))))
    if pays:
        pay_order(scene, state, events, bubbles)


def pay_order(scene: Scene, state: State, events: Events, bubbles: list[str]) -> None:
    """The buyer pays what is due."""
    if trigger(scene, state, events, "pay"):
        bubbles.append(scene.phrase(state, "paid"))
        settle(state)


def changed_price(scene: Scene, state: State, events: Events, amount: int) -> None:
    """The price of the order is another one now; the buyer looks at it."""
    given = unchanged(sale_of(scene), state) - amount
    limit = scene.case.money.authority
    state.asked_fen, state.happened = amount, state.happened | {"price_changed"}
    if given > limit and not state.raised_authority:
        slip(state, "overreach", 150, "", f"让价 {yuan(given)} 元，超过客服权限 {yuan(limit)} 元，应先上报主管")
    bargain = sale_of(scene).bargain
    if bargain is not None and is_haggling(state):
        if amount > bargain.takes:
            say(state, events, scene.phrase(state, "still_dear"))
            wait_for_answer(scene, state)
            return
        state.happened = state.happened | {"bargain_done"}
    bubbles: list[str] = []
    pay_order(scene, state, events, bubbles)
    say(state, events, *bubbles)


def urged(scene: Scene, state: State, events: Events) -> None:
    """The buyer is reminded of an order not paid yet."""
    times = 1 + sum(1 for word in state.happened if word.startswith("urged:"))
    state.happened = state.happened | {f"urged:{times}"}
    if times > MOST_URGES:
        slip(state, "pressure", 60, "", "同一笔订单反复催付")
    if times > MOST_URGES or state.at - dict(state.times).get("ordered_at", -TOO_SOON) < TOO_SOON:
        annoy(state, 1)
        say(state, events, scene.phrase(state, "urged_too_much"))
        return
    bubbles: list[str] = []
    if raise_question(scene, state, bubbles):
        say(state, events, *bubbles)
        wait_for_answer(scene, state)
        return
    pay_order(scene, state, events, bubbles)
    say(state, events, *bubbles)


def raise_question(scene: Scene, state: State, bubbles: list[str]) -> bool:
    """The first question of the case that stands open, asked; tells whether there is one."""
    for ask in scene.case.asks:
        if not is_answered(state, ask.acts) and ask.when(state):
            state.asked = state.asked | {ask.id}
            bubbles.append(scene.phrase(state, f"ask:{ask.id}", ask.lines))
            return True
    return False


def is_answered(state: State, acts: tuple[str, ...]) -> bool:
    """Whether one of the acts, or of the tokens of a sale, has been heard."""
    return any(act in state.acts or (":" in act and act in state.done) for act in acts)


def shown_card(scene: Scene, state: State, events: Events, token: str) -> None:
    """The buyer looks at a card with goods or a coupon and decides."""
    if token in state.done:
        return
    state.done[token] = state.n
    announce(scene, state, token)
    if state.flow not in ("asking", "considering"):
        return
    bubbles: list[str] = []
    weigh_goods(scene, state, bubbles, frozenset({token}))
    standing = is_haggling(state) or any(
        ask.id in state.asked and not is_answered(state, ask.acts) and ask.when(state) for ask in scene.case.asks)
    decide(scene, state, events, bubbles, standing or begin_haggling(scene, state, bubbles), tried=True)
    if bubbles:
        say(state, events, *bubbles)
        _wait_or_not(scene, state)


def _wait_or_not(scene: Scene, state: State) -> None:
    if state.flow == "paid" or state.flow == "ordered" and not is_haggling(state) or "tried_again" in state.happened:
        settle(state)
    else:
        wait_for_answer(scene, state)


def react_to_sale(scene: Scene, state: State, events: Events, heard: Heard, fresh: frozenset[str], bubbles: list[str]) -> None:
    """Answer a reply of a sale; faults have been minded and facts told before."""
    if state.flow in ("paid", "lost"):
        say(state, events, *(bubbles or [scene.phrase(state, "gone" if state.flow == "lost" else "thanks")]))
        settle(state)
        return
    told = bool(bubbles)
    told |= weigh_goods(scene, state, bubbles, fresh)
    if state.flow == "ordered":
        _while_unpaid(scene, state, events, heard, bubbles)
        return
    open_question = _raise(scene, state, heard, bubbles) or haggle(scene, state, bubbles, heard)
    if ORDER_FIRST in heard.told and any(not one.extra for one in chosen(sale_of(scene), state)):
        place_order(scene, state, events, bubbles, pays=False)
    else:
        decide(scene, state, events, bubbles, open_question, bool(heard.acts & ATTEMPTS or fresh & heard.told))
    if not (told or fresh or heard.faults or bubbles):
        annoy(state, 1)
        bubbles.insert(0, scene.phrase(state, "stale"))
    say(state, events, *(bubbles or [scene.phrase(state, "sale_thanks")]))
    _wait_or_not(scene, state)


def _raise(scene: Scene, state: State, heard: Heard, bubbles: list[str]) -> bool:
    before = state.asked
    if not raise_question(scene, state, bubbles):
        return False
    if state.asked == before and not heard.faults:
        annoy(state, 1)
    return True


def _while_unpaid(scene: Scene, state: State, events: Events, heard: Heard, bubbles: list[str]) -> None:
    if "urge_payment" in heard.acts and not bubbles:
        state.done.setdefault("urge_payment", state.n)
        urged(scene, state, events)
        return
    if raise_question(scene, state, bubbles):
        say(state, events, *bubbles)
        wait_for_answer(scene, state)
        return
    haggled = is_haggling(state)
    open_bid = haggled and haggle(scene, state, bubbles, heard)
    if not open_bid and (haggled or "urged:1" in state.happened):
        pay_order(scene, state, events, bubbles)
    say(state, events, *(bubbles or [scene.phrase(state, "thanks")]))
    _wait_or_not(scene, state)

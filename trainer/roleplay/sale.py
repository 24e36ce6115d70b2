"""What a pre-sale case adds to a case: the shelf, coupons, right prices, own statements, bargaining, wavering, paying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trainer.roleplay.conditions import Condition
from trainer.roleplay.state import State

PAYS = ("at_once", "urged")


@dataclass(frozen=True, slots=True)
class Goods:
    """One article of the shelf, price in fen; `right` tells whether it fits the need, `takes` whether the buyer would take it."""

    id: str
    name: str
    words: tuple[str, ...]
    price: int
    stock: int
    right: bool
    takes: bool
    extra: bool
    when: Condition
    say: tuple[str, ...]
    attributes: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon of so many fen from a sum on; one that is not public is the shop's own money."""

    id: str
    name: str
    amount: int
    at_least: int
    public: bool


@dataclass(frozen=True, slots=True)
class WrongPrice:
    """A wrong amount that has a name: the mistake behind it."""

    amount: int
    why: str


@dataclass(frozen=True, slots=True)
class Price:
    """A sum the agent has to state: the right amount by condition, the words it goes by, how it is worked out."""

    id: str
    what: str
    words: tuple[str, ...]
    right: tuple[tuple[int, Condition], ...]
    working: str
    must: bool
    wrong: tuple[WrongPrice, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Saying:
    """A statement of this case: every group has a word in one sentence of the reply; a wrong one counts against the agent."""

    id: str
    what: str
    groups: tuple[tuple[str, ...], ...]
    wrong: bool
    fatal: bool
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Bargain:
    """Rounds of haggling, the price in fen that ends it, and the statements that answer like a polite refusal."""

    when: Condition
    rounds: tuple[str, ...]
    takes: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waver:
    """The buyer says he will think about it once; `back` is what brings him round."""

    when: Condition
    say: tuple[str, ...]
    back: Condition


@dataclass(frozen=True, slots=True)
class Sale:
    """Everything that a case before an order adds."""

    shelf: tuple[Goods, ...]
    coupons: tuple[Coupon, ...]
    prices: tuple[Price, ...]
    amounts: frozenset[int]
    says: tuple[Saying, ...]
    bargain: Bargain | None
    waver: Waver | None
    pays: str
    orders: Condition
    order_say: tuple[str, ...]

    def goods(self, goods_id: str) -> Goods | None:
        """An article by its id."""
        return next((one for one in self.shelf if one.id == goods_id), None)

    def coupon(self, coupon_id: str) -> Coupon | None:
        """A coupon by its id."""
        return next((one for one in self.coupons if one.id == coupon_id), None)

    def tokens(self) -> Iterator[str]:
        """Every word under which `done` remembers what was said or shown in this sale."""
        yield from (f"goods:{one.id}" for one in self.shelf)
        yield from (f"coupon:{one.id}" for one in self.coupons)
        yield from (f"price:{one.id}" for one in self.prices)
        yield from (f"say:{one.id}" for one in self.says)
        yield from (ORDER_FIRST, NO_LOWER)

    def marks(self) -> Iterator[str]:
        """Every word under which `happened` remembers how the buyer decided."""
        yield from (f"chose:{one.id}" for one in self.shelf)
        yield from ("wavered", "tried_again", "bargain_done", "price_changed")


ORDER_FIRST = "say:order_first"
"""The agent asks the buyer to place the order first, without paying, so that the price can be changed."""


NO_LOWER = "say:no_lower"
"""The agent says that the price goes no lower: an answer to a bid, whether or not it is put politely."""


def right_price(price: Price, state: State) -> int:
    """The right amount now in fen: the first whose condition holds."""
    return next((amount for amount, when in price.right if when(state)), price.right[-1][0])


def due(sale: Sale, state: State) -> int:
    """What the buyer has to pay now in fen: the changed price, else the first price of the case."""
    if "price_changed" in state.happened:
        return state.asked_fen
    return right_price(sale.prices[0], state) if sale.prices else sum(one.price for one in chosen(sale, state))


def discount(sale: Sale, state: State) -> int:
    """Fen that the shop gave of its own: coupons that are not public, and the cut of a changed price."""
    coupons = sum(one.amount for one in sale.coupons if not one.public and f"coupon:{one.id}" in state.done)
    if "price_changed" not in state.happened:
        return coupons
    return coupons + max(0, unchanged(sale, state) - state.asked_fen)


def unchanged(sale: Sale, state: State) -> int:
    """What would be due in fen had the price not been changed."""
    before = state.copy()
    before.happened = state.happened - {"price_changed"}
    return due(sale, before)


def chosen(sale: Sale, state: State) -> list[Goods]:
    """The goods that the buyer has settled on."""
    return [one for one in sale.shelf if f"chose:{one.id}" in state.happened]

"""Reads the `sale` part of a case file."""

from __future__ import annotations

from collections.abc import Callable

from trainer.content.fields import Reader
from trainer.roleplay.conditions import Condition
from trainer.roleplay.sale import PAYS, Bargain, Coupon, Goods, Price, Sale, Saying, Waver, WrongPrice

ReadCondition = Callable[[Reader, str], Condition]
ReadFen = Callable[..., int]


def read_sale(r: Reader, condition: ReadCondition, fen: ReadFen) -> Sale:
    """The sale of a case; flaws stay with the reader."""
    orders = r.child("orders")
    sale = Sale(
        shelf=tuple(_goods(part, condition, fen) for part in r.children("shelf", low=1)),
        coupons=tuple(_coupon(part, fen) for part in r.children("coupons")),
        prices=tuple(_price(part, condition, fen) for part in r.children("prices")),
        amounts=frozenset(_amounts(r, fen)),
        says=tuple(_saying(part) for part in r.children("says")),
        bargain=_bargain(r.child("bargain"), condition, fen) if r.has("bargain") else None,
        waver=_waver(r.child("waver"), condition) if r.has("waver") else None,
        pays=r.word("pays", PAYS, "at_once"),
        orders=condition(orders, "when"), order_say=orders.texts("say"),
    )
    orders.done()
    r.done()
    if not any(one.right for one in sale.shelf):
        r.flaw("货架上没有一件合适的商品", "至少一件写上 right: true。", "shelf")
    return sale


def _amounts(r: Reader, fen: ReadFen) -> list[int]:
    values = r.texts("amounts")
    return [fen(Reader({"amounts": value}, (*r.path, "amounts", place), r.flaws), "amounts")
            for place, value in enumerate(values)]


def _goods(r: Reader, condition: ReadCondition, fen: ReadFen) -> Goods:
    name = r.text("name", limit=60)
    right = r.flag("right")
    goods = Goods(
        id=r.ident("id"), name=name, words=r.texts("words") or (name,), price=fen(r, "price"),
        stock=r.integer("stock", 0, 10**6, 99), right=right, takes=r.flag("takes", right), extra=r.flag("extra"),
        when=condition(r, "when"), say=r.texts("say"),
        attributes={str(key): str(value) for key, value in r.mapping("attributes").items()}, why=r.text("why", ""))
    r.done()
    return goods


def _coupon(r: Reader, fen: ReadFen) -> Coupon:
    coupon = Coupon(r.ident("id"), r.text("name", limit=60), fen(r, "amount"), fen(r, "at_least", 0), r.flag("public"))
    r.done()
    return coupon


def _price(r: Reader, condition: ReadCondition, fen: ReadFen) -> Price:
    right: list[tuple[int, Condition]] = []
    if isinstance(r.data.get("right"), list):
        for part in r.children("right", low=1):
            right.append((fen(part, "amount"), condition(part, "when")))
            part.done()
    else:
        right.append((fen(r, "right"), lambda _state: True))
    wrong = []
    for part in r.children("wrong"):
        wrong.append(WrongPrice(fen(part, "amount"), part.text("why")))
        part.done()
    price = Price(r.ident("id"), r.text("what", "到手价"), r.texts("words"), tuple(right), r.text("working"),
                  r.flag("must", True), tuple(wrong), r.text("rule", ""))
    r.done()
    return price


def _saying(r: Reader) -> Saying:
    groups = []
    value = r.take("words")
    for group in value if isinstance(value, list) else []:
        words = group if isinstance(group, list) else [group]
        groups.append(tuple(str(word) for word in words))
    if not groups or not all(groups):
        r.flaw("缺少词语", "words 写成几组词，每组在同一句话里至少出现一个，例如 [[缩水, 会缩], [冷水]]。", "words")
    saying = Saying(r.ident("id"), r.text("what", ""), tuple(groups), r.flag("wrong"), r.flag("fatal"), r.text("rule", ""),
                    r.text("why", ""))
    r.done()
    return saying


def _bargain(r: Reader, condition: ReadCondition, fen: ReadFen) -> Bargain:
    bargain = Bargain(condition(r, "when"), r.texts("say", required=True), fen(r, "takes", 0), r.texts("answers"))
    r.done()
    return bargain


def _waver(r: Reader, condition: ReadCondition) -> Waver:
    waver = Waver(condition(r, "when"), r.texts("say", required=True), condition(r, "back"))
    r.done()
    return waver

"""A shop: what it sells, promises and lets its agents decide, as the desk and the lessons show it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from trainer.content.fields import Reader, read
from trainer.content.vocabulary import AGENT_ROLES, PHRASE_STATES, PLATFORMS

CARRIERS = ("express", "ems", "surface_mail")


@dataclass(frozen=True)
class Promise:
    """One thing the shop undertakes; `rule` is its rule in the rulebook, where there is one."""

    text: str
    rule: str = ""


@dataclass(frozen=True)
class Limit:
    """Yuan that a role may promise without asking."""

    refund: Decimal
    compensation: Decimal


@dataclass(frozen=True)
class Courier:
    """A carrier the shop ships with."""

    name: str
    code: str
    regions: str = ""
    days: int = 3


@dataclass(frozen=True)
class Good:
    """One article with its questions and answers."""

    id: str
    name: str
    price: Decimal
    stock: int = 0
    free_shipping: bool = False
    details: tuple[tuple[str, str], ...] = ()
    faq: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Phrase:
    """A quick phrase; stale and forbidden ones are in the pack on purpose."""

    key: str
    group: str
    text: str
    state: str = "ok"


@dataclass(frozen=True)
class Shop:
    """A shop as written; `data` is its mapping."""

    id: str
    name: str
    platform: str
    category: str
    intro: str
    promises: tuple[Promise, ...]
    authority: dict[str, Limit]
    couriers: tuple[Courier, ...]
    return_address: dict[str, str]
    goods: tuple[Good, ...]
    phrases: tuple[Phrase, ...]
    rules: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> "Shop":
        """Read a shop; raises FlawedContent with every flaw."""
        return read(data, cls.build)

    @classmethod
    def build(cls, reader: Reader) -> "Shop":
        """The shop as far as it can be read; flaws stay with the reader."""
        address = reader.child("return_address")
        shop = cls(
            id=reader.ident("id"),
            name=reader.text("name", limit=60),
            platform=reader.word("platform", PLATFORMS),
            category=reader.text("category", "通用", limit=40),
            intro=reader.text("intro", ""),
            promises=tuple(_promise(one) for one in reader.children("promises", short="text")),
            authority=_authority(reader.child("authority")),
            couriers=tuple(_courier(one) for one in reader.children("couriers")),
            return_address={name: address.text(name, "") for name in ("name", "phone", "address")},
            goods=tuple(_good(one) for one in reader.children("goods")),
            phrases=tuple(_phrase(one) for one in reader.children("phrases")),
            rules=reader.texts("rules"),
            data=dict(reader.data),
        )
        reader.text("note", "")
        address.done()
        reader.done()
        return shop

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping: as written, in the order of the format."""
        names = (
            "id",
            "name",
            "platform",
            "category",
            "intro",
            "promises",
            "authority",
            "couriers",
            "return_address",
            "goods",
            "phrases",
            "rules",
            "note",
        )
        return {name: self.data[name] for name in names if self.data.get(name) not in (None, [], "")}


def _promise(reader: Reader) -> Promise:
    promise = Promise(reader.text("text", limit=200), reader.text("rule", ""))
    reader.done()
    return promise


def _authority(reader: Reader) -> dict[str, Limit]:
    limits = {}
    for role in AGENT_ROLES:
        if reader.has(role):
            one = reader.child(role)
            limits[role] = Limit(one.number("refund"), one.number("compensation"))
            one.done()
        reader.take(role)
    reader.done()
    return limits


def _courier(reader: Reader) -> Courier:
    courier = Courier(
        reader.text("name", limit=40),
        reader.word("code", CARRIERS, "express"),
        reader.text("regions", ""),
        reader.integer("days", 1, 60, 3),
    )
    reader.done()
    return courier


def _good(reader: Reader) -> Good:
    details = tuple((str(name), str(value)) for name, value in reader.mapping("details").items())
    faq = []
    for one in reader.children("faq"):
        faq.append((one.text("ask"), one.text("say")))
        one.done()
    good = Good(
        id=reader.ident("id"),
        name=reader.text("name", limit=80),
        price=reader.number("price"),
        stock=reader.integer("stock", 0, 10**6, 0),
        free_shipping=reader.flag("free_shipping"),
        details=details,
        faq=tuple(faq),
    )
    reader.done()
    return good


def _phrase(reader: Reader) -> Phrase:
    phrase = Phrase(
        reader.text("key", limit=20),
        reader.text("group", limit=20),
        reader.text("text", limit=500),
        reader.word("state", PHRASE_STATES, "ok"),
    )
    reader.done()
    return phrase

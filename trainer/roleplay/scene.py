"""A case made ready to play: one variant, one seed, its figures filled in and its decisions at hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from trainer.content.fields import read_moment
from trainer.roleplay.case import OFFERS, Case, fill, variant_count, variant_values
from trainer.roleplay.case_reading import load_case
from trainer.roleplay.flow import DEADLINES
from trainer.roleplay.moves import EVIDENCE
from trainer.roleplay.phrases import PHRASES
from trainer.roleplay.state import State

RETURN_CLOCK = {"returned_at": "return_tracking_at", "goods_received_at": "return_signed_at"}
"""What Douyin's time for refunding counts from, by the times of the machine; it is shorter than the law's and takes its place."""


class Judge(Protocol):
    """What the machine asks of the rules: one decision, and a text with its figures filled in."""

    def answer(self, ask: str, platform: str, as_of: datetime, facts: Mapping[str, Any]) -> Ruling | None:
        """The decision, or None where the platform or the moment has none."""

    def render(self, text: str, as_of: datetime) -> str:
        """The text with {{rule#figure}} replaced."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision's answer and the rule it rests on."""

    answer: Mapping[str, Any]
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the rulebook: the last minute in time, how people read it, the rule, what follows."""

    name: str
    minute: int
    at: str
    rule: str
    then: str


@dataclass(slots=True)
class Scene:
    """A bound case; it holds nothing that changes except caches."""

    case: Case
    seed: int
    variant_no: int
    judge: Judge
    start: datetime
    words: frozenset[str]
    digest: str
    _rulings: dict[tuple[Any, ...], Deadline | None] = field(default_factory=dict)
    _phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def moment(self, minute: int) -> datetime:
        """The Beijing moment of a minute of the case."""
        return self.start + timedelta(minutes=minute)

    def iso(self, minute: int) -> str:
        """The same as ISO text."""
        return self.moment(minute).isoformat()

    def given(self, key: str) -> Any:
        """A fact of the case by its dotted name, or None."""
        value: Any = self.case.facts_given
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def facts(self, state: State) -> dict[str, Any]:
        """The facts for decisions as they stand now."""
        facts = {key: dict(value) if isinstance(value, Mapping) else value
                 for key, value in self.case.facts_given.items()}
        claim = facts.setdefault("claim", {})
        for name, minute in state.times:
            if name in RETURN_CLOCK and self.case.platform == "douyin":
                facts[RETURN_CLOCK[name]] = self.iso(minute)
            elif name == "goods_received_at":
                facts[name] = self.iso(minute)
            if name != "goods_received_at":
                claim[name] = self.iso(minute)
        return facts

    def deadline(self, name: str, state: State) -> Deadline | None:
        """When the rulebook's deadline of this name falls, None where no rule speaks."""
        key = (name, state.times)
        if key not in self._rulings:
            self._rulings[key] = self._deadline(name, state)
        return self._rulings[key]

    def _deadline(self, name: str, state: State) -> Deadline | None:
        spec = DEADLINES[name]
        ruling = self.judge.answer(spec.ask, self.case.platform, self.start, self.facts(state))
        value = ruling.answer.get(spec.field) if ruling else None
        if ruling is None or value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        minute = int((moment - self.start).total_seconds() // 60)
        return Deadline(name, minute, moment.isoformat(), ruling.rule, spec.then)

    def compensation(self, state: State) -> int:
        """What the platform has the shop pay for late or missing goods, in fen; 0 for any other claim."""
        if self.given("claim.reason") not in ("late_shipment", "out_of_stock"):
            return 0
        ruling = self.judge.answer("shipping.compensation", self.case.platform, self.start, self.facts(state))
        amount = ruling.answer.get("amount") if ruling else None
        return int(Decimal(str(amount)) * 100) if amount else 0

    def phrase(self, state: State, kind: str, own: tuple[str, ...] = ()) -> str:
        """The buyer's next line of a kind: in the seed's order, none twice before all are used."""
        lines = own or self._ordered(kind)
        count = state.spoken.get(kind, 0)
        state.spoken[kind] = count + 1
        return lines[count % len(lines)]

    def _ordered(self, kind: str) -> tuple[str, ...]:
        if kind not in self._phrases:
            lines = self.case.buyer.lines.get(kind) or PHRASES[kind].get(self.case.buyer.temper) or PHRASES[kind]["any"]
            self._phrases[kind] = tuple(sorted(lines, key=lambda line: draw(self.seed, self.case.id, kind, line)))
        return self._phrases[kind]


ENGINE_VERSION = "1"
"""Raised when the machine changes what a case comes to; stored sessions keep the one they were played with."""


ASIDE = frozenset({"solutions", "title", "summary", "brief", "learn", "minutes", "note", "level", "topics", "pool"})


def digest(raw: Mapping[str, Any]) -> str:
    """What a case comes to rests on: what it says, scripts and introductions aside, and the machine."""
    raw = {key: value for key, value in raw.items() if key not in ASIDE}
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(f"{ENGINE_VERSION}\n{text}".encode()).hexdigest()


def draw(*parts: object) -> int:
    """A number that depends on the parts alone, the same on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def make_scene(case: Case, seed: int, judge: Judge, variant_no: int | None = None) -> Scene:
    """The case bound to a variant (from the seed unless given), its figures rendered for its moment."""
    number = (seed if variant_no is None else variant_no) % variant_count(case.raw)
    start = read_moment(case.as_of)
    rendered = _render(case.raw, judge, start)
    bound = load_case(_settle(rendered, number))
    words = _named(bound.raw) | (frozenset(bound.sale.tokens()) | {"urge_payment", "change_price"} if bound.sale else frozenset())
    return Scene(bound, seed, number, judge, start, words, digest(case.raw))


def _settle(raw: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    filled: Mapping[str, Any] = fill(raw, variant_values(raw, number))
    return filled


def _render(value: Any, judge: Judge, as_of: datetime) -> Any:
    if isinstance(value, str):
        return judge.render(value, as_of) if "{{" in value else value
    if isinstance(value, Mapping):
        return {key: _render(item, judge, as_of) for key, item in value.items()}
    return [_render(item, judge, as_of) for item in value] if isinstance(value, list) else value


ALWAYS = frozenset({"reply", "agree_refund", "agree_return", "offer_exchange", "reship", "repair", "contact_courier",
                    "work_order:courier", "intercept", "issue_invoice", "extend_receipt", *OFFERS,
                    *(f"request_evidence:{kind}" for kind in EVIDENCE)})


def _named(raw: Mapping[str, Any]) -> frozenset[str]:
    """The words that the machine or any condition of the case asks for; nothing else can change what follows."""
    found: set[str] = set(ALWAYS)
    parts: list[Any] = [value for key, value in raw.items() if key != "solutions"]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, Mapping):
            parts.extend(value for key, value in part.items() if key not in ("id", "facts") or isinstance(value, list))
        elif isinstance(part, list):
            parts.extend(part)
    return frozenset(found)

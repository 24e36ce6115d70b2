"""The state of one conversation: a value that is copied, never changed in place from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

PARTIES = ("buyer", "shop", "carrier", "platform")


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that moved, in fen; `owed` tells that the rules or the order require it."""

    payer: str
    payee: str
    fen: int
    what: str
    owed: bool
    turn: int


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that counts against the agent, with its turn and rule; `points` are thousandths taken off."""

    code: str
    turn: int
    points: int
    rule: str
    why: str
    fatal: bool = False
    spoken: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Something that will happen at a minute: a deadline passing, an answer arriving, the buyer's patience."""

    at: int
    kind: str
    name: str


@dataclass(slots=True)
class State:
    """All that a conversation is at a moment; times are minutes since the case opened."""

    mood: int = 0
    patience: int = 3
    at: int = 0
    n: int = 0
    flow: str = "none"
    asked_fen: int = 0
    waiting_since: int = -1
    first_reply: int = -1
    turn_from: int = 0
    returned: str = ""
    ended: str = ""
    raised_authority: bool = False
    recorded: tuple[tuple[str, str], ...] = ()
    known: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    happened: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    times: tuple[tuple[str, int], ...] = ()
    agenda: tuple[Due, ...] = ()
    ledger: tuple[Entry, ...] = ()
    slips: tuple[Slip, ...] = ()
    acts: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    open_texts: tuple[str, ...] = ()
    open_at: tuple[int, ...] = ()
    held: tuple[tuple[str, ...], ...] = ()
    since: int = -1
    last_said: str = ""
    last_buyer: str = ""

    def copy(self) -> State:
        """An independent copy; the inner dictionaries are copied too."""
        twin = State.__new__(State)
        for name in _NAMES:
            setattr(twin, name, getattr(self, name))
        twin.acts, twin.done, twin.spoken = dict(self.acts), dict(self.done), dict(self.spoken)
        return twin

    def key(self, pairs: tuple[tuple[str, str], ...], words: frozenset[str]) -> tuple[Any, ...]:
        """What decides the future and the score: what lies ahead counts by roughly how far off it is (answers by the
        half hour, deadlines by the half day, the buyer's next push not at all); of the order of things only the pairs
        count, and of facts and deeds those that the words name."""
        return (
            self.mood, self.patience, self.flow, self.asked_fen, self.waiting_since >= 0, self.returned, self.ended,
            self.raised_authority, self.recorded, self.held, self.known & words, self.agreed, self.evidence, self.happened, self.asked,
            tuple(_ahead(due, self.at) for due in self.agenda), self.first_reply >= 0,
            tuple((entry.payer, entry.payee, entry.fen, entry.owed) for entry in self.ledger),
            tuple(sorted(slip.code for slip in self.slips)), frozenset(self.acts.keys() & words), frozenset(self.done.keys() & words),
            tuple(self.came_first(one, other) for one, other in pairs),
        )

    def came_first(self, one: str, other: str) -> bool:
        """True where `one` was done, and before `other` if that was done at all."""
        return one in self.done and (other not in self.done or self.done[one] < self.done[other])

    def balances(self) -> dict[str, int]:
        """What each party has gained or lost in fen; the sum over all is always 0."""
        totals = dict.fromkeys(PARTIES, 0)
        for entry in self.ledger:
            totals[entry.payer] -= entry.fen
            totals[entry.payee] += entry.fen
        return totals

    def to_dict(self) -> dict[str, Any]:
        """The state as JSON-able data."""
        shown: dict[str, Any] = {}
        for name in _NAMES:
            value = getattr(self, name)
            if isinstance(value, frozenset):
                value = sorted(value)
            elif isinstance(value, tuple):
                value = [_plain(item) for item in value]
            elif isinstance(value, dict):
                value = dict(value)
            shown[name] = value
        return shown

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> State:
        """The state that to_dict wrote."""
        values = dict(data)
        for name in ("known", "agreed", "evidence", "happened", "asked"):
            values[name] = frozenset(values[name])
        for name in ("recorded", "times"):
            values[name] = tuple((str(key), value) for key, value in values[name])
        values["agenda"] = tuple(Due(*item) for item in values["agenda"])
        values["ledger"] = tuple(Entry(*item) for item in values["ledger"])
        values["slips"] = tuple(Slip(*item) for item in values["slips"])
        values["open_texts"] = tuple(values["open_texts"])
        values["open_at"] = tuple(values.get("open_at", ()))
        values["held"] = tuple(tuple(part) for part in values.get("held", ()))
        for name in ("acts", "done", "spoken"):
            values[name] = dict(values[name])
        return cls(**values)


def _ahead(due: Due, now: int) -> tuple[str, str, int]:
    grain = {"deadline": 720, "push": 0}.get(due.kind, 30)
    return due.kind, due.name, (due.at - now) // grain if grain else 0


def _plain(item: object) -> object:
    if isinstance(item, Entry | Slip | Due):
        return [getattr(item, part.name) for part in fields(item)]
    return list(item) if isinstance(item, tuple) else item


_NAMES = tuple(part.name for part in fields(State))

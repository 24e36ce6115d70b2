"""Plans: for each decision and platform, which rules may speak to which field; and what is left of them in one case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from trainer.rules.expressions import Expression
from trainer.rules.functions import Run
from trainer.rules.record import Rule
from trainer.rules.spec import DecisionSpec, Slot
from trainer.rules.straight import Code, Explain, explain_code, key_code
from trainer.rules.texts import Filler


@dataclass(frozen=True, slots=True)
class Beaten:
    """Why a candidate goes before another one, where `when` holds."""

    reason: str
    when: Expression | None


@dataclass(slots=True, eq=False)
class Speaker:
    """One rule in one decision: when it speaks and its reason in words, a text cut at what is filled in."""

    rule: Rule
    id: str
    rank: int
    start: datetime | None
    end: datetime | None
    when: Expression | None
    parts: tuple[str | Filler, ...]
    source: dict[str, str]
    explain: Explain = field(init=False, repr=False)
    told: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.explain = self._explain_first

    def in_force(self, moment: datetime) -> bool:
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)

    def figures_at(self, moment: datetime) -> Mapping[str, Any]:
        """What the rule's figures are in its expressions at this moment."""
        return {name: self.rule.figure(name, moment).computed for name in self.rule.figures}

    def changes(self) -> set[datetime]:
        """The moments at which the rule begins, ends or has a new figure."""
        figures = (figure.since for versions in self.rule.figures.values() for figure in versions[1:])
        days = {day.moment for day in figures if day is not None}
        return days | {moment for moment in (self.start, self.end) if moment is not None}

    def explain_slowly(self, values: Mapping[str, Any], moment: datetime) -> str:
        """The reason in words, filled in piece by piece."""
        return "".join([part if isinstance(part, str) else part(values, moment) for part in self.parts])

    def _explain_first(self, values: Mapping[str, Any], moment: datetime) -> str:
        """The same; a text without open places is kept as it is, one that is asked for often gets code of its own."""
        text = self.explain_slowly(values, moment)
        self.told += 1
        if all(isinstance(part, str) for part in self.parts):
            self.explain = lambda values, moment: text
        elif self.told >= _TOLD_OFTEN:
            self.explain = explain_code(self.parts, self.explain_slowly)
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One rule that may decide one field; `value` is None for a pitfall that only gets named."""

    speaker: Speaker
    value: Expression | None
    loser: bool
    rests_on: tuple[str, ...]
    beats: Mapping[str, Beaten]


@dataclass(slots=True, eq=False)
class Voice:
    """A candidate in one stretch of time in which nothing changes: everything a settling needs, close at hand."""

    speaker: Speaker
    rule: str
    rank: int
    loser: bool
    shop: str | None
    when: Expression | None
    value: Expression | None
    figures: Mapping[str, Any]
    rests_on: tuple[str, ...]
    beats: Mapping[str, Beaten]


@dataclass(frozen=True, slots=True)
class SlotPlan:
    slot: Slot
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Focus:
    """One field with the rules that may still speak; `grounds` are what each rule in force rests on.

    `lone` is the one rule that is left and certain to speak, where there is only one and one is enough.
    """

    slot: Slot
    key: str
    step: Decimal | None
    voices: tuple[Voice, ...]
    grounds: tuple[tuple[str, ...], ...]
    lone: Voice | None


class Situation:
    """What is left of a plan in one stretch of time and for one combination of words and flags.

    `code` is its settling as a function, once it was asked often enough to be worth writing.
    """

    __slots__ = ("code", "fields", "uses")

    def __init__(self, fields: tuple[Focus, ...]) -> None:
        self.fields = fields
        self.uses = 0
        self.code: Code | None = None


class Epoch:
    """A stretch of time in which no rule of a plan begins, ends or changes a figure.

    Whether a rule speaks often hangs only on words and flags of the case; that is worked out once for each
    combination of them and remembered.
    """

    def __init__(self, plan: Plan, moment: datetime) -> None:
        self._slots = tuple((each.slot, _voices(each, moment)) for each in plan.slots)
        facts = plan.spec.facts
        finite = {name for name, fact in facts.items() if fact.kind in _FINITE} | {"platform"}
        whens = [each.speaker.when for plan_slot in plan.slots for each in plan_slot.candidates]
        used = [when for when in whens if when is not None and self._is_settled(when, finite, facts)]
        self._settled = set(map(id, used))
        valued = {name for when in used for name in when.valued if name in facts}
        asked = {name for when in used for name in when.names - when.valued if name in facts}
        self._shops = {voice.shop for _, voices in self._slots for voice in voices} - {None}
        self._key = key_code(sorted(valued | {"shop"} if self._shops else valued - {"shop"}), sorted(asked))
        self._memory: dict[Any, Situation] = {}

    @staticmethod
    def _is_settled(when: Expression, finite: set[str], facts: Mapping[str, Any]) -> bool:
        valued = {name for name in when.valued if not name.startswith("figure.")}
        return valued <= finite and all(name in facts or name in finite for name in when.names - when.valued)

    def situation(self, values: Mapping[str, Any], run: Run) -> Situation:
        """The fields in order, each with the rules that may speak in this case, the strongest first."""
        key = self._key(values if not self._shops or values["shop"] in self._shops else {**values, "shop": None})
        found = self._memory.get(key)
        if found is None:
            found = Situation(tuple(self._focus(slot, voices, values, run) for slot, voices in self._slots))
            if len(self._memory) < _REMEMBERED:
                self._memory[key] = found
        return found

    def _focus(self, slot: Slot, voices: tuple[Voice, ...], values: Mapping[str, Any], run: Run) -> Focus:
        here = [voice for voice in voices if voice.shop is None or voice.shop == values["shop"]]
        kept = []
        for voice in here:
            if voice.when is None or id(voice.when) not in self._settled:
                kept.append(voice)
            elif voice.when.call(values, voice.figures, run):
                kept.append(replace(voice, when=None))
        grounds = tuple(voice.rests_on for voice in here if not voice.loser)
        lone = kept[0] if len(kept) == 1 and slot.combine == "one" else None
        certain = lone is not None and lone.when is None and lone.value is not None and not lone.loser
        return Focus(slot, slot.key, slot.step, tuple(kept), grounds, lone if certain else None)


_FINITE = ("choice", "choices", "flag")
_REMEMBERED = 4096
_RECENT = 256
_TOLD_OFTEN = 128


class Plan:
    """All that answers one decision on one platform."""

    def __init__(self, spec: DecisionSpec, platform: str, slots: tuple[SlotPlan, ...]) -> None:
        self.spec = spec
        self.platform = platform
        self.slots = slots
        self.shown = tuple(
            (slot.name, slot.key, None if slot.kind in ("flag", "choice") else slot.plain) for slot in spec.answer_fields
        )
        changes = {moment for plan in slots for each in plan.candidates for moment in each.speaker.changes()}
        self._changes = sorted(changes)
        self._epochs: dict[int, Epoch] = {}
        self._recent: dict[datetime, Epoch] = {}

    def without(self, gone: frozenset[str]) -> Plan:
        """The plan as if these rules did not exist."""
        kept = (
            SlotPlan(each.slot, tuple(c for c in each.candidates if c.speaker.rule.id not in gone))
            for each in self.slots
        )
        return Plan(self.spec, self.platform, tuple(kept))

    def epoch(self, moment: datetime) -> Epoch:
        """What holds at `moment`."""
        found = self._recent.get(moment)
        if found is None:
            index = bisect_right(self._changes, moment)
            found = self._epochs.get(index)
            if found is None:
                found = self._epochs[index] = Epoch(self, moment)
            if len(self._recent) < _RECENT:
                self._recent[moment] = found
        return found


def _voices(plan: SlotPlan, moment: datetime) -> tuple[Voice, ...]:
    return tuple(
        Voice(
            each.speaker,
            each.speaker.rule.id,
            each.speaker.rank,
            each.loser,
            each.speaker.rule.shop,
            each.speaker.when,
            each.value,
            each.speaker.figures_at(moment),
            each.rests_on,
            each.beats,
        )
        for each in plan.candidates
        if each.speaker.in_force(moment)
    )

"""From rules to plans: for each decision and platform, which rules may speak to which field, compiled once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from trainer.rules.expressions import Compiled, Expression, ExpressionError, compile_expression
from trainer.rules.functions import Run
from trainer.rules.problems import Problem
from trainer.rules.record import Rule
from trainer.rules.spec import SLOT_KINDS, DecisionSpec, Slot
from trainer.rules.texts import Filler, Reference, pieces, template, value_filler
from trainer.rules.types import BOOL, Type
from trainer.rules.vocabulary import AUTHORITIES, UNITS

_UNIT_TYPES = {"span": "span", "number": "number", "share": "number", "clock": "span", "date": "time"}


@dataclass(frozen=True, slots=True)
class Beaten:
    """Why a candidate goes before another one, where `when` holds."""

    reason: str
    when: Compiled | None


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """One rule in one decision: when it speaks and its reason in words."""

    rule: Rule
    id: str
    rank: int
    start: datetime | None
    end: datetime | None
    when: Expression | None
    text: str
    fillers: tuple[Filler, ...]
    source: Mapping[str, str]

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

    def explain(self, values: Mapping[str, Any], moment: datetime) -> str:
        return self.text % tuple([fill(values, moment) for fill in self.fillers]) if self.fillers else self.text


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
    when: Compiled | None
    value: Compiled | None
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
        self._settled = {when.call for when in used}
        valued = sorted({name for when in used for name in when.valued if name in facts} | {"shop"})
        self._valued = itemgetter(*valued)
        self._asked = tuple(sorted({name for when in used for name in when.names - when.valued if name in facts}))
        self._shops = {voice.shop for _, voices in self._slots for voice in voices} | {None}
        self._memory: dict[Any, tuple[Focus, ...]] = {}

    @staticmethod
    def _is_settled(when: Expression, finite: set[str], facts: Mapping[str, Any]) -> bool:
        valued = {name for name in when.valued if not name.startswith("figure.")}
        return valued <= finite and all(name in facts or name in finite for name in when.names - when.valued)

    def focus(self, values: Mapping[str, Any], run: Run) -> tuple[Focus, ...]:
        """The fields in order, each with the rules that may speak in this case, the strongest first."""
        key = self._valued(values if values["shop"] in self._shops else {**values, "shop": None})
        if self._asked:
            key = (key, *[values[name] is None for name in self._asked])
        found = self._memory.get(key)
        if found is None:
            found = tuple(self._focus(slot, voices, values, run) for slot, voices in self._slots)
            if len(self._memory) < _REMEMBERED:
                self._memory[key] = found
        return found

    def _focus(self, slot: Slot, voices: tuple[Voice, ...], values: Mapping[str, Any], run: Run) -> Focus:
        here = [voice for voice in voices if voice.shop is None or voice.shop == values["shop"]]
        kept = []
        for voice in here:
            if voice.when not in self._settled:
                kept.append(voice)
            elif voice.when(values, voice.figures, run):
                kept.append(replace(voice, when=None))
        grounds = tuple(voice.rests_on for voice in here if not voice.loser)
        lone = kept[0] if len(kept) == 1 and slot.combine == "one" else None
        certain = lone is not None and lone.when is None and lone.value is not None and not lone.loser
        return Focus(slot, slot.key, slot.step, tuple(kept), grounds, lone if certain else None)


_FINITE = ("choice", "choices", "flag")
_REMEMBERED = 4096


class Plan:
    """All that answers one decision on one platform."""

    def __init__(self, spec: DecisionSpec, platform: str, slots: tuple[SlotPlan, ...]) -> None:
        self.spec = spec
        self.platform = platform
        self.slots = slots
        self.shown = tuple((slot.name, slot.key, slot.plain) for slot in spec.slots if not slot.hidden)
        changes = {moment for plan in slots for each in plan.candidates for moment in each.speaker.changes()}
        self._changes = sorted(changes)
        self._epochs: dict[int, Epoch] = {}

    def without(self, gone: frozenset[str]) -> Plan:
        """The plan as if these rules did not exist."""
        kept = (
            SlotPlan(each.slot, tuple(c for c in each.candidates if c.speaker.rule.id not in gone))
            for each in self.slots
        )
        return Plan(self.spec, self.platform, tuple(kept))

    def epoch(self, moment: datetime) -> Epoch:
        """What holds at `moment`."""
        index = bisect_right(self._changes, moment)
        found = self._epochs.get(index)
        if found is None:
            found = Epoch(self, moment)
            self._epochs[index] = found
        return found


def _voices(plan: SlotPlan, moment: datetime) -> tuple[Voice, ...]:
    return tuple(
        Voice(
            each.speaker,
            each.speaker.rule.id,
            each.speaker.rank,
            each.loser,
            each.speaker.rule.shop,
            each.speaker.when.call if each.speaker.when else None,
            each.value.call if each.value else None,
            each.speaker.figures_at(moment),
            each.rests_on,
            each.beats,
        )
        for each in plan.candidates
        if each.speaker.in_force(moment)
    )


class Planner:
    """Compiles rules into plans; every flaw is added to `problems`."""

    def __init__(self, rules: Mapping[str, Rule], specs: Mapping[str, DecisionSpec], problems: list[Problem]) -> None:
        self.rules = rules
        self.specs = specs
        self.problems = problems
        self.names = {ask: self._names(spec) for ask, spec in specs.items()}
        self.slots = {slot.id: slot for spec in specs.values() for slot in spec.slots}

    def plans(self) -> dict[tuple[str, str], Plan]:
        """The plan of every (ask, platform)."""
        candidates: dict[str, list[Candidate]] = {}
        for rule_id in sorted(self.rules):
            self._add(self.rules[rule_id], candidates)
        made = {}
        for ask, spec in self.specs.items():
            for platform in spec.platforms:
                made[ask, platform] = Plan(
                    spec, platform, tuple(self._slot_plan(s, platform, candidates) for s in spec.slots)
                )
        return made

    def _slot_plan(self, slot: Slot, platform: str, candidates: Mapping[str, list[Candidate]]) -> SlotPlan:
        found = [
            each
            for each in candidates.get(slot.id, ())
            if platform in each.speaker.rule.platforms or "general" in each.speaker.rule.platforms
        ]
        return SlotPlan(slot, tuple(sorted(found, key=_strength)))

    def _names(self, spec: DecisionSpec) -> dict[str, Type]:
        names = spec.names()
        for each in spec.derived:
            other = self.specs.get(each.ask)
            for slot in other.slots if other else ():
                if slot.name == each.slot:
                    names[f"derived.{each.name}"] = slot.type
        return names

    def _add(self, rule: Rule, candidates: dict[str, list[Candidate]]) -> None:
        for ask in dict.fromkeys(slot.rpartition(".")[0] for slot in rule.decides):
            spec = self.specs.get(ask)
            known = {slot.id for slot in spec.slots} if spec else set()
            wanted = [slot for slot in rule.decides if slot.rpartition(".")[0] == ask]
            strange = [slot for slot in wanted if slot not in known]
            if spec is None or strange:
                allowed = "、".join(sorted(known)) or "、".join(self.specs)
                self._flaw(rule, "decides", f"没有「{(strange or wanted)[0]}」这个判断字段", f"可用：{allowed}")
                continue
            names = {**self.names[ask], **_figure_types(rule)}
            groups = [frozenset(group) for group in spec.one_of]
            when = self._compile(rule, "when", rule.when, names, groups)
            if when is not None and when.type != BOOL:
                self._flaw(rule, "when", f"when 要得出是非，这里得出{when.type}", "")
            speaker = self._speaker(rule, spec, when)
            for slot in wanted:
                candidates.setdefault(slot, []).append(
                    self._candidate(rule, speaker, self.slots[slot], spec, names, groups)
                )

    def _compile(
        self, rule: Rule, key: str, text: str | None, names: Mapping[str, Type], groups: list[frozenset[str]]
    ) -> Expression | None:
        if text is None:
            return None
        try:
            return compile_expression(text, names, groups)
        except ExpressionError as error:
            self._flaw(rule, key.split(" ")[0], f"{key} {error.message}", f"写的是:{text.strip()[:80]}")
            return None

    def _speaker(self, rule: Rule, spec: DecisionSpec, when: Expression | None) -> Speaker:
        start, end = rule.effective.start, rule.effective.end
        return Speaker(
            rule,
            rule.id,
            AUTHORITIES[rule.authority],
            start.moment if start else None,
            end.moment if end else None,
            when,
            *self._text(rule, spec),
            {"document": rule.source.document, "section": rule.source.section},
        )

    def _candidate(
        self,
        rule: Rule,
        speaker: Speaker,
        slot: Slot,
        spec: DecisionSpec,
        names: Mapping[str, Type],
        groups: list[frozenset[str]],
    ) -> Candidate:
        value = self._compile(rule, f"then {slot.name}", rule.then.get(slot.id), names, groups)
        if value is not None:
            self._check_value(rule, slot, value)
        read = (value.names if value else frozenset()) | (speaker.when.names if speaker.when else frozenset())
        rests_on = tuple(sorted(name for name in read if name.startswith(("answer.", "derived."))))
        self._check_order(rule, slot, spec, rests_on)
        beats = {
            beat.rule: self._beaten(rule, beat.reason, beat.when, names, groups)
            for beat in rule.beats
            if beat.slot == slot.id
        }
        return Candidate(speaker, value, rule.standing != "decides", rests_on, beats)

    def _beaten(
        self, rule: Rule, reason: str, when: str | None, names: Mapping[str, Type], groups: list[frozenset[str]]
    ) -> Beaten:
        expression = self._compile(rule, "beats", when, names, groups)
        return Beaten(reason, expression.call if expression else None)

    def _check_value(self, rule: Rule, slot: Slot, value: Expression) -> None:
        wanted = SLOT_KINDS[slot.kind]
        if value.type.kind not in (wanted, "unknown"):
            self._flaw(rule, "then", f"then {slot.name} 要得出{Type(wanted)}，这里得出{value.type}", "")
        elif slot.values and value.type.values is not None and value.type.values - set(slot.values):
            strange = "、".join(sorted(value.type.values - set(slot.values)))
            self._flaw(rule, "then", f"then {slot.name} 没有「{strange}」这个取值", f"可用：{'、'.join(slot.values)}")

    def _check_order(self, rule: Rule, slot: Slot, spec: DecisionSpec, rests_on: tuple[str, ...]) -> None:
        order = {f"answer.{each.name}": index for index, each in enumerate(spec.slots)}
        here = order[f"answer.{slot.name}"]
        for name in rests_on:
            if name.startswith("answer.") and order.get(name, 0) >= here:
                self._flaw(rule, "then", f"{slot.name} 不能读 {name}:它还没有算出来", "只能读排在前面的字段")

    def _text(self, rule: Rule, spec: DecisionSpec) -> tuple[str, tuple[Filler, ...]]:
        """The explanation with the caution behind it, and what fills its open places; a text without any is final."""
        text = rule.explain or rule.statement
        if rule.caution:
            text += f"(注意：{rule.caution})"
        try:
            parts = [self._piece(rule, spec, piece) for piece in pieces(text)]
        except ValueError as error:
            self._flaw(rule, "explain", f"explain {error}", "")
            return text, ()
        return template(parts)

    def _piece(self, rule: Rule, spec: DecisionSpec, piece: str | Reference) -> str | Filler:
        if isinstance(piece, str):
            return piece
        if piece.kind != "figure":
            slots = {f"answer.{slot.name}": slot for slot in spec.slots}
            slots.update({f"derived.{d.name}": self.slots[f"{d.ask}.{d.slot}"] for d in spec.derived})
            return value_filler(piece, spec.facts, slots)
        owner = rule if piece.rule is None else self.rules.get(piece.rule)
        if owner is None or piece.name not in owner.figures:
            raise ValueError(f"没有数字「{piece.rule or ''}#{piece.name}」")
        versions = owner.figures[piece.name]
        if len(versions) == 1:
            return versions[0].text
        return lambda _, moment: owner.figure(piece.name, moment).text

    def _flaw(self, rule: Rule, key: str, message: str, remedy: str) -> None:
        line = rule.lines.get(key, rule.lines.get("id", 0))
        self.problems.append(Problem(rule.file, line, f"规则「{rule.id}」：{message}", remedy))


def _strength(candidate: Candidate) -> tuple[int, float, str]:
    """Candidates in the order in which they would win, but for what one rule says of another."""
    speaker = candidate.speaker
    since = -speaker.start.timestamp() if speaker.start else float("inf")
    return (-speaker.rank, since, speaker.rule.id)


def _figure_types(rule: Rule) -> dict[str, Type]:
    types = {}
    for name, versions in rule.figures.items():
        kind = _UNIT_TYPES[UNITS[versions[0].unit].kind]
        types[f"figure.{name}"] = Type(kind, nullable=any(version.value is None for version in versions))
    return types

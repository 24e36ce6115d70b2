"""From rules to plans: compiles every rule's expressions and texts and puts them where they may speak."""

from __future__ import annotations

from collections.abc import Mapping

from trainer.rules.expressions import Expression, ExpressionError, compile_expression
from trainer.rules.plans import Beaten, Candidate, Plan, SlotPlan, Speaker
from trainer.rules.problems import Problem
from trainer.rules.record import Rule
from trainer.rules.spec import SLOT_KINDS, DecisionSpec, Slot
from trainer.rules.texts import FigureFiller, Filler, Reference, joined, pieces, value_filler
from trainer.rules.types import BOOL, Type
from trainer.rules.vocabulary import AUTHORITIES, UNITS

_UNIT_TYPES = {"span": "span", "number": "number", "share": "number", "clock": "span", "date": "time"}


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
            self._flaw(rule, key.split(" ")[0], f"{key} {error.message}", f"写的是：{text.strip()[:80]}")
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
            self._text(rule, spec),
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
        return Beaten(reason, expression)

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
                self._flaw(rule, "then", f"{slot.name} 不能读 {name}：它还没有算出来", "只能读排在前面的字段")

    def _text(self, rule: Rule, spec: DecisionSpec) -> tuple[str | Filler, ...]:
        """The explanation with the caution behind it, cut at what is filled in."""
        text = rule.explain or rule.statement
        if rule.caution:
            text += f"（注意：{rule.caution}）"
        try:
            parts = [self._piece(rule, spec, piece) for piece in pieces(text)]
        except ValueError as error:
            self._flaw(rule, "explain", f"explain {error}", "")
            return (text,)
        return joined(parts)

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
        return FigureFiller(owner, piece.name)

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

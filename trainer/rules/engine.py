"""Answers a decision: which rules speak, which one wins each field, which ones lose and why."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from trainer.rules.expressions import FAILURES, Expression
from trainer.rules.functions import Run
from trainer.rules.plans import Focus, Plan, Situation, Speaker, Voice
from trainer.rules.problems import RuleError
from trainer.rules.spec import Slot
from trainer.rules.straight import Code, settle_code

_TOGETHER = frozenset(("sum", "all", "union", "earliest"))
_ZERO = Decimal(0)
OFTEN = 128
"""After how many times a situation gets code of its own: by then writing it has cost less than it saves."""
MOST_CODE = 2_000
_written = 0


class Because(NamedTuple):
    """A rule that made part of the answer, in words, with its source."""

    rule: str
    text: str
    source: Mapping[str, str]


class Overridden(NamedTuple):
    """A rule that spoke to the same question and lost to `by`."""

    rule: str
    by: str
    reason: str


class Decision:
    """An answer with its trace; `answer` is JSON data, `values` is what the rules computed with.

    The reasons are put into words when they are asked for.
    """

    __slots__ = ("_because", "_overridden", "_settled", "answer", "as_of", "ask", "estimated", "platform", "values")

    def __init__(self, settled: Settling, more: list[Settling]) -> None:
        plan = settled.plan
        self.ask = plan.spec.ask
        self.platform = plan.platform
        self.as_of = settled.moment
        self.values: Mapping[str, Any] = settled.values
        values = settled.values
        self.answer: Mapping[str, Any] = {
            name: values[key] if plain is None else plain(values[key]) for name, key, plain in plan.shown
        }
        self.estimated = settled.run.estimated
        self._settled = (settled, *more) if more else (settled,)
        self._because: tuple[Because, ...] | None = None
        self._overridden: tuple[Overridden, ...] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        mine, theirs = (self.ask, self.platform, self.as_of), (other.ask, other.platform, other.as_of)
        return mine == theirs and self.values == other.values and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Decision({self.ask!r}, {self.platform!r}, {self.as_of.isoformat()}, {self.answer!r})"

    def _spoke(self) -> dict[str, tuple[Speaker, dict[str, Any]]]:
        """Each rule behind the answer once, with the values it spoke about; borrowed decisions come behind."""
        found: dict[str, tuple[Speaker, dict[str, Any]]] = {}
        for settled in self._settled:
            values = settled.values
            for rule, speaker in settled.reasons.items():
                if rule not in found:
                    found[rule] = speaker, values
        return found

    @property
    def because(self) -> tuple[Because, ...]:
        """The rules that made the answer."""
        if self._because is None:
            moment = self.as_of
            self._because = tuple(
                [Because(rule, each.explain(values, moment), each.source) for rule, (each, values) in self._spoke().items()]
            )
        return self._because

    @property
    def overridden(self) -> tuple[Overridden, ...]:
        """The rules that lost."""
        if self._overridden is None:
            self._overridden = tuple(self._lost(self._spoke()))
        return self._overridden

    def _lost(self, spoke: Container[str]) -> list[Overridden]:
        """The losers in order, but for rules that made another part of the answer."""
        found = self._settled[0].lost
        for settled in self._settled[1:]:
            if settled.lost:
                found = {**found, **{rule: each for rule, each in settled.lost.items() if rule not in found}}
        return [each for rule, each in found.items() if rule not in spoke]

    def to_dict(self) -> dict[str, Any]:
        """The answer with its trace as JSON data."""
        spoke, moment = self._spoke(), self.as_of
        because = [
            {"rule": rule, "text": each.explain(values, moment), "source": each.source.copy()}
            for rule, (each, values) in spoke.items()
        ]
        overridden = [{"rule": rule, "by": by, "reason": reason} for rule, by, reason in self._lost(spoke)]
        return {"answer": {**self.answer}, "because": because, "overridden": overridden, "estimated": self.estimated}


class Settling:
    """One run of one plan. `values` holds the facts and grows by the answers."""

    __slots__ = ("lost", "moment", "plan", "reasons", "run", "spoke", "values")

    def __init__(self, plan: Plan, moment: datetime, values: dict[str, Any], run: Run) -> None:
        self.plan = plan
        self.moment = moment
        self.values = values
        self.run = run
        self.reasons: dict[str, Speaker] = {}
        self.lost: dict[str, Overridden] = {}

    def settle(self) -> None:
        """Fill in every field, in the order in which they are declared."""
        situation = self.plan.epoch(self.moment).situation(self.values, self.run)
        code = situation.code
        if code is not None:
            try:
                code(self, self.values, self.run, self.reasons, self.lost)
                return
            except FAILURES:
                self.reasons.clear()  # the walk below meets the same failure and names the rule
                self.lost.clear()
        self.walk(situation)
        _remember(situation)

    def walk(self, situation: Situation) -> None:
        """The same without code of the situation's own: from candidate to candidate."""
        values = self.values
        self.spoke: dict[Speaker, bool] = {}
        for focus in situation.fields:
            lone = focus.lone
            value = self._slot(focus) if lone is None else self._alone(lone)
            if value is not None and focus.step is not None:
                value = value.quantize(focus.step, ROUND_HALF_UP)
            values[focus.key] = value

    def _compute(self, voice: Voice, expression: Expression) -> Any:
        try:
            return expression.call(self.values, voice.figures, self.run)
        except FAILURES as error:
            raise _failure(voice, error) from error

    def _speaks(self, voice: Voice, when: Expression) -> bool:
        known = self.spoke.get(voice.speaker)
        if known is None:
            known = self.spoke[voice.speaker] = bool(self._compute(voice, when))
        return known

    def _alone(self, voice: Voice) -> Any:
        """The value of the only rule that is left."""
        if voice.rests_on and not self._given(voice.rests_on):
            return None
        self.reasons[voice.rule] = voice.speaker
        assert voice.value is not None
        return self._compute(voice, voice.value)

    def _given(self, names: tuple[str, ...]) -> bool:
        """Whether each of these earlier answers has been given."""
        values = self.values
        for name in names:  # noqa: SIM110 - a plain loop is twice as fast here
            if values.get(name) is None:
                return False
        return True

    def _slot(self, focus: Focus) -> Any:
        values, run = self.values, self.run
        speaking = []
        for voice in focus.voices:
            if voice.rests_on and not self._given(voice.rests_on):
                continue
            if voice.when is not None and not self._speaks(voice, voice.when):
                continue
            try:
                speaking.append((voice, None if voice.value is None else voice.value.call(values, voice.figures, run)))
            except FAILURES as error:
                raise _failure(voice, error) from error
        if focus.slot.combine in _TOGETHER:
            return self.combined(focus, speaking)
        return self._single(focus.slot, speaking)

    # --- one rule wins ---

    def _single(self, slot: Slot, speaking: list[tuple[Voice, Any]]) -> Any:
        winner, value = None, None
        for voice, its_value in speaking:
            if voice.loser:
                continue
            if winner is None or self._goes_before(slot, voice, its_value, winner, value):
                winner, value = voice, its_value
        if winner is None:
            return None
        self.reasons[winner.rule] = winner.speaker
        if len(speaking) == 1:
            return value
        for voice, its_value in speaking:
            if voice is not winner:
                self._note(slot, winner, value, voice, its_value)
        return value

    def _goes_before(self, slot: Slot, one: Voice, its: Any, other: Voice, others: Any) -> bool:
        """Whether `one` goes before `other`, which stands before it by authority and date.

        Where each speaks of the other, the one that finds the other void goes before.
        """
        reason = self._beats(one, other)
        if reason is None or (reason != "void" and self._beats(other, one) is not None):
            return False
        if one.rank >= other.rank:
            return True
        return _is_better(slot, its, others)

    def _beats(self, one: Voice, other: Voice) -> str | None:
        beaten = one.beats.get(other.rule)
        if beaten is None or (beaten.when is not None and not self._compute(one, beaten.when)):
            return None
        return beaten.reason

    def _note(self, slot: Slot, winner: Voice, value: Any, loser: Voice, its_value: Any) -> None:
        """Name a loser: one that is beaten by name, or that says something else."""
        if winner.rank < loser.rank:
            return  # A promise that is better for the buyer stands beside the higher rule, which it fulfils.
        reason = self._beats(winner, loser)
        if reason is None:
            if loser.value is not None and slot.settle(its_value) == slot.settle(value):
                return
            worse_promise = winner.rule in loser.beats and winner.rank > loser.rank
            reason = "void" if worse_promise else _ladder(winner.speaker, loser.speaker)
        self._lose(loser.speaker, winner.speaker, reason)

    def _lose(self, loser: Speaker, winner: Speaker, reason: str) -> None:
        rule = loser.rule.id
        if rule not in self.lost:
            self.lost[rule] = Overridden(rule, winner.rule.id, reason)

    # --- several rules together ---

    def combined(self, focus: Focus, speaking: list[tuple[Voice, Any]]) -> Any:
        slot = focus.slot
        if not any(self._given(names) for names in focus.grounds):
            return None
        standing = []
        for voice, value in speaking:
            beater = self._beater(voice, speaking)
            if beater is not None:
                self.reasons[beater[0].id] = beater[0]
                self._lose(voice.speaker, beater[0], beater[1])
            elif not voice.loser:
                standing.append((voice, value))
        result = self._together(slot, [value for _, value in standing])
        for voice, value in standing:
            if value is not None and value != () and (value != 0 or result == 0):
                self.reasons[voice.rule] = voice.speaker
        return result

    def _beater(self, loser: Voice, speaking: list[tuple[Voice, Any]]) -> tuple[Speaker, str] | None:
        for voice, _ in speaking:
            if voice is not loser and not voice.loser:
                reason = self._beats(voice, loser)
                if reason is not None:
                    return voice.speaker, reason
        return None

    def _together(self, slot: Slot, values: list[Any]) -> Any:
        if slot.combine == "sum":
            return None if None in values else sum(values, start=_ZERO)
        if slot.combine == "all":
            return all(values) if values else None
        if slot.combine == "earliest":
            return min((value for value in values if value is not None), default=None)
        found = {item for value in values for item in value or ()}
        order = self.values[slot.order_by] if slot.order_by else slot.values
        return tuple(item for item in order if item in found)


def _remember(situation: Situation) -> None:
    """Count the use of a situation; one that comes often gets code of its own."""
    global _written
    situation.uses += 1
    if situation.uses == OFTEN and _written < MOST_CODE:
        _written += 1
        situation.code = code_of(situation)


def code_of(situation: Situation) -> Code:
    """The settling of a situation as one function."""
    return settle_code(situation.fields, _lost, lambda winner, loser: _ladder(winner.speaker, loser.speaker))


def _lost(loser: Voice, winner: Voice, reason: str) -> Overridden:
    return Overridden(loser.rule, winner.rule, reason)


def _failure(voice: Voice, error: Exception) -> RuleError:
    return RuleError(voice.rule, f"算不出来（{type(error).__name__}）：{error}")


def _is_better(slot: Slot, value: Any, other: Any) -> bool:
    """Whether `value` is better for the buyer than `other`."""
    if value is None or other is None or slot.better is None:
        return False
    return bool(value > other) if slot.better == "higher" else bool(value < other)


def _ladder(winner: Speaker, loser: Speaker) -> str:
    """The reason that authority and dates give by themselves."""
    if winner.rank > loser.rank:
        return "authority"
    if winner.start is not None and (loser.start is None or winner.start > loser.start):
        return "later"
    return "void" if loser.rule.standing == "pitfall" else "special"

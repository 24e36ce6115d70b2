"""What can be asked: the facts of a case and the decisions with their needs and answer fields (decisions.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from trainer.rules.expressions import Expression, ExpressionError, compile_expression
from trainer.rules.facts import FACT_KINDS, Fact, make_fact
from trainer.rules.functions import Run
from trainer.rules.problems import Problem, QuestionError, instead
from trainer.rules.shape import Shape
from trainer.rules.types import TEXT, TIME, Type
from trainer.rules.vocabulary import PLATFORMS

SLOT_KINDS: Mapping[str, str] = {
    "flag": "bool",
    "money": "number",
    "rate": "number",
    "count": "number",
    "time": "time",
    "choice": "text",
    "choices": "texts",
}
COMBINES = ("one", "sum", "all", "union", "earliest")
BETTER = ("higher", "lower")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?\Z")
_STEPS: Mapping[str, Decimal] = {"money": Decimal("0.01"), "rate": Decimal("0.0001")}


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of an answer.

    `combine` says how several rules make it: one wins, or their sum, all, union or earliest. `better` is what is
    better for the buyer. `hidden` fields are steps on the way and are not shown.
    """

    ask: str
    name: str
    title: str
    kind: str
    values: Mapping[str, str]
    combine: str
    better: str | None
    order_by: str | None
    hidden: bool
    key: str

    @property
    def id(self) -> str:
        return f"{self.ask}.{self.name}"

    @property
    def type(self) -> Type:
        return Type(SLOT_KINDS[self.kind], frozenset(self.values) if self.values else None)

    @property
    def step(self) -> Decimal | None:
        """What the answer is rounded to: money to the cent, rates to four decimals; None = nothing to round."""
        return _STEPS.get(self.kind)

    def settle(self, value: Any) -> Any:
        """The value as it is answered, rounded half up."""
        step = self.step
        return value if value is None or step is None else value.quantize(step, ROUND_HALF_UP)

    def plain(self, value: Any) -> Any:
        """The settled value as JSON data: numbers, ISO 8601 text with +08:00, words, lists, null."""
        if value is None or value is True or value is False:
            return value
        if isinstance(value, Decimal):
            whole = int(value)
            return whole if whole == value else float(value)
        if isinstance(value, datetime):
            return value.isoformat()
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Condition:
    """Where `when` holds: these facts are needed too, or the question is refused with this message."""

    when: Expression
    facts: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A value taken from another decision on the same facts, where `when` holds."""

    name: str
    ask: str
    slot: str
    when: Expression | None


@dataclass(frozen=True, slots=True)
class DecisionSpec:
    """One decision: where it may be asked, which facts it needs and what it answers."""

    ask: str
    title: str
    note: str | None
    platforms: tuple[str, ...]
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...]
    requires: tuple[Condition, ...]
    refuses: tuple[Condition, ...]
    derived: tuple[Derived, ...]
    slots: tuple[Slot, ...]
    facts: Mapping[str, Fact]
    vocabulary: Mapping[str, Mapping[str, Fact] | Fact] = field(repr=False)
    blank: Mapping[str, Any] = field(repr=False)
    certain: frozenset[str] = field(repr=False)
    sure: bool = field(default=True, repr=False)
    tell: tuple[str, ...] = ()

    @property
    def answer_fields(self) -> tuple[Slot, ...]:
        """The fields of the answer in the order in which they are told."""
        shown = [slot for slot in self.slots if not slot.hidden]
        if self.tell:
            shown.sort(key=lambda slot: self.tell.index(slot.name) if slot.name in self.tell else len(self.tell))
        return tuple(shown)

    def names(self) -> dict[str, Type]:
        """What the expressions of this decision may read, but for figures."""
        types: dict[str, Type] = {"platform": Type("text", frozenset(self.platforms)), "as_of": TIME, "shop": TEXT.maybe()}
        for name, fact in self.facts.items():
            certain = name in self.needs or fact.kind in ("flag", "counts")
            types[name] = fact.type if certain else fact.type.maybe()
        types.update({f"answer.{slot.name}": slot.type for slot in self.slots})
        return types

    def read(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the facts that this decision reads; raises QuestionError. Absent ones are None or false."""
        if type(facts) is not dict and not isinstance(facts, Mapping):
            raise QuestionError("facts 要写成对象，如 {\"order\": {\"amount\": 100}}", "facts")
        values = dict(self.blank)
        fact = None
        try:
            for key, value in facts.items():
                entry: Any = self.vocabulary.get(key)
                if type(entry) is dict:
                    if value is None:
                        continue
                    if type(value) is not dict and not isinstance(value, Mapping):
                        raise QuestionError(f"facts.{key} 要写成对象，里面可以有：{'、'.join(entry)}", key)
                    for inner, given in value.items():
                        fact = entry.get(inner)
                        if fact is None:
                            raise self._unknown(f"{key}.{inner}")
                        if given is not None and fact.name in values:
                            values[fact.name] = fact.read(given)
                elif entry is None:
                    raise self._unknown(str(key))
                else:
                    fact = entry
                    if value is not None and key in values:
                        values[key] = fact.read(value)
        except ValueError as error:
            name, title = (fact.name, fact.title) if fact else ("", "")
            raise QuestionError(f"facts.{name}（{title}）：{error}", name) from None
        return values

    def _unknown(self, name: str) -> QuestionError:
        known = list(self.facts)
        every = [*known, *(fact.name for fact in self._all_facts())]
        used = f"{self.ask} 用到的事实：{'、'.join(known)}"
        hint = f"{_nesting(name)}；{used}" if "." in name and name in every else instead(name, every, used)
        return QuestionError(f"facts 里不认识「{name[:60]}」{hint}", name)

    def _all_facts(self) -> list[Fact]:
        found: list[Fact] = []
        for entry in self.vocabulary.values():
            found.extend([entry] if isinstance(entry, Fact) else entry.values())
        return found

    def missing(self, values: Mapping[str, Any], run: Run) -> tuple[str, ...]:
        """Every needed fact that is absent, in the order in which the decision names them, its one-of groups first."""
        if self._complete(values, run):
            return ()
        found = [group[0] for group in self.one_of if all(values[name] is None for name in group)]
        found += [name for name in self.needs if values[name] is None]
        for condition in self.requires:
            if any(values[name] is None for name in condition.when.names):
                continue
            if condition.when.call(values, {}, run):
                found += [name for name in condition.facts if values[name] is None and name not in found]
        return tuple(found)

    def _complete(self, values: Mapping[str, Any], run: Run) -> bool:
        """Whether nothing is missing, found out the quick way where its conditions read certain facts alone."""
        if not self.sure:
            return False
        for name in self.needs:
            if values[name] is None:
                return False
        for group in self.one_of:
            if all(values[name] is None for name in group):
                return False
        for condition in self.requires:
            for name in condition.facts:
                if values[name] is None and condition.when.call(values, {}, run):
                    return False
        return True

    def refuse(self, values: Mapping[str, Any], run: Run) -> None:
        """Raise QuestionError where facts contradict each other."""
        for condition in self.refuses:
            if any(values[name] is None for name in condition.when.names):
                continue
            if condition.when.call(values, {}, run):
                raise QuestionError(condition.message, "facts")


def _nesting(name: str) -> str:
    """How a name that was given with its dots is to be written."""
    group, _, rest = name.partition(".")
    return f'，带点的名字要分层写成 {{"{group}": {{"{rest}": …}}}}'


_DECISION_KEYS = (
    "ask", "title", "note", "platforms", "needs", "optional", "one_of", "requires", "refuses", "derive", "tell", "answer",
)  # fmt: skip
_FACT_KEYS = ("title", "type", "values", "unit", "min", "max")
_SLOT_KEYS = ("title", "type", "values", "combine", "better", "order_by", "hidden")


def read_specs(data: Any, file: str, problems: list[Problem]) -> tuple[dict[str, Fact], dict[str, DecisionSpec]]:
    """All facts and decisions of decisions.yaml; flaws are added to `problems`."""
    shape = Shape(data, file, "decisions.yaml", problems)
    shape.only(("facts", "decisions"))
    facts = {name: _fact(shape.part("facts"), name) for name in shape.mapping("facts")}
    vocabulary = _vocabulary(facts)
    specs: dict[str, DecisionSpec] = {}
    for item in shape.items("decisions"):
        part = Shape(item, file, f"判断「{item.get('ask') if isinstance(item, Mapping) else item}」", problems)
        spec = _Builder(part, facts, vocabulary).build()
        if spec.ask in specs:
            part.flaw("ask", f"判断「{spec.ask}」写了两次", "请只留一个")
        specs[spec.ask] = spec
    for spec in specs.values():
        _check_derived(spec, specs, file, problems)
    return facts, specs


def _vocabulary(facts: Mapping[str, Fact]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for name, fact in facts.items():
        group, dot, rest = name.partition(".")
        if dot:
            entries.setdefault(group, {})[rest] = fact
        else:
            entries[name] = fact
    return entries


def _fact(shape: Shape, name: str) -> Fact:
    part = shape.part(name)
    part.what = f"事实「{name}」"
    part.only(_FACT_KEYS)
    if not _NAME.match(name):
        part.flaw("", f"事实名「{name}」不合写法", "如 order.paid_at")
    values = {str(key): str(value) for key, value in part.mapping("values").items()}
    kind = part.choice("type", FACT_KINDS, needed=True) or "text"
    if kind in ("choice", "choices", "counts") and not values:
        part.flaw("values", f"{part.what}缺少 values", "写出每个取值和它的中文")
    least, most = part.data.get("min"), part.data.get("max")
    return make_fact(name, part.text("title", needed=True) or name, kind, values, part.text("unit"), least, most)


class _Builder:
    """Reads one decision."""

    def __init__(self, shape: Shape, facts: Mapping[str, Fact], vocabulary: Mapping[str, Any]) -> None:
        self.shape = shape
        self.facts = facts
        self.vocabulary = vocabulary

    def build(self) -> DecisionSpec:
        shape = self.shape
        shape.only(_DECISION_KEYS)
        ask = shape.text("ask", needed=True) or ""
        needs = shape.words("needs", self.facts)
        one_of = tuple(tuple(group) for group in shape.items("one_of") if isinstance(group, list))
        optional = tuple(dict.fromkeys((*shape.words("optional", self.facts), *(name for group in one_of for name in group))))
        read = {name: self.facts[name] for name in self.facts if name in needs or name in optional}
        blank = {name: False if fact.kind == "flag" and name in optional else None for name, fact in read.items()}
        slots = tuple(self._slot(ask, name) for name in shape.mapping("answer"))
        spec = DecisionSpec(
            ask, shape.text("title", needed=True) or "", shape.text("note"), self._platforms(), needs, optional, one_of,
            (), (), (), slots, {**read, "shop": self.facts["shop"]}, self.vocabulary, {**blank, "shop": None},
            frozenset((*needs, *(name for name, value in blank.items() if value is False))),
        )  # fmt: skip
        names = {name: kind.known() for name, kind in spec.names().items() if not name.startswith("answer.")}
        return self._with_conditions(spec, names)

    def _with_conditions(self, spec: DecisionSpec, names: Mapping[str, Type]) -> DecisionSpec:
        requires = tuple(self._condition(item, names, "facts") for item in self.shape.items("requires"))
        refuses = tuple(self._condition(item, names, "message") for item in self.shape.items("refuses"))
        derived = tuple(self._derived(name, names) for name in self.shape.mapping("derive"))
        return replace(
            spec,
            requires=tuple(item for item in requires if item),
            refuses=tuple(item for item in refuses if item),
            derived=tuple(item for item in derived if item),
            sure=all(item.when.names <= spec.certain for item in requires if item),
            tell=self.shape.words("tell", [slot.name for slot in spec.answer_fields]),
        )

    def _platforms(self) -> tuple[str, ...]:
        if self.shape.data.get("platforms") == "all":
            return tuple(PLATFORMS)
        found = self.shape.words("platforms", PLATFORMS)
        if not found:
            self.shape.flaw("platforms", f"{self.shape.what}缺少 platforms", "写 all 或列出平台")
        return found

    def _slot(self, ask: str, name: str) -> Slot:
        part = self.shape.part("answer").part(name)
        part.what = f"{self.shape.what}的字段 {name}"
        part.only(_SLOT_KEYS)
        values = {str(key): str(value) for key, value in part.mapping("values").items()}
        kind = part.choice("type", SLOT_KINDS, needed=True) or "flag"
        return Slot(
            ask, name, part.text("title", needed=True) or name, kind, values,
            part.choice("combine", COMBINES) or "one", part.choice("better", BETTER), part.text("order_by"),
            bool(part.data.get("hidden")), f"answer.{name}",
        )  # fmt: skip

    def _expression(self, part: Shape, names: Mapping[str, Type]) -> Expression | None:
        text = part.text("when", needed=True)
        try:
            expression = compile_expression(text or "true", names)
        except ExpressionError as error:
            part.flaw("when", f"{part.what}的 when 第 {error.column} 列：{error.message}", "")
            return None
        return expression

    def _condition(self, item: Any, names: Mapping[str, Type], key: str) -> Condition | None:
        part = Shape(item, self.shape.file, f"{self.shape.what}的条件", self.shape.problems)
        part.only(("when", key))
        expression = self._expression(part, names)
        if expression is None:
            return None
        return Condition(expression, part.words("facts", self.facts), part.text("message") or "")

    def _derived(self, name: str, names: Mapping[str, Type]) -> Derived | None:
        part = self.shape.part("derive").part(name)
        part.only(("ask", "slot", "when"))
        when = self._expression(part, names) if part.data.get("when") is not None else None
        return Derived(name, part.text("ask", needed=True) or "", part.text("slot", needed=True) or "", when)


def _check_derived(spec: DecisionSpec, specs: Mapping[str, DecisionSpec], file: str, problems: list[Problem]) -> None:
    for each in spec.derived:
        other = specs.get(each.ask)
        if other is None or each.slot not in {slot.name for slot in other.slots}:
            problems.append(Problem(file, 0, f"判断「{spec.ask}」的 derive 指向不存在的 {each.ask}.{each.slot}", ""))
        elif other.derived or set(other.facts) - set(spec.facts) or set(spec.platforms) - set(other.platforms):
            problems.append(Problem(file, 0, f"判断「{spec.ask}」借用 {each.ask}，但事实或平台不够", "被借用的判断不能再借用别的"))

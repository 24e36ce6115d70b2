"""The rulebook: all rules, decisions and the calendar of one release, loaded as a whole and never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trainer.rules.calendar import Calendar, read_calendar, read_year
from trainer.rules.circles import check_circles
from trainer.rules.engine import Decision, Settling
from trainer.rules.facts import Fact, read_time
from trainer.rules.functions import Run
from trainer.rules.planner import Planner
from trainer.rules.plans import Plan
from trainer.rules.problems import (
    MissingFacts,
    Problem,
    QuestionError,
    RulebookError,
    UnknownRule,
    did_you_mean,
    instead,
)
from trainer.rules.reading import read_rule
from trainer.rules.record import Figure, Rule
from trainer.rules.source import read_yaml
from trainer.rules.spec import DecisionSpec, read_specs
from trainer.rules.terms import Term, find_terms
from trainer.rules.texts import pieces
from trainer.rules.vocabulary import CURRENCIES, PLATFORMS

WordingSchema = Callable[[Any, str], Iterable[Problem]]
_MOMENTS: dict[str, datetime] = {}
"""Moments of rules that were asked for before: many questions name the same one."""
_MOST_MOMENTS = 512
_TEXT_KEYS = ("statement", "explain", "caution")


@dataclass(frozen=True, slots=True)
class Badge:
    """How far a rule can be relied on: checked, unchecked or withdrawn, and the words for it."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class FigureUse:
    """A figure inside a text: whose it is, which one, and how it reads at the asked moment."""

    rule: str
    figure: str
    text: str


class Rulebook:
    """Rules that answer questions. Raises RulebookError, with every flaw, where its data do not hold together."""

    def __init__(self, raw: Mapping[str, Any], rules: Iterable[Rule], calendar: Calendar, problems: list[Problem]) -> None:
        self.raw = raw
        self.calendar = calendar
        self.rules: Mapping[str, Rule] = MappingProxyType(_unique(rules, problems))
        file = "decisions.yaml"
        self.facts: Mapping[str, Fact]
        self.decisions: Mapping[str, DecisionSpec]
        self.facts, self.decisions = read_specs(raw["decisions"], file, problems) if raw.get("decisions") else ({}, {})
        self.wording: Mapping[str, Any] = raw.get("wording", {})
        self._plans = Planner(self.rules, self.decisions, problems).plans()
        _check_references(self.rules, problems)
        check_circles(self.rules, problems)
        if problems:
            raise RulebookError(problems)

    @classmethod
    def load(cls, path: str | Path, wording_schema: WordingSchema | None = None) -> Rulebook:
        """The rulebook of a folder; the calendar stands beside it in ../calendar.

        `wording_schema(data, file)` gives the problems of one file of wording.
        """
        folder = Path(path)
        problems: list[Problem] = []
        if not folder.is_dir():
            raise RulebookError([Problem(str(folder), 0, "没有这个规则目录", "请给出 question_bank/rulebook 的位置")])
        rules = _read_rule_files(folder, problems)
        decisions = folder / "decisions.yaml"
        raw: dict[str, Any] = {"decisions": read_yaml(decisions, "decisions.yaml", problems) if decisions.is_file() else None}
        raw["wording"] = _read_wording(folder / "wording", wording_schema, problems)
        calendar = read_calendar(folder.parent / "calendar", problems)
        return cls(raw, rules, calendar, problems)

    @classmethod
    def from_json(cls, text: str) -> Rulebook:
        """The rulebook that `canonical_json` wrote; it has the same digest."""
        data = json.loads(text, parse_float=Decimal)
        problems: list[Problem] = []
        read = [read_rule(item, "release", problems) for item in data["rules"]]
        years = [read_year(item, "release", problems) for item in data["calendar"]]
        raw = {"decisions": data["decisions"], "wording": _as_floats(data["wording"])}
        return cls(raw, [r for r in read if r], Calendar(y for y in years if y), problems)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def canonical_json(self) -> str:
        """Everything that judges, in one fixed form: rules by id, sorted keys (decisions keep their order), no empty keys."""
        data = {
            "rules": [tidy(self.rules[rule_id].raw) for rule_id in sorted(self.rules)],
            "decisions": tidy(self.raw.get("decisions"), ordered=True),
            "wording": tidy(self.wording),
            "calendar": self.calendar.to_list(),
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_number)

    # --- questions ---

    def decide(
        self, ask: str, *, platform: str, as_of: datetime | str, facts: Mapping[str, Any] | None = None
    ) -> Decision:
        """Answer one question by the rules in force at `as_of`. Raises QuestionError or MissingFacts."""
        plan = self._plan(ask, platform)
        moment = _moment(as_of)
        spec = plan.spec
        values = spec.read({} if facts is None else facts)
        values["platform"] = platform
        values["as_of"] = moment
        run = Run(self.calendar)
        if spec.refuses:
            spec.refuse(values, run)
        missing = spec.missing(values, run)
        if missing:
            raise MissingFacts(missing)
        return self._settle(plan, moment, values, run)

    def _settle(self, plan: Plan, moment: datetime, values: dict[str, Any], run: Run) -> Decision:
        borrowed = []
        for each in plan.spec.derived:
            if each.when is not None and not each.when.call(values, {}, run):
                continue
            other = Settling(self._plans[each.ask, plan.platform], moment, dict(values), run)
            other.settle()
            values[f"derived.{each.name}"] = other.values[f"answer.{each.slot}"]
            borrowed.append(other)
        settling = Settling(plan, moment, values, run)
        settling.settle()
        return Decision(settling, borrowed)

    def terms(
        self, ask: str, platform: str, as_of: datetime | str, facts: Mapping[str, Any] | None = None
    ) -> list[Term]:
        """The figures behind a decision, from whatever facts are known. Raises QuestionError."""
        plan = self._plan(ask, platform)
        values = plan.spec.read(facts or {})
        return find_terms(self, plan, _moment(as_of), values)

    def plan(self, ask: str, platform: str) -> Plan:
        """What answers one decision on one platform. Raises QuestionError."""
        return self._plan(ask, platform)

    def _plan(self, ask: str, platform: str) -> Plan:
        plan = self._plans.get((ask, platform)) if isinstance(ask, str) and isinstance(platform, str) else None
        if plan is not None:
            return plan
        spec = self.decisions.get(ask) if isinstance(ask, str) else None
        if spec is None:
            hint = instead(str(ask), self.decisions, f"可用：{'、'.join(self.decisions)}")
            raise QuestionError(f"ask 没有「{str(ask)[:60]}」这个判断{hint}", "ask")
        allowed = "、".join(spec.platforms)
        if isinstance(platform, str) and platform in PLATFORMS:
            raise QuestionError(f"platform：{ask} 不适用于 {platform}（{PLATFORMS[platform]}），可用：{allowed}", "platform")
        hint = instead(str(platform), PLATFORMS, f"{ask} 可用：{allowed}")
        raise QuestionError(f"platform 没有「{str(platform)[:60]}」这个平台{hint}", "platform")

    def without(self, gone: frozenset[str]) -> Rulebook:
        """This rulebook as if these rules decided nothing: what would be answered by someone who does not know them."""
        other = copy(self)
        other.__dict__.pop("digest", None)
        other._plans = {key: plan.without(gone) for key, plan in self._plans.items()}
        return other

    def with_wording(self, wording: Mapping[str, Any]) -> Rulebook:
        """This rulebook with other documents of wording, and a digest of its own."""
        other = copy(self)
        other.__dict__.pop("digest", None)
        other.wording = wording
        other.raw = {**self.raw, "wording": wording}
        return other

    # --- rules and their texts ---

    def rule(self, rule_id: str) -> Rule:
        """The rule of this id. Raises UnknownRule."""
        found = self.rules.get(rule_id)
        if found is None:
            raise UnknownRule(rule_id, self.rules)
        return found

    def figure(self, reference: str, as_of: datetime | str) -> Figure:
        """The figure "rule.id#name" that holds at `as_of`. Raises UnknownRule."""
        rule_id, _, name = reference.partition("#")
        rule = self.rule(rule_id)
        if name not in rule.figures:
            raise UnknownRule(reference, [f"{rule_id}#{each}" for each in rule.figures])
        return rule.figure(name, _moment(as_of))

    def render(self, text: str, as_of: datetime | str, own: str | None = None) -> str:
        """The text with its figures filled in; `own` is the rule that {{#name}} means."""
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.segments(text, as_of, own))

    def segments(self, text: str, as_of: datetime | str, own: str | None = None) -> list[str | FigureUse]:
        """The text cut at its figures. Raises UnknownRule, or ValueError for a piece that is not understood."""
        moment = _moment(as_of)
        found: list[str | FigureUse] = []
        for piece in pieces(text):
            if isinstance(piece, str):
                found.append(piece)
            elif piece.kind != "figure":
                found.append("……")
            elif piece.rule is None and own is None:
                raise ValueError(f"「{{{{#{piece.name}}}}}」没有写明是哪条规则的数字")
            else:
                rule_id = piece.rule or own or ""
                found.append(FigureUse(rule_id, piece.name, self.figure(f"{rule_id}#{piece.name}", moment).text))
        return found

    def badge(self, rule_id: str) -> Badge:
        """Whether the rule is checked, waits to be checked or is withdrawn."""
        currency = self.rule(rule_id).currency
        return Badge(currency.status, CURRENCIES[currency.status])


def _moment(as_of: datetime | str) -> datetime:
    known = _MOMENTS.get(as_of) if type(as_of) is str else None
    if known is not None:
        return known
    try:
        moment = read_time(as_of)
    except ValueError as error:
        raise QuestionError(f"as_of：{error}", "as_of") from None
    if type(as_of) is str and len(_MOMENTS) < _MOST_MOMENTS:
        _MOMENTS[as_of] = moment
    return moment


def _unique(rules: Iterable[Rule], problems: list[Problem]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for rule in rules:
        first = found.get(rule.id)
        if first is not None:
            message = f"规则编号「{rule.id}」用了两次，另一处在 {first.file} 第 {first.lines.get('id', 0)} 行"
            problems.append(Problem(rule.file, rule.lines.get("id", 0), message, "编号须唯一"))
        found[rule.id] = rule
    return found


def _read_rule_files(folder: Path, problems: list[Problem]) -> list[Rule]:
    rules = []
    for path in sorted(folder.glob("*/*.yaml")):
        if path.parent.name == "wording":
            continue
        name = f"{path.parent.name}/{path.name}"
        if path.parent.name not in PLATFORMS:
            problems.append(Problem(name, 0, f"目录「{path.parent.name}」不是平台", f"可用：{'、'.join(PLATFORMS)}"))
        rules.extend(_read_rule_file(read_yaml(path, name, problems), name, problems))
    return rules


def _read_rule_file(data: Any, name: str, problems: list[Problem]) -> list[Rule]:
    if data is None:
        return []
    if not isinstance(data, Mapping) or set(data) != {"rules"} or not isinstance(data["rules"], list):
        problems.append(Problem(name, 1, "规则文件的最上层只有一个键 rules，里面是列表", "写成 rules: 和一条条 - id: …"))
        return []
    read = [read_rule(item, name, problems) for item in data["rules"]]
    return [rule for rule in read if rule is not None]


def _read_wording(folder: Path, schema: WordingSchema | None, problems: list[Problem]) -> dict[str, Any]:
    found = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        name = f"wording/{path.name}"
        data = read_yaml(path, name, problems)
        if data is None:
            continue
        if schema is not None:
            problems.extend(schema(data, name))
        found[path.stem] = _as_floats(data)
    return found


def _check_references(rules: Mapping[str, Rule], problems: list[Problem]) -> None:
    """Every {{rule#figure}} and every beaten rule must exist."""
    for rule in rules.values():
        for key in _TEXT_KEYS:
            text = rule.raw.get(key)
            if isinstance(text, str) and "{{" in text:
                _check_text(rules, rule, key, text, problems)
        for beat in rule.beats:
            if beat.rule not in rules:
                message = f"规则「{rule.id}」的 beats 指向不存在的「{beat.rule}」{did_you_mean(beat.rule, rules)}"
                problems.append(Problem(rule.file, rule.lines.get("beats", 0), message))
            elif beat.slot not in rules[beat.rule].decides:
                message = f"规则「{rule.id}」的 beats 里，「{beat.rule}」并不谈 {beat.slot}"
                problems.append(Problem(rule.file, rule.lines.get("beats", 0), message, "请在那条规则的 decides 里加上"))


def _check_text(rules: Mapping[str, Rule], rule: Rule, key: str, text: str, problems: list[Problem]) -> None:
    line = rule.lines.get(key, 0)
    try:
        found = pieces(text)
    except ValueError as error:
        problems.append(Problem(rule.file, line, f"规则「{rule.id}」的 {key}：{error}"))
        return
    for piece in found:
        if isinstance(piece, str) or piece.kind != "figure":
            continue
        owner = rules.get(piece.rule or rule.id)
        if owner is None or piece.name not in owner.figures:
            message = f"规则「{rule.id}」的 {key} 引用了不存在的数字「{{{{{piece.rule or ''}#{piece.name}}}}}」"
            names = "、".join(owner.figures) if owner else ""
            problems.append(Problem(rule.file, line, message, f"可用：{names}" if names else ""))


def tidy(value: Any, ordered: bool = False) -> Any:
    """Plain data without empty keys, so that leaving a key out and writing null give the same digest."""
    if isinstance(value, Mapping):
        keys = value if ordered else sorted(value)
        return {key: tidy(value[key], ordered) for key in keys if value[key] is not None}
    return [tidy(item, ordered) for item in value] if isinstance(value, list) else value


def _as_floats(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_floats(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON")

"""Reads rule records from plain data: every flaw is noted with its line, the allowed keys and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from trainer.rules.problems import Problem
from trainer.rules.record import Beat, Currency, Day, Effective, Figure, Rule, Source
from trainer.rules.shape import Shape
from trainer.rules.vocabulary import (
    AUTHORITIES,
    CURRENCIES,
    KINDS,
    NEEDS,
    PLATFORMS,
    POSTS,
    REASONS,
    STANDINGS,
    TOPICS,
    UNITS,
)

RULE_KEYS = (
    "id title platforms scope topic kind authority effective standing decides beats figures when then statement"
    " explain caution examples source currency need systems note"
).split()
SOURCE_KEYS = ("document", "section", "quote", "file", "line", "published", "url")
EXAMPLE_KEYS = ("why", "ask", "platform", "as_of", "facts", "answer", "overridden", "missing", "silent")

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_SLOT = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z0-9_]+\Z")
_SCOPE = re.compile(r"general\Z|shop:[a-z0-9_-]{1,40}\Z")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")


def read_rule(data: Any, file: str, problems: list[Problem]) -> Rule | None:
    """One rule of a file with every flaw added to `problems`; None where it is not even a mapping.

    A flawed rule is still returned, so that its expressions are checked in the same run.
    """
    name = data.get("id") if isinstance(data, Mapping) else None
    shape = Shape(data, file, f"规则「{name}」" if name else "这条规则", problems)
    if not isinstance(data, Mapping):
        return None
    shape.only(RULE_KEYS)
    return _build(shape)


def _build(shape: Shape) -> Rule:
    standing = shape.choice("standing", STANDINGS, needed=True) or "guides"
    decides = _slots(shape)
    currency, judged = _currency(shape.part("currency"))
    _check_standing(shape, standing, decides)
    return Rule(
        id=_identifier(shape),
        title=shape.text("title", needed=True) or "",
        platforms=_platforms(shape),
        scope=_scope(shape),
        topic=shape.choice("topic", TOPICS, needed=True) or "",
        kind=shape.choice("kind", KINDS, needed=True) or "",
        authority=shape.choice("authority", AUTHORITIES, needed=True) or "law",
        effective=_ended(_effective(shape.part("effective")), judged if currency.status == "withdrawn" else None),
        standing=standing,
        decides=decides,
        beats=tuple(_beat(shape, item, decides) for item in shape.items("beats")),
        figures=_figures(shape),
        when=shape.text("when"),
        then=_then(shape, decides),
        statement=shape.text("statement", needed=True) or "",
        explain=shape.text("explain"),
        caution=shape.text("caution"),
        examples=_examples(shape),
        source=_source(shape.part("source")),
        currency=currency,
        need=_need(shape.part("need")),
        systems=tuple(item for item in shape.items("systems") if isinstance(item, int)),
        note=shape.text("note"),
        raw=shape.data,
        file=shape.file,
        lines=shape.lines,
    )


def _identifier(shape: Shape) -> str:
    value = shape.text("id", needed=True) or ""
    if value and not _ID.match(value):
        shape.flaw("id", f"编号「{value}」不合写法", "小写字母、数字和下划线，用点分段，如 tmall.shipping.normal_72h")
    return value


def _platforms(shape: Shape) -> tuple[str, ...]:
    found = shape.words("platforms", PLATFORMS)
    if not found:
        shape.flaw("platforms", f"{shape.what}缺少 platforms", f"可用：{'、'.join(PLATFORMS)}")
    return found


def _scope(shape: Shape) -> str:
    value = shape.text("scope") or "general"
    if not _SCOPE.match(value):
        shape.flaw("scope", f"{shape.what}的 scope 写成「{value}」", "写 general 或 shop:店铺编号")
    return value


def _slots(shape: Shape) -> tuple[str, ...]:
    found = shape.words("decides")
    for slot in found:
        if not _SLOT.match(slot):
            shape.flaw(
                "decides", f"{shape.what}的 decides「{slot}」不合写法", "写成 判断.字段，如 shipping.deadline.ship_by"
            )
    return found


def _check_standing(shape: Shape, standing: str, decides: tuple[str, ...]) -> None:
    if standing == "decides":
        for key in ("decides", "then", "explain", "examples"):
            if not shape.data.get(key):
                shape.flaw(key, f"{shape.what}的 standing 是 decides，却没有 {key}", "请补上，或把 standing 改成 guides")
    elif standing == "guides" and decides:
        shape.flaw("decides", f"{shape.what}的 standing 是 guides，不能有 decides", "请改 standing 或去掉 decides")


def _beat(shape: Shape, item: Any, decides: tuple[str, ...]) -> Beat:
    part = Shape(item, shape.file, f"{shape.what}的 beats", shape.problems, shape.lines.get("beats", shape.line))
    part.only(("rule", "slot", "reason", "when"))
    slot = part.text("slot", needed=True) or ""
    if slot and slot not in decides:
        part.flaw("slot", f"{part.what}的 slot「{slot}」不在这条规则的 decides 里", f"可用：{'、'.join(decides)}")
    reason = part.choice("reason", REASONS, needed=True) or "authority"
    return Beat(part.text("rule", needed=True) or "", slot, reason, part.text("when"))


def _figures(shape: Shape) -> dict[str, tuple[Figure, ...]]:
    figures = {}
    for name, versions in shape.mapping("figures").items():
        what = f"{shape.what}的数字 {name}"
        if not _NAME.match(name):
            shape.flaw("figures", f"{what}名字不合写法", "小写字母、数字和下划线")
        if not isinstance(versions, list) or not versions:
            shape.flaw("figures", f"{what}要写成列表", "如 [{value: 72, unit: hours}]")
            continue
        figures[name] = tuple(_figure(shape, item, what) for item in versions)
        dates = [figure.since.date for figure in figures[name][1:] if figure.since]
        if len(dates) != len(versions) - 1 or dates != sorted(set(dates)):
            shape.flaw("figures", f"{what}的各个版本要从旧到新，第二个起都写 from", "")
        if len({figure.unit for figure in figures[name]}) > 1:
            shape.flaw("figures", f"{what}的各个版本单位不一", "换单位请另起一个名字")
    return figures


def _figure(shape: Shape, item: Any, what: str) -> Figure:
    part = Shape(item, shape.file, what, shape.problems, shape.lines.get("figures", shape.line))
    part.only(("value", "unit", "from", "source"))
    unit = part.choice("unit", UNITS, needed=True) or "number"
    value = part.data.get("value")
    kind = UNITS[unit].kind
    if kind in ("clock", "date"):
        good = value is None or (isinstance(value, str) and _reads(value, kind))
        expected = "HH:MM" if kind == "clock" else "YYYY-MM-DD"
    else:
        good = value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool))
        expected = "数"
        value = Decimal(value) if good and value is not None else None
    if not good:
        part.flaw("value", f"{what}的 value「{part.data.get('value')}」要写{expected}")
        value = None
    return Figure(value, unit, _day(part, "from"), part.text("source"))


def _reads(value: str, kind: str) -> bool:
    if kind == "clock":
        return bool(_CLOCK.match(value))
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _day(shape: Shape, key: str) -> Day | None:
    value = shape.text(key)
    if value is None:
        return None
    try:
        if _YEAR.match(value):
            return Day(date(int(value), 1, 1), "year")
        return Day(date.fromisoformat(value))
    except ValueError:
        shape.flaw(key, f"{shape.what}的 {key}「{value}」不是日期", "写成 2025-08-15 或只写年份 2012")
        return None


def _effective(shape: Shape) -> Effective:
    shape.only(("from", "to"))
    start, end = _day(shape, "from"), _day(shape, "to")
    if start and end and start.date >= end.date:
        shape.flaw("to", f"{shape.what}的 to 要晚于 from", "to 是失效的第一天")
    return Effective(start, end)


def _ended(effective: Effective, withdrawn: Day | None) -> Effective:
    """A withdrawn rule without a last day decides no more from the day on which it was withdrawn."""
    if withdrawn is None or effective.end is not None:
        return effective
    start = effective.start
    return Effective(start, start if start and start.date > withdrawn.date else withdrawn)


def _then(shape: Shape, decides: tuple[str, ...]) -> dict[str, str]:
    then = {}
    slots = {slot.rpartition(".")[2]: slot for slot in decides}
    for key, value in shape.mapping("then").items():
        target = key if key in decides else slots.get(key)
        if target is None:
            allowed = "、".join(slots)
            shape.flaw("then", f"{shape.what}的 then 里「{key}」不在 decides 里", f"可用：{allowed}")
        else:
            then[target] = value if isinstance(value, str) else _as_text(value)
    if then:
        for slot in decides:
            if slot not in then:
                shape.flaw("then", f"{shape.what}的 then 缺少 {slot}", "decides 里的每一项都要有表达式")
    return then


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "unknown" if value is None else str(value)


def _examples(shape: Shape) -> tuple[Mapping[str, Any], ...]:
    found = []
    for item in shape.items("examples"):
        part = Shape(item, shape.file, f"{shape.what}的例子", shape.problems, shape.lines.get("examples", shape.line))
        part.only(EXAMPLE_KEYS)
        part.text("as_of", needed=True)
        if isinstance(item, Mapping) and not isinstance(item.get("facts"), Mapping):
            part.flaw("facts", f"{part.what}缺少 facts", "写成 {order: {...}}")
        if isinstance(item, Mapping):
            found.append(item)
    return tuple(found)


def _source(shape: Shape) -> Source:
    shape.only(SOURCE_KEYS)
    line = shape.data.get("line")
    return Source(
        shape.text("document", needed=True) or "",
        shape.text("section", needed=True) or "",
        shape.text("quote"),
        shape.text("file"),
        line if isinstance(line, int) else None,
        shape.text("published"),
        shape.text("url"),
    )


def _currency(shape: Shape) -> tuple[Currency, Day | None]:
    """The currency, and the day on which somebody judged it."""
    shape.only(("status", "by", "date", "against"))
    status = shape.choice("status", CURRENCIES, needed=True) or "unchecked"
    needed = {"checked": ("by", "date", "against"), "withdrawn": ("by", "date")}.get(status, ())
    for key in needed:
        if not shape.data.get(key):
            shape.flaw("status", f"{shape.what}写了 {status}，却没有 {key}", "核对或废止要写明谁、哪天、依据什么")
    day = _day(shape, "date")
    return Currency(status, shape.text("by"), shape.text("date"), shape.text("against")), day


def _need(shape: Shape) -> dict[str, str]:
    shape.only(POSTS)
    found = {post: shape.choice(post, NEEDS) for post in POSTS if shape.data.get(post) is not None}
    return {post: need for post, need in found.items() if need is not None}

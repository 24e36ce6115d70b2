"""六平台对照: what the rules in force say on each platform, decision by decision and topic by topic."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trainer.rules import Rule, Rulebook
from trainer.rules.vocabulary import AUTHORITIES
from trainer.services.calculators import topic_of
from trainer.services.rule_library import index_of
from trainer.services.rule_texts import badge_of, punctuate

SIX = ("taobao", "tmall", "jd", "pdd", "douyin", "kuaishou")
SHOWN = 4
DIFFERENT, SAME, ALONE = "有差别", "说法一样", "只有一家写到"


@dataclass(frozen=True)
class Entry:
    """One rule in a cell: its figures in words, or its title."""

    rule: Rule
    text: str


@dataclass(frozen=True)
class Cell:
    """What one platform, or several that say the same, have in force; `more` counts what is not shown."""

    entries: tuple[Entry, ...]
    more: int = 0
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One question over the platforms. `code` is the decision or the topic; `verdict` says how they compare."""

    code: str
    title: str
    cells: tuple[Cell, ...]
    verdict: str
    topic: str


def decision_rows(rulebook: Rulebook, moment: datetime) -> list[Row]:
    """One row a decision: the rules that decide it on each platform, with their figures; rows that differ first."""
    rows = []
    for spec in rulebook.decisions.values():
        cells = [_deciding(rulebook, spec.ask, platform, moment) if platform in spec.platforms else Cell(()) for platform in SIX]
        if any(cell.entries for cell in cells):
            rows.append(Row(spec.ask, punctuate(spec.title), _merged(SIX, cells), verdict_of(cells), topic_of(rulebook, spec)))
    order = {DIFFERENT: 0, SAME: 1}
    return sorted(rows, key=lambda row: (order.get(row.verdict, 2), row.topic))


def _merged(platforms: Sequence[str], cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Neighbours that say the same as one cell."""
    found: list[Cell] = []
    for platform, cell in zip(platforms, cells, strict=True):
        if found and _same(found[-1], cell):
            found[-1] = replace(found[-1], platforms=(*found[-1].platforms, platform))
        else:
            found.append(replace(cell, platforms=(platform,)))
    return tuple(found)


def _same(one: Cell, other: Cell) -> bool:
    return (one.entries, one.more) == (other.entries, other.more)


def _deciding(rulebook: Rulebook, ask: str, platform: str, moment: datetime) -> Cell:
    """The rules that may decide on a platform at the moment, each once, without those that always lose to a stronger or later one."""
    found: dict[str, Rule] = {}
    for slot in rulebook.plan(ask, platform).slots:
        for one in slot.candidates:
            if not one.loser and one.speaker.in_force(moment) and one.speaker.rule.shop is None:
                found[one.speaker.rule.id] = one.speaker.rule
    lost = {beat.rule for rule in found.values() for beat in rule.beats if beat.when is None and beat.rule in found
            and (beat.reason == "later" or AUTHORITIES[rule.authority] > AUTHORITIES[found[beat.rule].authority])}
    return _cell([rule for name, rule in found.items() if name not in lost], moment, SHOWN * 2)


def topic_rows(rulebook: Rulebook, moment: datetime) -> list[Row]:
    """One row a topic on which at least two of the six platforms have rules in force of their own."""
    replaced = index_of(rulebook).replaced
    found: dict[str, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rulebook.rules.values():
        if rule.standing in ("decides", "guides") and rule.shop is None and rule.effective.covers(moment) and rule.id not in replaced:
            for platform in rule.platforms:
                found[rule.topic][platform].append(rule)
    rows = []
    for topic, by_platform in found.items():
        cells = [_cell(by_platform.get(platform, []), moment) for platform in (*SIX, "general")]
        if sum(bool(cell.entries) for cell in cells[:-1]) >= 2:
            rows.append(Row(topic, "", _merged((*SIX, "general"), cells), verdict_of(cells[:-1]), topic))
    return sorted(rows, key=lambda row: (-_telling(row, with_figures=True), -_telling(row), row.code))


def _telling(row: Row, with_figures: bool = False) -> int:
    """On how many platforms a row says something, or says it in figures."""
    return sum(len(cell.platforms) for cell in row.cells if any(entry.text or not with_figures for entry in cell.entries))


def _cell(rules: Sequence[Rule], moment: datetime, most: int = SHOWN) -> Cell:
    """The rules with figures first, and of those the checked ones."""
    order = sorted(rules, key=lambda rule: (not rule.figures, rule.currency.status != "checked", rule.standing != "decides", rule.id))
    return Cell(tuple(Entry(rule, figures_text(rule, moment)) for rule in order[:most]), max(0, len(order) - most))


def figures_text(rule: Rule, moment: datetime) -> str:
    """The figures of a rule at the moment, each once: 30%、500 元."""
    return "、".join(dict.fromkeys(rule.figure(name, moment).text for name in rule.figures))


def sheet_rows(rulebook: Rulebook, rows: Sequence[tuple[str, Row]], columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The named rows as cells of a spreadsheet: one column a platform, one line a rule, with its figures and its badge."""
    found = []
    for name, row in rows:
        by_platform = {platform: _cell_text(rulebook, cell) for cell in row.cells for platform in cell.platforms}
        found.append((name, row.verdict, *(by_platform.get(platform, "—") for platform in columns)))
    return found


def _cell_text(rulebook: Rulebook, cell: Cell) -> str:
    lines = [f"{punctuate(one.rule.title)}{f'：{one.text}' if one.text else ''}（{badge_of(rulebook, one.rule).text}）" for one in cell.entries]
    return "\n".join([*lines, *([f"还有 {cell.more} 条"] if cell.more else [])]) or "—"


def verdict_of(cells: Sequence[Cell]) -> str:
    """How the platforms compare that say anything."""
    said = [cell for cell in cells if cell.entries]
    if len(said) == 1:
        return ALONE
    return SAME if all(_same(said[0], cell) for cell in said) else DIFFERENT

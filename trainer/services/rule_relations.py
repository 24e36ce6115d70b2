"""How rules stand to one another: what beats what, what holds today in place of old documents, over which time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from trainer.content import BEIJING
from trainer.rules import FigureUse, Rule, Rulebook
from trainer.services.rule_texts import REASONS, UNKNOWN, effective_text, punctuate

_NOTE = re.compile(r"现行对照[:：]([^\n]*)")
_NAMED = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\(([^()]*)\)")
# What the note says of a rule in force, and how the page says it: the words, and whether the old text is wrong now.
COUNTERPARTS = {
    "推翻": ("旧说法已不成立，现在按这条", True),
    "纠正做法": ("旧做法不能照办，现在按这条", True),
    "更严": ("现在的规定更严", True),
    "更具体": ("现在有更具体的规定", False),
    "一致": ("和现行规定一致", False),
}


@dataclass(frozen=True)
class Conflict:
    """One rule that goes before another in one field of a decision; `when` is the condition in the rule's own words."""

    rule: Rule
    ask: str
    slot: str
    reason: str
    sometimes: bool


@dataclass(frozen=True)
class Counterpart:
    """A rule in force that speaks to what an old document taught."""

    rule: Rule
    words: str
    wrong_now: bool


@dataclass(frozen=True)
class Span:
    """One row of the timeline: from where to where in percent of the width, and the same in words."""

    rule: Rule
    role: str
    start: float
    width: float
    open_start: bool
    words: str
    figures: str


@dataclass(frozen=True)
class Timeline:
    """Rules on one question over the years; `today` and the marks of years in percent of the width."""

    spans: tuple[Span, ...]
    years: tuple[tuple[int, float], ...]
    today: float


def punctuated_segments(rulebook: Rulebook, rule: Rule, text: str, as_of: datetime) -> list[str | FigureUse]:
    """A text of a rule cut at its figures, in Chinese punctuation."""
    return rulebook.segments(punctuate(text), as_of, own=rule.id)


def _conflict(rulebook: Rulebook, other: Rule, slot: str, reason: str, when: str | None) -> Conflict:
    ask, name = slot.rsplit(".", 1)
    titles = {one.name: one.title for one in rulebook.decisions[ask].slots}
    return Conflict(other, ask, f"{rulebook.decisions[ask].title}：{titles[name]}", REASONS[reason], when is not None)


@dataclass(frozen=True)
class Relations:
    """Everything a rule stands against."""

    beats: tuple[Conflict, ...]
    beaten_by: tuple[Conflict, ...]
    counterparts: tuple[Counterpart, ...]
    corrects: tuple[Counterpart, ...]

    @property
    def others(self) -> dict[str, Rule]:
        """The other rules, each once."""
        rules = [one.rule for one in (*self.beats, *self.beaten_by)] + [one.rule for one in (*self.counterparts, *self.corrects)]
        return {rule.id: rule for rule in rules}


def relations_of(rulebook: Rulebook, rule: Rule) -> Relations:
    """What a rule beats, what beats it, what holds today in its place, which old rules it corrects; a rival is named once."""
    winners = {one.rule.id: one for one in beaten_by(rulebook, rule)}
    today = []
    for one in counterparts(rulebook, rule):
        winner = winners.pop(one.rule.id, None) if one.wrong_now else None
        today.append(replace(one, words=f"{one.words}（{winner.reason}）") if winner else one)
    return Relations(tuple(beats(rulebook, rule)), tuple(winners.values()), tuple(today), tuple(taught_otherwise(rulebook, rule)))


def beats(rulebook: Rulebook, rule: Rule) -> list[Conflict]:
    """The rules that this one goes before, one entry each."""
    found = {beat.rule: _conflict(rulebook, rulebook.rules[beat.rule], beat.slot, beat.reason, beat.when) for beat in rule.beats}
    return list(found.values())


def beaten_by(rulebook: Rulebook, rule: Rule) -> list[Conflict]:
    """The rules that go before this one, one entry each."""
    found = {other.id: _conflict(rulebook, other, beat.slot, beat.reason, beat.when)
             for other in rulebook.rules.values() for beat in other.beats if beat.rule == rule.id}
    return list(found.values())


def counterparts(rulebook: Rulebook, rule: Rule) -> list[Counterpart]:
    """What holds today where an old document teaches something: from the comparison noted with the rule."""
    noted = _NOTE.search(rule.note or "")
    if noted is None:
        return []
    named = [(other, kind) for other, kind in _NAMED.findall(noted.group(1)) if other in rulebook.rules]
    found = [Counterpart(rulebook.rules[other], *COUNTERPARTS.get(kind, ("参看", False))) for other, kind in named]
    return sorted(found, key=lambda one: not one.wrong_now)


def taught_otherwise(rulebook: Rulebook, rule: Rule) -> list[Counterpart]:
    """The old rules whose page names this one as what holds today."""
    if rule.currency.status != "checked":
        return []
    return [Counterpart(other, one.words, one.wrong_now) for other in rulebook.rules.values()
            if other.note and rule.id in other.note for one in counterparts(rulebook, other) if one.rule.id == rule.id]


def in_conflict(rulebook: Rulebook) -> frozenset[str]:
    """The rules that beat another one or are beaten."""
    return frozenset(name for rule in rulebook.rules.values() for beat in rule.beats for name in (rule.id, beat.rule))


def replaced_ids(rulebook: Rulebook) -> frozenset[str]:
    """The rules in whose place something else holds: beaten always, or overturned by what is in force."""
    beaten = {beat.rule for rule in rulebook.rules.values() for beat in rule.beats if beat.when is None}
    overturned = {rule.id for rule in rulebook.rules.values() if any(one.wrong_now for one in counterparts(rulebook, rule))}
    return frozenset(beaten | overturned)


# --- the timeline ---


def _rows(rulebook: Rulebook, rule: Rule) -> Iterator[tuple[Rule, str]]:
    yield rule, "本条"
    for beaten in beats(rulebook, rule):
        yield beaten.rule, "不适用" if not beaten.sometimes else "有时不适用"
    for winner in beaten_by(rulebook, rule):
        yield winner.rule, "优先" if not winner.sometimes else "有时优先"
    for one in counterparts(rulebook, rule):
        yield one.rule, "现行"


def _figures_text(rule: Rule, moment: datetime) -> str:
    return "、".join(dict.fromkeys(rule.figure(name, moment).text for name in rule.figures))


def timeline(rulebook: Rulebook, rule: Rule, moment: datetime) -> Timeline | None:
    """This rule and the rules it stands against, over the years; None where there is neither a date nor a rival."""
    rows = list({other.id: (other, role) for other, role in reversed(list(_rows(rulebook, rule)))}.values())
    rows = _in_order(rows, rule)
    moved = any(len(versions) > 1 for versions in rule.figures.values())
    if len(rows) == 1 and not moved and rule.effective.start is None and rule.effective.end is None:
        return None
    today = moment.astimezone(BEIJING).date()
    days = [today, *(day.date for other, _ in rows for day in (other.effective.start, other.effective.end) if day)]
    first = min(days) - timedelta(days=500)
    last = max(days) + timedelta(days=300)
    scale = _Scale(first, last)
    spans = tuple(span for other, role in rows for span in _spans(other, role, scale, moment))
    return Timeline(spans, tuple(scale.years()), scale.at(today))


def _in_order(rows: Iterable[tuple[Rule, str]], rule: Rule) -> list[tuple[Rule, str]]:
    first = date(1, 1, 1)
    return sorted(rows, key=lambda row: (row[0].id != rule.id, row[0].effective.start.date if row[0].effective.start else first, row[0].id))


@dataclass(frozen=True)
class _Scale:
    first: date
    last: date

    def at(self, day: date) -> float:
        return round(100 * (day - self.first).days / (self.last - self.first).days, 2)

    def years(self) -> Iterator[tuple[int, float]]:
        step = -(-(self.last.year - self.first.year) // 5)
        for year in range(self.first.year + 1, self.last.year + 1, step):
            yield year, self.at(date(year, 1, 1))


def _spans(rule: Rule, role: str, scale: _Scale, moment: datetime) -> Iterator[Span]:
    """One span a rule, or one for each stretch in which its figures hold."""
    start, end = rule.effective.start, rule.effective.end
    changes = sorted({version.since.date for versions in rule.figures.values() for version in versions[1:] if version.since})
    edges = [start.date if start else None, *changes, end.date if end else None]
    for since, until in pairwise(edges):
        left = scale.at(since) if since else 0.0
        right = scale.at(until) if until else 100.0
        at = datetime(since.year, since.month, since.day, 12, tzinfo=BEIJING) if since else moment
        words = effective_text(rule) if not changes else f"{since or UNKNOWN} – {until or '至今'}"
        yield Span(rule, role, left, round(max(right - left, 0.8), 2), since is None, words, _figures_text(rule, at))

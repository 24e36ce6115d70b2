"""The rulebook as people look things up in it: search with ranking, filters, counts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from trainer.models import Revision
from trainer.rules import FigureUse, Rule, Rulebook
from trainer.services.rule_relations import in_conflict, punctuated_segments, replaced_ids
from trainer.services.rule_texts import AUTHORITIES

_INDEXES: dict[str, "Index"] = {}
_KEPT = 4
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = re.compile(r"([一二两三四五六七八九]?)(十?)([一二三四五六七八九]?)(?=天|日|小时|倍|元|分|次|年|个)")
_ORDER = {"decides": 0, "guides": 1, "pitfall": 2, "historic": 3}
_STRENGTH = {name: place for place, name in enumerate(AUTHORITIES)}


@dataclass(frozen=True)
class Filters:
    """What the rule browser asks for; empty means any. `force`: in | out of force on the day; `conflict`: 1 | replaced."""

    q: str = ""
    platform: str = ""
    topic: str = ""
    standing: str = ""
    currency: str = ""
    need: str = ""
    authority: str = ""
    force: str = ""
    conflict: str = ""


FILTER_NAMES = tuple(one.name for one in fields(Filters))


@dataclass(frozen=True)
class Entry:
    """A rule as it is searched: id, title, text and source folded to one spelling."""

    rule: Rule
    id: str
    title: str
    text: str
    source: str


@dataclass(frozen=True)
class Index:
    """All entries of one rulebook, with the rules that conflict and those that something else has replaced."""

    entries: tuple[Entry, ...]
    conflicting: frozenset[str]
    replaced: frozenset[str]


def fold(text: str) -> str:
    """One spelling for a search: lower case, no blanks, 七天 as 7天, 日 as 天."""
    low = re.sub(r"\s+", "", text).lower()
    return _NUMBER.sub(_digits, low).replace("个工作日", "工作日").replace("个自然日", "自然日")


def _digits(match: re.Match[str]) -> str:
    tens, ten, ones = match.groups()
    if not match.group():
        return ""
    number = _NUMERALS.get(ones, 0) + 10 * _NUMERALS.get(tens, 1) if ten else _NUMERALS.get(tens, 0)
    return str(number) if ten or not ones else match.group()


def index_of(rulebook: Rulebook) -> Index:
    """The search index of a rulebook; made once a process for each release."""
    found = _INDEXES.get(rulebook.digest)
    if found is None:
        if len(_INDEXES) >= _KEPT:
            _INDEXES.pop(next(iter(_INDEXES)))
        found = _INDEXES[rulebook.digest] = Index(
            tuple(_entry(rule) for rule in rulebook.rules.values()), in_conflict(rulebook), replaced_ids(rulebook))
    return found


def _entry(rule: Rule) -> Entry:
    text = rule.statement
    for name, versions in rule.figures.items():
        text = text.replace(f"{{{{#{name}}}}}", " ".join(version.text for version in versions))
    return Entry(rule, rule.id.lower(), fold(rule.title), fold(f"{text} {rule.caution or ''}"),
                 fold(f"{rule.source.document} {rule.source.section}"))


def _score(entry: Entry, words: Sequence[str]) -> int:
    """How well an entry answers the words; 0 where a word is nowhere."""
    total = 0
    for word in words:
        if word in (entry.id, entry.title):
            part = 400
        elif entry.title.startswith(word):
            part = 120
        elif word in entry.title:
            part = 100
        elif word in entry.text:
            part = 30 + min(entry.text.count(word), 4) * 3
        elif word in entry.id:
            part = 25
        elif word in entry.source:
            part = 8
        else:
            return 0
        total += part
    return total


def _near(entry: Entry, words: Sequence[str]) -> int:
    """How much of the words' pairs of characters an entry holds; 0 below three in five."""
    pairs = [word[at: at + 2] for word in words for at in range(max(1, len(word) - 1))]
    whole = entry.title + entry.text
    share = sum(pair in whole for pair in pairs) / len(pairs)
    titled = sum(pair in entry.title for pair in pairs)
    return int(100 * share) + 10 * titled if share >= 0.6 else 0


def _ranked(entries: Sequence[Entry], q: str, moment: datetime) -> list[Entry]:
    """The entries that answer the query, the best first; without exact hits those that come near."""

    def weight(one: Entry) -> tuple[bool, int, int, str]:
        return not one.rule.effective.covers(moment), _ORDER[one.rule.standing], _STRENGTH[one.rule.authority], one.id

    words = [fold(word) for word in q.split()]
    if not words:
        return sorted(entries, key=weight)
    for measure in (_score, _near):
        scored = [(measure(entry, words), entry) for entry in entries]
        found = [(points, entry) for points, entry in scored if points]
        if found:
            found.sort(key=lambda pair: (-pair[0], weight(pair[1])))
            return [entry for _, entry in found]
    return []


def _passes(rule: Rule, filters: Filters, rulebook: Rulebook, index: Index, moment: datetime) -> bool:
    return (
        (not filters.platform or filters.platform in rule.platforms)
        and (not filters.topic or rule.topic == filters.topic)
        and (not filters.standing or rule.standing == filters.standing)
        and (not filters.authority or rule.authority == filters.authority)
        and (not filters.currency or rulebook.badge(rule.id).status == filters.currency)
        and (not filters.need or filters.need in rule.need.values())
        and (not filters.force or rule.effective.covers(moment) == (filters.force == "in"))
        and (filters.conflict != "1" or rule.id in index.conflicting)
        and (filters.conflict != "replaced" or rule.id in index.replaced)
    )


def find_rules(rulebook: Rulebook, filters: Filters, as_of: datetime) -> list[Rule]:
    """The rules that meet every filter: the best hits first, those that decide before those that guide."""
    index = index_of(rulebook)
    entries = [one for one in index.entries if _passes(one.rule, filters, rulebook, index, as_of)]
    return [entry.rule for entry in _ranked(entries, filters.q, as_of)]


def platform_counts(rulebook: Rulebook, filters: Filters, as_of: datetime) -> tuple[int, Counter[str]]:
    """How many rules meet the other filters: in all, and of each platform."""
    found = find_rules(rulebook, replace(filters, platform=""), as_of)
    return len(found), Counter(platform for rule in found for platform in rule.platforms)


def statement_parts(rulebook: Rulebook, rule: Rule, as_of: datetime) -> list[str | FigureUse]:
    """The statement cut at its figures."""
    return punctuated_segments(rulebook, rule, rule.statement, as_of)


def search_lessons(lessons: Sequence[Revision], q: str) -> list[Revision]:
    """Lessons that hold every word, those with the words in the title first."""
    words = [fold(word) for word in q.split()]
    return [lesson for _, lesson in sorted(_lesson_hits(lessons, words), key=lambda pair: -pair[0])] if words else []


def _lesson_hits(lessons: Sequence[Revision], words: Sequence[str]) -> Iterator[tuple[int, Revision]]:
    for lesson in lessons:
        title = fold(str(lesson.body["title"]))
        text = title + fold(f"{lesson.body.get('summary', '')} {lesson.body.get('text', '')}")
        if all(word in text for word in words):
            yield sum(word in title for word in words), lesson

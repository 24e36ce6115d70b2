"""A case as a trainer typed it: everything wrong with its line and remedy, and its scripts played on every variant."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.bank.texts import figure_flaws, rule_flaws
from trainer.content import CaseHeader, Flaw, FlawedContent
from trainer.content.fields import Path, nearest
from trainer.content.yamltext import Document, read_yaml
from trainer.roleplay import CaseError, MoveError, Scene, load_case, make_scene, variant_count
from trainer.roleplay.ear import rulebook_ear
from trainer.roleplay.play import play_and_report
from trainer.roleplay.ruling import RulebookJudge
from trainer.rules import Rulebook

LONGEST = 200_000
MOST_SHOWN = 60


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a typed case."""

    line: int
    place: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Script:
    """How a script of the case came out on each variant: (score of a hundred, passed, ending)."""

    title: str
    passes: bool
    results: tuple[tuple[float, bool, str], ...]

    @property
    def right(self) -> bool:
        """Whether it passes, or fails, on every variant as it says."""
        return all(passed == self.passes for _, passed, _ in self.results)


@dataclass
class Checked:
    """A typed case: its mapping where it can be read, faults in order of lines, how its scripts came out."""

    body: dict[str, Any] | None = None
    faults: list[Fault] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)


def check_text(text: str, rulebook: Rulebook, topics: Collection[str], slug: str | None = None) -> Checked:
    """Everything wrong with a typed case; `slug` is the item that it must stay. Scripts are played once nothing else is wrong."""
    checked = Checked()
    if len(text) > LONGEST:
        checked.faults = [Fault(1, "", f"有 {len(text)} 个字，最多 {LONGEST} 个", "请把案例拆小。")]
        return checked
    document = read_yaml(text)
    checked.faults = [Fault(line, "", message, remedy) for line, message, remedy in document.faults]
    if checked.faults:
        return checked
    if not isinstance(document.value, dict):
        checked.faults = [Fault(1, "", "这里应是一组“字段: 值”", "第一行写 id: 编号，写法见案例格式说明。")]
        return checked
    checked.body = document.value
    checked.faults = _located(document, body_flaws(document.value, rulebook, topics, slug))
    if not checked.faults:
        checked.scripts = play_scripts(document.value, rulebook)
        checked.faults = _located(document, script_flaws(checked.scripts))
    return checked


_checked: dict[tuple[str, str, str], Checked] = {}


def checked_again(text: str, rulebook: Rulebook, topics: Collection[str], slug: str) -> Checked:
    """The same for a case that is only looked at; kept for the process, because its scripts take their time."""
    key = (slug, rulebook.digest, hashlib.sha256(text.encode()).hexdigest())
    if key not in _checked:
        if len(_checked) >= 64:
            _checked.clear()
        _checked[key] = check_text(text, rulebook, topics, slug)
    return _checked[key]


def _located(document: Document, flaws: Iterator[Flaw]) -> list[Fault]:
    unique = dict.fromkeys((document.line(flaw.path), flaw.place, flaw.message, flaw.remedy) for flaw in flaws)
    return [Fault(*one) for one in sorted(unique)][:MOST_SHOWN]


def body_flaws(body: Mapping[str, Any], rulebook: Rulebook, topics: Collection[str], slug: str | None = None) -> Iterator[Flaw]:
    """Everything wrong with the mapping of a case beside the rulebook, its scripts aside."""
    if slug is not None and body.get("id") != slug:
        yield Flaw(("id",), f"编号改成了「{body.get('id')}」", f"编号不能改，请写回 {slug}；要另做一个案例，请用「以它为底另写一个」。")
    for build in (CaseHeader.from_dict, load_case):
        try:
            build(body)
        except (CaseError, FlawedContent) as error:
            yield from error.flaws
    for place, topic in enumerate(body["topics"] if isinstance(body.get("topics"), list) else []):
        if topics and topic not in topics:
            yield Flaw(("topics", place), f"没有知识点「{topic}」", f"{nearest(str(topic), topics)}可用：{'、'.join(sorted(topics))}。")
    for path, key, words in _texts(body, ()):
        if key == "rule" and "{" not in words:
            yield from rule_flaws(path, [words], rulebook)
        else:
            yield from figure_flaws(path, words, rulebook)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Every text of a mapping with its path and the last field on it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, str(key)))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*path, place))
    elif isinstance(value, str) and value:
        yield path, next((part for part in reversed(path) if isinstance(part, str)), ""), value


def scenes_of(body: Mapping[str, Any], rulebook: Rulebook) -> list[Scene]:
    """The case on each of its variants."""
    case, judge = load_case(body), RulebookJudge(rulebook)
    return [make_scene(case, number, judge, number) for number in range(variant_count(body))]


def play_scripts(body: Mapping[str, Any], rulebook: Rulebook) -> list[Script]:
    """How every script comes out on every variant; one that cannot be read counts as failed with the reason for its ending."""
    scenes, ear = scenes_of(body, rulebook), rulebook_ear(rulebook)
    return [Script(solution.title, solution.passes, tuple(_result(scene, number, ear) for scene in scenes))
            for number, solution in enumerate(scenes[0].case.solutions)]


def _result(scene: Scene, number: int, ear: Any) -> tuple[float, bool, str]:
    try:
        report = play_and_report(scene, scene.case.solutions[number].moves, ear)
    except MoveError as error:
        return 0, False, str(error)
    return report.score / 10, report.passed, report.end_title


def script_flaws(scripts: list[Script]) -> Iterator[Flaw]:
    """Scripts that do not come out as they say."""
    for number, script in enumerate(scripts):
        wrong = [f"第 {at} 组得 {score:g} 分（{end}）" for at, (score, passed, end) in enumerate(script.results, 1) if passed != script.passes]
        if wrong:
            said = "写明能通过，实际没有通过" if script.passes else "写明不能通过，实际通过了"
            yield Flaw(("solutions", number), f"做法「{script.title}」{said}：{'；'.join(wrong)}", "请改这段做法，或者改评分。")

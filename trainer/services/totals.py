"""From the marks of the places to the result of the paper: pure arithmetic, and what hangs on a single reading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """One item of an attempt: points and worth in thousandths; `doubtful` ones await a person, `found` rest on findings."""

    position: int
    section: str
    worth: int
    points: int
    doubtful: bool = False
    found: bool = False


@dataclass(frozen=True)
class Totals:
    """The result of a paper; `decisive` lists the positions on whose reading pass or fail hangs."""

    points: int
    of: int
    sections: tuple[dict[str, Any], ...]
    passed: bool
    decisive: tuple[int, ...]


def rule_text(rule: object) -> str:
    """What passing takes, in words."""
    if rule == "all_right":
        return "须全部答对"
    if isinstance(rule, Mapping) and "percent" in rule:
        return f"须达到 {rule['percent']}%"
    if isinstance(rule, Mapping) and "marks" in rule:
        return f"须达到 {rule['marks']} 分"
    return "不单独设及格线"


def _holds(rule: object, points: int, of: int, all_right: bool) -> bool:
    if rule == "all_right":
        return all_right
    if isinstance(rule, Mapping) and "percent" in rule:
        return points * 100 >= of * float(rule["percent"])
    if isinstance(rule, Mapping) and "marks" in rule:
        return points >= float(rule["marks"]) * 1000
    return True


def _sections(paper: Mapping[str, Any], places: Sequence[Place]) -> list[dict[str, Any]]:
    rows = []
    for section in paper["sections"]:
        own = [place for place in places if place.section == section["id"]]
        points, of = sum(p.points for p in own), sum(p.worth for p in own)
        rule = section.get("pass")
        if section.get("red_line") and rule is None:
            rule = "all_right"
        rows.append({
            "id": section["id"], "title": section["title"], "points": points, "of": of, "rule": rule_text(rule),
            "has_rule": rule is not None, "passed": _holds(rule, points, of, all(p.points >= p.worth for p in own)),
        })
    return rows


def _passed(paper: Mapping[str, Any], places: Sequence[Place]) -> bool:
    points, of = sum(p.points for p in places), sum(p.worth for p in places)
    whole = _holds(paper.get("pass"), points, of, all(p.points >= p.worth for p in places))
    return whole and all(row["passed"] for row in _sections(paper, places))


def _with(places: Sequence[Place], value: Callable[[Place], int]) -> list[Place]:
    return [Place(p.position, p.section, p.worth, value(p), p.doubtful, p.found) for p in places]


def _decisive(paper: Mapping[str, Any], places: Sequence[Place], passed: bool) -> tuple[int, ...]:
    """Items whose other reading alone, or the doubtful ones together, would turn the outcome."""
    def other(place: Place) -> int:
        return 0 if passed else place.worth

    uncertain = [p for p in places if p.doubtful or (p.found and not passed)]
    alone = [u.position for u in uncertain if _turns(paper, places, {u.position}, other, passed)]
    doubtful = [u for u in uncertain if u.doubtful]
    if not alone and doubtful and _turns(paper, places, {u.position for u in doubtful}, other, passed):
        return tuple(u.position for u in doubtful)
    return tuple(alone)


def _turns(paper: Mapping[str, Any], places: Sequence[Place], read: set[int], other: Callable[[Place], int], passed: bool) -> bool:
    """Whether reading these positions the other way turns the outcome."""
    return _passed(paper, _with(places, lambda p: other(p) if p.position in read else p.points)) != passed


def judge_paper(paper: Mapping[str, Any], places: Sequence[Place]) -> Totals:
    """Total, sections and pass of a paper, and which items decide it."""
    passed = _passed(paper, places)
    return Totals(
        points=sum(p.points for p in places), of=sum(p.worth for p in places),
        sections=tuple(_sections(paper, places)), passed=passed, decisive=_decisive(paper, places, passed))

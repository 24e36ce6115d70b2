"""Rules that go before each other in a circle, so that none of them would win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainer.rules.problems import Problem
from trainer.rules.record import Rule

_Edges = dict[str, list[str]]


def check_circles(rules: Mapping[str, Rule], problems: list[Problem]) -> None:
    """Report every circle of `beats` that holds in all cases, once, at its first rule."""
    for slot, edges in sorted(_edges(rules).items()):
        for circle in _circles(edges):
            first = rules[circle[0]]
            path = " → ".join((*circle, circle[0]))
            problems.append(
                Problem(
                    first.file,
                    first.lines.get("beats", first.lines.get("id", 0)),
                    f"规则「{first.id}」的 beats 在 {slot} 上绕成一圈：{path}",
                    "请去掉其中一条，或用 when 写明什么情形下谁优先",
                )
            )


def _edges(rules: Mapping[str, Rule]) -> dict[str, _Edges]:
    """Who goes before whom for each slot, whatever the case; finding another void settles a pair by itself."""
    reasons = {
        (beat.slot, rule.id, beat.rule): beat.reason for rule in rules.values() for beat in rule.beats if beat.when is None
    }
    found: dict[str, _Edges] = {}
    for (slot, one, other), reason in reasons.items():
        back = reasons.get((slot, other, one))
        if reason != "void" and back == "void":
            continue
        found.setdefault(slot, {}).setdefault(one, []).append(other)
    return found


def _circles(edges: _Edges) -> Iterator[tuple[str, ...]]:
    """Each circle that a walk along the edges runs into."""
    done: set[str] = set()
    for start in sorted(edges):
        if start not in done:
            yield from _walk(start, edges, done)


def _walk(start: str, edges: _Edges, done: set[str]) -> Iterator[tuple[str, ...]]:
    path = [start]
    waiting = [iter(sorted(edges.get(start, ())))]
    while path:
        following = next(waiting[-1], None)
        if following is None:
            done.add(path.pop())
            waiting.pop()
        elif following in path:
            yield _turned(path[path.index(following) :])
        elif following not in done:
            path.append(following)
            waiting.append(iter(sorted(edges.get(following, ()))))


def _turned(circle: list[str]) -> tuple[str, ...]:
    """The circle, begun at its first rule by name."""
    at = circle.index(min(circle))
    return (*circle[at:], *circle[:at])

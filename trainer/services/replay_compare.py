"""Two attempts at one case side by side: turns aligned, marks and costs with their differences; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay import Scene, parse_move
from trainer.roleplay.step import tokens
from trainer.services.replay_costs import PARTIES, CostLine, cost_lines
from trainer.services.replays import Replay, Turn

GAP = -1.0
OUTCOME = "处理结果"


@dataclass(frozen=True)
class Row:
    """A turn of each side that belong together; None where only the other side did it. `same` tells that both came to the same."""

    left: Turn | None
    right: Turn | None
    same: bool


@dataclass(frozen=True)
class MarkRow:
    """One line of the rubric on both sides, in points of a hundred; None where a side does not have it."""

    what: str
    of: float
    left: float | None
    right: float | None

    @property
    def more(self) -> float:
        """By how much the left side has more."""
        return round((self.left or 0) - (self.right or 0), 1)


@dataclass(frozen=True)
class CostRow:
    """What a thing cost the shop on both sides, in fen."""

    what: str
    left: int
    right: int
    shadow: bool = False

    @property
    def more(self) -> int:
        """By how much the left side cost more."""
        return self.left - self.right


def align(left: Sequence[Turn], right: Sequence[Turn]) -> list[Row]:
    """The turns of both in order, those that do the same beside each other (an optimal global alignment); mere passing of time aside."""
    left, right = ([turn for turn in turns if not turn.is_pass] for turns in (left, right))
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        best[i][len(right)] = best[i + 1][len(right)] + GAP
    for j in range(len(right) - 1, -1, -1):
        best[len(left)][j] = best[len(left)][j + 1] + GAP
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j + 1] + likeness(left[i], right[j]), best[i + 1][j] + GAP, best[i][j + 1] + GAP)
    return _trace(left, right, best)


def _trace(left: Sequence[Turn], right: Sequence[Turn], best: Sequence[Sequence[float]]) -> list[Row]:
    rows, i, j = list[Row](), 0, 0
    while i < len(left) or j < len(right):
        if i < len(left) and j < len(right) and best[i][j] == best[i + 1][j + 1] + likeness(left[i], right[j]):
            rows.append(Row(left[i], right[j], _same(left[i], right[j])))
            i, j = i + 1, j + 1
        elif i < len(left) and best[i][j] == best[i + 1][j] + GAP:
            rows.append(Row(left[i], None, False))
            i += 1
        else:
            rows.append(Row(None, right[j], False))
            j += 1
    return rows


def likeness(one: Turn, other: Turn) -> float:
    """How much two turns belong together: the same move 4, its sibling 1, two replies 1 to 4 by the acts they share; others never."""
    if one.move["move"] != other.move["move"]:
        return 3 * GAP
    if one.is_reply:
        ours, theirs = _acts(one), _acts(other)
        return 1 + 3 * len(ours & theirs) / len(ours | theirs) if ours | theirs else 2
    return 4 if _token(one) == _token(other) else 1 if one.move["move"] == "wait" else -1.5


def _same(one: Turn, other: Turn) -> bool:
    return _found(one) == _found(other) if one.is_reply else _token(one) == _token(other)


def _acts(turn: Turn) -> frozenset[str]:
    return frozenset(str(found["act"]) for found in (turn.findings or {}).get("acts", ()))


def _found(turn: Turn) -> tuple[frozenset[str], frozenset[str]]:
    return _acts(turn), frozenset(str(found["code"]) for found in (turn.findings or {}).get("violations", ()))


def _token(turn: Turn) -> str:
    move = parse_move(turn.move)
    return f"{tokens(move)[-1]} {move.args.get('amount', '')} {move.args.get('minutes', '')} {move.args.get('fields', '')}"


def mark_rows(left: Replay, right: Replay) -> list[MarkRow]:
    """The rubric line by line, as both reports have it; slips of the same name are counted one by one."""
    ours, theirs = _by_name(left.all_marks()), _by_name(right.all_marks())
    rows = []
    for key in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(key), theirs.get(key)
        some = mine or other or {}
        rows.append(MarkRow(OUTCOME if key[0] == OUTCOME else str(some["what"]), float(some["of"]),
                            float(mine["points"]) if mine else None, float(other["points"]) if other else None))
    return rows


def _by_name(marks: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for mark in marks:
        name = OUTCOME if mark["what"].startswith(OUTCOME) else str(mark["what"])
        count = sum(1 for key in found if key[0] == name)
        found[name, count] = mark
    return found


def cost_rows(left: tuple[Scene, Replay], right: tuple[Scene, Replay]) -> list[CostRow]:
    """What the cost of each side is made of, the same things in one row."""
    ours, theirs = (_summed(cost_lines(scene, one.end())) for scene, one in (left, right))
    rows = []
    for what in dict.fromkeys([*ours, *theirs]):
        rows.append(CostRow(what, ours[what].fen if what in ours else 0, theirs[what].fen if what in theirs else 0,
                            (ours.get(what) or theirs[what]).shadow))
    return rows


def _summed(lines: Sequence[CostLine]) -> dict[str, CostLine]:
    found: dict[str, CostLine] = {}
    for line in lines:
        before = found.get(line.what)
        found[line.what] = CostLine(line.what, line.fen + (before.fen if before else 0), line.shadow)
    return found


def balance_rows(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[CostRow]:
    """What each party gained (above 0) or lost on both sides."""
    rows = [CostRow(words, left["balances"].get(party, 0), right["balances"].get(party, 0)) for party, words in PARTIES.items()]
    return [row for row in rows if row.left or row.right]

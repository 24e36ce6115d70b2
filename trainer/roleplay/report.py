"""The result of a finished conversation: marks, cost beside the best, transcript, money by who bore it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay.moves import SPECS, yuan
from trainer.roleplay.scene import Scene
from trainer.roleplay.scoring import Judgement, Mark, judge
from trainer.roleplay.state import State


@dataclass(frozen=True, slots=True)
class Report:
    """All that the end page and the command line show; score in thousandths, money in fen."""

    case: str
    seed: int
    end_state: str
    end_title: str
    score: int
    passed: bool
    marks: tuple[Mark, ...]
    cost: int
    best_cost: int | None
    balances: dict[str, int]
    transcript: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `flask cases play --json`; score and points of a hundred, money in yuan."""
        return {
            "case": self.case, "seed": self.seed, "end_state": self.end_state, "score": _hundred(self.score),
            "passed": self.passed, "marks": [mark.to_dict() for mark in self.marks], "cost": float(yuan(self.cost)),
            "best_cost": None if self.best_cost is None else float(yuan(self.best_cost)),
            "transcript": list(self.transcript),
        }


def report(scene: Scene, state: State, events: Sequence[dict[str, Any]], best_cost: int | None = None) -> Report:
    """The report of a state and all events up to it, in order."""
    found: Judgement = judge(scene, state)
    return Report(scene.case.id, scene.seed, found.end_state, found.end_title, found.score, found.passed, found.marks,
                  found.cost, best_cost, state.balances(), tuple(transcript(scene, events)))


def transcript(scene: Scene, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said and done, with Beijing times."""
    rows = []
    for event in events:
        if event["kind"] == "passed":
            continue
        row: dict[str, Any] = {"at": scene.iso(event["at"]), "who": event["who"]}
        if event["kind"] == "move":
            row["move"] = event["move"]
        elif event["kind"] == "refused":
            can = "、".join(SPECS[name].label for name in event["allowed"])
            row["text"] = f"不能「{SPECS[event['move']['move']].label}」：{event['text']}。现在可以：{can or '没有可做的操作'}"
        else:
            row["text"] = event["text"]
        rows.append(row)
    return rows


def _hundred(points: int) -> float | int:
    return points // 10 if points % 10 == 0 else points / 10

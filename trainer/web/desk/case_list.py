"""The cases to practise as the list shows them: with what the person made of them, searched and filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.models import DeskSession, Revision

STATES = {"new": "没练过", "failed": "还没通过", "passed": "已通过"}
KINDS = {"sale": "售前", "after": "售后"}


@dataclass(frozen=True)
class CaseRow:
    """A case with the person's finished and running desks at it, newest first."""

    case: Mapping[str, Any]
    mine: Sequence[DeskSession]

    @property
    def done(self) -> list[DeskSession]:
        """Desks that have ended."""
        return [desk for desk in self.mine if desk.finished_at is not None]

    @property
    def best(self) -> int | None:
        """The best score so far."""
        return max((desk.score for desk in self.done if desk.score is not None), default=None)

    @property
    def state(self) -> str:
        """new, failed or passed."""
        if any(desk.passed for desk in self.done):
            return "passed"
        return "failed" if self.done else "new"

    @property
    def kind(self) -> str:
        """sale before an order, after behind it."""
        return "sale" if self.case.get("sale") else "after"


def case_rows(cases: Sequence[Revision], desks: Sequence[DeskSession]) -> list[CaseRow]:
    """Every case with the desks of one buyer at it."""
    by_item: dict[int, list[DeskSession]] = {}
    for desk in desks:
        if len(desk.conversations) == 1:
            by_item.setdefault(desk.conversations[0].case_revision.item_id, []).append(desk)
    return [CaseRow(row.body, by_item.get(row.item_id, [])) for row in cases]


def filtered(rows: Sequence[CaseRow], asked: Mapping[str, str]) -> list[CaseRow]:
    """The rows that meet every filter that is set: q, platform, level, topic, kind, state."""
    words = asked.get("q", "").casefold().split()
    found = []
    for row in rows:
        case = row.case
        text = f"{case['title']} {case.get('summary', '')} {case.get('shop', '')}".casefold()
        fits = (all(word in text for word in words) and _is(asked, "platform", str(case["platform"]))
                and _is(asked, "level", str(case.get("level", 1))) and _is(asked, "kind", row.kind) and _is(asked, "state", row.state)
                and (not asked.get("topic") or asked["topic"] in case.get("topics", ())))
        if fits:
            found.append(row)
    return found


def _is(asked: Mapping[str, str], name: str, value: str) -> bool:
    return asked.get(name, "") in ("", value)

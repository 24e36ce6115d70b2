"""Cases, a small judge that needs no rulebook, and an ear that hears marked acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from trainer.roleplay import Case, Fault, Heard, Ruling, Scene, State, make_scene
from trainer.roleplay.files import load_cases

CASES = Path(__file__).parents[2] / "question_bank" / "cases"
TIMERS = {
    "refund.seller_silent": ("claim", "filed_at", 5, "at", "tb.refund.seller_silent_5d"),
    "refund.after_rejection": ("claim", "rejected_at", 7, "closes_at", "tb.refund.rejected_7d_close"),
    "refund.buyer_return": ("claim", "agreed_at", 7, "return_by", "tb.refund.buyer_return_7d"),
    "refund.return_receipt": ("claim", "returned_at", 10, "refunds_at", "tb.refund.return_auto_10_30"),
    "trade.auto_confirm": ("order", "shipped_at", 10, "confirms_at", "tb.auto_confirm.express_10d"),
    "dispute.intervention": ("claim", "filed_at", 3, "opens_at", "tmall.intervention.72h"),
}


class TimerJudge:
    """The refund timers as plain days, so that the machine is tested without the rulebook."""

    def answer(self, ask: str, platform: str, as_of: datetime, facts: Mapping[str, Any]) -> Ruling | None:
        if ask == "return.refund_due" and platform != "douyin":
            due = datetime.fromisoformat(facts["goods_received_at"]) + timedelta(days=7)
            return Ruling({"refund_by": due.isoformat()}, "law.refund.seven_days", "")
        if ask not in TIMERS or ask == "dispute.intervention" and platform != "tmall":
            return None
        part, field, days, answer, rule = TIMERS[ask]
        due = datetime.fromisoformat(facts[part][field]) + timedelta(days=days)
        return Ruling({answer: due.isoformat()}, rule, "")

    def render(self, text: str, as_of: datetime) -> str:
        return text


def hear_marks(scene: Scene, state: State, text: str) -> Heard:
    """Acts are written as [act], faults as [!code]."""
    words = [word.split("]")[0] for word in text.split("[")[1:]]
    return Heard(frozenset(word for word in words if not word.startswith("!")),
                 tuple(Fault(word[1:], "some.rule", "原因") for word in words if word.startswith("!")))


@pytest.fixture(scope="session")
def cases() -> dict[str, Case]:
    return load_cases(CASES)


@pytest.fixture
def scene_of(cases: dict[str, Case]) -> Callable[..., Scene]:
    return lambda case_id, seed=0: make_scene(cases[case_id], seed, TimerJudge())

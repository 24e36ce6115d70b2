"""The small bank, and questions built from a few words."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from trainer.content import Question, read_moment
from trainer.rules import Rulebook

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return Rulebook.load(SMALL_BANK / "rulebook")


@pytest.fixture
def moment() -> datetime:
    return read_moment("2014-06-20T10:00")


@pytest.fixture
def make_question() -> Callable[..., Question]:
    def make(kind: str, **body: Any) -> Question:
        shared = {
            "id": "q.one",
            "type": kind,
            "title": "一题",
            "platforms": ["tmall"],
            "topic": "late_shipment",
            "systems": [8],
            "difficulty": 1,
            "pool": "both",
            "as_of": "2014-06-20",
            "rules": ["tmall.late.pay"],
            "stem": "题干",
        }
        return Question.from_dict({**shared, **body})

    return make

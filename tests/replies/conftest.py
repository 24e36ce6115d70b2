"""One rulebook for all tests of reply checks, and a short way to check a reply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trainer.replies import Findings, check_reply
from trainer.rules import Rulebook

WHEN = "2026-11-21T10:00:00+08:00"


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return Rulebook.load(Path(__file__).parents[2] / "question_bank" / "rulebook")


@pytest.fixture(scope="session")
def check(rulebook: Rulebook) -> Callable[..., Findings]:
    def run(reply: str, **more: Any) -> Findings:
        return check_reply(reply, rulebook=rulebook, **({"platform": "tmall", "as_of": WHEN} | more))

    return run


@pytest.fixture(scope="session")
def codes(check: Callable[..., Findings]) -> Callable[..., set[str]]:
    return lambda reply, **more: {each.code for each in check(reply, **more).violations}


@pytest.fixture(scope="session")
def acts(check: Callable[..., Findings]) -> Callable[..., set[str]]:
    return lambda reply, **more: {each.act for each in check(reply, **more).acts}

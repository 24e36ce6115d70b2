"""The shipped rulebook, read once for all tests of the rules engine."""

from pathlib import Path

import pytest

from trainer.rules import Rulebook

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return Rulebook.load(ROOT / "question_bank" / "rulebook")

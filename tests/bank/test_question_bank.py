"""The bank that ships with the project is in order."""

from pathlib import Path

import pytest

from trainer.bank import Bank, check
from trainer.content import read_moment
from trainer.content.lesson_page import lesson_page
from trainer.questions import TYPES, make_variant, variant_count

ROOT = Path(__file__).parent.parent.parent / "question_bank"
NOW = read_moment("2026-11-21T10:00")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank.load(ROOT)


def test_the_shipped_bank_has_no_problem(bank: Bank) -> None:
    assert [str(problem) for problem in check(bank, NOW)] == []


def test_there_is_enough_of_everything_for_a_course_and_an_exam(bank: Bank) -> None:
    assert len(bank.lessons) >= 8 and len(bank.questions) >= 80 and len(bank.cases) >= 2
    assert any(paper.certifying for paper in bank.papers.values())
    assert {"single", "multiple", "decision", "ordering", "scripted_reply"} <= {one.type for one in bank.questions.values()} <= set(TYPES)


def test_every_lesson_renders_with_its_figures(bank: Bank) -> None:
    for lesson in bank.lessons.values():
        page = lesson_page(lesson, bank.rulebook, NOW)
        assert page.rules and "{{" not in page.html and "[[" not in page.html, lesson.id


def test_no_variant_shows_a_placeholder_or_its_key(bank: Bank) -> None:
    for question in bank.questions.values():
        for number in range(variant_count(question)):
            variant = make_variant(question, number, bank.rulebook, NOW)
            assert "{{" not in str(variant.shown) and "[[" not in str(variant.shown), question.id
            assert not {"right", "why", "explain", "answer", "required", "samples"} & set(variant.shown), question.id
            assert variant.rules, question.id

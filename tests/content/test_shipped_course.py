"""The course that comes with the product keeps its own promises to the learner."""

from pathlib import Path

import pytest
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BANK = Path(__file__).parents[2] / "question_bank"
LESSONS = sorted((BANK / "lessons").glob("*.md"))
QUESTIONS = [
    question
    for path in sorted((BANK / "questions").glob("*.yaml"))
    for question in yaml.load(path.read_text("utf-8"), LOADER)["questions"]
]
POOLS = {question["id"]: question["pool"] for question in QUESTIONS}
BUYER_WORD = {"jd": "客户", "douyin": "用户", "kuaishou": "用户"}


def body_of(path: Path) -> str:
    return path.read_text("utf-8").split("---\n", 2)[2].strip()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_begins_with_a_situation_and_ends_with_what_to_take_away(path: Path) -> None:
    text = body_of(path)
    assert text.startswith(":::情景")
    assert ":::要点" in text and text.rindex(":::要点") > text.rindex("## ")
    assert ":::误区" in text and ":::话术" in text


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_check_of_a_lesson_never_spends_an_exam_question(path: Path) -> None:
    front = yaml.safe_load(path.read_text("utf-8").split("---\n", 2)[1])
    assert front["check"]
    assert [one for one in front["check"] if POOLS[one] == "exam"] == []


def test_the_right_option_is_not_the_longest_by_habit() -> None:
    singles = [one["options"] for one in QUESTIONS if one["type"] == "single" and "decision" not in one]
    longest = 0
    for options in singles:
        right = next(len(one["text"]) for one in options if one.get("right"))
        longest += all(right > len(one["text"]) for one in options if not one.get("right"))
    assert longest / len(singles) < 0.45


OTHER_WORD = [one for one in QUESTIONS if len(one["platforms"]) == 1 and one["platforms"][0] in BUYER_WORD]


@pytest.mark.parametrize("question", OTHER_WORD, ids=lambda question: question["id"])
def test_the_buyer_is_called_what_the_platform_calls_him(question: dict[str, object]) -> None:
    assert "买家" not in yaml.safe_dump(question, allow_unicode=True)


def test_the_certifying_stock_is_large_enough() -> None:
    assert len(QUESTIONS) >= 100
    assert sum(one["type"] == "decision" for one in QUESTIONS) >= 30
    assert sum(one["type"] == "scripted_reply" for one in QUESTIONS) >= 15
    assert sum(one["type"] == "ordering" for one in QUESTIONS) >= 8

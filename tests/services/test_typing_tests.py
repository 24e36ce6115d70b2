"""The typing test: what counts as right, and what cannot be a test."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import Cast
from trainer.errors import InputError
from trainer.services import typing_tests
from trainer.services.typing_texts import LINES


@pytest.mark.parametrize(("typed", "count"), [
    ([], (0, 0)), (["您好，请稍等。"], (7, 0)), (["您好,请稍等。"], (7, 0)), (["您 好，请稍等。"], (7, 0)), (["您好，请稍"], (5, 0)),
    (["您好，请销等。"], (7, 1)), (["您好，请请稍等。"], (8, 1)), (["您，请稍等。", "马上"], (8, 1)), (["", "马上查。"], (4, 0)),
    (["您好，请稍等。", "马上查。", "多出来的一行"], (11, 0)), (["乱打一通啊啊"], (6, 6))])
def test_characters_and_errors(typed: list[str], count: tuple[int, int]) -> None:
    found = typing_tests.count_typed(["您好，请稍等。", "马上查。"], typed)
    assert (found.typed, found.errors) == count


words = st.text("您好请稍等马上查", max_size=12)


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_edits_are_a_distance(one: str, other: str) -> None:
    there = typing_tests.edits(one, other)
    assert there == typing_tests.edits(other, one) and (there == 0) == (one == other)
    assert abs(len(one) - len(other)) <= there <= max(len(one), len(other))
    assert typing_tests.edits(one, other, open_end=True) <= there and typing_tests.edits(one, one + other, open_end=True) == 0


def test_the_text_is_long_enough_and_another_each_time() -> None:
    assert len("".join(LINES)) > 1000 and len(set(LINES)) == len(LINES)
    assert typing_tests.passage("1") != typing_tests.passage("2") and sorted(typing_tests.passage("1")) == sorted(LINES)


def test_a_test_is_kept_once(session: Session, cast: Cast, now: datetime) -> None:
    text = "\n".join(typing_tests.passage("7")[:9])
    row = typing_tests.finish_test(session, cast.chen, "key", "7", text, 180, now - timedelta(seconds=185), now)
    assert row.errors == 0 and row.speed == round(row.typed / 3)
    assert typing_tests.finish_test(session, cast.chen, "key", "7", "别的", 180, now - timedelta(seconds=185), now) is row
    assert typing_tests.typing_history(session, cast.chen.id) == [row] and typing_tests.typing_history(session, cast.stranger.id) == []


@pytest.mark.parametrize(("text", "seconds", "words"), [("您好", 180, "重新测"), ("您好", 10, "至少要打"), ("", 60, "还没有打字")])
def test_what_cannot_be_a_test_is_refused(session: Session, cast: Cast, now: datetime, text: str, seconds: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        typing_tests.finish_test(session, cast.chen, "key", "7", text, seconds, now - timedelta(seconds=100), now)

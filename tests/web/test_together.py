"""Work that many ask for at once: each wish is answered once, those who wait share a turn, a failure is told to those it concerns."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from trainer.web.exams.together import Together


def test_everybody_gets_his_own_answer_and_those_who_wait_share_a_turn() -> None:
    first_runs, go_on, turns = Event(), Event(), list[int]()

    def work(wishes: Sequence[int]) -> list[int]:
        turns.append(len(wishes))
        first_runs.set()
        go_on.wait(10)
        return [wish * 2 for wish in wishes]

    together = Together(work)
    with ThreadPoolExecutor(9) as pool:
        answers = [pool.submit(together, 0)]
        first_runs.wait(10)
        answers += [pool.submit(together, wish) for wish in range(1, 9)]
        while len(together._waiting) < 8:
            pass
        go_on.set()
        assert [answer.result(10) for answer in answers] == [wish * 2 for wish in range(9)]
    assert turns == [1, 8]


def test_many_turns_lose_nobody() -> None:
    together = Together(lambda wishes: [wish + 1 for wish in wishes])
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(together, range(200))) == list(range(1, 201))


def test_what_the_work_raises_is_told_and_the_next_turn_goes_on() -> None:
    def work(wishes: Sequence[int]) -> list[int]:
        if 13 in wishes:
            raise ValueError("made up")
        return list(wishes)

    together = Together(work)
    with pytest.raises(ValueError, match="made up"):
        together(13)
    assert together(7) == 7

"""Work that many ask for at the same moment, done for all of them at once."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

PAUSE, CROWD = 0.005, 0.1  # seconds: how long a turn waits in a crowd, and how long after a turn of several there still is one

W = TypeVar("W")
T = TypeVar("T")


class _Asked(Generic[W, T]):
    """One that was asked for; `turn` is set when it is done, or when whoever asks shall do it for all who wait."""

    def __init__(self, wish: W) -> None:
        self.wish, self.turn = wish, threading.Event()
        self.told: T | None = None
        self.error: BaseException | None = None
        self.is_done = False


class Together(Generic[W, T]):
    """What is asked for while the work runs is gathered and done together by one of those who wait.

    Who comes alone waits for nobody. Right after a turn of several the next begins a moment later, so that those just served make
    room for others: else every second turn would have one wish, and a turn costs almost the same for one as for eight.

    `work` gets the wishes and answers in their order. What it raises, everybody whose wish it had is told.
    """

    def __init__(self, work: Callable[[Sequence[W]], Sequence[T]]) -> None:
        self._work, self._guard = work, threading.Lock()
        self._waiting: list[_Asked[W, T]] = []
        self._is_busy, self._crowded_until = False, 0.0

    def __call__(self, wish: W) -> T:
        """The answer to the wish, once the work that held it is over."""
        mine: _Asked[W, T] = _Asked(wish)
        with self._guard:
            self._waiting.append(mine)
            leads, self._is_busy = not self._is_busy, True
        if not leads:
            mine.turn.wait()
        if not mine.is_done:
            if time.monotonic() < self._crowded_until:
                time.sleep(PAUSE)
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.told  # type: ignore[return-value]

    def _lead(self) -> None:
        """Do what waits by now, and hand over to the first who came meanwhile."""
        with self._guard:
            asked, self._waiting = self._waiting, []
        try:
            for one, told in zip(asked, self._work([one.wish for one in asked]), strict=True):
                one.told = told
        except BaseException as error:  # everybody meets it, the leader as well
            for one in asked:
                one.error = error
        self._crowded_until = time.monotonic() + CROWD if len(asked) > 1 else 0.0
        with self._guard:
            following, self._is_busy = self._waiting[:1], bool(self._waiting)
        for one in following:
            one.turn.set()
        for one in asked:
            one.is_done = True
            one.turn.set()

"""A worker of the server leaves connections to its siblings while its own threads have a queue."""

from types import SimpleNamespace
from typing import Any

import pytest

from trainer.workers import EvenWorker


class Waiting:
    def __init__(self, count: int) -> None:
        self._work_queue = SimpleNamespace(qsize=lambda: count)


@pytest.mark.parametrize(("waiting", "most"), [(0, 1000), (7, 1000), (8, 0), (300, 0)])
def test_no_further_connection_while_there_is_a_queue(waiting: int, most: int) -> None:
    worker: Any = EvenWorker.__new__(EvenWorker)
    worker.cfg, worker.tpool, worker.worker_connections = SimpleNamespace(threads=8), Waiting(waiting), 1000
    assert worker.worker_connections == most

"""A worker of the server in a crowd: it leaves newcomers to its siblings while its threads have a queue, and serves them before those it served."""

from collections import deque
from socket import socketpair
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from trainer import workers
from trainer.workers import FairWorker


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A worker with eight threads, nobody in the queue and nobody in the backlog."""
    found: Any = FairWorker.__new__(FairWorker)
    found.cfg, found.alive, found.sockets, found.worker_connections, found.backlog, found.queue = (
        SimpleNamespace(threads=8), True, [], 1000, [], [])
    found.tpool = SimpleNamespace(_work_queue=SimpleNamespace(qsize=lambda: len(found.queue)))
    found.poller, found.keepalived_conns, found._again, found.nr_conns = SimpleNamespace(unregister=lambda _: None), deque(), deque(), 300
    monkeypatch.setattr(found, "enqueue_req", found.queue.append, raising=False)
    monkeypatch.setattr(workers, "select", lambda *_: (found.backlog, [], []))
    monkeypatch.setattr(ThreadWorker, "wait_for_and_dispatch_events", lambda *_: None)
    return found


def again(worker: Any, *names: str, sent: bytes = b"GET /exams/attempts/1 HTTP/1.1") -> None:
    for name in names:
        here, there = socketpair()
        with here, there:
            there.sendall(sent)
            worker.keepalived_conns.append(name)
            worker.on_client_socket_readable(name, here)
            assert here.recv(100) == sent, "it was looked at, not taken"


@pytest.mark.parametrize(("waiting", "most"), [(0, 1000), (7, 1000), (8, 0), (300, 0)])
def test_no_further_connection_while_there_is_a_queue(worker: Any, waiting: int, most: int) -> None:
    worker.queue += ["somebody"] * waiting
    assert worker.worker_connections == most


def test_without_a_crowd_who_comes_again_is_served_at_once(worker: Any) -> None:
    again(worker, "one", "two")
    worker.wait_for_and_dispatch_events(1)
    assert (worker.queue, list(worker.keepalived_conns)) == (["one", "two"], [])


def test_who_comes_again_waits_for_newcomers_and_for_a_free_thread(worker: Any) -> None:
    again(worker, "one", "two")
    worker.backlog.append("newcomer")
    worker.wait_for_and_dispatch_events(1)
    assert worker.queue == []
    worker.backlog.clear()
    worker.queue += ["somebody"] * 7
    worker.wait_for_and_dispatch_events(1)
    assert worker.queue[7:] == ["one"], "the eighth place; the next must wait until one is free"


def test_nobody_waits_for_newcomers_for_ever(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE", -1)
    again(worker, "one", "two")
    worker.backlog.append("newcomer")
    worker.wait_for_and_dispatch_events(1)
    assert worker.queue == ["one"], "then they take turns"


def test_a_newcomer_that_a_sibling_took_keeps_nobody_waiting(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[float] = []
    monkeypatch.setattr(ThreadWorker, "wait_for_and_dispatch_events", lambda _, timeout: rounds.append(timeout))
    again(worker, "one")
    worker.backlog.append("newcomer")
    worker.wait_for_and_dispatch_events(1)
    worker.backlog.clear()
    worker.wait_for_and_dispatch_events(1)
    assert worker.queue == ["one"]
    worker.wait_for_and_dispatch_events(1)
    again(worker, "two")
    worker.queue += ["somebody"] * 8
    worker.wait_for_and_dispatch_events(1)
    assert rounds == [0, 0, 1, 1], "it waits for events only where nobody waits for it, or all threads are busy and will wake it"


def test_an_answer_to_save_waits_for_no_newcomer(worker: Any) -> None:
    worker.backlog.append("newcomer")
    again(worker, "page")
    again(worker, "save", sent=b"PUT /exams/attempts/1/items/2 HTTP/1.1")
    worker.wait_for_and_dispatch_events(1)
    assert (worker.queue, list(worker.keepalived_conns)) == (["save"], [])


def test_a_connection_that_cannot_be_looked_at_takes_its_place() -> None:
    here, there = socketpair()
    with here, there:
        here.setblocking(False)
        assert not workers._is_save(here), "nothing came"
    assert not workers._is_save(here), "it is closed"

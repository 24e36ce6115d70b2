"""How a worker of the server serves a crowd: everybody stands in one line, and nobody is served twice before all are once."""

import time
from collections import deque
from select import select
from socket import MSG_PEEK
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

PATIENCE = 5.0  # seconds that a second request waits at most for those who come for the first time


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, but the line of a crowd stays where all workers take from it, in the backlog of the socket.

    A worker takes no further connection while its threads have a queue: it would keep hundreds waiting while a sibling idles. And a
    connection that was served already, whose browser asks for the page after the start, waits while others have not been served
    at all; only a save does not. The loop of the worker accepts while `nr_conns < worker_connections`, and looks again after each request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._again: deque[tuple[float, Any]] = deque()
        super().__init__(*args, **kwargs)

    @property
    def worker_connections(self) -> int:
        """The most connections at this moment."""
        return 0 if self._has_queue() else int(self._most)

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        self._most = most

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """A connection that was served before asks again: it takes its place behind the newcomers, unless it brings an answer to save."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        if _is_save(client):
            self.enqueue_req(conn)
        else:
            self._again.append((time.monotonic() + PATIENCE, conn))

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One round of the loop of the worker; then those are let in who waited for the newcomers.

        While somebody waits and a thread is free the round itself does not wait: a sibling may take the newcomer, and then nothing would
        wake this worker.
        """
        super().wait_for_and_dispatch_events(0 if self._again and not self._has_queue() else timeout)
        while self._again and not self._has_queue():
            newcomers = self.alive and self.nr_conns < self._most and select(self.sockets, [], [], 0)[0]
            if newcomers and time.monotonic() < self._again[0][0]:
                break
            self.enqueue_req(self._again.popleft()[1])
            if newcomers:  # these two take turns from now on
                break

    def _has_queue(self) -> bool:
        return self.tpool is not None and bool(self.tpool._work_queue.qsize() >= self.cfg.threads)


def _is_save(client: Any) -> bool:
    """Whether the request that begins on a connection is a PUT, as saves alone are: cheap, and somebody sits before it with the clock running."""
    try:
        return bool(client.recv(4, MSG_PEEK) == b"PUT ")
    except (OSError, ValueError):  # nothing there after all, or encrypted here
        return False

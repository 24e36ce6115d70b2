"""How a worker of the server takes connections: as many as it has threads waiting to be served, the rest are left to its siblings."""

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, but in a crowd it leaves connections to others instead of queueing hundreds while they idle.

    The loop of the worker accepts while `nr_conns < worker_connections`, and looks again after each request.
    """

    @property
    def worker_connections(self) -> int:
        """The most connections at this moment: no further one while there is a queue for the threads."""
        pool = self.tpool
        crowded = pool is not None and pool._work_queue.qsize() >= self.cfg.threads
        return 0 if crowded else int(self._most)

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        self._most = most

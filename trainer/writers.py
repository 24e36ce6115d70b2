"""Writers of one SQLite file, in a queue: SQLite itself lets them race with sleeps between, and under a crowd somebody starves.

Within a process they stand in line in the order they came, across processes the kernel wakes the one who waits at a lock file.
"""

import os
import sqlite3
import threading
from collections import deque

from sqlalchemy import Connection
from sqlalchemy.orm import Session

try:
    import fcntl
except ImportError:  # no such locks on Windows; SQLite's own waiting remains
    fcntl = None  # type: ignore[assignment]

WRITES_LATE = "writes_late"  # execution option of connections that take their turn themselves, by begin_writing
PATIENCE = 60.0  # seconds; a crowd of hundreds that starts an exam is through long before


class Queue:
    """Whose turn it is to write to one file."""

    def __init__(self, path: str) -> None:
        self.path, self._guard, self._waiting, self._taken = path, threading.Lock(), deque[threading.Event](), False
        self._file = -1
        self._process = 0

    def enter(self) -> None:
        """Wait for the turn; raises sqlite3.OperationalError, as SQLite would, where it does not come within a minute."""
        with self._guard:
            turn = threading.Event()
            if self._taken:
                self._waiting.append(turn)
            else:
                self._taken = True
                turn.set()
        if not turn.wait(PATIENCE):
            with self._guard:
                if not turn.is_set():
                    self._waiting.remove(turn)
                    raise sqlite3.OperationalError("database is locked")
        if fcntl is not None:
            fcntl.flock(self._descriptor(), fcntl.LOCK_EX)

    def leave(self) -> None:
        """Give the turn to the next in line."""
        if fcntl is not None:
            fcntl.flock(self._descriptor(), fcntl.LOCK_UN)
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _descriptor(self) -> int:
        # A lock belongs to an open file, which a fork shares: each process needs its own.
        if self._process != os.getpid():
            self._file, self._process = os.open(f"{self.path}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
        return self._file


_queues: dict[str, Queue] = {}
_guard = threading.Lock()


def queue_of(connection: sqlite3.Connection) -> Queue | None:
    """The queue of the file behind a connection; None for a database in memory."""
    path = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    if not path:
        return None
    with _guard:
        return _queues.setdefault(path, Queue(path))


def allow_writing(connection: Connection, allowed: bool) -> None:
    """Whether this connection to a SQLite file may write until it is told otherwise."""
    if connection.info.get("may_write") is not allowed:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if allowed else 'ON'}")
        connection.info["may_write"] = allowed


def take_turn(connection: Connection) -> None:
    """Wait for the turn and begin a transaction that writes to a SQLite file; the turn ends when the connection goes back to its pool."""
    allow_writing(connection, True)
    queue = connection.info.get("writers")
    if queue is not None and not connection.info.get("writing"):
        queue.enter()
        connection.info["writing"] = True
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_writing(session: Session) -> None:
    """From here to the end of the transaction nobody else writes to a SQLite file; on PostgreSQL row locks see to that.

    Does nothing where the turn was taken at once, as everywhere but in `extensions.LATE_WRITERS` and under WRITES_LATE. There what was read before may be out
    of date by now, as on PostgreSQL before a row is locked, and until here the database refuses to write.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite" and not getattr(connection.connection.dbapi_connection, "in_transaction", True):
        take_turn(connection)


def forget_turns() -> None:
    """After a fork: nobody of this process stands in any line."""
    _queues.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_turns)

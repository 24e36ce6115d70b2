"""The one instance of each Flask extension, and what every database connection is told on opening."""

import sqlite3
from typing import Any

from flask import has_request_context, request
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, Pool, event

from trainer.models.base import Base
from trainer.writers import WRITES_LATE, allow_writing, queue_of, take_turn

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()

READING_METHODS = {"GET", "HEAD", "OPTIONS"}


def _is_reading() -> bool:
    return has_request_context() and request.method in READING_METHODS


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, record: Any) -> None:
    """SQLite: WAL, full durability, foreign keys; transactions are begun by us and not by the driver."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["writers"] = queue_of(connection)


# Views that read and prepare much before they write: they take their turn themselves, by writers.begin_writing.
LATE_WRITERS = frozenset({"exams.start"})


def _writes_late(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(WRITES_LATE)) or (has_request_context() and request.endpoint in LATE_WRITERS)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """A GET never writes, and the database enforces it; a writer takes its lock at once, so nothing is lost."""
    reading = _is_reading()
    if connection.dialect.name != "sqlite":
        if reading:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        return
    late = not reading and _writes_late(connection)
    if reading or late:
        allow_writing(connection, False)
    if reading:
        connection.exec_driver_sql("BEGIN")
    elif not late:
        take_turn(connection)


@event.listens_for(Pool, "reset")
def _give_turn(_connection: Any, record: Any, _state: Any) -> None:
    """A connection that goes back to the pool has committed or rolled back: the next writer's turn."""
    if record is not None and record.info.pop("writing", False):
        record.info["writers"].leave()


@event.listens_for(Pool, "close")
@event.listens_for(Pool, "invalidate")
def _give_turn_of_lost(_connection: Any, record: Any, _error: Any = None) -> None:
    """A connection that is closed or thrown away writes no more."""
    if record.info.pop("writing", False):
        record.info["writers"].leave()

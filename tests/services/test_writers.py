"""Writers of one SQLite file stand in line: nobody starves, a lost one gives his turn away, a process that dies as well."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from trainer import writers
from trainer.writers import queue_of


def test_many_writers_at_once_all_get_through_in_both_threads_and_processes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crowd.sqlite3'}"
    engine = create_engine(url, pool_size=20, max_overflow=0)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    other = ("import sys; sys.path.insert(0, '.'); import trainer.extensions; from sqlalchemy import create_engine, text\n"
             f"e = create_engine({url!r})\nfor n in range(40):\n    with e.begin() as c: c.execute(text('INSERT INTO t VALUES (1)'))")
    process = subprocess.Popen([sys.executable, "-c", other], cwd=Path(__file__).parents[2])

    def write() -> None:
        for _ in range(5):
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO t SELECT count(*) FROM t"))

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert process.wait(60) == 0
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == 140
    engine.dispose()


def test_a_turn_ends_with_a_rollback_and_with_a_connection_thrown_away(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    for leave in ("rollback", "invalidate"):
        connection = engine.connect()
        connection.execute(text("SELECT 1"))
        getattr(connection, leave)()
        connection.close()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    engine.dispose()


def test_who_waits_too_long_is_told_as_sqlite_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "PATIENCE", 0.01)
    engine = create_engine(f"sqlite:///{tmp_path / 'late.sqlite3'}")
    with engine.connect() as first:
        first.execute(text("SELECT 1"))
        with engine.connect() as second, pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute(text("SELECT 1"))
        first.rollback()
    with engine.connect() as third:
        third.execute(text("SELECT 1"))
    engine.dispose()


def test_a_database_in_memory_has_no_line() -> None:
    connection = sqlite3.connect(":memory:")
    assert queue_of(connection) is None
    connection.close()

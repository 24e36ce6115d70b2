"""Whether a save gets dearer as answers pile up: `python tests/bench/bench_growth.py [--sizes 1000,30000,1000000]`.

One SQLite database in a temporary folder, filled with attempts of thirty answers, each with one event, up to each size; then saves through the
whole application, in turns with the bare handler of bench_saves.py, whose table stays small. The way in which the database finds each row is
printed once at the end: a scan of a table would be named.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.bench.bench_saves import Save, application, bare

EACH, ROUNDS, PER_ROUND = 30, 10, 30
FILL = (
    """INSERT INTO attempt (user_id, assignment_id, paper_revision_id, no, seed, release_id, as_of, checker, started_at, deadline_at, submitted_at,
         state, preview, team_id, client_mark, mistakes_at)
       WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
       SELECT a.user_id, a.assignment_id, a.paper_revision_id, n.i, a.seed, a.release_id, a.as_of, a.checker, a.started_at, a.deadline_at,
         a.deadline_at, 'final', a.preview, a.team_id, a.client_mark, a.started_at
       FROM n, attempt a WHERE a.id = :model""",
    """INSERT INTO attempt_item (attempt_id, position, section, kind, variant_id, case_revision_id, permutation, worth, voided)
       WITH RECURSIVE p(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM p WHERE i < :places - 1)
       SELECT a.id, p.i, m.section, m.kind, m.variant_id, NULL, m.permutation, m.worth, 0
       FROM attempt a, p, attempt_item m WHERE a.no BETWEEN :first AND :last AND m.attempt_id = :model AND m.position = p.i % 6""",
    """INSERT INTO response (item_id, seq, client_key, answer, unsure, lookup_seconds, saved_at)
       SELECT i.id, 1, 'bulk-' || i.id, '{"choice":"a"}', 0, 0, a.started_at
       FROM attempt a JOIN attempt_item i ON i.attempt_id = a.id WHERE a.no BETWEEN :first AND :last""",
    """INSERT INTO response_event (item_id, client_key, kind, base_seq, seq, answer, unsure, received_at)
       SELECT i.id, 'bulk-' || i.id, 'saved', 0, 1, '{"choice":"a"}', 0, a.started_at
       FROM attempt a JOIN attempt_item i ON i.attempt_id = a.id WHERE a.no BETWEEN :first AND :last""",
)


def fill(database: sqlite3.Connection, size: int) -> None:
    """Attempts of other days until there are so many answers."""
    there = database.execute("SELECT count(*) FROM response").fetchone()[0]
    model, highest = database.execute("SELECT min(id), max(no) FROM attempt").fetchone()
    missing = -(-(size - there) // EACH)
    if missing > 0:
        with database:
            for statement in FILL:
                database.execute(statement, {"first": highest + 1, "last": highest + missing, "model": model, "places": EACH})
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def spent(save: Save, numbers: range) -> tuple[list[float], list[float]]:
    """Seconds on the wall and of the processor of each save."""
    wall, cpu = [], []
    for number in numbers:
        begun, busy = time.perf_counter(), time.process_time()
        save(number)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - busy)
    return wall, cpu


def measure(ours: Save, theirs: Save, start: int) -> str:
    """The figures of one size, both kinds in turns."""
    found: tuple[list[list[float]], list[list[float]]] = ([[], []], [[], []])
    for begin in range(start, start + ROUNDS * PER_ROUND, PER_ROUND):
        for side, save in zip(found, (ours, theirs), strict=True):
            for kept, new in zip(side, spent(save, range(begin, begin + PER_ROUND)), strict=True):
                kept.extend(new)
    (wall, cpu), (bare_wall, bare_cpu) = ([statistics.median(times) * 1000 for times in side] for side in found)
    return (f"保存一次中位 {wall:.2f} 毫秒（处理器 {cpu:.2f}），裸处理函数 {bare_wall:.2f}（{bare_cpu:.2f}），"
            f"是它的 {wall / bare_wall:.2f} 倍（处理器 {cpu / bare_cpu:.2f} 倍）")


def plans(save: Save, number: int, database: sqlite3.Connection) -> list[str]:
    """How SQLite finds the rows for each statement of one save."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    save(number)
    event.remove(Engine, "before_cursor_execute", note)
    return [row[3] for statement, parameters in asked if statement.startswith(("SELECT", "UPDATE"))
            for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1000,30000,1000000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs, start = application(Path(folder)), bare(Path(folder)), 0
        database = sqlite3.connect(Path(folder) / "app.sqlite3")
        measure(ours, theirs, start)
        for size in sizes:
            fill(database, size)
            start += ROUNDS * PER_ROUND
            print(f"{size:>9,} 个答案：{measure(ours, theirs, start)}", flush=True)
        for line in plans(ours, start + ROUNDS * PER_ROUND, database):
            print(f"  {line}")
        database.close()


if __name__ == "__main__":
    main()

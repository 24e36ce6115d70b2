"""340 people sit one exam on this machine: `python tests/bench/bench_takers.py [--takers 340] [--seconds 45]`.

The shipped certifying paper from the whole bank. All start at the same moment and open the page that follows, then each saves an
answer every 15 s, on gunicorn with two workers, SQLite and PostgreSQL. The load comes from the same machine and takes its share of
the processor. Then saves a second, as many as go through from eight connections, in turns with a bare Flask handler that commits
one row, on the same server and database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench.exam_server import ROOT, Site, databases, free_port, prepare

BARE = """
import json, os, threading
from flask import Flask, jsonify, request
from sqlalchemy import create_engine, event, text
engine = create_engine(os.environ["BARE_URL"], pool_size=8)
if engine.dialect.name == "sqlite":
    @event.listens_for(engine, "connect")
    def connected(connection, record):
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
    @event.listens_for(engine, "begin")
    def begun(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
app = Flask("bare")
INSERT = text("INSERT INTO bare_save (client_key, answer) VALUES (:key, :answer)")
@app.get("/health")
def health():
    return "ok"
@app.put("/save")
def save():
    given = request.get_json()
    with engine.begin() as connection:
        connection.execute(INSERT, {"key": given["client_key"], "answer": json.dumps(given["raw"])})
    return jsonify(kind="saved", seq=1)
"""


class Sitting:
    """One taker, with a connection that stays open."""

    def __init__(self, site: Site, number: int) -> None:
        self.site, self.taker = site, site.takers[number]
        self.line = HTTPConnection("127.0.0.1", site.port, timeout=60)
        self.attempt_id, self.seqs = 0, [0, 0, 0]

    def start(self) -> None:
        """Begin the attempt."""
        headers = {"Cookie": self.taker.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.line.close()
        self.line.request("POST", f"/exams/{self.site.assignment_id}/start", f"csrf_token={self.taker.token}", headers)
        answer = self.line.getresponse()
        answer.read()
        place = re.search(r"/attempts/(\d+)", answer.getheader("Location") or "")
        if place is None:
            raise SystemExit(f"the exam did not start: {answer.status}")
        self.attempt_id = int(place[1])

    def wait(self) -> None:
        """The page before the exam, where everybody waits for the moment."""
        self.line.request("GET", f"/exams/{self.site.assignment_id}", headers={"Cookie": self.taker.cookie})
        if self.line.getresponse().read() == b"":
            raise SystemExit("the page before the exam did not open")

    def open(self) -> None:
        """The page with the questions."""
        self.line.request("GET", f"/exams/attempts/{self.attempt_id}", headers={"Cookie": self.taker.cookie})
        answer = self.line.getresponse()
        if answer.read().count(b"data-item=") < len(self.seqs) or answer.status != 200:
            raise SystemExit(f"the exam did not open: {answer.status}")

    def save(self, number: int) -> None:
        """Save one answer."""
        item = number % 3
        body = {"client_key": f"taker-{self.taker.user_id:05d}-{number:05d}", "base_seq": self.seqs[item],
                "raw": {"choice": ["ab"[number % 2]]}, "unsure": False}
        self.line.close()  # the server drops a line that is idle for a few seconds, and so would the browser's be new
        self.line.request("PUT", f"/exams/attempts/{self.attempt_id}/items/{item}", json.dumps(body), self.taker.headers())
        answer = self.line.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"a save failed: {answer.status} {told}")
        self.seqs[item] = int(told["seq"])


def p95(times: list[float]) -> float:
    """The value that 95 % do not exceed, in milliseconds."""
    return statistics.quantiles(times, n=20)[18] * 1000


def everybody(works: list[Callable[[], None]]) -> None:
    """All at once, each on a thread of its own; the first failure ends the run."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # a thread must hand its failure over
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def exam(site: Site, seconds: float) -> str:
    """The exam of everybody; the line of the table."""
    sittings = [Sitting(site, number) for number in range(len(site.takers))]
    starts: list[float] = []
    pages: list[float] = []
    saves: list[float] = []
    together = threading.Barrier(len(sittings))

    def start(one: Sitting) -> None:
        one.wait()
        together.wait()
        begun = time.perf_counter()
        one.start()
        starts.append(time.perf_counter() - begun)
        one.open()
        pages.append(time.perf_counter() - begun)

    everybody([lambda one=one: start(one) for one in sittings])  # type: ignore[misc]
    end = time.monotonic() + seconds

    def sit(one: Sitting, chance: random.Random) -> None:
        number, due = 0, time.monotonic() + chance.uniform(0, 15)
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            begun = time.perf_counter()
            one.save(number)
            saves.append(time.perf_counter() - begun)
            number, due = number + 1, due + 15

    everybody([lambda one=one: sit(one, random.Random(one.taker.user_id)) for one in sittings])  # type: ignore[misc]
    return (f"{len(sittings)} 人同时开考：95% 在 {p95(starts):,.0f} 毫秒内开始（全部 {max(starts) * 1000:,.0f}），{p95(pages):,.0f} 毫秒内看到题目；"
            f"每 15 秒保存一次，共 {len(saves)} 次，95% 在 {p95(saves):.0f} 毫秒内，最久 {max(saves) * 1000:.0f} 毫秒，没有一次失败")


def throughput(works: list[Callable[[int], None]], lines: list[HTTPConnection], seconds: float) -> float:
    """Saves a second from as many connections as there are works; those of the turn before are closed by now."""
    for line in lines:
        line.close()
    counts = [0] * len(works)
    end = time.monotonic() + seconds

    def go(place: int) -> None:
        while time.monotonic() < end:
            works[place](counts[place])
            counts[place] += 1

    everybody([lambda place=place: go(place) for place in range(len(works))])  # type: ignore[misc]
    return sum(counts) / seconds


def bare_site(url: str, folder: Path, workers: int) -> Site:
    """The bare handler, behind the same gunicorn on the same database."""
    with create_engine(url).begin() as connection:
        number = "INTEGER PRIMARY KEY" if url.startswith("sqlite") else "SERIAL PRIMARY KEY"
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS bare_save (id {number}, client_key TEXT UNIQUE, answer TEXT)"))
    (folder / "bare_app.py").write_text(BARE, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers), "--threads", "8", "--bind",
               f"127.0.0.1:{port}", "--log-level", "critical", "--chdir", str(folder), "bare_app:app"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "BARE_URL": url}, start_new_session=True)
    site = Site(folder, url, 0, [], port, workers, process)
    if not site.wait():
        raise SystemExit("the bare handler did not answer")
    return site


def bare_save(line: HTTPConnection, place: int) -> Callable[[int], None]:
    """Saves of one connection to the bare handler."""
    def save(number: int) -> None:
        body = {"client_key": f"b{place}-{number}-{time.monotonic_ns()}", "raw": {"choice": ["a"]}}
        line.request("PUT", "/save", json.dumps(body), {"Content-Type": "application/json"})
        if line.getresponse().read() == b"":
            raise SystemExit("the bare handler failed")

    return save


def resumed(one: Sitting) -> Callable[[int], None]:
    """Saves of somebody whose attempt runs already: the first answer of the server tells where it stands."""
    def save(number: int) -> None:
        item = number % 3
        body = {"client_key": f"x{one.taker.user_id}-{number}-{time.monotonic_ns()}", "base_seq": one.seqs[item],
                "raw": {"choice": ["abc"[number % 3]]}, "unsure": False}
        one.line.request("PUT", f"/exams/attempts/{one.attempt_id}/items/{item}", json.dumps(body), one.taker.headers())
        told = json.loads(one.line.getresponse().read())
        one.seqs[item] = int(told["seq"])

    return save


def beside_bare(site: Site, seconds: float = 4, rounds: int = 5) -> str:
    """Saves a second of the application and of the bare handler, in turns; the line of the table."""
    sittings = [Sitting(site, number) for number in range(8)]
    for one in sittings:
        one.start()
        one.seqs = [10_000] * 3
    bare = bare_site(site.url, site.folder, site.workers)
    try:
        lines = [HTTPConnection("127.0.0.1", bare.port, timeout=60) for _ in range(8)]
        sides = (([resumed(one) for one in sittings], [one.line for one in sittings]),
                 ([bare_save(line, place) for place, line in enumerate(lines)], lines))
        for works, own in sides:
            throughput(works, own, 1)
        turns = [tuple(throughput(works, own, seconds) for works, own in sides) for _ in range(rounds)]
    finally:
        bare.stop()
    ratio = statistics.median(ours / theirs for ours, theirs in turns)
    return (f"每秒保存 {'、'.join(f'{ours:,.0f}' for ours, _ in turns)} 次，裸处理函数 {'、'.join(f'{theirs:,.0f}' for _, theirs in turns)} 次，"
            f"是它的 {ratio:.2f} 倍")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--takers", type=int, default=340)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, url in databases(Path(folder)).items():
            if options.only not in (None, name):
                continue
            place = Path(folder) / name
            place.mkdir()
            site = prepare(place, url, options.takers, workers=2, whole=True)
            try:
                site.start()
                if options.seconds:
                    print(f"{name}：{exam(site, options.seconds)}", flush=True)
                print(f"{name}：{beside_bare(site)}", flush=True)
            finally:
                site.stop()


if __name__ == "__main__":
    main()

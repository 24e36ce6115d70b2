"""An exam that cannot be lost, the long run: `python tests/bench/bench_kills.py [--kills 1000]`.

A real gunicorn with two workers, on SQLite and on PostgreSQL. While answers are saved without pause, something is killed at a
random instant: a worker (kill -9), the whole server (kill -9), the connection (cut while the request is on its way), or the
browser (it forgets everything that was not acknowledged and asks the server where it stands). Afterwards every acknowledged
answer must be in the database once, in order, and the current one must be the last. The short run is tests/services/test_saving_kills.py.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import socket
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.bench.exam_server import Site, Taker, databases, prepare

KINDS = ("worker",) * 55 + ("connection",) * 30 + ("browser",) * 13 + ("server",) * 2
ITEMS = 3


@dataclass
class Browser:
    """One taker at the exam: what it sent, and what was acknowledged."""

    site: Site
    taker: Taker
    attempt_id: int = 0
    seqs: dict[int, int] = field(default_factory=dict)
    acknowledged: list[tuple[int, str, int, str]] = field(default_factory=list)
    sent: int = 0

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, cut: float | None = None) -> tuple[int, str] | None:
        """Status and text, or None where the line broke: then nobody knows what happened. `cut` seconds later the line is cut by us."""
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        timer = None
        try:
            connection.connect()
            if cut is not None:
                timer = threading.Timer(cut, connection.sock.shutdown, (socket.SHUT_RDWR,))
                timer.start()
            headers = self.taker.headers()
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            return None
        finally:
            if timer is not None:
                timer.cancel()
            connection.close()

    def reach(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """The answer, however often it takes."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = self.ask(method, path, body)
            if found is not None:
                return found
            time.sleep(0.02)
        raise SystemExit("the server did not come back")

    def sit_down(self) -> None:
        """Start the attempt."""
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        headers = {"Cookie": self.taker.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/exams/{self.site.assignment_id}/start", f"csrf_token={self.taker.token}", headers)
        answer = connection.getresponse()
        place = re.search(r"/attempts/(\d+)", answer.getheader("Location") or "")
        connection.close()
        if place is None:
            raise SystemExit(f"the exam did not start: {answer.status}")
        self.attempt_id = int(place[1])

    def come_back(self) -> None:
        """A new browser: it knows only what the page of the server says."""
        page = self.reach("GET", f"/exams/attempts/{self.attempt_id}")[1]
        known = {int(place): int(seq) for place, seq in re.findall(r'data-item="(\d+)"[^>]*data-seq="(\d+)"', page)}
        if not known:
            raise SystemExit("the attempt could not be resumed")
        self.seqs |= known

    def save(self, cut: float | None = None) -> bool:
        """Save one answer until it is acknowledged or refused; whether the first try went through."""
        item = self.sent % ITEMS
        key, choice = f"kill-{self.taker.user_id}-{self.sent:07d}", "abc"[self.sent // ITEMS % 3]
        self.sent += 1
        body = {"client_key": key, "base_seq": self.seqs.get(item, 0), "raw": {"choice": [choice]}, "unsure": False}
        path = f"/exams/attempts/{self.attempt_id}/items/{item}"
        first = self.ask("PUT", path, body, cut)
        status, words = first if first is not None else self.reach("PUT", path, body)
        answer = json.loads(words)
        if status == 409:
            raise SystemExit(f"a save of the only tab met a conflict: {words[:200]}")
        if status != 200:
            raise SystemExit(f"a save was refused: {status} {words[:200]}")
        self.seqs[item] = int(answer["seq"])
        self.acknowledged.append((item, key, int(answer["seq"]), choice))
        return first is not None


def run(site: Site, kills: int, seed: int) -> Counter[str]:
    """Save and kill until everything asked for was killed; returns how often what was."""
    chance, done = random.Random(seed), Counter[str]()
    browsers = [Browser(site, taker) for taker in site.takers]
    for browser in browsers:
        browser.sit_down()
    stop = threading.Event()
    threads = [threading.Thread(target=save_on, args=(browser, stop, done)) for browser in browsers[1:]]
    for thread in threads:
        thread.start()
    try:
        while sum(done[kind] for kind in set(KINDS)) < kills:
            kind = chance.choice(KINDS)
            if kind == "connection":
                browsers[0].save(cut=chance.uniform(0, 0.02))
                done[kind] += 1
            elif kind == "browser":
                browsers[0].save()
                browsers[0].come_back()
                done[kind] += 1
            elif kind == "server":
                kill_later = threading.Timer(chance.uniform(0, 0.05), site.kill_all)
                kill_later.start()
                time.sleep(0.1)
                kill_later.join()
                site.start()
                done[kind] += 1
            else:
                time.sleep(chance.uniform(0, 0.05))
                done[kind] += site.kill_worker(chance.randrange(site.workers))
                browsers[0].save()
    finally:
        stop.set()
        for thread in threads:
            thread.join(90)
    done["acknowledged"] = sum(len(browser.acknowledged) for browser in browsers)
    check(site, browsers)
    return done


def save_on(browser: Browser, stop: threading.Event, done: Counter[str]) -> None:
    """A taker who saves without pause."""
    while not stop.is_set():
        done["broken"] += not browser.save()


def check(site: Site, browsers: list[Browser]) -> None:
    """Every acknowledged answer once, in order, nothing beside them, and the last one current; anything else ends the run."""
    with create_engine(site.url).connect() as database:
        for browser in browsers:
            events = database.execute(text(
                "SELECT i.position, e.client_key, e.seq, e.answer FROM response_event e JOIN attempt_item i ON i.id = e.item_id "
                "WHERE i.attempt_id = :attempt ORDER BY e.id"), {"attempt": browser.attempt_id}).all()
            for item in range(ITEMS):
                stored = [(key, seq, json.loads(answer)["choice"]) for position, key, seq, answer in events if position == item]
                told = [(key, seq, choice) for position, key, seq, choice in browser.acknowledged if position == item]
                if stored != told:
                    raise SystemExit(f"item {item}: {len(told)} acknowledged, {len(stored)} stored; first difference: "
                                     f"{next((pair for pair in zip(told, stored, strict=False) if pair[0] != pair[1]), 'length')}")
                if [seq for _key, seq, _choice in told] != list(range(1, len(told) + 1)):
                    raise SystemExit(f"item {item}: the numbers of the answers are not in order")


def main() -> None:
    """Prints what was killed and what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000, help="on each database")
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, url in databases(Path(folder)).items():
            if options.only not in (None, name):
                continue
            place = Path(folder) / name
            place.mkdir()
            site = prepare(place, url, takers=4, workers=2)
            begun = time.monotonic()
            try:
                site.start()
                done = run(site, options.kills, seed=2026)
            finally:
                site.stop()
            killed = "、".join(f"{title} {done[kind]}" for kind, title in (
                ("worker", "工作进程"), ("server", "整个服务"), ("connection", "连接"), ("browser", "浏览器")))
            print(f"{name}：杀了 {killed}，{done['broken']} 次保存中途断开；确认过的 {done['acknowledged']:,} 次保存全部在库，"
                  f"没有重复，次序不变（{time.monotonic() - begun:.0f} 秒）", flush=True)


if __name__ == "__main__":
    main()

"""How fast an exam answer is saved: `python tests/bench/bench_saves.py`; the ratio within one run is what counts.

The whole way through the application (session, form token, rights, checks, two rows, commit) against a bare Flask handler
that reads the same JSON and commits one row to SQLite with the same settings (WAL, synchronous=FULL). Both are called as WSGI
applications on the same disk, in turns, and the clock on the wall counts, because waiting for the disk is part of saving.
"""

from __future__ import annotations

import json
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from flask_migrate import upgrade
from sqlalchemy.orm import Session
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from tests.factories import client_of, make_cast
from tests.services import exam_bank
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import User
from trainer.services import attempts

ROUNDS, PER_ROUND = 15, 40
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")

Save = Callable[[int], None]


def body(number: int) -> dict[str, Any]:
    """One answer; each differs from the one before."""
    return {"client_key": f"bench-{number:08d}", "base_seq": number, "raw": {"choice": ["abc"[number % 3]]}, "unsure": False}


def put(app: Flask, path: str, headers: dict[str, str], number: int) -> None:
    """One request as the server would hand it over; its answer must be good."""
    environ = EnvironBuilder(path, method="PUT", json=body(number), headers=headers).get_environ()
    chunks, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    text = b"".join(chunks)
    assert status.startswith("200"), (status, text[:300])
    assert json.loads(text)["kind"] == "saved", text


def application(folder: Path) -> Save:
    """The shipped application with an attempt that runs; nothing is turned off, the form token least of all."""
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'app.sqlite3'}",
                       secret_key="only for the benchmark, never served")
    app = create_app(settings)
    app.config["SECRET_KEY"] = settings.secret_key
    now = datetime.now(UTC)
    with app.app_context():
        upgrade()
        with Session(db.engine, expire_on_commit=False) as session:
            user: User = make_cast(session, now).chen
            exam = exam_bank.assign(session, exam_bank.publish_bank(session, now), user, [user], now)
            attempt_id = attempts.start_attempt(session, user, exam, now).id
            session.commit()
    client = client_of(app, user)
    token = TOKEN.search(client.get(f"/exams/attempts/{attempt_id}").text)
    assert token is not None
    headers = {"Cookie": cookies(client), "X-CSRFToken": token.group(1), "Accept": "application/json"}
    path = f"/exams/attempts/{attempt_id}/items/0"
    return lambda number: put(app, path, headers, number)


def cookies(client: Client) -> str:
    cookie = client.get_cookie("shanggang")
    assert cookie is not None
    return f"shanggang={cookie.value}"


def bare(folder: Path) -> Save:
    """A handler that does nothing but commit one row."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE response_event (id INTEGER PRIMARY KEY, client_key TEXT UNIQUE, seq INTEGER, answer TEXT)")
    app = Flask("bare")

    @app.put("/save")
    def save() -> Response:
        given = request.get_json()
        row = (given["client_key"], given["base_seq"] + 1, json.dumps(given["raw"]))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO response_event (client_key, seq, answer) VALUES (?, ?, ?)", row)
        connection.execute("COMMIT")
        return jsonify(kind="saved", seq=row[1])

    return lambda number: put(app, "/save", {}, number)


def measure(saves: dict[str, Save]) -> dict[str, list[float]]:
    """Seconds of each save, the two kinds in turns."""
    spent: dict[str, list[float]] = {name: [] for name in saves}
    for start in range(0, ROUNDS * PER_ROUND, PER_ROUND):
        for name, save in saves.items():
            for number in range(start, start + PER_ROUND):
                begun = time.perf_counter()
                save(number)
                spent[name].append(time.perf_counter() - begun)
    return {name: times[PER_ROUND:] for name, times in spent.items()}


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        spent = measure({"应用": application(Path(folder)), "裸处理函数": bare(Path(folder))})
    for name, times in spent.items():
        low, high = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"{name}:保存一次中位 {low * 1000:.2f} 毫秒，99% 在 {high * 1000:.2f} 毫秒内，每秒 {1 / statistics.fmean(times):,.0f} 次")
    ours, theirs = (statistics.median(times) for times in spent.values())
    print(f"应用是裸处理函数的 {ours / theirs:.2f} 倍时间")


if __name__ == "__main__":
    main()

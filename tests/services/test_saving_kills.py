"""A server killed at random moments while answers are saved: whatever it acknowledged is there afterwards, once, in order."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from threading import Timer

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import Cast, client_of
from tests.services import exam_bank
from trainer.extensions import db
from trainer.services import attempts

ROOT = Path(__file__).resolve().parents[2]
KILLS, WITHIN = 2, 60.0
SERVE = """
import sys
from dataclasses import replace
from pathlib import Path
from trainer.config import read_settings
from trainer.factory import create_app
from werkzeug.serving import make_server
folder, port = Path(sys.argv[1]), int(sys.argv[2])
app = create_app(replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'app.sqlite3'}", secret_key="only for tests, never served"))
app.config.update(WTF_CSRF_ENABLED=False, SECRET_KEY="only for tests, never served")
make_server("127.0.0.1", port, app, threaded=True).serve_forever()
"""


class Killable:
    """A server process of its own that dies by kill -9 and comes back."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, str(self.folder), str(self.port)], cwd=ROOT,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)  # does nothing where it is dead already
        self.process.wait(10)


@pytest.fixture
def server(app: Flask) -> Iterator[Killable]:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Killable(app.config["SETTINGS"].instance, port)
    yield found
    found.kill()


def sit_down(app: Flask, people: Cast) -> tuple[int, str]:
    """An attempt of 小陈 that runs now, and the cookie she comes with."""
    with app.app_context(), Session(db.engine) as session:
        now = datetime.now(UTC)
        user = session.get_one(type(people.chen), people.chen.id)
        exam = exam_bank.assign(session, exam_bank.publish_bank(session, now), user, [user], now)
        attempt_id = attempts.start_attempt(session, user, exam, now).id
        session.commit()
    cookie = client_of(app, people.chen).get_cookie("shanggang")
    assert cookie is not None
    return attempt_id, f"shanggang={cookie.value}"


def put(port: int, path: str, cookie: str, body: dict[str, object]) -> dict[str, object] | None:
    """The answer of the server, or None where the line broke: then nobody knows whether it was stored."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("PUT", path, json.dumps(body), {"Content-Type": "application/json", "Cookie": cookie, "Accept": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return dict(json.loads(text))
    except (OSError, HTTPException):  # refused, reset, or cut off within the answer
        return None
    finally:
        connection.close()


def test_every_acknowledged_answer_survives_the_server_killed_at_random(app: Flask, people: Cast, server: Killable) -> None:
    attempt_id, cookie = sit_down(app, people)
    acknowledged: list[tuple[str, int, str]] = []
    chance, seq, kills, end = random.Random(), 0, 0, time.monotonic() + WITHIN
    timer: Timer | None = None
    while kills < KILLS or len(acknowledged) % 10:
        key, answer = f"client-key-{len(acknowledged):05d}", "abc"[len(acknowledged) % 3]
        body = {"client_key": key, "base_seq": seq, "raw": {"choice": [answer]}, "unsure": False}
        reply = put(server.port, f"/exams/attempts/{attempt_id}/items/0", cookie, body)
        if reply is not None:
            assert reply["kind"] == "saved"
            seq = int(str(reply["seq"]))
            acknowledged.append((key, seq, answer))
            if timer is None and kills < KILLS:
                timer = Timer(chance.uniform(0.05, 0.4), server.kill)
                timer.start()
        elif timer is not None and server.process.poll() is not None:
            timer.join()
            timer, kills = None, kills + 1
            server.start()
        else:
            time.sleep(0.05)
        assert time.monotonic() < end, "the server did not come back"
    with sqlite3.connect(server.folder / "app.sqlite3") as database:
        stored = database.execute("SELECT client_key, seq, answer FROM response_event ORDER BY id").fetchall()
        current = database.execute("SELECT seq, answer FROM response").fetchall()
    assert [(key, number, json.loads(answer)["choice"]) for key, number, answer in stored] == acknowledged
    assert [number for _key, number, _answer in acknowledged] == list(range(1, len(acknowledged) + 1))
    assert current == [(acknowledged[-1][1], json.dumps({"choice": acknowledged[-1][2]}, separators=(",", ":")))]

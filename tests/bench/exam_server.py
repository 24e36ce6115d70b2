"""A real exam on a real server for the benchmarks: gunicorn on SQLite or PostgreSQL, takers with their cookies and tokens."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tests.factories import client_of, make_cast, make_user
from tests.services import exam_bank
from trainer.bank import Bank
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import Revision
from trainer.services.published import published_revision
from trainer.services.publishing import load_bank

ROOT = Path(__file__).resolve().parents[2]
SECRET = "only for the benchmark, never served"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg:///postgres")


@dataclass(frozen=True)
class Taker:
    """Somebody who may sit the exam: the headers of a signed-in browser."""

    user_id: int
    cookie: str
    token: str

    def headers(self) -> dict[str, str]:
        """Headers of a request that wants JSON."""
        return {"Cookie": self.cookie, "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": self.token}


@dataclass
class Site:
    """A prepared database, its takers, and the server in front of it while it runs."""

    folder: Path
    url: str
    assignment_id: int
    takers: list[Taker]
    port: int
    workers: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start gunicorn and wait until it answers; where the port was taken meanwhile, once more."""
        for _ in range(3):
            self._launch()
            if self.wait():
                return
            self.kill_all()
        raise SystemExit("the server did not answer")

    def _launch(self) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SHANGGANG_")} | {
            "SHANGGANG_INSTANCE": str(self.folder), "DATABASE_URL": self.url, "SECRET_KEY": SECRET}
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "trainer.workers.FairWorker", "--workers", str(self.workers),
                   "--threads", "8", "--preload",
                   "--bind", f"127.0.0.1:{self.port}", "--log-level", "critical", "--backlog", "1024", "app:app"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def wait(self, seconds: float = 60) -> bool:
        """Until the server answers; False where it ended or said nothing."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process is not None and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        return False

    def kill_worker(self, number: int) -> bool:
        """kill -9 one worker at this instant; the master starts another. False where there is none to kill."""
        assert self.process is not None
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False).stdout.split()
        if not found:
            return False
        try:
            os.kill(int(found[number % len(found)]), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_all(self) -> None:
        """kill -9 the whole server."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def stop(self) -> None:
        """End the server, if it runs."""
        if self.process is not None:
            self.kill_all()


def databases(folder: Path) -> dict[str, str]:
    """The databases to measure on, each fresh: SQLite, and PostgreSQL where a server answers, dropped when the process ends."""
    found, name = {"SQLite": f"sqlite:///{folder / 'app.sqlite3'}"}, f"shanggang_bench_{os.getpid()}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")

    def drop() -> None:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    try:
        drop()
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        found["PostgreSQL"] = str(server.url.set(database=name).render_as_string(hide_password=False))
        atexit.register(drop)
    except SQLAlchemyError as error:
        print(f"没有测 PostgreSQL：{str(error).splitlines()[0][:120]}")
    return found


def certifying_paper(session: Session, now: datetime) -> Revision:
    """The shipped bank loaded whole; its paper for the licence to work."""
    load_bank(session, Bank.load(ROOT / "question_bank"), now)
    paper = published_revision(session, "paper", "shanggang_cert")
    assert paper is not None
    return paper


def prepare(folder: Path, url: str, takers: int, workers: int, whole: bool = False) -> Site:
    """A database with an exam that runs now and as many people who may sit it; the server is not started yet.

    With `whole` it holds the shipped bank and the exam is the shipped certifying paper; else a small one of six questions.
    """
    app = create_app(replace(read_settings({}), instance=folder, database_url=url, secret_key=SECRET))
    app.config["SECRET_KEY"] = SECRET
    now = datetime.now(UTC)
    with app.app_context():
        upgrade()
        with Session(db.engine, expire_on_commit=False) as session:
            cast = make_cast(session, now)
            people = [cast.chen, *(make_user(session, now, f"B{number:05d}", f"考生{number}") for number in range(takers - 1))]
            paper = certifying_paper(session, now) if whole else exam_bank.publish_bank(session, now)
            exam = exam_bank.assign(session, paper, cast.wang, people, now)
            session.commit()
            assignment_id = exam.id
    # Outside of the block above: each request must have a context of its own, which holds the form token.
    found = []
    for user in people:
        client = client_of(app, user)
        token = TOKEN.search(client.get(f"/exams/{assignment_id}").text)
        cookie = client.get_cookie("shanggang")
        assert cookie is not None and token is not None
        found.append(Taker(user.id, f"shanggang={cookie.value}", token[1]))
    with app.app_context():
        db.engine.dispose()
    return Site(folder, url, assignment_id, found, free_port(), workers)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


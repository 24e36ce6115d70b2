"""Closing abandoned attempts, misses into the 错题本, old replies off the test bench: every minute from inside the server, one worker at a time."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from trainer.extensions import db
from trainer.services.attempts import sweep_attempts
from trainer.services.bench import forget_old_runs
from trainer.services.exam_misses import enter_misses
from trainer.services.lease import take_lease

EVERY = timedelta(seconds=60)
log = logging.getLogger(__name__)


def sweep_once(app: Flask) -> int:
    """Sweep if no other worker has the lease; returns how many attempts were submitted."""
    with app.app_context():
        try:
            session, now = db.session(), datetime.now(UTC)
            if not take_lease(session, "sweep", EVERY * 0.9, now):
                return 0
            count = sweep_attempts(session, now)
            session.commit()
            enter_misses(session, now)
            session.commit()
            forget_old_runs(session, now)
            session.commit()
            return count
        finally:
            db.session.remove()


def start_sweeper(app: Flask) -> threading.Event:
    """Sweep every minute in a thread that ends with the process; set the event to end it sooner."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(EVERY.total_seconds()):
            try:
                sweep_once(app)
            except Exception:
                log.exception("the sweep failed; it is tried again in a minute")

    threading.Thread(target=run, name="sweeper", daemon=True).start()
    return stop


def post_worker_init(worker: Any) -> None:
    """gunicorn calls this in each worker once the application is loaded."""
    start_sweeper(worker.app.callable)

"""How long a dry run of a regrade takes: `python tests/bench/bench_regrade.py [--responses 10000]`.

The shipped certifying paper, sat by as many people as give so many answers; then every answer is judged again in chunks, each
committed, as the page (50 attempts a request) and the command (200) do. Wall and processor time are shown: the difference is other work on
the machine and the disk. The judges of a chunk know nothing of the one before but the compiled rulebook, as in several processes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.bench.exam_server import certifying_paper, databases
from tests.factories import make_cast, make_user
from tests.services import exam_bank
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import Assignment, Regrade, Response, User
from trainer.services import attempts, regrading
from trainer.services.releases import current_release


def answer_to(body: Mapping[str, Any], key: Mapping[str, Any], shown: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """A right answer, or a wrong one in one case of four."""
    if body["type"] == "scripted_reply":
        return {"text": f"{chance.choice(body['samples'])['reply']}有事再找我，我是{chance.randrange(10_000)}号客服。"}  # no two alike, as in life
    if body["type"] == "ordering":
        return {"order": list(key["order"]) if chance.random() < 0.75 else sorted(key["order"])}
    right = list(key["right"]) if chance.random() < 0.75 else [chance.choice(shown["options"])["id"]]
    return {"choices": right} if body["type"] == "multiple" else {"choice": right[0]}


def sit_all(session: Session, people: int, now: datetime) -> tuple[int, int, int]:
    """Everybody sits and hands in; the one who regrades, the exam, and how many answers there are."""
    cast, chance, count = make_cast(session, now), random.Random(7), 0
    takers = [make_user(session, now, f"B{n:05d}", f"考生{n}") for n in range(people)]
    exam = exam_bank.assign(session, certifying_paper(session, now), cast.wang, takers, now)
    ids, exam_id, by_id = [user.id for user in takers], exam.id, cast.zhou.id
    session.commit()
    for user_id in ids:
        attempt = attempts.start_attempt(session, session.get_one(User, user_id), session.get_one(Assignment, exam_id), now)
        rows = [{"item_id": item.id, "seq": 1, "client_key": f"bench-{item.id:08d}", "unsure": False, "lookup_seconds": 0, "saved_at": now,
                 "answer": answer_to(item.variant.revision.body, item.variant.key, item.variant.shown, chance)}
                for item in attempt.items if item.variant is not None]
        session.execute(insert(Response), rows)
        count += len(rows)
        attempts.submit_attempt(session, attempt, now, now + timedelta(minutes=30))
        session.commit()
        session.expunge_all()
    return by_id, exam_id, count


def dry_run(session: Session, by_id: int, exam_id: int, now: datetime, chunk: int) -> str:
    """Plan and judge everything; the line of the table."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = regrading.plan_regrade(session, session.get_one(User, by_id), "release", regrading.Scope((exam_id,)), current_release(session), None, now)
    session.commit()
    made_id = made.id
    while regrading.judge_some(session, session.get_one(Regrade, made_id), chunk):
        session.commit()
        session.expunge_all()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    state = regrading.progress_of(session, session.get_one(Regrade, made_id))
    return f"每批 {chunk} 份：{state.total} 份答卷，用时 {wall:.1f} 秒，处理器 {cpu:.1f} 秒，有变化 {state.changed}，要人看 {state.problems}"


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--responses", type=int, default=10_000)
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, url in databases(Path(folder)).items():
            if options.only not in (None, name):
                continue
            app, now = create_app(replace(read_settings({}), instance=Path(folder), database_url=url, secret_key="only here")), datetime.now(UTC)
            with app.app_context():
                upgrade()
                with Session(db.engine) as session:
                    by_id, exam_id, count = sit_all(session, -(-options.responses // 32), now)
                    for chunk in (50, 200):
                        print(f"{name}：{count:,} 个答案，{dry_run(session, by_id, exam_id, now, chunk)}", flush=True)
                db.engine.dispose()


if __name__ == "__main__":
    main()

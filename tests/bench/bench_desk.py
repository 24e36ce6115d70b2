"""How fast the desk is: `make bench`, or `PYTHONPATH=. python tests/bench/bench_desk.py [--quick]`.

Moves go through the whole application (session, rights, reply check, engine, durable SQLite, the page's part) in one
process: one conversation and six, with the sign of the page that a reception sends. Then the table of all bots in all cases
on two processes, and the walk of every case; --quick walks only those whose digest is not in walks.lock. Moves and walks are
held to their limit by processor time, so that other work matters less; what the clock said stands beside it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from tests.factories import client_of, make_cast
from tests.services.desk_bank import publish_case, publish_more
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.roleplay import make_scene
from trainer.roleplay.bots import run_all
from trainer.roleplay.ear import rulebook_ear
from trainer.roleplay.files import load_cases, read_lock
from trainer.roleplay.ruling import RulebookJudge
from trainer.roleplay.walk import walk
from trainer.rules import Rulebook

BANK = Path(__file__).resolve().parents[2] / "question_bank"
SLUGS = ("tmall_lost_parcel", "tmall_invoice_request", "taobao_broken_jar", "taobao_seven_day_refusal", "tmall_late_shipment",
         "taobao_size_advice")
LINES = (
    "您好，我是客服小陈，您的问题我看到了，马上帮您查。", "非常抱歉让您久等，这边先联系快递核实包裹的位置，今天18点前给您答复。",
    "可以给您补发一件，运费由我们承担，明天发出。", "发票可以开，不收税点，请问抬头是什么？", "请您拍一张照片发来，我马上给您处理办法。",
)
MOVE_LIMIT, BOTS_LIMIT, WALK_LIMIT = 30.0, 60.0, 10.0


def make_app(folder: Path) -> Flask:
    """The application on a fresh database, with the six cases published and 小陈 in it."""
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'desk.sqlite3'}", secret_key="only for the benchmark")
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context():
        upgrade()
        moment = datetime.now(UTC)
        publish_case(db.session(), moment, SLUGS[0])
        for slug in SLUGS[1:]:
            publish_more(db.session(), moment, slug)
        db.session.commit()
    return app


Times = list[tuple[float, float]]
"""Milliseconds by the clock and of the processor."""


def timed(client: FlaskClient, times: Times, address: str, data: dict[str, Any]) -> str:
    """A post of the desk's script; its milliseconds are noted and its page is given back."""
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.post(address, data=data, headers={"X-Partial": "desk"})
    times.append(((time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000))
    if answer.status_code not in (200, 204):
        raise SystemExit(f"{address}: {answer.status_code}")
    return answer.get_data(as_text=True)


def head(page: str, before: int) -> int:
    """The move that the page stands at."""
    return int(page.split('data-n="')[1].split('"')[0]) if 'data-n="' in page else before


def moves(client: FlaskClient, where: str, talks: int, rounds: int) -> dict[str, Times]:
    """Replies and looks in turn, and the signs of the page."""
    times: dict[str, Times] = {"回复": [], "查看": [], "心跳": []}
    n = 0
    for number in range(rounds):
        talk = number % talks
        text = f"{LINES[number % len(LINES)]}（{number}）"
        data = {"conversation": talk, "client_key": f"r{number}", "n": n, "move": "reply", "text": text}
        n = head(timed(client, times["回复"], f"{where}/moves", data), n)
        data = {"conversation": talk, "client_key": f"l{number}", "n": n, "move": "look", "panel": "order"}
        n = head(timed(client, times["查看"], f"{where}/moves", data), n)
        n = head(timed(client, times["心跳"], f"{where}/time", {"n": n, "here": talks, "talk": talk}), n)
    return times


def tell(title: str, times: Times) -> float:
    """The median of processor time, printed beside the clock's; the first time of a kind is left out as warming up."""
    clock, worked = (sorted(column) for column in zip(*times[1:], strict=True))
    median = statistics.median(worked)
    print(f"{title}\t处理器中位 {median:.1f} ms\t时钟中位 {statistics.median(clock):.1f} ms\t95% {clock[int(len(clock) * 0.95)]:.1f} ms\t{len(clock)} 次")
    return median


def desk_speed() -> bool:
    """One conversation and six; tells whether the median move stays below the limit."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            chen = make_cast(session, datetime.now(UTC)).chen
            session.commit()
        client = client_of(app, chen)
        alone = str(client.post(f"/desk/cases/{SLUGS[0]}/start").headers["Location"])
        six = str(client.post("/desk/receptions", data={"count": "6", "mode": "learn"}).headers["Location"])
        client.post(f"{six}/moves", data={"n": 0, "client_key": "w", "move": "wait", "minutes": 15})
        for title, where, talks in (("一个会话", alone, 1), ("六个会话", six, 6)):
            for kind, times in moves(client, where, talks, 30).items():
                good &= tell(f"{title} {kind}", times) < MOVE_LIMIT
        with app.app_context():
            db.engine.dispose()
    return good


def bots_of(slugs: Sequence[str]) -> int:
    """The bots in these cases, with every other case's solutions; how many plays that were."""
    rulebook = Rulebook.load(BANK / "rulebook")
    cases = load_cases(BANK / "cases")
    scenes = {slug: make_scene(case, 0, RulebookJudge(rulebook)) for slug, case in cases.items()}
    return len(run_all([scenes[slug] for slug in slugs], rulebook_ear(rulebook), list(scenes.values())))


def bots_speed() -> bool:
    """The whole table on two processes."""
    slugs = sorted(load_cases(BANK / "cases"))
    begun = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        played = sum(pool.map(bots_of, (slugs[::2], slugs[1::2])))
    spent = time.perf_counter() - begun
    print(f"机器人\t{len(slugs)} 个案例 {played} 局\t{spent:.1f} 秒（两个进程）")
    return spent < BOTS_LIMIT


def walks_speed(quick: bool) -> bool:
    """Every case walked over its alphabet, those that the lock knows left out where quick."""
    rulebook = Rulebook.load(BANK / "rulebook")
    lock = read_lock(BANK / "cases")
    spent: dict[str, float] = {}
    skipped = 0
    for slug, case in load_cases(BANK / "cases").items():
        scene = make_scene(case, 0, RulebookJudge(rulebook))
        if quick and lock.get(slug, {}).get("digest") == scene.digest:
            skipped += 1
            continue
        begun = time.process_time()
        walk(scene)
        spent[slug] = time.process_time() - begun
    slowest = max(spent.items(), key=lambda pair: pair[1], default=("没有", 0.0))
    print(f"走遍\t{len(spent)} 个案例 {sum(spent.values()):.1f} 秒\t最慢 {slowest[0]} {slowest[1]:.1f} 秒\t跳过 {skipped} 个没有改过的")
    return slowest[1] < WALK_LIMIT


def main() -> None:
    """All three, each beside its limit."""
    parts: list[tuple[str, Callable[[], bool]]] = [
        (f"一步操作的中位数低于 {MOVE_LIMIT:g} ms", desk_speed), (f"机器人全表低于 {BOTS_LIMIT:g} 秒", bots_speed),
        (f"每个案例走遍低于 {WALK_LIMIT:g} 秒", lambda: walks_speed("--quick" in sys.argv))]
    for limit, part in parts:
        print(f"{'达到' if part() else '没有达到'}\t{limit}\n")


if __name__ == "__main__":
    main()

"""Starting the server: prepare the database, then hand over to gunicorn."""

import os
import sys
from collections.abc import Sequence

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from trainer.config import read_settings
from trainer.errors import SettingError
from trainer.extensions import db
from trainer.factory import check_serving, create_app
from trainer.models import ReleasePointer


def main(arguments: Sequence[str]) -> int:
    """Serve; with --demo prepare the demo first. Returns the exit status where serving could not begin."""
    if "--demo" in arguments:
        os.environ["SHANGGANG_DEMO"] = "1"
    try:
        settings = read_settings()
        application = create_app(settings)
        check_serving(application)
    except SettingError as error:
        print(error.message, file=sys.stderr)
        return 2
    settings.instance.mkdir(parents=True, exist_ok=True)
    with application.app_context():
        upgrade()
    address = f"http://{settings.host}:{settings.port}"
    if not (_prepare_demo(application, address) if settings.demo else _prepare_real(application, address)):
        return 1
    os.environ["SECRET_KEY"] = application.config["SECRET_KEY"]
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "trainer.workers.FairWorker", "--workers", str(settings.workers),
        "--threads", str(settings.threads), "--bind", f"{settings.host}:{settings.port}", "--log-level", "warning",
        "--config", "python:trainer.sweeper", "app:app",
    ]
    os.execv(sys.executable, command)


def _prepare_demo(application: Flask, address: str) -> bool:
    status = application.test_cli_runner().invoke(args=["demo", "prepare"])
    if status.exit_code:
        print(status.output, file=sys.stderr)
        return False
    print(f"演示已就绪：{address}（按 Ctrl+C 停止）", status.output, sep="\n", end="", flush=True)
    return True


def _prepare_real(application: Flask, address: str) -> bool:
    """Load the bank where nothing was published yet; print the one-time code until there is an administrator."""
    runner = application.test_cli_runner()
    with application.app_context():
        empty = db.session.scalar(select(ReleasePointer.id)) is None
    if empty:
        loaded = runner.invoke(args=["bank", "load", str(application.config["SETTINGS"].question_bank)])
        print(loaded.output, end="", file=sys.stderr)
        with application.app_context():
            if db.session.scalar(select(ReleasePointer.id)) is None:
                return False
    code = runner.invoke(args=["accounts", "setup-code"]).output.strip()
    print(f"上岗：{address}（按 Ctrl+C 停止）", flush=True)
    if code:
        print(f"第一次使用：打开 {address}/setup，用启动码 {code} 建立管理员。", flush=True)
    return True

"""What an administrator looks at to see whether the installation is well."""

import platform
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from trainer import __version__
from trainer.errors import ContentError
from trainer.models import Attempt, User
from trainer.services.releases import current_release

LEAST_FREE = 1024 ** 3


@dataclass(frozen=True)
class Finding:
    """One line of the health page: what was looked at, how it is (ok, caution, bad), and what to do."""

    what: str
    value: str
    state: str = "ok"
    remedy: str = ""


def examine(session: Session, instance: Path, now: datetime) -> list[Finding]:
    """Look at version, database, release, disk and overdue attempts."""
    return [
        Finding("程序版本", f"{__version__}（Python {platform.python_version()}）"),
        _database(session), _tables(session), _release(session), _disk(instance), _overdue(session, now),
    ]


def _database(session: Session) -> Finding:
    engine = session.get_bind().dialect.name
    if engine == "sqlite":
        pages = session.scalar(text("PRAGMA page_count")) or 0
        size = session.scalar(text("PRAGMA page_size")) or 0
        mode = session.scalar(text("PRAGMA journal_mode"))
        state = "ok" if mode == "wal" else "caution"
        return Finding("数据库", f"SQLite，{pages * size / 1024 ** 2:.1f} MB，日志方式 {mode}", state,
                       "" if state == "ok" else "日志方式应为 wal，请检查数据库所在的磁盘是否为网络盘。")
    size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    return Finding("数据库", f"PostgreSQL，{size / 1024 ** 2:.1f} MB")


def _tables(session: Session) -> Finding:
    connection = session.connection()
    if not inspect(connection).has_table("alembic_version"):
        return Finding("表结构版本", "没有记录", "caution", "请运行 flask db upgrade。")
    return Finding("表结构版本", str(session.scalar(text("SELECT version_num FROM alembic_version"))))


def _release(session: Session) -> Finding:
    try:
        release = current_release(session)
    except ContentError as error:
        return Finding("规则库发布", "还没有发布", "bad", error.message)
    return Finding("规则库发布", f"第 {release.number} 版，摘要 {release.digest[:12]}")


def _disk(instance: Path) -> Finding:
    place = instance if instance.exists() else instance.parent
    usage = shutil.disk_usage(place)
    low = usage.free < LEAST_FREE
    return Finding("磁盘剩余", f"{usage.free / 1024 ** 3:.1f} GB，共 {usage.total / 1024 ** 3:.1f} GB", "bad" if low else "ok",
                   "剩余不足 1 GB，请尽快清理磁盘或换更大的盘，否则作答可能存不进去。" if low else "")


def _overdue(session: Session, now: datetime) -> Finding:
    count = session.scalar(select(func.count(Attempt.id)).where(Attempt.state == "in_progress", Attempt.deadline_at < now)) or 0
    if not count:
        return Finding("到时未收的答卷", "没有")
    return Finding("到时未收的答卷", f"{count} 份", "caution", "成绩不受影响，页面已按到时显示。请确认 flask attempts sweep 每分钟在跑。")


def counts(session: Session) -> list[tuple[str, int, str | None]]:
    """Sizes of the installation, for the head of the health page."""
    return [
        ("在用账号", session.scalar(select(func.count(User.id)).where(User.active)) or 0, None),
        ("停用账号", session.scalar(select(func.count(User.id)).where(User.active.is_(False))) or 0, None),
        ("正在考试", session.scalar(select(func.count(Attempt.id)).where(Attempt.state == "in_progress")) or 0, "含练习试卷"),
        ("答卷总数", session.scalar(select(func.count(Attempt.id))) or 0, None),
    ]

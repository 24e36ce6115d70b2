"""The clock, read once a request at the edge, and how moments are shown (Beijing time)."""

from datetime import UTC, datetime, timedelta, timezone

from flask import g

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """The moment of this request; the same for its whole length."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def beijing(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A moment as people here read it, or a dash."""
    return "—" if moment is None else moment.astimezone(BEIJING).strftime(pattern)


def in_words(delta: timedelta) -> str:
    """A length of time in words: 2 天 3 小时, 5 分钟, 不到 1 分钟."""
    minutes = int(abs(delta).total_seconds() // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} 天" if days else "", f"{hours} 小时" if hours else "", f"{minutes} 分钟" if minutes and not days else ""]
    return " ".join(part for part in parts if part) or "不到 1 分钟"


def time_left(moment: datetime) -> str:
    """还剩 2 天 3 小时, or 已过 5 分钟."""
    delta = moment - now()
    return ("还剩 " if delta >= timedelta(0) else "已过 ") + in_words(delta)

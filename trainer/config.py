"""Settings: one line each, read from the environment by a typed reader that fails loudly."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(name, "").strip() or default


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise SettingError(f"设置 {name} 应为整数，现在是「{raw}」。") from None
    if not low <= value <= high:
        raise SettingError(f"设置 {name} 应在 {low} 到 {high} 之间，现在是 {value}。")
    return value


def _switch(env: Mapping[str, str], name: str, default: bool) -> bool:
    raw = env.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"设置 {name} 应为 1 或 0，现在是「{raw}」。")


def _database_url(env: Mapping[str, str], instance: Path, demo: bool) -> str:
    raw = env.get("DATABASE_URL", "").strip()
    if not raw:
        return f"sqlite:///{instance / ('demo.sqlite3' if demo else 'shanggang.sqlite3')}"
    if raw.startswith("postgres://"):
        raw = "postgresql://" + raw.removeprefix("postgres://")
    if raw.startswith("postgresql://"):
        raw = "postgresql+psycopg://" + raw.removeprefix("postgresql://")
    if not raw.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingError("设置 DATABASE_URL 只支持 sqlite:/// 和 postgresql://,请检查开头部分。")
    return raw


@dataclass(frozen=True)
class Settings:
    """Every setting of the server, typed; docs/operations.md names each."""

    demo: bool
    database_url: str
    secret_key: str | None
    secret_key_file: Path
    instance: Path
    question_bank: Path
    host: str
    port: int
    workers: int
    threads: int
    organisation: str
    cookie_secure: bool
    proxies: int
    review_due_hours: int
    session_hours: int
    public_url: str


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raises SettingError (Chinese) where one is malformed."""
    env = os.environ if env is None else env
    demo = _switch(env, "SHANGGANG_DEMO", False)
    instance = Path(_text(env, "SHANGGANG_INSTANCE", str(ROOT / "instance")))
    return Settings(
        demo=demo,
        database_url=_database_url(env, instance, demo),
        secret_key=env.get("SECRET_KEY", "").strip() or None,
        secret_key_file=Path(_text(env, "SECRET_KEY_FILE", str(instance / "secret.key"))),
        instance=instance,
        question_bank=Path(_text(env, "SHANGGANG_QUESTION_BANK", str(ROOT / "question_bank"))),
        host=_text(env, "SHANGGANG_HOST", "127.0.0.1"),
        port=_integer(env, "SHANGGANG_PORT", 5000, 1, 65535),
        workers=_integer(env, "SHANGGANG_WORKERS", 2, 1, 64),
        threads=_integer(env, "SHANGGANG_THREADS", 8, 1, 64),
        organisation=_text(env, "SHANGGANG_ORGANISATION", "上岗培训中心"),
        cookie_secure=_switch(env, "SHANGGANG_COOKIE_SECURE", False),
        proxies=_integer(env, "SHANGGANG_PROXIES", 0, 0, 5),
        review_due_hours=_integer(env, "SHANGGANG_REVIEW_DUE_HOURS", 24, 1, 720),
        session_hours=_integer(env, "SHANGGANG_SESSION_HOURS", 12, 1, 720),
        public_url=_text(env, "SHANGGANG_PUBLIC_URL", "").rstrip("/"),
    )


def serving_key(settings: Settings) -> str:
    """The key that signs sessions: from the environment, or a file made once with random bytes for this host.

    Raises SettingError where a given key is too short or the file cannot be made.
    """
    if settings.secret_key is not None:
        if len(settings.secret_key) < 16:
            raise SettingError("设置 SECRET_KEY 太短：至少 16 个字符，请换成随机长串。")
        return settings.secret_key
    path = settings.secret_key_file
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_hex(32))
        return path.read_text().strip()
    except OSError as error:
        raise SettingError(f"无法建立密钥文件 {path}({error.strerror})。请设置 SECRET_KEY，或把目录设为可写。") from error

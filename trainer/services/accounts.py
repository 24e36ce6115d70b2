"""Accounts: signing in, passwords, roles, and who may no longer sign in. Every change leaves an audit row."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import ROLES, Setting, User, UserRole
from trainer.services.audit import record
from trainer.services.passwords import hash_password, initial_password, is_outdated, password_fits, require_good
from trainer.services.throttle import blocked_until, forgive, note_failure, tries_left

STAFF_NO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,31}")
SETUP_KEY = "setup_code"


@dataclass(frozen=True)
class SignIn:
    """The outcome of one try: the person, or the Chinese message that says why not."""

    user: User | None
    message: str = ""
    wait_until: datetime | None = None


def find_user(session: Session, staff_no: str) -> User | None:
    """The account with this 工号, upper or lower case alike."""
    return session.scalars(select(User).where(func.lower(User.staff_no) == staff_no.strip().lower()).order_by(User.id)).first()


def in_minutes(length: timedelta) -> str:
    """A wait in words, rounded up: 不到 1 分钟 is said as 1 分钟."""
    return f"{max(1, -(-int(length.total_seconds()) // 60))} 分钟"


def authenticate(session: Session, staff_no: str, password: str, address: str, now: datetime) -> SignIn:
    """Check 工号 and password under the throttle. The caller commits whatever the outcome, so that failures count."""
    staff_no = staff_no.strip()[:64]
    until = blocked_until(session, staff_no, address, now)
    if until is not None:
        return SignIn(None, f"试错的次数太多，为保护账号已暂停登录。请在 {in_minutes(until - now)}后再试，或请管理员重置密码。", until)
    user = find_user(session, staff_no)
    if not password_fits(user.password_hash if user else None, password) or user is None:
        note_failure(session, staff_no, address, now)
        record(session, now, user.id if user else None, "sign_in.refused", f"staff_no:{staff_no}", address=address)
        left = tries_left(session, staff_no, now)
        hint = f"再错 {left} 次会暂停登录 15 分钟。" if 0 < left <= 2 else "请检查大小写；忘了密码请找管理员重置。"
        if left == 0:
            hint = "错误次数太多，已暂停登录 15 分钟。"
        return SignIn(None, f"工号或密码不对。{hint}")
    if not user.active:
        record(session, now, user.id, "sign_in.inactive", f"user:{user.id}", address=address)
        return SignIn(None, "这个账号已停用。如果是误停，请联系管理员恢复。")
    if user.password_hash and is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
    forgive(session, staff_no)
    record(session, now, user.id, "sign_in", f"user:{user.id}", address=address)
    return SignIn(user)


def change_password(session: Session, user: User, old: str, new: str, now: datetime, address: str = "") -> None:
    """Set a new password; every other device is signed out. Raises InputError at `old` or `new`."""
    if not password_fits(user.password_hash, old):
        raise InputError("原密码不对，请再输入一次。", "old")
    require_good(new, user.staff_no, "new")
    if hmac.compare_digest(old.encode(), new.encode()):
        raise InputError("新密码和原密码一样，请换一个。", "new")
    user.password_hash = hash_password(new)
    user.must_change = False
    user.session_epoch += 1
    record(session, now, user.id, "password.change", f"user:{user.id}", address=address)
    session.flush()


def sign_out_everywhere(session: Session, user: User, now: datetime, address: str = "") -> None:
    """End every session of the person, on every device."""
    user.session_epoch += 1
    record(session, now, user.id, "sign_out.everywhere", f"user:{user.id}", address=address)
    session.flush()


def checked_staff_no(text: str) -> str:
    """The 工号 without blanks around it; raises InputError where it has a form that cannot be typed reliably."""
    staff_no = text.strip()
    if not STAFF_NO.fullmatch(staff_no):
        raise InputError("工号用 2 到 32 位字母、数字、点、横线或下划线，以字母或数字开头。", "staff_no")
    return staff_no


def checked_name(text: str) -> str:
    """The name without blanks around it; raises InputError where it is empty or too long."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 60:
        raise InputError("请填写姓名，最多 60 个字。", "name")
    return name


def checked_roles(roles: frozenset[str]) -> frozenset[str]:
    """The roles; raises InputError where there is none or one is unknown."""
    unknown = sorted(roles - set(ROLES))
    if unknown or not roles:
        raise InputError("请至少选一个角色。" if not roles else f"没有这个角色：{'、'.join(unknown)}。可选：{'、'.join(ROLES.values())}。", "roles")
    return roles


def add_account(session: Session, staff_no: str, name: str, roles: frozenset[str], now: datetime, by_id: int | None = None,
                password: str | None = None, contact: str | None = None, must_change: bool = True) -> tuple[User, str]:
    """Make an account; returns it with its initial password. Raises InputError at the field at fault."""
    staff_no, name, roles = checked_staff_no(staff_no), checked_name(name), checked_roles(roles)
    if find_user(session, staff_no) is not None:
        raise InputError(f"工号 {staff_no} 已经有账号了，请换一个，或到列表里修改原来的账号。", "staff_no")
    if password is not None:
        require_good(password, staff_no)
    secret = password or initial_password()
    user = User(staff_no=staff_no, name=name, contact=(contact or "").strip()[:120] or None, password_hash=hash_password(secret),
                must_change=must_change, active=True, session_epoch=0, created_at=now, deactivated_at=None)
    user.role_rows = [UserRole(role=role) for role in sorted(roles)]
    session.add(user)
    session.flush()
    record(session, now, by_id, "account.add", f"user:{user.id}", {"staff_no": staff_no, "roles": sorted(roles)})
    return user, secret


def edit_account(session: Session, user: User, name: str, roles: frozenset[str], contact: str | None, now: datetime,
                 by_id: int | None) -> None:
    """Change name, contact and roles; the last administrator stays one. Raises InputError."""
    name, roles = checked_name(name), checked_roles(roles)
    if "admin" in user.roles and "admin" not in roles:
        _require_another_admin(session, user, "roles")
    before = sorted(user.roles)
    user.name, user.contact = name, (contact or "").strip()[:120] or None
    user.role_rows = [row for row in user.role_rows if row.role in roles] + [
        UserRole(role=role) for role in sorted(roles - user.roles)]
    record(session, now, by_id, "account.edit", f"user:{user.id}", {"roles_before": before, "roles": sorted(roles)})
    session.flush()


def reset_password(session: Session, user: User, now: datetime, by_id: int | None = None) -> str:
    """Give a new initial password, which must be changed at the next sign-in; all devices are signed out."""
    secret = initial_password()
    user.password_hash, user.must_change = hash_password(secret), True
    user.session_epoch += 1
    forgive(session, user.staff_no)
    record(session, now, by_id, "account.reset", f"user:{user.id}")
    session.flush()
    return secret


def deactivate(session: Session, user: User, now: datetime, by_id: int | None) -> None:
    """Let a leaver sign in no more; marks and records stay. Raises InputError for oneself and the last administrator."""
    if user.id == by_id:
        raise InputError("不能停用自己的账号，请让另一位管理员来做。")
    if "admin" in user.roles:
        _require_another_admin(session, user, None)
    user.active, user.deactivated_at = False, now
    user.session_epoch += 1
    record(session, now, by_id, "account.deactivate", f"user:{user.id}")
    session.flush()


def activate(session: Session, user: User, now: datetime, by_id: int | None) -> None:
    """Let a person who came back sign in again with the old password."""
    user.active, user.deactivated_at = True, None
    record(session, now, by_id, "account.activate", f"user:{user.id}")
    session.flush()


def _require_another_admin(session: Session, user: User, field: str | None) -> None:
    others = session.scalar(
        select(func.count(User.id)).join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == "admin", User.active, User.id != user.id))
    if not others:
        raise InputError("这是最后一位管理员，去掉以后就没人能管账号了。请先给别人加上管理员角色。", field)


def is_new_installation(session: Session) -> bool:
    """Whether nobody has an account yet, so that the first page makes the administrator."""
    return session.scalars(select(User.id).limit(1)).first() is None


def issue_setup_code(session: Session) -> str | None:
    """A fresh one-time code for the first administrator, stored as its hash; None once somebody has an account."""
    if not is_new_installation(session):
        return None
    code = "-".join("".join(secrets.choice("ABCDEFGHJKMNPQRTUVWXY346789") for _ in range(4)) for _ in range(3))
    session.merge(Setting(key=SETUP_KEY, value=_digest(code)))
    session.flush()
    return code


def create_first_admin(session: Session, code: str, staff_no: str, name: str, password: str, now: datetime, address: str = "") -> User:
    """Make the first administrator with the console's code, once. Raises InputError."""
    if not is_new_installation(session):
        raise InputError("管理员已经建好了，请直接登录。")
    until = blocked_until(session, SETUP_KEY, address, now)
    if until is not None:
        raise InputError(f"试错的次数太多，请在 {in_minutes(until - now)}后再试。", "code")
    stored = session.get(Setting, SETUP_KEY)
    if stored is None or not hmac.compare_digest(str(stored.value), _digest(code)):
        note_failure(session, SETUP_KEY, address, now)
        raise InputError("启动码不对。请看启动服务的窗口里最新的一行；每次启动都会换。", "code")
    user, _secret = add_account(session, staff_no, name, frozenset({"admin"}), now, password=password, must_change=False)
    session.delete(stored)
    forgive(session, SETUP_KEY)
    session.flush()
    return user


def _digest(code: str) -> str:
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()

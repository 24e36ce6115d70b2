"""Lists for administrators: accounts and the audit log, searched and sorted."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from trainer.models import AuditLog, Enrolment, Klass, Team, TeamMember, User, UserRole
from trainer.services.people import current

SORTS = {"staff_no": User.staff_no, "name": User.name, "created": User.created_at}
ACTIONS = {
    "sign_in": "登录", "sign_in.refused": "登录被拒", "sign_in.inactive": "停用账号登录", "sign_out": "退出登录",
    "sign_out.everywhere": "退出所有设备", "password.change": "修改密码", "account.add": "新建账号", "account.edit": "修改账号",
    "account.import": "导入名单", "account.reset": "重置密码", "account.deactivate": "停用账号", "account.activate": "恢复账号",
    "assignment": "考试安排", "exception": "特批", "grade": "判分", "review": "复核", "certificate": "上岗证", "content": "内容",
    "release": "规则库", "attempt": "答卷", "appeal": "申诉", "export": "导出",
}


def contains(text: str) -> str:
    """A LIKE pattern for text that occurs anywhere; the escape character is the backslash."""
    plain = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def find_accounts(q: str = "", role: str = "", state: str = "active", sort: str = "staff_no") -> Select[User]:
    """Accounts by part of 工号, name or contact, by role, and by state (active, inactive, initial, all)."""
    rows = select(User)
    if q.strip():
        like = contains(q)
        rows = rows.where(or_(*(func.lower(column).like(like, escape="\\") for column in (User.staff_no, User.name, User.contact))))
    if role:
        rows = rows.where(User.id.in_(select(UserRole.user_id).where(UserRole.role == role)))
    if state == "active":
        rows = rows.where(User.active)
    elif state == "inactive":
        rows = rows.where(User.active.is_(False))
    elif state == "initial":
        rows = rows.where(User.active, User.must_change)
    column = SORTS.get(sort.lstrip("-"), User.staff_no)
    return rows.order_by(column.desc() if sort.startswith("-") else column, User.id)


def groups_of(session: Session, people: Iterable[int], now: datetime) -> dict[int, list[str]]:
    """The names of classes and teams of each of these people at the moment, in two queries."""
    ids = list(people)
    found: dict[int, list[str]] = {person: [] for person in ids}
    klasses = select(Enrolment.user_id, Klass.name).join(Klass, Klass.id == Enrolment.klass_id).where(
        Enrolment.user_id.in_(ids), current(Enrolment, now)).order_by(Klass.name)
    teams = select(TeamMember.user_id, Team.name).join(Team, Team.id == TeamMember.team_id).where(
        TeamMember.user_id.in_(ids), current(TeamMember, now)).order_by(Team.name)
    for rows in (klasses, teams):
        for person, name in session.execute(rows):
            found[person].append(name)
    return found


def find_audit(q: str = "", action: str = "") -> Select[AuditLog]:
    """Audit rows, newest first, by part of person or subject or address, and by action or its first part."""
    rows = select(AuditLog)
    if action:
        rows = rows.where(or_(AuditLog.action == action, AuditLog.action.like(contains(f"{action}.")[1:], escape="\\")))
    if q.strip():
        like, person = contains(q), aliased(User)
        known = select(person.id).where(or_(func.lower(person.staff_no).like(like, escape="\\"), func.lower(person.name).like(like, escape="\\")))
        rows = rows.where(or_(
            AuditLog.user_id.in_(known), func.lower(AuditLog.subject).like(like, escape="\\"),
            func.lower(AuditLog.address).like(like, escape="\\")))
    return rows.order_by(AuditLog.at.desc(), AuditLog.id.desc())


def action_words(action: str) -> str:
    """An action in Chinese; the code itself where no word is known."""
    return ACTIONS.get(action) or ACTIONS.get(action.split(".")[0]) or action


def names_of(session: Session, rows: Iterable[AuditLog]) -> dict[int, str]:
    """Names behind audit rows: who acted, and the accounts that subjects speak of."""
    ids = set()
    for row in rows:
        kind, _, number = row.subject.partition(":")
        ids |= {row.user_id} if row.user_id else set()
        ids |= {int(number)} if kind == "user" and number.isdigit() else set()
    return {user.id: f"{user.name}（{user.staff_no}）" for user in session.scalars(select(User).where(User.id.in_(ids)))}

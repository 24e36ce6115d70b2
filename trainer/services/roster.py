"""The roster (学员名单) from a spreadsheet: all rows or none, every error by row and column, nothing made before it is agreed to."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import ROLES, Enrolment, Klass, LearnerState, Team, TeamMember, User
from trainer.services.accounts import add_account, checked_name, checked_roles, checked_staff_no
from trainer.services.audit import record
from trainer.services.passwords import require_good
from trainer.services.people import led_teams

COLUMNS = {
    "staff_no": ("工号", "员工号", "员工编号"), "name": ("姓名", "名字", "员工姓名"), "roles": ("角色", "岗位角色"),
    "klass": ("班级", "期", "班期"), "team": ("团队", "组", "小组", "部门"), "contact": ("联系方式", "手机", "电话", "手机号"),
    "password": ("初始密码", "密码"),
}
NEEDED = ("staff_no", "name")
TEMPLATE = (
    ("工号", "姓名", "角色", "班级", "团队", "联系方式"),
    ("S2001", "张三", "学员", "2026年12月班", "售后一组", ""),
    ("L2001", "李四", "主管", "", "售后一组", ""),
)
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class RowError:
    """What is wrong in one cell: the row as the spreadsheet numbers it, the column by its heading."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Entry:
    """One person of the roster, checked on its own."""

    row: int
    staff_no: str
    name: str
    roles: frozenset[str]
    klass: str = ""
    team: str = ""
    contact: str = ""
    password: str = ""


@dataclass(frozen=True)
class Limits:
    """What a supervisor may import: trainees into the teams that he leads; `home` is his own, `home_id` the parent of new ones."""

    teams: frozenset[str]
    home: str
    home_id: int


@dataclass
class Plan:
    """What an import would do, or why it cannot."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    new_klasses: list[str] = field(default_factory=list)
    new_teams: list[str] = field(default_factory=list)
    parent_id: int | None = None


def limits_of(session: Session, user: User, now: datetime) -> Limits | None:
    """None for an administrator, who may import anybody; raises InputError for a supervisor who leads no team."""
    if "admin" in user.roles:
        return None
    led = {team.id: team for team in session.scalars(select(Team).where(Team.id.in_(led_teams(user, now))).order_by(Team.name))}
    if not led:
        raise InputError("您还没有带团队，导入的人会没有归属。请管理员先把您设为某个团队的负责人。", "file")
    home = next(team for team in led.values() if team.parent_id not in led)
    return Limits(frozenset(team.name for team in led.values()), home.name, home.id)


def plan_import(session: Session, rows: list[list[str]], limits: Limits | None = None) -> Plan:
    """Check every row against itself, the others, the database and the limits; raises InputError only where the heading is unusable."""
    head = next((number for number, row in enumerate(rows) if any(row)), None)
    if head is None or head == len(rows) - 1:
        raise InputError("名单里没有人。第一行是表头，从第二行起一人一行；可以先下载模板。", "file")
    places = _places(rows[head])
    plan = Plan(parent_id=limits.home_id if limits else None)
    for number in range(head + 1, len(rows)):
        if any(rows[number]):
            _plan_row(plan, number + 1, {key: rows[number][at].strip() for key, at in places.items() if at < len(rows[number])})
    _find_repeats(plan)
    _find_existing(session, plan)
    plan.new_klasses = _unknown(session, Klass, {entry.klass for entry in plan.entries})
    plan.new_teams = _unknown(session, Team, {entry.team for entry in plan.entries})
    if limits is not None:
        _limit(plan, limits)
    plan.errors.sort(key=lambda error: error.row)
    return plan


def apply_plan(session: Session, plan: Plan, now: datetime, by_id: int | None) -> list[tuple[User, str]]:
    """Make every account of a plan without errors; returns each with its initial password. Raises InputError otherwise."""
    if plan.errors:
        raise InputError(f"名单里还有 {len(plan.errors)} 处错误，改好后再导入；现在一个账号也没有建。", "file")
    today = now.astimezone(BEIJING).date().isoformat()
    for name in plan.new_klasses:
        session.add(Klass(name=name, shop_id=None, post="aftersale", opened_on=today, head_id=None))
    for name in plan.new_teams:
        session.add(Team(name=name, parent_id=plan.parent_id, shop_id=None))
    session.flush()
    klasses = {klass.name: klass.id for klass in session.scalars(select(Klass))}
    teams = {team.name: team.id for team in session.scalars(select(Team))}
    made = [_make_person(session, entry, klasses, teams, now, by_id) for entry in plan.entries]
    record(session, now, by_id, "account.import", f"{len(made)} accounts",
           {"new_klasses": plan.new_klasses, "new_teams": plan.new_teams})
    session.flush()
    return made


def _make_person(session: Session, entry: Entry, klasses: dict[str, int], teams: dict[str, int], now: datetime,
                 by_id: int | None) -> tuple[User, str]:
    user, secret = add_account(session, entry.staff_no, entry.name, entry.roles, now, by_id,
                               entry.password or None, entry.contact)
    if entry.klass:
        session.add(Enrolment(klass_id=klasses[entry.klass], user_id=user.id, since=now, until=None))
    if entry.team:
        part = "lead" if "supervisor" in entry.roles else "mentor" if "mentor" in entry.roles else "member"
        session.add(TeamMember(team_id=teams[entry.team], user_id=user.id, part=part, since=now, until=None))
    if "trainee" in entry.roles:
        session.add(LearnerState(user_id=user.id, state="training", since=now, reason="名单导入", by_id=by_id))
    return user, secret


def _places(heading: list[str]) -> dict[str, int]:
    names = {alias: key for key, aliases in COLUMNS.items() for alias in aliases}
    places: dict[str, int] = {}
    unknown = []
    for at, text in enumerate(heading):
        plain = text.strip().strip("*＊ ")
        key = names.get(plain)
        if key is None:
            unknown += [plain] if plain else []
        elif key in places:
            raise InputError(f"表头里「{plain}」出现了两次，请只留一列。", "file")
        else:
            places[key] = at
    missing = [COLUMNS[key][0] for key in NEEDED if key not in places]
    if missing or unknown:
        problem = "缺少列：" + "、".join(missing) if missing else "不认识的列：" + "、".join(unknown)
        allowed = "、".join(aliases[0] for aliases in COLUMNS.values())
        raise InputError(f"表头{problem}。第一行应写列名，可用的有：{allowed}；也可以下载模板照着填。", "file")
    return places


def _plan_row(plan: Plan, row: int, cells: dict[str, str]) -> None:
    staff_no, password = cells.get("staff_no", "").strip(), cells.get("password", "")
    roles = roles_of(cells.get("roles", ""))
    checks: list[tuple[str, Callable[[], object]]] = [
        ("staff_no", lambda: checked_staff_no(staff_no)), ("name", lambda: checked_name(cells.get("name", ""))),
        ("roles", lambda: checked_roles(roles)), ("klass", lambda: _checked_group(cells.get("klass", ""))),
        ("team", lambda: _checked_group(cells.get("team", ""))),
        ("password", lambda: require_good(password, staff_no) if password else None),
    ]
    found: list[RowError] = []
    for key, check in checks:
        try:
            check()
        except InputError as error:
            found.append(RowError(row, COLUMNS[key][0], error.message))
    plan.errors += found
    if not found:
        plan.entries.append(Entry(row, staff_no, cells["name"], roles, cells.get("klass", ""), cells.get("team", ""),
                                  cells.get("contact", ""), password))


def _checked_group(name: str) -> None:
    if len(name) > 60:
        raise InputError("名称最多 60 个字，请写短一些。")


def roles_of(text: str) -> frozenset[str]:
    """Role codes from words as people type them, 「学员、主管」; an empty cell is a trainee. Unknown words are kept, to be refused."""
    codes = {word: code for code, word in ROLES.items()}
    for separator in "，,；;/|+ \n":
        text = text.replace(separator, "、")
    words = [word for word in text.split("、") if word]
    return frozenset(codes.get(word, word) for word in words) or frozenset({"trainee"})


def _find_repeats(plan: Plan) -> None:
    first: dict[str, int] = {}
    for entry in plan.entries:
        earlier = first.setdefault(entry.staff_no.lower(), entry.row)
        if earlier != entry.row:
            plan.errors.append(RowError(entry.row, "工号", f"工号 {entry.staff_no} 和第 {earlier} 行重复了，请只留一行。"))


def _find_existing(session: Session, plan: Plan) -> None:
    wanted = {entry.staff_no.lower() for entry in plan.entries}
    taken = {staff_no.lower() for staff_no in session.scalars(select(User.staff_no).where(func.lower(User.staff_no).in_(wanted)))}
    plan.errors += [RowError(entry.row, "工号", f"工号 {entry.staff_no} 已经有账号了，请从名单里去掉这一行。")
                    for entry in plan.entries if entry.staff_no.lower() in taken]


def _limit(plan: Plan, limits: Limits) -> None:
    for at, entry in enumerate(plan.entries):
        if entry.roles != {"trainee"}:
            plan.errors.append(RowError(entry.row, "角色", "主管只能导入学员；其他角色请管理员来建。"))
        if entry.team and entry.team not in limits.teams and entry.team not in plan.new_teams:
            plan.errors.append(RowError(entry.row, "团队", f"「{entry.team}」不是您带的团队。可以写：{'、'.join(sorted(limits.teams))}，或请管理员导入。"))
        if not entry.team:
            plan.entries[at] = replace(entry, team=limits.home)


def _unknown(session: Session, kind: type[Klass] | type[Team], names: set[str]) -> list[str]:
    known = set(session.scalars(select(kind.name)))
    return sorted(name for name in names if name and name not in known)

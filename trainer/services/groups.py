"""Teams and classes: the tree, dated membership, and who leads. Nothing is deleted: membership ends on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import Enrolment, Klass, Team, TeamMember, User
from trainer.services.audit import record
from trainer.services.people import current

PARTS = {"member": "成员", "lead": "负责人", "mentor": "带教"}
# What a person's role must be to take a part in a team.
PART_ROLES = {"lead": "supervisor", "mentor": "mentor"}
POSTS = {"presale": "售前", "aftersale": "售后", "complaint": "投诉", "lead": "主管"}
DEEPEST = 6


@dataclass(frozen=True)
class TeamRow:
    """A team in the tree, indented by depth, with who leads and how many belong to it."""

    team: Team
    depth: int
    leads: str
    members: int


@dataclass(frozen=True)
class KlassRow:
    """A class with its head teacher and its size."""

    klass: Klass
    head: str
    members: int


def team_tree(session: Session, now: datetime) -> list[TeamRow]:
    """All teams, parents before children, in three queries."""
    children: dict[int | None, list[Team]] = {}
    for team in session.scalars(select(Team).order_by(Team.name)):
        children.setdefault(team.parent_id, []).append(team)
    leads: dict[int, list[str]] = {}
    for team_id, name in session.execute(
            select(TeamMember.team_id, User.name).join(User, User.id == TeamMember.user_id)
            .where(TeamMember.part == "lead", current(TeamMember, now)).order_by(User.name)):
        leads.setdefault(team_id, []).append(name)
    counted = session.execute(
        select(TeamMember.team_id, func.count(TeamMember.user_id))
        .where(TeamMember.part == "member", current(TeamMember, now)).group_by(TeamMember.team_id))
    sizes: dict[int, int] = {team_id: size for team_id, size in counted}
    rows: list[TeamRow] = []

    def walk(parent: int | None, depth: int) -> None:
        for team in children.get(parent, []):
            rows.append(TeamRow(team, depth, "、".join(leads.get(team.id, [])), sizes.get(team.id, 0)))
            walk(team.id, depth + 1)

    walk(None, 0)
    return rows


def klass_rows(session: Session, now: datetime) -> list[KlassRow]:
    """All classes, the newest first."""
    sizes: dict[int, int] = {klass_id: size for klass_id, size in session.execute(
        select(Enrolment.klass_id, func.count(Enrolment.user_id)).where(current(Enrolment, now)).group_by(Enrolment.klass_id))}
    heads: dict[int, str] = {number: name for number, name in session.execute(
        select(Klass.id, User.name).join(User, User.id == Klass.head_id))}
    return [KlassRow(klass, heads.get(klass.id, ""), sizes.get(klass.id, 0))
            for klass in session.scalars(select(Klass).order_by(Klass.opened_on.desc(), Klass.name))]


def save_team(session: Session, team: Team | None, name: str, parent_id: int | None, now: datetime, by_id: int | None) -> Team:
    """Make a team, or rename and move one. Raises InputError at `name` or `parent_id`."""
    name = _free_name(session, Team, name, team.id if team else None, "团队")
    _check_parent(session, team, parent_id)
    if team is None:
        team = Team(name=name, parent_id=parent_id, shop_id=None)
        session.add(team)
    else:
        team.name, team.parent_id = name, parent_id
    session.flush()
    record(session, now, by_id, "team.save", f"team:{team.id}", {"name": name, "parent_id": parent_id})
    return team


def _check_parent(session: Session, team: Team | None, parent_id: int | None) -> None:
    above, steps = parent_id, 0
    while above is not None:
        steps += 1
        parent = session.get(Team, above)
        if parent is None:
            raise InputError("没有这个上级团队，请重新选。", "parent_id")
        if team is not None and parent.id == team.id:
            raise InputError("不能把团队放到它自己或它的下级里，请另选上级。", "parent_id")
        if steps >= DEEPEST:
            raise InputError(f"团队最多 {DEEPEST} 层，请选更高一级的上级。", "parent_id")
        above = parent.parent_id


def save_klass(session: Session, klass: Klass | None, name: str, opened_on: str, post: str, head_id: int | None, now: datetime,
               by_id: int | None) -> Klass:
    """Make a class or change one. Raises InputError at the field at fault."""
    name = _free_name(session, Klass, name, klass.id if klass else None, "班级")
    try:
        day = date.fromisoformat(opened_on.strip()).isoformat()
    except ValueError:
        raise InputError("开班日期请写成 2026-12-01 这样。", "opened_on") from None
    if post not in POSTS:
        raise InputError(f"没有这个岗位，可选：{'、'.join(POSTS.values())}。", "post")
    head = session.get(User, head_id) if head_id is not None else None
    if head_id is not None and (head is None or not head.active or "supervisor" not in head.roles):
        raise InputError("班主任要选一位在用的主管。", "head_id")
    if klass is None:
        klass = Klass(name=name, shop_id=None, post=post, opened_on=day, head_id=head_id)
        session.add(klass)
    else:
        klass.name, klass.opened_on, klass.post, klass.head_id = name, day, post, head_id
    session.flush()
    record(session, now, by_id, "klass.save", f"klass:{klass.id}", {"name": name, "opened_on": day, "post": post, "head_id": head_id})
    return klass


def _free_name(session: Session, kind: type[Team] | type[Klass], name: str, own: int | None, what: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise InputError(f"请填写{what}名称，最多 60 个字。", "name")
    if session.scalars(select(kind.id).where(kind.name == name, kind.id != (own or 0))).first() is not None:
        raise InputError(f"已经有叫「{name}」的{what}了，请换个名称。", "name")
    return name


def join_team(session: Session, user: User, team_id: int, part: str, now: datetime, by_id: int | None) -> None:
    """Let a person belong to a team from now on; another part in the same team ends. A trainee's other team ends too. Raises InputError."""
    team = session.get(Team, team_id)
    if team is None or part not in PARTS:
        raise InputError("请选团队和在团队里的身份。", "team_id")
    needed = PART_ROLES.get(part)
    if needed is not None and needed not in user.roles:
        raise InputError(f"{PARTS[part]}要先有{'主管' if needed == 'supervisor' else '带教师傅'}角色，请先在上面加上。", "part")
    for row in _memberships(session, user, now):
        if row.team_id == team_id and row.part == part:
            raise InputError(f"{user.name}已经是「{team.name}」的{PARTS[part]}了。", "team_id")
        if row.team_id == team_id or row.part == part == "member":
            row.until = now
    session.add(TeamMember(team_id=team_id, user_id=user.id, part=part, since=now, until=None))
    record(session, now, by_id, "team.join", f"user:{user.id}", {"team": team.name, "part": part})
    session.flush()


def leave_team(session: Session, user: User, member_id: int, now: datetime, by_id: int | None) -> None:
    """End a membership now; its past stays. Raises InputError where it is not this person's or already over."""
    row = session.get(TeamMember, member_id)
    if row is None or row.user_id != user.id or (row.until is not None and row.until <= now):
        raise InputError("这条团队记录已经结束了，请刷新页面。")
    row.until = now
    record(session, now, by_id, "team.leave", f"user:{user.id}", {"team_id": row.team_id, "part": row.part})
    session.flush()


def set_klass(session: Session, user: User, klass_id: int | None, now: datetime, by_id: int | None) -> None:
    """Move a person to a class, or out of all; the earlier enrolment ends now. Raises InputError."""
    if klass_id is not None and session.get(Klass, klass_id) is None:
        raise InputError("没有这个班级，请重新选。", "klass_id")
    rows = list(session.scalars(select(Enrolment).where(Enrolment.user_id == user.id, current(Enrolment, now))))
    if klass_id is not None and any(row.klass_id == klass_id for row in rows):
        return
    for row in rows:
        row.until = now
    if klass_id is not None:
        session.add(Enrolment(klass_id=klass_id, user_id=user.id, since=now, until=None))
    record(session, now, by_id, "klass.move", f"user:{user.id}", {"klass_id": klass_id})
    session.flush()


def team_rows(session: Session, user: User, now: datetime) -> list[tuple[TeamMember, str]]:
    """The person's memberships at the moment with the names of the teams."""
    rows = session.execute(select(TeamMember, Team.name).join(Team, Team.id == TeamMember.team_id)
                           .where(TeamMember.user_id == user.id, current(TeamMember, now)).order_by(Team.name, TeamMember.part))
    return [(member, name) for member, name in rows]


def klass_of(session: Session, user: User, now: datetime) -> Klass | None:
    """The class in which the person is at the moment."""
    return session.scalars(select(Klass).join(Enrolment, Enrolment.klass_id == Klass.id)
                           .where(Enrolment.user_id == user.id, current(Enrolment, now)).order_by(Enrolment.since.desc(), Enrolment.id.desc())).first()


def _memberships(session: Session, user: User, now: datetime) -> list[TeamMember]:
    return list(session.scalars(select(TeamMember).where(TeamMember.user_id == user.id, current(TeamMember, now))))

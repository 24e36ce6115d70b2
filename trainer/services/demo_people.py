"""The people of the demo: a seeded cast, made through the same services as real people."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from trainer.models import Enrolment, Klass, LearnerState, Shop, Team, TeamMember, User
from trainer.services.accounts import add_account

PASSWORD = "shanggang-demo"


@dataclass(frozen=True)
class Learner:
    """A trainee of the story: how able (share of right answers), how many days active, sits the exam or not."""

    staff_no: str
    name: str
    team: str
    ability: float
    days: int
    lessons: int
    sits: bool = False
    state: str = "training"
    weak: tuple[str, ...] = ()


LEARNERS = (
    Learner("CS1001", "陈晓雨", "天猫售后一组", 0.80, 3, 3),
    Learner("CS1002", "林小满", "天猫售后一组", 0.97, 12, 99, sits=True, state="probation"),
    Learner("CS1003", "何嘉怡", "天猫售后一组", 0.94, 12, 99, sits=True, state="on_duty"),
    Learner("CS1004", "郭子轩", "天猫售后一组", 0.55, 10, 8, weak=("freight", "seven_day")),
    Learner("CS1005", "罗雅婷", "天猫售后一组", 0.72, 9, 99, sits=True),
    Learner("CS1006", "梁志强", "天猫售后一组", 0.66, 6, 5),
    Learner("CS1007", "宋佳宁", "淘宝综合组", 0.90, 12, 99, sits=True, state="probation"),
    Learner("CS1008", "唐宇航", "淘宝综合组", 0.45, 11, 7, weak=("late_shipment", "evidence")),
    Learner("CS1009", "许梦洁", "淘宝综合组", 0.86, 8, 10),
    Learner("CS1010", "邓家豪", "淘宝综合组", 0.70, 2, 1),
    Learner("CS1011", "冯思琪", "淘宝综合组", 0.60, 0, 0),
)


@dataclass
class Company:
    """Everybody of the demo once made."""

    admin: User
    trainer: User
    supervisor: User
    other_supervisor: User
    mentor: User
    learners: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    klass: Klass | None = None


def make_company(session: Session, now: datetime) -> Company:
    """Accounts, two teams under one department, a class and the shop, as of two weeks ago."""
    start = now - timedelta(days=14)

    def person(staff_no: str, name: str, role: str) -> User:
        return add_account(session, staff_no, name, frozenset({role}), start, password=PASSWORD, must_change=False)[0]

    company = Company(
        admin=person("AD1001", "赵敏", "admin"), trainer=person("TR1001", "周国平", "trainer"),
        supervisor=person("SV1001", "王丽", "supervisor"), other_supervisor=person("SV1002", "李建国", "supervisor"),
        mentor=person("MT1001", "孙志远", "mentor"))
    shop = Shop(code="bottle-home", name="瓶安家居旗舰店", platform="tmall")
    department = Team(name="客服部")
    session.add_all([shop, department])
    session.flush()
    for name in dict.fromkeys(learner.team for learner in LEARNERS):
        team = Team(name=name, parent_id=department.id, shop_id=shop.id if "天猫" in name else None)
        session.add(team)
        session.flush()
        company.teams[name] = team
    company.klass = Klass(name="11 月新人班", shop_id=shop.id, post="aftersale", opened_on=start.date().isoformat(),
                          head_id=company.supervisor.id)
    session.add(company.klass)
    session.flush()
    _join(session, department, company.supervisor, "lead", start)
    _join(session, company.teams["淘宝综合组"], company.other_supervisor, "lead", start)
    _join(session, company.teams["天猫售后一组"], company.mentor, "mentor", start)
    for learner in LEARNERS:
        user = person(learner.staff_no, learner.name, "trainee")
        company.learners[learner.staff_no] = user
        _join(session, company.teams[learner.team], user, "member", start)
        session.add(Enrolment(klass_id=company.klass.id, user_id=user.id, since=start, until=None))
        session.add(LearnerState(user_id=user.id, state="training", since=start, reason="入班", by_id=company.admin.id))
        if learner.state != "training":
            session.add(LearnerState(user_id=user.id, state=learner.state, since=now - timedelta(days=1), reason="考核通过",
                                     by_id=company.supervisor.id))
    session.flush()
    return company


def _join(session: Session, team: Team, user: User, part: str, since: datetime) -> None:
    session.add(TeamMember(team_id=team.id, user_id=user.id, part=part, since=since, until=None))

"""The supervisor's morning, his people, one person, the weekly report."""

from io import BytesIO

from flask import Blueprint, abort, current_app, render_template, request, send_file
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from trainer.extensions import db
from trainer.models import DeskSession, Team, TeamMember, User, UserRole
from trainer.services import practice, readiness, reviews, typing_tests, weekly
from trainer.services.certificates import certificates_of
from trainer.services.people import visible_people, visible_person
from trainer.services.spreadsheet import write_xlsx
from trainer.web.clock import BEIJING, now
from trainer.web.topics import topic_name

bp = Blueprint("team", __name__, url_prefix="/team")
MOST = 200


def trainees(q: str = "", team_id: int | None = None) -> list[User]:
    """The learners whom the person at the page may see, by 工号."""
    wanted = visible_people(current_user, now()).where(
        User.id.in_(select(UserRole.user_id).where(UserRole.role == "trainee")), User.active.is_(True))
    if q:
        wanted = wanted.where(User.name.contains(q, autoescape=True) | User.staff_no.contains(q, autoescape=True))
    if team_id:
        wanted = wanted.where(User.id.in_(select(TeamMember.user_id).where(
            TeamMember.team_id == team_id, TeamMember.until.is_(None))))
    return list(db.session.scalars(wanted.order_by(User.staff_no).limit(MOST)))


def person_or_404(user_id: int) -> User:
    """Somebody the person at the page may see; anybody else does not exist."""
    return visible_person(db.session(), current_user, user_id, now()) or abort(404)


@bp.get("/")
def morning() -> str:
    """What needs the supervisor first today."""
    session = db.session()
    rows = readiness.standings(session, trainees(), now())
    start = readiness.day_start(now().astimezone(BEIJING), 1)
    ids = visible_people(current_user, now()).with_only_columns(User.id)
    return render_template(
        "team/morning.html", rows=rows, idle=readiness.idle_since(rows, start), queue=reviews.review_queue(session, ids),
        stuck=[row for row in rows if row.stuck], probation=[row for row in rows if row.state == "probation"],
        topic_name=topic_name, groups=_groups(rows))


def _groups(rows: list[readiness.Standing]) -> list[tuple[str, str, int]]:
    words = (("certified", "已持证"), ("ready", "可以考"), ("learning", "学习中"), ("stuck", "卡住了"), ("idle", "还没开始"))
    return [(code, word, sum(row.readiness[0] == code for row in rows)) for code, word in words]


SORTS = {
    "no": lambda row: row.user.staff_no, "name": lambda row: row.user.name, "lessons": lambda row: row.lessons_done,
    "mastery": lambda row: row.mastery if row.mastery is not None else -1, "ready": lambda row: row.readiness[1],
}


@bp.get("/people")
def people() -> str:
    """People by topics as a heat map."""
    q, sort = request.args.get("q", "").strip(), request.args.get("sort", "no")
    team_id = request.args.get("team", type=int)
    rows = readiness.standings(db.session(), trainees(q, team_id), now())
    wanted = request.args.get("ready", "")
    rows = [row for row in rows if not wanted or row.readiness[0] == wanted]
    if sort.lstrip("-") in SORTS:
        rows.sort(key=SORTS[sort.lstrip("-")], reverse=sort.startswith("-"))
    teams = db.session.scalars(select(Team).order_by(Team.name)).all()
    return render_template("team/people.html", rows=rows, topics=readiness.topic_columns(rows), topic_name=topic_name, q=q,
                           sort=sort, teams=teams, team_id=team_id, wanted=wanted)


@bp.get("/people.xlsx")
def export() -> Response:
    """The same table as a spreadsheet; no cell starts a formula."""
    rows = readiness.standings(db.session(), trainees(request.args.get("q", "").strip(), request.args.get("team", type=int)), now())
    topics = readiness.topic_columns(rows, 60)
    table: list[list[object]] = [["工号", "姓名", "状态", "课程完成", "掌握度", *(topic_name(topic) for topic in topics)]]
    for row in rows:
        shares = [round(100 * row.topics[t].share) if t in row.topics else None for t in topics]
        table.append([row.user.staff_no, row.user.name, row.readiness[1], f"{row.lessons_done}/{row.lessons}",
                      round(100 * row.mastery) if row.mastery is not None else None, *shares])
    return send_file(BytesIO(write_xlsx("团队", table)), as_attachment=True, download_name="团队掌握度.xlsx",
                     mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@bp.get("/people/<int:user_id>")
def person(user_id: int) -> str:
    """One learner: where he stands and everything he did that counts."""
    found = person_or_404(user_id)
    session = db.session()
    desks = session.scalars(select(DeskSession).where(
        DeskSession.user_id == user_id, DeskSession.preview.is_(False)).order_by(DeskSession.started_at.desc()).limit(20)).all()
    return render_template(
        "team/person.html", person=found, row=readiness.standings(session, [found], now())[0], desks=desks,
        typing=typing_tests.typing_history(session, user_id), topics=practice.mastery(session, user_id, now()), topic_name=topic_name,
        certificates=certificates_of(session, user_id))


@bp.get("/report")
def report() -> str:
    """The weekly figures by class, each defined."""
    rows = weekly.weekly_rows(db.session(), trainees(), now())
    return render_template("team/report.html", rows=rows, definitions=weekly.DEFINITIONS,
                           organisation=current_app.config["SETTINGS"].organisation)

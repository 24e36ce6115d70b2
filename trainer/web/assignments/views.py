"""考试安排: pin a paper for people, classes or teams; see who has sat; grant exceptions."""

from datetime import datetime, timedelta

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Assignment, Klass, Team, User
from trainer.services import assignments, attempts, progress, room_codes
from trainer.services.people import visible_people
from trainer.services.published import papers, published_revision
from trainer.web.assignments.forms import AssignmentForm, ExceptionForm
from trainer.web.clock import BEIJING, beijing, now

bp = Blueprint("assignments", __name__, url_prefix="/assignments")


def assignment_or_404(assignment_id: int) -> Assignment:
    """An assignment that one made, or that reaches somebody one may see."""
    found = db.session.get(Assignment, assignment_id)
    if found is None:
        abort(404)
    reached = progress.people_of(db.session(), found, current_user, now())
    if found.created_by_id != current_user.id and not reached:
        abort(404)
    return found


@bp.get("/")
def index() -> str:
    """Every assignment with how far its people are."""
    rows = progress.overview(db.session(), current_user, now())
    q = request.args.get("q", "").strip()
    return render_template("assignments/index.html", rows=[row for row in rows if q in row.assignment.title], q=q)


def _form() -> AssignmentForm:
    form = AssignmentForm()
    session = db.session()
    form.paper.choices = [(r.item.slug, r.body["title"]) for r in papers(session, certifying=True)] + [
        (r.item.slug, r.body["title"] + "（练习卷）") for r in papers(session, certifying=False)]
    people = session.scalars(visible_people(current_user, now()).where(User.active.is_(True)).order_by(User.staff_no).limit(500))
    form.teams.choices = [(t.id, t.name) for t in session.scalars(select(Team).order_by(Team.name))]
    form.classes.choices = [(k.id, k.name) for k in session.scalars(select(Klass).order_by(Klass.name))]
    form.people.choices = [(p.id, f"{p.name}（{p.staff_no}）") for p in people if "trainee" in p.roles]
    return form


@bp.route("/new", methods=["GET", "POST"])
def create() -> str | Response:
    """Make an assignment."""
    form = _form()
    if request.method == "GET":
        start = now().astimezone(BEIJING)
        form.opens_at.data = start.replace(second=0, microsecond=0, tzinfo=None)
        form.closes_at.data = (start + timedelta(days=7)).replace(hour=18, minute=0, second=0, microsecond=0, tzinfo=None)
    elif form.validate_on_submit():
        try:
            made = _create(form)
        except InputError as error:
            form.show(error)
        else:
            db.session.commit()
            flash("考试已安排，学员的「考试」页马上能看到。", "success")
            return redirect(url_for("assignments.detail", assignment_id=made.id), 303)
    return render_template("assignments/create.html", form=form)


def _create(form: AssignmentForm) -> Assignment:
    session = db.session()
    paper = published_revision(session, "paper", form.paper.data)
    if paper is None:
        raise InputError("这份试卷已停用，请另选一份。", "paper")
    targets = [("team", t) for t in form.teams.data] + [("klass", k) for k in form.classes.data] + [
        ("person", p) for p in form.people.data]
    return assignments.create_assignment(
        session, current_user, paper, form.title.data or paper.body["title"], targets, _beijing(form.opens_at.data),
        _beijing(form.closes_at.data), form.attempts.data, timedelta(hours=form.cooldown.data), now(),
        form.keys_visible.data or None, form.room_code.data)


def _beijing(moment: datetime) -> datetime:
    return moment.replace(tzinfo=BEIJING)


@bp.get("/<int:assignment_id>")
def detail(assignment_id: int) -> str:
    """Who has sat, who passed, who waits; exceptions; the way to withdraw."""
    found = assignment_or_404(assignment_id)
    return _detail(found, _exception_form(found))


def _detail(found: Assignment, form: ExceptionForm) -> str:
    return render_template("assignments/detail.html", assignment=found, form=form, beijing=beijing, keys=assignments.KEYS_VISIBLE,
                           **progress.detail(db.session(), found, current_user, now()))


def _exception_form(found: Assignment) -> ExceptionForm:
    form, session = ExceptionForm(), db.session()
    form.who.choices = [(f"p{p.id}", f"{p.name}（{p.staff_no}）") for p in progress.people_of(session, found, current_user, now())] + [
        (f"t{team.id}", f"全组：{team.name}") for team in progress.teams_to_grant(session, found, current_user, now())]
    return form


@bp.post("/<int:assignment_id>/exceptions")
def grant(assignment_id: int) -> Response | tuple[str, int]:
    """特批: extra time, another attempt or another window, for a person or a team, with a reason."""
    found = assignment_or_404(assignment_id)
    form = _exception_form(found)
    if form.validate_on_submit():
        try:
            opens_at, closes_at = (_beijing(one.data) if one.data else None for one in (form.opens_at, form.closes_at))
            whom = {"user_id" if form.who.data[0] == "p" else "team_id": int(form.who.data[1:])}
            assignments.grant_exception(
                db.session(), current_user, found, form.reason.data, now(), **whom, time_factor=form.time_factor.data,
                extra_attempts=form.extra_attempts.data, opens_at=opens_at, closes_at=closes_at)
            attempts.move_deadlines(db.session(), found, now())
        except InputError as error:
            form.show(error)
        else:
            db.session.commit()
            flash("特批已生效；正在考的人，剩余时间已一并更新。", "success")
            return redirect(url_for("assignments.detail", assignment_id=assignment_id), 303)
    return _detail(found, form), 422


@bp.get("/<int:assignment_id>/room")
def room(assignment_id: int) -> str:
    """考场口令: the code that holds now, large enough to be read across the room, and who is sitting."""
    found = assignment_or_404(assignment_id)
    if not found.room_code:
        abort(404)
    rows = progress.detail(db.session(), found, current_user, now())["rows"]
    return render_template(
        "assignments/room.html", assignment=found, code=room_codes.code_at(current_app.secret_key, found.id, now()),
        left=room_codes.seconds_left(now()), sitting=[row for row in rows if row["state"] == "in_progress"], people=len(rows))


@bp.post("/<int:assignment_id>/cancel")
def cancel(assignment_id: int) -> Response:
    """Withdraw; it can be taken back."""
    assignments.cancel_assignment(db.session(), current_user, assignment_or_404(assignment_id), now())
    db.session.commit()
    flash("考试已撤销。已交的答卷都在；需要时可以恢复。", "success")
    return redirect(url_for("assignments.detail", assignment_id=assignment_id), 303)


@bp.post("/<int:assignment_id>/restore")
def restore(assignment_id: int) -> Response:
    """Take a withdrawal back."""
    assignments.restore_assignment(db.session(), current_user, assignment_or_404(assignment_id), now())
    db.session.commit()
    flash("考试已恢复。", "success")
    return redirect(url_for("assignments.detail", assignment_id=assignment_id), 303)

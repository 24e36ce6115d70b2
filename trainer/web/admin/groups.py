"""Teams and classes, and where a person belongs."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Klass, Team, User, UserRole
from trainer.services import groups as service
from trainer.web.admin.accounts import account_or_404, bp
from trainer.web.clock import BEIJING, now


def chosen(name: str) -> int | None:
    """The number that a select sent; None for the empty choice and for anything that is no number."""
    return request.form.get(name, type=int)


def show_groups(error: InputError | None = None, form: str = "") -> str | tuple[str, int]:
    session = db.session()
    supervisors = session.scalars(
        select(User).join(UserRole, UserRole.user_id == User.id).where(UserRole.role == "supervisor", User.active).order_by(User.name)).all()
    tomorrow = (now().astimezone(BEIJING) + timedelta(days=1)).date().isoformat()
    teams = service.team_tree(session, now())
    page = render_template(
        "admin/groups.html", teams=teams, klasses=service.klass_rows(session, now()), posts=service.POSTS, tomorrow=tomorrow,
        team_choices=[("", "没有上级")] + [(row.team.id, "　" * row.depth + row.team.name) for row in teams],
        head_choices=[("", "还没定")] + [(person.id, person.name) for person in supervisors],
        error=error, failed=form, typed=request.form if error else {})
    return (page, 422) if error else page


@bp.get("/groups")
def groups() -> str | tuple[str, int]:
    """The tree of teams and the classes, each with a form to make or change one."""
    return show_groups()


@bp.post("/groups/team")
def team_save() -> str | Response | tuple[str, int]:
    """Make a team, or rename and move the one that is named."""
    number = chosen("id")
    team = (db.session.get(Team, number) or abort(404)) if number is not None else None
    try:
        saved = service.save_team(db.session(), team, request.form.get("name", ""), chosen("parent_id"), now(), current_user.id)
    except InputError as error:
        db.session.rollback()
        return show_groups(error, f"team-{number or 'new'}")
    db.session.commit()
    flash(f"团队「{saved.name}」已保存。", "success")
    return redirect(url_for("admin.groups"), 303)


@bp.post("/groups/klass")
def klass_save() -> str | Response | tuple[str, int]:
    """Make a class, or change the one that is named."""
    number = chosen("id")
    klass = (db.session.get(Klass, number) or abort(404)) if number is not None else None
    try:
        saved = service.save_klass(db.session(), klass, request.form.get("name", ""), request.form.get("opened_on", ""),
                                   request.form.get("post", ""), chosen("head_id"), now(), current_user.id)
    except InputError as error:
        db.session.rollback()
        return show_groups(error, f"klass-{number or 'new'}")
    db.session.commit()
    flash(f"班级「{saved.name}」已保存。", "success")
    return redirect(url_for("admin.groups"), 303)


def moved(user: User, words: str) -> Response:
    db.session.commit()
    flash(words, "success")
    return redirect(url_for("admin.account", user_id=user.id), 303)


@bp.post("/accounts/<int:user_id>/teams")
def account_join_team(user_id: int) -> Response:
    """The person belongs to a team from now on."""
    user = account_or_404(user_id)
    service.join_team(db.session(), user, chosen("team_id") or 0, request.form.get("part", ""), now(), current_user.id)
    return moved(user, f"{user.name} 的团队已更新。")


@bp.post("/accounts/<int:user_id>/teams/<int:member_id>/leave")
def account_leave_team(user_id: int, member_id: int) -> Response:
    """The membership ends now."""
    user = account_or_404(user_id)
    service.leave_team(db.session(), user, member_id, now(), current_user.id)
    return moved(user, f"{user.name} 已移出团队，以前的记录都保留。")


@bp.post("/accounts/<int:user_id>/klass")
def account_set_klass(user_id: int) -> Response:
    """The person moves to another class, or to none."""
    user = account_or_404(user_id)
    service.set_klass(db.session(), user, chosen("klass_id"), now(), current_user.id)
    return moved(user, f"{user.name} 的班级已更新。")

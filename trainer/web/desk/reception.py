"""Desks of several buyers: beginning one, the sign of the page that keeps its clock, skipping, ending, sets, watching others."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.services import desks
from trainer.services.people import visible_people, visible_person
from trainer.web.clock import now
from trainer.web.desk.forms import read_expected, read_talk
from trainer.web.desk.page import desk_page
from trainer.web.desk.views import answer, bp, own_desk_or_404


def _whole(name: str, default: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


@bp.post("/receptions")
def start_several() -> Response:
    """Begin a desk of several buyers, chosen by level and topic or from a trainer's set."""
    session, set_id = db.session(), _whole("set", 0)
    try:
        if set_id:
            of_set, revisions = desks.set_revisions(session, set_id)
        else:
            of_set = None
            revisions = desks.choose(session, current_user, _whole("count", 3), _whole("level", 0), request.form.get("topic", ""))
        row = desks.open_several(session, current_user, revisions, now(), real=request.form.get("mode") != "learn",
                                 preview="trainer" in current_user.roles, of_set=of_set)
        session.commit()
    except InputError as error:
        session.rollback()
        flash(error.message, "error")
        return redirect(url_for("desk.index"), 303)
    return redirect(url_for("desk.session", session_id=row.id), 303)


def _own(session_id: int) -> None:
    if desks.owner_of(db.session(), session_id) != current_user.id:
        abort(404)


@bp.post("/sessions/<int:session_id>/time")
def keep_time(session_id: int) -> Response:
    """The page is there: the clock runs on. Nothing new since the page's own state is an empty answer."""
    _own(session_id)
    desk = desks.keep_time(db.session(), session_id, now(), read_talk(request.form))
    db.session.commit()
    if desk.row.finished_at is None and desk.row.head_n == read_expected(request.form) and len(desk.here()) == _whole("here", 0):
        return make_response("", 204)
    return answer(desk)


@bp.post("/sessions/<int:session_id>/skip")
def skip(session_id: int) -> Response:
    """快进 to the next thing that happens by itself."""
    _own(session_id)
    try:
        desk = desks.skip_ahead(db.session(), session_id, now(), read_talk(request.form))
        db.session.commit()
    except InputError as error:
        db.session.rollback()
        return answer(own_desk_or_404(session_id), error.message, "caution")
    return answer(desk)


@bp.post("/sessions/<int:session_id>/close")
def close(session_id: int) -> Response:
    """End the whole desk as it stands."""
    _own(session_id)
    desk = desks.close_desk(db.session(), session_id, now())
    db.session.commit()
    return answer(desk)


@bp.get("/sets")
def sets() -> str:
    """The sets of cases that trainers put together for receptions."""
    return render_template("desk/sets.html", sets=desks.sets(db.session()), cases=[row.body for row in desks.cases(db.session())])


@bp.post("/sets")
def save_set() -> Response:
    """A new set."""
    try:
        desks.save_set(db.session(), current_user, request.form.get("title", ""), request.form.getlist("cases"), now())
        db.session.commit()
        flash("已经存好，学员在模拟接待里就能选。", "success")
    except InputError as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("desk.sets"), 303)


@bp.post("/sets/<int:set_id>/retire")
def retire_set(set_id: int) -> Response:
    """Take a set out of use."""
    desks.retire_set(db.session(), set_id, now())
    db.session.commit()
    return redirect(url_for("desk.sets"), 303)


@bp.get("/running")
def running() -> str:
    """The desks at which the people one may see sit right now."""
    people = db.session.scalars(visible_people(current_user, now())).all()
    return render_template("desk/running.html", rows=desks.running_desks(db.session(), [person.id for person in people]))


@bp.get("/sessions/<int:session_id>/watch")
def watch(session_id: int) -> str | Response:
    """Somebody's running desk, to look at only; a finished one leads to its replay."""
    owner = desks.owner_of(db.session(), session_id)
    if owner is None or visible_person(db.session(), current_user, owner, now()) is None:
        abort(404)
    desk = desks.load_desk(db.session(), session_id, now(), talk=read_talk(request.args))
    if desk is None or desk.row.item_id is not None:
        abort(404)
    if desk.row.finished_at is not None:
        return redirect(url_for("replay.session", session_id=session_id), 303)
    page = "desk/_watch.html" if request.headers.get("X-Partial") == "desk" else "desk/watch.html"
    return render_template(page, **desk_page(desk))

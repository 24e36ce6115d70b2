"""Choosing a case, making moves, going back, the report."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import ConflictError, InputError
from trainer.extensions import db
from trainer.services import attempts, desks
from trainer.services.desks import Desk
from trainer.services.published import published_revision
from trainer.web.clock import now
from trainer.web.desk.case_list import KINDS, STATES, case_rows, filtered
from trainer.web.desk.forms import read_expected, read_move, read_talk
from trainer.web.desk.page import desk_page
from trainer.web.desk.report_page import report_page, several_page
from trainer.web.topics import topics

bp = Blueprint("desk", __name__, url_prefix="/desk")


def own_desk_or_404(session_id: int) -> Desk:
    """The session of the person at the page; somebody else's does not exist."""
    desk = desks.load_desk(db.session(), session_id, now(), talk=read_talk(request.values))
    if desk is None or desk.row.user_id != current_user.id:
        abort(404)
    return desk


@bp.get("/")
def index() -> str:
    """The cases to practise, with what the person made of them so far."""
    session = db.session()
    mine = desks.desks_of(session, current_user.id)
    rows = case_rows(desks.cases(session), mine)
    used = {topic for row in rows for topic in row.case.get("topics", ())}
    platforms = sorted({str(row.case["platform"]) for row in rows})
    return render_template(
        "desk/index.html", all_rows=rows, rows=filtered(rows, request.args), asked=request.args, states=STATES, kinds=KINDS,
        running=[desk for desk in mine if desk.finished_at is None], platforms=platforms,
        set_choices=[(0, "不用"), *((one.id, f"{one.title}（{len(one.cases)} 位）") for one in desks.sets(session))],
        topics=[(code, name) for code, name in topics() if code in used],
        receptions=[desk for desk in mine if len(desk.conversations) > 1 and desk.finished_at][:5])


@bp.post("/cases/<slug>/start")
def start(slug: str) -> Response:
    """Begin a case."""
    revision = published_revision(db.session(), "case", slug)
    if revision is None or revision.body.get("pool") == "exam" and "trainer" not in current_user.roles:
        abort(404)
    desk = desks.open_desk(db.session(), current_user, revision, now(), preview="trainer" in current_user.roles)
    db.session.commit()
    return redirect(url_for("desk.session", session_id=desk.id), 303)


@bp.route("/attempts/<int:attempt_id>/items/<int:position>", methods=["GET", "POST"])
def exam_item(attempt_id: int, position: int) -> str | Response:
    """The case at a place of the person's attempt: asks once before it begins, then leads to its desk."""
    attempt = attempts.load_attempt(db.session(), attempt_id)
    if attempt is None or attempt.user_id != current_user.id:
        abort(404)
    item = next((item for item in attempt.items if item.position == position), None)
    if item is None or item.case_revision is None:
        abort(404)
    found = desks.desk_of_item(db.session(), item.id)
    if found is None and request.method == "GET":
        return render_template("desk/exam_item.html", attempt=attempt, item=item, closed=attempts.is_closed(attempt, now()))
    if found is None:
        if attempts.is_closed(attempt, now()):
            return redirect(url_for("exams.attempt", attempt_id=attempt_id), 303)
        found = desks.open_desk(db.session(), current_user, item.case_revision, now(), item=item)
        db.session.commit()
    return redirect(url_for("desk.session", session_id=found.id), 303)


@bp.get("/sessions/<int:session_id>")
def session(session_id: int) -> str | Response:
    """The desk; a finished one shows its report."""
    desk = own_desk_or_404(session_id)
    if desk.row.finished_at is not None:
        return redirect(url_for("desk.report", session_id=session_id), 303)
    page = "desk/_desk.html" if request.headers.get("X-Partial") == "desk" else "desk/session.html"
    return render_template(page, **shown(desk))


@bp.post("/sessions/<int:session_id>/moves")
def move(session_id: int) -> Response:
    """Make one move. Plain posts go back to the desk; the script asks for the desk alone."""
    if desks.owner_of(db.session(), session_id) != current_user.id:
        abort(404)
    problem, kind, draft = "", "bad", request.form.get("text", "") if request.form.get("move") == "reply" else ""
    if desks.is_over(db.session(), session_id, now()):
        return answer(own_desk_or_404(session_id), "考试时间已到，这场接待不再接受操作。", "bad", draft)
    try:
        moved = desks.make_move(db.session(), session_id, read_move(request.form), request.form.get("client_key", ""),
                                read_expected(request.form), now())
        db.session.commit()
        own, problem = moved.desk, moved.refused
        if problem:
            kind = "caution"
        else:
            draft = ""
    except (InputError, ConflictError) as error:
        db.session.rollback()
        own, problem = own_desk_or_404(session_id), error.message
    return answer(own, problem, kind, draft)


def answer(desk: Desk, problem: str = "", kind: str = "bad", draft: str = "") -> Response:
    """The desk alone for its script, else back to its page; a finished desk leads to its report."""
    if request.headers.get("X-Partial") != "desk":
        if problem:
            flash(problem, {"bad": "error", "caution": "warning"}[kind])
        return redirect(url_for("desk.session", session_id=desk.row.id, talk=desk.active or None), 303)
    if desk.row.finished_at is not None:
        found = make_response("", 200)
        found.headers["X-Location"] = url_for("desk.report", session_id=desk.row.id)
        return found
    return make_response(render_template("desk/_desk.html", problem=problem, problem_kind=kind, draft=draft, **shown(desk)))


def shown(desk: Desk) -> dict[str, object]:
    """What the desk's templates need."""
    pack, groups = desks.pack_of(db.session(), desk.scene.case.shop)
    return {**desk_page(desk), "client_key": uuid4().hex, "phrases": desks.quick_phrases(pack, groups, desk.scene, desk.state)}


@bp.post("/sessions/<int:session_id>/back")
def back(session_id: int) -> Response:
    """Go back to an earlier turn and try again; practice only."""
    own_desk_or_404(session_id)
    to_n = request.form.get("to_n", "")
    try:
        desks.go_back(db.session(), session_id, int(to_n) if to_n.isascii() and to_n.isdigit() else -1)
        db.session.commit()
    except InputError as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("desk.session", session_id=session_id), 303)


@bp.get("/sessions/<int:session_id>/report")
def report(session_id: int) -> str | Response:
    """The end report of one's own session; inside an exam only once keys may be seen."""
    desk = own_desk_or_404(session_id)
    if desk.row.finished_at is None:
        return redirect(url_for("desk.session", session_id=session_id), 303)
    if desks.is_sealed(db.session(), desk.row, now()):
        return render_template("desk/sealed.html", desk=desk, attempt_id=desks.attempt_of(db.session(), desk.row))
    if len(desk.talks) > 1:
        return render_template("desk/report_several.html", **several_page(desk))
    return render_template("desk/report.html", own=True, **report_page(desk))

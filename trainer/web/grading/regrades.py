"""重新判分: plan, dry run in chunks with progress, rows, export, commit."""

from io import BytesIO

from flask import abort, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Assignment, Regrade, Release
from trainer.services import progress, regrading
from trainer.services.audit import record
from trainer.services.paging import paginate
from trainer.services.published import published_revisions
from trainer.services.spreadsheet import write_xlsx
from trainer.web.clock import now
from trainer.web.form_errors import put_error
from trainer.web.grading.forms import RegradeForm
from trainer.web.grading.views import bp

FILTERS = {"changed": "分数有变化或要人工看", "passed": "由未通过变通过", "failed": "由通过变未通过", "problems": "要人工看", "all": "全部"}


def regrade_or_404(regrade_id: int) -> Regrade:
    """A regrade that the person at the page made, or may see."""
    return regrading.find_regrade(db.session(), regrade_id, current_user) or abort(404)


def _form() -> RegradeForm:
    form, session = RegradeForm(), db.session()
    exams: list[Assignment] = [row.assignment for row in progress.overview(session, current_user, now())]
    releases = session.scalars(select(Release).order_by(Release.number.desc()).limit(20)).all()
    form.offer(exams, published_revisions(session, "paper"), list(releases))
    return form


def _list(form: RegradeForm) -> str:
    session = db.session()
    rows = [(row, regrading.progress_of(session, row)) for row in regrading.regrades_of(session, current_user, 20)]
    return render_template("grading/regrades.html", form=form, rows=rows, kinds=regrading.KINDS)


@bp.get("/regrades")
def regrades() -> str:
    """What was judged again lately, and the form for another one."""
    form = _form()
    form.questions.data = request.args.get("question", "")[:120]
    form.assignments.data = request.args.getlist("exam", type=int)
    return _list(form)


@bp.post("/regrades")
def plan_regrade() -> Response | tuple[str, int]:
    """Make the plan; the dry run begins on its page."""
    form = _form()
    if form.validate_on_submit():
        release = db.session.get_one(Release, form.release.data)
        try:
            made = regrading.plan_regrade(db.session(), current_user, form.kind.data, form.scope(), release, form.moment(), now())
        except InputError as error:
            db.session.rollback()
            put_error(form, error)
        else:
            db.session.commit()
            return redirect(url_for("grading.regrade", regrade_id=made.id), 303)
    return _list(form), 422


@bp.get("/regrades/<int:regrade_id>")
def regrade(regrade_id: int) -> str:
    """How far it is, what it found, and the way to write it."""
    return _page(regrade_or_404(regrade_id), "", None)


def _page(found: Regrade, reason: str, error: InputError | None) -> str:
    session = db.session()
    which = request.args.get("show", "changed")
    shown = paginate(session, regrading.rows_of(found, which), request.args.get("page", 1, int))
    refresh = regrading.people_to_refresh(session, found) if found.kind == "date" else []
    return render_template(
        "grading/regrade.html", regrade=found, progress=regrading.progress_of(session, found), page=shown, shown_rows=shown.items, which=which, filters=FILTERS,
        reason=reason, error=error, words=regrading.entry_words, kinds=regrading.KINDS, refresh=refresh)


@bp.post("/regrades/<int:regrade_id>/continue")
def continue_regrade(regrade_id: int) -> Response:
    """The next chunk of the dry run, or of the writing; safe to repeat after any interruption."""
    found = regrade_or_404(regrade_id)
    session = db.session()
    if found.committed_at is None:
        regrading.judge_some(session, found)
    else:
        regrading.write_some(session, found, now())
    session.commit()
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        state = regrading.progress_of(session, found)
        done = state.written if found.committed_at else state.judged
        return jsonify(total=state.total, done=done, changed=state.changed)
    return redirect(url_for("grading.regrade", regrade_id=regrade_id), 303)


@bp.post("/regrades/<int:regrade_id>/commit")
def commit_regrade(regrade_id: int) -> Response | tuple[str, int]:
    """Order the marks to be written, with a reason; an empty one comes back at its field."""
    found, reason = regrade_or_404(regrade_id), request.form.get("reason", "")
    try:
        regrading.commit_regrade(db.session(), current_user, found, reason, now())
    except InputError as error:
        db.session.rollback()
        return _page(regrade_or_404(regrade_id), reason, error), 422
    db.session.commit()
    flash("已提交，正在逐份写入新成绩。关掉页面也不会丢，回来点「继续」即可。", "success")
    return redirect(url_for("grading.regrade", regrade_id=regrade_id), 303)


@bp.post("/regrades/<int:regrade_id>/export")
def export_regrade(regrade_id: int) -> Response:
    """Every attempt that changes or needs a person, as a spreadsheet; on record."""
    found = regrade_or_404(regrade_id)
    rows = regrading.export_rows(db.session(), found)
    record(db.session(), now(), current_user.id, "regrade.export", f"regrade:{found.id}", {"rows": len(rows) - 1})
    db.session.commit()
    return send_file(BytesIO(write_xlsx("重新判分", rows, [10, 10, 24, 8, 9, 9, 9, 9, 9, 40, 40])), as_attachment=True,
                     download_name=f"重新判分-{found.id}.xlsx",
                     mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

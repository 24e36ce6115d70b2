"""One attempt before the supervisor: answers, keys, every grade on record, what was unusual, late answers, 改分 and 作废."""

from collections.abc import Mapping

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Attempt, AttemptItem
from trainer.services import attempts, irregularities, late_drafts, results, reviews
from trainer.services.people import visible_person
from trainer.web.clock import now
from trainer.web.team.views import bp

Answer = Response | tuple[str, int]


def attempt_or_404(attempt_id: int) -> Attempt:
    """An attempt of somebody the person at the page may see."""
    attempt = attempts.load_attempt(db.session(), attempt_id)
    if attempt is None or visible_person(db.session(), current_user, attempt.user_id, now()) is None:
        abort(404)
    return attempt


def item_or_404(attempt_id: int, position: int) -> AttemptItem:
    """A place of such an attempt."""
    found = attempt_or_404(attempt_id)
    return next((item for item in found.items if item.position == position), None) or abort(404)


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> str:
    """One attempt whole: answers, keys, marks, every grade on record, what was unusual."""
    return _page(attempt_id, "", {}, None)


def _page(attempt_id: int, form: str, typed: Mapping[str, str], error: InputError | None) -> str:
    """The page; `form` names the one that was refused, with what was typed into it."""
    found = attempt_or_404(attempt_id)
    session = db.session()
    view = results.attempt_view(session, found, now(), reader=current_user)
    rows = {row["id"]: row for row in view["items"]}
    late = [(one, rows[one.item.id] | {"answer": one.event.answer, "text": one.event.answer.get("text", ""), "findings": None})
            for one in late_drafts.late_drafts(session, found)]
    noted = results.irregularities(session, found)
    return render_template("team/attempt.html", view=view, irregularities=noted, noted=irregularities.summary(noted), late=late,
                           form=form, typed=typed, error=error)


def _refused(attempt_id: int, form: str, error: InputError) -> tuple[str, int]:
    db.session.rollback()
    return _page(attempt_id, form, request.form, error), 422


@bp.post("/attempts/<int:attempt_id>/items/<int:position>/override")
def override(attempt_id: int, position: int) -> Answer:
    """改分 with a reason; the earlier grade stays on record."""
    item = item_or_404(attempt_id, position)
    try:
        points = reviews.read_points(request.form.get("points", ""))
        reviews.override_item(db.session(), current_user, item, points, request.form.get("reason", ""), now())
    except InputError as error:
        return _refused(attempt_id, f"override-{position}", error)
    db.session.commit()
    flash("已改分，原来的评分仍在记录里。", "success")
    return redirect(url_for("team.attempt", attempt_id=attempt_id) + f"#item-{position + 1}", 303)


@bp.post("/attempts/<int:attempt_id>/items/<int:position>/void")
def void(attempt_id: int, position: int) -> Answer:
    """作废: everybody who met the question in this exam gets its marks."""
    item = item_or_404(attempt_id, position)
    try:
        count = reviews.void_question(db.session(), current_user, item, request.form.get("reason", ""), now())
    except InputError as error:
        return _refused(attempt_id, f"void-{position}", error)
    db.session.commit()
    flash(f"这道题已作废，{count} 份答卷都按满分计，成绩已重新计算。", "success")
    return redirect(url_for("team.attempt", attempt_id=attempt_id) + f"#item-{position + 1}", 303)


@bp.post("/attempts/<int:attempt_id>/late/<int:event_id>")
def decide_late(attempt_id: int, event_id: int) -> Answer:
    """Accept an answer that came after the slack, or leave it; both with a reason."""
    attempt_or_404(attempt_id)
    accept = request.form.get("verdict") == "accept"
    try:
        late_drafts.decide_late(db.session(), current_user, attempt_id, event_id, accept, request.form.get("reason", ""), now(),
                                current_app.config["SETTINGS"].review_due_hours)
    except InputError as error:
        return _refused(attempt_id, f"late-{event_id}", error)
    db.session.commit()
    flash("已采纳，按这份答案重新评分。" if accept else "已记下：不采纳，成绩不变。", "success")
    return redirect(url_for("team.attempt", attempt_id=attempt_id) + "#late", 303)

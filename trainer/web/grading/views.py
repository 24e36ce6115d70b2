"""阅卷: the review queue, one item at a time, blind to names."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Review, User
from trainer.services import attempts, results, reviews
from trainer.services.people import visible_people, visible_person
from trainer.web.clock import now
from trainer.web.marked_text import CODES

bp = Blueprint("grading", __name__, url_prefix="/grading")


def review_or_404(review_id: int) -> Review:
    """A review about somebody the person at the page may see."""
    review = db.session.get(Review, review_id)
    if review is None or visible_person(db.session(), current_user, review.item.attempt.user_id, now()) is None:
        abort(404)
    return review


@bp.get("/")
def queue() -> str:
    """What awaits a decision, most decisive and oldest first; and what was decided lately."""
    ids = visible_people(current_user, now()).with_only_columns(User.id)
    decided = db.session.scalars(select(Review).where(Review.decided_by_id == current_user.id).order_by(
        Review.decided_at.desc()).limit(20)).all()
    return render_template("grading/queue.html", rows=reviews.review_queue(db.session(), ids), decided=decided)


@bp.get("/<int:review_id>")
def review(review_id: int) -> str:
    """One item: the answer with what was found, the marks, and the decision."""
    return _page(review_or_404(review_id), {}, None)


def _page(found: Review, typed: Mapping[str, str], error: InputError | None) -> str:
    attempt = attempts.load_attempt(db.session(), found.item.attempt_id) or abort(404)
    view = results.attempt_view(db.session(), attempt, now(), reader=current_user)
    item = next(item for item in view["items"] if item["id"] == found.item_id)
    return render_template("grading/review.html", review=found, item=item, view=view, typed=typed, error=error, codes=CODES)


@bp.post("/<int:review_id>")
def decide(review_id: int) -> Response | tuple[str, int]:
    """Confirm or change the mark; then on to the next in the queue."""
    found = review_or_404(review_id)
    changed = request.form.get("verdict") == "change"
    try:
        points = reviews.read_points(request.form.get("points", "")) if changed else None
        upheld = request.form.getlist("upheld") if "findings_shown" in request.form else None
        reviews.decide_review(db.session(), current_user, found, points, request.form.get("reason", ""), now(), upheld)
    except InputError as error:
        db.session.rollback()
        return _page(review_or_404(review_id), request.form, error), 422
    db.session.commit()
    flash("已改分。" if changed else "已确认，维持原分。", "success")
    return redirect(url_for("grading.queue"), 303)

"""按学员预览: a paper sat, or one question answered, under the rules of a chosen date. Nothing of it counts."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import ContentItem, Revision
from trainer.questions import ResponseError, parse
from trainer.services import attempts, catalogue_stats, previews
from trainer.services.published import published_revision
from trainer.services.releases import current_rulebook
from trainer.services.results import ordered
from trainer.services.sheets import order_of
from trainer.web.clock import BEIJING, now
from trainer.web.topics import topic_name

bp = Blueprint("preview", __name__, url_prefix="/preview")


@bp.post("/papers/<slug>")
def paper(slug: str) -> Response:
    """Sit a paper as a learner would on that date; its newest draft where that is asked for."""
    revision = _draft(slug) if "draft" in request.form else published_revision(db.session(), "paper", slug)
    if revision is None:
        abort(404)
    typed = request.form.get("as_of", "")
    as_of = previews.day_of(typed, now()) if typed.strip() else None
    attempt = attempts.start_paper(db.session(), current_user, revision, now(), preview=True, as_of=as_of)
    db.session.commit()
    return redirect(url_for("exams.attempt", attempt_id=attempt.id), 303)


def _draft(slug: str) -> Revision | None:
    item = catalogue_stats.find_item(db.session(), "paper", slug)
    return catalogue_stats.newest_revision(db.session(), item) if item else None


def item_or_404(slug: str) -> ContentItem:
    """A question of the bank, published or not."""
    return catalogue_stats.find_item(db.session(), "question", slug) or abort(404)


@bp.route("/questions/<slug>", methods=["GET", "POST"])
def question(slug: str) -> str | tuple[str, int]:
    """One question as a learner would meet it on that date; an answer is judged and stored nowhere."""
    item = item_or_404(slug)
    session = db.session()
    body = catalogue_stats.newest_revision(session, item).body
    typed, number = request.values.get("as_of", "").strip(), request.values.get("no", 0, int)
    page: dict[str, Any] = {"slug": slug, "title": item.title, "typed": typed, "number": number, "topic_name": topic_name, "shown": None,
                            "judged": None, "error": None, "count": 1, "day": None}
    rulebook = current_rulebook(session)
    try:
        as_of = previews.day_of(typed, now())
        found = previews.preview_question(body, max(0, number), rulebook, as_of)
    except InputError as error:
        return render_template("preview/question.html", **page | {"error": error}), 422
    page |= {"count": found.count, "number": found.variant.variant_no, "day": as_of.astimezone(BEIJING).date().isoformat()}
    order = order_of(found.variant.shown, f"preview.{slug}.{number}", 0)
    page["shown"] = {"type": found.variant.type, "shown": found.variant.shown, "parts": ordered(found.variant.shown, order), "answer": {},
                     "body": body}
    if request.method == "POST":
        answer = _answer(found.variant.type)
        if answer is None:
            return render_template("preview/question.html", **page | {"error": InputError("还没有作答。选好或写好以后再提交。")}), 422
        page["judged"] = previews.judge_preview(found, answer, rulebook)
    return render_template("preview/question.html", **page)


def _answer(kind: str) -> Any:
    try:
        return parse(kind, dict(request.form.lists()))
    except ResponseError as error:
        flash(error.message, "error")
        return None

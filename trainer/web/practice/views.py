"""Practice by topic with feedback at once, and the 错题本."""

from datetime import timedelta
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from trainer.extensions import db
from trainer.models import PracticeAnswer, VariantRow
from trainer.services import practice
from trainer.services.releases import current_rulebook
from trainer.services.results import shown_answers
from trainer.web.answers import as_item, read_answer
from trainer.web.clock import BEIJING, now
from trainer.web.topics import topic_name

bp = Blueprint("practice", __name__, url_prefix="/practice")


@bp.get("/")
def index() -> str:
    """Topics with mastery, the weakest first."""
    session = db.session()
    topics = practice.mastery(session, current_user.id, now())
    topics.sort(key=lambda m: (m.share if m.share is not None else -1, m.topic))
    return render_template("practice/index.html", topics=topics, topic_name=topic_name,
                           due=len(practice.due_cards(session, current_user.id, now())))


@bp.get("/next")
def following() -> Response:
    """Draw the next question of a topic, or of the 错题本, and show it."""
    session, context = db.session(), request.args.get("context", "mixed")
    avoid = request.args.get("after", "")
    if context == "review":
        due = [card for card in practice.due_cards(session, current_user.id, now()) if card.question_slug != avoid]
        rows = practice.variants_for(session, current_user, [due[0].question_slug], now()) if due else []
        if not rows:
            flash("到期的错题都复习完了。", "success")
            return redirect(url_for("practice.mistakes"), 303)
        return redirect(url_for("practice.question", variant_id=rows[0].id, context=context), 303)
    topic = context.removeprefix("topic:") if context.startswith("topic:") else None
    variant_id = practice.next_variant(session, current_user, now(), topic, avoid)
    if variant_id is None:
        flash("这个知识点还没有练习题。", "warning")
        return redirect(url_for("practice.index"), 303)
    return redirect(url_for("practice.question", variant_id=variant_id, context=context), 303)


def variant_or_404(variant_id: int) -> VariantRow:
    """A variant that practice may show."""
    return practice.practisable(db.session(), variant_id, now()) or abort(404)


@bp.get("/questions/<int:variant_id>")
def question(variant_id: int) -> str:
    """One question."""
    return render_template("practice/question.html", item=as_item(variant_or_404(variant_id), current_user.id), key=uuid4().hex,
                           context=request.args.get("context", "mixed"), topic_name=topic_name)


@bp.post("/questions/<int:variant_id>")
def answer(variant_id: int) -> Response | tuple[str, int]:
    """Grade the answer and show the reasons."""
    variant = variant_or_404(variant_id)
    given = read_answer(variant)
    context = request.form.get("context", "mixed")[:100]
    if given is None:
        item = as_item(variant, current_user.id) | {"blank": True}
        return render_template("practice/question.html", item=item, key=uuid4().hex, context=context, topic_name=topic_name), 422
    row = practice.answer_practice(db.session(), current_user, variant, given, request.form.get("key", "")[:64] or uuid4().hex,
                                   context, now())
    db.session.commit()
    return redirect(url_for("practice.feedback", answer_id=row.id), 303)


def answer_or_404(answer_id: int) -> PracticeAnswer:
    """An answer of the person at the page."""
    return db.session.scalar(select(PracticeAnswer).where(
        PracticeAnswer.id == answer_id, PracticeAnswer.user_id == current_user.id).options(
            joinedload(PracticeAnswer.variant).joinedload(VariantRow.revision))) or abort(404)


@bp.get("/answers/<int:answer_id>")
def feedback(answer_id: int) -> str:
    """An answer with its marks, the key and the rule behind every point."""
    row = answer_or_404(answer_id)
    item = shown_answers([row], current_rulebook(db.session()))[0]
    _, more = practice.fresh_variant(db.session(), current_user, row, now())
    return render_template("practice/feedback.html", item=item, row=row, more=more, topic_name=topic_name)


@bp.get("/answers/<int:answer_id>/again")
def again(answer_id: int) -> Response:
    """Another try at the same question, with other numbers where it has any."""
    row = answer_or_404(answer_id)
    variant_id, _ = practice.fresh_variant(db.session(), current_user, row, now())
    if variant_id is None:
        flash("这道题已停用，换一道吧。", "warning")
        return redirect(url_for("practice.index"), 303)
    return redirect(url_for("practice.question", variant_id=variant_id, context=row.context), 303)


@bp.get("/mistakes")
def mistakes() -> str:
    """错题本: what is due, when the rest comes, how well each topic is known and what to do next."""
    session = db.session()
    today = now().astimezone(BEIJING).date()
    coming = practice.forecast(session, current_user.id, now(), 14)
    topics = sorted((m for m in practice.mastery(session, current_user.id, now()) if m.share is not None), key=lambda m: (m.share, m.topic))
    return render_template(
        "practice/mistakes.html", cards=practice.all_cards(session, current_user.id), topics=topics, topic_name=topic_name,
        due=len(practice.due_cards(session, current_user.id, now())),
        forecast=[(today + timedelta(days=n), count) for n, count in enumerate(coming)])

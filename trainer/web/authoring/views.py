"""题库 for trainers; the question editor with its test bench."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.content import Flaw
from trainer.errors import ContentError, InputError, TrainerError
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.questions import TYPES, Variant
from trainer.services import authoring, catalogue_stats, publishing
from trainer.services.releases import current_rulebook
from trainer.web.authoring.forms import empty_form, form_of, read_form
from trainer.web.clock import now
from trainer.web.marked_text import ACTS, CODES
from trainer.web.topics import topic_name, topics

bp = Blueprint("authoring", __name__, url_prefix="/authoring")
KINDS = tuple(TYPES)


def item_or_404(kind: str, slug: str) -> ContentItem:
    """An item of the bank, published or not."""
    return catalogue_stats.find_item(db.session(), kind, slug) or abort(404)


@bp.get("/")
def index() -> str:
    """What needs the trainer: drafts, rules nobody checked, rules no question covers."""
    session = db.session()
    rulebook = current_rulebook(session)
    return render_template("authoring/index.html", **catalogue_stats.overview(session, rulebook), rulebook=rulebook,
                           drafted=[(kind, *row) for kind in ("paper", "lesson", "case") for row in catalogue_stats.drafts_of(session, kind)])


@bp.get("/questions")
def questions() -> str:
    """The bank of questions with how they fare."""
    q, topic, kind = (request.args.get(name, "").strip() for name in ("q", "topic", "type"))
    rows = [row for row in catalogue_stats.question_rows(db.session()) if (
        (not q or q in row.item.title or q in row.item.slug or q in row.body.get("stem", ""))
        and (not topic or row.body["topic"] == topic) and (not kind or row.body["type"] == kind))]
    return render_template("authoring/questions.html", rows=rows, q=q, topic=topic, kind=kind, topics=topics(), types=TYPES,
                           topic_name=topic_name)


@bp.get("/questions/<slug>")
def question(slug: str) -> str:
    """One question: how it looks, its key, its variants, statistics and history."""
    session = db.session()
    item = item_or_404("question", slug)
    newest = catalogue_stats.newest_revision(session, item)
    return render_template(
        "authoring/question.html", item=item, revision=newest, body=newest.body, history=catalogue_stats.history(session, item),
        variants=catalogue_stats.variants_of(session, item), stats=catalogue_stats.facility(session, slug),
        rests=catalogue_stats.rules_of(session, item), types=TYPES,
        topic_name=topic_name, rulebook=current_rulebook(session))


def _editor(form: dict[str, Any], flaws: list[Flaw], item: ContentItem | None, **more: Any) -> str:
    rulebook = current_rulebook(db.session())
    return render_template(
        "authoring/editor.html", form=form, rows=_has_rows(form), flaws=flaws, item=item, topics=topics(), acts=ACTS, codes=CODES, types=TYPES,
        decisions={ask: spec.title for ask, spec in rulebook.decisions.items()}, **more)


def _has_rows(form: dict[str, Any]) -> bool:
    return form["mode"] != "yaml" and form["type"] in ("single", "multiple", "scripted_reply")


@bp.get("/questions/new/<kind>")
def new_question(kind: str) -> str:
    """An empty editor."""
    if kind not in KINDS:
        abort(404)
    return _editor(empty_form(kind), [], None)


@bp.get("/questions/<slug>/edit")
def edit_question(slug: str) -> str:
    """The editor with the newest revision."""
    item = item_or_404("question", slug)
    return _editor(form_of(catalogue_stats.newest_revision(db.session(), item).body), [], item)


@bp.post("/questions/save")
def save_question() -> Response | tuple[str, int]:
    """Save a draft, or publish; whatever is wrong is said at its field and nothing typed is lost."""
    session, form = db.session(), read_form(request.form)
    item = catalogue_stats.find_item(session, "question", request.form.get("item", ""))
    if form["type"] not in KINDS:
        abort(400)
    try:
        body = authoring.body_of(form)
        flaws = authoring.flaws_of(body, current_rulebook(session), now())
    except InputError as error:
        body, flaws = {}, [Flaw((error.field or "facts",), error.message, "")]
    if form["topic"] not in dict(topics()):
        flaws = [*flaws, Flaw(("topic",), "没有这个知识点", "请从列表里选一个。")]
    if item is None and not flaws and catalogue_stats.find_item(session, "question", body["id"]) is not None:
        flaws = [Flaw(("id",), f"编号「{body['id']}」已有题目", "请换一个编号。")]
    if flaws:
        return _editor(form, flaws, item), 422
    try:
        revision = publishing.save_draft(session, "question", body, current_user.id, now())
        if request.form.get("then") == "publish":
            publishing.publish(session, [revision], f"题目：{body['title']}", current_user.id, now())
    except (TrainerError, ContentError) as error:
        session.rollback()
        return _editor(form, [Flaw((), error.message, "")], item), 422
    session.commit()
    flash("已发布，练习里马上能抽到。" if request.form.get("then") == "publish" else "草稿已保存。", "success")
    return redirect(url_for("authoring.question", slug=body["id"]), 303)


def _shown(variants: list[Variant]) -> list[dict[str, Any]]:
    return [{"type": one.type, "shown": one.shown, "key": one.key, "parts": one.shown.get("options") or one.shown.get("steps") or [],
             "answer": {"none": True}} for one in variants]


@bp.post("/questions/try")
def try_replies() -> str | tuple[str, int]:
    """Grade a reply, and the samples, against the question as it stands in the form; answers a part of the page."""
    form = read_form(request.form)
    rulebook = current_rulebook(db.session())
    try:
        body = authoring.body_of(form)
        if form["type"] != "scripted_reply":
            return render_template("authoring/_shown.html", items=_shown(authoring.preview(body, rulebook, now())), message=None)
        reply = request.form.get("try_reply", "").replace("\r\n", "\n").strip()
        tried = authoring.try_replies(body, [reply] if reply else [], rulebook, now())
        samples = authoring.sample_agreement(body, rulebook, now())
    except TrainerError as error:
        if form["type"] != "scripted_reply":
            return render_template("authoring/_shown.html", items=[], message=error.message)
        return render_template("authoring/_tried.html", tried=[], samples=[], message=error.message)
    return render_template("authoring/_tried.html", tried=tried, samples=samples, message=None, rulebook=rulebook)


@bp.post("/questions/<slug>/publish")
def publish_question(slug: str) -> Response:
    """Publish the newest draft of a question."""
    item = item_or_404("question", slug)
    revision = catalogue_stats.newest_revision(db.session(), item)
    publishing.publish(db.session(), [revision], f"题目：{item.title}", current_user.id, now())
    db.session.commit()
    flash("已发布，练习里马上能抽到。", "success")
    return redirect(url_for("authoring.question", slug=slug), 303)


@bp.post("/questions/<slug>/retire")
def retire_question(slug: str) -> Response:
    """停用: drawn no more; can be taken back."""
    catalogue_stats.retire(db.session(), item_or_404("question", slug), current_user.id, now())
    db.session.commit()
    flash("题目已停用，不再抽取；正在考的答卷不受影响。可以随时恢复。", "success")
    return redirect(url_for("authoring.question", slug=slug), 303)


@bp.post("/questions/<slug>/restore")
def restore_question(slug: str) -> Response:
    """Take a retirement back."""
    catalogue_stats.restore(db.session(), item_or_404("question", slug), current_user.id, now())
    db.session.commit()
    flash("题目已恢复使用。", "success")
    return redirect(url_for("authoring.question", slug=slug), 303)

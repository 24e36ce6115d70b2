"""Writing a case as YAML: checked before it is kept, kept as a draft, published; its history with differences."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.services import case_views
from trainer.services.case_checks import Checked, Fault, check_text
from trainer.services.releases import current_rulebook
from trainer.web.cases.views import bp, item_or_404
from trainer.web.item_pages import in_the_way, keep, newest, publish_newest
from trainer.web.topics import topics

Answer = Response | tuple[str, int]


def _editor(item: ContentItem | None, text: str, base: int, checked: Checked | None = None) -> str:
    lines = {fault.line for fault in checked.faults} if checked else set()
    return render_template("cases/editor.html", item=item, text=text, base=base, checked=checked, lines=lines, many=text.count("\n") + 1)


def _checked(text: str, slug: str | None) -> Checked:
    """The text checked with no transaction open: scripts take their time, and other writers must not wait for them."""
    rulebook = current_rulebook(db.session())
    db.session.commit()
    return check_text(text, rulebook, dict(topics()), slug)


@bp.get("/new")
def new_case() -> str:
    """An editor that starts from another case, under a new id."""
    item = item_or_404(request.args.get("from", ""))
    body = {**newest(item).body, "id": f"{item.slug}_2", "title": f"{item.title}（副本）"[:60]}
    return _editor(None, case_views.yaml_of(body), 0)


@bp.get("/<slug>/edit")
def edit(slug: str) -> str:
    """The editor with the newest revision, and what is wrong with it as it stands."""
    item = item_or_404(slug)
    revision = newest(item)
    return _editor(item, case_views.yaml_of(revision.body), revision.no)


@bp.post("/save")
def save() -> Answer:
    """Check, keep a draft, or publish; whatever is wrong is said with its line, and nothing typed is lost."""
    slug, text = request.form.get("item", ""), request.form.get("text", "").replace("\r\n", "\n")
    then, base = request.form.get("then", "save"), request.form.get("base", 0, type=int)
    item = item_or_404(slug) if slug else None
    checked = _checked(text, slug or None)
    if checked.body is not None and not checked.faults:
        told = in_the_way("case", item, str(checked.body["id"]), base)
        checked.faults += [Fault(1, "" if item else "id", *told)] if told else []
        base = newest(item).no if told and item else base
    if then == "check" or checked.faults or checked.body is None:
        return _editor(item, text, base, checked), 422 if checked.faults else 200
    try:
        keep("case", checked.body, then)
    except TrainerError as error:
        checked.faults = [Fault(1, "", error.message, "")]
        return _editor(item, text, base, checked), 422
    flash("已发布，学员马上能练到。" if then == "publish" else "草稿已保存，学员还看不到。", "success")
    return redirect(url_for("cases.case", slug=checked.body["id"]), 303)


@bp.post("/<slug>/publish")
def publish(slug: str) -> Response:
    """Publish the newest draft."""
    item = item_or_404(slug)
    checked = _checked(case_views.yaml_of(newest(item).body), slug)
    if checked.faults:
        flash(f"还不能发布：{checked.faults[0].message}", "error")
        return redirect(url_for("cases.case", slug=slug), 303)
    publish_newest(item, "已发布，学员马上能练到。")
    return redirect(url_for("cases.case", slug=slug), 303)

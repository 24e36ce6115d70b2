"""Writing a case as YAML: checked before it is kept, kept as a draft, published; its history with differences."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import ContentError, TrainerError
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.services import case_views, catalogue_stats, publishing
from trainer.services.case_checks import Checked, Fault, check_text
from trainer.services.releases import current_rulebook
from trainer.web.cases.views import bp, item_or_404, newest
from trainer.web.clock import now
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
    session = db.session()
    slug, text = request.form.get("item", ""), request.form.get("text", "").replace("\r\n", "\n")
    then, base = request.form.get("then", "save"), request.form.get("base", 0, type=int)
    item = item_or_404(slug) if slug else None
    checked = _checked(text, slug or None)
    if checked.body is not None and not checked.faults:
        checked.faults += _in_the_way(item, str(checked.body["id"]), base)
    if then == "check" or checked.faults or checked.body is None:
        return _editor(item, text, newest(item).no if item else 0, checked), 422 if checked.faults else 200
    try:
        draft = publishing.save_draft(session, "case", checked.body, current_user.id, now(), request.form.get("note", "").strip())
        if then == "publish":
            publishing.publish(session, [draft], f"案例：{checked.body['title']}", current_user.id, now())
    except (TrainerError, ContentError) as error:
        session.rollback()
        checked.faults = [Fault(1, "", error.message, "")]
        return _editor(item, text, base, checked), 422
    session.commit()
    flash("已发布，学员马上能练到。" if then == "publish" else "草稿已保存，学员还看不到。", "success")
    return redirect(url_for("cases.case", slug=checked.body["id"]), 303)


def _in_the_way(item: ContentItem | None, slug: str, base: int) -> list[Fault]:
    """Somebody else's newer revision, or an id that is taken."""
    if item is None:
        taken = catalogue_stats.find_item(db.session(), "case", slug) is not None
        return [Fault(1, "id", f"编号「{slug}」已有案例", "请换一个编号。")] if taken else []
    no = newest(item).no
    if base == no:
        return []
    return [Fault(1, "", f"您打开以后，别人又存了第 {no} 版", "请先到修订记录看差别，把要的改动并进来；再保存一次就以您的为准。")]


@bp.post("/<slug>/publish")
def publish(slug: str) -> Response:
    """Publish the newest draft."""
    session, item = db.session(), item_or_404(slug)
    draft = newest(item)
    checked = _checked(case_views.yaml_of(draft.body), slug)
    if checked.faults:
        flash(f"还不能发布：{checked.faults[0].message}", "error")
        return redirect(url_for("cases.case", slug=slug), 303)
    try:
        publishing.publish(session, [draft], f"案例：{draft.body['title']}", current_user.id, now())
        session.commit()
        flash("已发布，学员马上能练到。", "success")
    except TrainerError as error:
        session.rollback()
        flash(error.message, "error")
    return redirect(url_for("cases.case", slug=slug), 303)


@bp.post("/<slug>/retire")
def retire(slug: str) -> Response:
    """停用: offered no more; can be taken back."""
    catalogue_stats.retire(db.session(), item_or_404(slug), current_user.id, now())
    db.session.commit()
    flash("案例已停用，不再出现；正在接待的不受影响。可以随时恢复。", "success")
    return redirect(url_for("cases.case", slug=slug), 303)


@bp.post("/<slug>/restore")
def restore(slug: str) -> Response:
    """Take a retirement back."""
    catalogue_stats.restore(db.session(), item_or_404(slug), current_user.id, now())
    db.session.commit()
    flash("案例已恢复使用。", "success")
    return redirect(url_for("cases.case", slug=slug), 303)


@bp.get("/<slug>/history")
def history(slug: str) -> str:
    """All revisions, and how one differs from another (the one before it unless said)."""
    item = item_or_404(slug)
    rows = case_views.revisions_of(db.session(), item)
    by_no = {row.no: row for row in rows}
    no = request.args.get("no", rows[0].no, type=int)
    against = request.args.get("against", no - 1, type=int)
    if no not in by_no:
        abort(404)
    lines = []
    if against in by_no:
        lines = case_views.diff_lines(case_views.yaml_of(by_no[against].body), case_views.yaml_of(by_no[no].body))
    return render_template("cases/history.html", item=item, rows=rows, no=no, against=against, lines=lines, counted=case_views.counted(lines),
                           known=against in by_no)

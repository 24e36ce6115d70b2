"""What the pages of every kind of item share: keeping what was written, taking it out of use, its history with differences."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import KINDS, ContentItem, Revision
from trainer.services import catalogue_stats, item_history, publishing
from trainer.web.clock import now

STATES = {"draft": "草稿", "published": "发布过", "withdrawn": "作废"}


def find_or_404(kind: str, slug: str) -> ContentItem:
    """An item of the bank, published or not."""
    return catalogue_stats.find_item(db.session(), kind, slug) or abort(404)


def newest(item: ContentItem) -> Revision:
    """The newest revision of an item, with its body."""
    return catalogue_stats.newest_revision(db.session(), item)


def in_the_way(kind: str, item: ContentItem | None, slug: str, base: int) -> tuple[str, str] | None:
    """What keeps a new revision from being added, and the remedy: somebody else's newer one, or an id that is taken."""
    if item is None:
        taken = catalogue_stats.find_item(db.session(), kind, slug) is not None
        return (f"编号「{slug}」已有{KINDS[kind]}", "请换一个编号。") if taken else None
    no = newest(item).no
    if base == no:
        return None
    return f"您打开以后，别人又存了第 {no} 版", "请先到修订记录看差别，把要的改动并进来；再保存一次就以您的为准。"


def keep(kind: str, body: dict[str, Any], then: str) -> None:
    """Keep a new revision and commit; `then` publish publishes it too. Raises TrainerError and keeps nothing where that is refused."""
    session = db.session()
    try:
        draft = publishing.save_draft(session, kind, body, current_user.id, now(), request.form.get("note_to_others", "").strip())
        if then == "publish":
            publishing.publish(session, [draft], f"{KINDS[kind]}：{body['title']}", current_user.id, now())
    except TrainerError:
        session.rollback()
        raise
    session.commit()


def publish_newest(item: ContentItem, done: str) -> None:
    """Publish the newest draft, or say why not."""
    session, draft = db.session(), newest(item)
    try:
        publishing.publish(session, [draft], f"{KINDS[item.kind]}：{draft.body['title']}", current_user.id, now())
        session.commit()
        flash(done, "success")
    except TrainerError as error:
        session.rollback()
        flash(error.message, "error")


def compared(item: ContentItem) -> dict[str, Any]:
    """What a history page shows: all revisions, and how the one asked for differs from another (the one before it unless said)."""
    rows = item_history.revisions_of(db.session(), item)
    by_no = {row.no: row for row in rows}
    no = request.args.get("no", rows[0].no, type=int)
    against = request.args.get("against", no - 1, type=int)
    if no not in by_no:
        abort(404)
    lines = []
    if against in by_no:
        old, new = (item_history.text_of(item.kind, by_no[one].body) for one in (against, no))
        lines = item_history.diff_lines(old, new)
    return {"item": item, "rows": rows, "no": no, "against": against, "lines": lines, "counted": item_history.counted(lines),
            "known": against in by_no, "states": STATES}


def add_item_routes(bp: Blueprint, kind: str, page: str, retired: str, lead: str = "") -> None:
    """Give a feature the views that all kinds have alike: retire, restore, history; `page` is its view of one item, `retired` what retiring led to."""

    def back(slug: str) -> Response:
        return redirect(url_for(f"{bp.name}.{page}", slug=slug), 303)

    def retire(slug: str) -> Response:
        """停用: offered no more; can be taken back."""
        catalogue_stats.retire(db.session(), find_or_404(kind, slug), current_user.id, now())
        db.session.commit()
        flash(f"{KINDS[kind]}已停用，{retired}可以随时恢复。", "success")
        return back(slug)

    def restore(slug: str) -> Response:
        """Take a retirement back."""
        catalogue_stats.restore(db.session(), find_or_404(kind, slug), current_user.id, now())
        db.session.commit()
        flash(f"{KINDS[kind]}已恢复使用。", "success")
        return back(slug)

    def history(slug: str) -> str:
        """All revisions, and how one differs from another."""
        return render_template("items/history.html", **compared(find_or_404(kind, slug)), place=KINDS[kind], feature=bp.name, page=page, lead=lead)

    bp.add_url_rule("/<slug>/retire", "retire", retire, methods=["POST"])
    bp.add_url_rule("/<slug>/restore", "restore", restore, methods=["POST"])
    bp.add_url_rule("/<slug>/history", "history", history)


def named_item(typed: str, titles: Mapping[str, str]) -> str | None:
    """The item of this id or title; 「题名（编号）」, as the list offers it, is understood too."""
    if typed in titles:
        return typed
    inner = typed.removesuffix("）").rpartition("（")[2]
    if inner in titles:
        return inner
    same = [slug for slug, title in titles.items() if title == typed]
    return same[0] if len(same) == 1 else None

"""The list of cases, one case with everything in it, its walk, its scripts step by step, trying it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.content.vocabulary import LEVELS, PLATFORMS, POOLS
from trainer.errors import ContentError
from trainer.extensions import db
from trainer.models import ContentItem, Revision, User
from trainer.roleplay import variant_count
from trainer.services import case_views, case_walks, desks
from trainer.services.case_checks import checked_again
from trainer.services.case_graph import case_graph, lay_out
from trainer.services.people import visible_people
from trainer.services.releases import current_release, current_rulebook
from trainer.services.replays import Replay, attempts_at
from trainer.services.shipped_lines import play_line, shipped_lines, talk_of, walked_moves
from trainer.web.cases.says import case_says
from trainer.web.clock import now
from trainer.web.item_pages import add_item_routes, find_or_404, newest
from trainer.web.marked_text import ACTS
from trainer.web.replay_page import overview, replay_page
from trainer.web.topics import topics

bp = Blueprint("cases", __name__, url_prefix="/authoring/cases")
add_item_routes(bp, "case", "case", "不再出现；正在接待的不受影响。")
RECENT = 10


def item_or_404(slug: str) -> ContentItem:
    """A case of the bank, published or not."""
    return find_or_404("case", slug)


@bp.get("/")
def index() -> str:
    """The cases, with how far each is walked and how people fare."""
    q, platform, level, pool = (request.args.get(name, "").strip() for name in ("q", "platform", "level", "pool"))
    rows = [row for row in case_views.case_rows(db.session(), current_release(db.session())) if (
        (not q or q in row.body["title"] or q in row.item.slug or q in str(row.body.get("summary", "")))
        and (not platform or row.body["platform"] == platform) and (not level or str(row.body["level"]) == level)
        and (not pool or row.body.get("pool", "practice") == pool))]
    return render_template("cases/index.html", rows=rows, q=q, platform=platform, level=level, pool=pool, pools=POOLS,
                           platforms=[one for one in PLATFORMS.items() if one[0] != "general"], levels=LEVELS)


@bp.get("/<slug>")
def case(slug: str) -> str:
    """One case: graph, walk, scripts, faults, variants, texts, rubric, how people fare."""
    session, item = db.session(), item_or_404(slug)
    revision, release = newest(item), current_release(session)
    checked = checked_again(case_views.yaml_of(revision.body), current_rulebook(session), dict(topics()), slug)
    talk = scripts = graph = None
    if not any(fault.place.split("[")[0] != "solutions" for fault in checked.faults):
        talk = talk_of(session, revision, release, 0)
        graph, scripts = case_graph(talk.scene, ACTS), list(shipped_lines(talk, current_rulebook(session)))
    walks = case_walks.kept_walks(session, [revision.id], release)[revision.id]
    people = visible_people(current_user, now()).with_only_columns(User.id)
    return render_template(
        "cases/case.html", item=item,
        recent=attempts_at(session, item.id, people)[:RECENT], revision=revision, body=revision.body, checked=checked, graph=graph,
        drawing=lay_out(graph) if graph else None, scripts=scripts, says=case_says(talk.scene.case) if talk else None,
        walk=case_walks.walk_state(revision.body, case_walks.locks(), walks), variants=case_views.variant_table(revision.body),
        fared=case_views.fared_by_item(session, item.id).get(item.id, case_views.Fared()), endings=case_views.endings_of(session, item.id),
        outcome_titles={one["id"]: one["title"] for one in revision.body.get("outcomes") or ()}, pools=POOLS, levels=LEVELS, limit=case_walks.LIMIT)


@bp.post("/<slug>/walk")
def walk(slug: str) -> Response:
    """Walk the next variants within a few seconds; the page goes on by itself until all are done."""
    session, item = db.session(), item_or_404(slug)
    revision, release = newest(item), current_release(session)
    if request.form.get("again"):
        case_walks.forget_walks(session, revision, current_user.id, now())
    by_id, plan = current_user.id, case_walks.plan_walk(session, revision, release)
    session.commit()  # walking takes seconds, and other writers must not wait for it
    try:
        found, total = case_walks.walk_on(plan)
        done = case_walks.keep_walks(session, plan, found, by_id, now())
        session.commit()
    except ContentError as error:
        session.rollback()
        flash(f"这个案例还走不了：{error.message}", "error")
        return redirect(url_for("cases.case", slug=slug), 303)
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"done": done, "total": total})
    flash("走完了。" if done == total else f"走了 {done} / {total} 组，点「继续」往下走。", "success")
    return redirect(url_for("cases.case", slug=slug) + "#walk", 303)


@bp.post("/<slug>/try")
def try_out(slug: str) -> Response:
    """Open a practice desk of the newest revision, draft or not; it counts in no figure."""
    session, item = db.session(), item_or_404(slug)
    try:
        desk = desks.open_desk(session, current_user, newest(item), now(), preview=True)
        session.commit()
    except ContentError as error:
        session.rollback()
        flash(f"这个案例还不能试：{error.message}", "error")
        return redirect(url_for("cases.case", slug=slug), 303)
    return redirect(url_for("desk.session", session_id=desk.id), 303)


@bp.get("/<slug>/line")
def line(slug: str) -> str:
    """A script of the case, or the cheapest line that a walk found, step by step on one variant."""
    item = item_or_404(slug)
    revision = newest(item)
    found = _line(revision, request.args.get("which", "0"), request.args.get("variant", 0, type=int))
    if found is None:
        abort(404)
    which, variant = request.args.get("which", "0"), request.args.get("variant", 0, type=int)
    page = replay_page(found, request.args.get("turn", 0, type=int),
                       lambda n: url_for("cases.line", slug=slug, which=which, variant=variant, turn=n))
    if request.headers.get("X-Partial") == "replay":
        return render_template("replay/_step.html", seen=None, **page)
    return render_template("replay/line.html", seen=None, back=url_for("cases.case", slug=slug), back_words="回到案例", money=None,
                           **overview(found), **page)


def _line(revision: Revision, which: str, variant: int) -> Replay | None:
    session = db.session()
    if not 0 <= variant < variant_count(revision.body):
        return None
    try:
        talk = talk_of(session, revision, current_release(session), variant)
    except ContentError:
        return None
    if which == "walk":
        kept = case_walks.kept_walks(session, [revision.id], current_release(session))[revision.id].get(variant)
        return _walked(kept.found, talk) if kept else None
    lines = shipped_lines(talk, current_rulebook(session))
    return lines[int(which)] if which.isascii() and which.isdigit() and int(which) < len(lines) else None


def _walked(found: Mapping[str, Any], talk: Any) -> Replay | None:
    if not found["line"]:
        return None
    return play_line(talk, walked_moves(found["line"]), "走遍找到的最省走法", "这条走法由程序走遍得来，只写明每次回复说到什么，没有措辞。")

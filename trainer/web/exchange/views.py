"""导入题目 in two steps, 导出题目, and pictures by their digest. Nothing is kept on the server between the steps."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import Response as FileResponse
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.bank.exchange import SAMPLES, Defaults, Topic
from trainer.content.vocabulary import PLATFORMS, POOLS
from trainer.errors import ContentError, InputError
from trainer.extensions import db
from trainer.questions import TYPES
from trainer.services import assets, catalogue_stats, question_export, question_import
from trainer.services.question_import import Plan, Source
from trainer.services.releases import current_rulebook
from trainer.services.spreadsheet import write_xlsx
from trainer.web.clock import now
from trainer.web.topics import topic_name, topic_systems, topics

bp = Blueprint("exchange", __name__)


def _chosen(values: Any) -> dict[str, Any]:
    """What the form says of format and defaults, sound or not."""
    return {"form": values.get("form", "auto"), "topic": values.get("topic", "general"), "platforms": values.getlist("platforms") or ["general"],
            "pool": values.get("pool", "practice"), "pasted": values.get("pasted", "").replace("\r\n", "\n")}


def _all_topics() -> list[Topic]:
    return [Topic(code, title, topic_systems(code)) for code, title in topics()]


def _defaults(chosen: dict[str, Any]) -> Defaults:
    topic = next((one for one in _all_topics() if one.id == chosen["topic"]), None)
    if topic is None or chosen["pool"] not in POOLS or any(one not in PLATFORMS for one in chosen["platforms"]):
        raise InputError("知识点、平台或用途不在列表里，请重新选择。", "topic")
    return Defaults(topic, tuple(chosen["platforms"]), chosen["pool"])


def _plan(source: Source, chosen: dict[str, Any]) -> Plan:
    session = db.session()
    return question_import.plan_import(session, source, _defaults(chosen), _all_topics(), current_rulebook(session), now())


def _page(chosen: dict[str, Any], status: int = 200, **more: Any) -> tuple[str, int]:
    return render_template(
        "exchange/import.html", chosen=chosen, forms=question_import.FORMS, states=question_import.STATES, topics=topics(), types=TYPES,
        topic_name=topic_name, **({"plan": None, "source": None, "error": None} | more)), status


@bp.get("/authoring/import")
def start_import() -> tuple[str, int]:
    """Where questions are pasted or a file is chosen."""
    return _page(_chosen(request.args))


@bp.post("/authoring/import")
def check_import() -> tuple[str, int]:
    """Read what was sent and show every question with what it lacks; nothing is kept yet."""
    chosen, sent = _chosen(request.form), request.files.get("file")
    try:
        source = question_import.source_of(chosen["form"], chosen["pasted"], sent.filename or "" if sent else "", sent.read() if sent else b"")
        plan = _plan(source, chosen)
    except InputError as error:
        return _page(chosen, 422, error=error)
    return _page(chosen, 200 if plan.rows else 422, plan=plan, source=source)


@bp.post("/authoring/import/keep")
def keep_import() -> Response | tuple[str, int]:
    """Keep the chosen questions as drafts; what lacks nothing is published where that was asked."""
    chosen, session = _chosen(request.form), db.session()
    source = Source(request.form.get("source_form", ""), request.form.get("payload", "").replace("\r\n", "\n"))
    numbers = [int(one) for one in request.form.getlist("row") if one.isdigit() and len(one) < 6]
    try:
        plan = _plan(source, chosen)
        if not numbers:
            return _page(chosen, 422, plan=plan, source=source, error=InputError("还没有勾选题目。请至少勾选一题。", "row"))
        drafts, published = question_import.keep(session, plan, numbers, request.form.get("then") == "publish", current_user.id, now())
    except InputError as error:
        session.rollback()
        return _page(chosen, 422, error=error)
    except ContentError as error:
        session.rollback()
        return _page(chosen, 422, plan=_plan(source, chosen), source=source, error=InputError(error.message, "row"))
    session.commit()
    waiting = len(drafts) - published
    flash(f"已导入 {len(drafts)} 题" + (f"，其中 {published} 题已发布" if published else "")
          + (f"；{waiting} 题存为草稿，补好依据和说明后发布。" if waiting else "。"), "success")
    return redirect(url_for("authoring.questions"), 303)


@bp.get("/authoring/import/template.xlsx")
def template() -> FileResponse:
    """The documented layout with four sample questions."""
    return _file(write_xlsx("题库模板", SAMPLES, question_export.WIDTHS), "题库模板.xlsx", question_export.XLSX)


def _bodies() -> list[dict[str, Any]]:
    q, topic, kind = (request.args.get(name, "").strip() for name in ("q", "topic", "type"))
    rows = catalogue_stats.question_rows(db.session())
    return [dict(row.body) for row in rows if row.item.retired_at is None and (
        not q or q in row.item.title or q in row.item.slug or q in row.body.get("stem", ""))
        and (not topic or row.body["topic"] == topic) and (not kind or row.body["type"] == kind)]


@bp.get("/authoring/export")
def export() -> str:
    """Which questions go out, in which format, and what each format cannot hold."""
    session, bodies = db.session(), _bodies()
    rulebook = current_rulebook(session)
    files = {form: question_export.export_questions(session, form, bodies, topic_name, rulebook, now(), False) for form in ("gift", "moodle")}
    return render_template("exchange/export.html", total=len(bodies), files=files, topics=topics(), types=TYPES,
                           **{name: request.args.get(name, "").strip() for name in ("q", "topic", "type")})


@bp.get("/authoring/export/<form>")
def download(form: str) -> FileResponse:
    """The questions as a file."""
    if form not in question_export.FORMS:
        abort(404)
    session = db.session()
    made = question_export.export_questions(session, form, _bodies(), topic_name, current_rulebook(session), now(), "filled" in request.args)
    return _file(made.data, made.name, made.mime)


def _file(data: bytes, name: str, mime: str) -> FileResponse:
    ending = name.partition(".")[2]
    return FileResponse(data, mimetype=mime, headers={
        "Content-Disposition": f"attachment; filename=questions.{ending}; filename*=UTF-8''{quote(name)}"})


@bp.get("/assets/<sha256>")
def picture(sha256: str) -> FileResponse:
    """A picture of a lesson or a question; it never changes."""
    found = assets.find_picture(db.session(), sha256) if len(sha256) == 64 else None
    if found is None:
        abort(404)
    return FileResponse(found.data, mimetype=found.mime, headers={"Cache-Control": "private, max-age=31536000, immutable"})

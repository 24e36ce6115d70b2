"""The bench: replies put on it, the table of both judges, the sentences behind each cell, the patterns."""

from dataclasses import dataclass
from typing import Any

from flask import Response as FileResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import BenchRun
from trainer.services import bench, bench_drafts, bench_export, bench_files, samples
from trainer.services.bench_questions import question_lines
from trainer.services.releases import current_rulebook
from trainer.services.spreadsheet import read_table
from trainer.web.bench.blueprint import ALL_NAMES, NAMES, SHOWN_PLATFORMS, bp, run_or_404, xlsx
from trainer.web.clock import beijing, now
from trainer.web.marked_text import ACTS, CODES
from trainer.web.render import PLATFORMS

PER_PAGE = 40


@bp.get("/")
def index() -> str:
    """Where replies are put on the bench; one's runs, and the latest changes of wording."""
    return _index({}, None)


def _index(typed: dict[str, str], error: InputError | None, errors: list[bench_files.RowError] | None = None) -> str:
    session = db.session()
    return render_template(
        "bench/index.html", runs=bench.runs_of(session, current_user), drafts=bench_drafts.drafts(session, 8), typed=typed, error=error,
        errors=errors or [], platforms=SHOWN_PLATFORMS, limits=bench_files, kept_days=bench.KEPT_DAYS)


@bp.post("/")
def start() -> Response | tuple[str, int]:
    """Read pasted or uploaded replies and put the good ones on the bench; every row that cannot be read is told."""
    session, typed = db.session(), {name: request.form.get(name, "") for name in ("text", "platform", "blocks")}
    try:
        source, title, sheet = _read(typed)
        if not sheet.rows:
            return _index(typed, InputError("没有一行能用，请按下面的提示改好。", source), sheet.errors), 422
        run = bench.start_run(session, current_user, title, source, sheet.rows, now())
    except InputError as error:
        session.rollback()
        return _index(typed, error), 422
    session.commit()
    for one in sheet.errors[:20]:
        flash(f"第 {one.row} 行没有放上来：{one.column}{one.message}", "warning")
    if len(sheet.errors) > 20:
        flash(f"还有 {len(sheet.errors) - 20} 处没有列出，请改好后再放一次。", "warning")
    return redirect(url_for("bench.run", run_id=run.id), 303)


def _read(typed: dict[str, str]) -> tuple[str, str, bench_files.Sheet]:
    sent = request.files.get("file")
    platform = typed["platform"] if typed["platform"] in PLATFORMS else "general"
    if request.form.get("source") == "samples":
        rows = bench.sample_rows(db.session())
        if not rows:
            raise InputError("还没有标注样本。申诉成立、复核过的话术会自动收进来，也可以从测试台收入。", "source")
        return "samples", f"标注样本 {beijing(now())}", bench_files.Sheet(rows)
    if sent is not None and sent.filename:
        rows_read = read_table(sent.filename, sent.read(), "表格")
        return "file", sent.filename, bench_files.read_rows(rows_read, platform, NAMES)
    if not typed["text"].strip():
        raise InputError("请粘贴回复，或选一个 xlsx、csv 文件。", "text")
    return "text", f"粘贴 {beijing(now())}", bench_files.read_pasted(typed["text"], typed["blocks"] == "1", platform, NAMES)


@bp.get("/template.xlsx")
def template() -> FileResponse:
    """The table to fill in."""
    return xlsx(bench_export.template_book(), "replies.xlsx")


@dataclass(frozen=True)
class View:
    """A run as the filters of the request show it."""

    rows: list[bench_files.Row]
    found: list[bench.Judged | None]
    left: int
    query: dict[str, str]


def _view(run: BenchRun) -> View:
    query = {name: request.args.get(name, "").strip() for name in ("platform", "kind", "code", "cell")}
    rows = [row for row in bench.rows_of(run) if not query["platform"] or row.platform == query["platform"]]
    found = bench.judge_rows(rows, current_rulebook(db.session()), run.created_at)
    return View(rows, found, sum(one is None for one in found), {name: value for name, value in query.items() if value})


@bp.get("/runs/<int:run_id>")
def run(run_id: int) -> str:
    """The four-way table with agreement, and the replies behind the chosen cell."""
    found = run_or_404(run_id)
    view = _view(found)
    kind = view.query.get("kind", "") if view.query.get("kind") in bench.KINDS else "violations"
    code = view.query.get("code", "") if view.query.get("code") in bench.KINDS[kind] else ""
    cell = view.query.get("cell", "") if view.query.get("cell") in bench.CELLS else ""
    lines = {one: bench.lines_of(view.rows, view.found, one) for one in bench.KINDS}
    behind = bench.in_cell(view.rows, view.found, kind, code, cell)
    page, pages = _page(len(behind))
    return render_template(
        "bench/run.html", run=found, view=view, kind=kind, code=code, cell=cell, cells=bench.CELLS, names=ALL_NAMES, total_of=bench.total_of,
        lines=lines[kind], counts={one: sum(not line.empty for line in lines[one]) for one in lines}, behind=behind[(page - 1) * PER_PAGE: page * PER_PAGE],
        total=len(behind), page=page, pages=pages, platforms=_platforms(found),
        code_choices=[("", "全部"), *((one, ALL_NAMES[one]) for one in bench.KINDS[kind])],
        marked=any(row.violations is not None or row.acts is not None for row in view.rows))


def _page(total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PER_PAGE))
    return min(max(1, request.args.get("page", 1, type=int)), pages), pages


def _platforms(run: BenchRun) -> list[tuple[str, str]]:
    codes = dict.fromkeys(row["platform"] for row in run.rows)
    return [("", "全部平台"), *((code, PLATFORMS.get(code, code)) for code in codes)]


@bp.get("/runs/<int:run_id>/patterns")
def patterns(run_id: int) -> str:
    """Which wording entries fire, on how many replies, and how many of those people call right."""
    found = run_or_404(run_id)
    view = _view(found)
    traced = bench.trace_rows(view.rows, current_rulebook(db.session()), found.created_at)
    hits = [one for one in bench.pattern_hits(view.rows, view.found, traced) if not view.query.get("code") or one.hit.name == view.query["code"]]
    return render_template("bench/patterns.html", run=found, view=view, hits=hits, names=ALL_NAMES, platforms=_platforms(found), codes=CODES, acts=ACTS)


@bp.get("/runs/<int:run_id>/export.xlsx")
def export(run_id: int) -> FileResponse:
    """The run whole."""
    found = run_or_404(run_id)
    view = _view(found)
    traced = bench.trace_rows(view.rows, current_rulebook(db.session()), found.created_at)
    lines = [line for kind in bench.KINDS for line in bench.lines_of(view.rows, view.found, kind) if not line.empty]
    data = bench_export.result_book(view.rows, view.found, lines, bench.pattern_hits(view.rows, view.found, traced), ALL_NAMES, PLATFORMS)
    return xlsx(data, f"bench-{found.id}.xlsx")


@bp.post("/runs/<int:run_id>/keep")
def keep(run_id: int) -> Response:
    """Keep the replies that people marked as labelled samples, without personal data."""
    found = run_or_404(run_id)
    if found.source == "samples":
        abort(404)
    rows = [row for row in bench.rows_of(found) if row.violations is not None or row.acts is not None]
    if not rows:
        raise InputError("这一批里还没有人工标注。请在表格里填「人工违规点」「人工话术要点」，或在下面逐条标注。")
    drafts = [samples.Draft(row.platform, row.reply, row.buyer, found.created_at, row.facts, row.violations, row.acts) for row in rows]
    made, there = samples.keep_rows(db.session(), drafts, "upload" if found.source == "file" else "bench", current_user, now())
    db.session.commit()
    flash(f"收入 {made} 条标注样本" + (f"，{there} 条早已收过" if there else "") + "。电话、账号、地址和单号已换成假的。", "success")
    return redirect(url_for("bench.sample_list"), 303)


@bp.post("/runs/<int:run_id>/delete")
def delete_run(run_id: int) -> Response:
    """Take a run off the bench."""
    db.session.delete(run_or_404(run_id))
    db.session.commit()
    flash("已删除这一批回复。收进标注样本的还在。", "success")
    return redirect(url_for("bench.index"), 303)


@bp.get("/questions")
def questions() -> str:
    """The sample replies of scripted-reply questions: whether each still gets the marks expected of it."""
    lines: list[Any] = question_lines(db.session(), current_rulebook(db.session()), now())
    q = request.args.get("q", "").strip()
    shown = [line for line in lines if not q or q in line.title or q in line.slug]
    return render_template("bench/questions.html", lines=shown, q=q, whole=lines)

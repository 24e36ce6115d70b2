"""A wording entry changed as a draft, tried beside what is published on the same replies, and published from there."""

from typing import Any

from flask import Response as FileResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.bank.canonical import dump
from trainer.content.vocabulary import PLATFORMS as KNOWN_PLATFORMS
from trainer.errors import InputError, TrainerError
from trainer.extensions import db
from trainer.models import BenchRun, Revision
from trainer.replies.changes import WORDS, part_of
from trainer.rules import Rulebook
from trainer.services import bench, bench_drafts, bench_questions
from trainer.services.bench_files import Row
from trainer.services.releases import current_rulebook
from trainer.services.wording_changes import HOUSE, slug_of, standing_changes, with_bodies
from trainer.web.bench.blueprint import ALL_NAMES, bp
from trainer.web.clock import now

SHOWN = 200
TRIAL_BUDGET = 6.0
FIELDS = ("add", "drop", "not", "note", *bench_drafts.OPTIONS)


@bp.get("/wording")
def wording() -> str:
    """Every wording entry, searched, with those that trainers changed."""
    rulebook = current_rulebook(db.session())
    q, part = request.args.get("q", "").strip()[:40], request.args.get("part", "")
    found = [(kind, name, count) for kind, name, count in bench_drafts.entries(rulebook)
             if (not q or q in name or q in ALL_NAMES.get(name, "")) and (not part or kind == part)]
    exact = bench_drafts.entry_or_none(rulebook, "concept", q) if q else None
    return render_template(
        "bench/wording.html", rows=found[:SHOWN], total=len(found), q=q, part=part, parts=WORDS, names=ALL_NAMES, new=exact is not None and exact["new"],
        changed=standing_changes(rulebook), slug_of=slug_of, run=_run_id(), drafts=bench_drafts.drafts(db.session(), 12))


def _run_id() -> int | None:
    return request.values.get("run", type=int)


def entry_or_404(rulebook: Rulebook, part: str, name: str) -> dict[str, Any]:
    """What stands in a wording entry, or in a concept that may be made."""
    found = bench_drafts.entry_or_none(rulebook, part, name) if part in WORDS else None
    return found or abort(404)


@bp.get("/wording/<part>/<name>")
def entry(part: str, name: str) -> str:
    """The form that changes one entry, beside what stands in it."""
    return _form(part, name, None, None)


def _form(part: str, name: str, typed: dict[str, str] | None, error: InputError | None) -> str:
    rulebook = current_rulebook(db.session())
    standing = entry_or_404(rulebook, part, name)
    change = standing_changes(rulebook).get(slug_of(part, name)) or {}
    start = {"drop": "\n".join(map(str, change.get("drop") or [])), "not": "\n".join(map(str, change.get("not") or [])),
             "add": "\n".join(map(str, change.get("add") or [])) if part == "concept" else ""}
    return render_template(
        "bench/entry.html", part=part, name=name, entry=standing, form=typed or start, error=error, title=ALL_NAMES.get(name, name), parts=WORDS,
        groups=change.get("add") or [] if part != "concept" else [], run=_run_id(), kept=request.form.getlist("keep", type=int) if typed else None,
        says_in=bench_drafts.says_in)


@bp.post("/wording/<part>/<name>")
def save_entry(part: str, name: str) -> Response | tuple[str, int]:
    """Keep the change as a draft and show how it does; whatever is wrong is said at its field."""
    rulebook = current_rulebook(db.session())
    entry_or_404(rulebook, part, name)
    typed = {key: request.form.get(key, "") for key in FIELDS}
    typed = {key: value for key, value in typed.items() if value or key not in bench_drafts.OPTIONS}
    groups = (standing_changes(rulebook).get(slug_of(part, name)) or {}).get("add") or []
    keep = [groups[at] for at in request.form.getlist("keep", type=int) if part != "concept" and 0 <= at < len(groups)]
    try:
        body = bench_drafts.read_change(rulebook, part, name, typed, keep, ALL_NAMES.get(name, ""))
    except InputError as error:
        return _form(part, name, typed, error), 422
    revision = bench_drafts.save_draft(db.session(), body, current_user.id, now())
    db.session.commit()
    return redirect(url_for("bench.draft", revision_id=revision.id, run=_run_id()), 303)


def draft_or_404(revision_id: int) -> Revision:
    """A change of wording."""
    return bench_drafts.find_draft(db.session(), revision_id) or abort(404)


def _trial_rows(run: BenchRun | None) -> list[Row]:
    """The replies that a draft is tried on: a run of one's own, else the labelled samples."""
    return bench.rows_of(run) if run is not None else bench.sample_rows(db.session())


@bp.get("/drafts/<int:revision_id>")
def draft(revision_id: int) -> str:
    """Old and new side by side: which replies change, both agreements, what breaks, how much slower."""
    session, revision = db.session(), draft_or_404(revision_id)
    base = current_rulebook(session)
    run_id = _run_id()
    run = bench.find_run(session, current_user, run_id) if run_id is not None else None
    candidate = with_bodies(base, {revision.item.slug: revision.body})
    runs = [("", "标注样本"), *((str(one.id), f"{one.title}（{one.count} 条）") for one in bench.runs_of(session, current_user))]
    page: dict[str, Any] = {"runs": runs, "run": run, "draft": revision, "body": revision.body,
                            "part": part_of(revision.body), "names": ALL_NAMES, "parts": WORDS, "platforms": KNOWN_PLATFORMS, "slowest": bench_drafts.SLOWEST}
    if revision.state != "draft":
        return render_template("bench/draft.html", gate=None, **page)
    gate = bench_drafts.gate_of(base, candidate, now())
    if gate.reasons and not gate.examples:
        return render_template("bench/draft.html", gate=gate, trial=None, **page)
    rows = _trial_rows(run)
    moment = run.created_at if run is not None else revision.created_at
    old, new = bench.judge_rows(rows, base, moment, TRIAL_BUDGET), bench.judge_rows(rows, candidate, moment, TRIAL_BUDGET)
    changed = bench_drafts.compare(rows, old, new)
    trial = {
        "count": len(rows), "left": sum(one is None for one in new), "changed": changed[:SHOWN], "total": len(changed),
        "literal": bench_drafts.literal_hits(rows, revision.body, candidate),
        "totals": [(kind, *(bench.total_of(bench.lines_of(rows, found, kind), kind) for found in (old, new))) for kind in bench.KINDS],
        "flips": bench_questions.flips(bench_questions.question_lines(session, base, now()), bench_questions.question_lines(session, candidate, now())),
    }
    return render_template("bench/draft.html", gate=gate, trial=trial, **page)


@bp.post("/drafts/<int:revision_id>/publish")
def publish_draft(revision_id: int) -> Response:
    """Publish the change as a change set of its own, if its gate lets it through."""
    session, revision = db.session(), draft_or_404(revision_id)
    try:
        release = bench_drafts.publish_draft(session, current_rulebook(session), revision, current_user.id, now())
    except TrainerError as error:
        session.rollback()
        flash(error.message, "error")
        return redirect(url_for("bench.draft", revision_id=revision_id, run=_run_id()), 303)
    session.commit()
    flash(f"已发布，规则库现在是第 {release.number} 版，新的作答马上按它检查。要撤回，去掉补充的词或句式再发布一次。", "success")
    return redirect(url_for("bench.wording"), 303)


@bp.get("/wording/house.yaml")
def house_file() -> FileResponse:
    """All published changes of trainers as the file that `flask bank load` takes."""
    house = current_rulebook(db.session()).wording.get(HOUSE) or {"changes": []}
    return FileResponse(dump(house), mimetype="application/yaml; charset=utf-8", headers={"Content-Disposition": "attachment; filename=house.yaml"})

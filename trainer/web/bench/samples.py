"""标注样本: one list of labelled replies, each with its history; marking one by hand; files to take away."""

from collections.abc import Mapping
from typing import Any

from flask import Response as FileResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import SAMPLE_ORIGINS, SAMPLE_STATES, ReplySample
from trainer.services import bench, bench_export, samples
from trainer.services.paging import paginate
from trainer.services.releases import current_rulebook
from trainer.web.bench.blueprint import ALL_NAMES, SHOWN_PLATFORMS, bp, run_or_404, xlsx
from trainer.web.clock import now
from trainer.web.marked_text import ACTS, CODES
from trainer.web.render import PLATFORMS

MOST_EXPORTED = 20_000


def sample_or_404(sample_id: int) -> ReplySample:
    """A sample."""
    return db.session.get(ReplySample, sample_id) or abort(404)


def _filters() -> samples.Filters:
    return samples.Filters(**{name: request.args.get(name, "").strip()[:60] for name in ("q", "code", "platform", "origin", "state")})


@bp.get("/samples")
def sample_list() -> str:
    """The samples, searched and filtered."""
    filters = _filters()
    page = paginate(db.session(), samples.samples_like(filters), request.args.get("page", 1, type=int))
    return render_template(
        "bench/samples.html", page=page, filters=filters, query={name: value for name, value in vars(filters).items() if value},
        labels=samples.newest_labels(db.session(), page.items), names=ALL_NAMES, codes=CODES, acts=ACTS, origins=SAMPLE_ORIGINS,
        states=SAMPLE_STATES, platforms=SHOWN_PLATFORMS)


@bp.get("/samples.jsonl")
def samples_jsonl() -> FileResponse:
    """The samples that the filters leave as JSON lines; without a filter by state, only those labelled whole."""
    rows = _exported()
    text = "".join(samples.as_line(sample, label) + "\n" for sample, label in rows if _filters().state or sample.state == "done")
    return FileResponse(text, mimetype="application/x-ndjson; charset=utf-8", headers={"Content-Disposition": "attachment; filename=samples.jsonl"})


@bp.get("/samples.xlsx")
def samples_xlsx() -> FileResponse:
    """The samples that the filters leave as a spreadsheet that the bench can read again."""
    return xlsx(bench_export.samples_book(_exported(), ALL_NAMES, PLATFORMS), "samples.xlsx")


def _exported() -> list[tuple[ReplySample, Any]]:
    found = list(db.session.scalars(samples.samples_like(_filters()).limit(MOST_EXPORTED)))
    labels: dict[int, Any] = {}
    for start in range(0, len(found), 500):
        labels |= samples.newest_labels(db.session(), found[start:start + 500])
    return [(sample, labels[sample.id]) for sample in found]


@bp.get("/samples/<int:sample_id>")
def sample(sample_id: int) -> str:
    """One sample: how it is judged now, its label, the history."""
    return _sample_page(sample_or_404(sample_id), None, None)


def _sample_page(found: ReplySample, typed: Mapping[str, Any] | None, error: InputError | None) -> str:
    label = found.labels[-1]
    [judged] = bench.judge_rows([bench.row_of_sample(found, label)], current_rulebook(db.session()), found.as_of)
    form = typed or {"violations": label.violations, "acts": label.acts, "retired": label.retired, "reason": ""}
    return render_template(
        "bench/sample.html", sample=found, label=label, judged=judged, form=form, error=error, codes=CODES, acts=ACTS, names=ALL_NAMES,
        origins=SAMPLE_ORIGINS, states=SAMPLE_STATES, people=samples.labellers(db.session(), found))


def read_label(values: MultiDict[str, str]) -> dict[str, Any]:
    """What was ticked: None where the person says that he did not look."""
    form: dict[str, Any] = {kind: values.getlist(kind) if values.get(f"looked_{kind}") else None for kind in ("violations", "acts")}
    return form | {"retired": "retired" in values, "reason": values.get("reason", "")}


@bp.post("/samples/<int:sample_id>")
def label_sample(sample_id: int) -> Response | tuple[str, int]:
    """Append a label, with its reason."""
    found, form = sample_or_404(sample_id), read_label(request.form)
    try:
        samples.relabel(db.session(), found, form["violations"], form["acts"], form["retired"], form["reason"], current_user, now())
    except InputError as error:
        db.session.rollback()
        return _sample_page(sample_or_404(sample_id), form, error), 422
    db.session.commit()
    flash("标注已记下，以前的标注都在下面。", "success")
    return redirect(url_for("bench.sample", sample_id=sample_id), 303)


@bp.post("/runs/<int:run_id>/mark")
def mark_row(run_id: int) -> Response:
    """Take one reply of a run into the samples, and go on to label it."""
    found = run_or_404(run_id)
    number = request.form.get("row", -1, type=int)
    row = next((one for one in bench.rows_of(found) if one.row == number), None) or abort(404)
    if found.source == "samples":
        return redirect(url_for("bench.sample", sample_id=row.row), 303)
    draft = samples.Draft(row.platform, row.reply, row.buyer, found.created_at, row.facts, row.violations, row.acts)
    made, new = samples.add_sample(db.session(), "bench", samples.text_key(draft), draft, "从测试台收入", current_user.id, now())
    db.session.commit()
    flash("已收入标注样本，请在右边标注。" if new else "这条早已收过，可以在右边改标注。", "success")
    return redirect(url_for("bench.sample", sample_id=made.id), 303)

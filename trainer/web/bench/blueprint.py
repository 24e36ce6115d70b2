"""The blueprint, and what all pages of the bench share."""

from flask import Blueprint, abort
from flask import Response as FileResponse
from flask_login import current_user

from trainer.extensions import db
from trainer.models import BenchRun
from trainer.services import bench
from trainer.services.bench_files import Names
from trainer.web.marked_text import ACTS, CODES
from trainer.web.render import PLATFORMS

bp = Blueprint("bench", __name__, url_prefix="/bench")
ALL_NAMES = {**CODES, **ACTS}
NAMES = Names(CODES, ACTS, PLATFORMS)
SHOWN_PLATFORMS = [(code, name) for code, name in PLATFORMS.items() if code in ("taobao", "tmall", "jd", "pdd", "douyin", "kuaishou", "general")]


def run_or_404(run_id: int) -> BenchRun:
    """A run of the person at the page."""
    return bench.find_run(db.session(), current_user, run_id) or abort(404)


def xlsx(data: bytes, name: str) -> FileResponse:
    """A workbook to be kept; the name is ASCII."""
    return FileResponse(data, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        headers={"Content-Disposition": f"attachment; filename={name}"})

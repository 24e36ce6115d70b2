"""打字测试: the page, and what comes back after three minutes."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.services import typing_tests
from trainer.web.clock import now
from trainer.web.practice.views import bp


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="typing")


@bp.get("/typing")
def typing() -> str:
    """The text to type, and how the earlier tests went."""
    rows = typing_tests.typing_history(db.session(), current_user.id)
    seed = f"{current_user.id}.{len(rows)}.{rows[0].id if rows else 0}"
    ticket = _signer().dumps({"user": current_user.id, "seed": seed, "key": uuid4().hex, "began": now().isoformat()})
    best = max((row.speed for row in rows), default=0)
    return render_template(
        "practice/typing.html", lines=typing_tests.passage(seed), ticket=ticket, rows=rows, seconds=typing_tests.SECONDS, best=best,
        trend=[round(100 * row.speed / best, 1) for row in reversed(rows)] if best else [])


@bp.post("/typing")
def finish_typing() -> Response:
    """Count what was typed and show it in the history."""
    ticket = _read_ticket(request.form.get("ticket", ""))
    row = typing_tests.finish_test(
        db.session(), current_user, ticket["key"], ticket["seed"], request.form.get("typed", ""), request.form.get("seconds", 0, int),
        datetime.fromisoformat(ticket["began"]), now())
    db.session.commit()
    flash(f"每分钟 {row.speed} 字（打了 {row.typed} 字，错 {row.errors} 字）。", "success")
    return redirect(url_for("practice.typing"), 303)


def _read_ticket(text: str) -> dict[str, Any]:
    try:
        found = _signer().loads(text)
    except BadSignature:
        found = {}
    if found.get("user") != current_user.id:
        raise InputError("这一页放得太久或不完整，请刷新后重新测一次。")
    return dict(found)

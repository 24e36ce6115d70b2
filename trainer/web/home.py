"""Where a signed-in person lands, by role; and the health check."""

from flask import Blueprint, jsonify, redirect, url_for
from flask_login import current_user
from sqlalchemy import text
from werkzeug.wrappers import Response

from trainer.extensions import db
from trainer.web.render import can

bp = Blueprint("home", __name__)

LANDINGS = (
    ("trainee", "learn.today"), ("supervisor", "team.morning"), ("trainer", "authoring.index"), ("admin", "admin.accounts"),
    ("mentor", "team.morning"), ("inspector", "team.morning"),
)


@bp.get("/")
def index() -> Response:
    """Send each person to the first page of his role."""
    for role, endpoint in LANDINGS:
        if role in current_user.roles and can(endpoint):
            return redirect(url_for(endpoint), 303)
    return redirect(url_for("auth.account"), 303)


@bp.get("/health")
def health() -> Response:
    """Whether the server and its database answer."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")

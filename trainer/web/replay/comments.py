"""Remarks on steps: written by those who may see the person, answered once or read by the learner, taken back by their author."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import ConflictError, InputError
from trainer.extensions import db
from trainer.models import DeskComment
from trainer.services import replay_comments
from trainer.services.replay_comments import comments_on
from trainer.web.clock import now
from trainer.web.replay.views import Seen, bp, line_for, parts_of, place_of, seen_or_404
from trainer.web.replay_page import overview, replay_page

Answer = Response | tuple[str, int]


def comment_or_404(seen: Seen, session_id: int, comment_id: int) -> DeskComment:
    """A remark on this session."""
    return replay_comments.find_comment(db.session(), session_id, comment_id) or abort(404)


def _back(seen: Seen, session_id: int, n: int) -> Response:
    return redirect(url_for("replay.session", session_id=session_id, turn=place_of(seen, n)) + "#remarks", 303)


def _again(seen: Seen, session_id: int, n: int, error: InputError | ConflictError, typed: str, form: str) -> tuple[str, int]:
    """The step with what was typed and why it was not taken."""
    db.session.rollback()
    talk = next((turn.talk for turn in seen.replay.turns if turn.n == n), 0)
    line = line_for(seen.replay, talk) if seen.finished else None
    page = replay_page(seen.replay, place_of(seen, n), lambda at: url_for("replay.session", session_id=session_id, turn=at), line,
                       comments_on(db.session(), session_id))
    return render_template("replay/session.html", seen=seen, parts=parts_of(seen), typed=typed, error=error.message,
                           form=form, **overview(seen.replay), **page), 422


@bp.post("/sessions/<int:session_id>/comments")
def comment(session_id: int) -> Answer:
    """Write a remark on a step."""
    seen = seen_or_404(session_id)
    if not seen.may_comment or seen.replay.row is None:
        abort(404)
    n, text = request.form.get("n", -1, type=int), request.form.get("text", "")
    try:
        replay_comments.add_comment(db.session(), current_user, seen.replay.row, n, text, now())
    except InputError as error:
        return _again(seen, session_id, n, error, text, "new")
    db.session.commit()
    flash("点评已发出，学员在今日和这一步都能看到。", "success")
    return _back(seen, session_id, n)


@bp.post("/sessions/<int:session_id>/comments/<int:comment_id>/retract")
def retract(session_id: int, comment_id: int) -> Answer:
    """Take one's own remark back."""
    seen = seen_or_404(session_id)
    found = comment_or_404(seen, session_id, comment_id)
    try:
        replay_comments.retract_comment(db.session(), current_user, found, now())
        db.session.commit()
        flash("点评已撤回，学员看不到了；原文留在记录里。", "success")
    except (InputError, ConflictError) as error:
        db.session.rollback()
        flash(error.message, "error")
    return _back(seen, session_id, found.n)


@bp.post("/sessions/<int:session_id>/comments/<int:comment_id>/answer")
def answer(session_id: int, comment_id: int) -> Answer:
    """The learner's one answer, or that he has read it."""
    seen = seen_or_404(session_id)
    if not seen.own:
        abort(404)
    found = comment_or_404(seen, session_id, comment_id)
    n, text = found.n, request.form.get("text", "")
    try:
        if request.form.get("then") == "read":
            replay_comments.mark_read(db.session(), current_user, found, now())
        else:
            replay_comments.answer_comment(db.session(), current_user, found, text, now())
    except (InputError, ConflictError) as error:
        return _again(seen, session_id, n, error, text, str(comment_id))
    db.session.commit()
    return _back(seen, session_id, n)


@bp.get("/comments")
def comments() -> str:
    """What the person wrote, newest first, with what came of it."""
    q, state = request.args.get("q", "").strip(), request.args.get("state", "")
    rows = [(desk, one) for desk, one in replay_comments.written_by(db.session(), current_user.id)
            if (not q or q in one.text or q in desk.user.name or q in desk.user.staff_no) and (not state or state_of(one) == state)]
    return render_template("replay/comments.html", rows=rows, q=q, state=state, state_of=state_of)


def state_of(comment: replay_comments.Comment) -> str:
    """Where a remark stands: retracted, answered, read or new."""
    if comment.retracted_at:
        return "retracted"
    return "answered" if comment.answered_at else "read" if comment.read_at else "new"

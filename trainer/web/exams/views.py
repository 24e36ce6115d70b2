"""Sitting an exam: start, answer, save, submit, result, appeal."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Assignment, Attempt
from trainer.questions import ResponseError, parse
from trainer.services import attempts, irregularities, results, reviews, room_codes, saving, sitting
from trainer.services.assignments import assignment_for, terms_for
from trainer.services.candidates import current_pool
from trainer.services.certificates import certificates_of
from trainer.services.published import papers, published_revision
from trainer.services.releases import current_release
from trainer.web.clock import now
from trainer.web.exams.devices import client_mark, client_words
from trainer.web.exams.packets import STATUS, read_packet, told
from trainer.web.exams.places import places_html
from trainer.writers import begin_writing

bp = Blueprint("exams", __name__, url_prefix="/exams")

NOTED_BY_THE_PAGE = {"left", "back", "paste", "blocked", "speed"}


def own_attempt_or_404(attempt_id: int) -> Attempt:
    """The attempt of the person at the page; somebody else's does not exist."""
    attempt = attempts.load_attempt(db.session(), attempt_id)
    if attempt is None or attempt.user_id != current_user.id:
        abort(404)
    return attempt


def own_assignment_or_404(assignment_id: int) -> Assignment:
    """An assignment that reaches the person at the page."""
    return assignment_for(db.session(), current_user, assignment_id, now()) or abort(404)


@bp.before_app_request
def close_overdue() -> None:
    """Attempts whose time is over are handed in by the next post of anybody; `flask attempts sweep` does the same."""
    if request.method == "POST" and current_user.is_authenticated and attempts.overdue_attempts(db.session(), now()):
        begin_writing(db.session())
        attempts.sweep_attempts(db.session(), now(), current_app.config["SETTINGS"].review_due_hours)
        db.session.commit()


@bp.get("/")
def index() -> str:
    """Every exam that reaches the learner, practice papers, certificates."""
    session = db.session()
    return render_template(
        "exams/index.html", rows=attempts.sittings(session, current_user.id, now()),
        papers=papers(session, certifying=False), certificates=certificates_of(session, current_user.id),
        practised=results.practice_attempts(session, current_user.id), is_closed=attempts.is_closed)


@bp.get("/<int:assignment_id>")
def assignment(assignment_id: int) -> str:
    """What the exam is, what passes it, and the button that begins it."""
    return _before(own_assignment_or_404(assignment_id), "", None)


def _before(found: Assignment, typed: str, error: InputError | None) -> str:
    session = db.session()
    done = attempts.earlier_attempts(session, current_user.id, found.id)
    current_pool(session, current_release(session), now())  # made before the class presses the button together
    return render_template(
        "exams/assignment.html", assignment=found, typed=typed, error=error, terms=terms_for(session, found, current_user.id, now()), done=done,
        running=next((a for a in done if not attempts.is_closed(a, now())), None),
        blocked=attempts.why_not_start(session, current_user, found, now()),
        sections=results.paper_outline(found.paper_revision.body), paper=found.paper_revision.body)


@bp.post("/<int:assignment_id>/start")
def start(assignment_id: int) -> Response | tuple[str, int]:
    """Begin, or go back to the attempt in progress; where the exam asks for 考场口令, a wrong one comes back at its field."""
    found = own_assignment_or_404(assignment_id)
    session, typed = db.session(), request.form.get("code", "")[:40]
    try:
        if found.room_code and all(attempts.is_closed(one, now()) for one in attempts.earlier_attempts(session, current_user.id, found.id)):
            begin_writing(session)
            room_codes.check_code(session, current_app.secret_key, current_user, found.id, typed, now())
        attempt_id = attempts.start_attempt(session, current_user, found, now(), client_mark(*client())).id
    except InputError as error:
        session.commit()
        return _before(own_assignment_or_404(assignment_id), typed, error), 422
    session.commit()
    return redirect(url_for("exams.attempt", attempt_id=attempt_id), 303)


@bp.post("/papers/<slug>/start")
def start_paper(slug: str) -> Response:
    """Begin a practice paper."""
    revision = published_revision(db.session(), "paper", slug)
    if revision is None or revision.body.get("certifying"):
        abort(404)
    attempt = attempts.start_paper(db.session(), current_user, revision, now())
    db.session.commit()
    return redirect(url_for("exams.attempt", attempt_id=attempt.id), 303)


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> str | Response:
    """The sitting itself; once closed, the result."""
    session = db.session()
    found = sitting.own_attempt(session, attempt_id, current_user.id) or abort(404)
    if attempts.is_closed(found, now()):
        return redirect(url_for("exams.result", attempt_id=attempt_id), 303)
    items = sitting.sitting_items(session, found)
    return render_template("exams/attempt.html", attempt=found, places=places_html(items, attempt_id), paper=found.paper_revision.body)


@bp.put("/attempts/<int:attempt_id>/items/<int:position>")
def save(attempt_id: int, position: int) -> tuple[Response, int]:
    """Store one answer; 409 carries the newer one, 410 says that it came too late. Ordinary saves take the short way, see lane.py."""
    session, packet = db.session(), read_packet(request.get_json(silent=True))
    connection = session.connection()
    sheet = saving.open_sheet(connection, attempt_id, current_user.id, current_user.session_epoch) or abort(404)
    try:
        saved = saving.save_answer(connection, sheet, position, packet.client_key, packet.base_seq,
                                   lambda kind: parse(kind, packet.raw), packet.unsure, now(), packet.lookup) or abort(404)
    except ResponseError as error:
        return jsonify(error=error.message), 400
    if irregularities.is_other_device(sheet.client_mark, client_mark(*client())):
        irregularities.note_device(session, attempt_id, client_words(*client()), now())
    session.commit()
    return jsonify(told(saved, sheet.deadline_at, now())), STATUS[saved.kind]


def client() -> tuple[str, str]:
    """The browser as it calls itself, and the address."""
    return request.headers.get("User-Agent", ""), request.remote_addr or ""


@bp.post("/attempts/<int:attempt_id>/submit")
def submit(attempt_id: int) -> Response:
    """Hand in; unfinished cases are judged as they stand."""
    found = own_attempt_or_404(attempt_id)
    session = db.session()
    attempts.submit_attempt(session, found, now(), now(), current_app.config["SETTINGS"].review_due_hours)
    session.commit()
    return redirect(url_for("exams.result", attempt_id=attempt_id), 303)


@bp.post("/attempts/<int:attempt_id>/irregularities")
def irregularity(attempt_id: int) -> tuple[str, int]:
    """Note something unusual beside the attempt; it never fails anybody."""
    found = own_attempt_or_404(attempt_id)
    data = request.get_json(silent=True)
    data = data if isinstance(data, dict) else {}
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in NOTED_BY_THE_PAGE or attempts.is_closed(found, now()):
        abort(400)
    number = data.get("number")
    irregularities.note(db.session(), found, kind, now(), min(number, 10**6) if type(number) is int and number >= 0 else None)
    db.session.commit()
    return "", 204


@bp.get("/attempts/<int:attempt_id>/result")
def result(attempt_id: int) -> str | Response:
    """The result, as far as it may be seen now."""
    found = own_attempt_or_404(attempt_id)
    if not attempts.is_closed(found, now()):
        return redirect(url_for("exams.attempt", attempt_id=attempt_id), 303)
    return _result(found, "", None)


def _result(found: Attempt, plea: str, error: InputError | None, position: int = -1) -> str:
    return render_template("exams/result.html", view=results.attempt_view(db.session(), found, now()), mine=True, plea=plea,
                           plea_error=error, plea_position=position)


@bp.post("/attempts/<int:attempt_id>/items/<int:position>/appeal")
def appeal(attempt_id: int, position: int) -> Response | tuple[str, int]:
    """申诉: say why a mark is wrong; a plea that is too short comes back at its field."""
    found = own_attempt_or_404(attempt_id)
    item = next((item for item in found.items if item.position == position), None) or abort(404)
    plea = request.form.get("plea", "")[:2000]
    try:
        reviews.appeal_item(db.session(), current_user, item, plea, now(), current_app.config["SETTINGS"].review_due_hours)
    except InputError as error:
        db.session.rollback()
        return _result(own_attempt_or_404(attempt_id), plea, error, position), 422
    db.session.commit()
    flash("申诉已提交，主管会在规定时间内答复。", "success")
    return redirect(url_for("exams.result", attempt_id=attempt_id) + f"#item-{position + 1}", 303)

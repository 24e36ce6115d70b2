"""Certificate page and PDF for its owner and his supervisors; verification for everybody."""

from collections.abc import Mapping
from io import BytesIO

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import Certificate, User
from trainer.services import certificates, refresh
from trainer.services.people import visible_people
from trainer.web.clock import now

bp = Blueprint("certificates", __name__)


def certificate_or_404(number: str) -> Certificate:
    """A certificate that the person at the page owns or supervises."""
    found = certificates.find_certificate(db.session(), number)
    if found is None or found.number != number.upper():
        abort(404)
    if found.user_id != current_user.id:
        seen = visible_people(current_user, now()).where(User.id == found.user_id)
        if not current_user.roles & {"supervisor", "admin"} or db.session.scalar(seen) is None:
            abort(404)
    return found


def verify_url(certificate: Certificate) -> str:
    """The address that the QR code carries."""
    base = current_app.config["SETTINGS"].public_url or request.host_url.rstrip("/")
    return str(base) + url_for("certificates.verify", mark=certificate.token)


def _sheet(certificate: Certificate) -> dict[str, object]:
    return {
        "certificate": certificate, "state": certificates.state_of(certificate, now()),
        "post": certificates.POSTS.get(certificate.post, certificate.post), "statement": certificates.STATEMENT,
        "qr": segno.make(verify_url(certificate), error="m").svg_data_uri(scale=4, border=1),
        "verify_url": verify_url(certificate),
    }


@bp.get("/certificates/<number>")
def page(number: str) -> str:
    """The certificate as it prints; besides, what needs a refresh because a rule changed since."""
    certificate = certificate_or_404(number)
    points = refresh.points_of(db.session(), [certificate], now())[certificate.id]
    return render_template("certificates/page.html", points=points, **_sheet(certificate))


@bp.get("/certificates/<number>.pdf")
def pdf(number: str) -> Response:
    """The certificate as a file; where PDF's system libraries are missing, back to the page with the way to print."""
    certificate = certificate_or_404(number)
    try:
        import weasyprint  # heavy, and absent on some systems
    except (ImportError, OSError):
        flash("这台服务器没有安装生成 PDF 的组件。请用浏览器的打印功能，选择「另存为 PDF」。", "warning")
        return redirect(url_for("certificates.page", number=certificate.number), 303)
    text = render_template("certificates/sheet.html", **_sheet(certificate))
    sheet = weasyprint.CSS(filename=f"{current_app.static_folder}/css/certificate.css")
    data = weasyprint.HTML(string=text).write_pdf(stylesheets=[sheet])
    return send_file(BytesIO(data), mimetype="application/pdf", as_attachment=True,
                     download_name=f"上岗证-{certificate.number}.pdf")


@bp.get("/verify")
def verify() -> str:
    """Public: number, state and the first character of the name; nothing else of the person."""
    mark = request.args.get("mark", "")[:64]
    found = certificates.find_certificate(db.session(), mark) if mark else None
    state = certificates.state_of(found, now()) if found else None
    return render_template(
        "certificates/verify.html", mark=mark, certificate=found, state=state, name=certificates.masked(found.user.name) if found
        else "", post=certificates.POSTS.get(found.post, found.post) if found else "", statement=certificates.STATEMENT)


@bp.get("/certificates/refresh")
def refresh_list() -> str:
    """Whose certificates rest on rules that changed since, and on which points."""
    ids = visible_people(current_user, now()).with_only_columns(User.id)
    return render_template("certificates/refresh.html", rows=refresh.to_refresh(db.session(), ids, now()))


@bp.get("/certificates")
def index() -> str:
    """Every certificate of the people one supervises, to verify, revoke or restore; flagged ones first."""
    return _list({}, None)


def _list(typed: Mapping[str, str], error: InputError | None) -> str:
    q = request.args.get("q", "").strip()
    wanted = select(Certificate).join(User, User.id == Certificate.user_id).where(
        User.id.in_(visible_people(current_user, now()).with_only_columns(User.id))).order_by(
            Certificate.flagged_at.is_(None), Certificate.issued_at.desc(), Certificate.id.desc())
    if q:
        wanted = wanted.where(User.name.contains(q, autoescape=True) | User.staff_no.contains(q, autoescape=True)
                              | Certificate.number.contains(q.upper(), autoescape=True))
    rows = db.session.scalars(wanted.options(joinedload(Certificate.user)).limit(500)).all()
    return render_template("certificates/index.html", q=q, rows=[(row, certificates.state_of(row, now())) for row in rows],
                           typed=typed, error=error)


@bp.post("/certificates/<number>/revoke")
def revoke(number: str) -> Response | tuple[str, int]:
    """Revoke with a reason; an empty one comes back at its field."""
    certificate = certificate_or_404(number)
    try:
        certificates.revoke_certificate(db.session(), current_user, certificate, request.form.get("reason", ""), now())
    except InputError as error:
        db.session.rollback()
        return _list({"revoke": number, "reason": request.form.get("reason", "")}, error), 422
    db.session.commit()
    flash("上岗证已撤销，公开验证页即时显示「已撤销」。", "success")
    return redirect(url_for("certificates.index"), 303)


@bp.post("/certificates/<number>/keep")
def keep(number: str) -> Response | tuple[str, int]:
    """Let a flagged certificate stand, with a reason."""
    certificate = certificate_or_404(number)
    try:
        certificates.keep_flagged(db.session(), current_user, certificate, request.form.get("reason", ""), now())
    except InputError as error:
        db.session.rollback()
        return _list({"keep": number, "reason": request.form.get("reason", "")}, error), 422
    db.session.commit()
    flash("这张上岗证保留，标记已取消。", "success")
    return redirect(url_for("certificates.index"), 303)


@bp.post("/certificates/<number>/restore")
def restore(number: str) -> Response:
    """Take a revocation back."""
    certificates.restore_certificate(db.session(), current_user, certificate_or_404(number), now())
    db.session.commit()
    flash("上岗证已恢复。", "success")
    return redirect(url_for("certificates.index"), 303)

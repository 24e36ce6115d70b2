"""Signing in and out, one's own account, and the first administrator."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import User
from trainer.services import accounts
from trainer.services.audit import record
from trainer.services.demo_accounts import demo_accounts
from trainer.services.people import memberships
from trainer.web.auth.forms import PasswordForm, SetupForm, SignInForm
from trainer.web.clock import now
from trainer.web.form_errors import put_error

bp = Blueprint("auth", __name__)


def safe_next(target: str | None) -> str:
    """The path to go on to after signing in: one of our own, never another site."""
    parts = urlsplit((target or "").replace("\\", "/"))
    own = target and not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return str(target) if own else url_for("home.index")


def address() -> str:
    return request.remote_addr or "unknown"


def begin_session(user: User) -> None:
    """Start a session of its own: nothing of the one before signing in is kept."""
    session.clear()
    login_user(user)
    session.permanent = True


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """The sign-in page; in the demo it lists the accounts to try."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"), 303)
    demo = current_app.config["SETTINGS"].demo
    if not demo and accounts.is_new_installation(db.session()):
        return redirect(url_for("auth.setup"), 303)
    form = SignInForm(next=request.args.get("next"))
    if form.validate_on_submit():
        outcome = accounts.authenticate(db.session(), form.staff_no.data, form.password.data, address(), now())
        db.session.commit()
        if outcome.user is not None:
            begin_session(outcome.user)
            return redirect(safe_next(form.next.data), 303)
        form.form_errors.append(outcome.message)
    shown = demo_accounts(db.session()) if demo else []
    return render_template("auth/sign_in.html", form=form, accounts=shown), 422 if form.errors else 200


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    record(db.session(), now(), current_user.id, "sign_out", f"user:{current_user.id}", address=address())
    db.session.commit()
    logout_user()
    session.clear()
    flash("已退出登录。", "success")
    return redirect(url_for("auth.sign_in"), 303)


@bp.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of the person."""
    accounts.sign_out_everywhere(db.session(), current_user, now(), address())
    db.session.commit()
    logout_user()
    session.clear()
    flash("所有设备都已退出登录。", "success")
    return redirect(url_for("auth.sign_in"), 303)


@bp.get("/account")
def account() -> str:
    """What the system knows about the person who asks."""
    teams, klasses = memberships(db.session(), current_user.id, now())
    return render_template("auth/account.html", teams=teams, klasses=klasses)


@bp.route("/account/password", methods=["GET", "POST"])
def change_password() -> str | Response | tuple[str, int]:
    """Set a new password; an initial one must be changed before anything else."""
    form = PasswordForm()
    if form.validate_on_submit():
        user = db.session.get(User, current_user.id)
        assert user is not None
        try:
            accounts.change_password(db.session(), user, form.old.data, form.new.data, now(), address())
        except InputError as error:
            db.session.rollback()
            put_error(form, error)
        else:
            db.session.commit()
            begin_session(user)
            flash("新密码已生效，其他设备已退出登录。", "success")
            return redirect(url_for("home.index"), 303)
    return render_template("auth/password.html", form=form), 422 if form.errors else 200


@bp.route("/setup", methods=["GET", "POST"])
def setup() -> str | Response | tuple[str, int]:
    """Make the first administrator with the code that the console shows; gone once somebody has an account."""
    if not accounts.is_new_installation(db.session()):
        abort(404)
    form = SetupForm()
    if form.validate_on_submit():
        try:
            user = accounts.create_first_admin(
                db.session(), form.code.data, form.staff_no.data, form.name.data, form.password.data, now(), address())
        except InputError as error:
            put_error(form, error)
            db.session.commit()
        else:
            db.session.commit()
            begin_session(user)
            flash("管理员账号已建好。下一步：导入名单，让大家登录。", "success")
            return redirect(url_for("home.index"), 303)
    return render_template("auth/setup.html", form=form), 422 if form.errors else 200

"""Accounts: list, make, change, reset, deactivate."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError
from trainer.extensions import db
from trainer.models import User
from trainer.services import accounts as service
from trainer.services import groups as group_service
from trainer.services.directory import find_accounts, groups_of
from trainer.services.paging import paginate
from trainer.web.admin.forms import AccountForm, NewAccountForm
from trainer.web.clock import now
from trainer.web.form_errors import put_error

bp = Blueprint("admin", __name__, url_prefix="/admin")

STATES = (("active", "在用"), ("initial", "还没改初始密码"), ("inactive", "已停用"), ("all", "全部"))


def account_or_404(user_id: int) -> User:
    return db.session.get(User, user_id) or abort(404)


@bp.get("/accounts")
def accounts() -> str:
    """Every account, searched, filtered and counted."""
    asked: dict[str, Any] = {"q": request.args.get("q", ""), "role": request.args.get("role", ""),
             "state": request.args.get("state", "active"), "sort": request.args.get("sort", "staff_no")}
    page = paginate(db.session(), find_accounts(**asked), request.args.get("page", 1, int))
    groups = groups_of(db.session(), [user.id for user in page.items], now())

    def page_url(number: int) -> str:
        return url_for("admin.accounts", **asked, page=number)

    def sort_url(key: str) -> str:
        return url_for("admin.accounts", **{**asked, "sort": f"-{key}" if asked["sort"] == key else key})

    return render_template("admin/accounts.html", page=page, asked=asked, states=STATES, groups=groups, page_url=page_url, sort_url=sort_url)


@bp.route("/accounts/new", methods=["GET", "POST"])
def account_new() -> str | tuple[str, int]:
    """Make one account; the initial password is shown once."""
    form = NewAccountForm(roles=["trainee"]) if request.method == "GET" else NewAccountForm()
    if form.validate_on_submit():
        try:
            user, secret = service.add_account(
                db.session(), form.staff_no.data, form.name.data, frozenset(form.roles.data), now(), current_user.id,
                contact=form.contact.data)
        except InputError as error:
            db.session.rollback()
            put_error(form, error)
        else:
            db.session.commit()
            return render_template("roster/secrets.html", made=[(user, secret)], title="账号已建好")
    return render_template("admin/account.html", form=form, user=None), 422 if form.errors else 200


@bp.route("/accounts/<int:user_id>", methods=["GET", "POST"])
def account(user_id: int) -> str | Response | tuple[str, int]:
    """Change name, roles and contact of an account."""
    user = account_or_404(user_id)
    form = AccountForm(name=user.name, roles=sorted(user.roles), contact=user.contact)
    if form.validate_on_submit():
        try:
            service.edit_account(
                db.session(), user, form.name.data, frozenset(form.roles.data), form.contact.data, now(), current_user.id)
        except InputError as error:
            db.session.rollback()
            put_error(form, error)
        else:
            db.session.commit()
            flash(f"{user.name} 的资料已保存。", "success")
            return redirect(url_for("admin.account", user_id=user.id), 303)
    session = db.session()
    return render_template(
        "admin/account.html", form=form, user=user, members=group_service.team_rows(session, user, now()), parts=group_service.PARTS,
        teams=group_service.team_tree(session, now()), klasses=group_service.klass_rows(session, now()),
        klass=group_service.klass_of(session, user, now())), 422 if form.errors else 200


@bp.post("/accounts/<int:user_id>/reset")
def account_reset(user_id: int) -> str:
    """Give a new initial password, shown once."""
    user = account_or_404(user_id)
    secret = service.reset_password(db.session(), user, now(), current_user.id)
    db.session.commit()
    return render_template("roster/secrets.html", made=[(user, secret)], title="密码已重置")


@bp.post("/accounts/<int:user_id>/deactivate")
def account_deactivate(user_id: int) -> Response:
    """A leaver signs in no more."""
    user = account_or_404(user_id)
    service.deactivate(db.session(), user, now(), current_user.id)
    db.session.commit()
    flash(f"{user.name} 的账号已停用，成绩和记录都保留。", "success")
    return redirect(url_for("admin.account", user_id=user.id), 303)


@bp.post("/accounts/<int:user_id>/activate")
def account_activate(user_id: int) -> Response:
    """Somebody came back."""
    user = account_or_404(user_id)
    service.activate(db.session(), user, now(), current_user.id)
    db.session.commit()
    flash(f"{user.name} 的账号已恢复，可以用原来的密码登录。", "success")
    return redirect(url_for("admin.account", user_id=user.id), 303)

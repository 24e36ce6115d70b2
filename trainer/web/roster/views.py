"""Importing a roster in two steps: the file is checked and shown, then agreed to. Nothing is kept on the server in between."""

import json

from flask import Blueprint, render_template
from flask import Response as FileResponse
from flask_login import current_user

from trainer.errors import InputError
from trainer.extensions import db
from trainer.services.roster import TEMPLATE, apply_plan, limits_of, plan_import
from trainer.services.spreadsheet import read_table, write_xlsx
from trainer.web.clock import now
from trainer.web.form_errors import put_error
from trainer.web.roster.forms import AgreedRosterForm, RosterForm

bp = Blueprint("roster", __name__, url_prefix="/roster")


@bp.route("/", methods=["GET", "POST"])
def upload() -> str | tuple[str, int]:
    """Check a roster and show what it would make, or every error by row."""
    form = RosterForm()
    if form.validate_on_submit():
        sent = form.file.data
        try:
            if not sent:
                raise InputError("请先选一个 xlsx 或 csv 文件。", "file")
            rows = read_table(sent.filename or "", sent.read(), "名单")
            plan = plan_import(db.session(), rows, limits_of(db.session(), current_user, now()))
        except InputError as error:
            db.session.rollback()
            put_error(form, error)
        else:
            agreed = AgreedRosterForm(rows=json.dumps(rows, ensure_ascii=False))
            return render_template("roster/import.html", form=form, plan=plan, agreed=agreed, filename=sent.filename), 422 if plan.errors else 200
    return render_template("roster/import.html", form=form, plan=None), 422 if form.errors else 200


@bp.post("/apply")
def apply() -> str | tuple[str, int]:
    """Make the accounts of a roster that was shown; it is checked again, since others may have made accounts meanwhile."""
    form = AgreedRosterForm()
    try:
        plan = plan_import(db.session(), agreed_rows(form.rows.data or ""), limits_of(db.session(), current_user, now()))
        if plan.errors:
            return render_template("roster/import.html", form=RosterForm(formdata=None), plan=plan, agreed=form, filename="刚才的名单"), 422
        made = apply_plan(db.session(), plan, now(), current_user.id)
    except InputError as error:
        db.session.rollback()
        again = RosterForm(formdata=None)
        again.file.errors = [error.message]
        return render_template("roster/import.html", form=again, plan=None), 422
    db.session.commit()
    return render_template("roster/secrets.html", made=made, title=f"已导入 {len(made)} 人")


def agreed_rows(text: str) -> list[list[str]]:
    """The rows that the page carried; raises InputError where they are not rows of text."""
    try:
        rows = json.loads(text)
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
        raise InputError("名单内容不完整，请重新选择文件。", "file")
    return rows


@bp.get("/template.xlsx")
def template() -> FileResponse:
    """An example roster to fill in."""
    return FileResponse(
        write_xlsx("名单", TEMPLATE, (12, 12, 14, 18, 16, 18)),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": "attachment; filename=roster.xlsx; filename*=UTF-8''%E5%90%8D%E5%8D%95%E6%A8%A1%E6%9D%BF.xlsx"})

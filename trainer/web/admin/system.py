"""The audit log and the health page."""

from typing import Any

from flask import Response as FileResponse
from flask import current_app, render_template, request, url_for

from trainer.extensions import db
from trainer.models import AuditLog
from trainer.services.directory import ACTIONS, action_words, find_audit, names_of
from trainer.services.health import counts, examine
from trainer.services.paging import paginate
from trainer.services.spreadsheet import write_csv
from trainer.web.admin.accounts import bp
from trainer.web.clock import beijing, now

MOST_EXPORTED = 20000


@bp.get("/audit")
def audit() -> str:
    """The audit log, newest first."""
    asked: dict[str, Any] = {"q": request.args.get("q", ""), "action": request.args.get("action", "")}
    page = paginate(db.session(), find_audit(**asked), request.args.get("page", 1, int))

    def page_url(number: int) -> str:
        return url_for("admin.audit", **asked, page=number)

    return render_template("admin/audit.html", page=page, asked=asked, actions=list(ACTIONS.items()), names=names_of(db.session(), page.items),
                           words=action_words, subject_words=subject_words, page_url=page_url)


def subject_words(row: AuditLog, names: dict[int, str]) -> str:
    """What the row is about: the person's name where it speaks of an account."""
    kind, _, number = row.subject.partition(":")
    return names.get(int(number), row.subject) if kind == "user" and number.isdigit() else row.subject


@bp.get("/audit.csv")
def audit_csv() -> FileResponse:
    """The same rows as a file, at most twenty thousand."""
    asked: dict[str, Any] = {"q": request.args.get("q", ""), "action": request.args.get("action", "")}
    rows = db.session.scalars(find_audit(**asked).limit(MOST_EXPORTED)).all()
    names = names_of(db.session(), rows)
    table = [("时间", "人员", "操作", "代号", "对象", "来源地址")]
    table += [(beijing(row.at, "%Y-%m-%d %H:%M:%S"), names.get(row.user_id or 0, ""), action_words(row.action), row.action,
               subject_words(row, names), row.address) for row in rows]
    return FileResponse(write_csv(table), mimetype="text/csv; charset=utf-8",
                        headers={"Content-Disposition": "attachment; filename=audit.csv"})


@bp.get("/system")
def system() -> str:
    """Whether the installation is well."""
    settings = current_app.config["SETTINGS"]
    shown = [("机构名称", settings.organisation), ("登录有效时间", f"{settings.session_hours} 小时"), ("复核时限", f"{settings.review_due_hours} 小时"),
             ("工作进程 × 线程", f"{settings.workers} × {settings.threads}"),
             ("数据目录", str(settings.instance)), ("对外地址", settings.public_url or "没有设置"),
             ("安全 Cookie（HTTPS）", "已开启" if settings.cookie_secure else "未开启")]
    return render_template("admin/system.html", findings=examine(db.session(), settings.instance, now()), counts=counts(db.session()), settings=shown)

"""核对工作单 for trainers: rules nobody has checked, and the form that confirms or withdraws them."""

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.errors import InputError, TrainerError
from trainer.extensions import db
from trainer.rules import Rulebook
from trainer.services import currency, rule_relations, rule_texts
from trainer.services.releases import current_rulebook
from trainer.services.rule_library import Filters, find_rules
from trainer.services.spreadsheet import write_csv
from trainer.web.clock import BEIJING, now
from trainer.web.render import platform_name
from trainer.web.rules.forms import read_verdict
from trainer.web.rules.views import bp, row_of

PER_PAGE = 60
FIELDS = ("status", "against", "day", "reason", "until")


def _work(rulebook: Rulebook) -> tuple[Filters, list[currency.Work], list[currency.Work]]:
    """The filters of the request, the whole list, and what the filters leave of it."""
    filters = Filters(**{name: request.args.get(name, "").strip()[:60] for name in ("q", "platform")}, currency="unchecked")
    found = {rule.id for rule in find_rules(rulebook, filters, now())}
    work = currency.work_list(db.session(), rulebook)
    return filters, work, [row for row in work if row.rule.id in found and (row.items or not request.args.get("used"))]


@bp.get("/checking")
def checking() -> str:
    """Unchecked rules by the number of items that rest on them."""
    session = db.session()
    rulebook = current_rulebook(session)
    filters, work, rows = _work(rulebook)
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "rules/checking.html", rows=rows[(page - 1) * PER_PAGE: page * PER_PAGE], total=len(rows), page=page, pages=pages, filters=filters,
        used=request.args.get("used", ""), unchecked=len(work), in_use=sum(row.items > 0 for row in work), rules=len(rulebook.rules),
        platforms=currency.checked_by_platform(rulebook), certifying=currency.CERTIFYING, texts=rule_texts,
        steps=currency.steps(session), badge=lambda rule: rule_texts.badge_of(rulebook, rule))


@bp.get("/checking.csv")
def checking_csv() -> FileResponse:
    """The same list whole, as a file."""
    rulebook = current_rulebook(db.session())
    table: list[tuple[object, ...]] = [("编号", "规则", "平台", "标记", "文件", "位置", "课程", "题目", "案例")]
    table += [(row.rule.id, rule_texts.punctuate(row.rule.title), "、".join(map(platform_name, row.rule.platforms)),
               rule_texts.badge_of(rulebook, row.rule).text, row.rule.source.document, row.rule.source.section,
               row.lessons, row.questions, row.cases) for row in _work(rulebook)[2]]
    return FileResponse(write_csv(table), mimetype="text/csv; charset=utf-8",
                        headers={"Content-Disposition": "attachment; filename=rules-to-check.csv"})


@bp.get("/check")
def check() -> str:
    """The form for one rule or several that stand in the same text."""
    return _form(request.args.getlist("rule"), {"day": now().astimezone(BEIJING).date().isoformat()}, None)


def _form(rule_ids: list[str], values: dict[str, str], error: InputError | None) -> str:
    session = db.session()
    rulebook = current_rulebook(session)
    chosen = [rulebook.rules[rule_id] for rule_id in dict.fromkeys(rule_ids) if rule_id in rulebook.rules]
    return render_template(
        "rules/check.html", rows=[row_of(rulebook, rule, now()) for rule in chosen], values=values, statuses=currency.STATUSES,
        errors={error.field or "": error.message} if error else {}, texts=rule_texts,
        today={rule.id: rule_relations.counterparts(rulebook, rule) for rule in chosen})


@bp.post("/check")
def save_check() -> Response | tuple[str, int]:
    """Publish what was found; whatever is wrong is said at its field and nothing typed is lost."""
    session, values = db.session(), {name: request.form.get(name, "") for name in FIELDS}
    rule_ids = request.form.getlist("rule")
    try:
        verdict = read_verdict(values, now().astimezone(BEIJING).date())
        release = currency.judge(session, rule_ids, verdict, current_user, now())
    except TrainerError as error:
        session.rollback()
        told = error if isinstance(error, InputError) else InputError(error.message)
        return _form(rule_ids, values, told), 422
    session.commit()
    flash(f"已发布，规则库现在是第 {release.number} 版。写错了可以再核对一次，历史都在。", "success")
    return redirect(url_for("rules.rule", rule_id=rule_ids[0]) if len(rule_ids) == 1 else url_for("rules.checking"), 303)

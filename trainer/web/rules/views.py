"""The rule browser, the page of one rule, the platforms side by side."""

from datetime import datetime, time
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, render_template, request
from flask import Response as FileResponse
from werkzeug.datastructures import MultiDict

from trainer.extensions import db
from trainer.rules import Rule, Rulebook
from trainer.rules.facts import FIRST_YEAR, LAST_YEAR
from trainer.services import calculators, currency, platform_table, rule_library, rule_relations, rule_texts
from trainer.services.releases import current_rulebook
from trainer.services.rule_usage import resting_on
from trainer.services.spreadsheet import write_csv, write_xlsx
from trainer.web.clock import BEIJING, now
from trainer.web.render import platform_name
from trainer.web.topics import rule_topic_name

bp = Blueprint("rules", __name__, url_prefix="/rules")
PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST = ("taobao", "tmall", "jd", "pdd", "douyin", "kuaishou", "shop", "general", "o2o_platform", "phone_desk")


@bp.app_template_filter("zh")
def zh(text: str | None) -> str:
    """A text of the rulebook in Chinese punctuation."""
    return rule_texts.punctuate(text or "")

@bp.app_template_filter("zh_pair")
def zh_pair(pair: tuple[str, str]) -> tuple[str, str]:
    """A choice with its words in Chinese punctuation."""
    return pair[0], rule_texts.punctuate(pair[1])


@bp.app_template_filter("twice")
def twice(word: str) -> tuple[str, str]:
    """A choice whose value is its label."""
    return word, word


@bp.app_template_filter("platform_pair")
def platform_pair(code: str) -> tuple[str, str]:
    """A platform as a choice."""
    return code, platform_name(code)


def reading_day(values: MultiDict[str, str]) -> datetime:
    """The moment rules are read for: the day asked for (its last moment), or now."""
    try:
        day = datetime.strptime(values.get("as_of", ""), "%Y-%m-%d").date()
    except ValueError:
        return now()
    return datetime.combine(day, time(23, 59, 59), BEIJING) if FIRST_YEAR <= day.year <= LAST_YEAR else now()


def row_of(rulebook: Rulebook, rule: Rule, moment: datetime) -> tuple[Rule, Any, Any, str]:
    """A rule in a list: with its statement, its badge and, where it is not in force, since or from when."""
    return rule, rule_library.statement_parts(rulebook, rule, moment), rule_texts.badge_of(rulebook, rule), rule_texts.force_text(rule, moment)


@bp.get("/")
def index() -> str:
    """Every rule, searched and filtered."""
    rulebook, moment = current_rulebook(db.session()), reading_day(request.args)
    filters = rule_library.Filters(**{name: request.args.get(name, "").strip()[:60] for name in rule_library.FILTER_NAMES})
    found = rule_library.find_rules(rulebook, filters, moment)
    whole, counts = rule_library.platform_counts(rulebook, filters, moment)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    topics = sorted({rule.topic for rule in rulebook.rules.values()}, key=rule_topic_name)
    query = {name: value for name, value in [*vars(filters).items(), ("as_of", request.args.get("as_of", ""))] if value}
    return render_template(
        "rules/index.html", filters=filters, total=len(found), page=page, pages=pages, moment=moment, query=query, topics=topics,
        whole=whole, counts=[(code, counts[code]) for code in FIRST if counts[code] or code == filters.platform],
        as_of=query.get("as_of", ""), texts=rule_texts, topic_name=rule_topic_name,
        rows=[row_of(rulebook, rule, moment) for rule in found[(page - 1) * PER_PAGE: page * PER_PAGE]])


@bp.get("/<rule_id>")
def rule(rule_id: str) -> str:
    """One rule: what it says, since when, from where, what it beats, what holds today, what rests on it."""
    session, moment = db.session(), reading_day(request.args)
    rulebook = current_rulebook(session)
    found = rulebook.rules.get(rule_id) or abort(404)
    relations = rule_relations.relations_of(rulebook, found)
    caution = rulebook.render(rule_texts.punctuate(found.caution), moment, own=rule_id) if found.caution else ""
    return render_template(
        "rules/rule.html", rule=found, badge=rule_texts.badge_of(rulebook, found), moment=moment, texts=rule_texts,
        parts=rule_library.statement_parts(rulebook, found, moment), topic_name=rule_topic_name, as_of=request.args.get("as_of", ""),
        caution=rule_texts.with_titles(rulebook, caution), relations=relations, force=rule_texts.force_text(found, moment),
        said={name: rule_library.statement_parts(rulebook, other, moment) for name, other in relations.others.items()},
        timeline=rule_relations.timeline(rulebook, found, moment), cases=calculators.worked_cases(rulebook, found),
        resting=resting_on(session, rule_id), steps=currency.steps(session, rule_id),
        asks=[rulebook.decisions[ask] for ask in dict.fromkeys(slot.rsplit(".", 1)[0] for slot in found.decides)])


def compared(rulebook: Rulebook, moment: datetime) -> tuple[str, list[platform_table.Row]]:
    """The view that the address asks for, and its rows."""
    view = "decisions" if request.args.get("view") == "decisions" else "topics"
    rows = platform_table.decision_rows(rulebook, moment) if view == "decisions" else platform_table.topic_rows(rulebook, moment)
    chosen = request.args.get("verdict", "")
    return view, [row for row in rows if not chosen or row.verdict == chosen]


@bp.get("/compare")
def compare() -> str:
    """六平台对照: what the rules in force say on each platform."""
    rulebook, moment = current_rulebook(db.session()), reading_day(request.args)
    view, rows = compared(rulebook, moment)
    return render_template(
        "rules/compare.html", view=view, moment=moment, as_of=request.args.get("as_of", ""), platforms=platform_table.SIX,
        rows=rows, verdict=request.args.get("verdict", ""), topic_name=rule_topic_name,
        verdicts=(platform_table.DIFFERENT, platform_table.SAME, platform_table.ALONE))


@bp.get("/compare.csv")
def compare_csv() -> FileResponse:
    """The same table as csv."""
    return _compare_file("csv")


@bp.get("/compare.xlsx")
def compare_xlsx() -> FileResponse:
    """The same table as xlsx."""
    return _compare_file("xlsx")


def _compare_file(kind: str) -> FileResponse:
    rulebook, moment = current_rulebook(db.session()), reading_day(request.args)
    view, rows = compared(rulebook, moment)
    columns = platform_table.SIX + (("general",) if view == "topics" else ())
    head = ("判定" if view == "decisions" else "主题", "对照", *("法律和通用" if code == "general" else platform_name(code) for code in columns))
    named = [(row.title or rule_topic_name(row.code), row) for row in rows]
    table = [head, *platform_table.sheet_rows(rulebook, named, columns)]
    day = moment.astimezone(BEIJING).date().isoformat()
    name = f"{quote(f'六平台对照-{day}')}.{kind}"
    headers = {"Content-Disposition": f"attachment; filename=compare-{day}.{kind}; filename*=UTF-8''{name}"}
    if kind == "csv":
        return FileResponse(write_csv(table), mimetype="text/csv; charset=utf-8", headers=headers)
    return FileResponse(write_xlsx("六平台对照", table, (28, 12, *(36 for _ in columns))), mimetype=XLSX, headers=headers)

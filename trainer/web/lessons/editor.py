"""Writing a lesson: fields and Markdown beside the page it makes, rules to put in, checked, kept as a draft, published; its history."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from trainer.content import Flaw, Lesson
from trainer.content.vocabulary import LEVELS, PLATFORMS, POSTS
from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.rules import Rule, Rulebook
from trainer.services.lesson_forms import LISTS, NUMBERS, TEXTS, Fault, Form, check_lesson, empty_form, form_of
from trainer.services.paper_stock import titles_of
from trainer.services.publishing import PublishError
from trainer.services.releases import current_rulebook
from trainer.services.rule_library import Filters, find_rules
from trainer.web import item_pages
from trainer.web.clock import now
from trainer.web.item_pages import named_item
from trainer.web.lessons.views import Answer, bp, item_or_404, shown
from trainer.web.topics import topics

MOST_FOUND = 12


def read_form() -> Form:
    """Everything that was typed, whether or not it makes a lesson."""
    values = request.form
    form = empty_form() | {name: values.get(name, "").replace("\r\n", "\n") for name in (*TEXTS, *NUMBERS, "systems", "rules", "literal", "add")}
    return form | {name: list(dict.fromkeys(values.getlist(name))) for name in LISTS} | {"text": form["text"].lstrip("\n")}


def _editor(form: Form, item: ContentItem | None, base: int, faults: Sequence[Fault], checked: bool = False, refused: bool = False) -> str:
    session, find = db.session(), request.form.get("find", "").strip()
    names = {kind: titles_of(session, kind) for kind in ("lesson", "question")}
    wrong = {fault.field: f"{fault.message}。{fault.remedy}" for fault in reversed(faults) if not fault.line}
    return render_template(
        "lessons/editor.html", form=form, item=item, base=base, faults=faults, wrong=wrong, checked=checked, refused=refused, names=names,
        titles=dict(names["question"]), parts=shown(form["text"], form["as_of"].strip()), find=find, found=_found(find),
        topics=topics(), platforms=list(PLATFORMS.items()), posts=list(POSTS.items()), levels=list(LEVELS.items()))


def _found(find: str) -> list[dict[str, Any]]:
    """Rules that answer a search, with each figure as it reads today and what to write for it."""
    if not find:
        return []
    rulebook = current_rulebook(db.session())
    return [{"rule": rule, "statement": _said(rulebook, rule), "figures": _figures(rulebook, rule)}
            for rule in find_rules(rulebook, Filters(q=find), now())[:MOST_FOUND]]


def _said(rulebook: Rulebook, rule: Rule) -> str:
    return rulebook.render(rule.statement, now(), rule.id)


def _figures(rulebook: Rulebook, rule: Rule) -> list[tuple[str, str]]:
    codes = [f"{{{{{rule.id}#{name}}}}}" for name in rule.figures]
    return [(code, rulebook.render(code, now())) for code in codes]


@bp.get("/rules")
def rules() -> str:
    """Rules to put into a text, as a part of the page."""
    find = request.args.get("q", "").strip()
    return render_template("lessons/_rules.html", find=find, found=_found(find))


@bp.get("/new")
def new_lesson() -> str:
    """An empty form with the outline of a lesson, or one that starts from another lesson under a new id."""
    form = empty_form()
    if request.args.get("from"):
        item = item_or_404(request.args["from"])
        form = form_of(item_pages.newest(item).body) | {"id": f"{item.slug}-2", "title": f"{item.title}（副本）"[:60]}
    return _editor(form, None, 0, [])


@bp.get("/<slug>/edit")
def edit(slug: str) -> str:
    """The form with the newest revision, and what is wrong with it as it stands."""
    item = item_or_404(slug)
    revision = item_pages.newest(item)
    form = form_of(revision.body)
    return _editor(form, item, revision.no, _checked(form)[1])


def _checked(form: Form) -> tuple[Lesson | None, list[Fault]]:
    session = db.session()
    lessons, questions = ([slug for slug, _ in titles_of(session, kind)] for kind in ("lesson", "question"))
    return check_lesson(form, current_rulebook(session), now(), dict(topics()), lessons, questions)


@bp.post("/preview")
def preview() -> str:
    """The text as it stands in the form, as learners would read it, and what is wrong with it; a part of the page."""
    form = read_form()
    _lesson, faults = _checked(form)
    return render_template("lessons/_live.html", parts=shown(form["text"], form["as_of"].strip()), faults=faults, checked=True)


@bp.post("/save")
def save() -> Answer:
    """Show, check, keep a draft, or publish; whatever is wrong is said with its line, and nothing typed is lost."""
    form, then = read_form(), request.form.get("then", "")
    slug, base = request.form.get("item", ""), request.form.get("base", 0, type=int)
    item = item_or_404(slug) if slug else None
    form["id"] = item.slug if item else form["id"]
    faults = _take_in(form)
    lesson, found = _checked(form)
    faults += found
    if then not in ("save", "publish"):
        return _editor(form, item, base, faults, checked=True), 200
    if lesson is not None and not faults:
        told = item_pages.in_the_way("lesson", item, lesson.id, base)
        faults += [Fault("" if item else "id", 0, *told)] if told else []
        base = item_pages.newest(item).no if told and item else base
    if faults or lesson is None:
        return _editor(form, item, base, faults, True, True), 422
    try:
        item_pages.keep("lesson", lesson.to_dict(), then)
    except TrainerError as error:
        return _editor(form, item, base, _refused(error), True, True), 422
    flash("已发布，学员马上能学到。" if then == "publish" else "草稿已保存，学员还看不到。", "success")
    return redirect(url_for("lessons.lesson", slug=lesson.id), 303)


def _take_in(form: Form) -> list[Fault]:
    """Put the question named in the field 加一道题 among those of the check."""
    typed = form["add"].strip()
    found = named_item(typed, dict(titles_of(db.session(), "question"))) if typed else None
    if found is None:
        return [Fault("add", 0, f"没有题目「{typed}」", "请从列表里选，或写题目的编号。")] if typed else []
    form |= {"check": list(dict.fromkeys([*form["check"], found])), "add": ""}
    return []


def _refused(error: TrainerError) -> list[Fault]:
    """Why publishing was refused."""
    flaws: list[Flaw] = [flaw for found in error.flaws.values() for flaw in found] if isinstance(error, PublishError) else []
    return [Fault(str(flaw.path[0]) if flaw.path else "", 0, flaw.message, flaw.remedy) for flaw in flaws] or [Fault("", 0, error.message, "")]


@bp.post("/<slug>/publish")
def publish(slug: str) -> Response:
    """Publish the newest draft."""
    item_pages.publish_newest(item_or_404(slug), "已发布，学员马上能学到。")
    return redirect(url_for("lessons.lesson", slug=slug), 303)

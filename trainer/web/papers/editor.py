"""The form of a paper: rows added and moved, checked, kept as a draft, published; taken out of use; its history."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from trainer.content import Flaw, FlawedContent, Paper
from trainer.content.paper import SHOW_WHEN
from trainer.content.vocabulary import PLATFORMS, POSTS
from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.questions import TYPES
from trainer.services import paper_stock
from trainer.services.form_words import Remark
from trainer.services.paper_forms import Form, body_of, changed, empty_form, form_of
from trainer.services.paper_remarks import remark_of
from trainer.services.publishing import PublishError
from trainer.web import item_pages
from trainer.web.clock import now
from trainer.web.papers.forms import read_form, take_in
from trainer.web.papers.views import Answer, bp, counts, draw_words, item_or_404, shortage_words
from trainer.web.topics import topics

PASSING = (("", "不单独要求"), ("percent", "得分率达到（%）"), ("marks", "得分达到（分）"), ("all_right", "全部答对"))
TYPE_NAMES = {name: kind.title for name, kind in TYPES.items()}


def _editor(form: Form, item: ContentItem | None, base: int, remarks: list[Remark], checked: bool = False, focus: str = "") -> str:
    session = db.session()
    paper = _read(form, [])
    found = {(one.section, one.draw): one for one in paper_stock.draws_found(session, paper, now())} if paper else {}
    names = {kind: paper_stock.titles_of(session, kind) for kind in ("question", "lesson", "paper", "case")}
    wrong = {remark.field: f"{remark.message}。{remark.remedy}" for remark in reversed(remarks)}
    return render_template(
        "papers/editor.html", form=form, item=item, base=base, remarks=remarks, wrong=wrong, found=found, checked=checked, focus=focus, paper=paper,
        names=names, titles=dict(names["question"]), counts=counts, topics=topics(), types=list(TYPE_NAMES.items()), platforms=list(PLATFORMS.items()),
        posts=list(POSTS.items()), show_when=list(SHOW_WHEN.items()), passing=PASSING, reasons=paper_stock.REASONS)


def _read(form: Form, remarks: list[Remark]) -> Paper | None:
    """The form as a paper, or what is wrong put among the remarks."""
    try:
        paper = Paper.from_dict(body_of(form))
    except FlawedContent as error:
        remarks += dict.fromkeys(remark_of(flaw, form) for flaw in error.flaws)
        return None
    unknown = [Flaw(("sections", n, "draws", at, "topics"), f"没有知识点「{topic}」", "请从列表里选。") for n, section in enumerate(paper.sections)
               for at, draw in enumerate(section.draws) for topic in draw.topics if topic not in dict(topics())]
    remarks += [remark_of(flaw, form) for flaw in unknown]
    return None if unknown else paper


def _short(paper: Paper, form: Form) -> list[Remark]:
    """The draws that the bank cannot fill now."""
    body, titles = paper.to_dict(), dict(paper_stock.titles_of(db.session(), "question"))
    return [remark_of(Flaw(("sections", one.section, "draws", one.draw), *shortage_words(
        one, draw_words(body["sections"][one.section]["draws"][one.draw], titles))), form)
        for one in paper_stock.draws_found(db.session(), paper, now()) if one.missing]


def _refused(error: TrainerError, form: Form, item: ContentItem | None) -> list[Remark]:
    """Why publishing was refused, at the fields."""
    if isinstance(error, PublishError):
        return [remark_of(flaw, form) for flaws in error.flaws.values() for flaw in flaws]
    return [Remark("", "", error.message, "")]


@bp.get("/new")
def new_paper() -> str:
    """An empty form, or one that starts from another paper under a new id."""
    form = empty_form()
    if request.args.get("from"):
        item = item_or_404(request.args["from"])
        form = form_of(Paper.from_dict(item_pages.newest(item).body).to_dict())
        form |= {"id": f"{item.slug}_2", "title": f"{item.title}（副本）"[:60]}
    return _editor(form, None, 0, [])


@bp.get("/<slug>/edit")
def edit(slug: str) -> str:
    """The form with the newest revision."""
    item = item_or_404(slug)
    revision = item_pages.newest(item)
    return _editor(form_of(Paper.from_dict(revision.body).to_dict()), item, revision.no, [], checked=True)


@bp.post("/save")
def save() -> Answer:
    """Change rows, check, keep a draft, or publish; whatever is wrong stands at its field, and nothing typed is lost.

    The page asks for counts while one writes (X-Partial: live); a form that is not whole yet is no failure then.
    """
    form, then, deed = read_form(request.form), request.form.get("then", ""), request.form.get("do", "")
    slug, base = request.form.get("item", ""), request.form.get("base", 0, type=int)
    item, live = item_or_404(slug) if slug else None, request.headers.get("X-Partial") == "live"
    missed = take_in(form, dict(paper_stock.titles_of(db.session(), "question")))
    remarks = [Remark(field, "", f"没有题目「{typed}」", "请从列表里选，或写题目的编号。") for field, typed in missed]
    if deed:
        form, focus = changed(form, deed)
        return _editor(form, item, base, remarks, focus=focus), 200
    if item is not None:
        form["id"] = item.slug
    paper = _read(form, remarks)
    if paper is not None and then == "publish":
        remarks += _short(paper, form)
    if paper is not None and not remarks and then != "check":
        told = item_pages.in_the_way("paper", item, paper.id, base)
        remarks += [Remark("" if item else "id", "" if item else "编号", *told)] if told else []
        base = item_pages.newest(item).no if told and item else base
    if then not in ("save", "publish") or remarks or paper is None:
        return _editor(form, item, base, remarks, checked=True), 422 if remarks and not live else 200
    try:
        item_pages.keep("paper", paper.to_dict(), then)
    except TrainerError as error:
        return _editor(form, item, base, _refused(error, form, item), checked=True), 422
    return _kept(paper, form, then)


def _kept(paper: Paper, form: Form, then: str) -> Response:
    if then == "publish":
        flash("已发布，安排考试时就能选它。正在考的和已经安排的仍用原来那一版。", "success")
    else:
        short = len(_short(paper, form))
        flash("草稿已保存，学员还看不到。" + (f"还有 {short} 行抽不满题，补上才能发布。" if short else ""), "success")
    return redirect(url_for("papers.paper", slug=paper.id), 303)


@bp.post("/<slug>/publish")
def publish(slug: str) -> Response:
    """Publish the newest draft, unless the bank cannot fill it."""
    item = item_or_404(slug)
    paper = Paper.from_dict(item_pages.newest(item).body)
    short = _short(paper, form_of(paper.to_dict()))
    for one in short:
        flash(f"还不能发布。{one.where}：{one.message}。{one.remedy}", "error")
    if not short:
        item_pages.publish_newest(item, "已发布，安排考试时就能选它。正在考的和已经安排的仍用原来那一版。")
    return redirect(url_for("papers.paper", slug=slug), 303)

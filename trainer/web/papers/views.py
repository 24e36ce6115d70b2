"""The list of papers, and one paper with what each draw finds in the bank, its rules of passing and where it is assigned."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from trainer.content import Paper
from trainer.content.paper import SHOW_WHEN
from trainer.content.vocabulary import PLATFORMS, POSTS
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.questions import TYPES
from trainer.services import paper_stock
from trainer.services.item_history import newest_of
from trainer.services.releases import current_rulebook
from trainer.web.clock import now
from trainer.web.item_pages import add_item_routes, find_or_404, newest
from trainer.web.topics import topic_name

bp = Blueprint("papers", __name__, url_prefix="/authoring/papers")
add_item_routes(bp, "paper", "paper", "不能再安排；已经安排的和正在考的不受影响。", "正在考的和已经安排的一直用它们开始时的那一版。")
Answer = Response | tuple[str, int]
DIFFICULTY = {1: "容易", 2: "一般", 3: "较难"}


def item_or_404(slug: str) -> ContentItem:
    """A paper of the bank, published or not."""
    return find_or_404("paper", slug)


@bp.get("")
def index() -> str:
    """The papers, each with a preview as a learner."""
    q, purpose = request.args.get("q", "").strip(), request.args.get("purpose", "")
    rows = [(item, revision, revision.body) for item, revision in newest_of(db.session(), "paper") if (
        (not q or q in revision.body["title"] or q in item.slug) and purpose in ("", "exam" if revision.body.get("certifying") else "practice"))]
    return render_template("papers/index.html", rows=rows, q=q, purpose=purpose)


@dataclass(frozen=True)
class Row:
    """A draw as the page shows it."""

    words: str
    count: int
    marks: Any
    found: paper_stock.Found
    topics: str


@bp.get("/<slug>")
def paper(slug: str) -> str:
    """One paper: sections, draws with what they find, pass rules, assignments."""
    session, item = db.session(), item_or_404(slug)
    revision = newest(item)
    read = Paper.from_dict(revision.body)
    body = read.to_dict()
    found = paper_stock.draws_found(session, read, now())
    names = {kind: dict(paper_stock.titles_of(session, kind)) for kind in ("question", "lesson", "paper", "case")}
    rows: list[list[Row]] = [[] for _ in body["sections"]]
    for one in found:
        raw = body["sections"][one.section]["draws"][one.draw]
        rows[one.section].append(Row(draw_words(raw, names["question"]), raw["count"], raw["marks"], one, counts(one.by_topic)))
    return render_template(
        "papers/paper.html", item=item, revision=revision, body=body, read=read, rows=rows, short=[one for one in found if one.missing],
        uses=paper_stock.uses_of(session, item), names=names, reasons=paper_stock.REASONS, rulebook=current_rulebook(session),
        show_when=SHOW_WHEN, posts=POSTS)


def counts(by_topic: tuple[tuple[str, int], ...]) -> str:
    """How many questions of each topic, in words."""
    return "、".join(f"{topic_name(topic)} {n}" for topic, n in by_topic)


def draw_words(draw: dict[str, Any], titles: dict[str, str]) -> str:
    """What a draw asks for, in words."""
    if draw.get("questions"):
        return "指定：" + "、".join(titles.get(slug, slug) for slug in draw["questions"])
    parts = ["、".join(topic_name(one) for one in draw.get("topics", [])),
             "、".join(TYPES[one].title if one in TYPES else one for one in draw.get("types", [])),
             "、".join(DIFFICULTY[one] for one in draw.get("difficulty", [])), "、".join(PLATFORMS[one] for one in draw.get("platforms", [])),
             "、".join(POSTS[one] for one in draw.get("posts", [])), "、".join(f"系统 {one}" for one in draw.get("systems", []))]
    parts += [{True: yes, False: no}[draw[name]] for name, yes, no in (
        ("red_line", "只要红线", "不要红线"), ("open_book", "只要开卷", "不要开卷")) if name in draw]
    return " · ".join(part for part in parts if part) or "任意题"


def shortage_words(found: paper_stock.Found, words: str) -> tuple[str, str]:
    """That a draw cannot be filled, naming what is missing and how many, and the remedy."""
    barred = "、".join(f"{paper_stock.REASONS[why]} {n} 题" for why, n in found.barred)
    message = f"抽不满：「{words}」要 {found.wanted} 题，还差 {found.missing} 题（合适的 {found.found} 题，前面的行可能先抽走）"
    return message, "请给它补题、放宽条件，或把题数改小。" + (f"另有题抽不了：{barred}。" if barred else "")

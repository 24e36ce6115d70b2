"""The list of lessons, and the newest revision of one as learners would see it, with what is wrong with it."""

from datetime import datetime

from flask import Blueprint, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from trainer.content import ATTEMPT
from trainer.content.fields import read_moment
from trainer.content.lesson_page import LessonPart, lesson_parts
from trainer.content.vocabulary import LEVELS, PLATFORMS, POSTS
from trainer.extensions import db
from trainer.models import ContentItem
from trainer.services.item_history import newest_of
from trainer.services.paper_stock import titles_of
from trainer.services.releases import current_rulebook
from trainer.web.clock import now
from trainer.web.item_pages import add_item_routes, find_or_404, newest
from trainer.web.rule_badges import with_badges
from trainer.web.topics import topic_name, topics

bp = Blueprint("lessons", __name__, url_prefix="/authoring/lessons")
add_item_routes(bp, "lesson", "lesson", "学员看不到了；学过的记录还在。")
Answer = Response | tuple[str, int]


def item_or_404(slug: str) -> ContentItem:
    """A lesson of the bank, published or not."""
    return find_or_404("lesson", slug)


@bp.get("")
def index() -> str:
    """The course as trainers see it, in its order."""
    q, platform, topic = (request.args.get(name, "").strip() for name in ("q", "platform", "topic"))
    rows = [(item, revision, revision.body) for item, revision in newest_of(db.session(), "lesson") if (
        (not q or q in revision.body["title"] or q in revision.body.get("summary", "") or q in item.slug)
        and (not platform or platform in revision.body["platforms"]) and (not topic or revision.body["topic"] == topic))]
    rows.sort(key=lambda row: (row[2].get("order", 0), row[0].slug))
    return render_template("lessons/index.html", rows=rows, q=q, platform=platform, topic=topic, platforms=list(PLATFORMS.items()), topics=topics(),
                           topic_name=topic_name)


def shown(text: str, as_of: str) -> list[tuple[LessonPart, Markup]]:
    """A text piece by piece as learners would read it, by the rules of the lesson's day or of today."""
    return [(part, with_badges(part.html)) for part in lesson_parts(text, current_rulebook(db.session()), _moment(as_of))]


def _moment(as_of: str) -> datetime:
    try:
        return now() if as_of in ("", ATTEMPT) else read_moment(as_of)
    except ValueError:
        return now()


@bp.get("/<slug>")
def lesson(slug: str) -> str:
    """The newest revision as learners would see it, with what it requires and asks."""
    item = item_or_404(slug)
    revision = newest(item)
    names = {kind: dict(titles_of(db.session(), kind)) for kind in ("lesson", "question")}
    return render_template(
        "lessons/lesson.html", item=item, revision=revision, body=revision.body, parts=shown(revision.body["text"], revision.body.get("as_of", "")),
        names=names, levels=LEVELS, posts=POSTS, topic_name=topic_name)

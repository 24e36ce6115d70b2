"""Search over rules and lessons from the top line of every page."""

from flask import Blueprint, render_template, request
from flask_login import current_user

from trainer.extensions import db
from trainer.services.published import published_revisions
from trainer.services.releases import current_rulebook
from trainer.services.rule_library import Filters, find_rules, fold, search_lessons, statement_parts
from trainer.services.rule_texts import badge_of
from trainer.web.clock import now

bp = Blueprint("search", __name__)
MOST = 40


@bp.get("/search")
def index() -> str:
    """Rules, calculators and lessons that hold every word; for trainers the questions too."""
    q, session = request.args.get("q", "").strip()[:60], db.session()
    rulebook = current_rulebook(session)
    rules = find_rules(rulebook, Filters(q=q), now()) if q else []
    lessons = search_lessons(published_revisions(session, "lesson"), q)
    words = [fold(word) for word in q.split()]
    asks = [spec for spec in rulebook.decisions.values() if words and all(word in fold(spec.title) for word in words)]
    questions = []
    if "trainer" in current_user.roles and words:
        questions = [row for row in published_revisions(session, "question")
                     if all(word in fold(f"{row.body['title']} {row.body['stem']}") for word in words)]
    return render_template(
        "search/index.html", q=q, rules_total=len(rules), lessons=lessons, questions=questions[:MOST], asks=asks,
        rules=[(rule, statement_parts(rulebook, rule, now()), badge_of(rulebook, rule)) for rule in rules[:MOST]])

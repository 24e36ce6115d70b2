"""判定计算器: the list of all decisions, and one page each where facts go in and the answer comes out."""

import json
from itertools import groupby

from flask import Blueprint, abort, render_template, request, url_for

from trainer.extensions import db
from trainer.services import calculator_forms, calculators, rule_texts
from trainer.services.releases import current_rulebook
from trainer.services.rule_library import fold
from trainer.web.clock import now
from trainer.web.topics import rule_topic_name

bp = Blueprint("calculators", __name__, url_prefix="/rules/calculators")


@bp.get("/")
def index() -> str:
    """Every decision by topic, searched by its words."""
    rulebook, q, platform = current_rulebook(db.session()), request.args.get("q", "").strip()[:60], request.args.get("platform", "")
    words = [fold(word) for word in q.split()]
    found = []
    for spec in rulebook.decisions.values():
        topic = calculators.topic_of(rulebook, spec)
        text = fold(" ".join((spec.ask, spec.title, rule_topic_name(topic), *(slot.title for slot in spec.answer_fields))))
        if all(word in text for word in words) and (not platform or platform in spec.platforms):
            found.append((topic, spec))
    found.sort(key=lambda pair: rule_topic_name(pair[0]))
    groups = [(rule_topic_name(topic), [spec for _, spec in rows]) for topic, rows in groupby(found, key=lambda pair: pair[0])]
    return render_template("calculators/index.html", groups=groups, total=len(found), q=q, platform=platform)


@bp.get("/<ask>")
def page(ask: str) -> str:
    """One decision: fill in the facts, see the answer, its reasons and the rules that do not apply. The address holds the case."""
    rulebook = current_rulebook(db.session())
    spec = rulebook.decisions.get(ask) or abort(404)
    form = {name: values for name, values in request.args.lists()}
    platform = request.args.get("platform", "")
    platform = platform if platform in spec.platforms else spec.platforms[0]
    day = request.args.get("as_of", "").strip()
    as_of = calculator_forms.moment_text(day) if day else now()
    done = calculators.calculate(rulebook, spec, platform, as_of, form)
    asked = {"ask": ask, "platform": platform, "as_of": as_of if isinstance(as_of, str) else None, "facts": done.facts}
    return render_template(
        "calculators/page.html", spec=spec, platform=platform, day=calculator_forms.shown_moment(day) if day else "", done=done, texts=rule_texts,
        shops=calculator_forms.shops_of(rulebook, spec), badge=lambda rule: rule_texts.badge_of(rulebook, rule),
        samples=[(why, rule, url_for("calculators.page", ask=ask, **query)) for why, rule, query in calculators.samples_of(rulebook, spec)],
        topic=rule_topic_name(calculators.topic_of(rulebook, spec)), line=json.dumps(asked, ensure_ascii=False))

"""今日, 课程, a lesson and its check."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from trainer.content import Lesson
from trainer.content.lesson_page import lesson_page
from trainer.extensions import db
from trainer.models import Revision
from trainer.services import learning, practice, replay_comments
from trainer.services.certificates import certificates_of
from trainer.services.published import published_revision
from trainer.services.releases import current_rulebook
from trainer.services.results import shown_answers
from trainer.web.answers import as_item, read_answer
from trainer.web.clock import now
from trainer.web.rule_badges import with_badges
from trainer.web.topics import topic_name

bp = Blueprint("learn", __name__)

STEP_LINKS = {"lesson": "learn.lesson", "review": "practice.mistakes", "desk": "desk.index", "practice": "practice.index",
              "exam": "exams.assignment", "attempt": "exams.attempt"}
STEP_WORDS = {"lesson": "开始学", "review": "开始复习", "desk": "去接待台", "practice": "开始练习", "exam": "去考试", "attempt": "继续作答"}


def lesson_or_404(slug: str) -> Revision:
    """A published lesson."""
    return published_revision(db.session(), "lesson", slug) or abort(404)


def step_link(step: dict[str, Any]) -> tuple[str, str]:
    """Where the next step leads, and the word on its button."""
    ids = {name: step[name] for name in ("slug", "assignment_id", "attempt_id") if name in step}
    return url_for(STEP_LINKS[step["kind"]], **ids), STEP_WORDS[step["kind"]]


@bp.get("/today")
def today() -> str:
    """One next step, then progress by topic, reviews due and the last results."""
    session = db.session()
    step = learning.next_step(session, current_user, now())
    rows = learning.course(session, current_user.id)
    topics = sorted(practice.mastery(session, current_user.id, now()), key=lambda m: (m.share is None, m.share or 0))[:10]
    return render_template(
        "learn/today.html", step=step, step_link=step_link(step), rows=rows, done=sum(row.state == "done" for row in rows),
        topics=topics, topic_name=topic_name, due=len(practice.due_cards(session, current_user.id, now())),
        forecast=practice.forecast(session, current_user.id, now()), results=learning.last_results(session, current_user.id),
        certificates=certificates_of(session, current_user.id), remarks=replay_comments.new_comments(session, current_user.id, now()))


@bp.get("/lessons")
def courses() -> str:
    """The whole course with progress."""
    rows = learning.course(db.session(), current_user.id)
    q = request.args.get("q", "").strip()
    shown = [row for row in rows if not q or q in row.revision.body["title"] or q in row.revision.body.get("summary", "")]
    return render_template("learn/courses.html", rows=shown, q=q, done=sum(row.state == "done" for row in rows), total=len(rows))


@bp.get("/lessons/<slug>")
def lesson(slug: str) -> str:
    """A lesson with live figures."""
    revision = lesson_or_404(slug)
    rows = learning.course(db.session(), current_user.id)
    place = next((n for n, row in enumerate(rows) if row.revision.item.slug == slug), 0)
    page = with_badges(lesson_page(Lesson.from_dict(revision.body), current_rulebook(db.session()), now()).html)
    return render_template(
        "learn/lesson.html", lesson=revision.body, page=page, row=rows[place] if rows else None,
        before=rows[place - 1].revision if place else None, after=rows[place + 1].revision if place + 1 < len(rows) else None)


@bp.post("/lessons/<slug>/read")
def read(slug: str) -> Response:
    """Mark the lesson read and go on to its check, or to the next lesson."""
    revision = lesson_or_404(slug)
    learning.note_read(db.session(), current_user, revision, now())
    db.session.commit()
    if revision.body.get("check"):
        return redirect(url_for("learn.check", slug=slug), 303)
    flash("这一课学完了。", "success")
    return redirect(url_for("learn.today"), 303)


@bp.get("/lessons/<slug>/check")
def check(slug: str) -> str:
    """The short check at the end of a lesson; after answering, with marks and reasons."""
    revision = lesson_or_404(slug)
    session = db.session()
    run = learning.check_run(session, current_user.id, slug)
    answers = practice.latest_answers(session, current_user.id, f"lesson:{slug}:{run - 1}") if "done" in request.args else []
    if answers:
        rows = learning.course(session, current_user.id)
        step = learning.next_step(session, current_user, now())
        return render_template(
            "learn/checked.html", lesson=revision.body, items=shown_answers(answers, current_rulebook(session)), step=step,
            step_link=step_link(step), row=next((r for r in rows if r.revision.item.slug == slug), None),
            points=sum(a.points for a in answers), of=1000 * len(answers))
    variants = practice.variants_for(session, current_user, revision.body.get("check") or [], now())
    return render_template("learn/check.html", lesson=revision.body, run=run, items=[as_item(row, current_user.id) for row in variants])


@bp.post("/lessons/<slug>/check")
def answer_check(slug: str) -> Response | tuple[str, int]:
    """Grade the check; unanswered items are asked for, and what was filled in stays."""
    revision = lesson_or_404(slug)
    session = db.session()
    shown = [int(value) for value in request.form.getlist("variant") if value.isdigit()]
    variants = [row for row in (practice.practisable(session, variant_id, now()) for variant_id in shown) if row is not None]
    given = [(row, read_answer(row, f"v{row.id}-")) for row in variants]
    if not variants or any(answer is None for _row, answer in given):
        items = [as_item(row, current_user.id) | {"answer": answer or {}, "blank": answer is None} for row, answer in given]
        return render_template("learn/check.html", lesson=revision.body, items=items, incomplete=True,
                               run=request.form.get("run", "1")), 422
    run = learning.check_run(session, current_user.id, slug)
    answers = [practice.answer_practice(session, current_user, row, answer, f"lesson.{slug}.{run}.{row.id}",
                                        f"lesson:{slug}:{run}", now()) for row, answer in given]
    learning.finish_check(session, current_user, revision, answers, now())
    session.commit()
    return redirect(url_for("learn.check", slug=slug, done=1), 303)

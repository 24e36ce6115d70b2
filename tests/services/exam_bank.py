"""A small published bank for exams: questions with their variants, papers, and the release they are judged by."""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from trainer.content import Question
from trainer.content.yamltext import read_yaml
from trainer.models import (
    Assignment,
    Attempt,
    AttemptItem,
    ContentItem,
    Release,
    ReleasePointer,
    Revision,
    User,
    VariantRow,
    VariantRule,
    canonical,
)
from trainer.questions import Variant, make_variant
from trainer.rules import Rulebook
from trainer.services import assignments, attempts, saving
from trainer.services.revisions import digest_of

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
BEFORE = datetime.fromisoformat("2014-06-20T10:00:00+08:00")
PAPER: dict[str, Any] = {
    "id": "cert", "title": "上岗小考", "platforms": ["tmall"], "post": "aftersale", "certifying": True, "minutes": 30,
    "sections": [
        {"id": "red", "title": "红线", "red_line": True, "draws": [{"red_line": True, "count": 2, "marks": 5}]},
        {"id": "rest", "title": "规则", "draws": [{"topics": ["shipping"], "red_line": False, "count": 4, "marks": 5}]},
    ],
    "pass": {"percent": 80}, "show": {"marks": "submitted", "keys": "closed"}, "certificate": {"valid_months": 12},
}
PRACTICE = {name: value for name, value in PAPER.items() if name != "certificate"} | {
    "id": "drill", "title": "练习卷", "certifying": False, "show": {"keys": "submitted"}, "sections": [
    {"id": "rest", "title": "规则", "draws": [{"topics": ["shipping"], "count": 2, "marks": 5}]}]}


@lru_cache
def rulebook() -> Rulebook:
    return Rulebook.load(SMALL_BANK / "rulebook")


def single(slug: str, **more: Any) -> dict[str, Any]:
    """A choice of three whose first option is right."""
    return {
        "id": slug, "type": "single", "title": f"题 {slug}", "platforms": ["tmall"], "topic": "shipping", "systems": [7], "difficulty": 1,
        "pool": "exam", "as_of": "2014-06-20", "rules": ["tmall.late.pay"], "stem": f"{slug}：多久发货？",
        "options": [{"text": f"{slug} 对", "right": True}, {"text": f"{slug} 错一", "why": "记反了。"}, {"text": f"{slug} 错二", "why": "没有这个说法。"}],
    } | more


def amounts() -> dict[str, Any]:
    """A decision with several variants that practice and exams share."""
    found = read_yaml((SMALL_BANK / "questions" / "late.yaml").read_text(encoding="utf-8")).value["questions"]
    body: dict[str, Any] = next(question for question in found if question["id"] == "late.amount")
    return body


def publish_release(session: Session, now: datetime) -> Release:
    release = Release(number=1, digest=rulebook().digest, body=rulebook().canonical_json(), published_at=now)
    session.add(release)
    session.flush()
    session.add(ReleasePointer(release_id=release.id))
    session.flush()
    return release


def publish_body(session: Session, kind: str, body: dict[str, Any], now: datetime) -> Revision:
    """An item whose only revision is published."""
    item = ContentItem(kind=kind, slug=body["id"], title=body["title"])
    revision = Revision(item=item, no=1, body=body, digest=digest_of(body), state="published", created_at=now)
    session.add_all([item, revision])
    session.flush()
    item.published_id = revision.id
    return revision


def publish_question(session: Session, release: Release, body: dict[str, Any], now: datetime) -> Revision:
    """A published question with all its variants."""
    whole, variants = made(canonical(body))
    revision = publish_body(session, "question", whole, now)
    for variant in variants:
        row = VariantRow(revision_id=revision.id, variant_no=variant.variant_no, release_id=release.id, as_of=BEFORE,
                         sha256=variant.sha256, shown=variant.shown, key=variant.key)
        session.add(row)
        session.flush()
        session.execute(insert(VariantRule), [{"variant_id": row.id, "rule_id": rule} for rule in variant.rules])
    return revision


@lru_cache
def made(text: str) -> tuple[dict[str, Any], tuple[Variant, ...]]:
    """A question as it is stored and its variants; the same for every test, so made once."""
    question = Question.from_dict(json.loads(text))
    numbers = range(4 if question.type == "decision" else 1)
    return question.to_dict(), tuple(make_variant(question, no, rulebook(), BEFORE) for no in numbers)


def publish_bank(session: Session, now: datetime) -> Revision:
    """Red lines, exam and practice questions, one shared decision, a lesson, both papers; returns the certifying one."""
    release = publish_release(session, now)
    for n in range(3):
        publish_question(session, release, single(f"red.{n}", red_line=True), now)
    for n in range(5):
        publish_question(session, release, single(f"exam.{n}"), now)
    for n in range(3):
        publish_question(session, release, single(f"drill.{n}", pool="practice"), now)
    publish_question(session, release, amounts(), now)
    publish_question(session, release, single("unchecked", rules=["tmall.late.window"]), now)
    publish_body(session, "paper", PRACTICE, now)
    return publish_body(session, "paper", PAPER, now)


def assign(session: Session, paper: Revision, by: User, people: list[User], now: datetime, tries: int = 1, hours: int = 24) -> Assignment:
    """An exam that opened an hour ago."""
    return assignments.create_assignment(
        session, by, paper, "十一月上岗考", [("person", user.id) for user in people], now - timedelta(hours=1), now + timedelta(hours=hours),
        tries, timedelta(0), now)


def right_answer(item: AttemptItem) -> dict[str, Any]:
    assert item.variant is not None
    return {"choice": item.variant.key["right"][0]}


def wrong_answer(item: AttemptItem) -> dict[str, Any]:
    assert item.variant is not None
    return {"choice": next(option["id"] for option in item.variant.shown["options"] if option["id"] not in item.variant.key["right"])}


def answer_all(session: Session, attempt: Attempt, now: datetime, wrong: tuple[int, ...] = ()) -> None:
    """Every item answered rightly but those at the positions in `wrong`."""
    for item in attempt.items:
        answer = wrong_answer(item) if item.position in wrong else right_answer(item)
        saving.save_response(session, attempt.id, item.position, f"key-{attempt.id}-{item.position:04d}", 0, answer, False, now)


def sit(session: Session, user: User, assignment: Assignment, now: datetime, wrong: tuple[int, ...] = ()) -> Attempt:
    """A whole sitting, handed in."""
    attempt = attempts.start_attempt(session, user, assignment, now)
    answer_all(session, attempt, now, wrong)
    attempts.submit_attempt(session, attempt, now + timedelta(minutes=5), now + timedelta(minutes=5))
    return attempt


def rows(session: Session, table: type[Any]) -> list[Any]:
    return list(session.scalars(select(table).order_by(table.id)))

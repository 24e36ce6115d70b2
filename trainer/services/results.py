"""What a page shows of an attempt: outline, sitting, result, and what may be seen when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from trainer.models import Attempt, AttemptItem, Certificate, Grade, Irregularity, PracticeAnswer, Review, User
from trainer.questions import Variant
from trainer.rules import Rulebook
from trainer.services.assignments import keys_of, last_closing
from trainer.services.closing import shown_state
from trainer.services.exam_desks import desks_of_items
from trainer.services.releases import rulebook_of
from trainer.services.totals import rule_text


@dataclass(frozen=True)
class Seen:
    """What may be shown: marks, keys, and when keys come (None where never or already)."""

    marks: bool
    keys: bool
    keys_at: datetime | None


def paper_outline(paper: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections of a paper with how many items, what they are worth and what passes."""
    rows = []
    for section in paper["sections"]:
        if section.get("kind", "questions") == "case":
            count = int(section.get("count", 1))
            worth = count * float(section.get("marks", 0))
        else:
            sizes = [(int(d.get("count") or len(d.get("questions") or [])), float(d.get("marks", 1)))
                     for d in section.get("draws") or []]
            count, worth = sum(n for n, _ in sizes), sum(n * marks for n, marks in sizes)
        rule = section.get("pass") or ("all_right" if section.get("red_line") else None)
        rows.append({"title": section["title"], "count": count, "worth": worth, "rule": rule_text(rule),
                     "kind": section.get("kind", "questions"), "open_book": bool(section.get("open_book"))})
    return rows


def pass_words(paper: Mapping[str, Any]) -> str:
    """What passing the whole paper takes, in words."""
    return rule_text(paper.get("pass"))


def practice_attempts(session: Session, user_id: int, limit: int = 10) -> list[Attempt]:
    """A person's latest sittings of practice papers."""
    return list(session.scalars(select(Attempt).where(
        Attempt.user_id == user_id, Attempt.assignment_id.is_(None), Attempt.preview.is_(False)).options(
            joinedload(Attempt.result), joinedload(Attempt.paper_revision)).order_by(
                Attempt.started_at.desc(), Attempt.id.desc()).limit(limit)))


def visibility(session: Session, attempt: Attempt, now: datetime) -> Seen:
    """When marks and keys are shown: submitted, final, closed (after the last effective closing) or never."""
    show = attempt.paper_revision.body.get("show") or {}
    keys_when = attempt.assignment.keys_visible if attempt.assignment else keys_of(attempt.paper_revision.body)
    closing = last_closing(session, attempt.assignment) if attempt.assignment else None

    def due(when: str) -> bool:
        if attempt.preview or when == "submitted":
            return True
        if when == "final":
            return attempt.state == "final"
        return when == "closed" and (closing is None or now >= closing)

    keys = due(keys_when) and attempt.submitted_at is not None
    return Seen(due(show.get("marks") or "submitted"), keys, None if keys or keys_when != "closed" else closing)


def _shown_item(item: AttemptItem, paper: Mapping[str, Any]) -> dict[str, Any]:
    section: Mapping[str, Any] = next((s for s in paper["sections"] if s["id"] == item.section), {})
    row: dict[str, Any] = {
        "id": item.id, "position": item.position, "kind": item.kind, "section": section.get("title", ""),
        "worth": item.worth, "open_book": bool(section.get("open_book")), "lookup_seconds": 0, "seq": 0, "unsure": False, "answer": {},
    }
    if item.kind == "case":
        body = item.case_revision.body if item.case_revision else {}
        return row | {"type": "case", "title": body.get("title", "模拟接待"), "case": body}
    assert item.variant is not None
    shown = item.variant.shown
    if item.response is not None:
        row |= {"seq": item.response.seq, "unsure": item.response.unsure, "answer": item.response.answer or {},
                "lookup_seconds": item.response.lookup_seconds}
    row["open_book"] = row["open_book"] or bool(item.variant.revision.body.get("open_book"))
    order = row["answer"].get("order") or item.permutation
    return row | {"type": item.variant.revision.body["type"], "shown": shown,
                  "parts": ordered(shown, order), "body": item.variant.revision.body}


def ordered(shown: Mapping[str, Any], order: list[str]) -> list[dict[str, Any]]:
    """Options or steps in the order of this attempt."""
    parts = {str(part["id"]): part for part in shown.get("options") or shown.get("steps") or []}
    return [parts[name] for name in order if name in parts] + [p for n, p in parts.items() if n not in order]


def attempt_view(session: Session, attempt: Attempt, now: datetime, reader: User | None = None) -> dict[str, Any]:
    """A closed attempt as its owner sees it, or (with `reader`, a supervisor) whole."""
    seen = Seen(True, True, None) if reader is not None else visibility(session, attempt, now)
    rulebook = rulebook_of(session, attempt.release)
    grades = session.scalars(select(Grade).where(Grade.item_id.in_([i.id for i in attempt.items])).order_by(Grade.id)).all()
    reviews = session.scalars(select(Review).where(Review.item_id.in_([i.id for i in attempt.items])).order_by(Review.id)).all()
    items = [_result_item(item, attempt, rulebook, seen, [g for g in grades if g.item_id == item.id],
                          [r for r in reviews if r.item_id == item.id]) for item in attempt.items]
    if seen.keys:
        desks = desks_of_items(session, [item.id for item in attempt.items])
        items = [row | {"desk_id": desks[item.id].id if item.id in desks else None}
                 for row, item in zip(items, attempt.items, strict=True)]
    certificate = session.scalar(select(Certificate).where(Certificate.attempt_id == attempt.id))
    return {
        "attempt": attempt, "paper": attempt.paper_revision.body, "state": shown_state(attempt, now), "seen": seen,
        "result": attempt.result, "items": items, "certificate": certificate,
        "pass_words": pass_words(attempt.paper_revision.body),
        "waiting": sum(1 for row in reviews if row.decided_at is None),
        "due_at": min((row.due_at for row in reviews if row.decided_at is None), default=None),
    }


def _result_item(item: AttemptItem, attempt: Attempt, rulebook: Rulebook, seen: Seen, grades: list[Grade],
                 reviews: list[Review]) -> dict[str, Any]:
    row = _shown_item(item, attempt.paper_revision.body)
    grade = grades[-1] if grades else None
    open_review = next((r for r in reviews if r.decided_at is None), None)
    row |= {
        "points": item.worth if item.voided else (grade.points if grade else None), "voided": item.voided,
        "right": grade is not None and grade.points >= item.worth, "grade": grade, "grades": grades, "reviews": reviews,
        "open_review": open_review, "appealed": any(r.kind == "appeal" for r in reviews),
        "findings": grade.findings if grade else None, "text": row["answer"].get("text", ""),
        "marks": [_mark(mark, item, rulebook) for mark in (grade.marks if grade else [])],
    }
    if seen.keys and item.variant is not None:
        row["key"] = item.variant.key
    return row


def _mark(mark: Mapping[str, Any], item: AttemptItem, rulebook: Rulebook) -> dict[str, Any]:
    """A stored mark with its rule's title and its points in thousandths of the paper's point."""
    return _worth_mark(mark, item.worth if item.kind == "question" else item.worth * 10, rulebook)


def _worth_mark(mark: Mapping[str, Any], scale: int, rulebook: Rulebook) -> dict[str, Any]:
    rule = rulebook.rules.get(mark["rule"]) if mark.get("rule") else None
    return dict(mark) | {"rule_title": rule.title if rule else None, "points": int(mark["points"] * scale / 1000),
                         "of": int(mark["of"] * scale / 1000)}


def shown_answers(answers: Sequence[PracticeAnswer], rulebook: Rulebook) -> list[dict[str, Any]]:
    """Practice answers with key, marks and reasons, as the templates of questions show them."""
    rows = []
    for answer in answers:
        variant, body = answer.variant, answer.variant.revision.body
        marks = [_worth_mark(mark, 1000, rulebook) for mark in answer.marks]
        rows.append({
            "type": body["type"], "shown": variant.shown, "answer": answer.answer, "key": variant.key, "marks": marks,
            "parts": ordered(variant.shown, answer.answer.get("order") or []), "points": answer.points, "findings": answer.findings,
            "text": answer.answer.get("text", ""), "right": answer.points >= 1000, "body": body, "topic": answer.topic,
        })
    return rows


def judged_item(body: Mapping[str, Any], variant: Variant, answer: Mapping[str, Any], points: int, marks: Sequence[Mapping[str, Any]],
                findings: Mapping[str, Any] | None, rulebook: Rulebook) -> dict[str, Any]:
    """A judged answer that is stored nowhere, as the templates of questions show it."""
    return {
        "type": variant.type, "shown": variant.shown, "answer": answer, "key": variant.key, "points": points, "findings": findings,
        "marks": [_worth_mark(mark, 1000, rulebook) for mark in marks], "parts": ordered(variant.shown, answer.get("order") or []),
        "text": answer.get("text", ""), "right": points >= 1000, "body": body, "topic": body.get("topic"),
    }


def irregularities(session: Session, attempt: Attempt) -> list[Irregularity]:
    """What was unusual beside an attempt, in order."""
    return list(session.scalars(select(Irregularity).where(Irregularity.attempt_id == attempt.id).order_by(Irregularity.id)))

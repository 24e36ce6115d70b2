"""What a paper finds in the bank now: for every draw how many questions fit and are needed, and what keeps others from being drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.bank.drawing import short_places
from trainer.content import Paper
from trainer.models import Assignment, Attempt, ContentItem, Revision, VariantRule
from trainer.services.candidates import current_pool
from trainer.services.drawing import Candidate, fits, suits, usable, why_not
from trainer.services.releases import current_release

REASONS = {"unchecked": "依据全是待核对的规则", "practice": "只用于练习", "single": "和练习共用，又没有同类题", "exam": "只用于考试", "platform": "平台不合",
           "gone": "已停用、暂停或还没有发布"}


@dataclass(frozen=True)
class Found:
    """One draw: how many questions it takes and may take, by topic; those barred by reason, and the unchecked rules behind them by questions."""

    section: int
    draw: int
    wanted: int
    found: int
    missing: int
    by_topic: tuple[tuple[str, int], ...]
    barred: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, int], ...]


def draws_found(session: Session, paper: Paper, now: datetime) -> list[Found]:
    """Every draw of the paper with what it finds among the questions that are published now, in order."""
    pool = current_pool(session, current_release(session), now).candidates
    body = paper.to_dict()
    draws = [(at, number, raw) for at, section in enumerate(body["sections"]) for number, raw in enumerate(section.get("draws") or ())]
    free = [[one for one in pool if usable(one, body) and _asked(one, raw)] for _, _, raw in draws]
    out = [_barred(pool, body, raw) for _, _, raw in draws]
    missing = short_places([({one.slug for one in found}, raw["count"]) for found, (_, _, raw) in zip(free, draws, strict=True)])
    unchecked = _rules(session, [one for barred in out for one, why in barred if why == "unchecked"])
    return [
        Found(at, number, raw["count"], len(found), lacking, _counted(one.topic for one in found), _reasons(raw, pool, barred),
              _counted(rule for one, why in barred if why == "unchecked" for rule in unchecked.get(one.slug, ())))
        for (at, number, raw), found, barred, lacking in zip(draws, free, out, missing, strict=True)]


def _asked(one: Candidate, draw: Mapping[str, Any]) -> bool:
    return one.slug in draw["questions"] if draw.get("questions") else fits(one, draw)


def _barred(pool: Sequence[Candidate], body: Mapping[str, Any], draw: Mapping[str, Any]) -> list[tuple[Candidate, str]]:
    """The questions that a draw asks for and the paper must not take, each with why; other platforms' count only where they are named."""
    asked = [one for one in pool if _asked(one, draw) and (draw.get("questions") or suits(one, body))]
    whys = [(one, "platform" if not suits(one, body) else why_not(one, body)) for one in asked]
    return [(one, why) for one, why in whys if why]


def _reasons(draw: Mapping[str, Any], pool: Sequence[Candidate], barred: Sequence[tuple[Candidate, str]]) -> tuple[tuple[str, int], ...]:
    known = {one.slug for one in pool}
    gone = ["gone" for slug in draw.get("questions") or () if slug not in known]
    return _counted([*(why for _, why in barred), *gone])


def _counted(names: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda one: (-one[1], one[0])))


def _rules(session: Session, candidates: Sequence[Candidate]) -> dict[str, list[str]]:
    """The rules that the keys of these questions rest on, by question."""
    slugs = {variant: one.slug for one in candidates for variant in one.variants.values()}
    found: dict[str, list[str]] = {}
    rows = session.execute(select(VariantRule.variant_id, VariantRule.rule_id).where(VariantRule.variant_id.in_(slugs)).distinct())
    for variant, rule in rows if slugs else ():
        if rule not in found.setdefault(slugs[variant], []):
            found[slugs[variant]].append(rule)
    return found


@dataclass(frozen=True)
class Use:
    """An assignment of a paper: the revision that it is pinned to, attempts begun and still running."""

    assignment: Assignment
    no: int
    begun: int
    running: int


def uses_of(session: Session, item: ContentItem) -> list[Use]:
    """Where a paper is assigned, the newest first, called off ones aside."""
    attempts = select(
        Attempt.assignment_id, func.count().label("begun"), func.count(Attempt.id).filter(Attempt.state == "in_progress").label("running")
    ).where(Attempt.preview.is_(False)).group_by(Attempt.assignment_id).subquery()
    rows = session.execute(select(Assignment, Revision.no, attempts.c.begun, attempts.c.running).join(
        Revision, Revision.id == Assignment.paper_revision_id).outerjoin(attempts, attempts.c.assignment_id == Assignment.id).where(
            Revision.item_id == item.id, Assignment.cancelled_at.is_(None)).order_by(Assignment.opens_at.desc(), Assignment.id.desc()))
    return [Use(assignment, no, begun or 0, running or 0) for assignment, no, begun, running in rows]


def titles_of(session: Session, kind: str) -> list[tuple[str, str]]:
    """Published items of a kind that are not retired as (id, title), by title."""
    rows = session.execute(select(ContentItem.slug, ContentItem.title).where(
        ContentItem.kind == kind, ContentItem.published_id.is_not(None), ContentItem.retired_at.is_(None)).order_by(ContentItem.title, ContentItem.slug))
    return [(slug, title) for slug, title in rows]

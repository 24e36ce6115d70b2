"""补学: which points of a certificate need a refresh because a rule it rests on changed after its rules-as-of."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from trainer.models import AttemptItem, Certificate, Release, VariantRule
from trainer.rules import Rulebook
from trainer.rules.changes import Edition, compare
from trainer.services.releases import current_release, rulebook_of
from trainer.services.rule_usage import usage

WORDS = {"figures": "数字变了", "when": "适用条件变了", "then": "判定结果变了", "begins": "开始生效", "ends": "不再生效", "removed": "已撤下",
         "decides": "管的事变了", "beats": "和别的规则的先后变了", "platforms": "适用的平台变了", "effective": "生效时间变了"}


@dataclass(frozen=True)
class Change:
    """One rule that judges otherwise now, in words."""

    rule_id: str
    title: str
    text: str


@dataclass(frozen=True)
class Point:
    """A change that concerns a certificate, with the lessons that teach it: (slug, title)."""

    change: Change
    lessons: tuple[tuple[str, str], ...]


def points_of(session: Session, certificates: Sequence[Certificate], now: datetime) -> dict[int, list[Point]]:
    """For each of these certificates what needs a refresh; the same number of queries for any number."""
    release = current_release(session)
    releases = {row.id: row for row in session.scalars(select(Release).where(
        Release.id.in_({one.release_id for one in certificates})))}
    rests = _rules_of(session, [one.attempt_id for one in certificates])
    book = rulebook_of(session, release)
    found: dict[int, list[Change]] = {}
    known: dict[tuple[int, int], list[Change]] = {}
    days = _days(book)
    for one in certificates:
        key = (one.release_id, bisect_right(days, one.rules_as_of))
        if key not in known:
            known[key] = changes(rulebook_of(session, releases[one.release_id]), one.rules_as_of, book, now)
        found[one.id] = [change for change in known[key] if _concerns(change.rule_id, rests.get(one.attempt_id, set()), book)]
    taught = usage(session, sorted({change.rule_id for rows in found.values() for change in rows})) if any(found.values()) else {}
    return {number: [Point(change, tuple((item.slug, item.title) for item in taught.get(change.rule_id, {}).get("lesson", [])))
                     for change in rows] for number, rows in found.items()}


def _rules_of(session: Session, attempt_ids: Iterable[int]) -> dict[int, set[str]]:
    """Attempt → the rules that its keys rest on."""
    found: dict[int, set[str]] = {}
    for attempt_id, rule_id in session.execute(select(AttemptItem.attempt_id, VariantRule.rule_id).join(
            VariantRule, VariantRule.variant_id == AttemptItem.variant_id).where(AttemptItem.attempt_id.in_(list(attempt_ids))).distinct()):
        found.setdefault(attempt_id, set()).add(rule_id)
    return found


def changes(before: Rulebook, then: datetime, after: Rulebook, now: datetime) -> list[Change]:
    """Every rule that judges otherwise now than then: changed, begun, ended, added or taken away; by id."""
    found = []
    for one in compare(Edition(before, then), Edition(after, now)):
        rule = after.rules.get(one.rule)
        added = "added" in one.what and rule is not None and rule.effective.covers(now) and rule.standing == "decides"
        what = [WORDS[name] for name in one.what if name in WORDS and not (name == "effective" and {"begins", "ends"} & set(one.what))]
        if added or what:
            text = "新增，已生效" if added else "；".join(dict.fromkeys(what))
            found.append(Change(one.rule, one.title, text + _figures(before, then, after, now, one.rule)))
    return found


def _figures(before: Rulebook, then: datetime, after: Rulebook, now: datetime, rule_id: str) -> str:
    """（30%→20%）: the figures that read otherwise."""
    old, new = before.rules.get(rule_id), after.rules.get(rule_id)
    if old is None or new is None:
        return ""
    pairs = [(old.figure(name, then).text, new.figure(name, now).text) for name in new.figures if name in old.figures]
    told = [f"{one}→{other}" for one, other in pairs if one != other]
    return f"（{'，'.join(told)}）" if told else ""


def _concerns(rule_id: str, rests: set[str], book: Rulebook) -> bool:
    """Whether a certificate rests on the rule, or on one that decides the same for the same platform."""
    if rule_id in rests:
        return True
    rule = book.rules.get(rule_id)
    if rule is None or not rule.decides or rule.shop is not None:
        return False
    others = [book.rules[one] for one in rests if one in book.rules]
    return any(set(rule.decides) & set(one.decides) and set(rule.platforms) & set(one.platforms) for one in others)


def _days(book: Rulebook) -> list[datetime]:
    """Every moment at which some rule begins, ends or changes a figure, in order."""
    days = {day for rule in book.rules.values() for day in (rule.effective.start, rule.effective.end)}
    days |= {figure.since for rule in book.rules.values() for versions in rule.figures.values() for figure in versions}
    return sorted(day.moment for day in days if day is not None)


def to_refresh(session: Session, people: Select[int], now: datetime) -> list[tuple[Certificate, list[Point]]]:
    """The valid certificates of these people that need a refresh, the most points first."""
    rows = session.scalars(select(Certificate).where(
        Certificate.user_id.in_(people), Certificate.revoked_at.is_(None), Certificate.valid_until > now).options(
            joinedload(Certificate.user)).order_by(Certificate.id)).all()
    found: Mapping[int, list[Point]] = points_of(session, rows, now)
    pairs = [(row, found[row.id]) for row in rows if found[row.id]]
    return sorted(pairs, key=lambda pair: (-len(pair[1]), pair[0].user.staff_no, pair[0].id))


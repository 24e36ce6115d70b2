"""核对: the work list of rules nobody has checked, and checking or withdrawing them as published revisions."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.content import BEIJING
from trainer.errors import InputError
from trainer.models import ContentItem, Release, Revision, User
from trainer.rules import Rule, Rulebook
from trainer.services.publishing import publish, save_draft
from trainer.services.releases import current_rulebook
from trainer.services.rule_usage import usage

STATUSES = {"checked": "现行有效，核对过了", "withdrawn": "已废止，不再适用", "unchecked": "退回待核对"}
MOST = 30
CERTIFYING = 40


@dataclass(frozen=True)
class Work:
    """An unchecked rule and how many items rest on it."""

    rule: Rule
    lessons: int
    questions: int
    cases: int

    @property
    def items(self) -> int:
        return self.lessons + self.questions + self.cases


@dataclass(frozen=True)
class Verdict:
    """What a trainer found: the status, against which text, on which day, why; `until` is the first day without the rule."""

    status: str
    against: str
    day: date
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Step:
    """One published revision of a rule by a trainer."""

    revision: Revision
    title: str
    slug: str
    by: str | None
    status: str


def work_list(session: Session, rulebook: Rulebook) -> list[Work]:
    """Every unchecked rule, those first on which the most items rest; then those that decide."""
    found = usage(session)
    rows = []
    for rule in rulebook.rules.values():
        if rule.currency.status == "unchecked":
            rests = found.get(rule.id, {})
            rows.append(Work(rule, *(len(rests.get(kind, ())) for kind in ("lesson", "question", "case"))))
    return sorted(rows, key=lambda row: (-row.items, row.rule.standing != "decides", row.rule.id))


def checked_by_platform(rulebook: Rulebook) -> Counter[str]:
    """How many checked rules each platform has; below CERTIFYING it gets practice papers only."""
    return Counter(platform for rule in rulebook.rules.values() if rule.currency.status == "checked" for platform in rule.platforms)


def judge(session: Session, rule_ids: Sequence[str], verdict: Verdict, by: User, now: datetime) -> Release:
    """Publish what was found for these rules as one change set; raises InputError and PublishError, changing nothing."""
    rulebook = current_rulebook(session)
    _refuse(rulebook, rule_ids, verdict, now)
    raw = {rule["id"]: rule for rule in json.loads(rulebook.canonical_json())["rules"] if rule["id"] in rule_ids}
    note = f"{STATUSES[verdict.status]}：{verdict.against or verdict.reason}"
    drafts = [save_draft(session, "rule", _changed(raw[rule_id], verdict, by.name), by.id, now, note) for rule_id in rule_ids]
    titles = "、".join(rulebook.rules[rule_id].title for rule_id in rule_ids)
    return publish(session, drafts, f"规则核对（{STATUSES[verdict.status]}）：{titles}", by.id, now)


def _refuse(rulebook: Rulebook, rule_ids: Sequence[str], verdict: Verdict, now: datetime) -> None:
    """Raise InputError where the finding is incomplete."""
    unknown = [rule_id for rule_id in rule_ids if rule_id not in rulebook.rules]
    if not rule_ids or unknown:
        raise InputError(f"没有这条规则：{'、'.join(unknown)}" if unknown else "请先选出要核对的规则。", "rule")
    if len(rule_ids) > MOST:
        raise InputError(f"一次最多核对 {MOST} 条，请分几次。", "rule")
    if verdict.status not in STATUSES:
        raise InputError("请选一个核对结果。", "status")
    if verdict.status == "checked" and len(verdict.against.strip()) < 4:
        raise InputError("请写明对照的是哪份文本的哪一条，例如「淘宝平台争议处理规则（2025-08-15 施行）第三十二条」。", "against")
    if verdict.status != "checked" and len(verdict.reason.strip()) < 4:
        raise InputError("请写明理由，例如被哪份新规取代。", "reason")
    if verdict.day > now.astimezone(BEIJING).date():
        raise InputError("核对日期不能晚于今天。", "day")
    for rule_id in rule_ids if verdict.until else ():
        start = rulebook.rules[rule_id].effective.start
        if start is not None and verdict.until is not None and verdict.until <= start.date:
            raise InputError(f"「{rulebook.rules[rule_id].title}」从 {start} 才开始生效，不再适用的日期要晚于这一天。", "until")


def _changed(raw: dict[str, Any], verdict: Verdict, name: str) -> dict[str, Any]:
    day = verdict.day.isoformat()
    if verdict.status == "unchecked":
        return {**raw, "currency": {"status": "unchecked"}}
    if verdict.status == "checked":
        return {**raw, "currency": {"status": "checked", "by": name, "date": day, "against": verdict.against.strip()}}
    against = "；".join(filter(None, (verdict.against.strip(), verdict.reason.strip())))
    changed = {**raw, "currency": {"status": "withdrawn", "by": name, "date": day, "against": against}}
    if verdict.until is not None:
        changed["effective"] = {**(raw.get("effective") or {}), "to": verdict.until.isoformat()}
    return changed


def steps(session: Session, slug: str | None = None, most: int = 12) -> list[Step]:
    """Published revisions of rules by trainers, the newest first; of one rule, if it is named."""
    rows = select(Revision, ContentItem, User.name).join(ContentItem, ContentItem.id == Revision.item_id).outerjoin(
        User, User.id == Revision.created_by_id).where(
            ContentItem.kind == "rule", Revision.origin == "trainer", Revision.state == "published")
    if slug is not None:
        rows = rows.where(ContentItem.slug == slug)
    found = session.execute(rows.order_by(Revision.id.desc()).limit(most))
    return [Step(revision, item.title, item.slug, name, revision.body["currency"]["status"]) for revision, item, name in found]

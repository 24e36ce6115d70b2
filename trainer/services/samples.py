"""标注样本: replies with what people found in them, without personal data; labels are appended, never changed."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from trainer.errors import InputError
from trainer.models import Attempt, AttemptItem, Grade, ReplySample, SampleLabel, User
from trainer.replies import ACTS, CODES
from trainer.replies.masking import mask
from trainer.services.audit import record

BEIJING = timezone(timedelta(hours=8))
Codes = Sequence[str] | None
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Draft:
    """A reply on its way into the samples, as it was said."""

    platform: str
    reply: str
    buyer: str = ""
    as_of: datetime | None = None
    facts: Mapping[str, Any] | None = None
    violations: Codes = None
    acts: Codes = None


def text_key(draft: Draft) -> str:
    """The same for the same reply to the same words on the same platform."""
    return "text:" + hashlib.sha256("\0".join((draft.platform, draft.buyer.strip(), draft.reply.strip())).encode()).hexdigest()[:40]


def add_sample(session: Session, origin: str, key: str, draft: Draft, reason: str, by_id: int | None, now: datetime,
               names: Iterable[str] = ()) -> tuple[ReplySample, bool]:
    """The sample of this key, and whether it was made now; one that is there stays as it is. Personal data are masked."""
    known = session.scalar(select(ReplySample).where(ReplySample.origin_key == key))
    if known is not None:
        return known, False
    hidden = list(names)
    sample = ReplySample(
        origin=origin, origin_key=key, platform=draft.platform, as_of=draft.as_of or now, buyer=mask(draft.buyer, hidden),
        reply=mask(draft.reply, hidden), facts=_kept_facts(draft.facts or {}, hidden), added_at=now, added_by_id=by_id, codes=" ", state="open")
    session.add(sample)
    session.flush()
    _append(session, sample, draft.violations, draft.acts, False, mask(reason, hidden), by_id, now)
    return sample, True


def _kept_facts(facts: Mapping[str, Any], names: list[str]) -> Any:
    """Facts of the order with every text masked."""
    def masked(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: masked(one) for key, one in value.items()}
        if isinstance(value, list):
            return [masked(one) for one in value]
        return mask(value, names) if isinstance(value, str) and not _MOMENT.match(value) else value
    return masked(facts)


def _append(session: Session, sample: ReplySample, violations: Codes, acts: Codes, retired: bool, reason: str, by_id: int | None,
            now: datetime) -> None:
    no = max((label.no for label in sample.labels), default=0) + 1
    label = SampleLabel(
        no=no, violations=_ordered(violations, CODES), acts=_ordered(acts, ACTS), retired=retired, reason=reason.strip()[:500], by_id=by_id, at=now)
    sample.labels.append(label)
    sample.codes = " " + "".join(f"{code} " for code in (*(label.violations or ()), *(label.acts or ())))
    sample.state = "retired" if retired else "open" if violations is None or acts is None else "done"
    session.flush()


def _ordered(chosen: Codes, known: Sequence[str]) -> list[str] | None:
    if chosen is None:
        return None
    unknown = [code for code in chosen if code not in known]
    if unknown:
        raise InputError(f"没有「{'、'.join(unknown)}」这个代码，请从列表里选。", "codes")
    return [code for code in known if code in chosen]


def relabel(session: Session, sample: ReplySample, violations: Codes, acts: Codes, retired: bool, reason: str, by: User, now: datetime) -> None:
    """Say anew what is in a sample, with a reason; the earlier labels stay. Raises InputError."""
    if len(reason.strip()) < 2:
        raise InputError("请写明改标注的理由，以后查起来有据。", "reason")
    _append(session, sample, violations, acts, retired, reason, by.id, now)
    record(session, now, by.id, "sample.label", f"sample:{sample.id}", {"reason": reason.strip()[:200]})
    session.flush()


def keep_rows(session: Session, drafts: Iterable[Draft], origin: str, by: User, now: datetime) -> tuple[int, int]:
    """Keep replies of the bench as samples; how many were made, and how many were there already."""
    made = there = 0
    for draft in drafts:
        _, new = add_sample(session, origin, text_key(draft), draft, "从测试台收入", by.id, now)
        made, there = made + new, there + (not new)
    record(session, now, by.id, "sample.keep", f"{made} samples", {"there": there})
    session.flush()
    return made, there


# --- what people decided about answers ---


def collect_decided(session: Session, item: AttemptItem, kind: str, before: Grade | None, points: int | None, reason: str, by: User,
                    now: datetime, upheld: Codes = None) -> ReplySample | None:
    """The sample of a typed reply whose mark was appealed or reviewed; None where there is no reply or the appeal was refused.

    What was confirmed is what the check had found; full marks instead mean no violation and every act asked for; else somebody must
    still say what is in it. `upheld` are the violations that the person ticked, where he was asked. The same decision again makes
    nothing new; another one on the same answer appends a label.
    """
    text = str((item.response.answer or {}).get("text", "")) if item.response is not None else ""
    if item.variant is None or not text.strip() or before is None or before.findings is None or (kind == "appeal" and points is None):
        return None
    shown, found = item.variant.shown, before.findings
    violations, acts = _decided(item, found, points)
    if upheld is not None:
        violations = [code for code in upheld if code in CODES]
    attempt = session.get_one(Attempt, item.attempt_id)
    names = (attempt.user.name, attempt.user.staff_no, attempt.user.name.removeprefix("小"))
    draft = Draft(str(shown.get("platform", "general")), text, str(shown.get("buyer", "")), item.variant.as_of, shown.get("facts"), violations, acts)
    origin = "appeal" if kind == "appeal" else "review"
    why = f"{'申诉' if kind == 'appeal' else '复核'}：{reason.strip()}" if reason.strip() else "复核确认"
    sample, new = add_sample(session, origin, f"item:{item.id}", draft, why, by.id, now, names)
    label = sample.labels[-1]
    if not new and (label.violations, label.acts) != (_ordered(violations, CODES), _ordered(acts, ACTS)):
        sample.origin = origin
        _append(session, sample, violations, acts, False, mask(why, names), by.id, now)
    return sample


def _decided(item: AttemptItem, found: Mapping[str, Any], points: int | None) -> tuple[Codes, Codes]:
    reported = list(dict.fromkeys(one["code"] for one in found.get("violations") or []))
    acts = list(dict.fromkeys(one["act"] for one in found.get("acts") or []))
    if points is None:
        return (None if found.get("suspected") else reported), acts
    if points == item.worth and item.variant is not None:
        asked = [point["acts"][0] for point in item.variant.key.get("required") or [] if len(point.get("acts") or []) == 1]
        return [], list(dict.fromkeys([*acts, *asked]))
    return None, None


# --- the list ---


@dataclass(frozen=True)
class Filters:
    """What a list of samples is narrowed to; empty texts narrow nothing."""

    q: str = ""
    code: str = ""
    platform: str = ""
    origin: str = ""
    state: str = ""


def samples_like(filters: Filters) -> Select[ReplySample]:
    """Samples that the filters leave, newest first; those out of use only where asked for."""
    found = select(ReplySample).order_by(ReplySample.added_at.desc(), ReplySample.id.desc())
    if filters.q:
        found = found.where(or_(ReplySample.reply.contains(filters.q, autoescape=True), ReplySample.buyer.contains(filters.q, autoescape=True)))
    if filters.code:
        found = found.where(ReplySample.codes.contains(f" {filters.code} ", autoescape=True))
    if filters.platform:
        found = found.where(ReplySample.platform == filters.platform)
    if filters.origin:
        found = found.where(ReplySample.origin == filters.origin)
    return found.where(ReplySample.state == filters.state) if filters.state else found.where(ReplySample.state != "retired")


def newest_labels(session: Session, samples: Sequence[ReplySample]) -> dict[int, SampleLabel]:
    """The label that counts, by sample."""
    rows = session.scalars(select(SampleLabel).where(SampleLabel.sample_id.in_([one.id for one in samples])).order_by(SampleLabel.no))
    return {row.sample_id: row for row in rows}


def labellers(session: Session, sample: ReplySample) -> dict[int | None, str]:
    """The names of the people who labelled a sample, by id."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_([one.by_id for one in sample.labels if one.by_id is not None])))
    return {user_id: name for user_id, name in rows}


def as_line(sample: ReplySample, label: SampleLabel) -> str:
    """One line of JSON in the format of tests/data/replies."""
    return json.dumps({
        "id": f"sample_{sample.id}", "speaker": sample.origin, "platform": sample.platform,
        "as_of": sample.as_of.astimezone(BEIJING).isoformat(timespec="seconds"), "buyer": sample.buyer, "reply": sample.reply, "facts": sample.facts,
        "violations": label.violations or [], "acts": label.acts or [], "note": label.reason}, ensure_ascii=False)

"""上岗证: issued from final attempts only, verified by number or token, revocable."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from trainer.errors import InputError
from trainer.models import Attempt, Certificate, LessonProgress, User
from trainer.services.audit import record

STATEMENT = "企业内部培训合格证明，非国家职业资格证书或职业技能等级证书"
GROUND_LOST = "复核改分后未达到通过标准"
FLAG_REASON = "重新判分后未达到通过标准，请决定撤销还是保留"
POSTS = {"presale": "售前客服", "aftersale": "售后客服", "complaint": "投诉专员", "supervisor": "客服主管"}
PLATFORM_NAMES = {
    "taobao": "淘宝", "tmall": "天猫", "jd": "京东", "pdd": "拼多多", "douyin": "抖音", "kuaishou": "快手",
    "general": "全平台通用", "shop": "店铺", "o2o_platform": "O2O 平台", "phone_desk": "电话客服",
}


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(moment.month - 1 + months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=moment.year + year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=moment.year + year, month=month + 1)


def missing_lessons(session: Session, user_id: int, paper: Mapping[str, Any]) -> list[str]:
    """The lessons that the certificate of this paper asks for and the person has not finished."""
    wanted = list(((paper.get("certificate") or {}).get("requires") or {}).get("lessons") or [])
    done = set(session.scalars(select(LessonProgress.lesson_slug).where(
        LessonProgress.user_id == user_id, LessonProgress.done_at.is_not(None))))
    return [slug for slug in wanted if slug not in done]


def issue_certificate(session: Session, attempt: Attempt, now: datetime) -> Certificate | None:
    """The certificate of a final, passed attempt on a certifying paper; None where none is due. Idempotent."""
    paper = attempt.paper_revision.body
    result = attempt.result
    if not paper.get("certifying") or attempt.preview or attempt.state != "final" or result is None or not result.passed:
        return None
    if missing_lessons(session, attempt.user_id, paper):
        return None
    found = session.scalar(select(Certificate).where(Certificate.attempt_id == attempt.id))
    if found is not None:
        return found
    terms = paper.get("certificate") or {}
    platforms = paper.get("platforms") or ["general"]
    certificate = Certificate(
        number=f"SG{now:%Y%m}{attempt.id:06d}", token=secrets.token_urlsafe(16), user_id=attempt.user_id,
        attempt_id=attempt.id, title=str(paper["title"])[:120], platform=platforms[0],
        post=str(paper.get("post") or "aftersale"),
        scope_text="、".join(PLATFORM_NAMES.get(p, p) for p in platforms) + " · " + str(terms.get("category") or "通用"),
        release_id=attempt.release_id, rules_as_of=attempt.as_of, issued_at=now,
        valid_until=add_months(now, int(terms.get("valid_months") or 12)))
    session.add(certificate)
    session.flush()
    record(session, now, None, "certificate.issue", f"certificate:{certificate.number}")
    return certificate


def keep_certificate(session: Session, attempt: Attempt, now: datetime) -> None:
    """Bring the certificate of a final attempt in line with its result: issue it, or withdraw one that lost its ground."""
    found = session.scalar(select(Certificate).where(Certificate.attempt_id == attempt.id))
    passed = attempt.result is not None and attempt.result.passed
    if found is None:
        issue_certificate(session, attempt, now)
    elif passed and found.flagged_at is not None:
        flag_certificate(session, attempt, now)
    elif not passed and found.revoked_at is None and found.flagged_at is None:
        found.revoked_at, found.revoke_reason = now, GROUND_LOST
        record(session, now, None, "certificate.revoke", f"certificate:{found.number}", {"reason": GROUND_LOST})
    elif passed and found.revoke_reason == GROUND_LOST:
        found.revoked_at, found.revoke_reason = None, ""
        record(session, now, None, "certificate.restore", f"certificate:{found.number}")
    session.flush()


def flag_certificate(session: Session, attempt: Attempt, now: datetime) -> None:
    """Flag the certificate of an attempt that no longer passes, so that a person decides; take the flag off where it passes."""
    found = session.scalar(select(Certificate).where(Certificate.attempt_id == attempt.id))
    if found is None or found.revoked_at is not None:
        return
    passed = attempt.result is not None and attempt.result.passed
    if passed and found.flagged_at is not None:
        found.flagged_at, found.flag_reason = None, ""
        record(session, now, None, "certificate.unflag", f"certificate:{found.number}")
    elif not passed and found.flagged_at is None:
        found.flagged_at, found.flag_reason = now, FLAG_REASON
        record(session, now, None, "certificate.flag", f"certificate:{found.number}", {"reason": FLAG_REASON})
    session.flush()


def keep_flagged(session: Session, by: User, certificate: Certificate, reason: str, now: datetime) -> None:
    """Let a flagged certificate stand, with a reason; raises InputError where the reason is missing."""
    if len(reason.strip()) < 2:
        raise InputError("请写明为什么保留这张上岗证，会留在记录里。", "reason")
    certificate.flagged_at, certificate.flag_reason = None, ""
    record(session, now, by.id, "certificate.keep", f"certificate:{certificate.number}", {"reason": reason.strip()[:255]})
    session.flush()


def issue_due(session: Session, user_id: int, now: datetime) -> list[Certificate]:
    """Issue what became due since, for example after the last lesson that a certificate asks for."""
    attempts = session.scalars(select(Attempt).where(
        Attempt.user_id == user_id, Attempt.state == "final", Attempt.preview.is_(False))).all()
    issued = [issue_certificate(session, attempt, now) for attempt in attempts]
    return [certificate for certificate in issued if certificate is not None]


def certificates_of(session: Session, user_id: int) -> list[Certificate]:
    """A person's certificates, newest first."""
    return list(session.scalars(select(Certificate).where(Certificate.user_id == user_id).order_by(
        Certificate.issued_at.desc(), Certificate.id.desc()).options(joinedload(Certificate.user))))


def find_certificate(session: Session, mark: str) -> Certificate | None:
    """The certificate with this number or token."""
    mark = mark.strip()
    return session.scalar(select(Certificate).where(
        or_(Certificate.number == mark.upper(), Certificate.token == mark)).options(joinedload(Certificate.user)))


def state_of(certificate: Certificate, now: datetime) -> tuple[str, str]:
    """A code (valid, expired, revoked) and the word for it."""
    if certificate.revoked_at is not None:
        return "revoked", "已撤销"
    if now >= certificate.valid_until:
        return "expired", "已过期"
    return "valid", "有效"


def masked(name: str) -> str:
    """What the public page shows of a name: 陈*."""
    return name[:1] + "*" if name else "*"


def revoke_certificate(session: Session, by: User, certificate: Certificate, reason: str, now: datetime) -> None:
    """Revoke with a reason, on record; raises InputError where the reason is missing."""
    if not reason.strip():
        raise InputError("请写明撤销的原因，会留在记录里。", "reason")
    certificate.revoked_at, certificate.revoked_by_id = now, by.id
    certificate.revoke_reason = reason.strip()[:255]
    record(session, now, by.id, "certificate.revoke", f"certificate:{certificate.number}", {"reason": reason.strip()})
    session.flush()


def restore_certificate(session: Session, by: User, certificate: Certificate, now: datetime) -> None:
    """Take a revocation back, on record."""
    certificate.revoked_at = certificate.revoked_by_id = None
    certificate.revoke_reason = ""
    record(session, now, by.id, "certificate.restore", f"certificate:{certificate.number}")
    session.flush()

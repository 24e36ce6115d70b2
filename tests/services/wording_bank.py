"""A tiny rulebook whose wording is small enough to be read whole, and quick to compile."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from tests.services import exam_bank
from trainer.models import Release, ReleasePointer
from trainer.replies import ACTS, CODES
from trainer.rules import Rulebook

WORDING: dict[str, Any] = {
    "contact": {
        "concepts": {"软件": ["微信", "卫星"], "加": ["加", "添"], "否定": ["不能", "不要"], "歉": ["抱歉", "对不起"]},
        "violations": {
            "off_platform_contact": {
                "rule": "tmall.late.pay", "title": "引导站外联系", "why": "是站外联系", "patterns": [{"say": "<加> .. <软件>", "sure": "clear"}],
                "examples": {"violates": ["亲加我微信聊吧"], "complies": ["亲不能加微信的哦", "亲这双鞋是蓝泡泡图案的"]}},
        },
        "acts": {"apologise": {"patterns": [{"say": "<歉>", "sure": "clear"}], "examples": {"earned": ["非常抱歉让您久等了"], "unearned": ["亲这边看一下哦"]}}},
    },
    # The learned model may name any code or act, so each has its rule.
    "rest": {"violations": {code: {"why": "不合适"} for code in CODES}, "acts": {act: {"title": act} for act in ACTS}},
}


@lru_cache
def rulebook() -> Rulebook:
    """The small bank's rules with the wording above."""
    data = json.loads(exam_bank.rulebook().canonical_json())
    return Rulebook.from_json(json.dumps(data | {"wording": WORDING}, ensure_ascii=False))


def publish_release(session: Session, now: datetime) -> Release:
    """The release that judges by it."""
    found = rulebook()
    release = Release(number=1, digest=found.digest, body=found.canonical_json(), published_at=now)
    session.add(release)
    session.flush()
    session.add(ReleasePointer(release_id=release.id))
    session.flush()
    return release

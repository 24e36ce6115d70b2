"""What needs a refresh: rules that judge otherwise now than at the date of the certificate, and nothing else."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.models import Certificate, Release, ReleasePointer, User
from trainer.rules import Rulebook
from trainer.services import refresh
from trainer.services.people import visible_people


@pytest.fixture
def certificate(session: Session, cast: Cast, now: datetime) -> Certificate:
    exam = exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now)
    exam_bank.sit(session, cast.chen, exam, now)
    return session.scalars(select(Certificate)).one()


def publish(session: Session, now: datetime, **changed: Any) -> Rulebook:
    """A second release in which tmall.late.pay differs."""
    data = json.loads(exam_bank.rulebook().canonical_json())
    rule = next(rule for rule in data["rules"] if rule["id"] == "tmall.late.pay")
    rule |= changed
    book = Rulebook.from_json(json.dumps(data))
    release = Release(number=2, digest=book.digest, body=book.canonical_json(), published_at=now)
    session.add(release)
    session.flush()
    session.scalars(select(ReleasePointer)).one().release_id = release.id
    return book


def points(session: Session, certificate: Certificate, now: datetime) -> list[tuple[str, str]]:
    return [(p.change.rule_id, p.change.text) for p in refresh.points_of(session, [certificate], now)[certificate.id]]


def test_unchanged_rules_need_nothing(session: Session, certificate: Certificate, now: datetime) -> None:
    assert points(session, certificate, now + timedelta(days=300)) == []


def test_a_figure_that_changes_on_its_day_is_named_with_both_values(session: Session, cast: Cast, certificate: Certificate, now: datetime) -> None:
    figures = {"rate": [{"value": 30, "unit": "percent", "from": None}, {"value": 20, "unit": "percent", "from": "2026-01-01"},
                        {"value": 25, "unit": "percent", "from": "2027-01-01"}], "cap": [{"value": 500, "unit": "yuan", "from": None}]}
    certificate.rules_as_of = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
    publish(session, now, figures=figures)
    assert "20%→25%" in points(session, certificate, datetime.fromisoformat("2027-01-02T00:00:00+08:00"))[0][1]
    rows = refresh.to_refresh(session, visible_people(cast.wang, now).with_only_columns(User.id), now + timedelta(days=60))
    assert [row.id for row, _ in rows] == [certificate.id]
    assert refresh.to_refresh(session, visible_people(cast.stranger, now).with_only_columns(User.id), now + timedelta(days=60)) == []


def test_a_rule_that_ends_needs_a_refresh_and_a_new_mark_of_checking_does_not(session: Session, certificate: Certificate, now: datetime) -> None:
    publish(session, now, note="重新核对过", currency={"status": "unchecked", "by": None, "date": None, "against": None})
    assert points(session, certificate, now) == []


def test_a_rule_that_is_over_is_named(session: Session, certificate: Certificate, now: datetime) -> None:
    publish(session, now, effective={"from": "2012-01-01", "to": "2026-12-01"})
    assert points(session, certificate, now + timedelta(days=30)) == [("tmall.late.pay", "不再生效")]


def test_revoked_and_expired_certificates_are_left_out(session: Session, cast: Cast, certificate: Certificate, now: datetime) -> None:
    publish(session, now, effective={"from": "2012-01-01", "to": "2026-12-01"})
    certificate.revoked_at = now
    ids = visible_people(cast.admin, now).with_only_columns(User.id)
    assert refresh.to_refresh(session, ids, now + timedelta(days=30)) == []

"""Certificates: from final passed attempts with the lessons they ask for; verified, revoked, restored."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import Certificate, LessonProgress, Revision
from trainer.services import certificates, learning

LESSON = {"id": "first", "title": "第一课", "order": 1, "platforms": ["tmall"], "minutes": 5, "summary": "", "body": "正文"}


def sit_for(session: Session, cast: Cast, now: datetime, **terms: object) -> Certificate | None:
    exam_bank.publish_bank(session, now)
    paper = exam_bank.publish_body(session, "paper", exam_bank.PAPER | {"id": "with-terms", "certificate": terms}, now)
    exam_bank.sit(session, cast.chen, exam_bank.assign(session, paper, cast.wang, [cast.chen], now), now)
    return next(iter(certificates.certificates_of(session, cast.chen.id)), None)


def test_it_waits_for_the_lessons_it_asks_for_and_comes_with_the_last(session: Session, cast: Cast, now: datetime) -> None:
    assert sit_for(session, cast, now, requires={"lessons": ["first"]}) is None
    lesson: Revision = exam_bank.publish_body(session, "lesson", LESSON, now)
    learning.note_read(session, cast.chen, lesson, now + timedelta(days=1))
    [found] = certificates.certificates_of(session, cast.chen.id)
    assert found.issued_at == now + timedelta(days=1)
    learning.note_read(session, cast.chen, lesson, now + timedelta(days=2))
    assert len(certificates.certificates_of(session, cast.chen.id)) == 1


def test_it_says_what_it_is_for_and_until_when(session: Session, cast: Cast, now: datetime) -> None:
    found = sit_for(session, cast, now, valid_months=6, category="售后")
    assert found is not None
    assert (found.scope_text, found.title, found.post) == ("天猫 · 售后", "上岗小考", "aftersale")
    assert found.valid_until == datetime(2027, 5, 21, 6, 5, tzinfo=UTC)
    assert found.number.startswith("SG202611") and len(found.token) >= 16


def test_it_is_found_by_number_in_any_case_and_by_token(session: Session, cast: Cast, now: datetime) -> None:
    found = sit_for(session, cast, now)
    assert found is not None
    assert certificates.find_certificate(session, f" {found.number.lower()} ") is found
    assert certificates.find_certificate(session, found.token) is found
    assert certificates.find_certificate(session, "SG000000") is None


def test_it_is_valid_then_expired_and_revoked_goes_first(session: Session, cast: Cast, now: datetime) -> None:
    found = sit_for(session, cast, now)
    assert found is not None
    assert certificates.state_of(found, now)[0] == "valid"
    assert certificates.state_of(found, found.valid_until)[0] == "expired"
    with pytest.raises(InputError, match="原因"):
        certificates.revoke_certificate(session, cast.wang, found, "  ", now)
    certificates.revoke_certificate(session, cast.wang, found, "长期离岗", now)
    assert certificates.state_of(found, found.valid_until)[0] == "revoked"
    certificates.restore_certificate(session, cast.wang, found, now)
    assert certificates.state_of(found, now)[0] == "valid"


def test_the_public_name_shows_one_character() -> None:
    assert (certificates.masked("陈晓雨"), certificates.masked("")) == ("陈*", "*")


@pytest.mark.parametrize(("day", "months", "wanted"), [("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29"), ("2026-11-21", 12, "2027-11-21"),
                                                       ("2026-12-31", 2, "2027-02-28")])
def test_months_are_added_as_people_count_them(day: str, months: int, wanted: str) -> None:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert certificates.add_months(moment, months).date().isoformat() == wanted


def test_a_lesson_done_before_counts(session: Session, cast: Cast, now: datetime) -> None:
    lesson = exam_bank.publish_body(session, "lesson", LESSON, now)
    session.add(LessonProgress(user_id=cast.chen.id, lesson_slug="first", revision_id=lesson.id, started_at=now, done_at=now))
    session.flush()
    assert sit_for(session, cast, now, requires={"lessons": ["first"]}) is not None

"""Previews on a chosen date: judged by that day's rules, counted nowhere, and without trace in what others draw."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.errors import InputError
from trainer.models import Certificate, Release, VariantRow
from trainer.services import attempts, catalogue_stats, previews
from trainer.services.candidates import seen_questions, variants_now
from trainer.services.releases import current_release

LAW = {"as_of": "attempt", "options": [{"text": "{{tmall.late.pay#rate}}", "right": True}, {"text": "一半", "why": "没有这个比例。"}]}


@pytest.fixture
def release(session: Session, cast: Cast, now: datetime) -> Release:
    exam_bank.publish_bank(session, now)
    return current_release(session)


def test_a_day_is_read_kindly(now: datetime) -> None:
    assert previews.day_of(" 2014-06-20 ", now).isoformat() == "2014-06-20T12:00:00+08:00" and previews.day_of("", now) == now
    for text in ("明天", "2014-13-01", "1800-01-01"):
        with pytest.raises(InputError, match="日期"):
            previews.day_of(text, now)


def test_a_question_shows_the_figures_of_the_day(now: datetime) -> None:
    body, _ = exam_bank.made(json.dumps(exam_bank.single("exam.0") | LAW))
    texts = [previews.preview_question(body, 0, exam_bank.rulebook(), previews.day_of(day, now)).variant.key["right"] for day in ("2014-06-20",)]
    shown = {day: {o["text"] for o in previews.preview_question(body, 0, exam_bank.rulebook(), previews.day_of(day, now)).variant.shown["options"]}
             for day in ("2014-06-20", "2026-06-20")}
    assert texts and shown["2014-06-20"] != shown["2026-06-20"]


def test_a_paper_of_another_day_counts_nowhere(session: Session, cast: Cast, release: Release, now: datetime) -> None:
    for n in range(4):
        exam_bank.publish_question(session, release, exam_bank.single(f"law.{n}") | LAW, now)
    paper = exam_bank.publish_body(session, "paper", exam_bank.PAPER | {"id": "law", "sections": [
        {"id": "rest", "title": "规则", "draws": [{"questions": [f"law.{n}" for n in range(4)], "count": 4, "marks": 5}]}]}, now)
    drawn = variants_now(session, release, now)
    day = previews.day_of("2026-06-20", now)
    attempt = attempts.start_paper(session, cast.zhou, paper, now, preview=True, as_of=day)
    assert attempt.as_of == day and attempt.started_at == now and attempt.deadline_at == now + timedelta(minutes=30)
    assert all("20" in str(item.variant.shown["options"]) and item.variant.as_of == day for item in attempt.items)
    assert attempts.start_paper(session, cast.zhou, paper, now, preview=True, as_of=day) is attempt
    exam_bank.answer_all(session, attempt, now)
    attempts.submit_attempt(session, attempt, now, now)
    assert attempt.result.passed and session.scalar(select(func.count()).select_from(Certificate)) == 0
    assert seen_questions(session, cast.zhou.id) == {} and catalogue_stats.facility(session, "law.0").n == 0
    assert variants_now(session, release, now - timedelta(days=200)) .keys() == drawn.keys()
    rows = session.scalar(select(func.count()).select_from(VariantRow))
    attempts.start_paper(session, cast.zhou, paper, now, preview=True, as_of=day)
    assert session.scalar(select(func.count()).select_from(VariantRow)) == rows


def test_another_day_closes_the_preview_in_progress(session: Session, cast: Cast, release: Release, now: datetime) -> None:
    paper = exam_bank.publish_body(session, "paper", exam_bank.PAPER | {"id": "second"}, now)
    first = attempts.start_paper(session, cast.zhou, paper, now, preview=True, as_of=previews.day_of("2026-06-20", now))
    second = attempts.start_paper(session, cast.zhou, paper, now, preview=True, as_of=previews.day_of("2026-07-20", now))
    assert second.id != first.id and first.state == "final" and second.state == "in_progress"

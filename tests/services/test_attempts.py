"""Attempts: drawn whole at start, one at a time, closed by the clock whether or not anybody looks."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast, join_team, make_team
from tests.services import exam_bank
from trainer.errors import ContentError, InputError
from trainer.models import Assignment, Attempt, AttemptResult, ContentItem, Review, Team, VariantRow
from trainer.services import assignments, attempts, candidates, results
from trainer.services.releases import current_release


@pytest.fixture
def exam(session: Session, cast: Cast, now: datetime) -> Assignment:
    """The certifying paper for 小陈, open since an hour, one try."""
    return exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, [cast.chen], now)


def test_an_attempt_is_drawn_whole_at_the_start(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    assert [(item.section, item.worth) for item in attempt.items] == [("red", 5000)] * 2 + [("rest", 5000)] * 4
    assert len({item.variant.revision_id for item in attempt.items}) == 6
    assert attempt.deadline_at == now + timedelta(minutes=30)
    assert all(sorted(item.permutation) == sorted(option["id"] for option in item.variant.shown["options"]) for item in attempt.items)


def test_starting_again_goes_back_to_the_attempt_in_progress(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    first = attempts.start_attempt(session, cast.chen, exam, now)
    assert attempts.start_attempt(session, cast.chen, exam, now + timedelta(minutes=20)).id == first.id
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_the_same_seed_draws_the_same_paper_and_another_person_another(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.targets.append(type(exam.targets[0])(kind="person", target_id=cast.stranger.id))
    mine = attempts.start_attempt(session, cast.chen, exam, now)
    theirs = attempts.start_attempt(session, cast.stranger, exam, now)
    assert mine.seed == f"{cast.chen.id}.{exam.id}.1"
    orders = [[(item.variant_id, item.permutation) for item in attempt.items] for attempt in (mine, theirs)]
    assert orders[0] != orders[1]


def test_what_practice_shows_is_not_drawn_for_an_exam(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    pools = {c.pool for c in candidates.exam_candidates(session, current_release(session), now)}
    assert pools == {"exam", "practice", "both"}
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    assert {item.variant.revision.body["pool"] for item in attempt.items} == {"exam"}
    assert "unchecked" not in {item.variant.revision.body["id"] for item in attempt.items}


def test_the_pool_is_made_once_and_anew_when_a_question_or_a_moment_changes_it(session: Session, exam: Assignment, now: datetime) -> None:
    release = current_release(session)

    def pool(at: datetime = now) -> candidates.Pool:
        return candidates.current_pool(session, release, at)

    def slugs() -> set[str]:
        return {candidate.slug for candidate in pool().candidates}

    first = pool()
    assert pool() is first
    item = session.scalars(select(ContentItem).where(ContentItem.slug == "exam.0")).one()
    item.suspended_because = "规则改了"
    assert "exam.0" not in slugs()
    item.suspended_because = None
    assert "exam.0" in slugs()
    old = session.scalars(select(VariantRow).where(VariantRow.revision_id == item.published_id)).one()
    later = VariantRow(revision_id=old.revision_id, variant_no=0, release_id=release.id, as_of=now + timedelta(days=1), sha256="later",
                       shown=old.shown, key=old.key)
    session.add(later)
    session.flush()
    drawn = {at: next(c.variants[0] for c in pool(at).candidates if c.slug == "exam.0") for at in (now, now + timedelta(days=2))}
    assert drawn == {now: old.id, now + timedelta(days=2): later.id}


def test_a_paper_that_cannot_be_filled_says_which_section_and_what_to_do(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    for slug in ("exam.0", "exam.1"):
        session.scalars(select(ContentItem).where(ContentItem.slug == slug)).one().retired_at = now
    with pytest.raises(ContentError, match=r"「规则」抽不满题.*需要 4 题，现有 3 题。请培训师补题"):
        attempts.start_attempt(session, cast.chen, exam, now)


@pytest.mark.parametrize(("hours", "message"), [(-2, "还没有开始"), (25, "已经结束.*特批")])
def test_outside_the_window_nothing_begins(session: Session, cast: Cast, exam: Assignment, now: datetime, hours: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        attempts.start_attempt(session, cast.chen, exam, now + timedelta(hours=hours))


def test_a_used_up_or_withdrawn_exam_is_refused(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam_bank.sit(session, cast.chen, exam, now)
    with pytest.raises(InputError, match="1 次机会已用完"):
        attempts.start_attempt(session, cast.chen, exam, now + timedelta(hours=1))
    assignments.cancel_assignment(session, cast.wang, exam, now)
    with pytest.raises(InputError, match="已撤销"):
        attempts.start_attempt(session, cast.stranger, exam, now)


def test_the_second_try_waits_for_the_cool_down_and_gets_fresh_questions(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    exam.attempts_allowed, exam.cooldown_minutes = 2, 60
    first = exam_bank.sit(session, cast.chen, exam, now, wrong=(0,))
    with pytest.raises(InputError, match="间隔"):
        attempts.start_attempt(session, cast.chen, exam, now + timedelta(minutes=30))
    second = attempts.start_attempt(session, cast.chen, exam, now + timedelta(hours=2))
    assert second.no == 2
    unseen = {f"red.{n}" for n in range(3)} - {item.variant.revision.body["id"] for item in first.items}
    assert unseen <= {item.variant.revision.body["id"] for item in second.items}


def test_submitting_twice_changes_nothing(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = exam_bank.sit(session, cast.chen, exam, now)
    handed_in, settled = attempt.submitted_at, attempt.result.settled_at
    attempts.submit_attempt(session, attempt, now + timedelta(hours=1), now + timedelta(hours=1))
    assert (attempt.submitted_at, attempt.result.settled_at) == (handed_in, settled)
    assert session.scalar(select(func.count()).select_from(AttemptResult)) == 1


def test_a_late_submission_counts_from_the_deadline(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    attempts.submit_attempt(session, attempt, now + timedelta(hours=3), now + timedelta(hours=3))
    assert attempt.submitted_at == attempt.deadline_at


def test_time_over_is_shown_by_computation_and_nothing_is_written(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    later = attempt.deadline_at + timedelta(seconds=61)
    assert not attempts.is_closed(attempt, attempt.deadline_at - timedelta(seconds=1))
    assert attempts.is_closed(attempt, attempt.deadline_at)
    view = results.attempt_view(session, attempt, later)
    assert (view["state"], view["result"], attempt.state) == ("submitted", None, "in_progress")
    assert not session.dirty and not session.new


def test_the_sweep_closes_what_is_overdue_once_and_leaves_the_rest(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    attempt = attempts.start_attempt(session, cast.chen, exam, now)
    exam_bank.answer_all(session, attempt, now)
    assert attempts.sweep_attempts(session, attempt.deadline_at + timedelta(seconds=60)) == 0
    assert attempts.sweep_attempts(session, attempt.deadline_at + timedelta(seconds=61)) == 1
    assert attempts.sweep_attempts(session, attempt.deadline_at + timedelta(seconds=62)) == 0
    assert (attempt.state, attempt.submitted_at, attempt.result.points) == ("final", attempt.deadline_at, 30000)


def test_one_attempt_that_cannot_be_closed_does_not_stop_the_sweep(
        session: Session, cast: Cast, exam: Assignment, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.targets.append(type(exam.targets[0])(kind="person", target_id=cast.stranger.id))
    bad = attempts.start_attempt(session, cast.chen, exam, now)
    good = attempts.start_attempt(session, cast.stranger, exam, now)
    real = attempts.grade_attempt

    def grade(session: Session, attempt: Attempt, *rest: object) -> None:
        if attempt.id == bad.id:
            raise ZeroDivisionError
        real(session, attempt, *rest)

    monkeypatch.setattr(attempts, "grade_attempt", grade)
    assert attempts.sweep_attempts(session, now + timedelta(hours=1)) == 1
    session.refresh(bad)
    assert (bad.state, good.state) == ("in_progress", "final")


def test_a_practice_paper_needs_no_assignment_and_waits_for_nobody(session: Session, cast: Cast, exam: Assignment, now: datetime) -> None:
    paper = session.scalars(select(ContentItem).where(ContentItem.slug == "drill")).one().published
    attempt = attempts.start_paper(session, cast.chen, paper, now)
    assert attempts.start_paper(session, cast.chen, paper, now + timedelta(minutes=1)).id == attempt.id
    assert {item.variant.revision.body["pool"] for item in attempt.items} == {"practice"}
    attempts.submit_attempt(session, attempt, now, now)
    assert attempt.state == "final"
    assert session.scalar(select(func.count()).select_from(Review)) == 0
    assert results.visibility(session, attempt, now).keys


def test_shared_questions_give_exams_the_odd_variants_and_practice_the_even(session: Session, cast: Cast, now: datetime) -> None:
    exam_bank.publish_bank(session, now)
    body = exam_bank.PAPER | {"id": "shared", "sections": [
        {"id": "a", "title": "甲", "draws": [{"questions": ["late.amount"], "count": 1, "marks": 5}]}]}
    numbers = set()
    for certifying in (True, False):
        paper = exam_bank.publish_body(session, "paper", body | {"id": f"shared-{certifying}", "certifying": certifying}, now)
        for user in (cast.chen, cast.stranger, cast.zhou):
            items = attempts.start_paper(session, user, paper, now).items
            numbers |= {(certifying, session.get_one(VariantRow, item.variant_id).variant_no % 2) for item in items}
    assert numbers == {(True, 1), (False, 0)}


def test_an_exam_for_a_team_reaches_the_teams_below(session: Session, cast: Cast, now: datetime) -> None:
    paper = exam_bank.publish_bank(session, now)
    department = make_team(session, "客服部")
    ours = session.scalars(select(Team).where(Team.name == "售后一组")).one()
    ours.parent_id = department.id
    exam = assignments.create_assignment(session, cast.wang, paper, "全员考", [("team", department.id)], now, now + timedelta(days=1), 1,
                                         timedelta(0), now)
    assert assignments.assignments_for(session, cast.chen, now) == [exam]
    assert assignments.assignments_for(session, cast.stranger, now) == []
    join_team(session, cast.stranger, department, now)
    assert assignments.assignments_for(session, cast.stranger, now) == [exam]

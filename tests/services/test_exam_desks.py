"""A case inside an attempt: one desk for its place, the attempt's clock, marks with the paper, a sealed report."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import publish_case
from trainer.errors import InputError
from trainer.models import Attempt, ContentItem, Revision
from trainer.services import desks
from trainer.services.attempts import load_attempt, start_paper, submit_attempt
from trainer.services.results import attempt_view

PAPER: dict[str, Any] = {
    "id": "desk-only", "title": "只考接待", "certifying": True, "minutes": 30, "pass": {"percent": 80},
    "sections": [{"id": "desk", "title": "模拟接待", "kind": "case", "cases": ["tmall_lost_parcel"], "count": 1, "marks": 20}],
    "show": {"marks": "submitted", "keys": "never"},
}


@pytest.fixture
def attempt(session: Session, cast: Cast, now: datetime) -> Attempt:
    publish_case(session, now)
    item = ContentItem(kind="paper", slug="desk-only", title="只考接待")
    session.add(item)
    session.flush()
    paper = Revision(item_id=item.id, no=1, body=PAPER, digest="p", state="published", created_at=now)
    session.add(paper)
    session.flush()
    started = start_paper(session, cast.chen, paper, now)
    loaded = load_attempt(session, started.id)
    assert loaded is not None
    return loaded


def opened(session: Session, attempt: Attempt, cast: Cast, now: datetime) -> int:
    item = attempt.items[0]
    assert item.case_revision is not None
    return desks.open_desk(session, cast.chen, item.case_revision, now, item=item).id


def test_a_place_has_one_desk_however_often_it_is_entered(session: Session, attempt: Attempt, cast: Cast,
                                                          now: datetime) -> None:
    assert opened(session, attempt, cast, now) == opened(session, attempt, cast, now)


def test_nothing_goes_back_in_an_exam(session: Session, attempt: Attempt, cast: Cast, now: datetime) -> None:
    desk = opened(session, attempt, cast, now)
    desks.make_move(session, desk, {"move": "look", "panel": "parcel"}, "k1", 0, now)
    with pytest.raises(InputError, match="不能退回"):
        desks.go_back(session, desk, 0)


def test_the_desk_closes_with_the_attempt(session: Session, attempt: Attempt, cast: Cast, now: datetime) -> None:
    desk = opened(session, attempt, cast, now)
    assert not desks.is_over(session, desk, now + timedelta(minutes=29))
    assert desks.is_over(session, desk, now + timedelta(minutes=30))


def test_the_report_stays_sealed_while_keys_are_hidden(session: Session, attempt: Attempt, cast: Cast, now: datetime) -> None:
    desk = desks.load_desk(session, opened(session, attempt, cast, now))
    assert desk is not None
    assert desks.is_sealed(session, desk.row, now)


def test_the_score_of_the_desk_counts_in_the_attempt(session: Session, attempt: Attempt, cast: Cast, now: datetime) -> None:
    desk = opened(session, attempt, cast, now)
    desks.make_move(session, desk, {"move": "look", "panel": "parcel"}, "k1", 0, now)
    desks.make_move(session, desk, {"move": "finish"}, "k2", 1, now)
    submit_attempt(session, attempt, now, now)
    loaded = desks.load_desk(session, desk)
    assert loaded is not None
    result = attempt.items[0].result
    assert result is not None
    assert result.points == round(loaded.row.report["score"] * 20_000 / 100)


def test_the_supervisor_finds_the_replay_beside_the_item(session: Session, attempt: Attempt, cast: Cast,
                                                         now: datetime) -> None:
    desk = opened(session, attempt, cast, now)
    submit_attempt(session, attempt, now, now)
    mine = attempt_view(session, attempt, now)
    his = attempt_view(session, attempt, now, reader=cast.wang)
    assert "desk_id" not in mine["items"][0], "keys are hidden, so is the replay"
    assert his["items"][0]["desk_id"] == desk

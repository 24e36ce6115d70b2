from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import publish_case
from trainer.errors import ConflictError, InputError
from trainer.models import DeskMove, DeskSession
from trainer.services import desks

LOOK = {"move": "look", "panel": "parcel"}


@pytest.fixture
def desk(session: Session, cast: Cast, now: datetime) -> DeskSession:
    """小陈's desk with the lost parcel, just opened."""
    return desks.open_desk(session, cast.chen, publish_case(session, now), now)


def do(session: Session, desk: DeskSession, raw: dict[str, Any], key: str, now: datetime) -> desks.Moved:
    return desks.make_move(session, desk.id, raw, key, desk.head_n, now)


def test_opening_a_desk_stores_the_buyers_first_words(session: Session, desk: DeskSession) -> None:
    loaded = desks.load_desk(session, desk.id)
    assert loaded is not None
    assert [event["who"] for event in loaded.events] == ["buyer", "buyer"]
    assert loaded.state.at == 0


def test_a_move_is_stored_before_it_is_shown_and_survives_a_reload(session: Session, desk: DeskSession, now: datetime) -> None:
    moved = do(session, desk, LOOK, "k1", now)
    session.expire_all()
    again = desks.load_desk(session, desk.id)
    assert again is not None
    assert again.state == moved.desk.state
    assert again.events == moved.desk.events
    assert "parcel_stuck" in again.state.known


def test_the_same_key_twice_makes_one_move(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, LOOK, "k1", now)
    again = desks.make_move(session, desk.id, LOOK, "k1", 0, now)
    assert again.refused == ""
    assert session.scalar(select(func.count()).select_from(DeskMove)) == 1


def test_a_page_that_is_behind_is_told_and_changes_nothing(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, LOOK, "k1", now)
    with pytest.raises(ConflictError, match="新的进展"):
        desks.make_move(session, desk.id, {"move": "finish"}, "k2", 0, now)
    assert desk.head_n == 1


def test_a_refused_move_is_not_stored(session: Session, desk: DeskSession, now: datetime) -> None:
    moved = do(session, desk, {"move": "agree_refund", "amount": "1.00"}, "k1", now)
    assert "退款申请" in moved.refused
    assert "look" in moved.allowed
    assert desk.head_n == 0


def test_an_unreadable_move_is_told_kindly(session: Session, desk: DeskSession, now: datetime) -> None:
    with pytest.raises(InputError, match="缺少参数 panel"):
        do(session, desk, {"move": "look"}, "k1", now)


def test_a_reply_is_stored_with_its_findings(session: Session, desk: DeskSession, now: datetime) -> None:
    moved = do(session, desk, {"move": "reply", "text": "亲，您找快递去，货出了我们的门就不关我们的事。"}, "k1", now)
    turn = moved.desk.turns[0]
    assert turn.findings is not None
    assert "shift_blame" in [found["code"] for found in turn.findings["violations"]]
    assert moved.desk.state.slips[0].turn == 1


def test_going_back_leaves_a_branch_on_record(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, LOOK, "k1", now)
    do(session, desk, {"move": "wait", "minutes": 300}, "k2", now)
    back = desks.go_back(session, desk.id, 1)
    assert [turn.n for turn in back.turns] == [1]
    moved = do(session, desk, {"move": "contact_courier"}, "k3", now)
    assert [turn.n for turn in moved.desk.turns] == [1, 3]
    assert session.scalar(select(func.count()).select_from(DeskMove)) == 3


def test_an_exam_desk_cannot_go_back(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, LOOK, "k1", now)
    desk.mode = desks.EXAM
    with pytest.raises(InputError, match="不能退回"):
        desks.go_back(session, desk.id, 0)


def test_finishing_stores_the_report_and_closes_the_desk(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, LOOK, "k1", now)
    do(session, desk, {"move": "finish"}, "k2", now)
    assert desk.finished_at == now
    assert desk.passed is False
    assert desk.report["end_state"] == "open"
    assert desk.report["best_fen"] == 0
    assert {"what", "points", "of", "turn", "rule", "why"} == set(desk.report["marks"][0])
    with pytest.raises(ConflictError, match="已经结束"):
        do(session, desk, LOOK, "k3", now)


def test_a_second_play_brings_another_variant(session: Session, cast: Cast, now: datetime) -> None:
    revision = publish_case(session, now)
    one = desks.open_desk(session, cast.chen, revision, now)
    two = desks.open_desk(session, cast.chen, revision, now)
    assert one.conversations[0].variant_no != two.conversations[0].variant_no

"""Desks of several buyers: one clock for all, real seconds in a reception, one report."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import publish_case, publish_more
from trainer.errors import InputError
from trainer.models import DeskMove, DeskSession
from trainer.services import desks

HELLO = {"move": "reply", "text": "您好，我是客服小陈，这边马上帮您查一下，请问具体是什么问题呢？"}


@pytest.fixture
def three(session: Session, now: datetime) -> list[Any]:
    first = publish_case(session, now)
    return [first, publish_more(session, now, "tmall_invoice_request"), publish_more(session, now, "taobao_size_advice")]


@pytest.fixture
def reception(session: Session, cast: Cast, three: list[Any], now: datetime) -> DeskSession:
    """小陈's reception of three buyers, just begun."""
    return desks.open_several(session, cast.chen, three, now, real=True)


@pytest.fixture
def lesson(session: Session, cast: Cast, three: list[Any], now: datetime) -> DeskSession:
    """The same three in learning mode."""
    return desks.open_several(session, cast.chen, three, now, real=False)


def loaded(session: Session, row: DeskSession, now: datetime, talk: int = 0) -> desks.Desk:
    desk = desks.load_desk(session, row.id, now, talk=talk)
    assert desk is not None
    return desk


def do(session: Session, row: DeskSession, talk: int, raw: dict[str, Any], now: datetime) -> desks.Moved:
    return desks.make_move(session, row.id, {**raw, "conversation": str(talk)}, f"{talk}-{now.isoformat()}-{raw['move']}",
                           row.head_n, now)


def alive(session: Session, row: DeskSession, begin: datetime, seconds: int) -> None:
    """The page gives a sign every ten seconds."""
    for second in range(10, seconds + 1, 10):
        desks.keep_time(session, row.id, begin + timedelta(seconds=second))


def test_buyers_come_one_after_another(session: Session, reception: DeskSession, now: datetime) -> None:
    assert len(loaded(session, reception, now).here()) == 1
    alive(session, reception, now, 50)
    assert len(loaded(session, reception, now + timedelta(seconds=50)).here()) == 3


def test_a_move_in_one_conversation_moves_the_clock_of_all(session: Session, lesson: DeskSession, now: datetime) -> None:
    do(session, lesson, 0, {"move": "wait", "minutes": 30}, now)
    desk = loaded(session, lesson, now, 1)
    assert [talk.minute(desk.seconds) for talk in desk.talks] == [30, 28, 26]
    assert len(desk.talk.turns) == 1, "the second buyer has pushed meanwhile"
    assert desk.talk.turns[0].move == {"move": "pass"}
    assert desk.state.mood < 0


def test_moves_keep_to_their_conversation(session: Session, lesson: DeskSession, now: datetime) -> None:
    do(session, lesson, 0, {"move": "wait", "minutes": 5}, now)
    do(session, lesson, 1, HELLO, now)
    desk = loaded(session, lesson, now, 1)
    assert "greet" in desk.state.acts
    assert "greet" not in desk.talks[0].state.acts


def test_a_buyer_who_has_not_come_yet_cannot_be_served(session: Session, reception: DeskSession, now: datetime) -> None:
    with pytest.raises(InputError, match="还没有来"):
        do(session, reception, 2, HELLO, now)


def test_going_back_in_a_lesson_takes_back_what_passed_elsewhere(session: Session, lesson: DeskSession, now: datetime) -> None:
    do(session, lesson, 0, {"move": "wait", "minutes": 30}, now)
    desk = loaded(session, lesson, now)
    back = desks.go_back(session, lesson.id, desks.last_before(desk))
    assert (back.seconds, [len(talk.turns) for talk in back.talks]) == (0, [0, 0, 0])


def test_response_times_are_real_seconds(session: Session, reception: DeskSession, now: datetime) -> None:
    alive(session, reception, now, 40)
    do(session, reception, 0, HELLO, now + timedelta(seconds=42))
    alive(session, reception, now, 120)
    do(session, reception, 1, HELLO, now + timedelta(seconds=125))
    desks.close_desk(session, reception.id, now + timedelta(seconds=130))
    found = reception.report["service"]
    assert (found["first"], found["longest"], found["in_time"]) == (71, 100, 2)
    assert len(found["left"]) == 3
    assert found["asked"] == 5


def test_a_lost_connection_stops_the_clock(session: Session, reception: DeskSession, now: datetime) -> None:
    alive(session, reception, now, 20)
    later = now + timedelta(hours=1)
    assert loaded(session, reception, later).seconds == 45
    desk = desks.keep_time(session, reception.id, later)
    assert (desk.seconds, desk.row.clock["gaps"]) == (45, 1)


def test_a_silent_buyer_pushes_in_real_time(session: Session, reception: DeskSession, now: datetime) -> None:
    alive(session, reception, now, 16 * 60)
    desk = loaded(session, reception, now + timedelta(minutes=16))
    assert [event["who"] for event in desk.talks[0].turns[0].events].count("buyer") == 1
    assert session.scalars(select(DeskMove.client_key)).first().startswith("pass-")  # type: ignore[union-attr]


def test_a_page_that_missed_only_time_may_still_move(session: Session, reception: DeskSession, now: datetime) -> None:
    alive(session, reception, now, 16 * 60)
    moved = desks.make_move(session, reception.id, {**HELLO, "conversation": 0}, "k", 0, now + timedelta(minutes=16))
    assert moved.refused == ""


def test_waiting_is_skipped_only_when_nobody_waits(session: Session, reception: DeskSession, now: datetime) -> None:
    with pytest.raises(InputError, match="还在等您答复"):
        desks.skip_ahead(session, reception.id, now)
    assert "时间是真的" in do(session, reception, 0, {"move": "wait", "minutes": 60}, now).refused


def test_skipping_leads_to_the_next_thing_that_happens(session: Session, cast: Cast, three: list[Any], now: datetime) -> None:
    row = desks.open_several(session, cast.chen, three[:2], now, real=True)
    do(session, row, 0, {"move": "finish"}, now)
    desk = desks.skip_ahead(session, row.id, now)
    assert (desk.seconds, len(desk.here())) == (25, 2)


def test_ending_every_conversation_ends_the_desk(session: Session, reception: DeskSession, now: datetime) -> None:
    alive(session, reception, now, 50)
    for talk in range(3):
        do(session, reception, talk, {"move": "finish"}, now + timedelta(seconds=60 + talk))
    assert reception.finished_at is not None
    assert [part["nick"] for part in reception.report["conversations"]] == [
        talk.scene.case.buyer.nick for talk in loaded(session, reception, now).talks]
    assert {mark["conversation"] for mark in reception.report["marks"]} == {0, 1, 2}
    assert reception.passed is False


def test_a_name_of_the_buyer_beside_is_a_slip(session: Session, reception: DeskSession, now: datetime) -> None:
    desk = loaded(session, reception, now)
    other = desk.talks[1].scene.case.buyer.nick
    moved = do(session, reception, 0, {"move": "reply", "text": f"{other}您好，我马上给您查物流。"}, now)
    assert "wrong_name" in {slip.code for slip in moved.desk.state.slips}


def test_cases_are_chosen_by_level_and_topic_those_least_played_first(session: Session, cast: Cast, three: list[Any], now: datetime) -> None:
    assert len(desks.choose(session, cast.chen, 3)) == 3
    desks.open_several(session, cast.chen, three[:2], now, real=True)
    assert desks.choose(session, cast.chen, 2)[0].body["id"] == "taobao_size_advice"
    with pytest.raises(InputError, match="不够 2 位"):
        desks.choose(session, cast.chen, 2, topic="presale")


def test_a_set_holds_two_to_six_published_cases(session: Session, cast: Cast, three: list[Any], now: datetime) -> None:
    slugs = [row.body["id"] for row in three]
    row = desks.save_set(session, cast.zhou, "周一早班", slugs, now)
    assert [one.body["id"] for one in desks.set_revisions(session, row.id)[1]] == slugs
    desks.retire_set(session, row.id, now)
    assert desks.sets(session) == []
    for bad in (slugs[:1], [slugs[0], slugs[0]], [slugs[0], "nothing"]):
        with pytest.raises(InputError):
            desks.save_set(session, cast.zhou, "坏的", bad, now)

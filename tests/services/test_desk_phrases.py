"""The shop's quick phrases at the desk: which pack, what is filled in, how they are found, what is marked; taking a bubble back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services.desk_bank import publish_case
from trainer.models import ContentItem, DeskSession, Revision
from trainer.services import desks
from trainer.services.desk_phrases import initials

PHRASES = [
    {"key": "hy", "group": "接待", "text": "您好，{昵称}，这里是松果小铺，请问有什么可以帮您？"},
    {"key": "fh", "group": "物流", "text": "订单 {订单号} {时限}前发出，发了我告诉您。"},
    {"key": "rk", "group": "物流", "text": "亲，您的宝贝正在办理入库，稍等几天就发。", "state": "stale"},
]


@pytest.fixture
def desk(session: Session, cast: Cast, now: datetime) -> DeskSession:
    """小陈's desk with the lost parcel; the common pack is published."""
    revision = publish_case(session, now)
    item = ContentItem(kind="shop", slug="sample-shop", title="松果小铺")
    session.add(item)
    session.flush()
    shop = Revision(item_id=item.id, no=1, digest="shop", state="published", created_at=now,
                    body={"id": "sample-shop", "name": "松果小铺", "phrases": PHRASES})
    session.add(shop)
    session.flush()
    item.published_id = shop.id
    session.flush()
    return desks.open_desk(session, cast.chen, revision, now)


def do(session: Session, desk: DeskSession, now: datetime, **raw: Any) -> desks.Moved:
    return desks.make_move(session, desk.id, raw, f"{desk.head_n}", desk.head_n, now)


@pytest.mark.parametrize("text, letters", [("发货", "fh"), ("您好，亲", "nhq"), ("Abc 12", ""), ("咨询售后", "zxsh")])
def test_initials_of_chinese_characters(text: str, letters: str) -> None:
    assert initials(text) == letters


def test_phrases_are_filled_as_far_as_the_case_tells(session: Session, desk: DeskSession) -> None:
    loaded = desks.load_desk(session, desk.id)
    assert loaded is not None
    pack, groups = desks.pack_of(session, loaded.scene.case.shop)
    found = {one.key: one for one in desks.quick_phrases(pack, groups, loaded.scene, loaded.state)}
    assert loaded.scene.case.buyer.nick in found["hy"].text
    assert loaded.scene.case.shop in found["hy"].text
    assert found["fh"].open == ("时限",)
    assert "fh" in found["fh"].initials


def test_an_open_variable_and_a_stale_phrase_are_marked_where_they_stand(session: Session, desk: DeskSession, now: datetime) -> None:
    moved = do(session, desk, now, move="reply", text="订单 123 {时限}前发出，发了我告诉您。")
    turn = moved.desk.turns[0]
    assert turn.findings is not None
    assert ("unfilled_variable", "{时限}") in [(one["code"], one["text"]) for one in turn.findings["violations"]]
    moved = do(session, desk, now, move="reply", text=PHRASES[2]["text"])
    assert "stale_phrase" in {slip.code for slip in moved.desk.state.slips}
    moved = do(session, desk, now, move="reply", text=PHRASES[2]["text"])
    assert "repeated_phrase" in {slip.code for slip in moved.desk.state.slips}


def test_a_bubble_held_back_can_be_recalled_with_what_it_said(session: Session, desk: DeskSession, now: datetime) -> None:
    do(session, desk, now, move="reply", text="您好，我是客服小陈。", hold="1")
    moved = do(session, desk, now, move="reply", text="您找快递去，货出了门就不关我们的事。", hold="1")
    assert moved.desk.state.slips
    moved = do(session, desk, now + timedelta(seconds=30), move="recall")
    assert (moved.refused, moved.desk.state.slips) == ("", ())
    assert "greet" in moved.desk.state.acts
    assert [event["kind"] for event in moved.desk.turns[-1].events] == ["recall"]


def test_names_of_other_variants_are_wrong_names(session: Session, desk: DeskSession, now: datetime) -> None:
    loaded = desks.load_desk(session, desk.id)
    assert loaded is not None
    other = next(nick for nick in loaded.scene.case.variants["nick"] if nick != loaded.scene.case.buyer.nick)
    moved = do(session, desk, now, move="reply", text=f"{other}，我马上给您查物流。")
    assert "wrong_name" in {slip.code for slip in moved.desk.state.slips}

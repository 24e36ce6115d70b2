from typing import Any

import pytest

from trainer.roleplay import SPECS, Move, MoveError, parse_move

CONTRACT = """reply look request_evidence agree_refund agree_return refuse offer_compensation offer_exchange reship repair
contact_courier contact_warehouse submit_evidence issue_invoice record escalate confirm_return_received wait finish note
transfer small_payment intercept change_address extend_receipt send_card change_price urge_payment invite_review
work_order recall""".split()


def test_every_move_of_the_contract_has_a_name() -> None:
    assert set(SPECS) == set(CONTRACT)


@pytest.mark.parametrize("raw, part", [
    ({"move": "dance"}, "没有“dance”"),
    ({"move": "look"}, "缺少参数 panel"),
    ({"move": "look", "panel": "roof"}, "不在可选范围"),
    ({"move": "reply", "text": "好", "loud": True}, "不认识参数 loud"),
    ({"move": "agree_refund", "amount": "12.345"}, "最多两位小数"),
    ({"move": "agree_refund", "amount": True}, "应是金额"),
    ({"move": "agree_refund", "amount": -1}, "不小于 0"),
    ({"move": "wait", "minutes": 0}, "整数"),
    ({"move": "wait", "minutes": 2.5}, "整数"),
    ({"move": "submit_evidence", "kinds": ["rumour"]}, "凭证"),
    ({"move": "record", "fields": {"mood": "bad"}}, "没有 mood"),
    ({"move": "record", "fields": {"reason": "boredom"}}, "不在可选范围"),
    ("reply", "应是一个对象"),
    ({"move": "reply", "text": "长" * 2001}, "最多 2000"),
])
def test_a_bad_move_is_told_what_is_wrong(raw: Any, part: str) -> None:
    with pytest.raises(MoveError, match=part):
        parse_move(raw)


def test_amounts_are_exact_fen_and_written_back_as_yuan() -> None:
    move = parse_move({"move": "agree_refund", "amount": 0.29})
    assert move == Move("agree_refund", {"amount": 29})
    assert move.to_dict() == {"move": "agree_refund", "amount": "0.29"}


def test_record_takes_its_fields_flat_too() -> None:
    flat = parse_move({"move": "record", "reason": "damaged", "responsible": "carrier"})
    assert flat == parse_move({"move": "record", "fields": {"responsible": "carrier", "reason": "damaged"}})

"""The learned model: its file, its packed arithmetic, and that talk around a slip does not drown it."""

import json
import math

import pytest

from trainer.replies import CODES
from trainer.replies.checker import wording_of
from trainer.replies.reader import read
from trainer.replies.suspicion import MODEL, STEP, Learned, make_model, model, pack, windows

HEAD = {"labels": ["abuse", "threat"], "scale": [1.0, 2.0], "start": [0.0, -1.0], "limit": [0.0]}


@pytest.fixture(scope="session")
def learned(rulebook):
    wording = wording_of(rulebook)
    return lambda reply, buyer="": Learned(read(reply, buyer, wording), wording)


def test_the_file_names_the_data_that_it_was_made_from():
    head = json.loads(MODEL.read_text(encoding="utf-8").split("\n", 1)[0])
    assert len(head["data"]) == 64
    assert len(head["labels"]) == len(head["scale"]) == len(head["start"])
    assert set(model().limit) <= set(CODES)
    assert len(model().limit) == len(head["limit"]) == 21


def test_packed_rows_add_up_to_the_plain_sums():
    weights = {"a": [(0, 8), (1, -3)], "b": [(0, -46), (1, 46)], "c": [(1, 5)]}
    made = make_model(HEAD, {name: pack(pairs) for name, pairs in weights.items()})
    packed = made.scores(made.shared(made.rows["a"] + made.rows["b"] + made.rows["c"] + made.rows["unknown"]))
    plain = [(8 - 46) / math.sqrt(3) / STEP, (-3 + 46 + 5) / math.sqrt(3) / STEP * 2 - 1]
    assert [made.real(value, number) for number, value in enumerate(packed)] == pytest.approx(plain, abs=0.01)


def test_each_clause_each_pair_and_the_whole_are_looked_at(rulebook):
    wording = wording_of(rulebook)
    assert windows(read("好的", "", wording)) == [(0, 0)]
    assert windows(read("好的,谢谢", "", wording)) == [(0, 0), (1, 1), (0, 1)]
    assert windows(read("好的,谢谢,再见", "", wording)) == [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2)]


def test_polite_talk_around_a_slip_does_not_drown_it(learned):
    slip = "给个五星好评返5元红包"
    polite = "亲,您好呀,欢迎光临,让您久等了,非常抱歉,感谢您的支持"
    alone, among = learned(slip).best["review_bribe"], learned(f"{polite},{slip},祝您生活愉快").best["review_bribe"]
    assert alone > 0
    assert among > 0


def test_the_place_shown_is_the_clause_that_says_it(rulebook, learned):
    reply = "亲,您好,加我微信聊,谢谢"
    seen = read(reply, "", wording_of(rulebook))
    start, end = learned(reply).place("off_platform_contact", seen)
    assert seen.reading.text[start:end] == "加我微信聊"


def test_the_same_reply_always_has_the_same_scores(learned):
    assert learned("您找快递去吧,不归我们管").best == learned("您找快递去吧,不归我们管").best

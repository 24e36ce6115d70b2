"""Whatever a browser sends: a grade or a kind refusal, never a failure of ours."""

import pytest

from trainer.questions import TYPES, ResponseError, grade, make_variant, parse
from trainer.replies import Findings

BODIES = {
    "single": {"options": [{"text": "甲", "right": True}, {"text": "乙", "why": "不"}]},
    "multiple": {"options": [{"text": "甲", "right": True}, {"text": "乙", "why": "不"}]},
    "true_false": {"right": True},
    "decision": {
        "decision": {
            "ask": "late.compensation",
            "platform": "tmall",
            "facts": {"order": {"amount": 9}, "claim": {"reason": "late_shipment"}},
        },
        "answer": {"say": "{amount} 元"},
        "distractors": [{"mistake": "错", "answer": {"amount": 1}}],
    },
    "ordering": {"steps": ["一", "二", "三"]},
    "numeric": {
        "decision": {
            "ask": "late.compensation",
            "platform": "tmall",
            "facts": {"order": {"amount": 9}, "claim": {"reason": "late_shipment"}},
        },
        "answer": {"field": "amount"},
    },
    "deadline": {
        "decision": {
            "ask": "late.deadline",
            "platform": "tmall",
            "facts": {"order": {"paid_at": "2014-06-02T10:00", "kind": "normal"}},
        },
        "answer": {"field": "ship_by"},
    },
    "matching": {"pairs": [{"left": str(n), "right": str(n % 2)} for n in range(3)]},
    "spot_violation": {"chat": [{"who": "买家", "text": "在"}, {"who": "客服", "text": "[[哦|curt]],在"}]},
    "cloze": {"text": "[[1]]内", "blanks": [{"accept": ["三天"]}]},
    "scripted_reply": {
        "platform": "tmall",
        "buyer": "在吗",
        "required": [{"act": "greet", "points": 1, "what": "问好"}],
        "samples": [{"reply": "您好", "marks": [80, 100]}] * 3 + [{"reply": "哦", "marks": [0, 50]}] * 3,
    },
}
JUNK = [
    None,
    5,
    -1.5,
    True,
    "",
    "zz",
    "a",
    ["a"],
    ["a", "a"],
    [None],
    [["a"]],
    {"a": "b"},
    {"s1": 1},
    "9" * 400,
    "\u0000",
    "NaN",
    "1e999",
]
FIELDS = ["choice", "choices", "order", "value", "at", "pairs", "segments", "blanks", "text"]


def test_every_type_is_here():
    assert set(BODIES) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_response_of_any_shape_is_graded_or_refused(kind, make_question, rulebook, moment, monkeypatch):
    monkeypatch.setattr("trainer.questions.scripted_reply.check_reply", lambda *_, **__: Findings())
    variant = make_variant(make_question(kind, **BODIES[kind]), 0, rulebook, moment)
    for field in FIELDS:
        for junk in JUNK:
            try:
                result = grade(variant, {field: junk}, rulebook)
            except ResponseError:
                continue
            assert 0 <= result.points <= 1000


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_form_fields_of_any_content_are_read_or_refused(kind):
    for field in [*FIELDS, "l1", "b1", "l999", "b"]:
        for text in [
            "",
            " ",
            "a",
            "zz",
            "s1,s2",
            "2014-06-02T10:00",
            "9" * 5000,
            "\u0000",
            "１２",
            "t1.1",
            "-",
            "NaN",
            "1e999",
        ]:
            try:
                response = parse(kind, {field: [text, text]})
            except ResponseError:
                continue
            assert response is None or isinstance(response, dict)

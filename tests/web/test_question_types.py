"""Every question type has controls on the page whose names its parser understands, and never shows its key."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from trainer.content import Question
from trainer.questions import TYPES, Variant, make_variant, parse
from trainer.rules import Rulebook

NOW = datetime(2026, 11, 21, tzinfo=UTC)
COMMON = {"title": "题", "platforms": ["tmall"], "topic": "shipping", "systems": [7], "difficulty": 1, "pool": "practice",
          "rules": ["law.return.seven_day_right"], "stem": "题干"}
FREIGHT = {"ask": "compensation.fraud", "platform": "tmall", "facts": {"order": {"amount": 1000}}}
BODIES: dict[str, dict[str, object]] = {
    "single": {"options": [{"text": "甲", "right": True}, {"text": "乙", "why": "错"}]},
    "multiple": {"options": [{"text": "甲", "right": True}, {"text": "丙", "right": True}, {"text": "乙", "why": "错"}]},
    "true_false": {"right": False, "why": "说反了"},
    "decision": {"decision": FREIGHT, "answer": {"say": "赔 {amount} 元"},
                 "distractors": [{"mistake": "只赔一倍", "value": {"amount": "order.amount"}}]},
    "ordering": {"steps": ["一", "二", "三"]},
    "scripted_reply": {"platform": "tmall", "buyer": "在吗", "required": [{"act": "greet", "points": 1, "what": "问候"}], "samples": [
        {"reply": "您好", "marks": [80, 100]}] * 3 + [{"reply": "哦", "marks": [0, 10]}] * 3},
    "numeric": {"decision": FREIGHT, "answer": {"field": "amount", "unit": "元", "tolerance": 0.01}},
    "deadline": {"decision": {"ask": "return.refund_due", "platform": "tmall", "facts": {"goods_received_at": "2026-11-20T10:00:00+08:00"}},
                 "answer": {"field": "refund_by"}},
    "matching": {"pairs": [{"left": "发票", "right": "六分"}, {"left": "拒绝交易", "right": "一分"}, {"left": "赠品", "right": "四分"}]},
    "spot_violation": {"chat": [{"who": "买家", "text": "能加微信吗？"}, {"who": "客服", "text": "可以的,[[我微信是 abc|off_platform_contact]],聊。"}]},
    "cloze": {"text": "付款后 [[1]] 内发货。", "blanks": [{"accept": ["三天"]}]},
}
TYPED = {"numeric": {"value": ["3000"]}, "deadline": {"at": ["2026-11-27T23:59"]}, "cloze": {"b1": ["三天"]}, "scripted_reply": {"text": ["您好"]}}
PAGE = '{% from "questions/_answer.html" import stem, controls, answered %}{{ stem(item) }}{{ controls(item, "q", plain=True) }}'
BACK = '{% from "questions/_answer.html" import answered %}{{ answered(item, []) }}'


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook.load(Path("question_bank/rulebook"))


def variant(kind: str, rulebook: Rulebook) -> Variant:
    return make_variant(Question.from_dict({**COMMON, "id": f"test.{kind.replace('_', '-')}", "type": kind, **BODIES[kind]}), 0, rulebook, NOW)


def item_of(made: Variant) -> dict[str, object]:
    parts = made.shown.get("options") or made.shown.get("steps") or []
    return {"type": made.type, "shown": made.shown, "parts": parts, "answer": {}, "body": {"id": made.question_id}}


def test_there_is_a_body_for_every_type() -> None:
    assert set(BODIES) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_what_the_page_sends_is_understood_and_shown_again(app: Flask, rulebook: Rulebook, kind: str) -> None:
    made = variant(kind, rulebook)
    with app.test_request_context():
        page = render_template_string(PAGE, item=item_of(made))
        raw: dict[str, list[str]] = {name: list(values) for name, values in TYPED.get(kind, {}).items()}
        for tag in re.findall(r"<(?:input|select)[^>]*>", page):
            name = re.search(r'name="([^"]+)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name and name[1] not in TYPED.get(kind, {}):
                raw.setdefault(name[1], []).append(value[1] if value and value[1] else "a")
        if kind in ("single", "true_false", "decision"):
            raw = {"choice": raw["choice"][:1]}
        answer = parse(kind, raw)
        assert answer
        again = render_template_string(BACK, item={**item_of(made), "answer": answer, "key": made.key})
    assert again.strip()
    assert "data-answer" in page


@pytest.mark.parametrize("kind", sorted(set(BODIES) - {"scripted_reply"}))
def test_the_page_does_not_tell_the_key(app: Flask, rulebook: Rulebook, kind: str) -> None:
    made = variant(kind, rulebook)
    with app.test_request_context():
        page = render_template_string(PAGE, item=item_of(made))
    assert "checked" not in page
    assert "正确" not in page.replace("选择所有正确的选项", "").replace("排成正确的先后顺序", "")

"""Single and multiple choice and true-false: what is shown, what is right, what a choice is worth."""

import pytest

from trainer.errors import ContentError
from trainer.questions import ResponseError, check_question, grade, make_variant, parse

OPTIONS = [
    {"text": "订单金额的 {{tmall.late.pay#rate}}", "right": True, "why": "见 [[tmall.late.pay]]。"},
    {"text": "一半", "why": "没有这个比例。"},
    {"text": "不用赔", "why": "迟发要赔。"},
]
THREE = [
    {"text": "甲", "right": True},
    {"text": "乙", "right": True},
    {"text": "丙", "right": True},
    {"text": "丁", "why": "不对"},
]


def letter_of(variant, text):
    return next(option["id"] for option in variant.shown["options"] if option["text"] == text)


def test_figures_are_filled_for_the_day_of_the_question(make_question, rulebook, moment):
    old = make_variant(make_question("single", options=OPTIONS), 0, rulebook, moment)
    new = make_variant(make_question("single", options=OPTIONS, as_of="2026-06-01"), 0, rulebook, moment)
    assert letter_of(old, "订单金额的 30%")
    assert letter_of(new, "订单金额的 20%")


def test_nothing_shown_tells_which_option_is_right(make_question, rulebook, moment):
    variant = make_variant(make_question("single", options=OPTIONS), 0, rulebook, moment)
    assert {tuple(sorted(option)) for option in variant.shown["options"]} == {("id", "text")}
    assert "why" not in variant.shown and "right" not in variant.shown and "explain" not in variant.shown


def test_the_right_option_does_not_stand_first_in_every_question(make_question, rulebook, moment):
    firsts = {
        make_variant(make_question("single", id=f"q.{n}", options=OPTIONS), 0, rulebook, moment).key["right"][0]
        for n in range(30)
    }
    assert firsts == {"a", "b", "c"}


def test_order_as_written_is_kept_where_asked(make_question, rulebook, moment):
    variant = make_variant(make_question("single", options=OPTIONS, keep_order=True), 0, rulebook, moment)
    assert [option["text"] for option in variant.shown["options"]] == ["订单金额的 30%", "一半", "不用赔"]


def test_a_wrong_choice_gets_nothing_and_the_reason_of_that_option(make_question, rulebook, moment):
    variant = make_variant(make_question("single", options=OPTIONS), 0, rulebook, moment)
    result = grade(variant, {"choice": letter_of(variant, "一半")}, rulebook)
    assert result.points == 0
    assert "没有这个比例" in result.marks[0].why and "30%" in result.marks[0].why
    assert result.marks[0].rule == "tmall.late.pay"


def test_the_right_choice_gets_everything_with_its_citation(make_question, rulebook, moment):
    variant = make_variant(make_question("single", options=OPTIONS), 0, rulebook, moment)
    result = grade(variant, {"choice": variant.key["right"][0]}, rulebook)
    assert result.points == 1000
    assert "[[tmall.late.pay|迟发赔三成]]" in result.marks[0].why


def test_multiple_gives_each_right_option_its_share(make_question, rulebook, moment):
    variant = make_variant(make_question("multiple", options=THREE), 0, rulebook, moment)
    chosen = [letter_of(variant, "甲"), letter_of(variant, "乙")]
    result = grade(variant, {"choices": chosen}, rulebook)
    assert result.points == sum(mark.points for mark in result.marks) == 667 or result.points == 666
    assert sum(mark.of for mark in result.marks) == 1000
    assert grade(variant, {"choices": variant.key["right"]}, rulebook).points == 1000


def test_one_wrong_option_loses_the_whole_multiple(make_question, rulebook, moment):
    variant = make_variant(make_question("multiple", options=THREE), 0, rulebook, moment)
    result = grade(variant, {"choices": [letter_of(variant, name) for name in "甲乙丙丁"]}, rulebook)
    assert result.points == 0
    assert any("不对" in mark.why for mark in result.marks)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [({}, None), ({"choice": [""]}, None), ({"choice": ["b"]}, {"choice": "b"})],
)
def test_single_reads_its_field(raw, expected):
    assert parse("single", raw) == expected


def test_multiple_reads_each_option_once_in_order():
    assert parse("multiple", {"choices": ["c", "a", "c"]}) == {"choices": ["a", "c"]}
    assert parse("multiple", {}) is None


@pytest.mark.parametrize("choice", ["Z", "ab", "<b>"])
def test_a_malformed_choice_is_refused_kindly(choice):
    with pytest.raises(ResponseError, match="重新选择"):
        parse("single", {"choice": [choice]})


def test_an_option_that_was_never_shown_is_refused(make_question, rulebook, moment):
    variant = make_variant(make_question("single", options=OPTIONS), 0, rulebook, moment)
    with pytest.raises(ResponseError, match="没有选项 h"):
        grade(variant, {"choice": "h"}, rulebook)


def test_the_engine_says_which_option_is_right(make_question, rulebook, moment):
    question = make_question(
        "single",
        decision=DECISION,
        options=[
            {"text": "30 元", "answer": {"amount": 30}},
            {"text": "100 元", "answer": {"amount": 100}, "why": "不是全额"},
        ],
    )
    variant = make_variant(question, 0, rulebook, moment)
    assert variant.key["right"] == [letter_of(variant, "30 元")]
    assert variant.rules[0] == "tmall.late.pay"


DECISION = {
    "ask": "late.compensation",
    "platform": "tmall",
    "facts": {"order": {"amount": 100}, "claim": {"reason": "late_shipment"}},
}


def test_a_typed_key_that_disagrees_with_the_engine_is_refused(make_question, rulebook, moment):
    question = make_question(
        "single",
        decision=DECISION,
        options=[
            {"text": "30 元", "answer": {"amount": 30}, "why": "不"},
            {"text": "100 元", "answer": {"amount": 100}, "right": True},
        ],
    )
    with pytest.raises(ContentError, match="和引擎不一致"):
        make_variant(question, 0, rulebook, moment)
    assert "和引擎不一致" in check_question(question, rulebook, moment)[0].message


def test_an_answer_field_that_does_not_exist_is_named(make_question, rulebook, moment):
    question = make_question(
        "single",
        decision=DECISION,
        options=[{"text": "甲", "answer": {"sum": 30}}, {"text": "乙", "answer": {"amount": 1}}],
    )
    with pytest.raises(ContentError, match="没有 sum。可用：owed、amount、form"):
        make_variant(question, 0, rulebook, moment)


def test_true_false_follows_the_engine(make_question, rulebook, moment):
    question = make_question("true_false", decision=DECISION, answer={"amount": 50}, why="赔 {key.amount} 元。")
    variant = make_variant(question, 0, rulebook, moment)
    assert [option["text"] for option in variant.shown["options"]] == ["对", "错"]
    assert variant.key["right"] == ["b"]
    assert "赔 30 元" in grade(variant, {"choice": "a"}, rulebook).marks[0].why


def test_true_false_written_against_the_engine_is_refused(make_question, rulebook, moment):
    question = make_question("true_false", decision=DECISION, answer={"amount": 50}, right=True)
    assert "和引擎不一致" in check_question(question, rulebook, moment)[0].message


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"options": [{"text": "甲", "right": True}, {"text": "乙"}]}, "没有说明错在哪"),
        ({"options": [{"text": "甲", "why": "x"}, {"text": "乙", "why": "x"}]}, "恰好有一个正确选项"),
        ({"options": [{"text": "甲", "right": True}]}, "有 1 项"),
        ({"options": [{"text": "甲", "right": True}, {"text": "甲", "why": "x"}]}, "重复"),
        ({"options": [{"text": "甲", "right": "yes"}, {"text": "乙", "why": "x"}]}, "true 或 false"),
        ({"options": OPTIONS, "shufle": True}, "没有这个字段"),
    ],
)
def test_a_badly_written_single_choice_is_told(make_question, rulebook, moment, body, complaint):
    flaws = check_question(make_question("single", **body), rulebook, moment)
    assert any(complaint in flaw.message for flaw in flaws), flaws

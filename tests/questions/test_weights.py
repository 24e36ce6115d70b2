"""Weights of their own: part marks for an option, a number or a word, as other systems' question banks have them."""

import pytest

from trainer.questions import grade, make_variant
from trainer.questions.choice import text_of

SINGLE = [{"text": "甲", "right": True}, {"text": "乙", "credit": 50, "why": "只对一半"}, {"text": "丙", "why": "不对"},
          {"text": "丁", "credit": -50, "why": "大错"}]
SEVERAL = [{"text": "甲", "right": True, "credit": 50}, {"text": "乙", "right": True, "credit": 50}, {"text": "丙", "credit": -25, "why": "不对"},
           {"text": "丁", "why": "无关"}]


def letters(variant, words):
    return sorted(one["id"] for one in variant.shown["options"] if one["text"] in words)


@pytest.mark.parametrize(("chosen", "points"), [("甲", 1000), ("乙", 500), ("丙", 0), ("丁", 0)])
def test_an_option_of_a_single_choice_may_earn_a_part(make_question, rulebook, moment, chosen, points):
    variant = make_variant(make_question("single", options=SINGLE), 0, rulebook, moment)
    result = grade(variant, {"choice": letters(variant, chosen)[0]}, rulebook)
    assert result.points == points == sum(mark.points for mark in result.marks)
    assert text_of(variant, variant.key["right"][0]) == "甲"


@pytest.mark.parametrize(("chosen", "points"), [("甲乙", 1000), ("甲", 500), ("甲丙", 250), ("甲乙丙", 750), ("丙", 0), ("甲乙丁", 1000), ("丁", 0)])
def test_weights_of_the_options_chosen_are_added(make_question, rulebook, moment, chosen, points):
    variant = make_variant(make_question("multiple", options=SEVERAL), 0, rulebook, moment)
    assert grade(variant, {"choices": letters(variant, chosen)}, rulebook).points == points


@pytest.mark.parametrize(("value", "points"), [("72", 1000), ("72.5", 1000), ("73", 0), ("48", 500), ("-72", 0)])
def test_a_number_may_be_written_as_the_key_with_others_that_earn_a_part(make_question, rulebook, moment, value, points):
    partial = [{"value": 48, "credit": 50, "why": "那是店里的承诺"}]
    question = make_question("numeric", answer={"value": 72, "unit": "小时", "tolerance": 0.5}, partial=partial)
    result = grade(make_variant(question, 0, rulebook, moment), {"value": value}, rulebook)
    assert result.points == points
    assert ("那是店里的承诺" in result.marks[0].why) == (value == "48")


def test_a_word_may_earn_a_part_of_its_blank(make_question, rulebook, moment):
    blanks = [{"accept": ["72 小时"], "partial": [{"text": "72", "credit": 50, "why": "少了单位"}]}, {"accept": ["卖家"]}]
    question = make_question("cloze", text="[[1]]内，由[[2]]付。", blanks=blanks)
    result = grade(make_variant(question, 0, rulebook, moment), {"blanks": {"b1": "72", "b2": "卖家"}}, rulebook)
    assert result.points == 750 and "少了单位" in result.marks[0].why

"""Decision questions: keys from the engine for every variant, distractors from named mistakes."""

from pathlib import Path

import pytest

from trainer.bank import Bank
from trainer.errors import ContentError
from trainer.questions import check_question, grade, make_variant, variant_count

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"


@pytest.fixture(scope="module")
def question():
    return Bank.read(SMALL_BANK).questions["late.amount"]


def with_body(make_question, question, **change):
    return make_question("decision", **{**question.body, **change})


def test_every_variant_has_the_key_that_the_engine_gives(question, rulebook, moment):
    for number in range(variant_count(question)):
        variant = make_variant(question, number, rulebook, moment)
        amount = float(variant.shown["stem"].split("付款 ")[1].split(" 元")[0])
        right = next(o["text"] for o in variant.shown["options"] if o["id"] == variant.key["right"][0])
        expected = min(round(amount * 0.3 + 1e-9, 2), 500)
        assert right == f"赔 {expected:.2f} 元".replace(".00 ", " ")


def test_twenty_variants_differ_from_one_another(question, rulebook, moment):
    assert variant_count(question) == 20
    stems = {make_variant(question, number, rulebook, moment).shown["stem"] for number in range(20)}
    assert len(stems) == 20


def test_a_variant_is_the_same_each_time_and_so_is_its_digest(question, rulebook, moment):
    one, two = (make_variant(question, 7, rulebook, moment) for _ in range(2))
    assert one == two and one.sha256 == two.sha256
    assert one.sha256 != make_variant(question, 8, rulebook, moment).sha256


def test_options_are_all_different_in_every_variant(question, rulebook, moment):
    for number in range(20):
        texts = [option["text"] for option in make_variant(question, number, rulebook, moment).shown["options"]]
        assert len(set(texts)) == len(texts) >= 4


def test_the_feedback_names_the_mistake(question, rulebook, moment):
    variant = next(
        v
        for n in range(20)
        if "忘了封顶" in (v := make_variant(question, n, rulebook, moment)).key["mistakes"].values()
    )
    letter = next(key for key, name in variant.key["mistakes"].items() if name == "忘了封顶")
    mark = grade(variant, {"choice": letter}, rulebook).marks[0]
    assert mark.points == 0
    assert "你可能忘了封顶" in mark.why and "[[tmall.late.pay#cap|500 元]]" in mark.why


def test_a_losing_rule_gives_its_own_answer_as_a_distractor(question, rulebook, moment):
    variant = make_variant(question, 1, rulebook, moment)
    letter = next(key for key, name in variant.key["mistakes"].items() if name == "照店里的说法")
    text = next(option["text"] for option in variant.shown["options"] if option["id"] == letter)
    amount = float(variant.shown["stem"].split("付款 ")[1].split(" 元")[0])
    assert text == f"赔 {round(amount * 0.05 + 1e-9, 2):.2f} 元".replace(".00 ", " ")


def test_the_explanation_holds_the_key_in_words_and_chips(question, rulebook, moment):
    explain = make_variant(question, 0, rulebook, moment).key["explain"]
    assert "以积分给" in explain and "[[tmall.late.pay|迟发赔三成]]" in explain


def test_a_distractor_equal_to_the_key_is_refused_with_the_values(make_question, question, rulebook, moment):
    bad = with_body(
        make_question, question, distractors=[{"mistake": "算成三成", "value": {"amount": "order.amount * 0.3"}}]
    )
    flaw = check_question(bad, rulebook, moment)[0]
    assert flaw.path == ("distractors", 0)
    assert "和正确答案相同" in flaw.message and "amount = " in flaw.message


def test_two_equal_distractors_are_refused_by_name(make_question, question, rulebook, moment):
    bad = with_body(
        make_question,
        question,
        distractors=[
            {"mistake": "全额", "value": {"amount": "order.amount"}},
            {"mistake": "又是全额", "answer": {"amount": "{amount}"}},
        ],
    )
    assert "和「全额」相同" in check_question(bad, rulebook, moment)[0].message


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"decision": {"ask": "late.nothing", "platform": "tmall", "facts": {}}}, "没有「late.nothing」"),
        ({"decision": {"ask": "late.compensation", "platform": "tmall", "facts": {}}}, "还缺：order.amount"),
        ({"decision": {"ask": "late.compensation", "platform": "tmal", "facts": {}}}, "「tmal」不认识"),
        ({"distractors": [{"mistake": "错", "value": {"amount": "order.amont * 2"}}]}, "不认识「order.amont」"),
        ({"distractors": [{"mistake": "错", "value": {"amount": "1"}, "answer": {"amount": 1}}]}, "恰好一种"),
        ({"distractors": [{"mistake": "错", "rule": "tmall.late.window"}]}, "没有另一个答案"),
        ({"answer": {"say": "赔 {sum} 元"}}, "{sum} 没有定义"),
        ({"params": {"amount": {"choices": []}, "paid_at": {"choices": ["2014-06-10T09:00"]}}}, "取值写法有误"),
        ({"params": {"amount": {"range": [9, 1]}, "paid_at": {"choices": ["2014-06-10T09:00"]}}}, "取值写法有误"),
        (
            {"params": {"paid_at": {"after": "amont", "choices": ["2h"]}, "amount": {"choices": [1]}}},
            "没有参数「amont」",
        ),
    ],
)
def test_a_badly_written_decision_question_is_told(make_question, question, rulebook, moment, change, complaint):
    flaws = check_question(with_body(make_question, question, **change), rulebook, moment)
    assert any(complaint in str(flaw) for flaw in flaws), flaws


def test_a_day_without_rules_is_an_error_of_content(make_question, question, rulebook, moment):
    with pytest.raises(ContentError, match="2011-06-01 在 tmall 没有生效的规则"):
        make_variant(
            with_body(
                make_question,
                question,
                decision={
                    "ask": "late.deadline",
                    "platform": "tmall",
                    "as_of": "2011-06-01T10:00",
                    "facts": {"order": {"paid_at": "{paid_at}", "kind": "normal"}},
                },
            ),
            0,
            rulebook,
            moment,
        )

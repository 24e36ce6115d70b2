"""Ordering, numbers, deadlines, matching, spotting, cloze: shown without the key, marked point by point."""

import pytest

from trainer.questions import TYPES, ResponseError, check_question, grade, make_variant, parse

STEPS = {"steps": ["查订单", "问仓库", {"text": "告诉买家时间", "why": "查清再说。"}, "记录"]}
AMOUNT = {
    "params": {"amount": {"choices": [100, 199.9]}},
    "decision": {
        "ask": "late.compensation",
        "platform": "tmall",
        "facts": {"order": {"amount": "{amount}"}, "claim": {"reason": "late_shipment"}},
    },
    "answer": {"field": "amount", "unit": "元", "tolerance": 0.01},
    "mistakes": [{"mistake": "按全额算", "value": {"amount": "order.amount"}, "why": "只赔一部分。"}],
}
WINDOW = {
    "decision": {
        "ask": "late.deadline",
        "platform": "tmall",
        "facts": {"order": {"paid_at": "2014-06-02T10:00", "kind": "normal"}},
    },
    "answer": {"field": "ship_by"},
    "mistakes": [{"mistake": "少算一天", "value": {"ship_by": "key.ship_by - days(1)"}}],
}
PAIRS = {
    "pairs": [
        {"left": "甲", "right": "一"},
        {"left": "乙", "right": "二", "why": "因为"},
        {"left": "丙", "right": "一"},
    ],
    "extra": ["三"],
}
CHAT = {
    "chat": [
        {"who": "买家", "text": "能加个微信吗?"},
        {"who": "客服", "text": "可以的,[[我微信是 abc123|off_platform_contact|这是站外联系。]],到时候聊。"},
        {"who": "客服", "text": "[[你投诉也没用|discourage_rights]]。"},
    ]
}
CLOZE = {
    "text": "付款后 [[1]] 内发货,迟发赔 [[2]]。",
    "blanks": [{"figure": "tmall.late.window#window"}, {"accept": ["百分之三十"], "why": "看比例。"}],
}


@pytest.fixture
def variant_of(make_question, rulebook, moment):
    return lambda kind, **body: make_variant(make_question(kind, **body), 0, rulebook, moment)


def texts(variant):
    return {step["text"]: step["id"] for step in variant.shown["steps"]}


def test_the_right_order_gets_everything_and_the_reverse_nothing(variant_of, rulebook):
    variant = variant_of("ordering", **STEPS)
    right = variant.key["order"]
    assert grade(variant, {"order": right}, rulebook).points == 1000
    assert grade(variant, {"order": right[::-1]}, rulebook).points == 0


def test_steps_are_not_shown_in_the_right_order(make_question, rulebook, moment):
    for number in range(30):
        variant = make_variant(make_question("ordering", id=f"q.{number}", **STEPS), 0, rulebook, moment)
        assert [step["id"] for step in variant.shown["steps"]] != variant.key["order"]


def test_one_swapped_pair_costs_one_pair_and_both_steps_are_told(variant_of, rulebook):
    variant = variant_of("ordering", **STEPS)
    one, two, three, four = variant.key["order"]
    result = grade(variant, {"order": [one, two, four, three]}, rulebook)
    assert result.points == 1000 * 5 // 6
    assert sum(mark.of for mark in result.marks) == 1000
    assert "应在「记录」之前" in result.marks[2].why and "查清再说" in result.marks[2].why
    assert "应在「告诉买家时间」之后" in result.marks[3].why


def test_an_order_with_a_step_missing_is_refused(variant_of, rulebook):
    variant = variant_of("ordering", **STEPS)
    with pytest.raises(ResponseError, match="缺了步骤"):
        grade(variant, {"order": variant.key["order"][:3]}, rulebook)
    with pytest.raises(ResponseError, match="重复"):
        parse("ordering", {"order": ["s1,s1"]})
    assert parse("ordering", {"order": ["s2,s1", "s3"]}) == {"order": ["s2", "s1", "s3"]}


@pytest.mark.parametrize("typed", ["30", "30.00", "30元", "\u00a530", "30.01", "\uff13\uff10"])
def test_a_number_is_taken_however_it_is_typed(variant_of, rulebook, typed):
    variant = variant_of("numeric", **{**AMOUNT, "params": {"amount": {"choices": [100]}}})
    assert grade(variant, parse("numeric", {"value": [typed]}), rulebook).points == 1000


def test_a_number_that_a_mistake_gives_is_told_by_name(variant_of, rulebook):
    variant = variant_of("numeric", **{**AMOUNT, "params": {"amount": {"choices": [100]}}})
    mark = grade(variant, {"value": "100"}, rulebook).marks[0]
    assert mark.points == 0
    assert "你可能按全额算" in mark.why and "正确的是 30 元" in mark.why


@pytest.mark.parametrize("typed", ["三十", "1e400", "--3", "NaN"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ResponseError, match="数字"):
        parse("numeric", {"value": [typed]})


def test_a_deadline_is_judged_to_the_minute_in_beijing(variant_of, rulebook):
    variant = variant_of("deadline", **WINDOW)
    assert grade(variant, parse("deadline", {"at": ["2014-06-05T10:00"]}), rulebook).points == 1000
    assert grade(variant, parse("deadline", {"at": ["2014-06-05T10:01"]}), rulebook).points == 0
    assert "少算一天" in grade(variant, {"at": "2014-06-04T10:00"}, rulebook).marks[0].why


def test_a_deadline_by_day_takes_the_date(variant_of, rulebook):
    variant = variant_of("deadline", **{**WINDOW, "answer": {"field": "ship_by", "day": True}})
    assert grade(variant, parse("deadline", {"at": ["2014-06-05"]}), rulebook).points == 1000
    with pytest.raises(ResponseError, match="请填日期和时间"):
        parse("deadline", {"at": ["6月5日"]})


def test_matching_counts_each_left_alike(variant_of, rulebook):
    variant = variant_of("matching", **PAIRS)
    right = dict(variant.key["pairs"])
    assert grade(variant, {"pairs": right}, rulebook).points == 1000
    lefts = {one["text"]: one["id"] for one in variant.shown["lefts"]}
    wrong = {**right, lefts["乙"]: next(one["id"] for one in variant.shown["rights"] if one["text"] == "三")}
    result = grade(variant, {"pairs": wrong}, rulebook)
    assert 660 <= result.points <= 670
    assert any("你选了「三」，应是「二」。因为" in mark.why for mark in result.marks)
    assert len(variant.shown["rights"]) == 3


def test_spotting_gives_each_clause_its_share_and_takes_one_for_a_wrong_mark(variant_of, rulebook):
    variant = variant_of("spot_violation", **CHAT)
    wrong = list(variant.key["wrong"])
    assert "code" not in str(variant.shown)
    assert grade(variant, {"segments": wrong}, rulebook).points == 1000
    assert grade(variant, {"segments": [wrong[0]]}, rulebook).points == 500
    result = grade(variant, {"segments": [wrong[0], "t1.1"]}, rulebook)
    assert result.points == 0
    assert any("没有违规" in mark.why for mark in result.marks)


def test_a_clause_keeps_every_character_of_the_chat(variant_of):
    variant = variant_of("spot_violation", **CHAT)
    line = variant.shown["chat"][1]
    assert "".join(one["text"] for one in line["segments"]) == "可以的,我微信是 abc123,到时候聊。"


@pytest.mark.parametrize("typed", ["72小时", "72 小时", "七十二小时", "\uff17\uff12小时"])
def test_a_blank_takes_the_figure_in_any_spelling(variant_of, rulebook, typed):
    variant = variant_of("cloze", **CLOZE)
    result = grade(variant, {"blanks": {"b1": typed, "b2": "30%"}}, rulebook)
    assert result.points == 1000
    assert result.marks[0].rule == "tmall.late.window"


def test_a_wrong_blank_is_told_what_belongs_there(variant_of, rulebook):
    result = grade(variant_of("cloze", **CLOZE), {"blanks": {"b1": "48小时"}}, rulebook)
    assert result.points == 0
    assert "填了「48小时」，应是「72 小时」" in result.marks[0].why
    assert "没有填" in result.marks[1].why


@pytest.mark.parametrize(
    ("kind", "body", "complaint"),
    [
        ("ordering", {"steps": ["一", "二"]}, "有 2 项"),
        ("ordering", {"steps": ["一", "二", "二"]}, "重复"),
        ("numeric", {**AMOUNT, "answer": {"field": "form"}}, "不是数字"),
        ("deadline", {**WINDOW, "answer": {"field": "nothing"}}, "不是时刻"),
        ("matching", {"pairs": PAIRS["pairs"][:1]}, "有 1 项"),
        ("spot_violation", {"chat": CHAT["chat"][:1] * 2}, "标出的违规有 0 处"),
        ("spot_violation", {"chat": [{"who": "客服", "text": "[[话|nonsense]]"}] * 2}, "没有违规代码「nonsense」"),
        ("cloze", {**CLOZE, "text": "只有 [[2]]"}, "对不上"),
        ("essay", {}, "没有题型「essay」"),
    ],
)
def test_a_badly_written_question_is_told(make_question, rulebook, moment, kind, body, complaint):
    flaws = check_question(make_question(kind, **body), rulebook, moment)
    assert any(complaint in str(flaw) for flaw in flaws), flaws


@pytest.mark.parametrize("kind", sorted(set(TYPES) - {"scripted_reply"}))
def test_a_blank_form_is_no_response(kind):
    assert parse(kind, {}) is None

"""GIFT by the letter: every construction of the format, errors by line, and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.bank.exchange import Defaults, Topic, read_gift, shape, write_gift

TOPICS = [Topic("freight", "退换货运费", (3,)), Topic("invoice", "发票", (21,))]
DEFAULTS = Defaults(TOPICS[0], ("taobao",))


def only(text):
    reading = read_gift(text)
    assert not reading.troubles and len(reading.items) == 1, reading
    return reading.items[0]


def credits(item):
    return [(one["text"], one.get("right", False), one.get("credit")) for one in item.body["options"]]


def test_a_single_choice_with_reasons_and_general_feedback():
    item = only("::谁付::退货运费谁付？{=买家#对了 ~卖家#那是质量问题 ~平台####看原因}")
    assert (item.type, item.title, item.stem, item.explain) == ("single", "谁付", "退货运费谁付？", "看原因")
    assert item.body["options"] == [{"text": "买家", "right": True, "why": "对了"}, {"text": "卖家", "why": "那是质量问题"}, {"text": "平台"}]


def test_weights_of_a_single_choice_and_two_full_answers():
    assert credits(only("甲？{~错 ~%50%半对 =对 =也对}")) == [("错", False, None), ("半对", False, 50), ("对", True, None), ("也对", False, 100)]


@pytest.mark.parametrize(("inner", "expected"), [
    ("~%50%甲 ~%50%乙 ~%-100%丙", [("甲", True, None), ("乙", True, None), ("丙", False, None)]),
    ("~%50%甲 ~%50%乙 ~丙", [("甲", True, 50), ("乙", True, 50), ("丙", False, 0)]),
    ("~%33.33333%甲 ~%33.33333%乙 ~%33.33333%丙 ~%-100%丁", [("甲", True, None), ("乙", True, None), ("丙", True, None), ("丁", False, None)]),
])
def test_several_answers_keep_weights_that_are_not_our_own_way_of_marking(inner, expected):
    item = only(f"哪两个？{{{inner}}}")
    assert item.type == "multiple" and credits(item) == expected


@pytest.mark.parametrize(("inner", "right", "why"), [("T", True, None), ("FALSE#错在运费", False, "错在运费"), ("TRUE#不对#对", True, "不对\n\n对")])
def test_true_or_false(inner, right, why):
    item = only(f"发票另收税点。{{{inner}}}")
    assert item.type == "true_false" and item.body["right"] is right and item.body.get("why") == why


def test_numbers_with_tolerance_range_and_part_marks():
    assert only("多少小时？{#72}").body == {"answer": {"value": 72}}
    assert only("多少？{#3.141..3.142}").body["answer"] == {"value": 3.1415, "tolerance": 0.0005}
    body = only("哪一年？{#\n=1822:0#对\n=%50%1822:2#差不多\n~#都不对}").body
    assert body == {"answer": {"value": 1822}, "partial": [{"value": 1822, "tolerance": 2, "credit": 50, "why": "差不多"}]}


def test_words_missing_words_and_matching():
    assert only("谁付？{=卖家 =商家}").body == {"text": "[[1]]", "blanks": [{"accept": ["卖家", "商家"]}]}
    assert only("质量问题由{=卖家 =%50%店}付。").body == {
        "text": "质量问题由[[1]]付。", "blanks": [{"accept": ["卖家"], "partial": [{"text": "店", "credit": 50}]}]}
    assert only("由{~买家 =卖家}付。").stem == "由_____付。"
    assert only("配对。{=发票 -> 6分\n=拒绝交易 -> 4分\n= -> 3分}").body == {
        "pairs": [{"left": "发票", "right": "6分"}, {"left": "拒绝交易", "right": "4分"}], "extra": ["3分"]}


def test_escapes_formats_categories_and_comments():
    item = only("// [id:my.q] [tag:topic=invoice] [tag:别的]\n::名\\:字::[html]<p>a \\= b&nbsp;<b>粗</b></p>{=\\{甲\\} ~乙\\~丙 ~\\\\丁}")
    assert item.title == "名:字" and item.stem == "a = b **粗**" and item.meta == {"id": "my.q", "topic": "invoice"}
    assert [one["text"] for one in item.body["options"]] == ["{甲}", "乙~丙", "\\丁"]
    reading = read_gift("$CATEGORY: $course$/发票\n\n一？{T}\n\n$CATEGORY: 别处\n\n二？{F}")
    assert [shape(one, DEFAULTS, TOPICS)["topic"] for one in reading.items] == ["invoice", "freight"]
    assert "别处" in reading.items[1].remarks[0]


@pytest.mark.parametrize(("text", "said"), [
    ("好\n\n只有文字", "说明文字"), ("问？{", "不成对"), ("问？{}", "问答题"), ("问？{=甲->乙 =丙}", "->"), ("问？{#abc}", "不是数字"),
    ("问？{~甲}", "没有正确"), ("问？{=甲 ~甲}", "两次"), ("{=甲 ~乙}", "没有题干"), ("问？{~%999%甲 ~乙}", "超出范围"), ("问？{#1e999}", "太大"),
])
def test_what_cannot_be_read_is_told_by_line_and_the_rest_is_kept(text, said):
    reading = read_gift("对？{T}\n\n" + text + "\n\n也对？{F}")
    assert len(reading.items) == 2 and any(said in str(one) and one.where.startswith("第 ") for one in reading.troubles)


@given(st.text(alphabet="甲乙=~#{}:\\%->. \nT[]/$1", max_size=80))
def test_no_text_breaks_the_reader(text):
    reading = read_gift(text)
    for item in reading.items:
        shape(item, DEFAULTS, TOPICS)


TEXTS = st.text(alphabet="退款=~#{}:\\%->\n。A1*", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(TEXTS, min_size=2, max_size=5, unique=True), TEXTS, st.integers(-1, 4))
def test_what_is_written_is_read_as_it_was(texts, stem, right):
    options = [{"text": text, "right": True} if place == max(0, right) % len(texts) else {"text": text, "why": stem} for place, text in enumerate(texts)]
    body = {"id": "q.a", "type": "single", "title": "标题", "platforms": ["jd"], "topic": "invoice", "systems": [21], "difficulty": 3, "pool": "both",
            "posts": ["aftersale"], "red_line": True, "rules": ["a.b"], "stem": f"题{stem}", "options": options, "explain": stem, "note": stem}
    written, left_out = write_gift([body])
    reading = read_gift(written)
    assert not left_out and [shape(one, DEFAULTS, TOPICS) for one in reading.items] == [body]

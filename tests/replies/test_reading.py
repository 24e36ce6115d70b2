"""Normal form, numerals, entities, clauses and negation, each by itself."""

from decimal import Decimal

import pytest

from trainer.replies.checker import wording_of
from trainer.replies.entities import find_entities
from trainer.replies.lexicon import Lexicon, LexiconError, expand
from trainer.replies.normalise import normalise
from trainer.replies.numerals import parse_number, spoken_digits
from trainer.replies.patterns import parse_pattern
from trainer.replies.reader import read


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("對不起,著急了吧", "对不起,着急了吧"),
        ("您好", "你好"),
        ("加\u200b微\u200b信", "加微信"),
        ("加 我 微 信", "加我微信"),
        ("q q 群", "qq 群"),
        ("➕我", "加我"),
        ("木有发票", "没有发票"),
    ],
)
def test_the_normal_form(sent, text):
    assert normalise(sent).text == text


@pytest.mark.parametrize("sent", ["您好,Ｗ X:kf８８", "➕我\u200b薇 信", "木有發票", "ﬁ①㍿"])
def test_every_character_of_the_normal_form_leads_back(sent):
    reading = normalise(sent)
    assert len(reading.starts) == len(reading.ends) == len(reading.text)
    for at in range(len(reading.text)):
        start, end = reading.span(at, at + 1)
        assert 0 <= start < end <= len(sent)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("七", 7),
        ("十二", 12),
        ("二十四", 24),
        ("四十八", 48),
        ("一百六十八", 168),
        ("两百五", 250),
        ("三千", 3000),
        ("半", "0.5"),
        ("1.5", "1.5"),
        ("一点五", "1.5"),
    ],
)
def test_numerals(text, value):
    assert parse_number(text) == Decimal(str(value))


def test_digits_that_are_spelled_out_are_read():
    assert (
        spoken_digits("幺三八 零零-壹三八ooo") == "13800138000"[:10]
        or spoken_digits("幺三八零零一三八零零零") == "13800138000"
    )


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("48h", "span", 48),
        ("两天", "span", 48),
        ("一周", "span", 168),
        ("三成", "rate", 30),
        ("30%", "rate", 30),
        ("百分之五", "rate", 5),
        ("五百块", "money", 500),
        ("¥500", "money", 500),
        ("假一赔十", "times", 10),
        ("三倍", "times", 3),
    ],
)
def test_figures_in_every_form(text, kind, value):
    assert [(each.kind, each.value) for each in find_entities(text)] == [(kind, Decimal(value))]


@pytest.mark.parametrize("text", ["13800138000", "138 0013 8000", "一三八零零一三八零零零", "幺三八00138000"])
def test_a_mobile_number_is_seen_through_its_disguise(text):
    assert "mobile" in {each.kind for each in find_entities(text)}


@pytest.mark.parametrize(
    ("reply", "denied"),
    [
        ("可以加微信", False),
        ("不可以加微信", True),
        ("不是不可以加微信", False),
        ("难道不可以加微信", False),
        ("加微信是不可以的", True),
        ("不满意您可以加微信", False),
        ("加不了微信", True),
    ],
)
def test_negation_and_its_scope(rulebook, reply, denied):
    wording = wording_of(rulebook)
    seen = read(reply, "", wording)
    add = seen.reading.text.index("加")
    app = seen.reading.text.index("微信")
    assert seen.discourse.denied([(add, add + 1), (app, app + 2)], 0) is denied


def test_brackets_in_a_word_are_written_out():
    assert expand("(微|薇)信") == ["微信", "薇信"]


@pytest.mark.parametrize("word", ["(微|薇信", "微)信"])
def test_an_odd_bracket_is_refused(word):
    with pytest.raises(LexiconError):
        expand(word)


@pytest.mark.parametrize("source", ["", "<没有的概念>", "加 <微信", "加" * 201])
def test_a_pattern_that_cannot_be_read_is_refused(source):
    with pytest.raises(LexiconError):
        parse_pattern(source, Lexicon())

"""Lessons: live figures, blocks, decisions answered while rendering."""

from dataclasses import replace
from pathlib import Path

import pytest

from trainer.bank import Bank
from trainer.content import read_moment
from trainer.content.blocks import read_chat, split_blocks
from trainer.content.lesson_page import lesson_faults, lesson_page
from trainer.errors import ContentError

BANK = Bank.read(Path(__file__).parent.parent / "data" / "small_bank")
LESSON = BANK.lessons["late"]
NOW = read_moment("2026-11-21T10:00")


def page(text, as_of="attempt"):
    return lesson_page(replace(LESSON, text=text, as_of=as_of), BANK.rulebook, NOW)


def test_a_figure_follows_the_day_on_which_it_is_read():
    text = "赔 {{tmall.late.pay#rate}}。"
    assert ">20%</a>" in page(text).html
    assert ">30%</a>" in page(text, as_of="2014-06-01").html


def test_a_bare_citation_shows_the_title_of_the_rule():
    found = page("见 [[tmall.late.pay]]。")
    assert ">迟发赔三成</a>" in found.html
    assert found.rules == ("tmall.late.pay",)


def test_a_decision_block_shows_facts_answer_and_rules():
    found = page(
        ":::判定 算一算\nask: late.compensation\nplatform: tmall\nas_of: 2014-06-20\n"
        "facts: {order: {amount: 2000}, claim: {reason: late_shipment}}\n:::"
    )
    for part in (
        "<dt>订单金额</dt><dd>2000 元</dd>",
        "<dd>没按时发货</dd>",
        "<dt>赔付金额</dt><dd>500 元</dd>",
        "<dd>积分</dd>",
    ):
        assert part in found.html
    assert found.rules == ("tmall.late.pay",)


def test_a_chat_shows_who_says_what_and_joins_lines():
    turns = read_chat("天色已晚\n买家：在吗\n还在吗\n客服\uff1a在的")
    assert [(turn.who, turn.text) for turn in turns] == [
        ("旁白", "天色已晚"),
        ("买家", "在吗\n还在吗"),
        ("客服", "在的"),
    ]
    html = page(":::对话\n买家：在吗\n客服：在的，{{tmall.late.window#window}}内发\n:::").html
    assert 'class="chat-turn chat-buyer"' in html and 'class="chat-turn chat-agent"' in html and ">72 小时</a>" in html


def test_blocks_are_framed_and_named():
    html = page(":::误区 点了发货就算发货\n要看**揽收**。\n:::").html
    assert 'class="block block-pitfall"' in html and "点了发货就算发货" in html and "<strong>揽收</strong>" in html


def test_a_title_of_a_block_is_no_markup():
    assert "<script>" not in page(":::误区 <script>x</script>\n话\n:::").html


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("一\n:::误区 坑\n话", 2, "没有用 ::: 结束"),
        ("一\n二\n:::", 3, "多了一个 :::"),
        (":::彩蛋\n话\n:::", 1, "没有「彩蛋」这种块"),
        ("一\n\n:::判定\nask: late.nothing\nplatform: tmall\nfacts: {}\n:::", 3, "late.nothing"),
        (":::判定\nask: late.compensation\n:::", 1, "platform"),
    ],
)
def test_faults_of_blocks_name_their_line(text, line, message):
    faults = lesson_faults(replace(LESSON, text=text), BANK.rulebook, NOW)
    assert any(fault[0] == line and message in fault[1] for fault in faults), faults


def test_a_block_that_cannot_be_computed_is_an_error_of_content():
    with pytest.raises(ContentError, match="正文第 1 行"):
        page(":::判定\nask: late.compensation\nplatform: tmall\nfacts: {}\n:::")


def test_the_pieces_hold_every_line_of_the_text():
    pieces, faults = split_blocks("一\n:::提示\n二\n:::\n三")
    assert [(piece.kind, piece.text, piece.line) for piece in pieces] == [
        ("", "一", 1),
        ("提示", "二", 2),
        ("", "三", 5),
    ]
    assert not faults

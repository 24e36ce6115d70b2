"""Any text at all gives findings, soon, with places inside the text."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "加",
        "微信",
        "不",
        "没有",
        "退",
        "发票",
        "您",
        "我",
        ",",
        "。",
        "\n",
        "13800138000",
        "wx",
        "“",
        "”",
        "好评",
        "返",
        "5元",
        " ",
        "😊",
        "最",
        "七天",
        "吗?",
        "\u200b",
        "\ud800",
        "Ａ",
    ]
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places_are_inside(found, reply):
    for each in (*found.violations, *found.acts, *found.claims, *found.suspected):
        assert 0 <= each.start <= each.end <= len(reply)


@QUICK
@given(reply=st.text(max_size=300), buyer=st.text(max_size=40))
def test_any_unicode_gives_findings(check, reply, buyer):
    places_are_inside(check(reply, buyer=buyer), reply)


@QUICK
@given(parts=st.lists(PIECES, max_size=60))
def test_any_string_of_telling_words_gives_findings(check, parts):
    reply = "".join(parts)
    found = check(reply)
    places_are_inside(found, reply)
    for each in (*found.violations, *found.acts):
        assert each.text == reply[each.start : each.end]


@pytest.mark.parametrize(
    "unit", ["加微信不", "一", "1", "\n", '“"', "你退给", "a ", "不", "退款吗?", "\U0001f600", "\u0301"]
)
def test_a_hundred_thousand_characters_take_under_two_seconds(check, unit):
    reply = (unit * 100_000)[:100_000]
    start = time.process_time()
    found = check(reply, buyer="怎么退")
    assert time.process_time() - start < 2
    assert found.needs_review


def test_time_grows_no_faster_than_the_text(check):
    def seconds(size: int) -> float:
        reply = ("亲,加我微信聊,给您退10元。" * size)[:size]
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            check(reply)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(8_000) < 8 * seconds(2_000)

"""The expression language: what it takes, what it refuses and in which words, and that nothing breaks it."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.rules.calendar import BEIJING, Calendar
from trainer.rules.expressions import ExpressionError, compile_expression
from trainer.rules.functions import FUNCTIONS, Run
from trainer.rules.types import BOOL, NUMBER, SPAN, TIME, Type

NAMES = {
    "order.amount": NUMBER,
    "order.paid_at": TIME,
    "order.promised_at": TIME.maybe(),
    "order.signed_at": TIME.maybe(),
    "order.seen_at": TIME.maybe(),
    "order.kind": Type("text", frozenset(("normal", "presale"))),
    "goods.intact": BOOL,
    "订单.金额": NUMBER,
    "figure.rate": NUMBER,
    "figure.cap": NUMBER,
    "figure.wait": SPAN,
}
PAID = datetime(2012, 11, 10, 10, tzinfo=BEIJING)
FACTS: dict[str, Any] = {
    "order.amount": Decimal("99.95"),
    "order.paid_at": PAID,
    "order.promised_at": None,
    "order.signed_at": None,
    "order.seen_at": PAID,
    "order.kind": "presale",
    "goods.intact": True,
    "订单.金额": Decimal(7),
}
FIGURES = {"rate": Decimal("0.3"), "cap": Decimal(500), "wait": timedelta(hours=72)}


def value(text: str) -> Any:
    one_of = [frozenset(("order.signed_at", "order.seen_at"))]
    return compile_expression(text, NAMES, one_of).call(FACTS, FIGURES, Run(Calendar()))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("min(order.amount * figure.rate, figure.cap)", Decimal("29.985")),
        ("0.1 + 0.2 == 0.3", True),
        ("order.paid_at + figure.wait", PAID + timedelta(days=3)),
        ("order.paid_at + hours(1.5) - order.paid_at == minutes(90)", True),
        ("order.kind in ['presale'] and not goods.intact", False),
        ("1 < 订单.金额 <= 7", True),
        ("order.promised_at if known(order.promised_at) else order.paid_at", PAID),
        ("known(order.promised_at) and order.promised_at > order.paid_at", False),
        ("not known(order.promised_at) or order.promised_at > order.paid_at", True),
        ("first_known(order.signed_at, order.seen_at) + figure.wait", PAID + timedelta(days=3)),
        ("later(order.paid_at, order.promised_at)", PAID),
        ("end_of_day(order.paid_at)", PAID.replace(hour=23, minute=59, second=59)),
        ("-3 + 4 * 2 - 10 / 4", Decimal("2.5")),
        ("cents_down(5.279)", Decimal("5.27")),
        ("unknown if goods.intact else 3", None),
        ("  true\n and\n  goods.intact ", True),
    ],
)
def test_an_expression_gives_its_value(text: str, result: Any) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("order.amout > 1", 1, "是不是「order.amount」"),
        ("1 + order.amout", 5, "不认识「order.amout」"),
        ("order.kind == 'presail'", 15, "是不是「presale」"),
        ("order.kind in ['presail']", 15, "可用：normal、presale"),
        ("order.promised_at > order.paid_at", 1, "可能未知"),
        ("order.promised_at + figure.wait", 1, "known()"),
        ("order.amount + order.paid_at", 16, "数和时刻不能这样运算"),
        ("order.amount > order.paid_at", 16, "不能比较"),
        ("order.kind > 'normal'", 1, "不能比大小"),
        ("3 if order.amount else 4", 6, "这里要是非"),
        ("3 if goods.intact else 'x'", 24, "if 两边要同类"),
        ("goods.intact && true", 15, "「并且」写作 and"),
        ("goods.intact = true", 14, "相等写作 =="),
        ("!goods.intact", 1, "「不」写作 not"),
        ("min（1, 2）", 4, "全角"),
        ("mim(1, 2)", 1, "是不是「min」"),
        ("min(1)", 1, "2 个或更多参数"),
        ("hours('x')", 7, "要数"),
        ("min", 1, "后面要有括号"),
        ("True", 1, "小写 true"),
        ("1e3", 1, "不是可用的数"),
        ("0x10", 1, "不是可用的数"),
        ("1000000000000", 1, "一万亿"),
        ("'a' 'b' == 'c'", 1, "一对引号"),
        ("[1]", 2, "带引号的文字"),
        ("goods.intact # note", 14, "#"),
        ("", 1, "空的"),
        ("1 < 2) or (1 < 2", 6, "写法有误"),
        ("amount.real.x", 1, "不认识"),
        ("(1).real", 2, "点号前面"),
        ("__import__('os')", 1, "没有函数"),
        ("order.amount.__class__", 1, "不认识"),
        ("(lambda: 1)()", 1, "只能调用列出的函数"),
        ("[x for x in 'a']", 1, "不能这样写"),
        ("f'{1}'", 1, "不能这样写"),
        ("(y := 1)", 2, "不能这样写"),
        ("'\\x41'", 2, "反斜杠"),
        ("{'a': 1}", 1, "不能这样写"),
        ("min(1, *[1, 2])", 8, "不能这样写"),
        ("2 ** 9", 6, "不能这样运算"),
        ("1 is 1", 6, "比较只用"),
    ],
)
def test_a_refusal_says_which_column_and_what_to_write(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as failure:
        compile_expression(text, NAMES)
    assert words in failure.value.message
    assert failure.value.column == column


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300 + "1" + ")" * 300,
        "-" * 900 + "1",
        "not " * 200 + "true",
        "1" + " + 1" * 220,
        "1 " * 600,
        "[" * 200,
        "min(" * 100 + "1",
        "1 if true else " * 40 + "1",
    ],
)
def test_size_and_depth_are_bounded(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text, NAMES)


def test_it_reads_exactly_the_names_it_lists() -> None:
    expression = compile_expression("order.amount > 1 and known(order.promised_at)", NAMES)
    assert expression.names == {"order.amount", "order.promised_at"}


PIECES = [*NAMES, *FUNCTIONS, *"()[],.'+-*/<>=! \n", "==", "<=", " and ", " or ", " not ", " in ", " if ", " else "]
PIECES += ["1", "0.5", "'normal'", "true", "unknown", "__class__", "lambda: 1", "（", "\U0001f600", "\x00", ":=", "**"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60))
def test_no_text_breaks_the_language(text: str) -> None:
    """Any text compiles and runs to a value, or is refused with a column; nothing else is ever raised."""
    try:
        expression = compile_expression(text, NAMES)
    except ExpressionError as error:
        column = error.column
    else:
        column = 1
        with contextlib.suppress(ArithmeticError):
            expression.call(FACTS, FIGURES, Run(Calendar()))
    assert 1 <= column <= max(1, len(text) + 1)

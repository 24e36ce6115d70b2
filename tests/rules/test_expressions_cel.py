"""The expression language against an independent one: Google's CEL on the same generated expressions and facts.

Whole numbers, words and truth values mean the same in both; only the spelling of and, or, not, if and dots differs.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.rules.calendar import Calendar
from trainer.rules.expressions import compile_expression
from trainer.rules.functions import Run
from trainer.rules.types import BOOL, NUMBER, Type

WORDS = ("normal", "presale", "custom")
NUMBERS = ("order.amount", "order.fee", "limit")
FLAGS = ("goods.intact", "goods.used")
NAMES = {
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys(FLAGS, BOOL),
    "order.kind": Type("text", frozenset(WORDS)),
}
CEL_TYPES = {NUMBER: cel.Type.INT, BOOL: cel.Type.BOOL}
ENV = cel.NewEnv(variables={name: CEL_TYPES.get(kind, cel.Type.STRING) for name, kind in NAMES.items()})

numbers = st.deferred(
    lambda: st.one_of(
        st.sampled_from(NUMBERS),
        st.integers(0, 999).map(str),
        st.tuples(numbers, st.sampled_from("+-*"), numbers).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(truths, numbers, numbers).map(lambda t: f"({t[1]} if {t[0]} else {t[2]})"),
    )
)
truths: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(FLAGS),
        st.tuples(numbers, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers)
        .map(" ".join)
        .map("({})".format),
        st.tuples(st.sampled_from(["==", "!="]), st.sampled_from(WORDS)).map(lambda t: f"(order.kind {t[0]} '{t[1]}')"),
        st.lists(st.sampled_from(WORDS), min_size=1).map(lambda words: f"(order.kind in {words})"),
        truths.map("(not {})".format),
        st.tuples(truths, st.sampled_from([" and ", " or "]), truths).map("".join).map("({})".format),
    )
)
facts = st.fixed_dictionaries(
    {
        **{name: st.integers(0, 100_000) for name in NUMBERS},
        **{name: st.booleans() for name in FLAGS},
        "order.kind": st.sampled_from(WORDS),
    }
)


def to_cel(text: str) -> str:
    """The same expression in CEL."""
    found = re.search(r"\(([^()]*|.*) if ", text)
    text = text.replace(" and ", " && ").replace(" or ", " || ").replace("(not ", "(!")
    return _ternaries(text) if found else text


def _ternaries(text: str) -> str:
    """(a if b else c) becomes (b ? a : c), the innermost ones last."""
    while " if " in text:
        middle = text.index(" if ")
        left, start = _open(text, middle), middle + 4
        other = _level(text, start, " else ")
        right = _level(text, other + 6, ")")
        yes, test, no = text[left + 1 : middle], text[start:other], text[other + 6 : right]
        text = f"{text[:left]}({test} ? {yes} : {no}){text[right + 1 :]}"
    return text


def _open(text: str, end: int) -> int:
    depth = 0
    for index in range(end - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[index], 0)
        if depth < 0:
            return index
    raise ValueError(text)


def _level(text: str, start: int, wanted: str) -> int:
    depth = 0
    for index in range(start, len(text)):
        if depth == 0 and text.startswith(wanted, index):
            return index
        depth += {"(": 1, ")": -1}.get(text[index], 0)
    raise ValueError(text)


@settings(max_examples=150, deadline=None)
@given(truths | numbers, facts)
def test_the_language_means_what_cel_means(text: str, given_facts: dict[str, Any]) -> None:
    if len(text) > 900 or text.count("(") > 28:
        return
    values = {name: Decimal(value) if type(value) is int else value for name, value in given_facts.items()}
    ours = compile_expression(text, NAMES).call(values, {}, Run(Calendar()))
    theirs = ENV.compile(to_cel(text)).eval(data=given_facts)
    if theirs.type().name() == "ERROR":
        assert "overflow" in str(theirs.plain_value())  # CEL's whole numbers have 64 bits; ours have no such limit.
        return
    assert ours == theirs.plain_value()


def test_the_translation_covers_what_differs() -> None:
    assert to_cel("(not (goods.used and goods.intact))") == "(!(goods.used && goods.intact))"
    assert to_cel("((1 if goods.used else 2) if goods.intact else 3)") == "(goods.intact ? (goods.used ? 1 : 2) : 3)"

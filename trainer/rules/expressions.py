"""The expression language of rules: a small checked subset, compiled once.

An expression is read with Python's own parser, every node is checked against a short list, names and types are
checked, and only then is it compiled: facts become look-ups in one flat dictionary, numbers become Decimal. There is
no attribute access, no call but to FUNCTIONS, and sizes are bounded. Errors say in Chinese which column is wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.rules.checking import Checker, ExpressionError
from trainer.rules.functions import Run
from trainer.rules.types import Type

MAX_CHARS = 1_000

Compiled = Callable[[Mapping[str, Any], Mapping[str, Any], Run], Any]

_FORBIDDEN = re.compile(r"[\\\\#\x00-\x08\x0b-\x1f\x7f]")
_FULL_WIDTH = re.compile(r"[（），。：；＝＜＞＋－×÷“”‘’！？]")
_HINTS = (
    (re.compile(r"&&"), "「并且」写作 and"),
    (re.compile(r"\|\|"), "「或者」写作 or"),
    (re.compile(r"(?<![=<>!])=(?!=)"), "相等写作 =="),
    (re.compile(r"!(?!=)"), "「不」写作 not"),
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked, compiled expression: its text, its type and the exact names that it reads.

    `valued` are the names whose value it reads; of the others it only asks whether they are known. `tree` is the checked
    tree as it was compiled, over the facts F, the figures G, the run R and `constants`.
    """

    text: str
    type: Type
    names: frozenset[str]
    valued: frozenset[str]
    call: Compiled = field(compare=False, repr=False)
    tree: ast.expr = field(compare=False, repr=False)
    constants: Mapping[str, Any] = field(compare=False, repr=False)


def compile_expression(text: str, names: Mapping[str, Type], one_of: Iterable[frozenset[str]] = ()) -> Expression:
    """Check and compile `text`; `names` are the facts, figures and answers it may read.

    `one_of` are groups of optional facts of which at least one is always given. Raises ExpressionError.
    """
    flat = text.replace("\r", " ").replace("\n", " ").rstrip()
    tree = _parse(flat)
    checker = Checker(flat, names, tuple(one_of))
    kind = checker.check(tree, frozenset(), 1)
    body = checker.code(tree)
    function = ast.Expression(
        ast.Lambda(
            ast.arguments(posonlyargs=[], args=[ast.arg(a) for a in "FGR"], kwonlyargs=[], kw_defaults=[], defaults=[]),
            body,
        )
    )
    scope: dict[str, Any] = {"__builtins__": {}, **checker.constants}
    code = compile(ast.fix_missing_locations(function), "<rule>", "eval")
    call = eval(code, scope)
    return Expression(text, kind, frozenset(checker.read), frozenset(checker.valued), call, body, checker.constants)


def _parse(text: str) -> ast.expr:
    if len(text) > MAX_CHARS:
        raise ExpressionError(MAX_CHARS + 1, f"表达式最多 {MAX_CHARS} 个字符，这里有 {len(text)} 个")
    if not text.strip():
        raise ExpressionError(1, "表达式是空的")
    odd = _FORBIDDEN.search(text)
    if odd:
        raise ExpressionError(odd.start() + 1, "不能用反斜杠、# 和控制字符")
    lead = len(text) - len(text.lstrip())
    try:
        return ast.parse(text[lead:], mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(_syntax_column(error, text, lead), _syntax_message(text)) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(1, "嵌套太深，请拆成几条规则") from None


def _syntax_column(error: SyntaxError, text: str, lead: int) -> int:
    column = (error.offset or 1) + lead
    return max(1, min(column, len(text)))


def _syntax_message(text: str) -> str:
    wide = _FULL_WIDTH.search(text)
    if wide:
        return f"写法有误：第 {wide.start() + 1} 列的「{wide.group()}」是全角符号，请换成半角"
    for pattern, hint in _HINTS:
        if pattern.search(text):
            return f"写法有误：{hint}"
    return "写法有误，请检查括号、引号和运算符"


__all__ = ["FAILURES", "Compiled", "Expression", "ExpressionError", "compile_expression"]

FAILURES = (ArithmeticError, ValueError)
"""What a checked expression can still raise on extreme values: division by zero, a date out of range."""

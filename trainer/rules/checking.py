"""Checks the tree of an expression: names, types, sizes; and rewrites it into the tree that is compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trainer.errors import ContentError
from trainer.rules.functions import FUNCTIONS, Function
from trainer.rules.problems import did_you_mean, instead
from trainer.rules.types import BOOL, NUMBER, UNKNOWN, Type, join, word

MAX_DEPTH = 32
MAX_NODES = 200
MAX_NUMBER = Decimal(10) ** 12

_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
_QUOTED = re.compile(r"""('[^']*'|"[^"]*")\Z""")
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ORDERED = ("number", "time", "date", "span")


class ExpressionError(ContentError):
    """An expression that cannot be taken; `column` counts characters from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"第 {column} 列：{message}")
        self.column = column


class Checker:
    """Checks one tree and rewrites it; knows what is read and which constants the code needs."""

    def __init__(self, text: str, names: Mapping[str, Type], one_of: tuple[frozenset[str], ...]) -> None:
        self.text = text
        self.lead = len(text) - len(text.lstrip())
        self.bytes = text[self.lead :].encode()
        self.names = names
        self.one_of = one_of
        self.read: set[str] = set()
        self.valued: set[str] = set()
        self.constants: dict[str, Any] = {}
        self.nodes = 0

    def column(self, node: ast.expr) -> int:
        return len(self.bytes[: node.col_offset].decode(errors="ignore")) + self.lead + 1

    def fail(self, node: ast.expr, message: str) -> ExpressionError:
        return ExpressionError(self.column(node), message)

    def check(self, node: ast.expr, known: frozenset[str], depth: int) -> Type:
        """The type of a node, where the names in `known` are certain to be known."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.fail(node, f"太长：超过 {MAX_NODES} 个部分，请拆成几条规则")
        if depth > MAX_DEPTH:
            raise self.fail(node, f"嵌套超过 {MAX_DEPTH} 层，请拆成几条规则")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.fail(node, "这里不能这样写；可用：比较、and、or、not、in、加减乘除、… if … else …、函数和列表")
        result: Type = method(node, known, depth + 1)
        return result

    # --- one method for each node that is allowed ---

    def _constant(self, node: ast.Constant, known: frozenset[str], depth: int) -> Type:
        if isinstance(node.value, bool):
            raise self.fail(node, "是非写作小写 true、false")
        if isinstance(node.value, str):
            if not _QUOTED.match(self._segment(node)):
                raise self.fail(node, "文字只用一对引号括起来")
            return word(node.value)
        if isinstance(node.value, int | float):
            if not _NUMBER.match(self._segment(node)):
                raise self.fail(node, f"「{self._segment(node)}」不是可用的数，请写成 12 或 0.3 的样子")
            if Decimal(self._segment(node)) >= MAX_NUMBER:
                raise self.fail(node, "数太大，须小于一万亿")
            return NUMBER
        raise self.fail(node, f"不能用「{self._segment(node)}」")

    def _segment(self, node: ast.expr) -> str:
        return self.bytes[node.col_offset : node.end_col_offset].decode(errors="ignore")

    def _name(self, node: ast.Name, known: frozenset[str], depth: int) -> Type:
        return self._look_up(node, node.id, known)

    def _attribute(self, node: ast.Attribute, known: frozenset[str], depth: int) -> Type:
        return self._look_up(node, self._dotted(node), known)

    def _dotted(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            raise self.fail(node, "点号前面只能是事实的名字")
        return ".".join([node.id, *reversed(parts)])

    def _look_up(self, node: ast.expr, name: str, known: frozenset[str]) -> Type:
        if name in ("true", "false"):
            return BOOL
        if name == "unknown":
            return UNKNOWN
        found = self.names.get(name)
        if found is None:
            if name in FUNCTIONS:
                raise self.fail(node, f"「{name}」是函数，后面要有括号")
            raise self.fail(node, f"不认识「{name}」{did_you_mean(name, self.names) or self._allowed()}")
        self.read.add(name)
        self.valued.add(name)
        return found.known() if name in known else found

    def _allowed(self) -> str:
        shown = [name for name in sorted(self.names) if not name.startswith("answer.")][:12]
        return f"；这里能用：{'、'.join(shown)}" if shown else ""

    def _list(self, node: ast.List, known: frozenset[str], depth: int) -> Type:
        values: set[str] = set()
        for item in node.elts:
            kind = self.check(item, known, depth)
            if kind.kind != "text" or kind.values is None or not isinstance(item, ast.Constant):
                raise self.fail(item, "列表里只能写带引号的文字")
            values |= kind.values
        return Type("texts", frozenset(values))

    def _boolop(self, node: ast.BoolOp, known: frozenset[str], depth: int) -> Type:
        both = isinstance(node.op, ast.And)
        for item in node.values:
            self._need(item, self.check(item, known, depth), "bool")
            known = known | self._known_after(item, both)
        return BOOL

    def _unaryop(self, node: ast.UnaryOp, known: frozenset[str], depth: int) -> Type:
        kind = self.check(node.operand, known, depth)
        if isinstance(node.op, ast.Not):
            return self._need(node.operand, kind, "bool")
        if isinstance(node.op, ast.USub):
            return self._need(node.operand, kind, "number")
        raise self.fail(node, "只能用 not 和负号")

    def _ifexp(self, node: ast.IfExp, known: frozenset[str], depth: int) -> Type:
        self._need(node.test, self.check(node.test, known, depth), "bool")
        yes = self.check(node.body, known | self._known_after(node.test, True), depth)
        no = self.check(node.orelse, known | self._known_after(node.test, False), depth)
        result = join((yes, no))
        if result is None:
            raise self.fail(node.orelse, f"if 两边要同类：前面是{yes}，else 后面是{no}")
        return result

    def _binop(self, node: ast.BinOp, known: frozenset[str], depth: int) -> Type:
        left, right = self.check(node.left, known, depth), self.check(node.right, known, depth)
        for side, kind in ((node.left, left), (node.right, right)):
            if kind.nullable:
                raise self.fail(side, "这个值可能未知，先用 known() 判断，或用 first_known() 给出替代")
        result = _arithmetic(node.op, left.kind, right.kind)
        if result is None:
            raise self.fail(node.right, f"{left}和{right}不能这样运算")
        return Type(result)

    def _compare(self, node: ast.Compare, known: frozenset[str], depth: int) -> Type:
        left_node, left = node.left, self.check(node.left, known, depth)
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.check(right_node, known, depth)
            self._comparable(operator, left_node, left, right_node, right)
            left_node, left = right_node, right
        return BOOL

    def _comparable(self, op: ast.cmpop, left_node: ast.expr, left: Type, right_node: ast.expr, right: Type) -> None:
        if isinstance(op, ast.In | ast.NotIn):
            if left.kind != "text" or right.kind != "texts":
                raise self.fail(right_node, f"in 的左边是文字、右边是列表，这里是{left}和{right}")
            self._within(right_node, right, left)
            self._within(left_node, left, right)
            return
        if left.kind != right.kind or left.kind == "unknown":
            raise self.fail(right_node, f"{left}和{right}不能比较")
        if isinstance(op, ast.Eq | ast.NotEq):
            self._within(right_node, right, left)
            self._within(left_node, left, right)
        elif not isinstance(op, _ORDER):
            raise self.fail(right_node, "比较只用 ==、!=、<、<=、>、>=、in、not in")
        elif left.kind not in _ORDERED:
            raise self.fail(left_node, f"{left}不能比大小")
        elif left.nullable or right.nullable:
            side = left_node if left.nullable else right_node
            raise self.fail(side, "这个值可能未知，先用 known() 判断")

    def _within(self, node: ast.expr, literal: Type, domain: Type) -> None:
        """A literal word must be one of the values that the other side can have."""
        if not isinstance(node, ast.Constant | ast.List) or domain.values is None or literal.values is None:
            return
        for value in sorted(literal.values - domain.values):
            allowed = "、".join(sorted(domain.values))
            raise self.fail(node, f"没有「{value}」这个取值{instead(value, domain.values, f'可用：{allowed}')}")

    def _call(self, node: ast.Call, known: frozenset[str], depth: int) -> Type:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self.fail(node, "只能调用列出的函数，参数按顺序写")
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            hint = did_you_mean(node.func.id, FUNCTIONS) or f"；可用：{'、'.join(FUNCTIONS)}"
            raise self.fail(node.func, f"没有函数「{node.func.id}」{hint}")
        count, least = len(node.args), len(function.params)
        if count < least or (count > least and not function.many):
            raise self.fail(
                node, f"{function.name} 要 {least} 个{'或更多' if function.many else ''}参数，这里有 {count} 个"
            )
        valued = set(self.valued)
        kinds = [self.check(item, known, depth) for item in node.args]
        if function.name == "known" and isinstance(node.args[0], ast.Name | ast.Attribute):
            self.valued = valued
        self._arguments(node, function, kinds)
        return self._result(node, function, kinds)

    def _arguments(self, node: ast.Call, function: Function, kinds: list[Type]) -> None:
        for index, (item, kind) in enumerate(zip(node.args, kinds, strict=True)):
            wanted = function.params[min(index, len(function.params) - 1)]
            if wanted != "any" and kind.kind not in wanted.split("|"):
                names = "或".join(str(Type(each)) for each in wanted.split("|"))
                raise self.fail(item, f"{function.name} 的第 {index + 1} 个参数要{names}，这里是{kind}")
            if kind.nullable and function.nulls == "refuse":
                raise self.fail(item, f"{function.name} 不收可能未知的值，先用 known() 判断")
        if function.name == "count" and kinds[0].values is not None:
            self._within(node.args[1], kinds[1], kinds[0])
        if function.name == "keep":
            self._within(node.args[1], kinds[1], kinds[0])

    def _result(self, node: ast.Call, function: Function, kinds: list[Type]) -> Type:
        if function.result != "first":
            unknown = function.gives_unknown or (function.nulls == "pass" and any(kind.nullable for kind in kinds))
            return Type(function.result, nullable=unknown)
        result = join(kinds)
        if result is None:
            raise self.fail(node, f"{function.name} 的参数要同类")
        if function.nulls == "skip" and self._one_is_known(node, kinds):
            return result.known()
        return result

    def _one_is_known(self, node: ast.Call, kinds: list[Type]) -> bool:
        if any(not kind.nullable for kind in kinds):
            return True
        named = {self._dotted(leaf) for leaf in ast.walk(node) if isinstance(leaf, ast.Attribute)}
        return any(group <= named for group in self.one_of)

    def _need(self, node: ast.expr, kind: Type, wanted: str) -> Type:
        if kind.kind != wanted or kind.nullable:
            raise self.fail(node, f"这里要{Type(wanted)}，写的是{kind}")
        return kind

    def _known_after(self, node: ast.expr, truth: bool) -> frozenset[str]:
        """The names that must be known once `node` turned out to be `truth`."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._known_after(node.operand, not truth)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) is truth:
            return frozenset().union(*(self._known_after(item, truth) for item in node.values))
        if truth and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "known":
            argument = node.args[0]
            if isinstance(argument, ast.Name | ast.Attribute):
                return frozenset((self._dotted(argument),))
        return frozenset()

    # --- from a checked tree to code ---

    def code(self, node: ast.expr) -> ast.expr:
        """The tree that is compiled: names as look-ups, numbers as named constants, functions as named constants."""
        if isinstance(node, ast.Constant):
            return node if isinstance(node.value, str) else self._bind(Decimal(self._segment(node)))
        if isinstance(node, ast.Name | ast.Attribute):
            return self._reference(self._dotted(node))
        if isinstance(node, ast.List):
            return ast.Tuple([self.code(item) for item in node.elts], ast.Load())
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.code(item) for item in node.values])
        if isinstance(node, ast.UnaryOp):
            return ast.UnaryOp(node.op, self.code(node.operand))
        if isinstance(node, ast.IfExp):
            return ast.IfExp(self.code(node.test), self.code(node.body), self.code(node.orelse))
        if isinstance(node, ast.BinOp):
            return ast.BinOp(self.code(node.left), node.op, self.code(node.right))
        if isinstance(node, ast.Compare):
            return ast.Compare(self.code(node.left), node.ops, [self.code(item) for item in node.comparators])
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        function = FUNCTIONS[node.func.id]
        run: list[ast.expr] = [ast.Name("R", ast.Load())] if function.needs_run else []
        return ast.Call(self._bind(function.call), run + [self.code(item) for item in node.args], [])

    def _reference(self, name: str) -> ast.expr:
        if name in ("true", "false"):
            return ast.Constant(name == "true")
        if name == "unknown":
            return ast.Constant(None)
        if name.startswith("figure."):
            return ast.Subscript(ast.Name("G", ast.Load()), ast.Constant(name[7:]), ast.Load())
        return ast.Subscript(ast.Name("F", ast.Load()), ast.Constant(name), ast.Load())

    def _bind(self, value: object) -> ast.expr:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return ast.Name(name, ast.Load())


_SUMS: Mapping[tuple[str, str, str], str] = {
    ("Add", "number", "number"): "number",
    ("Sub", "number", "number"): "number",
    ("Mult", "number", "number"): "number",
    ("Div", "number", "number"): "number",
    ("Add", "time", "span"): "time",
    ("Add", "span", "time"): "time",
    ("Sub", "time", "span"): "time",
    ("Sub", "time", "time"): "span",
    ("Add", "span", "span"): "span",
    ("Sub", "span", "span"): "span",
}


def _arithmetic(operator: ast.operator, left: str, right: str) -> str | None:
    return _SUMS.get((type(operator).__name__, left, right))

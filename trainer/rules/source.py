"""YAML files as plain data that remembers its lines: text, whole numbers, decimals, true/false, lists, mappings."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from trainer.rules.problems import Problem

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,12}\Z")
_WORDS: dict[str, Any] = {"": None, "null": None, "~": None, "true": True, "false": False}
_MAX_DEPTH = 40
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in "str int float bool null timestamp seq map value".split())


class _Loader(_Base):  # type: ignore[misc]
    """Composes nodes without guessing their types: `_Reader` does that, by rules of its own."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return "tag:yaml.org,2002:merge" if value == "<<" and implicit[0] else "tag:yaml.org,2002:str"
        return "tag:yaml.org,2002:seq" if kind is yaml.SequenceNode else "tag:yaml.org,2002:map"

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Nothing: no type depends on the place."""

    def ascend_resolver(self) -> None:
        """Nothing: no type depends on the place."""


class Mapped(dict[str, Any]):
    """A mapping that knows the line of itself and of each of its keys."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def read_yaml(path: Path, name: str, problems: list[Problem]) -> Any:
    """The data of one file, or None with the flaw added to `problems`."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "这里的字节不是 UTF-8 文本", "请存成 UTF-8 文本"))
        return None
    except OSError as error:
        problems.append(Problem(name, 0, f"读不出来：{error.strerror}", "请检查文件和权限"))
        return None
    return parse_yaml(text, name, problems)


def parse_yaml(text: str, name: str, problems: list[Problem]) -> Any:
    """The data of one text, or None with the flaw added to `problems`."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 0
        problems.append(Problem(name, line, f"YAML 写法有误：{error.problem}", "请检查缩进、冒号后的空格和引号"))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.append(Problem(name, 0, f"YAML 写法有误：{type(error).__name__}", "请检查特殊字符和嵌套层数"))
        return None
    if node is None:
        return None
    return _Reader(name, problems).value(node, 0)


class _Reader:
    """Turns YAML nodes into plain data and reports double keys, anchors and tags."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = problems
        self.seen: set[int] = set()

    def value(self, node: Any, depth: int) -> Any:
        kind = node.id
        if node.tag not in _TAGS:
            self._flaw(node, f"用了标签 {node.tag[:60]}", "请只写普通的文字、数、列表和键值")
            return None
        if kind == "scalar":
            return self._scalar(node)
        if depth > _MAX_DEPTH:
            self._flaw(node, f"嵌套超过 {_MAX_DEPTH} 层", "请把内容放平")
            return None
        if id(node) in self.seen:
            self._flaw(node, "用了锚点（& 和 *）", "请把内容写全")
            return None
        self.seen.add(id(node))
        if kind == "sequence":
            return [self.value(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> Mapped:
        result = Mapped(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.id != "scalar":
                self._flaw(key_node, "键必须是文字", "请改成一个词")
                continue
            if key in result:
                self._flaw(key_node, f"键「{key}」写了两次", "请只留一个")
            result[key] = self.value(value_node, depth + 1)
            result.lines[key] = key_node.start_mark.line + 1
        return result

    def _scalar(self, node: Any) -> Any:
        text: str = node.value
        if node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        return text

    def _flaw(self, node: Any, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.name, node.start_mark.line + 1, message, remedy))

"""YAML as a plain subset, read with the line of every value: no anchors, no tags, no guessing of dates or yes/no."""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

import yaml

from trainer.content.fields import Path

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_BASE):  # type: ignore[misc]
    """Knows null, true/false and decimal numbers only; everything else is text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _tag, _pattern, _first in (
    ("null", r"(?:~|null|)\Z", ["~", "n", ""]),
    ("bool", r"(?:true|false)\Z", ["t", "f"]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)\Z", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+\Z", list("-+0123456789")),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


_SAID = (
    ("mapping values are not allowed", "一行里多了一个冒号", "值里含“: ”时请给整句加引号。"),
    ("expected ',' or", "花括号或方括号没有配对", "请检查括号；文字里有括号或引号时请给整句加引号。"),
    ("could not find expected ':'", "少了冒号", "请写成“字段: 值”，冒号后空一格。"),
    ("cannot start any token", "有不能放在开头的字符", "请把 Tab 换成空格；以 @ 或 ` 开头的文字请加引号。"),
    ("did not find expected key", "缩进没有对齐", "同一层的字段请左对齐，只用空格。"),
    ("unexpected end of stream", "引号或括号没有收尾", "请补上后一半引号或括号。"),
    ("expected node content", "括号里的内容不完整", "请补完整，或收上括号。"),
    ("did not find expected '-' indicator", "列表没有对齐", "同一个列表的“- ”请左对齐。"),
)


@dataclass
class Document:
    """A parsed text: its value, the line of every path, and what was wrong with it."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest mapping around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str, first_line: int = 1) -> Document:
    """Parse one YAML text; faults are (line, message, remedy) and the value is then as much as could be read."""
    document = Document()
    loader = _PlainLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            document.value = _value(node, (), document, first_line, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        document.faults.append((line, *_in_words(error)))
    except yaml.YAMLError as error:
        document.faults.append((first_line, f"读不了这个文件：{error}", "请存成 UTF-8 文本，不要有控制字符。"))
    finally:
        loader.dispose()
    return document


def _in_words(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = str(error.problem or error.context)
    for text, message, remedy in _SAID:
        if text in problem:
            return f"YAML 写法有误：{message}", remedy
    return f"YAML 写法有误({problem})", "请检查缩进、冒号和引号。"


def _value(node: yaml.Node, path: Path, document: Document, first: int, seen: set[int]) -> Any:
    line = first + node.start_mark.line
    document.lines.setdefault(path, line)
    if id(node) in seen:
        document.faults.append((line, "用了锚点(& *)", "请把内容直接写出来。"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document, first, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, place), document, first, seen) for place, item in enumerate(node.value)]
    return _scalar(node, document, line)


def _mapping(node: yaml.MappingNode, path: Path, document: Document, first: int, seen: set[int]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = first + key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode):
            document.faults.append((line, "字段名应是文字", "含花括号的文字请加引号。"))
            continue
        key = str(key_node.value)
        if key in out:
            document.faults.append((line, f"字段 {key} 写了两次", "请留一个。"))
        document.lines[(*path, key)] = line
        out[key] = _value(value_node, (*path, key), document, first, seen)
    return out


def _scalar(node: yaml.Node, document: Document, line: int) -> Any:
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    text = str(node.value)
    if tag == "str":
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text == "true"
    if tag == "int":
        return int(text)
    if tag == "float":
        return float(text)
    document.faults.append((line, f"不支持标记 {node.tag}", "请去掉 ! 开头的标记。"))
    return text

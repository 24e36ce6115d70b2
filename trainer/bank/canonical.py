"""The one canonical text of content: YAML with short leaves on one line, lessons with front matter."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from trainer.content import Lesson
from trainer.content.yamltext import read_yaml

WIDTH = 140
LIST_WIDTH = 80
_BLOCK_SAFE = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~=<][^\n\t]*\Z")
_SAFE = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~=<][^\n\t\"'\\{}\[\],#:]*\Z")
_WORDS = {"", "null", "true", "false", "~", "yes", "no", "on", "off", "Null", "True", "False", "NULL", "TRUE", "FALSE"}
_NUMBER_LIKE = re.compile(r"[-+.]?\d[\d_,.:eExXoO+-]*\Z")
# A date or a moment is text for our reader and reads better bare.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}|Z)?)?\Z")


def dump(value: Any) -> str:
    """The canonical YAML text of a value; `read_yaml` gives the same value back."""
    if isinstance(value, Mapping) and value:
        return "".join(_pair(str(name), one, 0) for name, one in value.items())
    if isinstance(value, (list, tuple)) and value:
        return "".join(_item(one, 0) for one in value)
    return _flow(value) + "\n"


def dump_items(name: str, items: Sequence[Any]) -> str:
    """The canonical text of a file that holds one list, with an empty line between its items."""
    return dump({name: list(items)}).replace("\n- ", "\n\n- ").replace(f"{name}:\n\n- ", f"{name}:\n- ", 1)


def dump_lesson(lesson: Lesson) -> str:
    """The canonical file of a lesson."""
    front = lesson.to_dict()
    text = front.pop("text")
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return f"---\n{dump(front)}---\n" + "\n".join(lines) + "\n"


def _pair(name: str, value: Any, depth: int) -> str:
    pad = " " * depth
    head = f"{pad}{scalar(name)}:"
    if isinstance(value, str) and "\n" in value:
        return _literal(head, value, depth)
    line = f"{head} {_flow(value)}"
    if not isinstance(value, (Mapping, list, tuple)) or not value or _short(value, line):
        return line + "\n"
    if isinstance(value, Mapping):
        return f"{head}\n" + "".join(_pair(str(key), one, depth + 2) for key, one in value.items())
    return f"{head}\n" + "".join(_item(one, depth) for one in value)


def _item(value: Any, depth: int) -> str:
    pad = " " * depth
    line = f"{pad}- {_flow(value)}"
    if isinstance(value, str) and "\n" in value:
        return _literal(f"{pad}-", value, depth)
    if not isinstance(value, (Mapping, list, tuple)) or not value or _short(value, line):
        return line + "\n"
    inner = (
        "".join(_pair(str(key), one, depth + 2) for key, one in value.items())
        if isinstance(value, Mapping)
        else "".join(_item(one, depth + 2) for one in value)
    )
    return f"{pad}- {inner[depth + 2 :]}"


def _short(value: Mapping[str, Any] | Sequence[Any], line: str) -> bool:
    """Whether a mapping or list stands on one line: short, and holding no text of several lines nor deep structure."""
    if not isinstance(value, Mapping) and len(value) > 1 and any(isinstance(one, Mapping) for one in value):
        return False
    limit = WIDTH if isinstance(value, Mapping) or line.isascii() else LIST_WIDTH
    return _width(line) <= limit and "\\n" not in line and _depth(value) <= 2


def _width(line: str) -> int:
    return sum(1 if ord(character) < 0x2E80 else 2 for character in line)


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max((_depth(one) for one in value.values()), default=0)
    if isinstance(value, (list, tuple)):
        return 1 + max((_depth(one) for one in value), default=0)
    return 0


def _flow(value: Any, inner: bool = False) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key), True)}: {_flow(one, True)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(one, True) for one in value) + "]"
    return scalar(value, inner)


def scalar(value: Any, flow: bool = False) -> str:
    """One value; text is bare where it cannot be misread and otherwise in double quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return _number(value)
    if _MOMENT.match(value):
        return value
    plain = (_SAFE if flow else _BLOCK_SAFE).match(value) and value not in _WORDS and not _NUMBER_LIKE.match(value)
    if plain and ": " not in value and " #" not in value and value == value.strip() and not value.endswith(":"):
        return value
    return json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    text = format(value, "f") if not isinstance(value, (int, float)) else repr(value)
    return text


def _literal(head: str, value: str, depth: int) -> str:
    """A text of several lines as a block, where a block can hold it exactly."""
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    lines = body.split("\n")
    if (
        ends > 1
        or lines[0][:1] in ("", " ")
        or any(line != line.rstrip() or "\t" in line for line in lines)
        or "\r" in value
    ):
        return f"{head} {json.dumps(value, ensure_ascii=False)}\n"
    pad = " " * (depth + 2)
    return f"{head} |{'-' if not ends else ''}\n" + "".join(f"{pad}{line}\n" if line else "\n" for line in lines)


def is_same(text: str, value: Any) -> bool:
    """Whether a canonical text reads back as the value."""
    document = read_yaml(text)
    return not document.faults and bool(document.value == value)

"""Checks of plain data against a list of allowed keys; every flaw is noted with its line, none stops the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trainer.rules.problems import Problem, did_you_mean
from trainer.rules.source import Mapped


class Shape:
    """One mapping of a file that is being read; `what` names it in messages, such as 规则 tmall.x."""

    def __init__(self, data: Any, file: str, what: str, problems: list[Problem], line: int = 0) -> None:
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.file = file
        self.what = what
        self.problems = problems
        self.line = data.line if isinstance(data, Mapped) else line
        self.lines: Mapping[str, int] = data.lines if isinstance(data, Mapped) else {}
        if not isinstance(data, Mapping):
            self.flaw("", f"{what}要写成键和值，这里是「{str(data)[:40]}」", "")

    def flaw(self, key: str, message: str, remedy: str = "") -> None:
        """Note a flaw at the line of `key`."""
        self.problems.append(Problem(self.file, self.lines.get(key, self.line), message, remedy))

    def only(self, allowed: Iterable[str]) -> None:
        """Note every key that is not allowed, with the allowed ones."""
        names = tuple(allowed)
        for key in self.data:
            if key not in names:
                hint = did_you_mean(key, names)
                self.flaw(key, f"{self.what}有不认识的键「{key}」{hint}", f"可用的键：{'、'.join(names)}")

    def text(self, key: str, needed: bool = False) -> str | None:
        value = self.data.get(key)
        if value is None:
            if needed:
                self.flaw(key, f"{self.what}缺少 {key}", "请补上")
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            self.flaw(key, f"{self.what}的 {key} 要写文字，这里是「{str(value)[:40]}」")
            return None
        return value

    def choice(self, key: str, allowed: Iterable[str], needed: bool = False) -> str | None:
        value = self.text(key, needed)
        names = tuple(allowed)
        if value is not None and value not in names:
            self.flaw(
                key,
                f"{self.what}的 {key} 没有「{value}」这个取值{did_you_mean(value, names)}",
                f"可用：{'、'.join(names)}",
            )
            return None
        return value

    def items(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.flaw(key, f"{self.what}的 {key} 要写成列表", "如 [a, b]")
            return []
        return value

    def words(self, key: str, allowed: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of words, each one of `allowed` where that is given."""
        names = None if allowed is None else tuple(allowed)
        found = []
        for item in self.items(key):
            if not isinstance(item, str):
                self.flaw(key, f"{self.what}的 {key} 里「{item}」不是文字")
            elif names is not None and item not in names:
                self.flaw(
                    key,
                    f"{self.what}的 {key} 没有「{item}」这个取值{did_you_mean(item, names)}",
                    f"可用：{'、'.join(names)}",
                )
            else:
                found.append(item)
        return tuple(found)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.flaw(key, f"{self.what}的 {key} 要写成键和值")
            return {}
        return value

    def part(self, key: str) -> Shape:
        """The mapping under `key`, to be read further."""
        value = self.data.get(key)
        return Shape(
            {} if value is None else value,
            self.file,
            f"{self.what}的 {key}",
            self.problems,
            self.lines.get(key, self.line),
        )

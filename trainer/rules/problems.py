"""What is wrong with rule files, told all at once, and the errors that calls to the engine raise."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from trainer.errors import ContentError, InputError, TrainerError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One flaw of one file: where it is, what is wrong and how to put it right."""

    file: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return f"{place}：{self.message}" + (f"。{self.remedy}" if self.remedy else "")


class RulebookError(ContentError):
    """A rulebook cannot be loaded; `problems` holds every flaw found in the one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"规则文件有 {len(self.problems)} 处问题：\n{lines}")


class RuleError(ContentError):
    """A rule failed while it was computed; `rule` names it."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"规则 {rule}：{message}")
        self.rule = rule


class QuestionError(InputError):
    """A question to the engine that cannot be understood: what, where and what is allowed."""


class MissingFacts(TrainerError):
    """A question that lacks facts; `missing` lists every one of them in the order in which the decision names them."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.missing = tuple(missing)
        super().__init__("缺少事实：" + "、".join(self.missing))


class UnknownRule(KeyError):
    """No rule has this id; the message names similar ones."""

    def __init__(self, rule: str, known: Iterable[str]) -> None:
        self.rule = rule
        self.suggestions = tuple(difflib.get_close_matches(rule, list(known), n=3))
        super().__init__(rule)

    def __str__(self) -> str:
        hint = f"；是不是 {'、'.join(self.suggestions)}？" if self.suggestions else ""
        return f"没有编号为「{self.rule}」的规则{hint}"


def instead(word: str, known: Iterable[str], allowed: str) -> str:
    """What to write instead of an unknown word: the nearest one, and what is allowed."""
    hint = did_you_mean(word, known)
    return f"{hint or '；'}{allowed}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """「，是不是「…」？」 where a known word is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"，是不是「{close[0]}」？" if close else ""

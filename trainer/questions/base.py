"""What every question type shares: variants, marks, grades and the record of functions that makes a type."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from trainer.content import Flaw, FlawedContent, Question, Reader
from trainer.content.figures import cited_rules, fill_figures, fill_params
from trainer.errors import InputError
from trainer.questions.variation import draw_values
from trainer.rules import Rulebook

FULL = 1000
Body = Any  # each type has its own
LETTERS = "abcdefghijkl"


class ResponseError(InputError):
    """What the learner sent is no answer to this kind of question."""


@dataclass(frozen=True)
class Variant:
    """One concrete item: what is shown, and the key that never leaves the server before it may."""

    question_id: str
    type: str
    variant_no: int
    as_of: str
    shown: dict[str, Any]
    key: dict[str, Any]
    rules: tuple[str, ...]

    @cached_property
    def sha256(self) -> str:
        """The digest of everything but the number and the moment: equal content, equal digest."""
        content = [self.question_id, self.type, self.shown, self.key, list(self.rules)]
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values."""
        return {
            "question_id": self.question_id,
            "type": self.type,
            "variant_no": self.variant_no,
            "as_of": self.as_of,
            "shown": self.shown,
            "key": self.key,
            "rules": list(self.rules),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Variant":
        """The inverse of to_dict."""
        return cls(**{**data, "rules": tuple(data["rules"])})


@dataclass(frozen=True)
class Mark:
    """Points for one thing, in thousandths of the item, with the reason and the rule behind it."""

    what: str
    points: int
    of: int
    rule: str | None
    why: str
    turn: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Grade:
    """What a response is worth, 0 to 1000, mark by mark."""

    points: int
    marks: tuple[Mark, ...]
    needs_review: bool = False
    review_because: tuple[str, ...] = ()
    findings: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values."""
        return asdict(self) | {
            "marks": [asdict(mark) for mark in self.marks],
            "review_because": list(self.review_because),
        }


def canonical(value: object) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Making:
    """Everything that goes into one variant: the question, the number, the rulebook and the moment."""

    question: Question
    variant_no: int
    rulebook: Rulebook
    as_of: datetime

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The parameters drawn for this variant."""
        return draw_values(self.question, self.variant_no, self.as_of)

    def plain(self, text: str, extra: Mapping[str, Any] | None = None) -> str:
        """Text as shown before the answer: figures and parameters filled, no chips."""
        return fill_params(fill_figures(text, self.rulebook, self.as_of), {**self.values, **(extra or {})})

    def rich(self, text: str, extra: Mapping[str, Any] | None = None) -> str:
        """Text as shown with the key: figures and citations as chips."""
        if not text:
            return ""
        return fill_params(fill_figures(text, self.rulebook, self.as_of, chips=True), {**self.values, **(extra or {})})

    def body(self, build: Callable[[Reader], Body]) -> Body:
        """The question's body as its type reads it; raises FlawedContent."""
        reader = Reader(self.question.body)
        body = build(reader)
        if reader.flaws:
            raise FlawedContent(reader.flaws)
        return body


@dataclass(frozen=True)
class Made:
    """What a type makes of a question: shown, key, rules besides those named, and values the explanation may use."""

    shown: dict[str, Any]
    key: dict[str, Any]
    rules: Sequence[str] = field(default=())
    extra: Mapping[str, Any] = field(default_factory=dict)


Raw = Mapping[str, Sequence[str]]
Response = dict[str, Any]


@dataclass(frozen=True)
class QuestionType:
    """A type of question: pure functions, registered under its name.

    `read` builds the body and notes its flaws; `make` makes one variant; `parse` reads form fields (None for blank);
    `grade` judges; `check` finds what only a whole question shows (samples); `texts` lists what the number check reads.
    """

    name: str
    title: str
    read: Callable[[Reader], Body]
    make: Callable[[Making, Body], Made]
    parse: Callable[[Raw], Response | None]
    grade: Callable[[Variant, Response, Rulebook], Grade]
    texts: Callable[[Body], list[tuple[tuple[str | int, ...], str]]]
    check: Callable[[Question, Body, Rulebook, datetime], list[Flaw]] = lambda *_: []


def assemble(kind: QuestionType, making: Making) -> Variant:
    """One variant of a question; raises ContentError (FlawedContent where a place can be named)."""
    question = making.question
    made = kind.make(making, making.body(kind.read))
    # What the decision says comes first: the first rule is the one that marks cite.
    rules = tuple(dict.fromkeys((*made.rules, *question.rules))) or cited_rules(question.explain)
    shown = {"stem": making.plain(question.stem), **made.shown}
    if question.hint:
        shown["hint"] = making.plain(question.hint)
    key = {**made.key, "explain": making.rich(question.explain, made.extra), "rule": rules[0] if rules else None}
    return Variant(question.id, question.type, making.variant_no, making.as_of.isoformat(), shown, key, rules)


SHAPES: Mapping[str, type] = {
    "choice": str,
    "choices": list,
    "order": list,
    "value": str,
    "at": str,
    "pairs": dict,
    "segments": list,
    "blanks": dict,
    "text": str,
}


def well_shaped(response: object) -> Response:
    """A response as `parse` makes them: one known field with texts in it; raises ResponseError for anything else."""
    if isinstance(response, dict) and len(response) == 1:
        ((name, value),) = response.items()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, SHAPES.get(name, ())) and all(isinstance(one, str) for one in inner):
            return response
    raise ResponseError("收到的作答格式不对，请刷新页面后重新作答。")


def first(raw: Raw, name: str) -> str:
    """The first value of a form field, stripped, or nothing."""
    values = raw.get(name) or ("",)
    return values[0].strip()


def shares(count: int, total: int = FULL) -> list[int]:
    """`total` split into `count` whole parts that differ by at most one, larger ones first."""
    base, rest = divmod(total, count)
    return [base + (place < rest) for place in range(count)]


def main_rule(variant: Variant) -> str | None:
    """The rule that the key rests on first."""
    rule = variant.key.get("rule")
    return str(rule) if rule else None

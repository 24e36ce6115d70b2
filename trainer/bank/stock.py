"""All content that stands beside one another: what the checks look things up in, from files or from the database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from trainer.content import CaseHeader, Lesson, Paper, Question, Shop
from trainer.rules import Rulebook


@dataclass(frozen=True)
class Stock:
    """Content by id beside the rulebook it is judged by; without a rulebook only its own shape can be checked."""

    rulebook: Rulebook | None
    topics: Collection[str] = ()
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)
    cases: Mapping[str, CaseHeader] = field(default_factory=dict)
    shops: Mapping[str, Shop] = field(default_factory=dict)

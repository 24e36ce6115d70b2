"""The sample replies that scripted-reply questions carry, graded by a rulebook: whether each still lies within its marks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from trainer.errors import TrainerError
from trainer.rules import Rulebook
from trainer.services.authoring import sample_agreement
from trainer.services.published import published_revisions

_known: dict[tuple[str, str, str], tuple[list[dict[str, Any]], str]] = {}
_KEPT = 400


@dataclass(frozen=True)
class QuestionLine:
    """One scripted question: its samples with what they got, or why it cannot be graded."""

    slug: str
    title: str
    samples: list[dict[str, Any]]
    problem: str

    @property
    def agreeing(self) -> int:
        """How many samples lie within the marks expected of them."""
        return sum(bool(one["agrees"]) for one in self.samples)

    @property
    def off(self) -> list[dict[str, Any]]:
        """The samples that do not."""
        return [one for one in self.samples if not one["agrees"]]


def question_lines(session: Session, rulebook: Rulebook, now: datetime) -> list[QuestionLine]:
    """Every published scripted-reply question, those with disagreement first."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    lines = []
    for revision in published_revisions(session, "question"):
        if revision.body["type"] == "scripted_reply":
            samples, problem = _graded(revision.digest, revision.body, rulebook, day)
            lines.append(QuestionLine(revision.item.slug, revision.body["title"], samples, problem))
    return sorted(lines, key=lambda one: (not one.problem, -len(one.off), one.slug))


def _graded(digest: str, body: Any, rulebook: Rulebook, day: datetime) -> tuple[list[dict[str, Any]], str]:
    key = (rulebook.digest, digest, day.isoformat())
    if key not in _known:
        if len(_known) >= _KEPT:
            _known.clear()
        try:
            _known[key] = sample_agreement(body, rulebook, day), ""
        except TrainerError as error:
            _known[key] = [], error.message
    return _known[key]


def flips(before: list[QuestionLine], after: list[QuestionLine]) -> list[tuple[QuestionLine, dict[str, Any], bool]]:
    """Samples that lie within their marks under one rulebook only, with whether the newer one is the better."""
    old = {line.slug: line for line in before}
    return [(line, new, bool(new["agrees"])) for line in after for then, new in zip(old[line.slug].samples, line.samples, strict=False)
            if then["agrees"] != new["agrees"]]

"""Judging stored answers again under another release or date: the question as it was shown, with the key that holds there."""

import logging
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from trainer.content import Question
from trainer.errors import TrainerError
from trainer.models import Attempt, AttemptItem, Revision, VariantRow, canonical
from trainer.questions import Grade, Variant, grade, make_variant
from trainer.rules import Rulebook

log = logging.getLogger(__name__)

NO_KEY = "按新的规则做不出这道题的答案，请人工看一下，必要时作废这道题。"
OTHER_FACE = "按新的规则，题面或选项和学员当时看到的不一样，不能自动判。请人工看一下，必要时作废这道题。"
OUR_FAULT = "重新判这一题时系统出错，维持原分，请告诉管理员。"


@dataclass(frozen=True)
class Again:
    """An answer judged again: points in thousandths of the item, or the reason why a person must look."""

    share: int
    marks: list[dict[str, Any]]
    findings: dict[str, Any] | None
    needs_review: bool
    because: list[str]
    problem: str | None = None


def rekeyed(old: Variant, new: Variant, free: bool) -> Variant | None:
    """What the learner saw, with the new key; None where the new question is another one, or its answer was not to be had.

    `free` questions (without parameters) may have been reworded in the stem; otherwise the stem must read the same.
    """
    if not free and old.shown.get("stem") != new.shown.get("stem"):
        return None
    if _face(old.shown) == _face(new.shown):
        return replace(new, shown=old.shown)
    for name in ("options", "steps"):
        if name in old.shown and name in new.shown:
            return _matched(old, new, name)
    return None


def _face(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in ("stem", "hint", "keep_order")}


def _matched(old: Variant, new: Variant, name: str) -> Variant | None:
    """The new key in the letters of the old parts, by their words."""
    letters = {part["text"]: part["id"] for part in old.shown[name]}
    words = {part["id"]: part["text"] for part in new.shown[name]}
    answer = "order" if name == "steps" else "right"
    found = [letters.get(words[one]) for one in new.key[answer]]
    if not found or None in found or (name == "steps" and len(found) != len(letters)):
        return None
    named = {kind: {letters[words[one]]: value for one, value in new.key.get(kind, {}).items() if words[one] in letters}
             for kind in ("why", "rules", "mistakes")}
    return replace(new, shown=old.shown, key={**new.key, **named, answer: found})


class Judge:
    """Judges answers under one rulebook; what was judged once is remembered. `moment` moves the date of the rules for all."""

    def __init__(self, rulebook: Rulebook, moment: datetime | None, published: Mapping[int, Revision]) -> None:
        self.rulebook, self.moment, self.published = rulebook, moment, published
        self._days = _law_days(rulebook)
        self._questions: dict[int, Question] = {}
        self._variants: dict[tuple[int, int], Variant | str] = {}
        self._judged: dict[tuple[int, int, str], Again] = {}

    def judge(self, attempt: Attempt, item: AttemptItem) -> Again | None:
        """The answer of a question judged again; None where there is nothing to judge (blank, a case)."""
        answer = item.response.answer if item.response else None
        if item.variant is None or not answer:
            return None
        as_of = self.moment or attempt.as_of
        span = bisect_right(self._days, as_of)
        key = (item.variant.id, span, canonical(answer))
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = self._grade(self._variant(item.variant, as_of, span), answer)
        return found

    def _grade(self, variant: Variant | str, answer: Any) -> Again:
        if isinstance(variant, str):
            return _stuck(variant)
        try:
            result: Grade = grade(variant, answer, self.rulebook)
        except Exception:
            log.exception("judging %s again failed", variant.question_id)
            return _stuck(OUR_FAULT)
        return Again(result.points, [asdict(mark) for mark in result.marks], result.findings, result.needs_review,
                     list(result.review_because))

    def _variant(self, row: VariantRow, as_of: datetime, span: int) -> Variant | str:
        found = self._variants.get((row.id, span))
        if found is None:
            found = self._variants[row.id, span] = self._made(row, as_of, span)
        return found

    def _made(self, row: VariantRow, as_of: datetime, span: int) -> Variant | str:
        """The question with the key that holds: as published now if it is still the same one, else as it was."""
        body = row.revision.body
        old = Variant(body["id"], body["type"], row.variant_no, row.as_of.isoformat(), row.shown, row.key, ())
        moments = [as_of] if self.moment or span != bisect_right(self._days, row.as_of) else []
        moments += [] if self.moment else [row.as_of]
        problem = NO_KEY
        newest = self.published.get(row.revision.item_id)
        for revision in [one for one in (newest, row.revision) if one is not None]:
            question = self._question(revision)
            if question.type != old.type:
                continue
            for moment in moments:
                try:
                    made = make_variant(question, row.variant_no, self.rulebook, moment.astimezone(UTC))
                except TrainerError:
                    continue
                fitting = rekeyed(old, made, not question.body.get("params"))
                if fitting is not None:
                    return fitting
                problem = OTHER_FACE
        return problem

    def _question(self, revision: Revision) -> Question:
        found = self._questions.get(revision.id)
        if found is None:
            found = self._questions[revision.id] = Question.from_dict(revision.body)
        return found


def _stuck(problem: str) -> Again:
    return Again(0, [], None, False, [], problem)


def _law_days(rulebook: Rulebook) -> list[datetime]:
    """Every moment at which some rule begins, ends or changes a figure, in order."""
    days = set()
    for rule in rulebook.rules.values():
        days |= {rule.effective.start, rule.effective.end}
        days |= {figure.since for versions in rule.figures.values() for figure in versions}
    return sorted(day.moment for day in days if day is not None)

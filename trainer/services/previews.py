"""Previews on a chosen date: a paper or question as a learner would meet it under the rules of that day. They count nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from trainer.content import ATTEMPT, BEIJING, Question
from trainer.errors import ContentError, InputError
from trainer.models import Release, Revision, VariantRow
from trainer.questions import Variant, grade, make_variant, variant_count
from trainer.rules import Rulebook
from trainer.services.drawing import Pick
from trainer.services.releases import rulebook_of
from trainer.services.results import judged_item
from trainer.services.variants import store_variants

FIRST_DAY, LAST_DAY = "2003-01-01", "2099-12-31"


@dataclass(frozen=True)
class Preview:
    """One variant of a question on a date, and how many there are."""

    variant: Variant
    body: Mapping[str, Any]
    count: int


def day_of(text: str, now: datetime) -> datetime:
    """Noon in Beijing of the day typed, or now where nothing is; raises InputError at `as_of`."""
    if not text.strip():
        return now
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=BEIJING) + timedelta(hours=12)
    except ValueError:
        raise InputError("日期请按 2026-11-21 的样子填。", "as_of") from None
    if not FIRST_DAY <= f"{day:%Y-%m-%d}" <= LAST_DAY:
        raise InputError(f"日期应在 {FIRST_DAY} 到 {LAST_DAY} 之间。", "as_of")
    return day


def preview_question(body: Mapping[str, Any], number: int, rulebook: Rulebook, as_of: datetime) -> Preview:
    """The question as a learner would meet it then; raises InputError where the rules of that day give no key."""
    question = Question.from_dict(body)
    count = variant_count(question)
    try:
        return Preview(make_variant(question, number % count, rulebook, as_of), body, count)
    except ContentError as error:
        raise InputError(f"按 {as_of.astimezone(BEIJING):%Y-%m-%d} 的规则做不出这道题：{error.message}请换一天。", "as_of") from error


def judge_preview(preview: Preview, answer: Any, rulebook: Rulebook) -> dict[str, Any]:
    """What a learner would see after this answer; nothing is stored."""
    result = grade(preview.variant, answer, rulebook)
    return judged_item(preview.body, preview.variant, answer, result.points, [asdict(mark) for mark in result.marks], result.findings, rulebook)


def picks_on(session: Session, release: Release, picks: Sequence[Pick], as_of: datetime) -> list[Pick]:
    """The same places with the variants of that date, which are made where there are none; raises InputError naming the question."""
    rulebook = rulebook_of(session, release)
    rows = {row.id: row for row in session.scalars(select(VariantRow).where(VariantRow.id.in_([pick.variant_id for pick in picks])).options(
        joinedload(VariantRow.revision).undefer(Revision.body)))}
    return [Pick(pick.section, pick.slug, _row_on(session, release, rows[pick.variant_id], rulebook, as_of), pick.worth) for pick in picks]


def _row_on(session: Session, release: Release, row: VariantRow, rulebook: Rulebook, as_of: datetime) -> int:
    """The id of the variant on that date. All of a question's variants are made together: drawing takes a moment's rows as a whole."""
    question = Question.from_dict(row.revision.body)
    if question.as_of != ATTEMPT:
        return row.id
    try:
        made = [make_variant(question, number, rulebook, as_of) for number in range(variant_count(question))]
    except ContentError as error:
        raise InputError(f"「{question.title}」按 {as_of.astimezone(BEIJING):%Y-%m-%d} 的规则做不出来：{error.message}请换一天。", "as_of") from error
    if made[row.variant_no % len(made)].sha256 == row.sha256:
        return row.id
    known = select(VariantRow.id).where(VariantRow.revision_id == row.revision_id, VariantRow.release_id == release.id,
                                        VariantRow.as_of == as_of, VariantRow.variant_no == row.variant_no)
    found = session.scalar(known)
    if found is None:
        store_variants(session, release, [(row.revision_id, one) for one in made])
        found = session.scalar(known)
    assert found is not None
    return found

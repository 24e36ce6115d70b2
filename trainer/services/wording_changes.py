"""Trainers' changes of the wording: one content item an entry, carried by every release in the document `house`."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from trainer.content import Flaw
from trainer.models import ContentItem, Revision
from trainer.replies import WordingError
from trainer.replies.changes import PARTS, WORDS, part_of
from trainer.replies.checker import wording_of
from trainer.replies.pattern_check import count_fault
from trainer.rules import Rulebook
from trainer.rules.problems import Problem

HOUSE = "house"
FILLED = ("add", "drop", "not")


def slug_of(part: str, name: str) -> str:
    """The slug under which the changes of one wording entry are kept."""
    return f"{part}.{name}"


def title_of(part: str, name: str) -> str:
    """How an entry is called in lists."""
    return f"{WORDS[part]}「{name}」"


def standing_changes(rulebook: Rulebook) -> dict[str, Mapping[str, Any]]:
    """The changes that a release carries, by slug."""
    house = rulebook.wording.get(HOUSE) or {}
    return {slug_of(part_of(change), str(change[part_of(change)])): change for change in house.get("changes") or []}


def with_bodies(rulebook: Rulebook, bodies: Mapping[str, Mapping[str, Any]]) -> Rulebook:
    """The rulebook with these changes in place of those of the same slug; an empty change takes one back."""
    if not bodies:
        return rulebook
    changes = standing_changes(rulebook) | {slug: _carried(body) for slug, body in bodies.items()}
    kept = [changes[slug] for slug in sorted(changes) if any(changes[slug].get(key) for key in FILLED)]
    house = {**(rulebook.wording.get(HOUSE) or {}), "changes": kept}
    if not kept:
        house.pop("changes")
    wording = {**rulebook.wording, HOUSE: house}
    return rulebook.with_wording(wording if house else {name: one for name, one in wording.items() if name != HOUSE})


def _carried(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: body[key] for key in (*PARTS, *FILLED, "note") if body.get(key)}


def faults_of(rulebook: Rulebook) -> list[str]:
    """Why the rulebook's wording cannot be compiled; what is compiled is remembered."""
    try:
        wording_of(rulebook)
    except WordingError as error:
        return list(error.problems)
    return []


def published_changes(session: Session) -> dict[str, Mapping[str, Any]]:
    """What trainers published, by slug."""
    rows = session.execute(select(ContentItem.slug, Revision).join(Revision, ContentItem.published_id == Revision.id).where(
        ContentItem.kind == "wording").options(undefer(Revision.body)))
    return {str(slug): revision.body for slug, revision in rows}


def wording_flaws(rulebook: Rulebook, slugs: Iterable[str]) -> dict[tuple[str, str], list[Flaw]]:
    """Why the rulebook's wording cannot be used with the changes of these slugs; empty where it can."""
    chosen = list(slugs)
    if not chosen:
        return {}
    faults = faults_of(rulebook)
    over = count_fault(standing_changes(rulebook).values())
    found = [Flaw((), line, "请改好再发布。") for line in [*faults[:20], *([over] if over else [])]]
    return {("wording", chosen[0]): found} if found else {}


def laid_over(rulebook: Rulebook, published: Mapping[str, Mapping[str, Any]]) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of files with what trainers published; a change that the new files leave without ground stays out and is told."""
    if not published or not faults_of(with_bodies(rulebook, published)):
        return with_bodies(rulebook, published), []
    problems: list[Problem] = []
    made = rulebook
    for slug, body in published.items():
        tried = with_bodies(made, {slug: body})
        faults = faults_of(tried)
        if faults:
            problems.append(Problem(f"rulebook/wording/{HOUSE}.yaml", 0, f"培训师的话术规则 {slug} 和新文件合不上：{faults[0]}", "请在测试台改好再发布。"))
        else:
            made = tried
    return made, problems

"""Walks of a case revision: every variant walked and tried by the bots, kept with the release and engine that they hold for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from trainer.config import ROOT
from trainer.models import CaseWalk, Release, Revision
from trainer.roleplay import ENGINE_VERSION, MoveError, Scene, variant_count
from trainer.roleplay.bots import BOTS, FOREIGN, run_bot, run_foreign
from trainer.roleplay.ear import rulebook_ear
from trainer.roleplay.files import read_lock
from trainer.roleplay.scene import digest
from trainer.roleplay.walk import walk
from trainer.rules import Rulebook
from trainer.services.audit import record
from trainer.services.case_checks import scenes_of
from trainer.services.published import published_revisions
from trainer.services.releases import rulebook_of

CASES = ROOT / "question_bank" / "cases"
LIMIT = 6000
"""States of one variant within a request; a bigger case is walked to its end by `flask cases walk --lock`."""
BUDGET = 2.5
STATES = {
    "locked": "已走遍", "walked": "已走遍", "short": "太大，只走了一部分", "part": "走了一部分", "none": "还没有走",
    "broken": "走不通",
}


@dataclass(frozen=True)
class WalkState:
    """How far a revision has been walked: best costs in fen by variant, from the lock of the files or from walks kept here."""

    code: str
    best: tuple[int | None, ...]
    walks: Mapping[int, CaseWalk]
    variants: int

    @property
    def words(self) -> str:
        """The state in a word."""
        return STATES[self.code]

    @property
    def kind(self) -> str:
        """The colour that goes with it."""
        return {"locked": "ok", "walked": "ok", "broken": "bad"}.get(self.code, "caution")

    @property
    def at(self) -> datetime | None:
        """When the last of the kept walks was made."""
        return max((one.at for one in self.walks.values()), default=None)


def walk_state(body: Mapping[str, Any], lock: Mapping[str, Mapping[str, Any]], walks: Mapping[int, CaseWalk]) -> WalkState:
    """How far a case body has been walked, by the lock and by the walks kept of its revision."""
    count = variant_count(body)
    entry = lock.get(str(body["id"]))
    locked = tuple(entry["best"]) if entry is not None and entry["digest"] == digest(body) else ()
    found = {number: walks[number].found for number in range(count) if number in walks}
    best = tuple(_best(locked, found, number) for number in range(count))
    if any(one["complete"] and one["best_fen"] is None or one["dead_ends"] for one in found.values()):
        code = "broken"
    elif locked:
        code = "locked"
    elif len(found) < count:
        code = "part" if found else "none"
    else:
        code = "walked" if all(one["complete"] for one in found.values()) else "short"
    return WalkState(code, best, walks, count)


def _best(locked: Sequence[int | None], found: Mapping[int, Mapping[str, Any]], number: int) -> int | None:
    if number < len(locked):
        return locked[number]
    return found[number]["best_fen"] if number in found else None


def kept_walks(session: Session, revision_ids: Sequence[int], release: Release) -> dict[int, dict[int, CaseWalk]]:
    """The walks of these revisions under a release and the engine as it is, by revision and variant."""
    found: dict[int, dict[int, CaseWalk]] = {one: {} for one in revision_ids}
    for row in session.scalars(select(CaseWalk).where(CaseWalk.revision_id.in_(revision_ids), CaseWalk.release_id == release.id,
                                                      CaseWalk.engine == ENGINE_VERSION)):
        found[row.revision_id][row.variant_no] = row
    return found


def locks() -> dict[str, dict[str, Any]]:
    """The best costs that are kept beside the files of the bank."""
    return read_lock(CASES)


def forget_walks(session: Session, revision: Revision, by_id: int, now: datetime) -> None:
    """Begin anew: what was walked of the revision is dropped."""
    session.execute(delete(CaseWalk).where(CaseWalk.revision_id == revision.id))
    record(session, now, by_id, "case.walk", f"revision:{revision.id}")
    session.flush()


@dataclass(frozen=True)
class Plan:
    """What a walk of a revision needs, read beforehand so that nothing of the database is held meanwhile."""

    revision_id: int
    release_id: int
    rulebook: Rulebook
    body: Mapping[str, Any]
    done: frozenset[int]
    others: tuple[Mapping[str, Any], ...]


def plan_walk(session: Session, revision: Revision, release: Release) -> Plan:
    """Read what walking a revision (with its body) takes: what is done, the passing scripts of other cases."""
    others = [solution for other in published_revisions(session, "case") if other.item_id != revision.item_id
              for solution in other.body.get("solutions", ()) if solution.get("passes")]
    done = kept_walks(session, [revision.id], release)[revision.id]
    return Plan(revision.id, release.id, rulebook_of(session, release), revision.body, frozenset(done), tuple(others))


def walk_on(plan: Plan, clock: Callable[[], float] = monotonic) -> tuple[dict[int, dict[str, Any]], int]:
    """Walk the next variants for about BUDGET seconds, at least one; what was found by variant, and how many variants there are."""
    scenes = scenes_of(plan.body, plan.rulebook)
    found: dict[int, dict[str, Any]] = {}
    start = clock()
    for scene in scenes:
        if scene.variant_no not in plan.done and (not found or clock() - start < BUDGET):
            found[scene.variant_no] = walk_scene(scene, plan.rulebook, plan.others)
    return found, len(scenes)


def keep_walks(session: Session, plan: Plan, found: Mapping[int, Mapping[str, Any]], by_id: int, now: datetime) -> int:
    """Keep what was found; how many variants are done now. Somebody who walked the same meanwhile is overwritten."""
    session.execute(delete(CaseWalk).where(
        CaseWalk.revision_id == plan.revision_id, CaseWalk.release_id == plan.release_id, CaseWalk.engine == ENGINE_VERSION,
        CaseWalk.variant_no.in_(found)))
    session.add_all(CaseWalk(revision_id=plan.revision_id, release_id=plan.release_id, engine=ENGINE_VERSION, variant_no=number,
                             found=one, by_id=by_id, at=now) for number, one in found.items())
    session.flush()
    return len(plan.done | found.keys())


def walk_scene(scene: Scene, rulebook: Rulebook, others: Sequence[Mapping[str, Any]], limit: int = LIMIT) -> dict[str, Any]:
    """What a walk of one variant finds, and how each bot does in it; passing scripts of other cases are one of them."""
    found = walk(scene, limit)
    ear = rulebook_ear(rulebook)
    bots = [{"bot": bot.name, "title": bot.title, "tries": 1, **_summed([run_bot(scene, bot, ear)])} for bot in BOTS]
    foreign = [one for solution in others if (one := _foreign(scene, solution, ear)) is not None]
    if foreign:
        bots.append({"bot": FOREIGN, "title": "别的案例的做法", "tries": len(foreign), **_summed(foreign)})
    return {
        "states": found.states, "complete": found.complete, "endings": dict(found.endings), "best_fen": found.best_cost,
        "dead_ends": found.dead_ends, "bots": bots,
        "line": [{"move": move.to_dict(), "acts": sorted(heard.acts), "told": sorted(heard.told)} for move, heard in found.line],
    }


def _foreign(scene: Scene, solution: Mapping[str, Any], ear: Any) -> Any:
    try:
        return run_foreign(scene, solution["moves"], ear)
    except MoveError:
        return None


def _summed(results: Sequence[Any]) -> dict[str, Any]:
    return {"passed": sum(one.passed for one in results), "score": max(one.score for one in results) / 10}

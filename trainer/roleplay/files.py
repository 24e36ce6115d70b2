"""Case files in a folder, and the lock that keeps the best cost of each variant beside them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from trainer.content.fields import FlawedContent
from trainer.content.yamltext import read_yaml
from trainer.roleplay.case import Case
from trainer.roleplay.case_reading import load_case
from trainer.roleplay.scene import Scene
from trainer.roleplay.walk import best_line

LOCK = "walks.lock"


class CaseFileError(ValueError):
    """Case files cannot be read; the message names file, line and remedy of each flaw."""


def load_cases(folder: Path, only: Collection[str] = ()) -> dict[str, Case]:
    """Every case of a folder (or those named) by id, in order of the files; raises CaseFileError with all flaws."""
    cases: dict[str, Case] = {}
    flaws: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        if only and path.stem not in only:
            continue
        document = read_yaml(path.read_text(encoding="utf-8"))
        flaws += [f"{path.name}:{line} {message}{remedy}" for line, message, remedy in document.faults]
        if document.faults:
            continue
        try:
            case = load_case(document.value)
        except FlawedContent as error:
            flaws += [f"{path.name}:{document.line(flaw.path)} {flaw}" for flaw in error.flaws]
            continue
        cases[case.id] = case
    if flaws:
        raise CaseFileError("\n".join(flaws))
    return cases


def read_lock(folder: Path) -> dict[str, dict[str, Any]]:
    """The lock: case id to digest and best costs in fen by variant; empty where there is none."""
    path = folder / LOCK
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def locked_costs(folder: Path, scene: Scene) -> int | None:
    """The best cost of a scene's variant from the lock, None if the case has changed since."""
    entry = read_lock(folder).get(scene.case.id)
    if entry is None or entry["digest"] != scene.digest:
        return None
    cost: int | None = entry["best"][scene.variant_no]
    return cost


def write_lock(folder: Path, variants: Sequence[Scene]) -> None:
    """Walk every variant of a case and note its best cost beside what the lock holds by then."""
    entry = {"digest": variants[0].digest, "best": [best_line(scene).best_cost for scene in variants]}
    lock = read_lock(folder) | {variants[0].case.id: entry}
    text = json.dumps(dict(sorted(lock.items())), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / LOCK).write_text(text + "\n", encoding="utf-8")

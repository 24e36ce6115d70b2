"""Trainers' changes of single wording entries: kept apart from the files, laid over them before anything is compiled.

A wording document may hold `changes:`, a list of {concept|violation|act: name, add: […], drop: […], not: […]}. For a concept `add` and `drop` are
words and `not` are words inside which a hit does not count; for a violation or an act they are patterns. A concept that no file has is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from trainer.replies.lexicon import LexiconError, expand

PARTS = {"concept": "concepts", "violation": "violations", "act": "acts"}
WORDS = {"concept": "概念", "violation": "违规点", "act": "话术要点"}
_KEYS = {*PARTS, "id", "title", "add", "drop", "not", "note"}


def part_of(change: Mapping[str, Any]) -> str:
    """Which of concept, violation and act a change is about; "" where it names none or several."""
    named = [part for part in PARTS if part in change]
    return named[0] if len(named) == 1 else ""


def with_changes(files: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """The wording files with all changes laid over them, and every fault of the changes as a Chinese line."""
    if not any(isinstance(document, Mapping) and "changes" in document for document in files.values()):
        return files, []
    made: dict[str, Any] = {name: deepcopy(dict(document)) if isinstance(document, Mapping) else document
                            for name, document in files.items()}
    problems: list[str] = []
    for name, document in made.items():
        if isinstance(document, dict) and "changes" in document:
            changes = document.pop("changes")
            for change in changes if isinstance(changes, list) else [changes]:
                problems += [f"{name} 改动{line}" for line in _lay_over(made, document, change)]
    return made, problems


def _lay_over(files: Mapping[str, Any], own: dict[str, Any], change: Any) -> Iterator[str]:
    part = part_of(change) if isinstance(change, Mapping) else ""
    if not part:
        yield "：应写明 concept、violation 或 act 中的一个"
        return
    name = str(change[part])
    yield from (f"「{name}」：不认识「{key}」，可用的有 {'、'.join(sorted(_KEYS))}" for key in change if key not in _KEYS)
    lists = {key: change.get(key) or [] for key in ("add", "drop", "not")}
    if not all(isinstance(value, list) for value in lists.values()):
        yield f"「{name}」：add、drop、not 都应是列表"
        return
    held: list[dict[str, Any]] = [document for document in files.values() if isinstance(document, dict) and name in (document.get(PARTS[part]) or {})]
    try:
        if part == "concept":
            yield from _change_concept(held[0] if held else own, name, lists)
        else:
            yield from _change_rule(held, held[0] if held else own, PARTS[part], name, lists)
    except LexiconError as error:
        yield f"「{name}」：{error}"


def _change_concept(document: dict[str, Any], name: str, lists: Mapping[str, list[Any]]) -> Iterator[str]:
    concepts = document["concepts"] = dict(document.get("concepts") or {})
    body = concepts.get(name) or []
    body = dict(body) if isinstance(body, Mapping) else {"words": body}
    words: list[Any] = list(body.get("words") or [])
    for word in lists["drop"]:
        holder = next((entry for entry in words if isinstance(entry, str) and (entry == word or word in _spelled(entry))), None)
        if holder is None:
            yield f"「{name}」：没有「{word}」这个词，去不掉"
            continue
        at = words.index(holder)
        words[at : at + 1] = [] if holder == word else [each for each in _spelled(holder) if each != word]
    body["words"] = words + [word for word in lists["add"] if word not in words]
    if lists["not"]:
        body["not"] = [*(body.get("not") or []), *lists["not"]]
    concepts[name] = body


def _spelled(entry: str) -> list[str]:
    return [] if entry.startswith("<") else expand(entry)


def _change_rule(
    held: list[dict[str, Any]], target: dict[str, Any], part: str, name: str, lists: Mapping[str, list[Any]]
) -> Iterator[str]:
    gone = set(map(str, lists["drop"]))
    for document in held:
        rules = document[part]
        if isinstance(rules[name], Mapping) and gone:
            kept = [left for group in rules[name].get("patterns") or [] if (left := _without(group, gone)) is not None]
            rules[name] = {**rules[name], "patterns": kept}
    yield from (f"「{name}」：没有句式「{say}」，去不掉" for say in lists["drop"] if str(say) in gone)
    if lists["add"]:
        rules = target[part] = dict(target.get(part) or {})
        rules[name] = {**(rules.get(name) or {}), "patterns": [*((rules.get(name) or {}).get("patterns") or []), *lists["add"]]}


def _without(group: Any, gone: set[str]) -> Any:
    """The group of patterns less those to be dropped, which are taken off the list; None where nothing is left."""
    says = says_of(group)
    kept = [say for say in says if say not in gone]
    if len(kept) == len(says):
        return group
    for say in says:
        gone.discard(say)
    return {**group, "say": kept} if kept and isinstance(group, Mapping) else None


def says_of(group: Any) -> list[str]:
    """The patterns of one group as they are written."""
    say = group.get("say") if isinstance(group, Mapping) else group
    return [say] if isinstance(say, str) else [str(each) for each in say or []]

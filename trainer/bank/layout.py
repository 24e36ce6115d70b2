"""The files of a bank in their one canonical form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.bank.canonical import dump, dump_items, dump_lesson, is_same
from trainer.bank.key_order import in_order
from trainer.bank.source import FOLDERS, Entry, read_file, read_text
from trainer.content import Lesson
from trainer.content.yamltext import read_yaml
from trainer.rules.problems import Problem

WORDING = "rulebook/wording/"  # word lists are laid out by hand, many words a line


def format_bank(root: Path, write: bool = True) -> tuple[list[str], list[Problem]]:
    """Files whose text differs from the canonical one (rewritten, unless told not to), and files that cannot be read."""
    changed: list[str] = []
    problems: list[Problem] = []
    for path in sorted([*root.rglob("*.yaml"), *root.rglob("lessons/*.md")]):
        name = path.relative_to(root).as_posix()
        if name.startswith(WORDING):
            continue
        text = read_text(path, name, problems)
        if text is None:
            continue
        formatted = format_text(name, text, problems)
        if formatted is not None and formatted != path.read_text(encoding="utf-8"):
            changed.append(name)
            if write:
                path.write_text(formatted, encoding="utf-8", newline="\n")
    return changed, problems


def format_text(name: str, text: str, problems: list[Problem]) -> str | None:
    """The canonical text of one file, or nothing with the problems noted."""
    own: list[Problem] = []
    kind = next((kind for kind, folder in FOLDERS.items() if name.startswith(f"{folder}/")), None)
    formatted = _content(kind, name, text, own) if kind else _yaml(name, text, own)
    problems += own
    return None if own else formatted


def _content(kind: str, name: str, text: str, problems: list[Problem]) -> str | None:
    entries = list(read_file(kind, name, text, problems))
    return None if problems else content_text(kind, [body_of(entry) for entry in entries])


def body_of(entry: Entry) -> dict[str, Any]:
    """The mapping of an entry as the database keeps it."""
    return entry.value.to_dict()


def content_text(kind: str, bodies: list[Mapping[str, Any]]) -> str:
    """The canonical file that holds these bodies: many questions or rules, one of anything else."""
    if kind == "lesson":
        return dump_lesson(Lesson.from_dict(bodies[0]))
    if kind in ("question", "rule"):
        return dump_items(f"{kind}s", [in_order(kind, body) for body in bodies])
    return dump(in_order(kind, bodies[0]))


def _yaml(name: str, text: str, problems: list[Problem]) -> str | None:
    """Rule files get their order of fields; decisions, wording, topics and calendars keep theirs."""
    document = read_yaml(text)
    problems += [Problem(name, *fault) for fault in document.faults]
    value: Any = document.value
    if problems or value is None:
        return None
    rules = name.startswith("rulebook/") and isinstance(value, dict) and list(value) == ["rules"]
    formatted = content_text("rule", value["rules"]) if rules else dump(value)
    if not is_same(formatted, value):
        problems.append(Problem(name, 1, "整理后的文件读回来不一样，没有改写", "请把这个文件发给维护者。"))
        return None
    return formatted

"""A bank written out as canonical files from stored bodies: what `flask bank load` read comes back."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trainer.bank.canonical import dump
from trainer.bank.layout import content_text
from trainer.bank.source import FOLDERS

Body = Mapping[str, Any]


def file_of(kind: str, body: Body, known: str) -> str:
    """The file that an item belongs in: the one it came from, else one by its id or topic."""
    if known:
        return known
    if kind == "question":
        return f"questions/{body['topic']}.yaml"
    if kind == "rule":
        return f"rulebook/{body['platforms'][0]}/{body['topic']}.yaml"
    return f"{FOLDERS[kind]}/{body['id']}.{'md' if kind == 'lesson' else 'yaml'}"


def export_files(items: Iterable[tuple[str, Body, str]], release: Body) -> dict[str, str]:
    """File name → canonical text, from (kind, body, file it came from or "") and a release's data."""
    groups: dict[tuple[str, str], list[Body]] = {}
    for kind, body, known in items:
        groups.setdefault((kind, file_of(kind, body, known)), []).append(body)
    files = {name: content_text(kind, bodies) for (kind, name), bodies in groups.items()}
    files["rulebook/decisions.yaml"] = dump(release["decisions"])
    for name, wording in release["wording"].items():
        files[f"rulebook/wording/{name}.yaml"] = dump(wording)
    for year in release["calendar"]:
        files[f"calendar/{year['year']}.yaml"] = dump(year)
    return dict(sorted(files.items()))


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write the files below a folder, which is made where it is missing; other files there stay."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def write_pictures(root: Path, pictures: Mapping[str, bytes]) -> None:
    """Write the pictures below a folder; one that is there already is the same one."""
    for name, data in pictures.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

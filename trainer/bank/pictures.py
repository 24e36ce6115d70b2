"""Pictures beside the items of a bank: `pictures/<sha256>.png|jpg`, named by their content, so that a name never means two."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trainer.content import Flaw
from trainer.rules.problems import Problem

FOLDER = "pictures"
LARGEST = 2 * 1024 * 1024
NAME = re.compile(r"([0-9a-f]{64})\.(png|jpg)\Z")
CITED = re.compile(r"\(asset:([0-9a-f]{64})\)")
BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
MIMES = {"png": "image/png", "jpg": "image/jpeg"}

Way = tuple[str | int, ...]


def read_pictures(root: Path, problems: list[Problem]) -> dict[str, Path]:
    """Digest → file of every picture of the bank; a file that is not what its name says goes to `problems`."""
    found = {}
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        flaw = _flaw_of(path)
        if flaw is None:
            found[path.stem] = path
        else:
            problems.append(Problem(f"{FOLDER}/{path.name}", 0, *flaw))
    return found


def _flaw_of(path: Path) -> tuple[str, str] | None:
    name = NAME.match(path.name)
    if name is None or not path.is_file():
        return "图片的文件名不是它内容的 sha256", "请在题目编辑页上传图片再导出；手工放的文件请按内容的 sha256 加 .png 或 .jpg 命名。"
    if path.stat().st_size > LARGEST:
        return f"图片有 {path.stat().st_size} 字节，最多 {LARGEST}", "请缩小后再放。"
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != name[1]:
        return "图片的内容和文件名对不上，可能传输时损坏了", "请重新导出，或按内容的 sha256 改名并改引用。"
    return None if data.startswith(BEGINNINGS[name[2]]) else ("文件不是 PNG 或 JPG 图片", "请换成图片。")


def cited_pictures(value: Any, way: Way = ()) -> Iterator[tuple[Way, str]]:
    """Where in a body which picture is named, by digest."""
    if isinstance(value, str):
        for number, line in enumerate(value.split("\n"), 1):
            yield from ((((*way, number) if way == ("text",) else way), digest) for digest in CITED.findall(line))
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from cited_pictures(part, (*way, name))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from cited_pictures(part, (*way, place))


def picture_flaws(body: Any, known: Mapping[str, Any] | frozenset[str]) -> Iterator[Flaw]:
    """What is wrong with the pictures that a body names."""
    for way, digest in cited_pictures(body):
        if digest not in known:
            yield Flaw(way, f"没有图片 {digest[:12]}…", f"请把图片放到 {FOLDER}/{digest}.png（或 .jpg），或去掉引用。")

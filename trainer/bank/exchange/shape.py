"""A question read from elsewhere as a body of the bank: our own fields from the file, else from what the trainer chose."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.bank.exchange.carried import put_back
from trainer.bank.exchange.item import TITLE, Item, short_title
from trainer.content.fields import ID_PATTERN
from trainer.content.vocabulary import PLATFORMS, POOLS, POSTS

SHARED = ("platforms", "posts", "pool", "difficulty", "systems", "rules", "red_line")


@dataclass(frozen=True)
class Topic:
    """A topic of the bank: its id, its title and the systems of rules it belongs to."""

    id: str
    title: str
    systems: tuple[int, ...]


@dataclass(frozen=True)
class Defaults:
    """What holds where the file says nothing."""

    topic: Topic
    platforms: tuple[str, ...]
    pool: str = "practice"
    difficulty: int = 2


def shape(item: Item, defaults: Defaults, topics: Sequence[Topic], taken: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The question as the bank has it. Remarks on what was chosen for it are added to the item.

    An id of the file is kept; without one it is made from the content, so that the same question read twice is the same.
    """
    whole = item.meta.get("whole")
    if isinstance(whole, Mapping):
        shared = {name: item.meta[name] for name in SHARED if item.meta.get(name)}
        named = _topic(item, topics)
        kept = {**whole, **shared, **({"topic": named.id} if named else {})}
        return {**kept, "id": _ident(str(item.meta.get("id") or whole["id"]), item, kept)}
    meta, more = item.meta, item.meta.get("more", {})
    topic = _topic(item, topics) or defaults.topic
    if item.category and topic is defaults.topic and not _topic(item, topics):
        item.remarks.append(f"分类「{item.category[-30:]}」不在知识点里，归到「{topic.title}」。")
    body = put_back(item.body, more)
    stem = more["stem"] if item.type == "cloze" and isinstance(more.get("stem"), str) else item.stem
    out = {
        "type": item.type, "title": item.title[:TITLE] or short_title(stem),
        "platforms": [one for one in meta.get("platforms", ()) if one in PLATFORMS] or list(defaults.platforms), "topic": topic.id,
        "systems": meta.get("systems") or list(topic.systems), "difficulty": meta.get("difficulty") or defaults.difficulty,
        "pool": meta["pool"] if meta.get("pool") in POOLS else defaults.pool, "stem": stem, **body,
    }
    posts = [one for one in meta.get("posts", ()) if one in POSTS]
    out |= {name: value for name, value in (("posts", posts), ("rules", list(meta.get("rules", ()))), ("explain", item.explain)) if value}
    out |= {name: True for name in ("red_line", "open_book") if meta.get(name)}
    if meta.get("as_of"):
        out["as_of"] = str(meta["as_of"])
    if isinstance(more.get("note"), str):
        out["note"] = more["note"]
    if isinstance(more.get("literal"), list) and all(isinstance(one, str) for one in more["literal"]):
        out["literal"] = more["literal"]
    if more.get("keep_order") is True and item.type in ("single", "multiple"):
        out["keep_order"] = True
    return {"id": _ident(str(meta.get("id", "")), item, out), **out}


def _ident(wanted: str, item: Item, body: Mapping[str, Any]) -> str:
    if ID_PATTERN.match(wanted) and len(wanted) <= 80:
        return wanted
    if wanted:
        item.remarks.append(f"编号「{wanted[:30]}」不合写法（小写字母、数字、-_.），换了新编号。")
    content = {name: value for name, value in body.items() if name != "id"}
    return "import." + hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _topic(item: Item, topics: Sequence[Topic]) -> Topic | None:
    named = item.meta.get("topic")
    words = [str(named)] if named else [re.sub(r"\s+", "", part) for part in re.split(r"(?<!/)/(?!/)", item.category)][::-1]
    return next((topic for word in words for topic in topics if word and word in (topic.id, re.sub(r"\s+", "", topic.title))), None)

"""The bank's own fields of a question as tags `name=value`, so that what other systems hold comes back whole."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

PLAIN = ("topic", "pool", "as_of")
LISTS = ("platforms", "posts", "rules")
FLAGS = ("red_line", "open_book")
_QUOTED = {ord(one): quote(one) for one in "%[]<>`\n\r\t"}


def tags_of(body: Mapping[str, Any], more: Mapping[str, Any]) -> list[str]:
    """Tags for the shared fields, and one for what the format itself cannot hold."""
    tags = [f"{name}={body[name]}" for name in PLAIN if body.get(name)]
    tags += [f"{name}={','.join(body[name])}" for name in LISTS if body.get(name)]
    tags += [f"systems={','.join(map(str, body.get('systems', ())))}", f"difficulty={body.get('difficulty', 2)}"]
    tags += [name for name in FLAGS if body.get(name)]
    rest = {**{name: body[name] for name in ("literal", "note", "keep_order") if body.get(name)}, **more}
    if rest:
        tags.append("more=" + json.dumps(rest, ensure_ascii=False, separators=(",", ":")))
    return [tag.translate(_QUOTED) for tag in tags]


def meta_of(tags: Iterable[str]) -> dict[str, Any]:
    """The fields that tags of ours name; other tags are left alone."""
    meta: dict[str, Any] = {}
    for tag in map(unquote, tags):
        name, found, value = tag.partition("=")
        if tag in FLAGS:
            meta[tag] = True
        elif not found:
            continue
        elif name in PLAIN:
            meta[name] = value
        elif name in LISTS:
            meta[name] = [one for one in value.split(",") if one]
        elif name == "systems":
            meta[name] = [int(one) for one in value.split(",") if one.isdigit() and 1 <= int(one) <= 46]
        elif name == "difficulty" and value in ("1", "2", "3"):
            meta[name] = int(value)
        elif name == "more":
            meta |= {"more": _loaded(value)}
    return {name: value for name, value in meta.items() if value not in ("", [], {})}


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

"""A posted desk form as the move it stands for."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

FRAME = frozenset({"csrf_token", "client_key", "n", "move", "talk"})
LISTS = frozenset({"kinds"})
WHOLE = frozenset({"minutes", "days"})


def read_move(form: MultiDict[str, str]) -> dict[str, Any]:
    """The move in the JSON form of a moves file; empty fields are left out, so that what is missing gets named."""
    raw: dict[str, Any] = {"move": form.get("move", "")}
    for key in form:
        if key in FRAME:
            continue
        if key == "pick":
            kind, _, what = form[key].partition(":")
            raw |= {"card": kind, kind.replace("item", "goods"): what} if what else {"card": kind}
        elif key in LISTS:
            raw[key] = form.getlist(key)
        elif form[key].strip():
            raw[key] = form[key].replace("\r\n", "\n") if key == "text" else form[key].strip()
    return raw


def read_talk(values: MultiDict[str, str]) -> int:
    """The conversation that the page stands at; the first where it says nothing readable."""
    text = values.get("talk") or values.get("conversation") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def read_expected(form: MultiDict[str, str]) -> int:
    """The move the page stood at; -1 where it says nothing readable."""
    text = form.get("n", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

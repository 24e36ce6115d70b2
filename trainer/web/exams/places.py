"""The places of a running attempt as HTML. A class opens its papers in the same seconds, and most of each page another has as well.

What a place shows before it is answered depends on its variant alone, but for its number and the order of its options: so it is
rendered once a process, with marks where these go. A place with an answer is rendered as it is, and so is one that cites a rule,
since the badge of a rule changes with the rulebook.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from secrets import token_hex
from typing import Any

from flask import current_app, request, url_for
from markupsafe import Markup

MOST = 8192
# Nobody who writes questions can know these: they are made anew in each process.
_POSITION, _NUMBER, _HIDDEN, _ROWS = (f"@{token_hex(8)}" for _ in range(4))
_kept: dict[Hashable, str] = {}


def places_html(items: Sequence[Mapping[str, Any]], attempt_id: int) -> list[Markup]:
    """All places of an attempt, of the form of services/sitting.py; only the first is not hidden."""
    macros, row = (current_app.jinja_env.get_template(name).module for name in ("exams/_place.html", "questions/_answer.html"))
    mounted = request.root_path
    return [_place(item, len(items), attempt_id, mounted, macros, row.row) for item in items]  # type: ignore[attr-defined]


def _place(item: Mapping[str, Any], count: int, attempt_id: int, mounted: str, macros: Any, row: Callable[..., str]) -> Markup:
    position, hidden = item["position"], " hidden" if item["position"] else ""
    if item["kind"] == "case":
        return macros.case_place(item, count, url_for("desk.exam_item", attempt_id=attempt_id, position=position), hidden)
    if item["answer"] or item["seq"] or item["unsure"] or item["lookup_seconds"]:
        return macros.place(item, position, position + 1, count, hidden)
    whole = _rendered((mounted, item["face"], item["section"], item["worth"], item["open_book"], count),
                      partial(macros.place, item, _POSITION, _NUMBER, count, _HIDDEN, _ROWS))
    rows = [_rendered((mounted, item["face"], part["id"]), partial(row, item, part, _NUMBER, f"q{_POSITION}-")).replace(_NUMBER, str(number))
            for number, part in enumerate(item["parts"], 1)]
    return Markup(whole.replace(_ROWS, "".join(rows)).replace(_POSITION, str(position)).replace(
        _NUMBER, str(position + 1)).replace(_HIDDEN, hidden))


def _rendered(key: Hashable, make: Callable[[], str]) -> str:
    found = _kept.get(key)
    if found is None:
        found = str(make())
        if "data-rule=" not in found:
            if len(_kept) >= MOST:
                _kept.clear()
            _kept[key] = found
    return found

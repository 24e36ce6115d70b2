"""A paper as a form: plain fields and rows to the paper's body and back, rows added, moved and taken out."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from trainer.content.vocabulary import CERTIFICATE_STATEMENT
from trainer.services.form_words import number, numbers

Form = dict[str, Any]
LISTS = ("topics", "types", "platforms", "posts", "questions")
MOST_SECTIONS, MOST_DRAWS = 20, 60


def empty_draw() -> Form:
    """A row of a section of questions, with nothing chosen."""
    return {"mode": "filter", "topics": [], "types": [], "difficulty": [], "platforms": [], "posts": [], "systems": "", "red_line": "",
            "open_book": "", "questions": [], "add": "", "count": "1", "marks": "2"}


def empty_section(form: Form, kind: str) -> Form:
    """A section that is added at the end, under an id that no other has."""
    taken = {one["id"] for one in form["sections"]}
    number = next(n for n in range(1, MOST_SECTIONS + 2) if f"part_{n}" not in taken)
    return {"id": f"part_{number}", "title": "", "kind": kind, "red_line": False, "open_book": False, "keep_items": False, "keep_options": False,
            "pass_kind": "", "pass_value": "", "note": "", "cases": [], "count": "1", "marks": "20" if kind == "case" else "",
            "draws": [empty_draw()] if kind == "questions" else []}


def empty_form() -> Form:
    """A new paper: a practice paper with one section."""
    form: Form = {
        "id": "", "title": "", "platforms": [], "post": "aftersale", "certifying": "", "minutes": "30", "intro": "", "as_of": "", "pass_kind": "percent",
        "pass_value": "80", "attempts": "2", "cooldown_hours": "0", "show_marks": "submitted", "show_keys": "submitted", "no_paste": False,
        "room_code": False, "certificate": False, "valid_months": "12", "category": "通用", "need_lessons": [], "need_papers": [], "need_cases": [],
        "statement": CERTIFICATE_STATEMENT, "note": "", "sections": []}
    form["sections"] = [empty_section(form, "questions")]
    return form


def form_of(body: Mapping[str, Any]) -> Form:
    """A paper's canonical body as the form shows it."""
    form, show, terms = empty_form(), body["show"], body.get("certificate") or {}
    form |= {name: str(body[name]) for name in ("id", "title", "post", "minutes", "attempts", "cooldown_hours")}
    form |= {name: str(body.get(name) or "") for name in ("intro", "as_of", "note")}
    form |= {name: bool(body.get(name)) for name in ("no_paste", "room_code", "certificate")}
    form |= {"platforms": list(body["platforms"]), "certifying": "1" if body["certifying"] else "", "show_marks": show["marks"], "show_keys": show["keys"]}
    form |= {"valid_months": str(terms.get("valid_months", 12)), "category": terms.get("category", "通用"),
             "statement": terms.get("statement", CERTIFICATE_STATEMENT)}
    form |= {f"need_{name}": list((terms.get("requires") or {}).get(name, [])) for name in ("lessons", "papers", "cases")}
    return form | _pass_fields(body.get("pass")) | {"sections": [_section_form(form, one) for one in body["sections"]]}


def _pass_fields(rule: Any) -> Form:
    if isinstance(rule, Mapping):
        kind, value = next(iter(rule.items()))
        return {"pass_kind": kind, "pass_value": str(value)}
    return {"pass_kind": rule or "", "pass_value": ""}


def _section_form(form: Form, body: Mapping[str, Any]) -> Form:
    section = empty_section(form, body["kind"]) | _pass_fields(body.get("pass"))
    section |= {name: body.get(name, "") for name in ("id", "title", "note")}
    section |= {name: bool(body.get(name)) for name in ("red_line", "open_book")}
    section |= {f"keep_{name}": not body.get("shuffle", {}).get(name, True) for name in ("items", "options")}
    if body["kind"] == "case":
        return section | {"cases": list(body["cases"]), "count": str(body["count"]), "marks": str(body["marks"])}
    return section | {"draws": [_draw_form(one) for one in body["draws"]]}


def _draw_form(body: Mapping[str, Any]) -> Form:
    draw = empty_draw() | {name: list(body.get(name, [])) for name in LISTS}
    draw |= {"mode": "named" if body.get("questions") else "filter", "difficulty": [str(one) for one in body.get("difficulty", [])],
             "systems": "、".join(map(str, body.get("systems", []))), "count": str(body["count"]), "marks": str(body["marks"])}
    return draw | {name: "yes" if body[name] else "no" for name in ("red_line", "open_book") if name in body}


# --- the body ---


def body_of(form: Form) -> dict[str, Any]:
    """The body that a form describes, whether or not it makes a paper."""
    body: dict[str, Any] = {name: form[name].strip() for name in ("id", "title", "post", "intro", "as_of", "note")}
    body |= {"platforms": list(form["platforms"]), "certifying": bool(form["certifying"]), "minutes": number(form["minutes"]),
             "sections": [_section_body(one) for one in form["sections"]], "pass": _pass_body(form),
             "attempts": number(form["attempts"]), "cooldown_hours": number(form["cooldown_hours"]),
             "show": {"marks": form["show_marks"], "keys": form["show_keys"]}, "no_paste": form["no_paste"], "room_code": form["room_code"]}
    if form["certificate"]:
        body["certificate"] = {"valid_months": number(form["valid_months"]), "category": form["category"].strip(), "statement": form["statement"].strip(),
                               "requires": {name: list(form[f"need_{name}"]) for name in ("lessons", "papers", "cases")}}
    return {name: value for name, value in body.items() if value not in (None, "")}


def _pass_body(form: Mapping[str, Any]) -> Any:
    kind = form["pass_kind"]
    if kind in ("", "all_right"):
        return kind or None
    return {kind: number(form["pass_value"])}


def _section_body(section: Form) -> dict[str, Any]:
    body: dict[str, Any] = {name: section[name].strip() for name in ("id", "title", "kind", "note")}
    body |= {"red_line": section["red_line"], "open_book": section["open_book"], "pass": _pass_body(section),
             "shuffle": {"items": not section["keep_items"], "options": not section["keep_options"]}}
    if section["kind"] == "case":
        body |= {"cases": list(section["cases"]), "count": number(section["count"]), "marks": number(section["marks"])}
    else:
        body["draws"] = [_draw_body(one) for one in section["draws"]]
    return {name: value for name, value in body.items() if value not in (None, "")}


def _draw_body(draw: Form) -> dict[str, Any]:
    body: dict[str, Any] = {"count": number(draw["count"]), "marks": number(draw["marks"])}
    if draw["mode"] == "named":
        return body | {"questions": list(draw["questions"])}
    body |= {name: list(draw[name]) for name in LISTS if name != "questions" and draw[name]}
    body |= {"difficulty": [int(one) for one in draw["difficulty"]]} if draw["difficulty"] else {}
    systems = numbers(draw["systems"])
    body |= {"systems": systems} if systems else {}
    return body | {name: draw[name] == "yes" for name in ("red_line", "open_book") if draw[name] in ("yes", "no")}


# --- rows ---


def changed(form: Form, deed: str) -> tuple[Form, str]:
    """The form after a deed such as `add-draw-2` or `up-section-1`, and the field to go on with; an unknown deed changes nothing."""
    match = re.fullmatch(r"(add|remove|up|down)-(section|case|draw)(?:-(\d{1,2}))?(?:-(\d{1,2}))?", deed, re.ASCII)
    if match is None:
        return form, ""
    act, what = match[1], match[2]
    places = [int(one) for one in match.groups()[2:] if one is not None]
    form = deepcopy(form)
    sections: list[Form] = form["sections"]
    if what != "draw":
        return form, _change_sections(form, sections, act, what, places)
    if not places or places[0] >= len(sections):
        return form, ""
    at = _change_rows(sections[places[0]]["draws"], act, places[1:], empty_draw(), MOST_DRAWS)
    return form, f"s{places[0]}-d{at}-count" if at >= 0 else f"s{places[0]}-title"


def _change_sections(form: Form, sections: list[Form], act: str, what: str, places: Sequence[int]) -> str:
    fresh = empty_section(form, "case" if what == "case" else "questions")
    at = _change_rows(sections, act, places, fresh, MOST_SECTIONS)
    return f"s{at}-title" if at >= 0 else "title"


def _change_rows(rows: list[Form], act: str, places: Sequence[int], fresh: Form, most: int) -> int:
    """Change the rows in place; the place of the row that was meant, -1 where none is left."""
    at = places[0] if places else len(rows)
    if act == "add" and len(rows) < most:
        rows.append(fresh)
        return len(rows) - 1
    if at >= len(rows):
        return len(rows) - 1
    if act == "remove":
        del rows[at]
        return min(at, len(rows) - 1)
    to = at + {"up": -1, "down": 1}.get(act, 0)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
        return to
    return at

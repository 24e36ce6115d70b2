"""The question editor's form: rows of options, points and samples read from and written to plain fields."""

from collections.abc import Mapping
from typing import Any

import yaml
from werkzeug.datastructures import MultiDict

from trainer.services.authoring import OPTIONS, POINTS, SAMPLES
from trainer.services.type_forms import STARTS, lines_of
from trainer.services.type_forms import TEXTS as LINES

TEXTS = ("as_of", "note", "hint", "literal", *LINES,
         "id", "type", "title", "topic", "difficulty", "pool", "stem", "rules", "explain", "buyer", "facts", "shortest", "longest")


def read_form(values: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, whole, whether or not it makes a question."""
    form: dict[str, Any] = {name: values.get(name, "").replace("\r\n", "\n") for name in TEXTS}
    form["difficulty"] = form["difficulty"] if form["difficulty"] in ("1", "2", "3") else "2"
    form |= {name: values.getlist(name) for name in ("platforms", "critical", "posts")}
    form["systems"] = [number for number in values.get("systems", "").replace("、", ",").replace(",", ",").split(",") if number.strip().isdigit()]
    form |= {name: name in values for name in ("red_line", "open_book")}
    form["options"] = [{"text": values.get(f"option-{n}-text", ""), "right": f"option-{n}-right" in values,
                        "why": values.get(f"option-{n}-why", "")} for n in range(OPTIONS)]
    form["required"] = [{"want": values.get(f"point-{n}-want", ""), "points": _digits(values.get(f"point-{n}-points", "")),
                         "what": values.get(f"point-{n}-what", "")} for n in range(POINTS)]
    form["samples"] = [{"reply": values.get(f"sample-{n}-reply", "").replace("\r\n", "\n"), "low": _digits(values.get(f"sample-{n}-low", "")),
                        "high": _digits(values.get(f"sample-{n}-high", "")), "why": values.get(f"sample-{n}-why", "")}
                       for n in range(SAMPLES)]
    form["shortest"], form["longest"] = _digits(form["shortest"]), _digits(form["longest"])
    return form


def _digits(text: str) -> str:
    return text.strip() if text.strip().isdigit() and len(text.strip()) < 5 else ""


def empty_form(kind: str) -> dict[str, Any]:
    """A new question of a kind, with room for its rows."""
    form = read_form(MultiDict({"type": kind, "pool": "practice", "shortest": "10", "longest": "300", "yaml": STARTS.get(kind, ""),
                                "mode": "yaml" if kind in STARTS else "lines"}))
    form["platforms"] = ["taobao", "tmall"]
    for n, row in enumerate(form["samples"]):
        row |= {"low": "80", "high": "100"} if n < 3 else {"low": "0", "high": "40"}
    return form


def form_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A question's body as the form shows it."""
    form = empty_form(body["type"])
    form |= {name: str(body[name]) for name in ("id", "title", "topic", "difficulty", "pool", "stem", "explain", "buyer") if name in body}
    form["platforms"], form["systems"] = list(body["platforms"]), [str(n) for n in body["systems"]]
    form |= {name: str(body.get(name) or "") for name in ("as_of", "note", "hint")}
    form |= {"literal": "\n".join(body.get("literal") or []), "posts": list(body.get("posts") or []), "open_book": bool(body.get("open_book"))}
    form["rules"], form["red_line"] = "\n".join(body.get("rules") or []), bool(body.get("red_line"))
    if not has_rows(body):
        return form | lines_of(body)
    for row, option in zip(form["options"], body.get("options") or [], strict=False):
        row |= {"text": option["text"], "right": bool(option.get("right")), "why": option.get("why", "")}
    for row, point in zip(form["required"], body.get("required") or [], strict=False):
        want = f"act:{point['act']}" if "act" in point else f"decision:{point['decision']}" if "decision" in point else ""
        row |= {"want": want, "points": str(point["points"]), "what": point["what"]}
    for row, sample in zip(form["samples"], body.get("samples") or [], strict=False):
        row |= {"reply": sample["reply"], "low": str(sample["marks"][0]), "high": str(sample["marks"][1]), "why": sample.get("why", "")}
    form["critical"] = list(body.get("critical") or [])
    form["facts"] = yaml.safe_dump(body["facts"], allow_unicode=True, sort_keys=False) if body.get("facts") else ""
    low, high = body.get("length") or ("", "")
    form["shortest"], form["longest"] = str(low), str(high)
    return form


def has_rows(body: Mapping[str, Any]) -> bool:
    """Whether rows of options, points and samples hold everything in the body; the rest is written as lines or YAML."""
    if body["type"] in ("single", "multiple"):
        plain = all(set(option) <= {"text", "right", "why"} for option in body["options"])
        return plain and not (set(body) & {"decision", "params", "keep_order"}) and len(body["options"]) <= OPTIONS
    if body["type"] != "scripted_reply":
        return False
    plain = all("any" not in point and "field" not in point for point in body["required"])
    return plain and not (set(body) & {"params", "deduct", "forbidden"}) and len(body["required"]) <= POINTS and len(body["samples"]) <= SAMPLES

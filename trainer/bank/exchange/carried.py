"""What a format of other systems can hold of a question, and what it holds beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

HELD = {
    "gift": ("single", "multiple", "true_false", "numeric", "matching", "cloze"),
    "moodle": ("single", "multiple", "true_false", "numeric", "matching", "cloze", "ordering"),
}
FORMATS = {"gift": "GIFT", "moodle": "Moodle XML"}


@dataclass(frozen=True)
class LeftOut:
    """A question that was not written, and why."""

    id: str
    title: str
    why: str


def why_left_out(body: Mapping[str, Any], form: str) -> str:
    """Why a format cannot hold the question; empty where it can."""
    if body.get("decision") or body.get("params"):
        return f"答案由规则库按参数计算，{FORMATS[form]} 存不下；请导出 xlsx。"
    if body["type"] not in HELD[form]:
        return f"{FORMATS[form]} 没有这种题型；请导出 xlsx。"
    if form == "gift" and body["type"] == "cloze" and len(body["blanks"]) != 1:
        return "GIFT 的填空题只能有一个空；请导出 Moodle XML 或 xlsx。"
    return ""


def credits_of(body: Mapping[str, Any]) -> list[tuple[str, Decimal, str]]:
    """(text, percent, reason) of each option, by the bank's own way of marking where no weights are written."""
    options = body["options"]
    right = [option for option in options if option.get("right")]
    weighed = any("credit" in option for option in options)
    if body["type"] == "single" or weighed:
        return [(str(one["text"]), Decimal(str(one.get("credit", 100 if one.get("right") else 0))), one.get("why", "")) for one in options]
    share = (Decimal(100) / len(right)).quantize(Decimal("0.00001"), ROUND_DOWN).normalize()
    share = Decimal(f"{share:f}")
    return [(str(one["text"]), share if one.get("right") else Decimal(-100), one.get("why", "")) for one in options]


def cloze_blank(blank: Mapping[str, Any]) -> list[tuple[str, Decimal, str]]:
    """(text, percent, reason) of what a blank takes; a figure stands as its reference."""
    full = [*([f"{{{{{blank['figure']}}}}}"] if blank.get("figure") else []), *blank.get("accept", ())]
    return [*((text, Decimal(100), "") for text in full),
            *((part["text"], Decimal(str(part["credit"])), part.get("why", "")) for part in blank.get("partial", ()))]


def extras_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What no format has a place for: units, reasons of pairs, steps and blanks, rules of options, the sentence of a cloze."""
    more: dict[str, Any] = {}
    if body["type"] == "numeric" and body["answer"].get("unit"):
        more["unit"] = body["answer"]["unit"]
    for name, kind in (("pairs", "why"), ("steps", "why"), ("options", "rule"), ("blanks", "why")):
        found = [one.get(kind, "") if isinstance(one, Mapping) else "" for one in body.get(name, ())]
        if any(found):
            more[f"{name}_{kind}"] = found
    if body["type"] == "cloze":
        more |= {"stem": body["stem"], "text": body["text"]}
    return more


def put_back(body: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a question with what its tag `more` kept; anything that does not fit is left."""
    body = dict(body)
    if isinstance(more.get("unit"), str) and isinstance(body.get("answer"), dict):
        body["answer"] = {"value": body["answer"]["value"], "unit": more["unit"], **body["answer"]}
    for name, kind in (("pairs", "why"), ("steps", "why"), ("options", "rule"), ("blanks", "why")):
        kept, rows = more.get(f"{name}_{kind}"), body.get(name)
        if isinstance(kept, list) and isinstance(rows, list) and len(kept) == len(rows):
            body[name] = [_with(row, kind, text) for row, text in zip(rows, kept, strict=True)]
    if isinstance(more.get("text"), str) and more["text"].count("[[") == str(body.get("text", "")).count("[["):
        body["text"] = more["text"]
    return body


def _with(row: Any, kind: str, text: Any) -> Any:
    if not isinstance(text, str) or not text:
        return row
    return {"text": row, kind: text} if isinstance(row, str) else {**row, kind: text}

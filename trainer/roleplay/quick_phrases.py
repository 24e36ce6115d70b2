"""Slips of quick phrases: a variable left open, somebody else's name, the same words twice running, a phrase out of use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay.case import Case

_VARIABLE = re.compile(r"[{｛][^{}｛｝\n]{1,12}[}｝]")
_SPACE = re.compile(r"\s+")
SHORTEST = 8
"""Shorter lines (好的，在的) may well be said twice."""
WHY = {
    "unfilled_variable": "快捷短语里的{name}没有换成实际内容就发了出去",
    "wrong_name": "叫错了人：这位买家不是「{name}」",
    "repeated_phrase": "同一句话连着发了两遍",
    "stale_phrase": "这条快捷短语已经过时，短语库里标了停用",
    "forbidden_phrase": "这条快捷短语不许再用，短语库里标了禁用",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the shop's pack; `state` is ok, stale or forbidden."""

    key: str
    text: str
    state: str


def other_names(case: Case, beside: Collection[str] = ()) -> frozenset[str]:
    """The names that are not this buyer's: those of the case's other variants and of the buyers beside him."""
    variants = case.raw.get("variants")
    nicks: Sequence[Any] = variants.get("nick") or () if isinstance(variants, Mapping) else ()
    own = {case.buyer.nick, case.buyer.name}
    return frozenset(str(name) for name in (*nicks, *beside) if len(str(name)) > 1 and str(name) not in own)


def phrase_faults(text: str, last: str, names: Collection[str], pack: Sequence[Phrase] = (), blamed: bool = False) -> list[dict[str, Any]]:
    """The slips of a bubble as violations; `last` is the bubble before it, `blamed` tells that its words are blamed already."""
    found = [_fault("unfilled_variable", match.start(), match.end(), text) for match in _VARIABLE.finditer(text)]
    for name in sorted(names):
        at = text.find(name)
        if at >= 0:
            found.append(_fault("wrong_name", at, at + len(name), text))
    plain = _SPACE.sub("", text)
    if len(plain) >= SHORTEST and plain == _SPACE.sub("", last):
        found.append(_fault("repeated_phrase", 0, len(text), text))
    code = next((f"{phrase.state}_phrase" for phrase in pack if phrase.state != "ok" and _is_from(phrase.text, text)), "")
    if code and not blamed:
        found.append(_fault(code, 0, len(text), text))
    return found


def _fault(code: str, start: int, end: int, text: str) -> dict[str, Any]:
    return {"code": code, "start": start, "end": end, "text": text[start:end], "rule": "", "why": WHY[code].format(name=text[start:end])}


def _is_from(template: str, text: str) -> bool:
    """Whether a text holds every fixed part of a phrase, in order."""
    at = 0
    for part in _VARIABLE.split(template):
        part = part.strip("，。,. ")
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True

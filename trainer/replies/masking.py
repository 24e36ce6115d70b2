"""Personal data taken out of a reply that is kept: numbers keep their form, so that a check still finds what it must find."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trainer.replies.entities import find_entities
from trainer.replies.normalise import normalise

_KINDS = {"mobile", "landline", "digits", "account", "card", "email"}
_KEPT = 3
_ZEROS = {"一": "零", "二": "零", "两": "零", "三": "零", "四": "零", "五": "零", "六": "零", "七": "零", "八": "零", "九": "零", "十": "零",
          "幺": "零", "壹": "零", "贰": "零", "叁": "零", "肆": "零", "伍": "零", "陆": "零", "柒": "零", "捌": "零", "玖": "零", "妖": "零"}
_PLACE = r"[\u4e00-\u9fff]{2,3}?"
_ADDRESS = re.compile(
    rf"(?:{_PLACE}(?:省|自治区))?(?:{_PLACE}市)?(?:{_PLACE}[区县])?(?:{_PLACE}(?:镇|乡|街道|村))?"
    rf"(?:{_PLACE}(?:路|街|巷|弄|道|小区|花园|苑|大厦|广场|公寓))(?:\d{{1,5}}|[一二三四五六七八九十百]{{1,5}})(?:弄|号楼|号院|号|栋|幢|座)"
    r"(?:[0-9a-zA-Z一二三四五六七八九十-]{1,6}(?:号楼|号|栋|幢|座|单元|层|楼|室))*"
)
_ROOM = re.compile(r"\d{1,3}(?:栋|幢|号楼|座)\s*\d{1,2}\s*(?:单元)?\s*\d{3,4}室?")
_WAYBILL = re.compile(r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,4}\d{8,18}|\d{12,20})(?![0-9A-Za-z])")


def mask(text: str, names: Iterable[str] = ()) -> str:
    """The text without telephone numbers, accounts, waybills, addresses and the given names; its length may change."""
    made = _ROOM.sub("0栋0单元000室", _ADDRESS.sub("某地某路0号", text))
    made = _WAYBILL.sub(lambda found: _masked(found[0]), made)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        made = made.replace(name, "某某")
    return _without_numbers(made)


def _without_numbers(text: str) -> str:
    reading = normalise(text)
    places = sorted({reading.span(each.start, each.end) for each in find_entities(reading.text) if each.kind in _KINDS})
    pieces, at = [], 0
    for start, end in places:
        if start >= at:
            pieces += [text[at:start], _masked(text[start:end])]
            at = end
    return "".join(pieces) + text[at:]


def _masked(number: str) -> str:
    """The first three signs as they are, so that a mobile number stays one; of the rest every digit 0 and every letter x."""
    out, seen = [], 0
    for sign in number:
        counts = sign.isalnum()
        seen += counts
        if not counts or seen <= _KEPT or sign in "点艾特":
            out.append(sign)
        elif sign.isdigit() or sign in _ZEROS or sign in "零〇":
            out.append(_ZEROS.get(sign, "零" if sign in "零〇" else "0"))
        else:
            out.append("x" if sign.isascii() else sign)
    head, mark, tail = number.partition("@")
    return "".join(out[: len(head)]) + mark + tail if mark else "".join(out)

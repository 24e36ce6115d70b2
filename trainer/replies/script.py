"""Traditional characters read as simplified ones, one for one."""

from __future__ import annotations

from functools import lru_cache

import opencc

_FIRST, _LAST = 0x3400, 0x9FFF


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    """Every character whose simplified form differs, made once from OpenCC's own table."""
    convert = _converter().convert
    every = [chr(code) for code in range(_FIRST, _LAST + 1)]
    simple = convert("\n".join(every)).split("\n")
    table = {old: new for old, new in zip(every, simple, strict=True) if old != new and len(new) == 1}
    return table | {
        "著": "着",
        "妳": "你",
        "祂": "他",
        "牠": "它",
        "喺": "在",
        "係": "是",
        "嘅": "的",
        "啲": "些",
        "佢": "他",
        "俾": "给",
        "畀": "给",
        "睇": "看",
        "搵": "找",
        "咗": "了",
        "嗰": "那",
        "嚟": "来",
        "哋": "们",
        "啱": "对",
        "喇": "啦",
        "咁": "这",
        "攞": "拿",
    }


def simplify(text: str) -> str:
    """The text in simplified characters, of exactly the same length."""
    table = _traditional()
    if table.keys().isdisjoint(text):
        return text
    whole: str = _converter().convert(text)
    if len(whole) == len(text):
        return "".join(table.get(char, char) for char in whole)
    return "".join(table.get(char, char) for char in text)

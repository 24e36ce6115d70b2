"""Chinese and Arabic numerals in front of a unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

DIGITS = {
    "零": 0, "〇": 0, "一": 1, "壹": 1, "二": 2, "贰": 2, "两": 2, "俩": 2, "三": 3, "叁": 3, "仨": 3, "四": 4, "肆": 4, "五": 5, "伍": 5,
    "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}

NUMBER = r"(?:\d{1,9}(?:\.\d{1,3})?万?|[零〇一壹二贰两俩三叁仨四肆五伍六陆七柒八捌九玖十拾百佰千仟万]{1,9}(?:点[零一二三四五六七八九]{1,3})?|半)"


def parse_number(text: str) -> Decimal | None:
    """The value of 「二十四」, 「两百五」, 「1.5万」, 「半」, 「2」; None if it is no number."""
    if text == "半":
        return Decimal("0.5")
    if text and text[0].isdigit():
        times = 10_000 if text.endswith("万") else 1
        try:
            return Decimal(text.rstrip("万")) * times
        except InvalidOperation:
            return None
    whole, _, part = text.partition("点")
    value = _whole(whole)
    if value is None:
        return None
    if not part:
        return Decimal(value)
    if any(char not in DIGITS for char in part):
        return None
    return Decimal(f"{value}.{''.join(str(DIGITS[char]) for char in part)}")


def _whole(text: str) -> int | None:
    if not text:
        return None
    if len(text) == 2 and text in _ROUGH:
        return DIGITS[text[1]]
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total = section = digit = 0
    last_unit = 1
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, last_unit = 0, _UNITS[char]
        elif char in _BIG:
            total += (section + digit or 1) * _BIG[char]
            section = digit = 0
            last_unit = _BIG[char]
        else:
            return None
    if digit and last_unit >= 100 and text[-2] in (*_UNITS, *_BIG):
        digit *= last_unit // 10
    return total + section + digit


_ROUGH = frozenset(("一两", "一二", "两三", "二三", "三两", "三四", "三五", "四五", "五六", "六七", "七八", "八九"))
"""「两三天」 is a guess, of which the larger number counts."""

_SPOKEN = {"幺": "1", "妖": "1", "腰": "1", "拐": "7", "洞": "0", "栋": "0", "勾": "9", "o": "0"}


def spoken_digits(text: str) -> str:
    """「一三八零零」 or 「1-3-8 o o」 as bare Arabic digits; other characters are dropped."""
    out = []
    for char in text:
        if char.isdigit() and char.isascii():
            out.append(char)
        elif char in DIGITS and char not in "两俩仨":
            out.append(str(DIGITS[char]))
        elif char in _SPOKEN:
            out.append(_SPOKEN[char])
    return "".join(out)

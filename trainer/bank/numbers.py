"""Finds typed numbers that equal a figure of a cited rule: such a number would go stale when the rule changes."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from trainer.content.figures import CITATION, FIGURE
from trainer.rules import Rulebook

# 七天 is the name of a right as much as a number.
FREE = re.compile(r"七[天日]|7[天日]无理由")
_FIGURE_TEXT = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>\D+)\Z")
_UNITS = {
    "小时": r"个?(?:小时|h)",
    "分钟": "分钟",
    "天": "[天日]",
    "个工作日": "个?工作日",
    "个月": "个?月",
    "年": "年",
    "元": "[元块]",
    "%": "[%\uff05]",
    "分": "分(?!钟)",
    "倍": "倍",
    "字": "个?字",
}
_DIGITS = "零一二三四五六七八九"


@lru_cache(maxsize=4096)
def _pattern(figure: str) -> re.Pattern[str] | None:
    """What a typed copy of a rendered figure looks like, or nothing for figures that are not numbers with a unit."""
    match = _FIGURE_TEXT.match(figure)
    unit = _UNITS.get(match["unit"]) if match else None
    if match is None or unit is None:
        return None
    forms = [rf"(?<![\d.第月,-]){re.escape(match['number'])}\s*{unit}"]
    words = chinese(match["number"])
    if words and words != "一":
        units = _UNITS[match["unit"]]
        body = f"百分之{words}" if match["unit"] == "%" else f"{words}{units}"
        forms.append(rf"(?<![零一二三四五六七八九十百千万第月]){body}")
    return re.compile("|".join(forms))


def chinese(number: str) -> str:
    """A whole number up to 9999 in Chinese words, or nothing."""
    if not number.isdigit() or not 0 < int(number) < 10000:
        return ""
    out, rest, gap = "", int(number), False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, size)
        if digit:
            out += ("零" if gap else "") + ("" if digit == 1 and size == 10 and not out else _DIGITS[digit]) + name
            gap = False
        elif out and rest:
            gap = True
    return (
        out.replace("二百", "(?:二|两)百").replace("二千", "(?:二|两)千")
        if len(out) > 1
        else "[二两]"
        if out == "二"
        else out
    )


def typed_figures(
    text: str, rules: Iterable[str], rulebook: Rulebook, as_of: datetime, literal: Iterable[str]
) -> list[tuple[int, str, str]]:
    """(offset, what is typed, `rule#figure`) for every typed copy of a figure of these rules."""
    flat = text
    for pattern in (FIGURE, CITATION, FREE):
        flat = pattern.sub(lambda match: "\u3000" * len(match[0]), flat)
    allowed = {re.sub(r"\s+", "", one) for one in literal}
    found: dict[int, tuple[int, str, str]] = {}
    for rule in rules:
        if rule not in rulebook.rules:
            continue
        for name in rulebook.rule(rule).figures:
            reference = f"{rule}#{name}"
            pattern_ = _pattern(rulebook.figure(reference, as_of).text)
            for match in pattern_.finditer(flat) if pattern_ else ():
                if re.sub(r"\s+", "", match[0]) not in allowed:
                    found.setdefault(match.start(), (match.start(), match[0], reference))
    return [found[at] for at in sorted(found)]

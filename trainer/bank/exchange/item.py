"""Questions on their way in: what a reader of a format found, with the place, what was not carried over, and what could not be read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

FULL = Decimal(100)
BLANK = "_____"
_PARAM = re.compile(r"(?<!\{)\{([a-z_][a-z0-9_.]*(?::(?:date|time))?)\}(?!\})")
TITLE, OPTION = 60, 300
Meta = Mapping[str, str]


@dataclass(frozen=True)
class Trouble:
    """A question that could not be taken, or a file that could not be read: where, what, how to put it right."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}：{self.what}{self.remedy}" if self.where else f"{self.what}{self.remedy}"


@dataclass
class Item:
    """One question read: `body` holds the fields of its type as the bank has them, `meta` what the file said of our own fields.

    Texts are Markdown; a picture stands in them as `picture:NAME` and its bytes in `pictures`.
    """

    where: str
    type: str
    stem: str
    body: dict[str, Any]
    title: str = ""
    explain: str = ""
    category: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Reading:
    """All that a file held."""

    items: list[Item] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


class Unreadable(Exception):
    """One question cannot be taken; the others can."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True)
class Answer:
    """One answer of a choice, a number or a word: its text, its weight in percent, and what is said of it."""

    text: str
    credit: Decimal
    why: str = ""


def percent(text: str) -> Decimal:
    """A weight written as a number of percent; raises Unreadable."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise Unreadable(f"得分比例「{text.strip()}」不是数字。", "请写成 50 或 33.33333 这样的数。") from None
    if not value.is_finite() or abs(value) > FULL:
        raise Unreadable(f"得分比例 {text.strip()} 超出范围。", "应在 -100 到 100 之间。")
    return value


def decimal(text: str) -> Decimal:
    """A number as an answer has it; raises Unreadable."""
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise Unreadable(f"「{text.strip()[:40]}」不是数字。", "数值题的答案请只写数字。") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise Unreadable(f"数字 {text.strip()[:40]} 太大。", "应小于一万亿。")
    return value


def plain_number(value: Decimal) -> int | float:
    """A decimal as JSON holds it."""
    return int(value) if value == value.to_integral_value() else float(value)


def safe(text: str) -> str:
    """Imported text in which no braces mean a parameter of ours; references `{{rule#figure}}` are kept."""
    return _PARAM.sub(r"｛\1｝", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def single_body(answers: Sequence[Answer]) -> dict[str, Any]:
    """Options of a single choice: the first full answer is the right one; raises Unreadable where there is none."""
    right = next((place for place, one in enumerate(answers) if one.credit >= FULL), None)
    if right is None:
        raise Unreadable("没有得满分的选项。", "单选题要有一个正确答案。")
    return {"options": [_option(one, place == right, place != right and one.credit != 0) for place, one in enumerate(checked(answers))]}


def multiple_body(answers: Sequence[Answer]) -> dict[str, Any]:
    """Options of a multiple choice; weights are written down only where they differ from the bank's own way of marking."""
    positive = [one.credit for one in answers if one.credit > 0]
    if not positive:
        raise Unreadable("没有正确的选项。", "多选题至少要有一个选项得分。")
    even = all(abs(one - FULL / len(positive)) < Decimal("0.01") for one in positive)
    usual = even and all(one.credit <= -FULL for one in answers if one.credit <= 0)
    return {"options": [_option(one, one.credit > 0, not usual) for one in checked(answers)]}


def checked(answers: Sequence[Answer]) -> Sequence[Answer]:
    """The answers if they can be options; raises Unreadable."""
    texts = [one.text for one in answers]
    if not 2 <= len(answers) <= 12:
        raise Unreadable(f"有 {len(answers)} 个选项。", "选项要有 2 到 12 个。")
    for place, text in enumerate(texts):
        if not text:
            raise Unreadable(f"第 {place + 1} 个选项是空的。", "请补上文字，或删掉这个选项。")
        if text in texts[:place]:
            raise Unreadable(f"选项「{text[:30]}」出现了两次。", "请改写其中一个。")
        if len(text) > OPTION:
            raise Unreadable(f"第 {place + 1} 个选项有 {len(text)} 个字。", f"最多 {OPTION} 个字。")
    return answers


def _option(one: Answer, right: bool, weighed: bool) -> dict[str, Any]:
    option: dict[str, Any] = {"text": one.text}
    if right:
        option["right"] = True
    if weighed:
        option["credit"] = plain_number(one.credit)
    if one.why:
        option["why"] = one.why
    return option


def numeric_body(answers: Sequence[tuple[Decimal, Decimal, Decimal, str]]) -> dict[str, Any]:
    """(value, tolerance, percent, why) of a number: the first full one is the key, the others earn their part."""
    right = next((place for place, one in enumerate(answers) if one[2] >= FULL), None)
    if right is None:
        raise Unreadable("没有得满分的数值。", "请给一个答案满分。")
    value, tolerance, _credit, _why = answers[right]
    body: dict[str, Any] = {"answer": {"value": plain_number(value)}}
    if tolerance:
        body["answer"]["tolerance"] = plain_number(tolerance)
    partial = [_part({"value": plain_number(value)} | ({"tolerance": plain_number(tolerance)} if tolerance else {}), credit, why)
               for place, (value, tolerance, credit, why) in enumerate(answers) if place != right]
    return body | ({"partial": partial} if partial else {})


def blank_of(answers: Sequence[Answer], figure: Callable[[str], str | None]) -> dict[str, Any]:
    """One blank: full answers are accepted, others earn their part; `figure` tells a reference to the rulebook."""
    full = [one.text for one in answers if one.credit >= FULL]
    if not full:
        raise Unreadable("没有得满分的填空答案。", "请至少写一个正确答案。")
    if any(len(one.text) > 40 for one in answers if not figure(one.text)):
        raise Unreadable("填空的答案超过 40 个字。", "填空只适合短答案，长的请改成话术题。")
    blank: dict[str, Any] = {}
    named = next((found for text in full if (found := figure(text))), None)
    if named:
        blank["figure"] = named
    accept = [text for text in full if not figure(text)]
    if accept:
        blank["accept"] = list(dict.fromkeys(accept))
    partial = [_part({"text": one.text}, one.credit, one.why) for one in answers if one.credit < FULL]
    return blank | ({"partial": partial} if partial else {})


def _part(what: dict[str, Any], credit: Decimal, why: str) -> dict[str, Any]:
    return what | {"credit": plain_number(credit)} | ({"why": why} if why else {})


def matching_body(pairs: Sequence[tuple[str, str]], extra: Sequence[str] = ()) -> dict[str, Any]:
    """Pairs of a matching question; raises Unreadable where there are too few or too many."""
    if not 2 <= len(pairs) <= 12:
        raise Unreadable(f"有 {len(pairs)} 对。", "配对题要有 2 到 12 对。")
    if any(not left or not right for left, right in pairs):
        raise Unreadable("有一对缺了一边。", "请把两边都写上。")
    body: dict[str, Any] = {"pairs": [{"left": left, "right": right} for left, right in pairs]}
    return body | ({"extra": list(extra)} if extra else {})


def short_title(text: str) -> str:
    """A title from the first words of a stem."""
    flat = re.sub(r"\[\[\d\]\]|_{3,}", "…", text)
    flat = re.sub(r"\s+", " ", re.sub(r"!\[[^\]]*\]\([^)]*\)|[*_#`>\[\]]", "", flat)).strip()
    return flat if len(flat) <= TITLE else flat[: TITLE - 1] + "…"

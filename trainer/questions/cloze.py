"""填空题: short blanks in a sentence; a blank is a figure of the rulebook or one of some accepted words."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from trainer.content import Reader
from trainer.content.figures import FIGURE
from trainer.questions.base import (
    FULL,
    Grade,
    Made,
    Making,
    Mark,
    QuestionType,
    Raw,
    Response,
    ResponseError,
    Variant,
    first,
    main_rule,
    shares,
)
from trainer.questions.choice import read_credit
from trainer.rules import Rulebook

_BLANK = re.compile(r"\[\[(\d)\]\]")
_DIGITS = str.maketrans("零〇一二两三四五六七八九", "001223456789")
LONGEST = 40


@dataclass(frozen=True)
class Blank:
    """One blank: a figure `rule#name`, or accepted words, or both; `partial` words earn part (thousandths) and say why."""

    figure: str
    accept: tuple[str, ...]
    why: str
    partial: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class ClozeBody:
    """The sentence with `[[1]]`… and its blanks in order."""

    text: str
    blanks: tuple[Blank, ...]


def read(reader: Reader) -> ClozeBody:
    """`text` with `[[1]]`, `[[2]]`… and as many `blanks`."""
    blanks = []
    for one in reader.children("blanks", 1, 6):
        blank = Blank(one.text("figure", "", limit=120), one.texts("accept"), one.text("why", "", limit=500),
                      tuple(_partial(part) for part in one.children("partial", 0, 12)))
        if not blank.figure and not blank.accept:
            one.flaw("空格没有答案", "请写 figure: 规则#数字，或 accept: [可接受的写法]。")
        if blank.figure and not FIGURE.match("{{" + blank.figure + "}}"):
            one.flaw(f"「{blank.figure}」写法不对", "应是 规则编号#数字名。", "figure")
        one.done()
        blanks.append(blank)
    body = ClozeBody(reader.text("text", limit=600), tuple(blanks))
    reader.take("params")
    if [int(number) for number in _BLANK.findall(body.text)] != list(range(1, len(blanks) + 1)):
        reader.flaw("空格的编号和 blanks 对不上", "请在 text 里按顺序写 [[1]]、[[2]]…,每空一项 blanks。", "text")
    reader.done()
    return body


def _partial(reader: Reader) -> tuple[str, int, str]:
    part = reader.text("text", limit=LONGEST), read_credit(reader), reader.text("why", "", limit=500)
    reader.done()
    return part


def make(making: Making, body: ClozeBody) -> Made:
    """The sentence in parts around its blanks, and what each blank accepts."""
    parts = [making.plain(part) for part in _BLANK.split(body.text)[::2]]
    blanks, rules = [], []
    for blank in body.blanks:
        figure = making.plain("{{" + blank.figure + "}}") if blank.figure else ""
        accepted = [text for text in (figure, *(making.plain(one) for one in blank.accept)) if text]
        rule = blank.figure.partition("#")[0] or None
        rules += [rule] if rule else []
        made: dict[str, Any] = {"accept": accepted, "why": making.rich(blank.why), "rule": rule}
        if blank.partial:
            made["partial"] = [{"text": making.plain(text), "credit": credit, "why": making.rich(why)} for text, credit, why in blank.partial]
        blanks.append(made)
    return Made({"parts": parts, "blanks": [f"b{at + 1}" for at in range(len(blanks))]}, {"blanks": blanks}, rules)


def parse(raw: Raw) -> Response | None:
    """One field a blank: `b1`, `b2`…; blank ones are left out."""
    given = {name: first(raw, name) for name in raw if re.fullmatch(r"b\d", name) and first(raw, name)}
    if any(len(text) > LONGEST for text in given.values()):
        raise ResponseError(f"每个空最多填 {LONGEST} 个字。", "b1")
    return {"blanks": given} if given else None


def normal(text: str) -> str:
    """A text without blanks, width and the difference between 三 and 3."""
    flat = re.sub(r"\s+|个(?=[小月工])", "", unicodedata.normalize("NFKC", text)).lower()
    flat = re.sub(r"百分之([\d.零〇一二两三四五六七八九十]+)", r"\1%", flat)
    flat = re.sub(r"(?<![\d零〇一二两三四五六七八九])十(?=[一二三四五六七八九])", "一", flat)
    flat = re.sub(r"(?<![\d零〇一二两三四五六七八九])十", "10", flat)
    flat = re.sub(r"([一二两三四五六七八九])十([一二三四五六七八九])", r"\1\2", flat)
    return re.sub(r"([一二两三四五六七八九])十", r"\g<1>0", flat).translate(_DIGITS)


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Each blank counts alike."""
    given = response.get("blanks", {})
    marks = []
    for at, (blank, of) in enumerate(zip(variant.key["blanks"], shares(len(variant.key["blanks"])), strict=True), 1):
        text = str(given.get(f"b{at}", ""))
        right = normal(text) in {normal(one) for one in blank["accept"]}
        part = None if right else next((one for one in blank.get("partial", ()) if normal(one["text"]) == normal(text)), None)
        points = of if right else of * max(0, part["credit"]) // FULL if part else 0
        said = f"填了「{text}」" if text else "没有填"
        why = f"正确：「{blank['accept'][0]}」。" if right else f"{said}，应是「{blank['accept'][0]}」。"
        marks.append(
            Mark(f"第 {at} 空", points, of, blank["rule"] or main_rule(variant), why + (part["why"] if part else blank["why"]))
        )
    return Grade(sum(mark.points for mark in marks), tuple(marks))


TYPE = QuestionType("cloze", "填空题", read, make, parse, grade, lambda body: [(("text",), body.text)])

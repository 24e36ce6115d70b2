"""What forms of content share: numbers and lists as they are typed, and flaws in words that know nothing of the file format."""

import re
from dataclasses import dataclass
from typing import Any

from trainer.content import Flaw


@dataclass(frozen=True)
class Remark:
    """Something to put right: the field's name in the form, where that is in words, what is wrong and what to do."""

    field: str
    where: str
    message: str
    remedy: str


def said(flaw: Flaw) -> tuple[str, str]:
    """What is wrong and what to do, as people at a form read it."""
    return ("还没有填", "请填上。") if flaw.message == "缺少这个字段" else (flaw.message, flaw.remedy)


def number(text: str) -> Any:
    """A whole or decimal number, None where nothing was typed, else the text as it is, which reading the paper will name."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"\d{1,9}\.\d{1,3}", text, re.ASCII):
        return float(text)
    return text or None


def numbers(text: str) -> list[Any]:
    """Numbers that stand between commas or blanks; what is none stays as it was typed."""
    return [number(one) for one in re.split(r"[\s,，、]+", text.strip()) if one]


def lines(text: str) -> list[str]:
    """The lines that hold something."""
    return [line.strip() for line in text.split("\n") if line.strip()]

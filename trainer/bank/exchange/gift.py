"""Reads GIFT by the letter of Moodle's import: names, categories, weights, feedback, missing words, ranges, escapes, formats.

Source of the rules: the description of the format in Moodle's documentation and its example file; differences of ours are remarks.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from trainer.bank.exchange.html_text import from_html, from_markdown, looks_like_html
from trainer.bank.exchange.item import (
    BLANK,
    FULL,
    Answer,
    Item,
    Reading,
    Trouble,
    Unreadable,
    blank_of,
    decimal,
    matching_body,
    multiple_body,
    numeric_body,
    percent,
    safe,
    short_title,
    single_body,
)
from trainer.bank.exchange.meta import meta_of
from trainer.content.figures import FIGURE

ESCAPED = {":": "\ue058", "#": "\ue035", "=": "\ue061", "{": "\ue123", "}": "\ue125", "~": "\ue126", "n": "\ue010"}
_BACK = {mark: "\n" if char == "n" else char for char, mark in ESCAPED.items()}
_BACKSLASH = "\ue092"
_WEIGHT = re.compile(r"%(-*[0-9]{1,3}\.?[0-9]*)%")
_TAG = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.)+)\]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.I)
TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def hide_escapes(text: str) -> str:
    """Escaped control characters replaced by marks that mean nothing to the format."""
    text = text.replace("\\\\", _BACKSLASH)
    for char, mark in ESCAPED.items():
        text = text.replace("\\" + char, mark)
    return text.replace(_BACKSLASH, "\\")


def show_escapes(text: str) -> str:
    """The characters that the marks stand for."""
    return "".join(_BACK.get(char, char) for char in text)


class _Texts:
    """The texts of one question, each in its format, and the pictures found in them."""

    def __init__(self) -> None:
        self.format = "moodle"
        self.pictures: dict[str, bytes] = {}

    def read(self, text: str, sets_format: bool = False) -> str:
        """A text of the question as Markdown; the stem sets the format of the others."""
        text, form = text.strip(), self.format
        named = _FORMAT.match(text)
        if named:
            text, form = text[named.end():], named[1].lower()
        if sets_format:
            self.format = form
        text = show_escapes(text).strip()
        if form == "html" or (form == "moodle" and looks_like_html(text)):
            return safe(from_html(text, self.pictures, {}))
        return safe(from_markdown(text, self.pictures, {}))


def read_gift(text: str) -> Reading:
    """Every question of a GIFT file; what cannot be read is told by its line."""
    reading, category = Reading(), ""
    for line_no, lines in _blocks(text.removeprefix("\ufeff")):
        comments = " ".join(line.strip() for line in lines if line.strip().startswith("//"))
        source = hide_escapes("\n".join("" if line.strip().startswith("//") else line for line in lines).strip())
        first = next((line_no + at for at, line in enumerate(lines) if line.strip() and not line.strip().startswith("//")), line_no)
        if not source:
            continue
        if source.startswith("$CATEGORY:"):
            category = show_escapes(source[10:].strip().splitlines()[0].strip() if source[10:].strip() else "")
            rest = source.partition("\n")[2].strip()
            if not rest:
                continue
            source, first = rest, first + 1
        try:
            item = _question(source, f"第 {first} 行")
        except Unreadable as error:
            reading.troubles.append(Trouble(f"第 {first} 行", error.what, error.remedy))
            continue
        item.category = category
        tags = [(kind, value.replace("\\]", "]")) for kind, value in _TAG.findall(comments)]
        item.meta = meta_of(value for kind, value in tags if kind == "tag")
        named = next((value for kind, value in tags if kind == "id"), "")
        item.meta |= {"id": named} if named else {}
        reading.items.append(item)
    return reading


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines without an empty one among them, each with the number of its first line."""
    start, lines = 1, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            if not lines:
                start = number
            lines.append(line)
        elif lines:
            yield start, lines
            lines = []
    if lines:
        yield start, lines


def _question(source: str, where: str) -> Item:
    texts, title = _Texts(), ""
    if source.startswith("::"):
        name, found, rest = source[2:].partition("::")
        source, title = (rest.strip(), show_escapes(name).strip()) if found else (source[2:], "")
    start, end = source.find("{"), source.find("}")
    if start < 0 and end < 0:
        raise Unreadable("没有答案，是一段说明文字。", "说明文字不能当题目，请放进课程里。")
    if start < 0 or end < start:
        raise Unreadable("花括号不成对。", "答案要写在 { } 里；文字里的花括号写成 \\{ 和 \\}。")
    inner = source[start + 1: end].strip()
    missing_word = not source.endswith("}")
    stem_source = source[:start] + (BLANK if missing_word else "") + source[end + 1:]
    inner, _found, general = (inner, "", "") if "####" not in inner else inner.rpartition("####")
    stem = texts.read(stem_source, sets_format=True)
    item = _typed(inner.strip(), texts, stem, missing_word)
    item.where, item.title = where, title or short_title(stem)
    item.explain = texts.read(general) if general.strip() else ""
    item.pictures = texts.pictures
    return item


def _typed(inner: str, texts: _Texts, stem: str, missing_word: bool) -> Item:
    if not inner:
        raise Unreadable("是问答题（答案为空）。", "问答题要人工判分，请改写成话术题。")
    if not stem:
        raise Unreadable("没有题干。", "请在 { 前面写上题干。")
    if inner[0] == "#":
        return _numeric(inner[1:], texts, stem)
    if "~" in inner:
        return _choice(inner, texts, stem)
    if "=" in inner and "->" in inner:
        return _matching(inner, texts, stem)
    truth = TRUTH.get(inner.partition("#")[0].strip())
    if truth is not None:
        return _true_false(inner, truth, texts, stem)
    return _short_answer(inner, texts, stem, missing_word)


def _choice(inner: str, texts: _Texts, stem: str) -> Item:
    several = "=" not in inner
    answers = []
    for part in _parts(inner.replace("=", "~="), "~"):
        full = part.startswith("=")
        # An equals sign before a weight is taken for the weight, as short answers have it.
        credit, rest = _weight(part[1:] if full else part, FULL if full else Decimal(0))
        text, why = _comment(rest, texts)
        answers.append(Answer(text, credit, why))
    if not several:
        return Item("", "single", stem, single_body(answers))
    return Item("", "multiple", stem, multiple_body(answers))


def _matching(inner: str, texts: _Texts, stem: str) -> Item:
    pairs, extra = [], []
    for part in _parts(inner, "="):
        left, found, right = part.partition("->")
        if not found:
            raise Unreadable(f"「{show_escapes(part)[:30]}」里没有 ->。", "配对题每一对写成 =左->右。")
        if left.strip():
            pairs.append((texts.read(left), texts.read(right)))
        else:
            extra.append(texts.read(right))
    return Item("", "matching", stem, matching_body(pairs, extra))


def _true_false(inner: str, truth: bool, texts: _Texts, stem: str) -> Item:
    pieces = [texts.read(piece) for piece in inner.split("#", 2)[1:]]
    wrong, right = (*pieces, "", "")[:2]
    item = Item("", "true_false", stem, {"right": truth})
    why = "\n\n".join(one for one in (wrong, right) if one)
    if why:
        item.body["why"] = why
    return item


def _short_answer(inner: str, texts: _Texts, stem: str, missing_word: bool) -> Item:
    answers = []
    for part in _parts(inner, "="):
        credit, rest = _weight(part, FULL)
        text, why = _comment(rest, texts)
        answers.append(Answer(text, credit, why))
    return cloze_item(stem, answers, missing_word)


def cloze_item(stem: str, answers: list[Answer], missing_word: bool) -> Item:
    """A question answered by a word, as a blank: in the sentence where a word is missing there, else after the stem."""
    remarks = []
    if any("*" in one.text for one in answers):
        remarks.append("答案里的通配符 * 没有带过来，只认写全的答案。")
        answers = [one for one in answers if "*" not in one.text]
    blank = blank_of(answers, lambda text: match[0].strip("{} ") if (match := FIGURE.fullmatch(text.strip())) else None)
    if missing_word and stem.count(BLANK) == 1:
        return Item("", "cloze", "填空。", {"text": stem.replace(BLANK, "[[1]]"), "blanks": [blank]}, remarks=remarks,
                    title=short_title(stem))
    return Item("", "cloze", stem, {"text": "[[1]]", "blanks": [blank]}, remarks=remarks)


def _numeric(inner: str, texts: _Texts, stem: str) -> Item:
    inner, _found, wrong = inner.partition("~")
    answers = []
    for part in _parts(inner, "="):
        credit, rest = _weight(part, FULL)
        text, why = _comment(rest, texts)
        value, tolerance = number_range(text)
        answers.append((value, tolerance, credit, why))
    if not answers:
        raise Unreadable("数值题没有答案。", "请在 # 后面写上数字。")
    item = Item("", "numeric", stem, numeric_body(answers))
    feedback = texts.read(wrong.partition("#")[2]) if wrong else ""
    if feedback:
        item.explain = feedback
    return item


def number_range(text: str) -> tuple[Decimal, Decimal]:
    """Value and tolerance of `5`, `5:0.1` or `4.9..5.1`."""
    if text.find("..") > 0:
        low, _, high = text.partition("..")
        top, bottom = decimal(high), decimal(low)
        return (top + bottom) / 2, abs(top - bottom) / 2
    if text.find(":") > 0:
        value, _, tolerance = text.partition(":")
        return decimal(value), abs(decimal(tolerance))
    return decimal(text), Decimal(0)


def _parts(inner: str, sign: str) -> list[str]:
    parts = [part.strip() for part in inner.split(sign)]
    return parts[1:] if parts and not parts[0] else parts


def _weight(part: str, default: Decimal) -> tuple[Decimal, str]:
    match = _WEIGHT.match(part)
    return (percent(match[1]), part[match.end():]) if match else (default, part)


def _comment(part: str, texts: _Texts) -> tuple[str, str]:
    text, _, why = part.partition("#")
    return texts.read(text), texts.read(why) if why.strip() else ""

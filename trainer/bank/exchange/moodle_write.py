"""Writes questions as Moodle XML with Markdown texts; the bank's own fields stand as tags, so that reading gives the same questions."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from trainer.bank.exchange.carried import LeftOut, cloze_blank, credits_of, extras_of, why_left_out
from trainer.bank.exchange.meta import tags_of

Fill = Callable[[str], str]
Picture = Callable[[str], tuple[str, bytes] | None]
TYPES = {"single": "multichoice", "multiple": "multichoice", "true_false": "truefalse", "numeric": "numerical", "matching": "matching",
         "cloze": "shortanswer", "ordering": "ordering"}
_ASSET = re.compile(r"\(asset:([0-9a-f]{64})\)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def no_picture(_digest: str) -> tuple[str, bytes] | None:
    """Knows no picture."""
    return None


def write_moodle(bodies: Sequence[Mapping[str, Any]], fill: Fill = str, topic: Callable[[str], str] = str,
                 picture: Picture = no_picture) -> tuple[bytes, list[LeftOut]]:
    """The file in UTF-8, and the questions that the format cannot hold. `picture` gives (file name, bytes) of an asset."""
    quiz, left_out, category = Element("quiz"), [], None
    for body in bodies:
        reason = why_left_out(body, "moodle")
        if reason:
            left_out.append(LeftOut(str(body["id"]), str(body["title"]), reason))
            continue
        if category != body["topic"]:
            category = body["topic"]
            node = SubElement(SubElement(quiz, "question", type="category"), "category")
            SubElement(node, "text").text = f"$course$/top/上岗/{topic(category)}"
        _Writer(quiz, body, fill, picture).write()
    indent(quiz)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(quiz, encoding="unicode").encode() + b"\n", left_out


class _Writer:
    def __init__(self, quiz: Element, body: Mapping[str, Any], fill: Fill, picture: Picture) -> None:
        self.body, self.fill, self.picture = body, fill, picture
        # A short answer asks one question; several blanks, or words around one, need the cloze type.
        self.gaps = body["type"] == "cloze" and body["text"].strip() != "[[1]]"
        self.node = SubElement(quiz, "question", type="cloze" if self.gaps else TYPES[body["type"]])

    def write(self) -> None:
        body = self.body
        SubElement(SubElement(self.node, "name"), "text").text = str(body["title"])
        self.text("questiontext", self.gap_text() if self.gaps else body["stem"])
        self.text("generalfeedback", body.get("explain", ""))
        SubElement(self.node, "defaultgrade").text = "1"
        SubElement(self.node, "penalty").text = "0"
        SubElement(self.node, "hidden").text = "0"
        SubElement(self.node, "idnumber").text = str(body["id"])
        kind = str(body["type"])
        {"single": self.choice, "multiple": self.choice, "true_false": self.true_false, "numeric": self.numeric,
         "matching": self.matching, "cloze": self.words, "ordering": self.ordering}[kind]()
        tags = SubElement(self.node, "tags")
        for tag in tags_of(body, extras_of(body)):
            SubElement(SubElement(tags, "tag"), "text").text = tag

    def text(self, name: str, words: str, parent: Element | None = None, **more: str) -> Element:
        node = SubElement(self.node if parent is None else parent, name, {"format": "markdown", **more})
        files: dict[str, bytes] = {}

        def place(match: re.Match[str]) -> str:
            found = self.picture(match[1])
            if found is None:
                return match[0]
            files[found[0]] = found[1]
            return f"(@@PLUGINFILE@@/{found[0]})"

        SubElement(node, "text").text = _ASSET.sub(place, _CONTROL.sub("", self.fill(words)))
        for file, data in files.items():
            SubElement(node, "file", name=file, path="/", encoding="base64").text = base64.b64encode(data).decode()
        return node

    def answer(self, text: str, credit: Decimal | int, why: str) -> Element:
        node = self.text("answer", text, fraction=f"{credit}")
        self.text("feedback", why, node)
        return node

    def choice(self) -> None:
        SubElement(self.node, "single").text = "true" if self.body["type"] == "single" else "false"
        SubElement(self.node, "shuffleanswers").text = "false" if self.body.get("keep_order") else "true"
        SubElement(self.node, "answernumbering").text = "ABCD"
        for text, credit, why in credits_of(self.body):
            self.answer(text, credit, why)

    def true_false(self) -> None:
        right, why = bool(self.body["right"]), self.body.get("why", "")
        for word, true in (("true", True), ("false", False)):
            node = SubElement(self.node, "answer", fraction="100" if right is true else "0", format="moodle_auto_format")
            SubElement(node, "text").text = word
            self.text("feedback", "" if right is true else why, node)

    def numeric(self) -> None:
        rows = [(self.body["answer"], Decimal(100), "")]
        rows += [(one, Decimal(str(one["credit"])), one.get("why", "")) for one in self.body.get("partial", ())]
        for one, credit, why in rows:
            node = SubElement(self.node, "answer", fraction=f"{credit}", format="moodle_auto_format")
            SubElement(node, "text").text = str(one["value"])
            self.text("feedback", why, node)
            SubElement(node, "tolerance").text = str(one.get("tolerance", 0))

    def matching(self) -> None:
        SubElement(self.node, "shuffleanswers").text = "true"
        for left, right in [*((pair["left"], pair["right"]) for pair in self.body["pairs"]), *(("", one) for one in self.body.get("extra", ()))]:
            node = self.text("subquestion", left)
            SubElement(SubElement(node, "answer"), "text").text = self.fill(right)

    def ordering(self) -> None:
        for place, step in enumerate(self.body["steps"]):
            self.text("answer", step if isinstance(step, str) else step["text"], fraction=str(place + 1))

    def words(self) -> None:
        if not self.gaps:
            SubElement(self.node, "usecase").text = "0"
            for text, credit, why in cloze_blank(self.body["blanks"][0]):
                self.answer(text, credit, why)

    def gap_text(self) -> str:
        text = str(self.body["text"])
        for number, blank in enumerate(self.body["blanks"], 1):
            parts = [f"%{credit}%{_gap(self.fill(words))}{'#' + _gap(why) if why else ''}" for words, credit, why in cloze_blank(blank)]
            text = text.replace(f"[[{number}]]", f"{{1:SHORTANSWER:{'~'.join(parts)}}}")
        return text


def _gap(text: str) -> str:
    return re.sub(r"([~}{=#\\])", r"\\\1", text)

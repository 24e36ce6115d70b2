"""A lesson as a form: plain fields and a Markdown text to the lesson's body and back, and everything wrong with it, with its line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from trainer.bank import Stock, flaws_of
from trainer.content import Flaw, FlawedContent, Lesson
from trainer.rules import Rulebook
from trainer.services.form_words import lines, number, numbers, said

Form = dict[str, Any]
TEXTS = ("id", "title", "summary", "topic", "as_of", "note", "text")
NUMBERS = ("level", "minutes", "day", "order")
LISTS = ("platforms", "posts", "requires", "check")
NAMES = {"id": "编号", "title": "标题", "summary": "简介", "platforms": "平台", "topic": "知识点", "systems": "规则系统编号", "posts": "岗位", "level": "难度",
         "minutes": "分钟", "day": "第几天", "order": "顺序", "as_of": "按哪一天的规则", "requires": "先学哪些课", "rules": "另外讲到的规则",
         "check": "课后小测", "literal": "照写的数字", "note": "给同事的话", "text": "正文"}
START = """:::情景 买家来问
买家：
客服：
:::

## 规则怎么说

## 怎么处理

:::误区 常见的错误想法
正确的是……
:::

:::要点
- 第一点
- 第二点
:::
"""


def empty_form() -> Form:
    """A new lesson with the outline that lessons have."""
    return {"id": "", "title": "", "summary": "", "topic": "", "as_of": "", "note": "", "text": START, "level": "1", "minutes": "6", "day": "",
            "order": "", "platforms": [], "posts": [], "requires": [], "check": [], "systems": "", "rules": "", "literal": "", "add": ""}


def form_of(body: Mapping[str, Any]) -> Form:
    """A lesson's body as the form shows it."""
    form = empty_form() | {name: str(body.get(name) or "") for name in TEXTS}
    form |= {name: "" if body.get(name) is None else str(body[name]) for name in NUMBERS}
    form |= {name: list(body.get(name, [])) for name in LISTS}
    return form | {"systems": "、".join(map(str, body.get("systems", []))), "rules": "\n".join(body.get("rules", [])),
                   "literal": "\n".join(body.get("literal", []))}


def body_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a form describes, whether or not it makes a lesson."""
    body: dict[str, Any] = {name: form[name].strip() for name in TEXTS if name != "text"} | {name: number(form[name]) for name in NUMBERS}
    body |= {name: list(form[name]) for name in LISTS}
    body |= {"systems": numbers(form["systems"]), "rules": lines(form["rules"]), "literal": lines(form["literal"])}
    text = "\n".join(line.rstrip() for line in form["text"].strip("\n").split("\n"))
    body["text"] = text + "\n" if text else ""
    return {name: value for name, value in body.items() if value not in (None, "", [])}


@dataclass(frozen=True)
class Fault:
    """Something wrong with a lesson: its field, the line of the text (0 elsewhere) with what stands there, and what to do."""

    field: str
    line: int
    message: str
    remedy: str
    excerpt: str = ""

    @property
    def where(self) -> str:
        """The place in words."""
        return f"正文第 {self.line} 行" if self.line else NAMES.get(self.field, "")


def check_lesson(
    form: Mapping[str, Any], rulebook: Rulebook, now: datetime, topics: Iterable[str], known_lessons: Iterable[str], known_questions: Iterable[str]
) -> tuple[Lesson | None, list[Fault]]:
    """The lesson that a form describes, where it can be read, and everything wrong with it, in order of fields and lines."""
    body = body_of(form)
    try:
        lesson = Lesson.from_dict(body)
    except FlawedContent as error:
        return None, _faults(error.flaws, body.get("text", ""))
    # Checks look ids up and nothing else, so that no other item has to be read.
    lessons, questions = (cast(Any, dict.fromkeys(known)) for known in (known_lessons, known_questions))
    stock = Stock(rulebook, tuple(topics), lessons=lessons, questions=questions)
    return lesson, _faults(flaws_of(lesson, stock, now), lesson.text)


def _faults(flaws: Iterable[Flaw], text: str) -> list[Fault]:
    rows = text.split("\n")
    found = dict.fromkeys(_fault(flaw, rows) for flaw in flaws)
    names = list(NAMES)
    return sorted(found, key=lambda one: (names.index(one.field) if one.field in names else len(names), one.line))


def _fault(flaw: Flaw, rows: list[str]) -> Fault:
    field = str(flaw.path[0]) if flaw.path else ""
    line = int(flaw.path[1]) if field == "text" and len(flaw.path) > 1 else 0
    message, remedy = said(flaw)
    if "literal" in remedy:
        remedy = remedy.partition("；如果")[0] + "；如果确实是另一个数，请把它填到「照写的数字」。"
    return Fault(field, line, message, remedy, rows[line - 1].strip()[:40] if 0 < line <= len(rows) else "")

"""找错题: a chat in which the learner marks the clauses that break a rule."""

import re
from dataclasses import dataclass

from trainer.content import Reader
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
    main_rule,
    shares,
)
from trainer.replies import CODES
from trainer.rules import Rulebook

_MARKED = re.compile(r"\[\[(?P<text>[^\[\]|]+)\|(?P<code>[a-z_]+)(?:\|(?P<why>[^\[\]]+))?\]\]")
_ENDS = r"\uff0c\u3002\uff01\uff1f\uff1b,!?;\n"  # both widths of , . ! ? ;
_CLAUSE = re.compile(f"[^{_ENDS}]+[{_ENDS}]*|[{_ENDS}]+")
SPEAKERS = ("买家", "用户", "客户", "客服", "主管", "旁白")


@dataclass(frozen=True)
class Segment:
    """A clause of the chat; `code` is what it breaks, or nothing."""

    text: str
    code: str
    why: str


@dataclass(frozen=True)
class Line:
    """One line of the chat in clauses."""

    who: str
    segments: tuple[Segment, ...]


def read(reader: Reader) -> tuple[Line, ...]:
    """`chat`: lines with `[[words|code]]` or `[[words|code|why]]` around what breaks a rule."""
    lines = []
    for one in reader.children("chat", 2, 20):
        lines.append(Line(one.word("who", SPEAKERS), tuple(_segments(one))))
        one.done()
    reader.take("params")
    marked = sum(bool(segment.code) for line in lines for segment in line.segments)
    if not 1 <= marked <= 8:
        reader.flaw(f"标出的违规有 {marked} 处", "请用 [[原话|违规代码]] 标出 1 到 8 处。", "chat")
    reader.done()
    return tuple(lines)


def _segments(reader: Reader) -> list[Segment]:
    text = reader.text("text", limit=600)
    out, at = [], 0
    for match in _MARKED.finditer(text):
        out += _clauses(text[at : match.start()])
        if match["code"] not in CODES:
            reader.flaw(f"没有违规代码「{match['code']}」", f"可用：{'、'.join(CODES)}。", "text")
        out.append(Segment(match["text"], match["code"], match["why"] or ""))
        at = match.end()
    return out + _clauses(text[at:])


def _clauses(text: str) -> list[Segment]:
    return [Segment(match[0], "", "") for match in _CLAUSE.finditer(text) if match[0]]


def make(making: Making, lines: tuple[Line, ...]) -> Made:
    """Every clause with an id that does not tell whether it is one to find."""
    chat, wrong = [], {}
    for row, line in enumerate(lines, 1):
        segments = []
        for column, segment in enumerate(line.segments, 1):
            name = f"t{row}.{column}"
            segments.append({"id": name, "text": segment.text})
            if segment.code:
                wrong[name] = {"code": segment.code, "why": making.rich(segment.why)}
        chat.append({"who": line.who, "segments": segments})
    return Made({"chat": chat, "count": len(wrong)}, {"wrong": wrong})


def parse(raw: Raw) -> Response | None:
    """The clause ids from the field `segments`."""
    chosen = sorted({one.strip() for one in raw.get("segments", ()) if one.strip()})
    if any(not re.fullmatch(r"t\d+\.\d+", one) for one in chosen):
        raise ResponseError("标记的位置不对，请刷新后重新标。", "segments")
    return {"segments": chosen} if chosen else None


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Each clause found its share; a clause wrongly marked takes one share away, never under 0."""
    texts = {one["id"]: str(one["text"]) for line in variant.shown["chat"] for one in line["segments"]}
    chosen = {one for one in map(str, response.get("segments", ())) if one in texts}
    wrong = variant.key["wrong"]
    parts = shares(len(wrong))
    marks = []
    for (name, what), of in zip(wrong.items(), parts, strict=True):
        found = name in chosen
        why = ("找到了。" if found else "漏了这一处。") + what["why"]
        marks.append(Mark(f"找出「{texts[name]}」", of if found else 0, of, main_rule(variant), why))
    for name in sorted(chosen - set(wrong)):
        marks.append(Mark(f"误标「{texts[name]}」", -parts[-1], 0, main_rule(variant), "这句话没有违规。"))
    return Grade(max(0, min(FULL, sum(mark.points for mark in marks))), tuple(marks))


TYPE = QuestionType("spot_violation", "找错题", read, make, parse, grade, lambda lines: [])

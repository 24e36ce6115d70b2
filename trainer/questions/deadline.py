"""时限题: a moment whose key the engine computes, judged to the minute or to the day."""

from dataclasses import dataclass
from datetime import datetime

from trainer.content import BEIJING, Reader, read_moment
from trainer.content.wording import as_moment, say, say_date
from trainer.errors import ContentError
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
)
from trainer.questions.deciding import DecisionBlock, rule_on
from trainer.questions.mistakes import Mistake, mistaken_answer
from trainer.rules import Rulebook


@dataclass(frozen=True)
class DeadlineBody:
    """What is asked, which field of the answer counts, and whether the day is enough."""

    decision: DecisionBlock
    field: str
    day: bool
    mistakes: tuple[Mistake, ...]


def read(reader: Reader) -> DeadlineBody:
    """`decision`, `answer: {field, day?}`, `mistakes?`."""
    answer = reader.child("answer")
    body = DeadlineBody(
        DecisionBlock.build(reader.child("decision")),
        answer.text("field", limit=80),
        answer.flag("day"),
        tuple(Mistake.build(one) for one in reader.children("mistakes", 0, 8)),
    )
    reader.take("params")
    answer.done()
    reader.done()
    return body


def make(making: Making, body: DeadlineBody) -> Made:
    """One variant; raises ContentError where the answer has no such moment."""
    ruling = rule_on(making, body.decision)
    right = as_moment(ruling.answer.get(body.field))
    if right is None:
        raise ContentError(f"判定的答案 {body.field} 不是时刻。可用字段：{'、'.join(ruling.answer)}。")
    mistakes = []
    for one in body.mistakes:
        wrong = as_moment(mistaken_answer(making, one, ruling).get(body.field))
        if wrong:
            mistakes.append({"at": _cut(wrong, body.day), "mistake": one.name, "why": making.rich(one.why)})
    key = {"at": right.isoformat(), "mistakes": mistakes, "answer": ruling.answer}
    return Made({"day": body.day}, key, ruling.rules, {"key": ruling.answer})


def _cut(moment: datetime, day: bool) -> str:
    local = moment.astimezone(BEIJING)
    return local.date().isoformat() if day else local.strftime("%Y-%m-%dT%H:%M")


def parse(raw: Raw) -> Response | None:
    """The moment from the field `at` (2014-06-03T14:30, or a date), Beijing time."""
    text = first(raw, "at")
    if not text:
        return None
    try:
        moment = read_moment(text)
    except ValueError:
        raise ResponseError("请填日期和时间，例如 2014-06-03 14:30。", "at") from None
    return {"at": _cut(moment, len(text) <= 10)}


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Right where the minute (or the day) is the key's; a moment that a named mistake gives is told so."""
    day = bool(variant.shown["day"])
    right = read_moment(variant.key["at"])
    given = str(response.get("at", ""))[: 10 if day else 16]
    said = f"正确的是 {say_date(right) if day else say(right)}"
    if given == _cut(right, day):
        mark = Mark("算出时限", FULL, FULL, main_rule(variant), f"{said}。")
    else:
        found = next((one for one in variant.key["mistakes"] if one["at"] == given), None)
        reason = f"你可能{found['mistake']}。{found['why']}" if found else ""
        mark = Mark("算出时限", 0, FULL, main_rule(variant), f"你填了 {given.replace('T', ' ')}。{reason}{said}。")
    return Grade(mark.points, (mark,))


TYPE = QuestionType(
    "deadline",
    "时限题",
    read,
    make,
    parse,
    grade,
    lambda body: [(("mistakes", place, "why"), one.why) for place, one in enumerate(body.mistakes)],
)

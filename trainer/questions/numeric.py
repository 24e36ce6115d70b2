"""计算题: a number whose key the engine computes; named mistakes tell the learner what went wrong."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from trainer.content import Reader
from trainer.content.wording import say_number
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
from trainer.questions.choice import read_credit
from trainer.questions.deciding import DecisionBlock, rule_on
from trainer.questions.mistakes import Mistake, mistaken_answer
from trainer.rules import Rulebook

_UNITS = re.compile(r"(?:元|块钱?|%|小时|天|分|次|个月|公里)\Z")


_BOUND = 10**12


@dataclass(frozen=True)
class Partial:
    """Another value that earns part of the mark, in thousandths, and why it is not the right one."""

    value: Decimal
    tolerance: Decimal
    credit: int
    why: str


@dataclass(frozen=True)
class NumericBody:
    """What is asked, which field of the answer counts, its unit and tolerance."""

    decision: DecisionBlock | None
    field: str
    unit: str
    tolerance: Decimal
    mistakes: tuple[Mistake, ...]
    value: Decimal | None = None
    partial: tuple[Partial, ...] = ()


def read(reader: Reader) -> NumericBody:
    """`decision` with `answer: {field, unit, tolerance?}` and `mistakes?`, or `answer: {value, …}` with `partial?`."""
    answer = reader.child("answer")
    decided = reader.has("decision")
    body = NumericBody(
        DecisionBlock.build(reader.child("decision")) if decided else None,
        answer.text("field", limit=80) if decided else "",
        answer.text("unit", "", limit=10),
        answer.number("tolerance", Decimal(0)),
        tuple(Mistake.build(one) for one in reader.children("mistakes", 0, 8)) if decided else (),
        None if decided else answer.number("value", low=-_BOUND),
        () if decided else tuple(_partial(one) for one in reader.children("partial", 0, 8)),
    )
    reader.take("params"), reader.take("decision")
    if body.value is not None and body.value >= _BOUND:
        reader.flaw(f"{body.value} 太大", "答案应小于一万亿。", "answer", "value")
    answer.done()
    reader.done()
    return body


def _partial(reader: Reader) -> Partial:
    part = Partial(reader.number("value", low=-_BOUND), reader.number("tolerance", Decimal(0)), read_credit(reader),
                   reader.text("why", "", limit=500))
    reader.done()
    return part


def make(making: Making, body: NumericBody) -> Made:
    """One variant; raises ContentError where the answer has no such number."""
    if body.decision is None:
        partial = [{"value": str(one.value), "tolerance": str(one.tolerance), "credit": one.credit, "why": making.rich(one.why)}
                   for one in body.partial]
        return Made({"unit": body.unit}, {"value": str(body.value), "tolerance": str(body.tolerance), "mistakes": [], "partial": partial})
    ruling = rule_on(making, body.decision)
    value = ruling.answer.get(body.field)
    try:
        right = Decimal(str(value))
    except InvalidOperation:
        raise ContentError(
            f"判定的答案 {body.field} 不是数字({value})。可用字段：{'、'.join(ruling.answer)}。"
        ) from None
    mistakes = []
    for one in body.mistakes:
        wrong = mistaken_answer(making, one, ruling).get(body.field)
        mistakes.append({"value": str(wrong), "mistake": one.name, "why": making.rich(one.why)})
    key: dict[str, Any] = {
        "value": str(right),
        "tolerance": str(body.tolerance),
        "mistakes": mistakes,
        "answer": ruling.answer,
    }
    return Made({"unit": body.unit}, key, ruling.rules, {"key": ruling.answer})


def parse(raw: Raw) -> Response | None:
    """The number from the field `value`; full-width digits, a unit and thousands commas are taken."""
    text = unicodedata.normalize("NFKC", first(raw, "value")).replace(",", "").replace("¥", "").strip()
    if not text:
        return None
    return {"value": format(_number(_UNITS.sub("", text).strip()), "f")}


def _number(text: str) -> Decimal:
    """A number of a sensible size; raises ResponseError."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ResponseError("请填一个数字，例如 59.70。", "value") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise ResponseError("这个数字太大了，请检查。", "value")
    return value


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Right within the tolerance; a value that a named mistake gives is told so."""
    given, right = _number(str(response.get("value", ""))), Decimal(variant.key["value"])
    unit = variant.shown["unit"]
    said = f"正确的是 {say_number(right)} {unit}".strip()
    if abs(given - right) <= Decimal(variant.key["tolerance"]):
        mark = Mark("算出结果", FULL, FULL, main_rule(variant), f"{said}。")
    else:
        found = next(
            (one for one in variant.key["mistakes"] if one["value"] == str(given) or _equal(one["value"], given)), None
        )
        reason = f"你可能{found['mistake']}。{found['why']}" if found else ""
        part = next((one for one in variant.key.get("partial", ())
                     if abs(given - Decimal(one["value"])) <= Decimal(one["tolerance"])), None)
        points = min(FULL, max(0, part["credit"])) if part else 0
        reason = part["why"] if part else reason
        mark = Mark("算出结果", points, FULL, main_rule(variant), f"你填了 {say_number(given)}。{reason}{said}。")
    return Grade(mark.points, (mark,))


def _equal(text: str, value: Decimal) -> bool:
    try:
        return Decimal(text) == value
    except InvalidOperation:
        return False


TYPE = QuestionType(
    "numeric",
    "计算题",
    read,
    make,
    parse,
    grade,
    lambda body: [
        *((("mistakes", place, "why"), one.why) for place, one in enumerate(body.mistakes)),
        *((("partial", place, "why"), one.why) for place, one in enumerate(body.partial)),
    ],
)

"""Question types: variants, responses and grades as pure functions. A new type is a new file and a line here."""

from datetime import datetime

from trainer.content import Flaw, FlawedContent, Question, Reader
from trainer.content.fields import nearest
from trainer.errors import ContentError
from trainer.questions import (
    cloze,
    deadline,
    decision,
    matching,
    multiple,
    numeric,
    ordering,
    scripted_reply,
    single,
    spot_violation,
    true_false,
)
from trainer.questions.base import (
    FULL,
    Grade,
    Making,
    Mark,
    QuestionType,
    Raw,
    Response,
    ResponseError,
    Variant,
    assemble,
    main_rule,
    well_shaped,
)
from trainer.questions.choice import text_of
from trainer.questions.variation import param_flaws, variant_count
from trainer.rules import Rulebook

TYPES: dict[str, QuestionType] = {
    module.TYPE.name: module.TYPE
    for module in (
        single,
        multiple,
        true_false,
        decision,
        ordering,
        scripted_reply,
        numeric,
        deadline,
        matching,
        spot_violation,
        cloze,
    )
}

__all__ = [
    "TYPES",
    "Grade",
    "Mark",
    "QuestionType",
    "ResponseError",
    "Variant",
    "body_flaws",
    "check_question",
    "grade",
    "key_rules",
    "make_variant",
    "parse",
    "text_of",
    "variant_count",
]


def make_variant(question: Question, variant_no: int, rulebook: Rulebook, as_of: datetime) -> Variant:
    """One concrete item of a question for the rules of a moment; same arguments, same item.

    A question with its own date ignores `as_of`. Raises ContentError where the content is at fault.
    """
    kind = TYPES.get(question.type)
    if kind is None:
        raise ContentError(f"题目 {question.id}:没有题型「{question.type}」。可用：{'、'.join(TYPES)}。")
    return assemble(kind, Making(question, variant_no, rulebook, question.moment(as_of)))


def key_rules(question: Question, rulebook: Rulebook, as_of: datetime) -> tuple[str, ...]:
    """The rules that the key of the first variant rests on; those named where it cannot be made."""
    try:
        return make_variant(question, 0, rulebook, as_of).rules
    except ContentError:
        return question.rules


def parse(qtype: str, raw: Raw) -> Response | None:
    """The response in form fields, None for a blank; raises ResponseError in Chinese."""
    return TYPES[qtype].parse(raw)


def grade(variant: Variant, response: Response | None, rulebook: Rulebook) -> Grade:
    """What the response is worth, a mark and a reason for each point; a blank is worth nothing."""
    if response is None:
        return Grade(0, (Mark("没有作答", 0, FULL, main_rule(variant), "这一题没有作答。"),))
    return TYPES[variant.type].grade(variant, well_shaped(response), rulebook)


def body_flaws(question: Question) -> list[Flaw]:
    """What is wrong with the fields of the question's type."""
    kind = TYPES.get(question.type)
    if kind is None:
        hint = nearest(question.type, TYPES)
        return [Flaw(("type",), f"没有题型「{question.type}」", f"{hint}可用：{'、'.join(TYPES)}。")]
    reader = Reader(question.body)
    kind.read(reader)
    return reader.flaws


def check_question(question: Question, rulebook: Rulebook, as_of: datetime) -> list[Flaw]:
    """Everything wrong with a question for the rules of a moment: fields, parameters, every variant, samples."""
    flaws = body_flaws(question) + param_flaws(question, as_of)
    if flaws:
        return flaws
    for number in range(variant_count(question)):
        try:
            if not make_variant(question, number, rulebook, as_of).rules:
                return [Flaw(("rules",), "没有写答案依据的规则", "请写 rules: [规则编号],或在 explain 里引用规则。")]
        except FlawedContent as error:
            return list(error.flaws)
        except ContentError as error:
            return [Flaw((), error.message, "")]
    kind = TYPES[question.type]
    making = Making(question, 0, rulebook, question.moment(as_of))
    return kind.check(question, making.body(kind.read), rulebook, making.as_of)

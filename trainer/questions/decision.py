"""判定题: a scenario whose key the engine computes, with distractors made from named mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.content import Flaw, FlawedContent, Reader
from trainer.errors import ContentError
from trainer.questions.base import LETTERS, Made, Making, QuestionType
from trainer.questions.choice import grade_one, lay_out, parse_one
from trainer.questions.deciding import AnswerWording, DecisionBlock, Ruling, rule_on
from trainer.questions.mistakes import Mistake, mistaken_answer
from trainer.questions.variation import arrange

MOST = 5


@dataclass(frozen=True)
class DecisionBody:
    """What is asked, how an answer is said, and the mistakes that make wrong answers."""

    decision: DecisionBlock
    answer: AnswerWording
    distractors: tuple[Mistake, ...]


def read(reader: Reader) -> DecisionBody:
    """`params`, `decision`, `answer` and one to seven `distractors`."""
    if not reader.has("decision"):
        reader.flaw("缺少这个字段", "请写 decision: {ask, platform, facts}。", "decision")
    if not reader.has("answer"):
        reader.flaw("缺少这个字段", "请写 answer: {say: …}。", "answer")
    body = DecisionBody(
        DecisionBlock.build(reader.child("decision")),
        AnswerWording.build(reader.child("answer")),
        tuple(Mistake.build(one) for one in reader.children("distractors", 1, 7)),
    )
    reader.take("params")
    reader.done()
    return body


@dataclass(frozen=True)
class Candidate:
    """One option of a variant: the right answer (no mistake) or what a mistake gives."""

    text: str
    mistake: str = ""
    why: str = ""


def make(making: Making, body: DecisionBody) -> Made:
    """One variant; raises FlawedContent where two options would read the same."""
    ruling = rule_on(making, body.decision)
    values = {**making.values, "key": body.answer.said(ruling, ruling.answer)}
    found = [Candidate(body.answer.put(ruling, ruling.answer, values))]
    for place, mistake in enumerate(body.distractors):
        candidate = _distractor(making, body, ruling, place, mistake, values)
        clash = next((one for one in found if one.text == candidate.text), None)
        if clash is None and len(found) < MOST:
            found.append(candidate)
        elif clash is not None and not mistake.optional:
            raise FlawedContent([_clash(making, place, mistake, clash)])
    if len(found) < 2:
        raise ContentError(f"第 {making.variant_no + 1} 个变式没有一个错误选项。请加干扰项，或收窄 params 的取值。")
    found = [found[place] for place in arrange(making.question.id, making.variant_no, [one.text for one in found])]
    shown, key = lay_out(
        [one.text for one in found],
        [not one.mistake for one in found],
        [f"你可能{one.mistake}。{one.why}" if one.mistake else "" for one in found],
    )
    mistakes = {LETTERS[at]: one.mistake for at, one in enumerate(found) if one.mistake}
    return Made(
        shown | {"keep_order": False},
        key | {"answer": ruling.answer, "mistakes": mistakes},
        ruling.rules,
        {"key": values["key"]},
    )


def _distractor(
    making: Making, body: DecisionBody, ruling: Ruling, place: int, mistake: Mistake, values: Mapping[str, Any]
) -> Candidate:
    try:
        answer = {**ruling.answer, **mistaken_answer(making, mistake, ruling)}
        reason = making.rich(mistake.why, {**values, "this": body.answer.said(ruling, answer)})
        return Candidate(body.answer.put(ruling, answer, values), mistake.name, reason)
    except ContentError as error:
        raise FlawedContent([Flaw(("distractors", place), f"「{mistake.name}」:{error.message}", "")]) from error


def _clash(making: Making, place: int, mistake: Mistake, other: Candidate) -> Flaw:
    what = f"「{other.mistake}」" if other.mistake else "正确答案"
    sample = ",".join(f"{name} = {value}" for name, value in making.values.items())
    return Flaw(
        ("distractors", place),
        f"「{mistake.name}」在第 {making.variant_no + 1} 个变式里和{what}相同：{other.text}{f'({sample})' if sample else ''}。",
        "请收窄 params 的取值，或写 optional: true。",
    )


def texts(body: DecisionBody) -> list[tuple[tuple[str | int, ...], str]]:
    """The reasons given for mistakes."""
    return [(("distractors", place, "why"), one.why) for place, one in enumerate(body.distractors)]


TYPE = QuestionType("decision", "判定题", read, make, parse_one, grade_one, texts)

"""单选题: one right option."""

from trainer.content import Flaw, FlawedContent, Reader
from trainer.questions.base import Made, Making, QuestionType
from trainer.questions.choice import ChoiceBody, grade_one, make_choice, option_texts, parse_one, read_choice


def read(reader: Reader) -> ChoiceBody:
    """Options of which exactly one is right; each wrong one says why."""
    body = read_choice(reader)
    if body.decision is None and sum(bool(option.right) for option in body.options) != 1:
        reader.flaw("单选题应恰好有一个正确选项", "请只给一个选项写 right: true。", "options")
    for place, option in enumerate(body.options):
        if option.right is False and not option.why:
            reader.flaw("错误选项没有说明错在哪", "请写 why。", "options", place)
    return body


def make(making: Making, body: ChoiceBody) -> Made:
    """One variant; raises FlawedContent unless exactly one option is right."""
    made = make_choice(making, body)
    count = len(made.key["right"])
    if count != 1:
        raise FlawedContent(
            [Flaw(("options",), f"按引擎的结果，正确选项有 {count} 个，应恰好一个", "请改选项的 answer。")]
        )
    return made


TYPE = QuestionType("single", "单选题", read, make, parse_one, grade_one, option_texts)

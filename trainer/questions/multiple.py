"""多选题: one or more right options and one or more wrong ones."""

from trainer.content import Flaw, FlawedContent, Reader
from trainer.questions.base import Made, Making, QuestionType
from trainer.questions.choice import ChoiceBody, grade_many, make_choice, option_texts, parse_many, read_choice


def read(reader: Reader) -> ChoiceBody:
    """Options with at least one right and one wrong; each wrong one says why."""
    body = read_choice(reader)
    right = sum(bool(option.right) for option in body.options)
    if body.decision is None and not 0 < right < len(body.options):
        reader.flaw("多选题应既有正确选项也有错误选项", "请给正确的写 right: true。", "options")
    for place, option in enumerate(body.options):
        if option.right is False and not option.why:
            reader.flaw("错误选项没有说明错在哪", "请写 why。", "options", place)
    return body


def make(making: Making, body: ChoiceBody) -> Made:
    """One variant; raises FlawedContent if no option or every option is right."""
    made = make_choice(making, body)
    if not 0 < len(made.key["right"]) < len(body.options):
        raise FlawedContent([Flaw(("options",), "按引擎的结果，选项全对或全错", "请改选项的 answer。")])
    return made


TYPE = QuestionType("multiple", "多选题", read, make, parse_many, grade_many, option_texts)

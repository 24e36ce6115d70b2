"""判断题: the stem is a statement, right or wrong."""

from dataclasses import dataclass
from typing import Any

from trainer.content import Reader
from trainer.errors import ContentError
from trainer.questions.base import Made, Making, QuestionType
from trainer.questions.choice import grade_one, lay_out, parse_one
from trainer.questions.deciding import DecisionBlock, agrees, rule_on, substitute


@dataclass(frozen=True)
class TrueFalseBody:
    """Whether the statement is right, or the decision that says so."""

    right: bool | None
    why: str
    decision: DecisionBlock | None
    answer: dict[str, Any]


def read(reader: Reader) -> TrueFalseBody:
    """`right:` or `decision:` with `answer:`, the fields that the statement claims."""
    decided = reader.has("decision")
    body = TrueFalseBody(
        right=reader.flag("right") if reader.has("right") else None,
        why=reader.text("why", "", limit=1000),
        decision=DecisionBlock.build(reader.child("decision")) if decided else None,
        answer=dict(reader.mapping("answer")),
    )
    for name in ("right", "decision", "params"):
        reader.take(name)
    if decided and not body.answer:
        reader.flaw("没有写题干声称的结果", "请写 answer: {字段: 值}。", "answer")
    if not decided and body.right is None:
        reader.flaw("没有写对错", "请写 right: true 或 right: false。", "right")
    if body.right is False and not body.why:
        reader.flaw("错误的说法没有说明错在哪", "请写 why。", "why")
    reader.done()
    return body


def make(making: Making, body: TrueFalseBody) -> Made:
    """对 and 错 in this order; raises ContentError where the key written disagrees with the engine."""
    right = bool(body.right)
    rules: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    if body.decision is not None:
        ruling = rule_on(making, body.decision)
        right = agrees(ruling.answer, substitute(body.answer, making.values))
        rules, extra = ruling.rules, {"key": ruling.answer}
        if body.right is not None and body.right != right:
            raise ContentError(f"标的对错和引擎不一致：引擎的结果是 {ruling.answer}。请改 right 或 answer。")
    why = making.rich(body.why, extra)
    shown, key = lay_out(["对", "错"], [right, not right], [why, why])
    shown["keep_order"] = True
    return Made(shown, key | ({"answer": extra["key"]} if extra else {}), rules, extra)


TYPE = QuestionType("true_false", "判断题", read, make, parse_one, grade_one, lambda body: [(("why",), body.why)])

"""Options and how a choice among them is shown, sent and judged; shared by all types that offer a choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from typing import Any

from trainer.content import Flaw, FlawedContent, Reader
from trainer.errors import ContentError
from trainer.questions.base import (
    FULL,
    LETTERS,
    Grade,
    Made,
    Making,
    Mark,
    Raw,
    Response,
    ResponseError,
    Variant,
    first,
    main_rule,
    shares,
)
from trainer.questions.deciding import DecisionBlock, Ruling, agrees, rule_on, substitute
from trainer.questions.variation import arrange
from trainer.rules import Rulebook


@dataclass(frozen=True)
class Option:
    """One option as written; `right` is null where the engine is to say, `credit` (thousandths) where it has its own weight."""

    text: str
    right: bool | None
    why: str
    rule: str
    answer: dict[str, Any]
    credit: int | None = None


@dataclass(frozen=True)
class ChoiceBody:
    """The body of a single or multiple choice."""

    options: tuple[Option, ...]
    keep_order: bool
    decision: DecisionBlock | None


def read_option(reader: Reader, decided: bool) -> Option:
    """Read one option; without a decision it must say whether it is right."""
    option = Option(
        text=reader.text("text", limit=300),
        right=reader.flag("right") if reader.has("right") else None if decided else False,
        why=reader.text("why", "", limit=1000),
        rule=reader.text("rule", "", limit=120),
        answer=dict(reader.mapping("answer")),
        credit=read_credit(reader) if reader.has("credit") else None,
    )
    reader.take("right"), reader.take("credit")
    if decided and option.right is None and not option.answer:
        reader.flaw("不知道这个选项对不对", "请写 answer: {字段: 值}，由引擎判断；或写 right: true/false。")
    if option.answer and not decided:
        reader.flaw("写了 answer，题目却没有 decision", "请补 decision，或改写 right: true。", "answer")
    reader.done()
    return option


def read_credit(reader: Reader) -> int:
    """A weight written in percent, -100 to 100, as thousandths of the item."""
    value = reader.number("credit", low=-100)
    if value > 100:
        reader.flaw(f"{value} 太大", "得分比例写 -100 到 100 之间的数，100 是满分。", "credit")
    return int((value * 10).to_integral_value(ROUND_HALF_UP))


def read_choice(reader: Reader) -> ChoiceBody:
    """Read options, and the decision that judges them where there is one."""
    decided = reader.has("decision")
    options = tuple(read_option(one, decided) for one in reader.children("options", 2, len(LETTERS)))
    body = ChoiceBody(
        options, reader.flag("keep_order"), DecisionBlock.build(reader.child("decision")) if decided else None
    )
    reader.take("decision"), reader.take("params")
    texts = [option.text for option in options]
    for place, text in enumerate(texts):
        if text in texts[:place]:
            reader.flaw(f"选项「{text}」重复", "请改写其中一个。", "options", place)
    reader.done()
    return body


def settle(making: Making, body: ChoiceBody) -> tuple[list[bool], Ruling | None]:
    """Which options are right, by the engine where a decision is named; raises ContentError where they disagree."""
    if body.decision is None:
        return [bool(option.right) for option in body.options], None
    ruling = rule_on(making, body.decision)
    return [_judge(making, place, option, ruling) for place, option in enumerate(body.options)], ruling


def _judge(making: Making, place: int, option: Option, ruling: Ruling) -> bool:
    if not option.answer:
        return bool(option.right)
    try:
        right = agrees(ruling.answer, substitute(option.answer, making.values))
    except ContentError as error:
        raise FlawedContent([Flaw(("options", place, "answer"), error.message, "")]) from error
    if option.right is not None and option.right != right:
        told = f"选项「{option.text}」标的答案和引擎不一致：引擎判定{'对' if right else '不对'}，结果是 {ruling.answer}"
        raise FlawedContent([Flaw(("options", place), told, "请改 right 或 answer。")])
    return right


def make_choice(making: Making, body: ChoiceBody) -> Made:
    """Options in a fixed order that does not betray the key, and the key with a reason for each."""
    right, ruling = settle(making, body)
    texts = [making.plain(option.text) for option in body.options]
    order = list(range(len(texts)))
    if not body.keep_order:
        order = arrange(making.question.id, making.variant_no, texts)
    extra = {"key": ruling.answer} if ruling else {}
    shown, key = lay_out(
        [texts[place] for place in order],
        [right[place] for place in order],
        [making.rich(body.options[place].why, extra) for place in order],
    )
    key["rules"] = {LETTERS[at]: body.options[place].rule for at, place in enumerate(order) if body.options[place].rule}
    if ruling:
        key["answer"] = ruling.answer
    if any(option.credit is not None for option in body.options):
        key["credit"] = {LETTERS[at]: _credit(body.options[place], right[place]) for at, place in enumerate(order)}
    shown["keep_order"] = body.keep_order
    return Made(shown, key, ruling.rules if ruling else (), extra)


def _credit(option: Option, right: bool) -> int:
    return option.credit if option.credit is not None else FULL if right else 0


def lay_out(texts: Sequence[str], right: Sequence[bool], why: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Shown and key of options already in order."""
    shown = {"options": [{"id": LETTERS[at], "text": text} for at, text in enumerate(texts)]}
    key: dict[str, Any] = {
        "right": [LETTERS[at] for at, one in enumerate(right) if one],
        "why": {LETTERS[at]: one for at, one in enumerate(why) if one},
    }
    return shown, key


def option_texts(body: ChoiceBody) -> list[tuple[tuple[str | int, ...], str]]:
    """The texts that state what is right: right options and all reasons."""
    out: list[tuple[tuple[str | int, ...], str]] = []
    for place, option in enumerate(body.options):
        if option.right:
            out.append((("options", place, "text"), option.text))
        out.append((("options", place, "why"), option.why))
    return out


def known(variant: Variant, letter: str) -> str:
    """The letter if it is an option; raises ResponseError."""
    if letter not in (option["id"] for option in variant.shown["options"]):
        raise ResponseError(f"没有选项 {letter}，请重新选择。", "choice")
    return letter


def letter(text: str) -> str:
    """A well-formed option id; raises ResponseError."""
    if len(text) != 1 or text not in LETTERS:
        raise ResponseError("收到的选项不对，请重新选择。", "choice")
    return text


def text_of(variant: Variant, choice: str) -> str:
    """The words of an option."""
    return next((str(option["text"]) for option in variant.shown["options"] if option["id"] == choice), choice)


def parse_one(raw: Raw) -> Response | None:
    """The response of a single choice, from the field `choice`."""
    choice = first(raw, "choice")
    return {"choice": letter(choice)} if choice else None


def grade_one(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """All or nothing; the reason names the mistake behind the option chosen."""
    choice = known(variant, str(response.get("choice", "")))
    right = variant.key["right"][0]
    rule = variant.key.get("rules", {}).get(choice) or main_rule(variant)
    if choice == right:
        mark = Mark(
            "选对答案", FULL, FULL, rule, variant.key["why"].get(right) or f"「{text_of(variant, right)}」正确。"
        )
    else:
        reason = variant.key["why"].get(choice, "")
        why = f"你选了「{text_of(variant, choice)}」。{reason}正确的是「{text_of(variant, right)}」。"
        mark = Mark("选对答案", max(0, variant.key.get("credit", {}).get(choice, 0)), FULL, rule, why)
    return Grade(mark.points, (mark,))


def parse_many(raw: Raw) -> Response | None:
    """The response of a multiple choice, from the field `choices`."""
    chosen = [letter(one.strip()) for one in raw.get("choices", ()) if one.strip()]
    return {"choices": sorted(set(chosen))} if chosen else None


def grade_many(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Each right option its share, any wrong one loses all."""
    chosen = {known(variant, str(one)) for one in response.get("choices", ())}
    if "credit" in variant.key:
        return _grade_weighed(variant, chosen)
    right: list[str] = variant.key["right"]
    wrong = sorted(chosen - set(right))
    rules = variant.key.get("rules", {})
    marks = []
    for one, share in zip(right, shares(len(right)), strict=True):
        got = one in chosen
        reason = variant.key["why"].get(one, "")
        note = "选对了。" if got else "漏选了。"
        if got and wrong:
            note = "选对了，但同时选了错项，本题不得分。"
        marks.append(
            Mark(
                f"选出「{text_of(variant, one)}」",
                share if got and not wrong else 0,
                share,
                rules.get(one) or main_rule(variant),
                note + reason,
            )
        )
    for one in wrong:
        why = "这一项不对，选了它整题不得分。" + variant.key["why"].get(one, "")
        marks.append(Mark(f"错选「{text_of(variant, one)}」", 0, 0, rules.get(one) or main_rule(variant), why))
    return Grade(sum(mark.points for mark in marks), tuple(marks))


def _grade_weighed(variant: Variant, chosen: set[str]) -> Grade:
    """Options with weights of their own: the weights of those chosen are added, never under 0 or over the full mark."""
    rules, marks, left = variant.key.get("rules", {}), [], FULL
    for one, credit in variant.key["credit"].items():
        rule, reason = rules.get(one) or main_rule(variant), variant.key["why"].get(one, "")
        if credit > 0:
            of, left = min(credit, left), left - min(credit, left)
            note = "选对了。" if one in chosen else "漏选了。"
            marks.append(Mark(f"选出「{text_of(variant, one)}」", of if one in chosen else 0, of, rule, note + reason))
        elif one in chosen:
            note = "这一项不对，选了要扣分。" if credit else "这一项不对，选了不加分。"
            marks.append(Mark(f"错选「{text_of(variant, one)}」", credit, 0, rule, note + reason))
    return Grade(max(0, min(FULL, sum(mark.points for mark in marks))), tuple(marks))

"""排序题: steps to be put in the right order; marks are the share of pairs in the right order."""

from dataclasses import dataclass
from itertools import combinations

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
)
from trainer.questions.variation import arrange
from trainer.rules import Rulebook


@dataclass(frozen=True)
class Step:
    """One step, with the reason for its place."""

    text: str
    why: str


def read(reader: Reader) -> tuple[Step, ...]:
    """Three to eight `steps` in the right order."""
    steps = []
    for one in reader.children("steps", 3, 8, short="text"):
        steps.append(Step(one.text("text", limit=200), one.text("why", "", limit=500)))
        one.done()
    reader.take("params")
    texts = [step.text for step in steps]
    for place, text in enumerate(texts):
        if text in texts[:place]:
            reader.flaw(f"步骤「{text}」重复", "请改写其中一步。", "steps", place)
    reader.done()
    return tuple(steps)


def make(making: Making, steps: tuple[Step, ...]) -> Made:
    """The steps in an order that is not the right one; their ids do not betray their places."""
    texts = [making.plain(step.text) for step in steps]
    order = arrange(making.question.id, making.variant_no, texts)
    if order == sorted(order):
        order = order[1:] + order[:1]
    ids = {place: f"s{at + 1}" for at, place in enumerate(order)}
    return Made(
        {"steps": [{"id": ids[place], "text": texts[place]} for place in order]},
        {
            "order": [ids[place] for place in range(len(steps))],
            "why": {ids[place]: making.rich(step.why) for place, step in enumerate(steps) if step.why},
        },
    )


def parse(raw: Raw) -> Response | None:
    """The step ids in the learner's order, from the field `order` (repeated, or joined by commas)."""
    order = [one.strip() for text in raw.get("order", ()) for one in text.split(",") if one.strip()]
    if not order:
        return None
    if len(set(order)) != len(order) or any(one[:1] != "s" or not one[1:].isdigit() for one in order):
        raise ResponseError("排序里有重复或不认识的步骤，请刷新后重排。", "order")
    return {"order": order}


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Each pair of steps counts alike; a mark for each step tells which others it stands on the wrong side of."""
    right: list[str] = variant.key["order"]
    given = [str(one) for one in response.get("order", ())]
    if sorted(given) != sorted(right):
        raise ResponseError("排序里缺了步骤或多了步骤，请刷新后重排。", "order")
    place = {step: at for at, step in enumerate(given)}
    wrong = [(early, late) for early, late in combinations(right, 2) if place[early] > place[late]]
    texts = {step["id"]: str(step["text"]) for step in variant.shown["steps"]}
    # A step stands in as many pairs as there are other steps; each pair belongs half to either.
    pairs = len(right) * (len(right) - 1) // 2
    marks, before = [], 0
    lost = {step: sum(step in pair for pair in wrong) for step in right}
    halves = 0
    for at, step in enumerate(right):
        halves += len(right) - 1 - lost[step]
        total = FULL * halves // (2 * pairs)
        of = FULL * (at + 1) // len(right) - FULL * at // len(right)
        marks.append(
            Mark(
                f"第 {at + 1} 步「{texts[step]}」",
                total - before,
                of,
                main_rule(variant),
                _reason(step, wrong, texts) + variant.key["why"].get(step, ""),
            )
        )
        before = total
    return Grade(before, tuple(marks))


def _reason(step: str, wrong: list[tuple[str, str]], texts: dict[str, str]) -> str:
    later = [texts[late] for early, late in wrong if early == step]
    earlier = [texts[early] for early, late in wrong if late == step]
    said = [f"应在「{'」「'.join(later)}」之前"] if later else []
    said += [f"应在「{'」「'.join(earlier)}」之后"] if earlier else []
    return f"{','.join(said)}。" if said else "位置正确。"


TYPE = QuestionType(
    "ordering",
    "排序题",
    read,
    make,
    parse,
    grade,
    lambda steps: [
        (("steps", place, part), getattr(step, part)) for place, step in enumerate(steps) for part in ("text", "why")
    ],
)

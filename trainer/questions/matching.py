"""配对题: lefts to be matched with rights; a right may serve several lefts, and some serve none."""

from dataclasses import dataclass

from trainer.content import Reader
from trainer.questions.base import (
    LETTERS,
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
    shares,
)
from trainer.questions.variation import arrange
from trainer.rules import Rulebook


@dataclass(frozen=True)
class Pair:
    """A left with its right, and why they belong together."""

    left: str
    right: str
    why: str


@dataclass(frozen=True)
class MatchingBody:
    """All pairs, and rights that belong to no left."""

    pairs: tuple[Pair, ...]
    extra: tuple[str, ...]


def read(reader: Reader) -> MatchingBody:
    """Two to twelve `pairs`, and `extra` rights."""
    pairs = []
    for one in reader.children("pairs", 2, len(LETTERS)):
        pairs.append(Pair(one.text("left", limit=300), one.text("right", limit=200), one.text("why", "", limit=500)))
        one.done()
    body = MatchingBody(tuple(pairs), reader.texts("extra"))
    reader.take("params")
    lefts = [pair.left for pair in pairs]
    if len(set(lefts)) != len(lefts):
        reader.flaw("左边有重复的项", "请改写其中一个。", "pairs")
    if len({pair.right for pair in pairs} | set(body.extra)) > len(LETTERS):
        reader.flaw("右边的项太多", f"最多 {len(LETTERS)} 个。", "pairs")
    reader.done()
    return body


def make(making: Making, body: MatchingBody) -> Made:
    """Lefts and rights each in an order of their own."""
    lefts = [making.plain(pair.left) for pair in body.pairs]
    rights = list(dict.fromkeys(making.plain(text) for text in (*(pair.right for pair in body.pairs), *body.extra)))
    left_order = arrange(making.question.id, making.variant_no, lefts)
    right_order = arrange(making.question.id, making.variant_no, rights)
    letters = {rights[place]: LETTERS[at] for at, place in enumerate(right_order)}
    ids = {place: f"l{at + 1}" for at, place in enumerate(left_order)}
    shown = {
        "lefts": [{"id": ids[place], "text": lefts[place]} for place in left_order],
        "rights": [{"id": letters[rights[place]], "text": rights[place]} for place in right_order],
    }
    key = {
        "pairs": {ids[place]: letters[making.plain(pair.right)] for place, pair in enumerate(body.pairs)},
        "why": {ids[place]: making.rich(pair.why) for place, pair in enumerate(body.pairs) if pair.why},
    }
    return Made(shown, key)


def parse(raw: Raw) -> Response | None:
    """One field a left: `l1=a`; blank ones are left out."""
    pairs = {name: first(raw, name) for name in raw if name[:1] == "l" and name[1:].isdigit() and first(raw, name)}
    if any(len(right) != 1 or right not in LETTERS for right in pairs.values()):
        raise ResponseError("配对里有不认识的选项，请重新选择。", "pairs")
    return {"pairs": pairs} if pairs else None


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """Each left counts alike."""
    given = response.get("pairs", {})
    rights = {one["id"]: str(one["text"]) for one in variant.shown["rights"]}
    marks = []
    for one, of in zip(variant.shown["lefts"], shares(len(variant.shown["lefts"])), strict=True):
        want, got = variant.key["pairs"][one["id"]], given.get(one["id"])
        reason = variant.key["why"].get(one["id"], "")
        if got == want:
            why = f"配对正确。{reason}"
        else:
            chosen = f"你选了「{rights.get(str(got), '?')}」" if got else "没有选"
            why = f"{chosen}，应是「{rights[want]}」。{reason}"
        marks.append(Mark(f"「{one['text']}」", of if got == want else 0, of, main_rule(variant), why))
    return Grade(sum(mark.points for mark in marks), tuple(marks))


TYPE = QuestionType(
    "matching",
    "配对题",
    read,
    make,
    parse,
    grade,
    lambda body: [
        (("pairs", place, part), getattr(pair, part))
        for place, pair in enumerate(body.pairs)
        for part in ("left", "right", "why")
    ],
)

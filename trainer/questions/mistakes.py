"""What a named mistake would answer: other facts, another day, another platform, a losing rule, or a plain wrong value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.content import Reader, read_moment
from trainer.errors import ContentError
from trainer.questions.base import Making
from trainer.questions.computing import compute
from trainer.questions.deciding import Ruling, ask, overlay, substitute

WAYS = ("facts", "as_of", "platform", "rule", "answer", "value")
_STEPS = 6


@dataclass(frozen=True)
class Mistake:
    """One mistake as written; exactly one way of making its answer."""

    name: str
    way: str
    how: Any
    why: str
    optional: bool

    @classmethod
    def build(cls, reader: Reader) -> "Mistake":
        """Read one distractor."""
        ways = [way for way in WAYS if reader.has(way)]
        if len(ways) != 1:
            reader.flaw("干扰项的来历不清楚", f"请在 {'、'.join(WAYS)} 中写恰好一种。")
        way = ways[0] if ways else "answer"
        how: Any = reader.take(way)
        if way in ("facts", "answer", "value") and not isinstance(how, Mapping):
            reader.flaw("这里应是一组“字段: 值”", f"例如 {way}: {{amount: 500}}。", way)
            how = {}
        for other in WAYS:
            reader.take(other)
        mistake = cls(
            reader.text("mistake", limit=60).rstrip("。"),
            way,
            how,
            reader.text("why", "", limit=1000),
            reader.flag("optional"),
        )
        reader.done()
        return mistake


def mistaken_answer(making: Making, mistake: Mistake, ruling: Ruling) -> dict[str, Any]:
    """The answer fields that the mistake gives; raises ContentError where it gives none."""
    if mistake.way == "answer":
        return {name: substitute(value, making.values) for name, value in mistake.how.items()}
    if mistake.way == "value":
        calendar = making.rulebook.calendar
        return {name: compute(str(text), making.values, ruling, calendar) for name, text in mistake.how.items()}
    if mistake.way == "rule":
        return _by_losing_rule(making, str(mistake.how), ruling)
    facts, platform, as_of = ruling.facts, ruling.platform, ruling.as_of
    if mistake.way == "facts":
        facts = overlay(facts, substitute(mistake.how, making.values))
    elif mistake.way == "platform":
        platform = str(substitute(mistake.how, making.values))
    else:
        as_of = read_moment(str(substitute(mistake.how, making.values)))
    return ask(making.rulebook, ruling.ask, platform, as_of, facts).answer


def _by_losing_rule(making: Making, rule: str, ruling: Ruling) -> dict[str, Any]:
    """What would be answered if the rules that beat this one were not there."""
    gone: set[str] = set()
    current = ruling
    for _ in range(_STEPS):
        if rule in current.rules:
            return current.answer
        winners = {one.by for one in current.decision.overridden if one.rule == rule} - gone
        if not winners:
            break
        gone |= winners
        reduced = making.rulebook.without(frozenset(gone))
        current = ask(reduced, ruling.ask, ruling.platform, ruling.as_of, ruling.facts)
    raise ContentError(f"规则 {rule} 对这个问题没有另一个答案。请改用 answer 或 value 写出错误结果。")

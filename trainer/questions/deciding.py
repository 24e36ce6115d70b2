"""Questions put to the engine: the facts of a variant, its answer, and how the answer is worded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trainer.content import Reader, read_moment
from trainer.content.answers import Words, field_words, say_field
from trainer.content.facts import to_fact
from trainer.content.figures import fill_params, lookup, param_names
from trainer.content.vocabulary import PLATFORMS
from trainer.content.wording import as_moment
from trainer.errors import ContentError
from trainer.questions.base import Making
from trainer.rules import Decision, MissingFacts, QuestionError, Rulebook


@dataclass(frozen=True)
class DecisionBlock:
    """What is asked of the engine; texts may hold `{params}`."""

    ask: str
    platform: str
    facts: Mapping[str, Any]
    as_of: str = ""

    @classmethod
    def build(cls, reader: Reader) -> "DecisionBlock":
        """Read `decision: {ask, platform, facts, as_of?}`."""
        block = cls(
            reader.text("ask", limit=80),
            reader.text("platform", limit=80),
            reader.mapping("facts"),
            reader.text("as_of", "", limit=80),
        )
        if block.platform and not param_names(block.platform) and block.platform not in PLATFORMS:
            reader.word("platform", PLATFORMS)
        reader.done()
        return block


@dataclass(frozen=True)
class AnswerWording:
    """How an answer is said: a template over its fields, and words for codes."""

    say: str
    words: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def build(cls, reader: Reader) -> "AnswerWording":
        """Read `answer: {say, words?}`."""
        wording = cls(reader.text("say", limit=200), reader.mapping("words"))
        for name, words in wording.words.items():
            if not isinstance(words, Mapping):
                reader.flaw("这里应是 代码: 说法", "例如 outbound: {buyer: 买家}。", "words", name)
        reader.done()
        return wording

    @property
    def fields(self) -> tuple[str, ...]:
        """The answer fields that it says."""
        return param_names(self.say)

    def put(self, ruling: "Ruling", answer: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        """The answer in words; raises ContentError for a field that the answer does not have."""
        return fill_params(self.say, {**values, **self.said(ruling, answer)})

    def said(self, ruling: "Ruling", answer: Mapping[str, Any]) -> dict[str, Any]:
        """Every field of the answer in words; moments stay moments so that `:date` works."""
        return {
            name: say_field(value, {**ruling.words.get(name, {}), **self.words.get(name, {})})
            for name, value in answer.items()
        }


def substitute(value: Any, values: Mapping[str, Any]) -> Any:
    """A written value with `{params}` put in: alone as the value itself, within text as words."""
    if isinstance(value, str):
        names = param_names(value)
        if len(names) == 1 and value == "{" + names[0] + "}":
            return to_fact(lookup(values, names[0]))
        return to_fact(fill_params(value, values)) if names else to_fact(value)
    if isinstance(value, Mapping):
        return {name: substitute(one, values) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [substitute(one, values) for one in value]
    return value


def overlay(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with some of them changed; a null removes one."""
    out = dict(base)
    for name, value in change.items():
        if value is None:
            out.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(out.get(name), Mapping):
            out[name] = overlay(out[name], value)
        else:
            out[name] = value
    return out


@dataclass(frozen=True)
class Ruling:
    """One question as put to the engine, and what it decided."""

    ask: str
    platform: str
    as_of: datetime
    facts: Mapping[str, Any]
    decision: Decision
    words: Words

    @property
    def answer(self) -> dict[str, Any]:
        """The engine's answer."""
        return dict(self.decision.answer)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules it rests on."""
        return tuple(dict.fromkeys(one.rule for one in self.decision.because))


def rule_on(making: Making, block: DecisionBlock) -> Ruling:
    """Let the engine decide the block for this variant; raises ContentError with the engine's complaint."""
    facts = substitute(block.facts, making.values)
    platform = str(substitute(block.platform, making.values))
    as_of = making.as_of
    if block.as_of:
        as_of = read_moment(str(substitute(block.as_of, making.values)))
    ruling = ask(making.rulebook, block.ask, platform, as_of, facts)
    if all(value is None for value in ruling.answer.values()):
        day = as_of.date().isoformat()
        raise ContentError(
            f"{day} 在 {platform} 没有生效的规则回答判定 {block.ask}。请改 as_of 或 platform，或先录入规则。"
        )
    return ruling


def ask(rulebook: Rulebook, name: str, platform: str, as_of: datetime, facts: Mapping[str, Any]) -> Ruling:
    """Put one question to the engine; raises ContentError where it cannot be decided."""
    try:
        decision = rulebook.decide(name, platform=platform, as_of=as_of, facts=dict(facts))
    except MissingFacts as error:
        raise ContentError(f"判定 {name} 还缺：{'、'.join(error.missing)}。请在 facts 里补上。") from error
    except QuestionError as error:
        raise ContentError(f"判定 {name} 问不了：{error}") from error
    return Ruling(name, platform, as_of, facts, decision, field_words(rulebook, name))


def same(left: Any, right: Any) -> bool:
    """Whether two answer values mean the same: numbers by value, moments by instant, lists without order."""
    return bool(_normal(left) == _normal(right))


def _normal(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    moment = as_moment(value)
    if moment is not None:
        return moment
    if isinstance(value, (list, tuple)):
        return sorted((_normal(one) for one in value), key=str)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def agrees(answer: Mapping[str, Any], claim: Mapping[str, Any]) -> bool:
    """Whether every field of the claim is the answer's; raises ContentError for a field the answer does not have."""
    for name in claim:
        if name not in answer:
            raise ContentError(f"判定的答案里没有 {name}。可用：{'、'.join(answer)}。")
    return all(same(answer[name], value) for name, value in claim.items())

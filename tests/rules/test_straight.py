"""Code written for a situation gives what the walk from candidate to candidate gives, over examples and generated facts."""

from __future__ import annotations

from json import dumps
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given

from tests.rules.test_properties import BOOK, FAST, questions
from tests.rules.test_rule_examples import asked
from trainer.rules import MissingFacts, QuestionError, Rulebook, RuleError, engine, plans

TEXT = BOOK.canonical_json()
CODED, WALKED = Rulebook.from_json(TEXT), Rulebook.from_json(TEXT)


def told(book: Rulebook, question: tuple[str, str, str, dict[str, Any]]) -> Any:
    ask, platform, as_of, facts = question
    try:
        decision = book.decide(ask, platform=platform, as_of=as_of, facts=facts)
    except (MissingFacts, QuestionError, RuleError) as error:
        return type(error), error.message
    because = [(each.rule, each.text) for each in decision.because]
    return decision.to_dict(), decision.values, because, decision.overridden


def both(question: tuple[str, str, str, dict[str, Any]]) -> tuple[Any, Any]:
    """What the code says, once it is written, and what the walk says."""
    with patch.object(engine, "OFTEN", 1), patch.object(engine, "MOST_CODE", 10**9), patch.object(plans, "_TOLD_OFTEN", 1):
        told(CODED, question)
        coded = told(CODED, question)
    with patch.object(engine, "_remember", lambda situation: None), patch.object(plans, "_TOLD_OFTEN", 10**9):
        return coded, told(WALKED, question)


def test_the_examples_of_every_rule_are_answered_alike() -> None:
    unlike = []
    for rule in BOOK.rules.values():
        for example in rule.examples:
            ask, platform = asked(rule, example)
            coded, walked = both((ask, platform, example["as_of"], dict(example["facts"])))
            if coded != walked:
                unlike.append((rule.id, coded, walked))
    assert unlike == []


@FAST
@given(questions())
def test_generated_questions_are_answered_alike(question: tuple[str, str, str, dict[str, Any]]) -> None:
    coded, walked = both(question)
    assert coded == walked


SMALL = {
    "facts": {"part": {"title": "部分", "type": "number"}, "shop": {"title": "店铺", "type": "text"}},
    "decisions": [{"ask": "share.of", "title": "几成", "platforms": ["tmall"], "needs": ["part"], "answer": {"rate": {"title": "几成", "type": "rate"}}}],
}
RULE = {
    "id": "a.b", "title": "t", "platforms": ["tmall"], "topic": "other", "kind": "fee", "authority": "law", "standing": "decides",
    "decides": ["share.of.rate"], "then": {"rate": "1 / part"}, "statement": "s", "explain": "100% 是 {{answer.rate}}%，{{fact.part}}",
    "examples": [{"as_of": "2026-01-01T00:00:00+08:00", "facts": {"part": 1}}], "source": {"document": "d", "section": "s"},
    "currency": {"status": "unchecked"},
}


def test_a_failure_names_its_rule_and_a_percent_sign_stays_one() -> None:
    book = Rulebook.from_json(dumps({"rules": [RULE], "decisions": SMALL, "wording": {}, "calendar": []}))
    with patch.object(engine, "OFTEN", 1), patch.object(plans, "_TOLD_OFTEN", 1):
        for _ in range(3):
            decision = book.decide("share.of", platform="tmall", as_of="2026-01-01T00:00:00+08:00", facts={"part": 8})
            assert decision.because[0].text == "100% 是 12.5%%，8"
            with pytest.raises(RuleError, match=r"规则 a\.b：算不出来"):
                book.decide("share.of", platform="tmall", as_of="2026-01-01T00:00:00+08:00", facts={"part": 0})


def test_code_is_only_written_for_what_comes_often() -> None:
    book = Rulebook.from_json(TEXT)
    facts = {"complained_at": "2026-01-01T00:00:00+08:00"}
    for _ in range(engine.OFTEN - 1):
        moment = book.decide("appeal.due", platform="taobao", as_of="2026-02-01T00:00:00+08:00", facts=facts).as_of
    epoch = book.plan("appeal.due", "taobao").epoch(moment)
    situation = epoch.situation({"shop": None, **facts, "complained_at": moment}, None)
    assert situation.uses == engine.OFTEN - 1 and situation.code is None
    book.decide("appeal.due", platform="taobao", as_of="2026-02-01T00:00:00+08:00", facts=facts)
    assert situation.code is not None

"""Every rule that decides is run on its own examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from trainer.rules import MissingFacts, Rule, Rulebook

ROOT = Path(__file__).resolve().parents[2]
RULEBOOK = Rulebook.load(ROOT / "question_bank" / "rulebook")


def examples() -> Iterator[Any]:
    for rule in RULEBOOK.rules.values():
        for index, example in enumerate(rule.examples):
            if is_over(rule, example):
                continue
            yield pytest.param(rule, example, id=f"{rule.id}-{index + 1}")


def is_over(rule: Rule, example: Mapping[str, Any]) -> bool:
    """Whether an example asks about a day on which its rule has been withdrawn: it shows what held before."""
    end = rule.effective.end
    return rule.currency.status == "withdrawn" and end is not None and example["as_of"] >= end.moment.isoformat()


def asked(rule: Rule, example: Mapping[str, Any]) -> tuple[str, str]:
    ask = example.get("ask") or rule.decides[0].rsplit(".", 1)[0]
    first = rule.platforms[0]
    platform = example.get("platform") or (first if first != "general" else RULEBOOK.decisions[ask].platforms[0])
    return ask, platform


@pytest.mark.parametrize(("rule", "example"), list(examples()))
def test_a_rule_answers_its_own_examples(rule: Rule, example: Mapping[str, Any]) -> None:
    ask, platform = asked(rule, example)
    if "missing" in example:
        with pytest.raises(MissingFacts) as failure:
            RULEBOOK.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"])
        assert list(failure.value.missing) == example["missing"]
        return
    decision = RULEBOOK.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"])
    wanted = example.get("answer", {})
    assert {key: decision.answer[key] for key in wanted} == {key: plain(value) for key, value in wanted.items()}
    lost = {each.rule for each in decision.overridden}
    assert set(example.get("overridden", ())) <= lost
    if not example.get("silent"):
        named = lost if rule.standing != "decides" else {each.rule for each in decision.because}
        assert rule.id in named


def plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


def test_every_deciding_rule_has_examples() -> None:
    assert [rule.id for rule in RULEBOOK.rules.values() if rule.standing == "decides" and not rule.examples] == []


def test_no_two_rules_of_one_rank_contradict_each_other_in_the_examples() -> None:
    """Between equals one must be the special or the later one, and say so."""
    unsaid = []
    for rule in RULEBOOK.rules.values():
        for example in rule.examples:
            if "missing" in example:
                continue
            ask, platform = asked(rule, example)
            decision = RULEBOOK.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"])
            for lost in decision.overridden:
                winner, loser = RULEBOOK.rule(lost.by), RULEBOOK.rule(lost.rule)
                told = {beat.rule for beat in winner.beats} | {beat.rule for beat in loser.beats}
                if winner.authority == loser.authority and loser.id not in told and lost.reason == "special":
                    unsaid.append((winner.id, loser.id))
    assert unsaid == []

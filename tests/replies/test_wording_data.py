"""Wording rules as data: their schema, and the examples that every rule carries."""

import pytest

from trainer.replies import ACTS, CODES, WordingError, validate_wording, wording_schema
from trainer.replies.wording import MIN_EXAMPLES, compile_wording


def test_the_wording_of_the_rulebook_has_no_fault(rulebook):
    assert validate_wording(rulebook.wording) == []


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({"concept": {}}, "concept"),
        ({"concepts": {"甲": [1]}}, "甲"),
        ({"violations": {"rudeness": {}}}, "rudeness"),
        ({"violations": {"abuse": {"rule": "r", "pattern": []}}}, "pattern"),
        ({"violations": {"abuse": {"patterns": [{"say": "骂", "when": "maybe"}]}}}, "when"),
        ({"acts": {"greet": {"patterns": [{"say": "好", "by": ["nobody"]}]}}}, "by"),
        ([], "键"),
        ({"violations": ["abuse"]}, "violations"),
        ({"acts": {"greet": {"patterns": "你好"}}}, "patterns"),
    ],
)
def test_a_fault_is_named_with_its_place(document, part):
    problems = wording_schema(document, "wording/x.yaml")
    assert problems
    assert any(part in str(each) for each in problems)
    assert all(each.file == "wording/x.yaml" for each in problems)


def test_a_pattern_with_an_unknown_concept_is_a_fault():
    problems = validate_wording({"x": {"violations": {"abuse": {"patterns": ["<没有的概念>"]}}}})
    assert problems
    assert "没有的概念" in problems[0]


def test_concepts_that_hold_each_other_are_a_fault():
    with pytest.raises(WordingError, match="互相包含"):
        compile_wording({"x": {"concepts": {"甲": ["<乙>"], "乙": ["<甲>"]}}})


def examples(rulebook, kind, name, key):
    return [
        {"reply": each} if isinstance(each, str) else each
        for document in rulebook.wording.values()
        for each in ((document.get(kind) or {}).get(name, {}).get("examples") or {}).get(key, ())
    ]


@pytest.mark.parametrize("code", [code for code in CODES if code != "wrong_fact"])
def test_every_violation_rule_keeps_its_examples(rulebook, codes, code):
    bad, good = examples(rulebook, "violations", code, "violates"), examples(rulebook, "violations", code, "complies")
    assert min(len(bad), len(good)) >= MIN_EXAMPLES
    assert [each["reply"] for each in bad if code not in codes(**each)] == []
    assert [each["reply"] for each in good if code in codes(**each)] == []


@pytest.mark.parametrize("act", ACTS)
def test_every_act_keeps_its_examples(rulebook, acts, act):
    earned, unearned = examples(rulebook, "acts", act, "earned"), examples(rulebook, "acts", act, "unearned")
    assert min(len(earned), len(unearned)) >= MIN_EXAMPLES
    assert [each["reply"] for each in earned if act not in acts(**each)] == []
    assert [each["reply"] for each in unearned if act in acts(**each)] == []


def test_a_rule_may_hold_guards_for_all_its_patterns():
    document = {
        "concepts": {"守": ["无妨"]},
        "violations": {"abuse": {"patterns": ["蠢蛋", {"say": "笨瓜", "sure": "clear"}], "unless": ["守"]}},
    }
    wording = compile_wording({"x": document})
    assert [each.unless for each in wording.conditions] == [(wording.lexicon.number("守"),)] * 2
    assert validate_wording({"x": {"violations": {"abuse": {"patterns": ["蠢蛋"], "unless": ["没有"]}}}}) != []

"""Whatever stands in the files, the check answers with problems and never fails."""

import copy
import json
import random
from pathlib import Path

import pytest

from trainer.bank import Bank
from trainer.bank.check import check
from trainer.bank.source import read_file
from trainer.content import Question, read_moment
from trainer.content.yamltext import read_yaml
from trainer.questions import check_question
from trainer.rules.problems import Problem

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
NOW = read_moment("2026-11-21T10:00")
JUNK = [
    None,
    True,
    -1,
    0,
    3.5,
    "",
    "x",
    "{a",
    "{{x",
    "{{tmall.late.pay#no}}",
    "[[no.rule]]",
    "{amount}",
    [],
    [None],
    [[]],
    {},
    {"a": 1},
    "2014-13-45",
    "9" * 50,
]


def places(value, path=()):
    """Every path of a nested value."""
    yield path
    if isinstance(value, dict):
        for name in value:
            yield from places(value[name], (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from places(one, (*path, at))


def spoil(value, chance):
    """A copy with one place replaced, removed or given a strange neighbour."""
    value = copy.deepcopy(value)
    path = chance.choice([path for path in places(value) if path])
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    way = chance.random()
    if way < 0.2:
        del inner[path[-1]]
    elif way < 0.3 and isinstance(inner, dict):
        inner["strange"] = chance.choice(JUNK)
    else:
        inner[path[-1]] = chance.choice(JUNK)
    return value


def extra_questions():
    """One question of each further type, so that every reader meets junk."""
    shared = {
        "title": "题",
        "platforms": ["tmall"],
        "topic": "shipping",
        "systems": [7],
        "difficulty": 1,
        "pool": "both",
        "as_of": "2014-06-20",
        "rules": ["tmall.late.window"],
        "stem": "题干",
    }
    decision = {
        "ask": "late.compensation",
        "platform": "tmall",
        "facts": {"order": {"amount": "{amount}"}, "claim": {"reason": "late_shipment"}},
    }
    bodies = {
        "numeric": {
            "params": {"amount": {"range": [1, 9]}},
            "decision": decision,
            "answer": {"field": "amount", "unit": "元"},
            "mistakes": [{"mistake": "错", "value": {"amount": "1"}}],
        },
        "deadline": {
            "decision": {
                "ask": "late.deadline",
                "platform": "tmall",
                "facts": {"order": {"paid_at": "2014-06-02T10:00", "kind": "normal"}},
            },
            "answer": {"field": "ship_by"},
        },
        "matching": {"pairs": [{"left": str(n), "right": str(n % 2)} for n in range(3)], "extra": ["三"]},
        "spot_violation": {"chat": [{"who": "买家", "text": "在"}, {"who": "客服", "text": "[[哦|curt|敷衍]],在"}]},
        "cloze": {"text": "[[1]]内", "blanks": [{"figure": "tmall.late.window#window"}]},
        "multiple": {"options": [{"text": "甲", "right": True}, {"text": "乙", "why": "不"}]},
        "true_false": {"right": False, "why": "不"},
    }
    return [{"id": f"x.{kind}", "type": kind, **shared, **body} for kind, body in bodies.items()]


def test_the_questions_to_be_spoilt_are_in_order_before():
    for body in extra_questions():
        assert check_question(Question.from_dict(body), Bank.read(SMALL_BANK).rulebook, NOW) == [], body["id"]


@pytest.mark.parametrize("seed", range(60))
def test_spoilt_files_give_problems_and_no_failure(seed):
    chance = random.Random(seed)
    bank = Bank.read(SMALL_BANK)
    questions = read_yaml((SMALL_BANK / "questions/late.yaml").read_text(encoding="utf-8")).value["questions"]
    questions = [spoil(one, chance) for one in (*questions, *extra_questions())]
    problems: list[Problem] = []
    document = _dumped({"questions": questions})
    entries = list(read_file("question", "questions/late.yaml", document, problems))
    for kind, name in (("paper", "papers/late-paper.yaml"), ("shop", "shops/small-shop.yaml")):
        value = spoil(read_yaml((SMALL_BANK / name).read_text(encoding="utf-8")).value, chance)
        entries += list(read_file(kind, name, _dumped(value), problems))
    spoilt = Bank(bank.root, bank.rulebook, tuple(entries), bank.topics, tuple(problems))
    for problem in check(spoilt, NOW):
        assert problem.line >= 1 and problem.message


def _dumped(value):
    # JSON is YAML: what the writer of a file may have typed, whatever our own canonical form would make of it.
    return json.dumps(value, ensure_ascii=False, indent=1)

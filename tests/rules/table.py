"""Rows of the table of decisions, and how one row is asked."""

from __future__ import annotations

from typing import Any

import pytest

from trainer.rules import Rulebook

OLD = "2012-11-20T10:00:00+08:00"
NOW = "2026-11-21T10:00:00+08:00"
ALL = ("taobao", "tmall", "jd", "pdd", "douyin", "kuaishou", "shop", "o2o_platform", "phone_desk", "general")


def at(text: str) -> str:
    day, clock = text.split(" ")
    return f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}+08:00"


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in flat.items():
        group, dot, rest = name.partition(".")
        if dot:
            facts.setdefault(group, {})[rest] = value
        else:
            facts[name] = value
    return facts


class Rows(list[Any]):
    """The rows of one file of tests; `add` takes ask, platform, as_of, facts, answer and the (rule, reason) that must be overridden."""

    def add(self, ask: str, platform: str, as_of: str, flat: dict[str, Any], answer: dict[str, Any], *lost: tuple[str, str]) -> None:
        self.append(pytest.param(ask, platform, as_of, flat, answer, lost, id=f"{ask}-{platform}-{len(self)}"))


Row = tuple[str, str, str, dict[str, Any], dict[str, Any], tuple[tuple[str, str], ...]]


def check_row(rulebook: Rulebook, row: Row) -> None:
    """Ask one row: the fields it names, the rules that must be named as overridden, and that an answer has its reasons."""
    ask, platform, as_of, flat, answer, lost = row
    decision = rulebook.decide(ask, platform=platform, as_of=as_of, facts=nested(flat))
    assert {key: decision.answer[key] for key in answer} == answer
    assert set(lost) <= {(each.rule, each.reason) for each in decision.overridden}
    if all(value is None for value in decision.answer.values()):
        assert decision.because == () or ask in ("trade.auto_confirm", "metric.refund_rate")
    else:
        assert decision.because or ask == "shop.reception_fine" or decision.answer == {"refund": 0}

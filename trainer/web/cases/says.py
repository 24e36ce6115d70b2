"""What a case says, as tables: facts, questions, offers, events, endings, rubric, each condition in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.roleplay import SPECS
from trainer.roleplay.case import Case
from trainer.roleplay.flow import FLOWS
from trainer.roleplay.moves import EVIDENCE, PANELS
from trainer.services.case_words import OFFERS, condition_words, deed
from trainer.web.desk_words import PARTIES, REASONS, RESPONSIBLE, SOLUTIONS, SPEAKERS, minutes_in_words
from trainer.web.marked_text import ACTS

RECORD = {"reason": ("原因", REASONS), "responsible": ("责任方", RESPONSIBLE), "solution": ("处理办法", SOLUTIONS)}
TRIGGERS = {"apply": "买家提交申请", "ships": "买家寄回", "withdraw": "买家撤回", "intervene": "买家申请介入", "verdict_refund": "平台判退款",
            "verdict_return": "平台判退货", "verdict_seller": "平台判店铺有理"}


def case_says(case: Case) -> dict[str, Any]:
    """Everything that the page of a case shows as tables; the case is bound to a variant."""
    raw = case.raw
    return {
        "facts": [{"id": fact.id, "text": fact.text, "found": _found(fact.found, fact.by, getattr(fact, "words", ())),
                   "answer": list(fact.answer)} for fact in case.facts],
        "asks": [{"id": ask.id, "say": list(ask.lines), "acts": [ACTS.get(act, deed(case, act)) for act in ask.acts],
                  "when": _when(case, one)} for ask, one in zip(case.asks, raw.get("asks") or (), strict=False)],
        "accepts": [{"offer": OFFERS.get(accept.offer, accept.offer), "say": list(accept.lines), "above": accept.above,
                     "when": _when(case, one)} for accept, one in zip(case.accepts, raw.get("accepts") or (), strict=False)],
        "events": [_event(case, event, one) for event, one in zip(case.events, raw.get("events") or (), strict=False)],
        "outcomes": [{"title": outcome.title, "share": outcome.share, "when": _when(case, one) or "其余情形", "rule": outcome.rule, "why": outcome.why}
                     for outcome, one in zip(case.outcomes, raw["outcomes"], strict=False)],
        "acts": case.acts, "checks": case.checks, "forbidden": [
            {"move": SPECS[rule.move].label, "points": rule.points, "fatal": rule.fatal, "when": _when(case, one), "why": rule.why, "rule": rule.rule}
            for rule, one in zip(case.forbidden, raw["rubric"].get("forbidden") or (), strict=False)],
        "record": [(title, "或".join(words.get(word, word) for word in case.record[key]))
                   for key, (title, words) in RECORD.items() if key in case.record],
        "panels": [(PANELS[name], [(line.text, _when(case, one)) for line, one in zip(lines, _rows(raw, name), strict=False)])
                   for name, lines in case.panels.items() if lines],
        "opening": case.buyer.opening, "weights": case.weights,
    }


def _rows(raw: Mapping[str, Any], name: str) -> Sequence[Any]:
    return (raw.get("panels") or {}).get(name) or ()


def _when(case: Case, one: Any) -> str:
    return condition_words(case, one.get("when"), ACTS) if isinstance(one, Mapping) else ""


def _found(way: str, by: str, words: Sequence[str]) -> str:
    """How a fact is found, in words."""
    return {
        "look": f"查看「{PANELS.get(by, by)}」", "act": f"回复里「{ACTS.get(by, by)}」", "evidence": f"请买家提供{EVIDENCE.get(by, by)}",
        "event": "事件发生后", "ask": f"问到：{'、'.join(words)}",
    }.get(way, "一开始就能看到")


def _event(case: Case, event: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    after, _, name = event.after.partition(":")
    if event.at >= 0:
        when = f"开场后 {minutes_in_words(event.at)}"
    elif after in ("flow", "agreed", "event"):
        names = {"flow": FLOWS, "agreed": OFFERS}.get(after, {one.id: one.say[0] if one.say else one.id for one in case.events})
        when = {"flow": "进入「{}」", "agreed": "买家同意{}", "event": "「{}」"}[after].format(names.get(name, name)) + "之后"
    else:
        when = f"{deed(case, event.after)}之后"
    does = [f"{PARTIES.get(payer, payer)}付给{PARTIES.get(payee, payee)} {fen / 100:.2f} 元（{what}）" for payer, payee, fen, what, _ in event.pay]
    does += [TRIGGERS.get(event.flow, event.flow)] if event.flow else []
    does += [f"得知：{fact.text}" for fact in case.facts if fact.id in event.facts]
    return {"id": event.id, "when": f"{when}{' ' + minutes_in_words(event.minutes) if event.at < 0 and event.minutes else ''}",
            "who": SPEAKERS.get(event.who, "买家"), "say": list(event.say), "does": does, "only": _when(case, raw)}

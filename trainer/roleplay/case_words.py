"""Checks that the conditions of a case name only what exists: facts, acts, moves, events, states, offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainer.content.fields import Reader
from trainer.roleplay.case import OFFERS, Case, fill, variant_values
from trainer.roleplay.flow import DEADLINES, FLOW, FLOWS
from trainer.roleplay.heard import SEVERITY
from trainer.roleplay.moves import CHOICES, EVIDENCE, RETURN_STATES, SPECS

ACTS = (
    "greet", "introduce_self", "thank", "empathise", "apologise", "ask_order", "ask_problem", "ask_evidence", "verify_address",
    "explain_rule", "state_deadline", "state_freight_payer", "offer_refund", "offer_return", "offer_exchange", "offer_reship",
    "offer_compensation", "contact_courier", "offer_invoice", "keep_on_platform", "promise_follow_up", "recommend",
    "confirm_order", "urge_payment", "remind_inspection", "decline_politely", "guide_intervention", "close_politely",
)
MARKS = ("record:right", "intervention", "complaint", "bad_review", "broken_promise", "auto_confirmed", "gave_up")
TRIGGERS = tuple(sorted({row.trigger for row in FLOW if not row.trigger.startswith("deadline:")}))


def check_words(case: Case, r: Reader) -> None:
    """Note every word of a condition that stands for nothing in this case."""
    known = vocabulary(case)
    for path, key, word in _words(fill(case.raw, variant_values(case.raw, 0)), ()):
        if word not in known[key]:
            r.flaw(f"条件里的 {key} 用了「{word}」，这个案例里没有", f"可用：{'、'.join(sorted(known[key])[:40])}。", *path)
    for ask in case.asks:
        for act in (act for act in ask.acts if act not in ACTS and (":" not in act or act not in deeds(case))):
            r.flaw(f"问题 {ask.id} 要的话术要点「{act}」不认识", f"可用：{'、'.join(ACTS)}。", "asks")
    for event in case.events:
        if event.flow and event.flow not in TRIGGERS:
            r.flaw(f"事件 {event.id} 的 flow「{event.flow}」不认识", f"可用：{'、'.join(TRIGGERS)}。", "events")
        if event.after and event.after not in _afters(case):
            r.flaw(f"事件 {event.id} 跟在「{event.after}」后面，但它不会发生", "写操作名、flow:状态、agreed:要约或 event:事件。", "events")
    if case.outcomes and case.raw["outcomes"][-1].get("when"):
        r.flaw("最后一种结局还带着条件", "最后一种结局不写 when，接住其余所有情形。", "outcomes")


def vocabulary(case: Case) -> dict[str, set[str]]:
    """The words that each key of a condition may use in this case."""
    happened = {event.id for event in case.events} | {event.marks for event in case.events if event.marks} | set(MARKS)
    happened |= {f"submitted:{kind}" for kind in EVIDENCE} | (set(case.sale.marks()) if case.sale else set())
    slips = set(SEVERITY) | {f"move:{name}" for name in SPECS} | {f"deadline:{name}" for name in DEADLINES} | {"overreach"}
    return {
        "flow": set(FLOWS), "returned": set(RETURN_STATES) | {""}, "ended": {"", "agent", "time"},
        "known": {fact.id for fact in case.facts}, "acts": set(ACTS), "done": deeds(case), "agreed": set(OFFERS),
        "happened": happened, "evidence": set(EVIDENCE), "asked": {ask.id for ask in case.asks}, "slips": slips,
        "first": deeds(case) | {"reply"},
    }


def deeds(case: Case) -> set[str]:
    """The words under which moves, and in a sale what was said of it, are remembered."""
    moves = set(SPECS) | {f"{name}:{word}" for (name, _), words in CHOICES.items() for word in words}
    asks = {f"ask:{fact.id}" for fact in case.facts if fact.found == "ask"}
    return moves | asks | (set(case.sale.tokens()) if case.sale else set())


def _afters(case: Case) -> set[str]:
    return (deeds(case) | {f"flow:{name}" for name in FLOWS} | {f"agreed:{name}" for name in OFFERS}
            | {f"event:{event.id}" for event in case.events})


def _words(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Every (path, key, word) inside the conditions of a case's mapping."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in ("when", "settled"):
                for name, word in _inside(inner):
                    yield (*path, key), name, word
            elif key not in ("solutions", "variants"):
                yield from _words(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _words(inner, (*path, index))


def _inside(condition: Any) -> Iterator[tuple[str, str]]:
    if isinstance(condition, list):
        for inner in condition:
            yield from _inside(inner)
    elif isinstance(condition, Mapping):
        for key, value in condition.items():
            if key in ("not", "any"):
                yield from _inside(value)
            elif isinstance(value, str | list):
                for word in value if isinstance(value, list) else [value]:
                    yield key, str(word)

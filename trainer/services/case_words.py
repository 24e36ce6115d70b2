"""Conditions and moves of a case in words that people who write cases understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.roleplay import SPECS
from trainer.roleplay.case import Case
from trainer.roleplay.flow import DEADLINES, FLOWS
from trainer.roleplay.heard import SLIPS
from trainer.roleplay.moves import CHOICES, EVIDENCE, PANELS, RETURN_STATES
from trainer.roleplay.scoring import slip_title

OFFERS = {
    "offer_refund": "退款", "offer_return": "退货", "offer_exchange": "换货", "offer_reship": "补寄", "offer_repair": "维修",
    "offer_compensation": "补偿", "offer_invoice": "开发票",
}
HAPPENED = {
    "record:right": "记录登记对了", "intervention": "平台介入了", "complaint": "被投诉", "bad_review": "有差评", "broken_promise": "失约过",
    "auto_confirmed": "系统自动确认收货", "gave_up": "买家等不及", "goods_back": "退货到仓", "wavered": "买家犹豫过", "tried_again": "又争取了一次",
    "bargain_done": "议价结束", "price_changed": "改过价",
}
ENDED = {"": "还没结束", "agent": "客服结束", "time": "到时间自动结束"}
ARGUMENTS = {"panel": PANELS, "kind": EVIDENCE, "state": RETURN_STATES}
SALE = {"goods": "推荐「{}」", "chose": "买家选了「{}」", "coupon": "发「{}」", "price": "报出「{}」", "say": "说到「{}」", "ask": "问到「{}」"}
TARGETS = {"courier": "快递", "warehouse": "仓库", "finance": "财务", "supervisor": "主管"}
KEYS = {"acts": "说到", "agreed": "买家同意", "evidence": "拿到", "asked": "买家问过", "slips": "出现"}


def deed(case: Case, word: str) -> str:
    """A word of `done` or `happened`: the move with its argument, or what was said of a sale."""
    name, _, argument = word.partition(":")
    if name in SALE:
        return SALE[name].format(_sale_names(case).get(word, argument))
    if name not in SPECS:
        return word
    tables = [ARGUMENTS[key] for (move, key) in CHOICES if move == name and key in ARGUMENTS]
    words = next((table[argument] for table in tables if argument in table), TARGETS.get(argument, argument))
    return f"{SPECS[name].label}{f'「{words}」' if argument else ''}"


def _sale_names(case: Case) -> dict[str, str]:
    """What the goods, coupons, prices and statements of a sale are called, by the words of conditions."""
    sale = case.raw.get("sale") or {}
    found = {f"ask:{fact.id}": fact.text for fact in case.facts} | {"say:order_first": "先拍下不付款"}
    for part, key, name in (("shelf", "goods", "name"), ("shelf", "chose", "name"), ("coupons", "coupon", "name"), ("prices", "price", "what"),
                            ("says", "say", "what")):
        found |= {f"{key}:{one['id']}": str(one.get(name, one["id"])) for one in sale.get(part) or ()}
    return found


def condition_words(case: Case, raw: Any, acts: Mapping[str, str]) -> str:
    """A condition as one phrase; nothing for a condition that always holds. `acts` are the names of reply acts."""
    if not isinstance(raw, Mapping) or not raw:
        return ""
    return "，".join(_part(case, str(key), value, acts) for key, value in raw.items())


def _part(case: Case, key: str, value: Any, acts: Mapping[str, str]) -> str:
    if key == "not":
        inner = condition_words(case, value, acts)
        return f"没有（{inner}）" if "，" in inner or "或" in inner else f"没有{inner}"
    if key == "any":
        return "或".join(f"（{one}）" if "，" in one else one for one in (condition_words(case, each, acts) for each in value))
    if key == "first":
        return f"先{_done(case, str(value[0]))}再{_done(case, str(value[1]))}"
    if key in ("mood_at_least", "minutes_at_least", "minutes_at_most"):
        return {"mood_at_least": f"买家情绪不低于 {value}", "minutes_at_least": f"{value} 分钟以后", "minutes_at_most": f"{value} 分钟以内"}[key]
    words = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    said = [_word(case, key, one, acts) for one in words]
    return ("或" if key in ("flow", "returned", "ended") else "且").join(said)


def _word(case: Case, key: str, word: str, acts: Mapping[str, str]) -> str:
    facts = {fact.id: fact.text for fact in case.facts}
    events = {event.id: f"「{event.say[0]}」之后" if event.say else event.id for event in case.events}
    words: dict[str, dict[str, str]] = {
        "flow": dict(FLOWS), "returned": {**RETURN_STATES, "": "没有退回"}, "ended": ENDED, "known": {one: f"查到「{text}」" for one, text in facts.items()},
        "acts": {one: f"{KEYS['acts']}「{name}」" for one, name in acts.items()}, "agreed": {one: f"买家同意{name}" for one, name in OFFERS.items()},
        "evidence": {one: f"拿到{name}" for one, name in EVIDENCE.items()}, "happened": {**HAPPENED, **events},
        "slips": {one: f"出现「{name}」" for one, name in SLIPS.items()},
    }
    if key == "done" or word.partition(":")[0] in SALE:
        return _done(case, word)
    if key == "slips" and (word.startswith("move:") or word.startswith("deadline:") and word[9:] in DEADLINES):
        return slip_title(word)
    if word.startswith("submitted:"):
        return f"提交过{EVIDENCE.get(word[10:], word[10:])}"
    return words.get(key, {}).get(word, f"{KEYS.get(key, '')}{word}")


def _done(case: Case, word: str) -> str:
    return "回复" if word == "reply" else deed(case, word)

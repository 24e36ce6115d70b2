"""The shape of wording files: the names that are known, and every fault of a file before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CODES = (
    "off_platform_contact", "off_platform_payment", "external_link", "invoice_refusal", "invoice_surcharge", "seven_day_refusal", "close_order",
    "refuse_trade", "break_promise", "extra_charge", "abuse", "threat", "curt", "privacy_leak", "impersonate_platform", "absolute_claim",
    "review_bribe", "shift_blame", "discourage_rights", "induce_confirmation", "disparage", "unsupported_promise", "wrong_fact",
)  # fmt: skip
ACTS = (
    "greet", "introduce_self", "thank", "empathise", "apologise", "ask_order", "ask_problem", "ask_evidence", "verify_address", "explain_rule",
    "state_deadline", "state_freight_payer", "offer_refund", "offer_return", "offer_exchange", "offer_reship", "offer_compensation",
    "contact_courier", "offer_invoice", "keep_on_platform", "promise_follow_up", "recommend", "confirm_order", "urge_payment", "remind_inspection",
    "decline_politely", "guide_intervention", "close_politely",
)  # fmt: skip
ENTITIES = {
    "手机号": ("mobile",), "座机号": ("landline",), "数字号": ("digits",), "账号": ("account",), "卡号": ("card",), "邮箱号": ("email",),
    "外链": ("link",), "站内链接": ("home_link",), "金额": ("money",), "比例": ("rate",), "点数": ("points_rate",), "时长": ("span",),
    "倍数": ("times",),
}  # fmt: skip
_TOP = {"concepts", "violations", "acts", "topics", "changes", "note"}
_CONCEPT_KEYS = {"words", "not", "disguised", "note"}
_GROUP_KEYS = {
    "say", "when", "by", "question", "if", "quoted", "warned", "unless", "unless_sentence", "unless_reply", "asked", "with", "sure", "note",
}  # fmt: skip
_RULE_KEYS = {"rule", "title", "why", "better", "patterns", "unless", "unless_sentence", "yields_to", "spoiled_by", "examples", "note"}
_CHOICES = {
    "when": ("affirmed", "denied", "any"),
    "question": ("ok", "never", "only"),
    "if": ("ok", "never", "only"),
    "quoted": ("ok", "never"),
    "warned": ("ok", "never"),
}
SURE = {"clear": "clear", "firm": "firm", True: "sure", False: "doubt", "weak": "weak"}
"""How sure a pattern is: what is clear stands whatever the learned model finds, what is firm unless the model speaks against it."""
ACTORS = ("self", "buyer", "platform", "third", "unknown")


def shape(files: Mapping[str, Any]) -> Iterator[str]:
    """Every fault of the files as a Chinese line."""
    for name, document in files.items():
        if not isinstance(document, Mapping):
            yield f"{name}:最外层应是「键: 值」,现在是 {type(document).__name__}"
            continue
        yield from _unknown(name, document, _TOP)
        odd = [key for key in ("concepts", "violations", "acts", "topics") if not isinstance(document.get(key) or {}, Mapping)]
        yield from (f"{name}:{key} 应是「名称: 内容」,现在是 {type(document[key]).__name__}" for key in odd)
        document = {key: value for key, value in document.items() if key not in odd}
        for concept, body in (document.get("concepts") or {}).items():
            yield from _concept_shape(f"{name} 概念「{concept}」", body)
        for kind, known in (("violations", CODES), ("acts", ACTS)):
            for code, rule in (document.get(kind) or {}).items():
                if code not in known:
                    yield f"{name}:{kind} 里没有「{code}」,可用的有 {'、'.join(known)}"
                yield from _rule_shape(f"{name} {code}", rule, kind)


def _unknown(where: str, data: Mapping[str, Any], allowed: set[str]) -> Iterator[str]:
    for key in data:
        if key not in allowed:
            yield f"{where}:不认识「{key}」,可用的有 {'、'.join(sorted(allowed))}"


def _concept_shape(where: str, body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        yield from _unknown(where, body, _CONCEPT_KEYS)
        body = [*(body.get("words") or []), *(body.get("not") or [])]
    if not isinstance(body, list) or not all(isinstance(word, str) for word in body):
        yield f"{where}:应是词的列表(数字和 no、on 之类请加引号)"


def _rule_shape(where: str, rule: Any, kind: str) -> Iterator[str]:
    if not isinstance(rule, Mapping):
        yield f"{where}:应是「键: 值」"
        return
    yield from _unknown(where, rule, _RULE_KEYS)
    for key in ("rule", "why") if kind == "violations" else ():
        if rule.get(key) is not None and not isinstance(rule[key], str):
            yield f"{where}:{key} 应是文字"
    if not isinstance(rule.get("patterns") or [], list):
        yield f"{where}:patterns 应是列表"
        return
    for number, group in enumerate(rule.get("patterns") or [], 1):
        if isinstance(group, Mapping):
            yield from _group_shape(f"{where} 第 {number} 组句式", group)
        elif not isinstance(group, str):
            yield f"{where} 第 {number} 组句式:应是一句或「say: …」"


def _group_shape(where: str, group: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, group, _GROUP_KEYS)
    for key, allowed in _CHOICES.items():
        if key in group and group[key] not in allowed:
            yield f"{where}:{key} 只能是 {'、'.join(allowed)}"
    if group.get("sure", True) not in tuple(SURE):
        yield f"{where}:sure 只能是 clear、firm、true、false、weak"
    for actor in group.get("by") or []:
        if actor not in ACTORS:
            yield f"{where}:by 只能是 {'、'.join(ACTORS)}"

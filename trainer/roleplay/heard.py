"""What a reply carries, reduced to what the machine reacts to; findings of a reply check become this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RED_LINES = frozenset({"off_platform_contact", "off_platform_payment", "abuse", "threat", "review_bribe", "privacy_leak",
                       "impersonate_platform", "forbidden_claim"})
SEVERITY: Mapping[str, int] = {
    **dict.fromkeys(RED_LINES, 300),
    "external_link": 150, "invoice_refusal": 150, "invoice_surcharge": 150, "seven_day_refusal": 200, "close_order": 150,
    "refuse_trade": 150, "break_promise": 120, "extra_charge": 150, "shift_blame": 120, "discourage_rights": 150,
    "induce_confirmation": 150, "disparage": 80, "unsupported_promise": 80, "wrong_fact": 120, "absolute_claim": 40,
    "curt": 40, "wrong_price": 120, "false_statement": 150, "forbidden_claim": 300, "pressure": 60, "unfilled_variable": 40,
    "wrong_name": 60, "repeated_phrase": 40, "stale_phrase": 40, "forbidden_phrase": 80,
}


SLIPS: Mapping[str, str] = {
    "off_platform_contact": "引导站外联系", "off_platform_payment": "引导站外付款", "external_link": "发站外链接或广告",
    "invoice_refusal": "拒开发票", "invoice_surcharge": "开票加收费用", "seven_day_refusal": "拒绝七天无理由退货",
    "close_order": "代关订单", "refuse_trade": "拒绝交易", "break_promise": "违背承诺", "extra_charge": "额外收费",
    "abuse": "辱骂或讽刺", "threat": "威胁", "curt": "敷衍", "privacy_leak": "泄露客户信息", "impersonate_platform": "冒充平台",
    "absolute_claim": "绝对化宣传", "review_bribe": "利诱评价", "shift_blame": "推卸责任", "discourage_rights": "劝阻维权",
    "induce_confirmation": "诱导确认或撤诉", "disparage": "贬低他人", "unsupported_promise": "无依据的承诺", "wrong_fact": "说错规则或数字",
    "overreach": "越权补偿", "false_return_state": "登记不实", "left_waiting": "晾着买家就结束", "blank_transfer": "转接没有交代",
    "wrong_price": "报错价格", "false_statement": "说法与商品不符", "forbidden_claim": "说了不许说的功效", "pressure": "催逼下单",
    "unfilled_variable": "短语变量没有填", "wrong_name": "叫错买家", "repeated_phrase": "同一句连发两遍",
    "stale_phrase": "用了停用的短语", "forbidden_phrase": "用了禁用的短语",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip of a reply: code, rule and reason."""

    code: str
    rule: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The acts and faults of a turn; `told` is what it says of a sale (goods:…, price:…, ask:…, say:…)."""

    acts: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    told: frozenset[str] = frozenset()

    @classmethod
    def of(cls, findings: Any) -> Heard:
        """From Findings of trainer.replies, or their stored dictionary; suspicions cost nothing and are left out."""
        if findings is None:
            return cls()
        data = findings if isinstance(findings, Mapping) else findings.to_dict()
        acts = frozenset(str(act["act"]) for act in data["acts"])
        faults: dict[str, Fault] = {}
        for found in data["violations"]:
            faults.setdefault(found["code"], Fault(found["code"], found.get("rule") or "", found.get("why") or ""))
        told = frozenset(str(one["token"]) for one in data.get("told", ()))
        return cls(acts, tuple(faults[code] for code in sorted(faults)), told)


SILENT = Heard()

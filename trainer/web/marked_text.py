"""A reply cut into segments by what was found in it, so that templates can mark characters without any script."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

KINDS = ("violation", "suspected", "claim", "act")
KIND_WORDS = {"violation": "违规点", "suspected": "待人工判断", "claim": "口径", "act": "话术要点"}

ACTS = {
    "greet": "问候", "introduce_self": "自我介绍", "thank": "致谢", "empathise": "共情", "apologise": "致歉",
    "ask_order": "询问订单", "ask_problem": "询问问题或需求", "ask_evidence": "索取凭证", "verify_address": "核对收件信息",
    "explain_rule": "说明规则", "state_deadline": "说明时限", "state_freight_payer": "说明运费由谁付", "offer_refund": "提出退款",
    "offer_return": "提出退货", "offer_exchange": "提出换货", "offer_reship": "提出补发", "offer_compensation": "提出补偿",
    "contact_courier": "联系快递", "offer_invoice": "提供发票", "keep_on_platform": "留在平台沟通或付款",
    "promise_follow_up": "承诺跟进", "recommend": "推荐", "confirm_order": "核对订单内容", "urge_payment": "催付",
    "remind_inspection": "提醒验货", "decline_politely": "礼貌拒绝", "guide_intervention": "告知可申请平台介入",
    "close_politely": "礼貌结束",
}
CODES = {
    "off_platform_contact": "引导站外联系", "off_platform_payment": "引导站外付款", "external_link": "发站外链接或广告",
    "invoice_refusal": "拒开发票", "invoice_surcharge": "开票加收费用", "seven_day_refusal": "拒绝七天无理由退货",
    "close_order": "代关订单", "refuse_trade": "拒绝交易", "break_promise": "违背承诺", "extra_charge": "额外收费",
    "abuse": "辱骂或讽刺", "threat": "威胁", "curt": "敷衍", "privacy_leak": "泄露客户信息", "impersonate_platform": "冒充平台",
    "absolute_claim": "绝对化宣传", "review_bribe": "利诱评价", "shift_blame": "推卸责任", "discourage_rights": "劝阻维权",
    "induce_confirmation": "诱导确认或撤诉", "disparage": "贬低他人", "unsupported_promise": "无依据的承诺",
    "wrong_fact": "说错规则或数字",
}
SALE_CODES = {"wrong_price": "报错价格", "false_statement": "说法与商品不符", "forbidden_claim": "说了不许说的功效", "pressure": "催逼下单",
              "unfilled_variable": "短语变量没有填", "wrong_name": "叫错买家", "repeated_phrase": "同一句连发两遍", "stale_phrase": "用了停用的短语",
              "forbidden_phrase": "用了禁用的短语"}
NAMES = CODES | SALE_CODES


@dataclass(frozen=True)
class Segment:
    """A run of characters: its strongest kind, and the notes of everything found there."""

    text: str
    kind: str
    notes: tuple[str, ...]


def _spans(findings: Mapping[str, Any]) -> list[tuple[int, int, str, str]]:
    spans = [(v["start"], v["end"], "violation", f"{NAMES.get(v['code'], v['code'])}:{v['why']}")
             for v in findings.get("violations") or []]
    spans += [(s["start"], s["end"], "suspected", f"{CODES.get(s['code'], s['code'])}（待人工判断）：{s['why']}")
              for s in findings.get("suspected") or []]
    spans += [(a["start"], a["end"], "act", ACTS.get(a["act"], a["act"])) for a in findings.get("acts") or []]
    for claim in findings.get("claims") or []:
        if claim.get("agrees"):
            note = f"口径正确：{claim['said']}" + ("（比规则更优，说到要做到）" if claim.get("better") else "")
        else:
            note = f"口径不符：说的是 {claim['said']}，应为 {claim.get('correct')}"
        spans.append((claim["start"], claim["end"], "claim", note))
    return spans


def cut(text: str, findings: Mapping[str, Any] | None) -> list[Segment]:
    """The text as segments in order; their texts joined are the text again."""
    spans = [span for span in _spans(findings or {}) if 0 <= span[0] < span[1] <= len(text)]
    edges = sorted({0, len(text), *(edge for span in spans for edge in span[:2])})
    segments = []
    for start, end in pairwise(edges):
        here = [span for span in spans if span[0] <= start and end <= span[1]]
        here.sort(key=lambda span: KINDS.index(span[2]))
        segments.append(Segment(text[start:end], here[0][2] if here else "", tuple(span[3] for span in here)))
    return segments

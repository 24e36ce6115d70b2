"""Names of topics as people read them, from the bank's vocabulary."""

from functools import cache
from pathlib import Path

import yaml

from trainer.config import ROOT


@cache
def _listed() -> tuple[dict[str, object], ...]:
    path = Path(ROOT) / "question_bank" / "topics.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return tuple(data.get("topics") or ())


@cache
def _names() -> dict[str, str]:
    return {str(topic["id"]): str(topic["title"]) for topic in _listed()}


@cache
def topic_systems(code: str) -> tuple[int, ...]:
    """The systems of rules that a topic belongs to."""
    found = next((topic["systems"] for topic in _listed() if topic["id"] == code), ())
    return tuple(int(one) for one in found) if isinstance(found, list) else ()


def topics() -> list[tuple[str, str]]:
    """Every topic of the bank as (code, name), in the vocabulary's order."""
    return list(_names().items())


def topic_name(code: str) -> str:
    """The Chinese name of a topic code, or the code."""
    return _names().get(code, code)


RULE_TOPICS = {
    "after_sale_window": "售后期", "appeal": "申诉", "compensation": "赔付", "complaint_handling": "投诉处理", "conduct_wording": "用语",
    "counterfeit": "假货", "delivery_fee": "配送费", "description_mismatch": "描述不符", "entry_and_fees": "入驻与费用",
    "evidence": "举证", "exam_rule": "考试规则", "exchange": "换货", "freight": "运费", "intervention": "平台介入", "invoice": "发票",
    "listing": "商品发布", "logistics_problem": "物流异常", "off_platform_contact": "站外沟通", "order_closing": "关单", "other": "其他",
    "payment_channel": "付款渠道", "phone_etiquette": "电话", "presale_script": "售前话术", "price_change": "价格变动",
    "privacy": "客户信息", "promise_breach": "违背承诺", "refund_flow": "退款流程", "repair": "维修", "response_time": "响应时间",
    "review_handling": "评价", "sale_workflow": "订单作业", "service_metrics": "服务指标", "seven_day_return": "七天无理由",
    "shift_and_internal_discipline": "排班与纪律", "shipping_promise": "发货时限", "trade_timeouts": "交易超时", "quality": "质量",
    "gift_bundle": "赠品与套装", "coupon": "优惠券", "sign_for": "签收", "advertising": "广告", "price_fraud": "价格欺诈",
    "return_flow": "退货流程", "category_standard": "类目标准", "marketing_message": "营销短信", "banned_goods": "禁售",
}


def rule_topic_name(code: str) -> str:
    """The Chinese name of a rule's topic, or the code."""
    return RULE_TOPICS.get(code, code)

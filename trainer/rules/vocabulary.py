"""The closed lists of the rulebook: platforms, topics, kinds, authorities, units and their Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PLATFORMS: Mapping[str, str] = {
    "taobao": "淘宝",
    "tmall": "天猫",
    "jd": "京东",
    "pdd": "拼多多",
    "douyin": "抖音",
    "kuaishou": "快手",
    "shop": "样板店",
    "o2o_platform": "O2O智能生活平台",
    "phone_desk": "电话客服",
    "general": "通用",
}

TOPICS = tuple(
    "after_sale_window appeal compensation complaint_handling conduct_wording counterfeit delivery_fee"
    " description_mismatch entry_and_fees evidence exam_rule exchange freight intervention invoice listing"
    " logistics_problem off_platform_contact order_closing other payment_channel phone_etiquette presale_script"
    " price_change privacy promise_breach refund_flow repair response_time review_handling sale_workflow"
    " service_metrics seven_day_return shift_and_internal_discipline shipping_promise trade_timeouts"
    " quality gift_bundle coupon sign_for advertising price_fraud return_flow category_standard"
    " marketing_message banned_goods".split()
)

KINDS = tuple(
    "procedure requirement deadline eligibility script prohibition advice penalty liability evidence compensation"
    " metric fee".split()
)

AUTHORITIES: Mapping[str, int] = {
    "law": 4,
    "platform_rule": 3,
    "platform_guidance": 2,
    "shop_policy": 1,
    "third_party_article": 0,
}

STANDINGS = ("decides", "guides", "pitfall", "historic")
REASONS = ("authority", "special", "later", "void")
POSTS = ("presale", "aftersale", "complaint", "supervisor")
NEEDS = ("must", "lookup", "aware")
CURRENCIES: Mapping[str, str] = {"checked": "现行已核对", "unchecked": "待核对", "withdrawn": "已废止"}
UNKNOWN_TEXT = "资料未载"

FigureKind = Literal["span", "number", "share", "clock", "date"]


@dataclass(frozen=True, slots=True)
class Unit:
    """How a figure reads in Chinese and what it is in an expression; `seconds` is the length of one span unit."""

    code: str
    suffix: str
    kind: FigureKind
    seconds: int = 0


UNITS: Mapping[str, Unit] = {
    unit.code: unit
    for unit in (
        Unit("seconds", " 秒", "span", 1),
        Unit("minutes", " 分钟", "span", 60),
        Unit("hours", " 小时", "span", 3600),
        Unit("days", " 天", "span", 86400),
        Unit("workdays", " 个工作日", "number"),
        Unit("months", " 个月", "number"),
        Unit("years", " 年", "number"),
        Unit("yuan", " 元", "number"),
        Unit("beans", " 京豆", "number"),
        Unit("points", " 分", "number"),
        Unit("score", " 分", "number"),
        Unit("percent", "%", "share"),
        Unit("times", " 倍", "number"),
        Unit("occurrences", " 次", "number"),
        Unit("items", " 件", "number"),
        Unit("people", " 人", "number"),
        Unit("chars", " 字", "number"),
        Unit("messages", " 条", "number"),
        Unit("steps", " 步", "number"),
        Unit("words_per_minute", " 字/分钟", "number"),
        Unit("km", " 公里", "number"),
        Unit("kg", " 公斤", "number"),
        Unit("px", " 像素", "number"),
        Unit("kb", " KB", "number"),
        Unit("cm", " 厘米", "number"),
        Unit("clock", "", "clock"),
        Unit("date", "", "date"),
        Unit("number", "", "number"),
    )
}

"""The words of the desk, shared by the desk itself and its replays: moods, parties, fields of the record, a move as a sentence."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from trainer.roleplay import SPECS
from trainer.roleplay.moves import EVIDENCE, PANELS, RETURN_STATES
from trainer.web.clock import in_words

MOODS = {3: "很满意", 2: "满意", 1: "缓和", 0: "平静", -1: "不太高兴", -2: "生气", -3: "很生气"}
PARTIES = {"buyer": "买家", "shop": "店铺", "carrier": "快递", "platform": "平台"}
SPEAKERS = {"courier": "快递", "warehouse": "仓库", "platform": "平台", "supervisor": "主管", "system": "系统"}
REASONS = {
    "not_received": "未收到货", "seven_day": "七天无理由", "quality": "质量问题", "damaged": "破损", "wrong_item": "错发",
    "missing_item": "少件", "late_shipment": "延迟发货", "mismatch": "描述不符", "invoice": "发票", "counterfeit": "疑似假货", "consult": "售前咨询",
    "other": "其他",
}
RESPONSIBLE = {"seller": "店铺", "buyer": "买家", "carrier": "快递", "platform": "平台", "nobody": "各方都没有责任"}
SOLUTIONS = {
    "refund": "仅退款", "return_refund": "退货退款", "exchange": "换货", "reship": "补寄", "repair": "维修",
    "compensation": "补偿", "invoice": "补开发票", "explained": "解释说明", "refused": "拒绝", "sold": "已下单", "follow_up": "待跟进",
}
FLAGS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "purple": "紫", "grey": "灰"}
CARDS = {"item": "商品卡片", "coupon": "5 元优惠券", "top_up": "补差链接"}
ORDER_TARGETS = {"courier": "快递", "warehouse": "仓库", "finance": "财务", "supervisor": "主管"}
WEEKDAYS = "一二三四五六日"


def minutes_in_words(minutes: int) -> str:
    """A length of time of the desk's clock: 2 天 3 小时."""
    return in_words(timedelta(minutes=minutes))


def said_move(move: Mapping[str, Any]) -> str:
    """A move in words: 同意退款 168.00 元."""
    name = str(move["move"])
    if name == "pass":
        return "时间过去"
    label = SPECS[name].label
    words = {"panel": PANELS, "kind": EVIDENCE, "state": RETURN_STATES, "flag": FLAGS, "card": CARDS, "to": ORDER_TARGETS}
    plain = "goods" in move or "coupon" in move
    parts = [] if plain else [words[key].get(str(value), str(value)) for key, value in move.items() if key in words]
    if "amount" in move:
        parts.append(f"{move['amount']} 元")
    if name == "wait":
        parts.append(minutes_in_words(int(move["minutes"])))
    if name == "record":
        fields = move["fields"]
        parts += [table[fields[key]] for key, table in
                  (("reason", REASONS), ("responsible", RESPONSIBLE), ("solution", SOLUTIONS)) if key in fields]
    return " · ".join([label, *parts])

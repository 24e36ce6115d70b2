"""The moves an agent can make at the desk: their names, arguments and how they are read from JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

PANELS = {"parcel": "物流", "order": "订单", "stock": "库存", "history": "聊天与售后记录", "shop_rules": "店铺规定",
          "goods": "商品"}
EVIDENCE = {
    "photo": "照片", "video": "视频", "slip": "面单或签收底单", "report": "检测报告", "screenshot": "截图",
    "order_number": "订单号", "chat": "聊天记录", "dispatch_slip": "发货底单", "courier_certificate": "快递公司证明",
    "track": "物流记录", "invoice": "进货发票", "authorisation": "授权书",
}
RETURN_STATES = {"intact": "完好", "damaged": "有损坏", "incomplete": "缺件", "wrong": "不是原物", "empty": "空包"}
RECORD_FIELDS = {
    "reason": ("not_received", "seven_day", "quality", "damaged", "wrong_item", "missing_item", "late_shipment",
               "mismatch", "invoice", "counterfeit", "consult", "other"),
    "responsible": ("seller", "buyer", "carrier", "platform", "nobody"),
    "solution": ("refund", "return_refund", "exchange", "reship", "repair", "compensation", "invoice", "explained",
                 "refused", "sold", "follow_up"),
}
AMOUNT_WORDS = ("owed", "demanded", "offered", "cap", "zero")


class MoveError(ValueError):
    """A move that cannot be read; the message says in Chinese what, where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing the agent does; amounts are integer fen or one of AMOUNT_WORDS."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The move in the JSON form of a moves file, amounts in yuan."""
        shown: dict[str, Any] = {"move": self.name}
        for key, value in self.args.items():
            shown[key] = yuan(value) if key == "amount" and isinstance(value, int) else value
        return shown


@dataclass(frozen=True, slots=True)
class MoveSpec:
    """Name, Chinese label, minutes it takes and the arguments it needs or may have."""

    name: str
    label: str
    minutes: int
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


SPECS: dict[str, MoveSpec] = {
    spec.name: spec
    for spec in (
        MoveSpec("reply", "回复", 2, ("text",), ("hold",)),
        MoveSpec("recall", "撤回", 0),
        MoveSpec("look", "查看", 1, ("panel",)),
        MoveSpec("request_evidence", "请买家提供凭证", 1, ("kind",)),
        MoveSpec("agree_refund", "同意退款", 1, ("amount",)),
        MoveSpec("agree_return", "同意退货", 1),
        MoveSpec("refuse", "拒绝申请", 1, ("reason",)),
        MoveSpec("offer_compensation", "提出补偿", 1, ("amount",)),
        MoveSpec("offer_exchange", "安排换货", 1),
        MoveSpec("reship", "补寄", 1),
        MoveSpec("repair", "安排维修", 1),
        MoveSpec("contact_courier", "联系快递", 2),
        MoveSpec("contact_warehouse", "联系仓库", 2),
        MoveSpec("submit_evidence", "提交凭证", 2, ("kinds",)),
        MoveSpec("issue_invoice", "开具发票", 1),
        MoveSpec("record", "登记售后记录", 2, ("fields",)),
        MoveSpec("escalate", "上报主管", 1),
        MoveSpec("confirm_return_received", "确认收到退货", 1, ("state",)),
        MoveSpec("wait", "等待", 0, ("minutes",)),
        MoveSpec("finish", "结束接待", 0),
        MoveSpec("note", "订单备注", 1, ("flag", "text")),
        MoveSpec("transfer", "转接", 1, ("group",), ("summary",)),
        MoveSpec("small_payment", "小额打款", 1, ("amount",), ("reason",)),
        MoveSpec("intercept", "拦截快递", 1),
        MoveSpec("change_address", "修改地址", 1),
        MoveSpec("extend_receipt", "延长收货", 1, ("days",)),
        MoveSpec("send_card", "发送卡片", 1, ("card",), ("goods", "coupon", "amount")),
        MoveSpec("change_price", "改价", 1, ("amount",)),
        MoveSpec("urge_payment", "催付", 1),
        MoveSpec("invite_review", "邀请评价", 1),
        MoveSpec("work_order", "提交工单", 1, ("to", "text")),
    )
}
ALIASES = {"submit_evidence": {"kind": "kinds"}, "send_card": {"kind": "card"}, "look": {"what": "panel"}}
CHOICES: dict[tuple[str, str], Sequence[str]] = {
    ("look", "panel"): tuple(PANELS),
    ("request_evidence", "kind"): tuple(EVIDENCE),
    ("confirm_return_received", "state"): tuple(RETURN_STATES),
    ("send_card", "card"): ("item", "coupon", "top_up"),
    ("note", "flag"): ("red", "yellow", "green", "blue", "purple", "grey"),
    ("work_order", "to"): ("courier", "warehouse", "finance", "supervisor"),
}


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, exact."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def to_fen(value: object, where: str) -> int:
    """Yuan (number or decimal text, at most two decimals) as integer fen."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise MoveError(f"{where}应是金额（元），例如 12.50")
    try:
        amount = Decimal(str(value)) * 100
    except InvalidOperation:
        raise MoveError(f"{where}“{value}”不是金额，应写成元，例如 12.50") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 0 or amount >= 10**12:
        raise MoveError(f"{where}“{value}”不对：应不小于 0，最多两位小数")
    return int(amount)


def parse_move(raw: object) -> Move:
    """Read {"move": name, …}; an unknown name or a bad argument is a MoveError."""
    if not isinstance(raw, Mapping):
        raise MoveError('每个操作应是一个对象，例如 {"move": "look", "panel": "parcel"}')
    name = raw.get("move")
    if not isinstance(name, str) or name not in SPECS:
        raise MoveError(f"没有“{name}”这个操作，可用的有：{'、'.join(SPECS)}")
    spec = SPECS[name]
    given = {ALIASES.get(name, {}).get(str(key), str(key)): value for key, value in raw.items() if key != "move"}
    if name == "record" and "fields" not in given:
        given = {"fields": given}
    unknown = sorted(set(given) - set(spec.needs) - set(spec.may))
    if unknown:
        raise MoveError(f"操作 {name} 不认识参数 {'、'.join(unknown)}，可用的是 {'、'.join(spec.needs + spec.may) or '无'}")
    missing = [key for key in spec.needs if given.get(key) in (None, "", [])]
    if missing:
        raise MoveError(f"操作 {name} 缺少参数 {'、'.join(missing)}")
    return Move(name, {key: _argument(name, key, value) for key, value in given.items()})


def _argument(name: str, key: str, value: object) -> Any:
    where = f"操作 {name} 的 {key} "
    if key == "amount":
        return value if isinstance(value, str) and value in AMOUNT_WORDS else to_fen(value, where)
    if key in ("minutes", "days"):
        return _whole(value, where, 60 * 24 * 60 if key == "minutes" else 60)
    if key == "hold":
        return value in (True, 1, "1", "true")
    if key == "kinds":
        return _kinds(value, where)
    if key == "fields":
        return _fields(value, where)
    if not isinstance(value, str):
        raise MoveError(f"{where}应是文字")
    allowed = CHOICES.get((name, key))
    if allowed is not None and value not in allowed:
        raise MoveError(f"{where}“{value}”不在可选范围：{'、'.join(allowed)}")
    if len(value) > 2000:
        raise MoveError(f"{where}最多 2000 个字，现在 {len(value)} 个")
    return value


def _whole(value: object, where: str, most: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise MoveError(f"{where}应是 1 到 {most} 的整数")
    return value


def _kinds(value: object, where: str) -> list[str]:
    kinds = [value] if isinstance(value, str) else value
    if not isinstance(kinds, list) or not all(isinstance(kind, str) and kind in EVIDENCE for kind in kinds):
        raise MoveError(f"{where}应是凭证名的列表，可用的有：{'、'.join(EVIDENCE)}")
    return sorted(set(kinds))


def _fields(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise MoveError(f"{where}应是对象，例如 {{\"reason\": \"not_received\"}}")
    unknown = sorted(str(key) for key in set(value) - set(RECORD_FIELDS) - {"text"})
    if unknown:
        raise MoveError(f"{where}里没有 {'、'.join(unknown)}，可填 {'、'.join(RECORD_FIELDS)}、text")
    for key, allowed in RECORD_FIELDS.items():
        if key in value and value[key] not in allowed:
            raise MoveError(f"{where}里的 {key}“{value[key]}”不在可选范围：{'、'.join(allowed)}")
    if not isinstance(value.get("text", ""), str):
        raise MoveError(f"{where}里的 text 应是文字")
    return {str(key): str(value[key]) for key in sorted(value)}

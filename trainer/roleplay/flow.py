"""The refund flow as a table: state, trigger, guard, next state, effects, deadlines that then run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FLOWS: Mapping[str, str] = {
    "none": "没有售后申请", "requested": "买家已申请，等卖家处理", "agreed_refund": "已同意退款", "agreed_return": "已同意退货，等买家寄回",
    "return_sent": "买家已寄回，等卖家收货", "refused": "卖家已拒绝，等买家处理", "intervention": "平台介入中", "refunded": "退款成功",
    "closed": "售后关闭", "asking": "还没有下单", "considering": "买家还在考虑", "ordered": "已下单，还没付款", "paid": "已付款", "lost": "买家走了",
}


@dataclass(frozen=True, slots=True)
class DeadlineSpec:
    """The decision behind a deadline, the field that holds it, and what follows when it passes."""

    ask: str
    field: str
    then: str


DEADLINES: Mapping[str, DeadlineSpec] = {
    "seller_silent": DeadlineSpec("refund.seller_silent", "at", "卖家一直不处理，系统按同意处理"),
    "unshipped": DeadlineSpec("refund.unshipped", "refunds_at", "还没发货，系统直接退款给买家"),
    "after_rejection": DeadlineSpec("refund.after_rejection", "closes_at", "买家不再操作，申请关闭"),
    "buyer_return": DeadlineSpec("refund.buyer_return", "return_by", "买家没有寄回，申请关闭"),
    "return_receipt": DeadlineSpec("refund.return_receipt", "refunds_at", "卖家不确认收货，系统退款给买家"),
    "refund_due": DeadlineSpec("return.refund_due", "refund_by", "收到退货后还没退款，违反法定期限"),
    "overdue": DeadlineSpec("refund.overdue", "overdue_at", "退货寄回后到期没有退款，算退款超时"),
    "auto_confirm": DeadlineSpec("trade.auto_confirm", "confirms_at", "系统自动确认收货，货款打给卖家"),
    "intervention": DeadlineSpec("dispute.intervention", "opens_at", "买家可以申请平台介入"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `guard` and `effects` are names of functions of the machine."""

    state: str
    trigger: str
    next: str
    guard: str = ""
    effects: tuple[str, ...] = ()
    deadlines: tuple[str, ...] = ()


OPEN = ("seller_silent", "unshipped", "intervention")
BACK = ("return_receipt", "overdue")
FLOW: tuple[Row, ...] = (
    Row("none", "apply", "requested", effects=("filed",), deadlines=OPEN),
    Row("closed", "apply", "requested", effects=("filed",), deadlines=OPEN),
    Row("none", "deadline:auto_confirm", "none", effects=("auto_confirmed",)),
    Row("requested", "agree_refund", "refunded", effects=("pay",)),
    Row("requested", "agree_return", "agreed_return", "wants_return", ("agreed",), ("buyer_return",)),
    Row("requested", "refuse", "refused", effects=("rejected",), deadlines=("after_rejection", "intervention")),
    Row("requested", "withdraw", "closed"),
    Row("requested", "intervene", "intervention", "intervention_open", ("intervened",)),
    Row("requested", "deadline:seller_silent", "agreed_return", "wants_return", ("missed", "agreed"), ("buyer_return",)),
    Row("requested", "deadline:seller_silent", "refunded", "wants_money", ("missed", "pay")),
    Row("requested", "deadline:unshipped", "refunded", effects=("missed", "pay")),
    Row("agreed_return", "ships", "return_sent", effects=("returned",), deadlines=BACK),
    Row("agreed_return", "agree_refund", "refunded", effects=("pay",)),
    Row("agreed_return", "withdraw", "closed"),
    Row("agreed_return", "deadline:buyer_return", "closed"),
    Row("return_sent", "confirm_return_received", "refunded", effects=("pay",)),
    Row("return_sent", "agree_refund", "refunded", effects=("pay",)),
    Row("return_sent", "intervene", "intervention", "intervention_open", ("intervened",)),
    Row("return_sent", "deadline:refund_due", "return_sent", effects=("missed",)),
    Row("return_sent", "deadline:overdue", "return_sent", effects=("missed",)),
    Row("return_sent", "deadline:return_receipt", "refunded", effects=("missed", "pay")),
    Row("refused", "agree_refund", "refunded", effects=("pay",)),
    Row("refused", "agree_return", "agreed_return", "wants_return", ("agreed",), ("buyer_return",)),
    Row("refused", "withdraw", "closed"),
    Row("refused", "intervene", "intervention", "intervention_open", ("intervened",)),
    Row("refused", "deadline:after_rejection", "closed"),
    Row("intervention", "agree_refund", "refunded", effects=("pay",)),
    Row("intervention", "agree_return", "agreed_return", "wants_return", ("agreed",), ("buyer_return",)),
    Row("intervention", "submit_evidence", "intervention"),
    Row("intervention", "verdict_refund", "refunded", effects=("pay",)),
    Row("intervention", "verdict_return", "agreed_return", effects=("agreed",), deadlines=("buyer_return",)),
    Row("intervention", "verdict_seller", "closed"),
    Row("asking", "hesitate", "considering"),
    Row("asking", "order", "ordered"),
    Row("considering", "order", "ordered"),
    Row("ordered", "pay", "paid", effects=("bought",)),
    Row("asking", "leave", "lost"),
    Row("considering", "leave", "lost"),
    Row("ordered", "leave", "lost"),
)
KEEPS = frozenset({"auto_confirm"})
"""Deadlines that a change of the refund flow does not stop by itself."""


def rows(state: str, trigger: str) -> tuple[Row, ...]:
    """The lines of the table for a state and a trigger, in order."""
    return _INDEX.get((state, trigger), ())


_INDEX: dict[tuple[str, str], tuple[Row, ...]] = {}
for _row in FLOW:
    _INDEX[_row.state, _row.trigger] = (*_INDEX.get((_row.state, _row.trigger), ()), _row)

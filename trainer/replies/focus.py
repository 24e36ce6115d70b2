"""Which decision the facts of a case are about, so that a bare figure can be compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BASIS: Mapping[str, tuple[str, ...]] = {
    "trade.unpaid_close": ("order.created_at",),
    "trade.auto_confirm": ("order.shipped_at",),
    "refund.unshipped": ("claim.filed_at",),
    "refund.seller_silent": ("claim.filed_at",),
    "refund.after_rejection": ("claim.rejected_at",),
    "refund.buyer_return": ("claim.agreed_at",),
    "refund.return_receipt": ("claim.returned_at",),
    "refund.overdue": ("return_tracking_at", "return_signed_at"),
    "dispute.intervention": ("claim.filed_at",),
    "return.seven_day": ("order.signed_at", "order.signed_on"),
    "return.refund_due": ("goods_received_at",),
    "return.freight": ("claim.reason",),
    "shipping.deadline": ("order.paid_at",),
    "shipping.compensation": ("order.amount",),
    "compensation.counterfeit": ("order.amount",),
    "compensation.fraud": ("order.amount",),
    "aftersale.window": ("order.completed_at",),
    "appeal.due": ("complained_at",),
    "service.respond_by": ("request.at",),
    "invoice.postage": ("invoice.case",),
}
"""What each decision counts from; it is grounded where one of these is known."""


def fact(facts: Mapping[str, Any], path: str) -> Any:
    """The value of a fact by its dotted name; None where it is unknown."""
    group, _, key = path.rpartition(".")
    inner = facts.get(group) if group else facts
    return inner.get(key) if isinstance(inner, Mapping) else None


def grounded(ask: str, facts: Mapping[str, Any]) -> bool:
    """Whether the facts hold what the decision counts from."""
    return any(fact(facts, path) is not None for path in _BASIS.get(ask, ()))


def focus(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The decisions that the facts are plainly about, one for each kind of figure; empty where several could be meant."""
    asks = [_deadline(facts), _sum(facts), _payer(facts)]
    return tuple(ask for ask in asks if ask)


_STAGES = (
    ("goods_received_at", "return.refund_due"),
    ("return_signed_at", "refund.overdue"),
    ("return_tracking_at", "refund.overdue"),
    ("complained_at", "appeal.due"),
    ("request.at", "service.respond_by"),
    ("claim.returned_at", "refund.return_receipt"),
    ("claim.agreed_at", "refund.buyer_return"),
    ("claim.rejected_at", "refund.after_rejection"),
    ("order.completed_at", "aftersale.window"),
)


def _deadline(facts: Mapping[str, Any]) -> str | None:
    for path, ask in _STAGES:
        if fact(facts, path) is not None:
            return ask
    if fact(facts, "claim.filed_at") is not None:
        return _claim_deadline(facts)
    if fact(facts, "order.signed_at") is not None or fact(facts, "order.signed_on") is not None:
        return "return.seven_day"
    if fact(facts, "order.shipped_at") is not None:
        return "trade.auto_confirm"
    if fact(facts, "order.paid_at") is not None:
        return "shipping.deadline"
    return "trade.unpaid_close" if fact(facts, "order.created_at") is not None else None


def _claim_deadline(facts: Mapping[str, Any]) -> str | None:
    """Which timer of an open claim is meant."""
    if fact(facts, "claim.needs_return") is not None:
        return "refund.seller_silent"
    if fact(facts, "claim.kind") is not None:
        return "dispute.intervention"
    signed = fact(facts, "order.signed_at") is not None or fact(facts, "order.signed_on") is not None
    if signed and fact(facts, "claim.reason") == "seven_day":
        return "return.seven_day"
    return None


def _sum(facts: Mapping[str, Any]) -> str | None:
    if fact(facts, "order.amount") is None:
        return None
    reason = fact(facts, "claim.reason")
    if reason in ("late_shipment", "out_of_stock"):
        return "shipping.compensation"
    return "compensation.counterfeit" if reason == "counterfeit" else None


def _payer(facts: Mapping[str, Any]) -> str | None:
    if fact(facts, "invoice.case") is not None:
        return "invoice.postage"
    return "return.freight" if fact(facts, "claim.reason") is not None else None

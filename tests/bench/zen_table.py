"""The table of late shipment as zen-engine would hold it: decision tables with hit policy, evaluated with the trace on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

PAY = "min([order.amount * 0.3, 500])"
DEADLINES = (
    (("'juhuasuan'",), ("d(order.paid_at).add('168h').timestamp()", "'juhuasuan_7d'", "'聚划算付款后 7 天内发货'")),
    (("'normal'",), ("d(order.paid_at).add('72h').timestamp()", "'normal_72h'", "'普通商品付款后 72 小时内发货'")),
    (("'presale', 'custom'",), ("d(order.promised_ship_at).timestamp()", "'by_promise'", "'按承诺的时间发货'")),
)
PAYMENTS = (
    (("'late_shipment'", "true"), ("true", PAY, "'points'", "'late'", f"'迟发按三成赔付，最多 500 元，本单赔 ' + string({PAY})")),
    (("'late_shipment'", "false"), ("false", "0", "null", "'late'", "'没有超过发货时限，不赔'")),
    (("'out_of_stock'", ""), ("not shipped", f"shipped ? 0 : {PAY}", "shipped ? null : 'points'", "'stockout'", "'缺货未发的当场应赔'")),
    (("", ""), ("false", "0", "null", "'other'", "'不属于迟发和缺货，不赔'")),
)


def _node(name: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, "content": content}


def _table(name: str, fields: Sequence[str], results: Sequence[str], rows: Sequence[Any]) -> dict[str, Any]:
    columns = [{"id": f"in{n}", "name": field, "field": field} for n, field in enumerate(fields)]
    outcomes = [{"id": f"out{n}", "name": field, "field": field} for n, field in enumerate(results)]
    rules = [
        {"_id": f"{name}{n}", **{f"in{i}": text for i, text in enumerate(asked)}, **{f"out{i}": text for i, text in enumerate(said)}}
        for n, (asked, said) in enumerate(rows)
    ]
    content = {"hitPolicy": "first", "inputs": columns, "outputs": outcomes, "rules": rules, "passThrough": True}
    return _node(name, "decisionTableNode", {**content, "inputField": None, "outputPath": None, "executionMode": "single"})


def model() -> str:
    """The graph: deadline, whether it was missed, payment."""
    late = {"id": "late", "key": "late", "value": "d(moment).timestamp() > due"}
    nodes = [
        _node("input", "inputNode", {}),
        _table("deadline", ["order.kind"], ["due", "due_rule", "due_text"], DEADLINES),
        _node("late", "expressionNode", {"passThrough": True, "expressions": [late]}),
        _table("payment", ["claim.reason", "late"], ["owed", "amount", "form", "rule", "text"], PAYMENTS),
        _node("output", "outputNode", {}),
    ]
    names = [node["id"] for node in nodes]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(names)]
    return json.dumps({"nodes": nodes, "edges": edges})


def by_zen_table(as_of: str) -> Callable[[Mapping[str, Any]], Any] | None:
    """Answers with the trace of every table; None where zen-engine is not installed."""
    try:
        import zen
    except ImportError:
        return None
    decision = zen.ZenEngine().create_decision(model())

    def answer(facts: Mapping[str, Any]) -> Any:
        order = facts["order"]
        shipped = order.get("shipped_at")
        data = {"order": {**order, "amount": float(order["amount"])}, "claim": facts["claim"]}
        given = {**data, "moment": shipped or as_of, "shipped": shipped is not None}
        return decision.evaluate(given, {"trace": True})["result"]["amount"]

    return answer

"""How fast the rules engine is: `make bench`, or `PYTHONPATH=. python tests/bench/bench_rules.py`; ratios count.

Five ways to answer the same questions (late-shipment compensation with its deadline): this engine with its full trace as
JSON data, zen-engine with the same table and its trace, hand-written Python without checks or trace, and the bare
expressions of the rules one by one in Google's CEL and in zen-engine, which check no facts, know no dates, settle no
conflicts and keep no trace. They run in turns and processor time is counted, so that other work matters less.
"""

from __future__ import annotations

import copy
import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from tests.bench.zen_table import by_zen_table
from trainer.rules import Rulebook
from trainer.rules.reading import read_rule

Answer = Callable[[dict[str, Any]], Any]

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2012-11-20T10:00:00+08:00"


def questions() -> list[dict[str, Any]]:
    """Two hundred orders: every amount and hour differs."""
    start = datetime.fromisoformat("2012-11-10T00:00:00+08:00")
    made = []
    for index in range(200):
        paid = start + timedelta(hours=index)
        kind = "juhuasuan" if index % 5 == 0 else "normal"
        shipped = {"shipped_at": (paid + timedelta(hours=index)).isoformat()} if index % 3 else {}
        order = {"amount": f"{17 * index}.{index % 100:02d}", "kind": kind, "paid_at": paid.isoformat(), **shipped}
        made.append({"order": order, "claim": {"reason": "late_shipment"}})
    return made


def by_engine(rulebook: Rulebook) -> Callable[[dict[str, Any]], Any]:
    def answer(facts: dict[str, Any]) -> Any:
        decision = rulebook.decide("shipping.compensation", platform="tmall", as_of=AS_OF, facts=facts)
        return decision.to_dict()["answer"]["amount"]

    return answer


def by_hand(facts: dict[str, Any]) -> Any:
    """The same formula as anyone would write it: no trace, no dates of rules, no checks of facts."""
    order = facts["order"]
    paid = datetime.fromisoformat(order["paid_at"])
    due = paid + (timedelta(days=7) if order["kind"] == "juhuasuan" else timedelta(hours=72))
    shipped = order.get("shipped_at")
    moment = datetime.fromisoformat(shipped) if shipped else datetime.fromisoformat(AS_OF)
    if moment <= due:
        return Decimal(0)
    return min(Decimal(order["amount"]) * Decimal("0.3"), Decimal(500)).quantize(Decimal("0.01"), ROUND_HALF_UP)


CONDITIONS = (
    "kind == 'juhuasuan'",
    "kind == 'presale' {or} kind == 'custom'",
    "promised != '' {and} (kind == 'normal' {or} kind == 'juhuasuan')",
    "reason == 'late_shipment' {and} {not} shipped",
    "reason == 'late_shipment' {and} shipped",
    "reason == 'out_of_stock'",
    "{not} (reason == 'late_shipment' {or} reason == 'out_of_stock') {and} {not} shipped",
    "{not} (reason == 'late_shipment' {or} reason == 'out_of_stock') {and} shipped",
)
"""What each rule of the two decisions asks before it speaks, in the words of either library."""


def _late(index: int, due: Any, late: bool, amount: Any) -> tuple[Any, str]:
    """The winner's amount with its sentence, as a caller of a bare library would put it together."""
    rule = ("normal_72h", "juhuasuan_7d")[index]
    return (amount if late else 0), f"{rule}:最晚 {due} 发货，本单应赔 {amount if late else 0}"


def by_cel() -> Callable[[dict[str, Any]], Any] | None:
    """The same rules one by one in CEL: each condition, then the winner's values and its sentence."""
    try:
        from cel_expr_python import cel
    except ImportError:
        return None
    names = {
        **dict.fromkeys(("kind", "reason", "promised"), cel.Type.STRING),
        **dict.fromkeys(("paid", "moment", "due"), cel.Type.TIMESTAMP),
        "shipped": cel.Type.BOOL,
        "fen": cel.Type.INT,
    }
    env = cel.NewEnv(variables=names)
    words = {"and": "&&", "or": "||", "not": "!"}
    conditions = [env.compile(text.format(**words)) for text in CONDITIONS]
    deadlines = [env.compile("paid + duration('72h')"), env.compile("paid + duration('168h')")]
    is_late, amount = env.compile("moment > due"), env.compile("fen * 30 / 100 < 50000 ? fen * 30 / 100 : 50000")

    def answer(facts: dict[str, Any]) -> Any:
        order = facts["order"]
        data = {
            "fen": int(Decimal(order["amount"]) * 100),
            "kind": order["kind"],
            "reason": facts["claim"]["reason"],
            "promised": order.get("promised_ship_at", ""),
            "shipped": "shipped_at" in order,
            "paid": datetime.fromisoformat(order["paid_at"]),
            "moment": datetime.fromisoformat(order.get("shipped_at") or AS_OF),
        }
        speaks = [condition.eval(data=data).plain_value() for condition in conditions]
        data["due"] = deadlines[speaks[0]].eval(data=data).plain_value()
        late = is_late.eval(data=data).plain_value()
        return _late(speaks[0], data["due"], late, amount.eval(data=data).plain_value() / 100)

    return answer


def by_zen() -> Callable[[dict[str, Any]], Any] | None:
    """The same rules one by one in zen-engine."""
    try:
        import zen
    except ImportError:
        return None
    words = {"and": "and", "or": "or", "not": "not"}
    conditions = [zen.compile_expression(text.format(**words)) for text in CONDITIONS]
    deadlines = [zen.compile_expression(f"d(paid).add('{span}').timestamp()") for span in ("72h", "168h")]
    is_late = zen.compile_expression("d(moment).timestamp() > due")
    amount = zen.compile_expression("amount * 0.3 < 500 ? amount * 0.3 : 500")

    def answer(facts: dict[str, Any]) -> Any:
        order = facts["order"]
        data = {
            "amount": float(order["amount"]),
            "kind": order["kind"],
            "reason": facts["claim"]["reason"],
            "promised": order.get("promised_ship_at", ""),
            "shipped": "shipped_at" in order,
            "paid": order["paid_at"],
            "moment": order.get("shipped_at") or AS_OF,
        }
        speaks = [condition.evaluate(data) for condition in conditions]
        data["due"] = deadlines[speaks[0]].evaluate(data)
        return _late(speaks[0], data["due"], is_late.evaluate(data), amount.evaluate(data))

    return answer


def stretch(answer: Answer, facts: list[dict[str, Any]], seconds: float = 0.4) -> float:
    """Answers a second of processor time, over one stretch."""
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for each in facts:
            answer(each)
        count += len(facts)
    return count / (time.process_time() - start)


def rate(answer: Answer, facts: list[dict[str, Any]]) -> float:
    """Answers a second, the best of three stretches."""
    return max(stretch(answer, facts) for _ in range(3))


def _agrees(found: Any, wanted: Any) -> bool:
    """Whether an answer is the right amount, but for how its last cent was rounded."""
    return abs(float(found[0] if isinstance(found, tuple) else found) - float(wanted)) < 0.011


def compare(ways: dict[str, Answer | None], facts: list[dict[str, Any]]) -> None:
    """Every way in turns, five times round; the first is what the others are compared with, round by round."""
    for name, answer in ways.items():
        if answer is None:
            print(f"{name}:没有安装")
    here = {name: answer for name, answer in ways.items() if answer is not None}
    for answer in here.values():
        assert all(_agrees(answer(each), by_hand(each)) for each in facts)
    rounds = [{name: stretch(answer, facts) for name, answer in here.items()} for _ in range(5)]
    first = next(iter(here))
    for name in here:
        best = max(each[name] for each in rounds)
        ratio = statistics.median(each[first] / each[name] for each in rounds)
        print(f"{name} {best:9,.0f} 次/秒" + ("" if name == first else f",本引擎是它的 {ratio:.2f} 倍"))


def enlarged(rulebook: Rulebook, times: int) -> Rulebook:
    """The rulebook with `times` - 1 copies of every rule beside it that speak to nothing asked here."""
    data = json.loads(rulebook.canonical_json(), parse_float=Decimal)
    rules = list(data["rules"])
    for number in range(1, times):
        for rule in data["rules"]:
            other = copy.copy(rule)
            other["id"] = f"{rule['id']}_copy{number}"
            other["platforms"] = ["jd"]
            for key in ("decides", "beats", "then", "when", "examples"):
                other.pop(key, None)
            other["standing"] = "guides"
            rules.append(other)
    problems: list[Any] = []
    read = [read_rule(rule, "bench", problems) for rule in rules]
    assert not problems
    return Rulebook(rulebook.raw, [rule for rule in read if rule], rulebook.calendar, [])


def main() -> None:
    start = time.process_time()
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")
    cold = time.process_time() - start
    text = rulebook.canonical_json()
    start = time.process_time()
    Rulebook.from_json(text)
    print(f"规则 {len(rulebook.rules)} 条：从文件载入 {cold:.2f} 秒，从版本载入 {time.process_time() - start:.2f} 秒")
    facts = questions()
    compare(
        {
            "本引擎（含全部依据）": by_engine(rulebook),
            "zen-engine(同一张表，带过程)": by_zen_table(AS_OF),
            "CEL(只算表达式)": by_cel(),
            "zen-engine(只算表达式)": by_zen(),
            "手写 Python(不查事实，无依据)": by_hand,
        },
        facts,
    )
    mixed = [
        (example.get("ask") or rule.decides[0].rpartition(".")[0], example)
        for rule in rulebook.rules.values()
        for example in rule.examples
        if "missing" not in example and (example.get("platform") or rule.platforms[0]) != "general"
    ]

    def any_question(index: int) -> None:
        ask, example = mixed[index]
        platform = example.get("platform") or rulebook.decisions[ask].platforms[0]
        rulebook.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"]).to_dict()

    start = time.process_time()
    for _ in range(20):
        for index in range(len(mixed)):
            any_question(index)
    print(f"各种判断混合 {20 * len(mixed) / (time.process_time() - start):,.0f} 次/秒")
    for times in (1, 10, 100):
        book = enlarged(rulebook, times)
        speed = rate(by_engine(book), facts)
        print(f"规则 {len(book.rules):6,} 条({times}×) {speed:9,.0f} 次/秒")


if __name__ == "__main__":
    main()

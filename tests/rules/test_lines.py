"""Questions as JSON lines, and the command that answers them."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.cli.rules import group
from trainer.rules import Rulebook
from trainer.rules.lines import answer_line, answer_lines

ROOT = Path(__file__).resolve().parents[2]
GOOD: dict[str, Any] = {
    "id": "c1",
    "ask": "shipping.compensation",
    "platform": "tmall",
    "as_of": "2012-11-20T10:00:00+08:00",
    "facts": {
        "order": {"amount": 99.9, "kind": "normal", "paid_at": "2012-11-10T10:00:00+08:00"},
        "claim": {"reason": "late_shipment"},
    },
}


def one(rulebook: Rulebook, question: Any) -> dict[str, Any]:
    line = question if isinstance(question, bytes) else json.dumps(question).encode()
    return answer_line(rulebook, line)


def run(*lines: str) -> Result:
    return CliRunner().invoke(group, ["decide", "-"], input="\n".join(lines))


def test_an_answer_has_exactly_the_promised_keys(rulebook: Rulebook) -> None:
    answer = one(rulebook, GOOD)
    assert list(answer) == ["id", "answer", "because", "overridden", "estimated"]
    assert answer["answer"] == {"owed": True, "amount": 29.97, "form": "points"}
    assert {frozenset(each) for each in answer["because"]} == {frozenset({"rule", "text", "source"})}
    assert {frozenset(each["source"]) for each in answer["because"]} == {frozenset({"document", "section"})}
    assert {frozenset(each) for each in answer["overridden"]} == {frozenset({"rule", "by", "reason"})}


def test_a_missing_fact_is_named_and_nothing_else(rulebook: Rulebook) -> None:
    assert one(rulebook, GOOD | {"facts": {"order": {"amount": 1}}}) == {
        "id": "c1",
        "missing": ["order.paid_at", "claim.reason", "order.kind"],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ask": "shipping.compensatio"}, "是不是「shipping.compensation」"),
        ({"platform": "taobao"}, "可用：tmall"),
        ({"as_of": "2012-11-20T10:00:00"}, "没有时区"),
        ({"as_of": None}, "缺少 as_of"),
        ({"ask": None}, "缺少 ask"),
        ({"facts": [1]}, "facts 要写成对象"),
        ({"fact": {}}, "是不是「facts」"),
        ({"facts": {"order": {"amount": "1e3"}}}, "最多两位小数"),
        ({"ask": ["x"]}, "ask"),
        ({"platform": {}}, "platform"),
    ],
)
def test_a_bad_line_says_what_is_wrong_under_its_id(rulebook: Rulebook, change: dict[str, Any], words: str) -> None:
    answer = one(rulebook, GOOD | change)
    assert list(answer) == ["id", "error"]
    assert answer["id"] == "c1"
    assert words in answer["error"]


@pytest.mark.parametrize(
    "line",
    [
        b"oops",
        b"[1]",
        b"3",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": 1e99999999999999999999}',
        b'{"id":"\\ud800","ask":"\\ud800"}',
    ],
)
def test_no_line_stops_the_run(rulebook: Rulebook, line: bytes) -> None:
    [(out, failed)] = list(answer_lines(rulebook, [line]))
    assert failed
    assert "error" in json.loads(out)


def test_a_nan_amount_is_an_error_of_its_own_line(rulebook: Rulebook) -> None:
    line = json.dumps(GOOD).replace("99.9", "NaN").encode()
    assert "NaN" in answer_line(rulebook, line)["error"]


def test_the_command_answers_in_order_skips_blank_lines_and_exits_1_on_errors() -> None:
    result = run(json.dumps(GOOD), "", "oops", json.dumps(GOOD | {"id": 2}))
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["c1", None, 2]


def test_the_command_exits_0_where_nothing_is_wrong() -> None:
    result = run(json.dumps(GOOD), json.dumps(GOOD | {"facts": {}}))
    assert result.exit_code == 0
    assert "missing" in result.stdout


def test_a_long_stream_needs_no_more_memory_than_a_short_one(rulebook: Rulebook) -> None:
    line = json.dumps(GOOD).encode() + b"\n"

    def stream(count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield line

    def peak(count: int) -> int:
        tracemalloc.reset_peak()
        for _ in answer_lines(rulebook, stream(count)):
            pass
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        short, long = peak(50), peak(500)
    finally:
        tracemalloc.stop()
    assert long < short + 200_000


def test_the_rules_engine_needs_no_flask_and_no_database() -> None:
    code = "import sys, trainer.rules, trainer.rules.lines; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"flask", "sqlalchemy", "click", "trainer.config", "trainer.models"} & set(loaded)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["normal", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
BOOK = Rulebook.load(ROOT / "question_bank" / "rulebook")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_line_holds_it_gets_one_of_the_three_answers(data: st.DataObject) -> None:
    spec = BOOK.decisions[data.draw(st.sampled_from(sorted(BOOK.decisions)))]
    facts: dict[str, Any] = {}
    for name in spec.facts:
        group, dot, rest = name.partition(".")
        value = data.draw(json_values)
        if dot:
            facts.setdefault(group, {})[rest] = value
        else:
            facts[name] = value
    question = {
        "id": 1,
        "ask": spec.ask,
        "platform": spec.platforms[0],
        "as_of": "2026-11-21T10:00:00Z",
        "facts": facts,
    }
    question[data.draw(st.sampled_from(sorted(question)))] = data.draw(json_values)
    [(out, _)] = answer_lines(BOOK, [json.dumps(question).encode()])
    assert len({"answer", "missing", "error"} & set(json.loads(out))) == 1


# --- what stands twice, and files that cannot be read ---


@pytest.mark.parametrize(("line", "key", "identifier"), [
    (b'{"id":"a","ask":"x","ask":"y","platform":"tmall","as_of":"2012-11-20T10:00:00+08:00"}', "ask", "a"),
    (b'{"id":1.5,"ask":"x","platform":"tmall","as_of":"x","facts":{"order":{"amount":1,"amount":2}}}', "amount", 1.5),
    (b'{"id":[1.5,{"a":1e999}],"facts":{"order":{},"order":{}}}', "order", [1.5, {"a": None}]),
])
def test_a_key_that_stands_twice_is_an_error_that_names_it(rulebook: Rulebook, line: bytes, key: str, identifier: Any) -> None:
    answer = answer_line(rulebook, line)
    assert list(answer) == ["id", "error"] and f"「{key}」" in answer["error"] and "写了两次" in answer["error"]
    assert answer["id"] == identifier


@pytest.mark.parametrize("command", ["decide", "check-reply"])
@pytest.mark.parametrize(("arguments", "words"), [
    (["没有.jsonl"], "没有这个文件"), (["."], "这是目录"), ([], "没有写出 FILE"), (["-", "--rulebook", "没有"], "没有这个目录"), (["x\0y"], "打不开"),
])
def test_a_file_that_cannot_be_read_is_told_in_chinese_with_status_2(command: str, arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(group, [command, *arguments])
    assert result.exit_code == 2 and result.stdout == "" and words in result.stderr


def test_check_reply_names_a_key_that_stands_twice() -> None:
    line = '{"id": "r1", "platform": "tmall", "as_of": "2026-11-21T10:00:00+08:00", "reply": "好", "reply": "不好"}'
    result = CliRunner().invoke(group, ["check-reply", "-"], input=line)
    answer = json.loads(result.stdout)
    assert result.exit_code == 1 and list(answer) == ["id", "error"] and "「reply」" in answer["error"]


@pytest.mark.parametrize(("ask", "platform", "names"), [
    ("dispute.intervention", "tmall", ["claim.filed_at", "claim.reason", "claim.kind"]),
    ("return.seven_day", "jd", ["order.signed_at", "claim.filed_at", "order.category", "goods.intact"]),
    ("shipping.compensation", "tmall", ["order.amount", "order.paid_at", "claim.reason", "order.kind"]),
])
def test_missing_facts_come_in_the_order_of_the_decision(rulebook: Rulebook, ask: str, platform: str, names: list[str]) -> None:
    assert one(rulebook, {"id": 1, "ask": ask, "platform": platform, "as_of": GOOD["as_of"]}) == {"id": 1, "missing": names}


@pytest.mark.parametrize(("ask", "platform", "fields"), [
    ("return.seven_day", "tmall", ["eligible", "deadline", "reasons"]), ("aftersale.window", "tmall", ["open", "closes_at"]),
    ("shop.goodwill", "shop", ["offer_min", "offer_max", "ceiling"]),
])
def test_answers_tell_their_fields_in_the_order_of_the_contract(rulebook: Rulebook, ask: str, platform: str, fields: list[str]) -> None:
    example = next(each for rule in rulebook.rules.values() for each in rule.examples
                   if "missing" not in each and rule.decides[0].startswith(f"{ask}.") and platform in (each.get("platform"), *rule.platforms))
    answer = rulebook.decide(ask, platform=platform, as_of=example["as_of"], facts=example["facts"]).to_dict()["answer"]
    assert list(answer) == fields

"""Questions as JSON lines: one object in, one object out, in order, whatever the other lines hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from trainer.rules.problems import MissingFacts, QuestionError, RuleError, did_you_mean
from trainer.rules.rulebook import Rulebook

KEYS = ("id", "ask", "platform", "as_of", "facts")
_REFUSED = (json.JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError, ArithmeticError)


def answer_lines(rulebook: Rulebook, lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """For each line that is not blank: the answer as one line of UTF-8 JSON, and whether it is an error."""
    for line in lines:
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if text:
            answer = answer_line(rulebook, text)
            yield _dump(answer), "error" in answer


def answer_line(rulebook: Rulebook, line: bytes) -> dict[str, Any]:
    """The answer, the missing facts or the error of one line."""
    try:
        question = json.loads(line.decode("utf-8"), parse_float=Decimal, parse_constant=Decimal)
    except _REFUSED as error:
        return {"id": None, "error": f"这一行不是 JSON 对象：{_why(error)}"}
    if not isinstance(question, dict):
        return {
            "id": None,
            "error": '这一行要写成 JSON 对象，如 {"id": "c1", "ask": …, "platform": …, "as_of": …, "facts": {…}}',
        }
    return {"id": _identifier(question.get("id")), **_answer(rulebook, question)}


def _answer(rulebook: Rulebook, question: Mapping[str, Any]) -> dict[str, Any]:
    for key in question:
        if key not in KEYS:
            return {"error": f"不认识的键「{key[:60]}」{did_you_mean(key[:60], KEYS)}；可用的键：{'、'.join(KEYS)}"}
    for key in ("ask", "platform", "as_of"):
        if question.get(key) is None:
            return {"error": f"缺少 {key}；每行要有 ask、platform、as_of，事实写在 facts 里"}
    facts = question.get("facts")
    try:
        decision = rulebook.decide(
            question["ask"],
            platform=question["platform"],
            as_of=question["as_of"],
            facts={} if facts is None else facts,
        )
    except MissingFacts as missing:
        return {"missing": list(missing.missing)}
    except (QuestionError, RuleError) as error:
        return {"error": error.message}
    return decision.to_dict()


def _identifier(value: Any) -> Any:
    """The id as it came; a number that JSON cannot hold becomes null."""
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    return value


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.colno} 个字符处写法有误"
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 文本"
    return "嵌套太深" if isinstance(error, RecursionError) else "有读不了的数"


def _dump(answer: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False, default=str).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(answer, default=str).encode() + b"\n"

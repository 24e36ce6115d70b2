"""Questions as JSON lines: one object in, one object out, in order, whatever the other lines hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trainer.rules.jsonlines import doubled_words, identifier, read_json
from trainer.rules.problems import MissingFacts, QuestionError, RuleError, instead
from trainer.rules.rulebook import Rulebook

KEYS = ("id", "ask", "platform", "as_of", "facts")


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
        question, doubled = read_json(line)
    except ValueError as error:
        return {"id": None, "error": f"这一行不是 JSON 对象：{error}"}
    if not isinstance(question, dict):
        return {
            "id": None,
            "error": '这一行要写成 JSON 对象，如 {"id": "c1", "ask": …, "platform": …, "as_of": …, "facts": {…}}',
        }
    answer = {"error": doubled_words(doubled)} if doubled is not None else _answer(rulebook, question)
    return {"id": identifier(question.get("id")), **answer}


def _answer(rulebook: Rulebook, question: Mapping[str, Any]) -> dict[str, Any]:
    known = "、".join(KEYS)
    for key in question:
        if key not in KEYS:
            return {"error": f"不认识的键「{key[:60]}」{instead(key[:60], KEYS, f'可用的键：{known}')}"}
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


def _dump(answer: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False, default=str).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(answer, default=str).encode() + b"\n"

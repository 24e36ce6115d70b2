"""Replies as JSON lines: one object in, one object out, in order, whatever the other lines hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from trainer.replies.checker import check_reply
from trainer.replies.wording_shape import ACTS
from trainer.rules import Rulebook
from trainer.rules.jsonlines import doubled_words, identifier, read_json
from trainer.rules.vocabulary import PLATFORMS

KEYS = ("id", "platform", "as_of", "buyer", "reply", "facts", "expect")
_EXPECT = ("acts", "decisions")


class LineError(ValueError):
    """A line that cannot be judged; the message says what, where and how to put it right."""


def check_lines(rulebook: Rulebook, lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """For each line that is not blank: the findings as one line of UTF-8 JSON, and whether it is an error."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if text:
            answer = _check_line(rulebook, text, number)
            yield _dump(answer), "error" in answer


def _check_line(rulebook: Rulebook, line: bytes, number: int) -> dict[str, Any]:
    try:
        asked, doubled = read_json(line)
    except ValueError as error:
        return {"id": None, "error": f"第 {number} 行不是 JSON 对象（{error}），请每行写一个 {{…}}，用 UTF-8 编码"}
    if not isinstance(asked, dict):
        return {
            "id": None,
            "error": f'第 {number} 行不是 JSON 对象，请写成 {{"id": …, "platform": …, "as_of": …, "reply": …}}',
        }
    if doubled is not None:
        return {"id": identifier(asked.get("id")), "error": f"第 {number} 行：{doubled_words(doubled)}"}
    try:
        _check_keys(asked, rulebook)
    except LineError as error:
        return {"id": identifier(asked.get("id")), "error": f"第 {number} 行：{error}"}
    findings = check_reply(
        asked["reply"],
        platform=asked["platform"],
        as_of=asked["as_of"],
        rulebook=rulebook,
        buyer=asked.get("buyer") or "",
        facts=asked.get("facts"),
        expect=asked.get("expect"),
    )
    return {"id": identifier(asked.get("id")), **findings.to_dict()}


def _check_keys(asked: Mapping[str, Any], rulebook: Rulebook) -> None:
    for key in asked:
        if key not in KEYS:
            raise LineError(f"不认识的键「{key[:60]}」，可用的键：{'、'.join(KEYS)}")
    for key in ("platform", "as_of", "reply"):
        if not isinstance(asked.get(key), str):
            raise LineError(f"{key} 必须是文字，请补上")
    if asked["platform"] not in PLATFORMS:
        raise LineError(f"不认识的平台「{asked['platform'][:60]}」，可用的平台：{'、'.join(PLATFORMS)}")
    _check_moment(asked["as_of"])
    if asked.get("buyer") is not None and not isinstance(asked["buyer"], str):
        raise LineError("buyer 必须是文字（买家上一句话），没有可以不写")
    if asked.get("facts") is not None and not isinstance(asked["facts"], dict):
        raise LineError('facts 必须是对象，如 {"order": {"amount": 99}}，没有可以不写')
    _check_expect(asked.get("expect"), rulebook)


def _check_moment(text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LineError(f"as_of「{text[:40]}」不是时间，请写成 2026-11-21T10:00:00+08:00") from None
    if moment.tzinfo is None:
        raise LineError(f"as_of「{text[:40]}」没有时区，请写成 2026-11-21T10:00:00+08:00")


def _check_expect(expect: Any, rulebook: Rulebook) -> None:
    if expect is None:
        return
    if not isinstance(expect, dict) or any(key not in _EXPECT for key in expect):
        raise LineError('expect 只能有 acts 和 decisions，如 {"acts": ["apologise"], "decisions": []}')
    for key, known in (("acts", ACTS), ("decisions", rulebook.decisions)):
        names = expect.get(key)
        if names is None:
            continue
        if not isinstance(names, list):
            raise LineError(f"expect.{key} 必须是列表")
        for name in names:
            if not isinstance(name, str) or name not in known:
                raise LineError(f"expect.{key} 里没有「{str(name)[:60]}」，可用的有：{'、'.join(known)}")


def _dump(answer: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(answer).encode() + b"\n"

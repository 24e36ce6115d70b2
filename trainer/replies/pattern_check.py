"""Words and patterns that a trainer typed: bounded, put into the form that replies are read in, and refused with a reason.

A pattern is no regular expression: it is matched by a walk over sorted hits. Its literal form, without negation, speaker and condition,
is compiled to RE2, which runs in time linear in the text whatever was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import re2

from trainer.replies.changes import WORDS, part_of, says_of
from trainer.replies.lexicon import Lexicon, LexiconError, expand
from trainer.replies.normalise import normalise
from trainer.replies.patterns import MAX_PATTERN, parse_pattern
from trainer.replies.wording_shape import ENTITIES

MOST_PATTERNS = 2_000
"""Patterns and words that trainers may have typed in all."""
LONGEST_WORD = 60
MOST_IN_CHANGE = 200
MEMORY = 8 * 1024 * 1024
_BREAK = ".!?\\n;,~"
_GAPS = {"+": "", "..": f"[^{_BREAK}]{{0,8}}", "...": f"[^{_BREAK}]{{0,60}}", "~": "[^.!?\\n;]{0,30}"}
_DEFAULT_GAP = f"[^{_BREAK}]{{0,3}}"
_ENTITY = "[0-9a-z零〇一二三四五六七八九十百千幺@._/:¥%元块毛天日小时周月年倍成点 -]{1,24}"
_REGEX = re.compile(r"\\|[\[\]{}]|\)[*+?]|\.[*+?]|\(\?|(?<!^)\^|\$(?!$)|^\^.|.\$$")


def typed_faults(part: str, lists: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """What is wrong with typed lines before they are compiled, as (list, Chinese message)."""
    faults: list[tuple[str, str]] = []
    for key, entries in lists.items():
        lines = [line for entry in entries for line in (says_of(entry) if part != "concept" else [str(entry)])]
        if len(lines) > MOST_IN_CHANGE:
            faults.append((key, f"一次最多写 {MOST_IN_CHANGE} 行，现在有 {len(lines)} 行，请分几次"))
            continue
        check = word_fault if part == "concept" or key == "not" else pattern_fault
        faults += [(key, fault) for line in lines if (fault := check(line))]
    return faults


def pattern_fault(line: str) -> str:
    """Why a typed pattern cannot be taken, or ""."""
    if len(line) > MAX_PATTERN:
        return f"句式「{line[:20]}…」有 {len(line)} 个字，最多 {MAX_PATTERN} 个，请拆成几条"
    odd = next((part for part in line.split() if part not in {"^", "$"} and _REGEX.search(part)), "")
    if odd:
        return f"句式「{_short(line)}」里「{_short(odd)}」像正则表达式。这里写词和概念，例如 <添加> .. <微信类>，几个词用 | 隔开"
    return ""


def word_fault(line: str) -> str:
    """Why a typed word cannot be taken, or ""."""
    if len(line) > MAX_PATTERN or (len(line) > LONGEST_WORD and "(" not in line):
        return f"「{line[:20]}…」有 {len(line)} 个字，一个词最多 {LONGEST_WORD} 个，带括号的写法最多 {MAX_PATTERN} 个"
    if line.startswith("<"):
        return "" if line.endswith(">") and len(line) > 2 else f"「{_short(line)}」少了右边的 >"
    if _REGEX.search(line):
        return f"「{_short(line)}」像正则表达式。一行写一个词；几种写法可以写成 (微|薇)信"
    try:
        longest = max(map(len, expand(line)))
    except LexiconError as error:
        return str(error)
    return f"「{_short(line)}」展开后的词超过 {LONGEST_WORD} 个字" if longest > LONGEST_WORD else ""


def readable(line: str, pattern: bool) -> str:
    """The line in the form in which replies are read: lower case, simplified, 您 as 你; marks of the notation stay."""
    if pattern:
        return " ".join(part if _is_notation(part) else _plain(part) for part in line.split())
    return line.strip() if line.startswith("<") else _plain(line.strip())


def _is_notation(part: str) -> bool:
    return part in _GAPS or part in {"^", "$"} or part.lstrip("*").startswith("<")


def _plain(text: str) -> str:
    pieces = re.split(r"([()|*])", text)
    return "".join(piece if piece in "()|*" else _word(piece) for piece in pieces)


def _word(piece: str) -> str:
    made = normalise(piece).text if piece else ""
    return made or piece


def typed_count(changes: Iterable[Mapping[str, Any]]) -> int:
    """How many words and patterns the changes hold in all."""
    return sum(len(says_of(entry)) if part_of(change) != "concept" else 1 for change in changes
               for key in ("add", "not") for entry in change.get(key) or [])


def count_fault(changes: Iterable[Mapping[str, Any]]) -> str:
    """Why there are too many changes together, or ""."""
    count = typed_count(changes)
    if count <= MOST_PATTERNS:
        return ""
    return f"培训师补充的词和句式共有 {count} 条，最多 {MOST_PATTERNS} 条，请先撤回不用的{WORDS['concept']}或句式"


def literal(line: str, lexicon: Lexicon) -> Any:
    """The pattern as an RE2 expression over normalised text, without negation, speaker and condition; raises LexiconError."""
    parse_pattern(line, lexicon)
    expression, gap = "", ""
    for part in line.split():
        if part in {"^", "$"}:
            continue
        if part in _GAPS:
            gap = _GAPS[part]
            continue
        expression += (gap if expression else "") + _slot(part.lstrip("*"), lexicon)
        gap = _DEFAULT_GAP
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = MEMORY, False, True
    try:
        return re2.compile(expression, options)
    except re2.error:
        raise LexiconError(f"句式「{_short(line)}」里的概念合起来太大，请拆成几条") from None


def _slot(part: str, lexicon: Lexicon) -> str:
    if not part.startswith("<"):
        words, entity = [word for word in expand_bars(part) if word], False
    else:
        names = part[1:-1].split("|")
        numbers = [lexicon.number(name) for name in names]
        entity = any(name in ENTITIES or lexicon.unions.get(number) for name, number in zip(names, numbers, strict=True))
        words = [word for number in numbers for word in lexicon.words(number)]
    pieces = [re2.escape(word) for word in dict.fromkeys(words)] + ([_ENTITY] if entity else [])
    if not pieces:
        raise LexiconError(f"句式里「{_short(part or '*')}」没有词，请写一个词或有词的概念")
    return "(?:" + "|".join(pieces) + ")"


def expand_bars(part: str) -> list[str]:
    """「甲|乙(丙|丁)」 written out."""
    out, depth, current = [], 0, ""
    for char in part:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            out += expand(current)
            current = ""
        else:
            current += char
    return [*out, *expand(current)]


def near_concepts(text: str, names: Iterable[str]) -> list[str]:
    """Names of concepts like one that was not found, best first."""
    known = list(names)
    inside = [name for name in known if text and (text in name or name in text)]
    return list(dict.fromkeys([*inside, *get_close_matches(text, known, 3, 0.5)]))[:5]


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"

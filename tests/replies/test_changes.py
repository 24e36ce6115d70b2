"""Trainers' changes of wording entries, and what is refused of what they type."""

import pytest
import re2

from trainer.replies import WordingError, check_reply
from trainer.replies.changes import with_changes
from trainer.replies.lexicon import LexiconError
from trainer.replies.pattern_check import MOST_PATTERNS, count_fault, literal, readable, typed_faults
from trainer.replies.trace import trace
from trainer.replies.wording import compile_wording

FILES = {
    "contact": {
        "concepts": {"软件": ["(微|薇)信", "卫星"], "加": ["加", "添"], "否定": ["不能"]},
        "violations": {"off_platform_contact": {"rule": "r", "why": "不能加", "patterns": ["<加> .. <软件>", {"say": ["走 .. <软件>", "上 .. <软件>"]}]}},
    },
}
PLACE = {"platform": "tmall", "as_of": "2026-11-21T10:00:00+08:00"}


class Source:
    """As much of a rulebook as the reading of wording needs."""

    decisions: dict[str, object] = {}

    def __init__(self, files: dict[str, object]) -> None:
        self.wording, self.digest = files, repr(files)


def house(*changes: dict[str, object]) -> dict[str, object]:
    return {**FILES, "house": {"changes": list(changes)}}


def test_words_are_added_to_a_concept_and_taken_out_of_a_bracket() -> None:
    made, problems = with_changes(house({"concept": "软件", "add": ["蓝泡泡"], "drop": ["薇信"], "not": ["微信公众号"]}))
    assert problems == []
    assert made["contact"]["concepts"]["软件"] == {"words": ["微信", "卫星", "蓝泡泡"], "not": ["微信公众号"]}
    assert FILES["contact"]["concepts"]["软件"] == ["(微|薇)信", "卫星"], "the files stay as they are"


def test_a_new_concept_and_a_pattern_with_it() -> None:
    wording = compile_wording(house({"concept": "暗号", "add": ["老地方"]}, {"violation": "off_platform_contact", "add": ["去 .. <暗号>"]}))
    assert [pattern.source for pattern in wording.patterns][-1] == "去 .. <暗号>"


def test_a_pattern_is_taken_out_of_its_group() -> None:
    made, problems = with_changes(house({"violation": "off_platform_contact", "drop": ["上 .. <软件>", "<加> .. <软件>"]}))
    assert problems == []
    assert made["contact"]["violations"]["off_platform_contact"]["patterns"] == [{"say": ["走 .. <软件>"]}]


@pytest.mark.parametrize(("change", "words"), [
    ({"concept": "软件", "drop": ["没写过"]}, "没有「没写过」这个词"), ({"violation": "abuse", "drop": ["没写过"]}, "没有句式「没写过」"),
    ({"add": ["x"]}, "concept、violation 或 act"), ({"concept": "软件", "remove": ["x"]}, "不认识「remove」"), ({"concept": "软件", "add": "词"}, "都应是列表"),
    ({"concept": "软件", "add": ["(一|二"]}, "括号不成对")])
def test_a_change_that_cannot_be_laid_over_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(WordingError) as error:
        compile_wording(house(change))
    assert words in str(error.value)


@pytest.mark.parametrize(("line", "words"), [
    ("(a+)+$", "像正则表达式"), (".*微信.*", "像正则表达式"), ("[0-9]{5,}", "像正则表达式"), ("加" * 300, "有 300 个字"), ("\\d+ 微信", "像正则表达式")])
def test_what_is_no_pattern_is_refused_with_the_reason(line: str, words: str) -> None:
    assert words in typed_faults("violation", {"add": [{"say": line}]})[0][1]
    assert typed_faults("concept", {"add": [line]}) != []


@pytest.mark.parametrize("line", ["<加> .. <软件>", "加|添 + 微(信|)", "*转 ... ¥ $", "^ 去 ~ 那边", "加+v"])
def test_the_notation_of_patterns_is_taken(line: str) -> None:
    assert typed_faults("act", {"add": [line]}) == []


def test_too_many_lines_and_too_many_changes_are_refused() -> None:
    [(where, fault)] = typed_faults("violation", {"add": [{"say": [f"甲{n} 乙" for n in range(3000)]}]})
    assert where == "add" and "现在有 3000 行" in fault
    changes = [{"violation": "abuse", "add": [{"say": ["x y"] * 150}]}] * 20
    assert f"最多 {MOST_PATTERNS} 条" in count_fault(changes) and count_fault(changes[:13]) == ""


def test_typed_words_get_the_form_that_replies_are_read_in() -> None:
    assert readable("加您 .. <微信类> $", True) == "加你 .. <微信类> $"
    assert readable("（ＶＸ|薇)信", False) == "(vx|薇)信"
    assert readable("<微信类>", False) == "<微信类>"


def test_the_literal_form_is_linear_and_bounded() -> None:
    lexicon = compile_wording(FILES).lexicon
    found = literal("<加> .. <软件>", lexicon)
    assert isinstance(found, re2._Regexp) and found.search("你加一下薇信") and not found.search("加.微信")
    many = compile_wording({"x": {"concepts": {"多": [f"{n}号词" * 9 for n in range(4000)]}}}).lexicon
    with pytest.raises(LexiconError, match="太大"):
        literal(" .. ".join(["<多>"] * 28), many)


def test_the_trace_names_every_pattern_that_meets() -> None:
    source = Source(house({"concept": "软件", "add": ["蓝泡泡"]}))
    assert [hit.pattern for hit in trace("加我蓝泡泡聊", "", source)] == ["<加> .. <软件>"]
    # The learned model does not know the new word, so that alone it may not be enough for an accusation; it is never lost.
    found = check_reply("急的话加我蓝泡泡聊", rulebook=source, **PLACE)
    assert [each.code for each in (*found.violations, *found.suspected)] == ["off_platform_contact"]
    assert trace("不能加蓝泡泡的", "", source) == ()

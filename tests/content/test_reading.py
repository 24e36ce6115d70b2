"""Reading content: every flaw at once, each with its field; what is written back is the same."""

import pytest

from trainer.content import FlawedContent, Lesson, Paper, PassRule, Question, Reader, Shop, read_moment
from trainer.content.yamltext import read_yaml

QUESTION = {
    "id": "a.b",
    "type": "single",
    "title": "一",
    "platforms": ["tmall"],
    "topic": "x",
    "systems": [8],
    "difficulty": 1,
    "pool": "both",
    "stem": "问",
}
PAPER = {
    "id": "p",
    "title": "卷",
    "platforms": ["tmall"],
    "minutes": 30,
    "certifying": True,
    "pass": {"percent": 80},
    "sections": [
        {
            "id": "red",
            "title": "红线",
            "red_line": True,
            "draws": [{"red_line": True, "count": 5, "marks": 2}],
            "pass": "all_right",
        },
        {"id": "desk", "title": "接待", "kind": "case", "cases": ["one", "two"], "marks": 20},
    ],
    "certificate": {"valid_months": 6, "requires": {"lessons": ["late"]}},
}


def flaws_of(build, data):
    with pytest.raises(FlawedContent) as caught:
        build(data)
    return [str(flaw) for flaw in caught.value.flaws]


def test_every_flaw_of_a_question_is_told_at_once():
    told = flaws_of(
        Question.from_dict,
        {**QUESTION, "platforms": ["tmal"], "systems": [99], "difficulty": 9, "pool": "all", "stem": ""},
    )
    assert [line.split(":")[0] for line in told] == ["platforms[1]", "systems[1]", "difficulty", "pool", "stem"]
    assert "是不是 tmall" in told[0]


def test_posts_are_understood_in_chinese_and_kept_as_codes():
    question = Question.from_dict({**QUESTION, "posts": ["售后", "presale", "售后"]})
    assert question.posts == ("aftersale", "presale")


@pytest.mark.parametrize("text", ["2014-6-1", "昨天", "2014-06-31", "2014-06-01T25:00"])
def test_a_day_that_is_none_is_told(text):
    assert "不是日期" in flaws_of(Question.from_dict, {**QUESTION, "as_of": text})[0]


def test_a_moment_without_offset_is_beijing():
    assert read_moment("2014-06-01T10:00").isoformat() == "2014-06-01T10:00:00+08:00"
    assert read_moment("2014-06-01T10:00Z").isoformat() == "2014-06-01T10:00:00+00:00"


def test_a_question_goes_round_through_its_mapping():
    question = Question.from_dict({**QUESTION, "options": [{"text": "甲"}], "red_line": True, "literal": ["7天"]})
    assert Question.from_dict(question.to_dict()) == question


def test_a_paper_counts_its_marks_and_goes_round():
    paper = Paper.from_dict(PAPER)
    assert paper.worth == 30_000 and paper.sections[1].size == 1
    assert paper.show_keys == "closed" and paper.pools == ("exam", "both")
    assert Paper.from_dict(paper.to_dict()) == paper


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"pass": None}, "没有及格要求"),
        ({"pass": {"marks": 99}}, "超过满分 30"),
        ({"pass": {"percent": 80, "marks": 10}}, "其中一个"),
        ({"certifying": False}, "不能发上岗证"),
        ({"sections": []}, "有 0 项"),
        ({"sections": PAPER["sections"][:1] * 2}, "重复"),
        ({"sections": [{"id": "a", "title": "b", "draws": [{"count": 0, "marks": 2}]}]}, "0 超出范围"),
        (
            {"sections": [{"id": "a", "title": "b", "kind": "case", "cases": ["x"], "count": 2, "marks": 1}]},
            "只列了 1 个",
        ),
        ({"minuts": 3}, "是不是 minutes"),
    ],
)
def test_a_badly_written_paper_is_told(change, complaint):
    assert any(complaint in line for line in flaws_of(Paper.from_dict, {**PAPER, **change}))


@pytest.mark.parametrize(
    ("rule", "points", "of", "met"),
    [
        ({"percent": 80}, 7999, 10_000, False),
        ({"percent": 80}, 8000, 10_000, True),
        ({"marks": 60}, 60_000, 100_000, True),
        ({"marks": 60}, 59_999, 100_000, False),
        ("all_right", 9999, 10_000, False),
        ("all_right", 10_000, 10_000, True),
    ],
)
def test_passing_is_exact_at_the_border(rule, points, of, met):
    data = {**PAPER, "pass": rule, "sections": [{**PAPER["sections"][1], "marks": 100}]}
    assert Paper.from_dict(data).passing.met(points, of) is met


def test_a_pass_rule_says_itself():
    assert PassRule(all_right=True).words == "须全部答对"
    assert Paper.from_dict(PAPER).passing.words == "得分率达到 80%"


def test_a_shop_without_price_or_with_a_strange_phrase_is_told():
    told = flaws_of(
        Shop.from_dict,
        {
            "id": "s",
            "name": "店",
            "platform": "tmall",
            "goods": [{"id": "g", "name": "物"}],
            "phrases": [{"key": "a", "group": "b", "text": "c", "state": "old"}],
            "authority": {"agent": {"refund": -1, "compensation": 0}},
        },
    )
    assert any("goods[1].price" in line for line in told)
    assert any("「old」不认识" in line for line in told)
    assert any("-1 太小" in line for line in told)


def test_a_lesson_needs_its_front_matter():
    told = flaws_of(Lesson.from_dict, {"text": "文"})
    assert {line.split(":")[0] for line in told} == {
        "id",
        "title",
        "summary",
        "platforms",
        "topic",
        "systems",
        "minutes",
        "order",
    }


def test_yaml_is_read_as_written_and_knows_its_lines():
    document = read_yaml("a: 2014-06-01\nb: no\nc:\n- 10:30\n- {d: 1.50, e: 007}\n")
    assert document.value == {"a": "2014-06-01", "b": "no", "c": ["10:30", {"d": 1.5, "e": "007"}]}
    assert document.line(("c", 1, "e")) == 5 and document.line(("c", 1, "missing")) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "写了两次"),
        ("a: [", "YAML 写法有误"),
        ("a: &x 1\nb: *x", "锚点"),
        ("a: !!python/object:os.system x", "不支持标记"),
        ("{[1]: 2}", "字段名应是文字"),
    ],
)
def test_what_is_not_plain_yaml_is_told(text, message):
    assert any(message in fault[1] for fault in read_yaml(text).faults)


def test_a_comma_within_a_flow_mapping_is_explained():
    reader = Reader(read_yaml("{text: 甲, 乙丙, right: true}").value)
    reader.text("text"), reader.flag("right")
    reader.done()
    assert [flaw.message for flaw in reader.flaws] == ["「乙丙」被当成了新字段"]
    assert "加引号" in reader.flaws[0].remedy

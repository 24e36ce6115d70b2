"""Scripted replies: points for acts and decisions, deductions, red lines, samples. The reply checks themselves stand in replies/."""

from pathlib import Path

import pytest

from trainer.content import Question
from trainer.content.yamltext import read_yaml
from trainer.questions import ResponseError, check_question, grade, make_variant, parse, scripted_reply
from trainer.replies import Act, Claim, Findings, Suspicion, Violation

FILE = Path(__file__).parent.parent / "data" / "scripted_reply.yaml"
SORRY = Act("apologise", 0, 2, "抱歉")
RIGHT = Claim("late.deadline", "22日10点前", 3, 9, True, False, "2014年6月22日 10:00")
WRONG = Claim("late.deadline", "25日前", 3, 7, False, False, "2014年6月22日 10:00")
FOLLOW = Act("contact_courier", 10, 14, "联系快递")


@pytest.fixture
def question():
    return Question.from_dict(read_yaml(FILE.read_text(encoding="utf-8")).value["questions"][0])


@pytest.fixture
def variant(question, rulebook, moment):
    return make_variant(question, 0, rulebook, moment)


@pytest.fixture
def graded(monkeypatch, variant, rulebook):
    def run(text="抱歉，这一单会在时限之内发出", **found):
        monkeypatch.setattr(scripted_reply, "check_reply", lambda *_, **__: Findings(**found))
        return grade(variant, {"text": text}, rulebook)

    return run


def test_everything_said_well_gets_full_marks_with_the_words_that_earned_them(graded):
    result = graded(acts=(SORRY, FOLLOW), claims=(RIGHT,))
    assert result.points == 1000
    assert [(mark.points, mark.start, mark.end) for mark in result.marks] == [(200, 0, 2), (600, 3, 9), (200, 10, 14)]
    assert all(mark.rule == "tmall.late.window" for mark in result.marks)


def test_what_is_missing_is_told_and_costs_its_weight(graded):
    result = graded(acts=(SORRY,))
    assert result.points == 200
    assert result.marks[1].why == "回复里没有说到这一点。"


def test_a_wrong_statement_earns_nothing_and_is_corrected(graded):
    result = graded(acts=(SORRY, FOLLOW), claims=(RIGHT, WRONG))
    assert result.points == 400
    assert "应是「2014年6月22日 10:00」" in result.marks[1].why


def test_an_act_whose_statement_is_wrong_is_not_earned(graded):
    wrong = Claim("late.deadline", "三天", 11, 13, False, False, None)
    assert graded(acts=(SORRY, FOLLOW), claims=(wrong,)).points == 200


def test_each_forbidden_code_costs_once_and_every_place_is_shown(graded):
    curt = tuple(Violation("curt", at, at + 1, "哦", "shop.curt", "太敷衍。") for at in (0, 5))
    result = graded(acts=(SORRY, FOLLOW), claims=(RIGHT,), violations=curt)
    assert result.points == 800
    assert [mark.points for mark in result.marks if mark.what == "违规点"] == [-200, 0]


@pytest.mark.parametrize("code", ["off_platform_contact", "shift_blame"])
def test_a_red_line_zeroes_the_reply(graded, code):
    result = graded(acts=(SORRY, FOLLOW), claims=(RIGHT,), violations=(Violation(code, 0, 2, "加V", "r", "不行。"),))
    assert result.points == 0
    assert result.marks[-1].what == "触碰红线，本题不得分"


def test_a_reply_too_short_or_too_long_loses_a_deduction(graded):
    assert graded("抱歉。", acts=(SORRY, FOLLOW), claims=(RIGHT,)).points == 800
    assert graded("抱歉" * 60, acts=(SORRY, FOLLOW), claims=(RIGHT,)).points == 800


def test_marks_never_fall_under_nothing(graded):
    slips = tuple(Violation(code, 0, 1, "x", "r", "不行。") for code in ("curt", "close_order", "refuse_trade"))
    assert graded(violations=slips).points == 0


def test_a_suspicion_goes_to_a_person_and_costs_nothing(graded):
    doubt = Suspicion("discourage_rights", 0, 3, "像是在劝退")
    result = graded(
        acts=(SORRY, FOLLOW), claims=(RIGHT,), suspected=(doubt,), needs_review=True, review_because=("疑似",)
    )
    assert result.points == 1000
    assert result.needs_review and result.review_because == ("疑似",)


def test_the_key_is_not_in_what_is_shown(variant):
    assert set(variant.shown) == {"stem", "buyer", "platform", "length", "facts"}
    assert variant.shown["facts"]["order"]["paid_at"] == "2014-06-19T10:00:00+08:00"


def test_samples_outside_their_expected_marks_are_flaws(monkeypatch, question, rulebook, moment):
    def judge(text, **_):
        return Findings(acts=(SORRY, FOLLOW), claims=(RIGHT,)) if text != "好二" else Findings()

    monkeypatch.setattr(scripted_reply, "check_reply", judge)
    flaws = check_question(question, rulebook, moment)
    assert [flaw.path for flaw in flaws] == [("samples", 1), ("samples", 3), ("samples", 4), ("samples", 5)]
    assert "「好二」应得 80–100 分，实得 0 分" in flaws[0].message


def test_line_ends_are_unified_and_blank_is_none():
    assert parse("scripted_reply", {"text": ["一\r\n二"]}) == {"text": "一\n二"}
    assert parse("scripted_reply", {"text": ["  \n"]}) is None
    with pytest.raises(ResponseError, match="最多 2000"):
        parse("scripted_reply", {"text": ["字" * 2001]})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"required": [{"act": "apologize", "points": 1, "what": "x"}]}, "是不是 apologise"),
        ({"required": [{"points": 1, "what": "x"}]}, "恰好一个"),
        ({"forbidden": ["rude"]}, "「rude」不认识"),
        ({"length": [9, 3]}, "字数范围"),
        ({"samples": []}, "样例不够"),
        ({"required": [{"decision": "late.nothing", "points": 1, "what": "x"}]}, "问不了"),
    ],
)
def test_a_badly_written_scripted_reply_is_told(question, rulebook, moment, change, complaint):
    bad = Question.from_dict({**question.to_dict(), **change})
    assert any(complaint in str(flaw) for flaw in check_question(bad, rulebook, moment))

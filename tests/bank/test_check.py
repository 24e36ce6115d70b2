"""`bank check`: every error in one run, with file, line and remedy."""

import shutil
from pathlib import Path

import pytest

from trainer.bank import Bank, BankError, check
from trainer.content import read_moment

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
NOW = read_moment("2026-11-21T10:00")


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SMALL_BANK, tmp_path / "bank")
    return tmp_path / "bank"


@pytest.fixture
def edit(folder):
    """Replace a text in a file and give the problems of the whole bank."""

    def run(name, *changes):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return check(Bank.read(folder), NOW)

    return run


def line_of(folder, name, text):
    return next(n for n, line in enumerate((folder / name).read_text(encoding="utf-8").split("\n"), 1) if text in line)


def test_a_bank_in_order_has_no_problem():
    bank = Bank.load(SMALL_BANK)
    assert check(bank, NOW) == []
    assert list(bank.questions) == ["late.amount", "late.who", "late.engine", "late.steps"]
    assert bank.shops["small-shop"].authority["agent"].refund == 50


@pytest.mark.parametrize(
    ("name", "old", "new", "message", "remedy"),
    [
        (
            "questions/late.yaml",
            "rules: [tmall.late.pay]",
            "rules: [tmall.late.pai]",
            "没有规则 tmall.late.pai",
            "是不是 tmall.late.pay",
        ),
        (
            "questions/late.yaml",
            "比例是 {{tmall.late.pay#rate}}",
            "比例是 {{tmall.late.pay#rat}}",
            "没有数字 rat",
            "是不是 rate",
        ),
        (
            "questions/late.yaml",
            "比例是 {{tmall.late.pay#rate}}",
            "比例是 20%",
            "「20%」和规则的数字 tmall.late.pay#rate 相同",
            "{{tmall.late.pay#rate}}",
        ),
        (
            "questions/late.yaml",
            "比例是 {{tmall.late.pay#rate}}",
            "比例是百分之二十",
            "「百分之二十」和规则的数字",
            "literal",
        ),
        ("questions/late.yaml", "按什么比例赔", "按[[tmall.late.pay]]什么比例赔", "会泄露答案", "explain"),
        (
            "questions/late.yaml",
            "赔 30 元, answer: {amount: 30}",
            "赔 31 元, answer: {amount: 31}",
            "正确选项有 0 个",
            "",
        ),
        ("questions/late.yaml", "topic: shipping", "topic: shiping", "没有知识点 shiping", "是不是 shipping"),
        ("questions/late.yaml", "type: ordering", "type: orderin", "没有题型「orderin」", "是不是 ordering"),
        ("questions/late.yaml", "order.amount * 0.3", "order.amount *", "写法有误", ""),
        (
            "lessons/late.md",
            "check: [late.amount, late.who]",
            "check: [late.amont]",
            "没有题目 late.amont",
            "是不是 late.amount",
        ),
        ("lessons/late.md", "见 [[tmall.late.pay]]", "见 [发货](lesson:nowhere)", "没有课程 nowhere", ""),
        (
            "lessons/late.md",
            "见 [[tmall.late.pay]]",
            "最多 500 元",
            "「500 元」和规则的数字 tmall.late.pay#cap 相同",
            "",
        ),
        ("lessons/late.md", "## 规则", "# 规则", "一级标题", "##"),
        ("lessons/late.md", "amount: 1000", "amont: 1000", "判定块算不出来", "facts"),
        ("lessons/late.md", "id: late", "id: later", "文件名是 late", "一致"),
        ("papers/late-paper.yaml", "count: 2", "count: 3", "知识点 late_shipment」要 3 题，还差 1 题", "请补"),
        ("papers/late-paper.yaml", "topics: [shipping]", "topics: [shippin]", "没有知识点 shippin", "是不是 shipping"),
        ("papers/late-paper.yaml", "types: [ordering]", "types: [essay]", "没有题型 essay", ""),
        (
            "shops/small-shop.yaml",
            "rule: tmall.late.window",
            "rule: tmall.late.windows",
            "没有规则 tmall.late.windows",
            "是不是",
        ),
        ("shops/small-shop.yaml", "price: 19.9", "price: 十九", "应是数字", "不带单位"),
    ],
)
def test_a_single_error_is_told_with_its_line_and_remedy(folder, edit, name, old, new, message, remedy):
    problems = edit(name, (old, new))
    found = [one for one in problems if message in one.message]
    assert found, problems
    assert found[0].file == name
    assert remedy in found[0].remedy
    first = line_of(folder, name, new.split("\n")[0])
    assert abs(found[0].line - first) <= 8, (found[0], first)


def test_lines_of_lessons_and_questions_are_exact(folder, edit):
    problems = edit("lessons/late.md", ("见 [[tmall.late.pay]]", "见 [[tmall.late.no]]"))
    assert [one.line for one in problems] == [line_of(folder, "lessons/late.md", "tmall.late.no")]
    problems = edit("questions/late.yaml", ("不用赔, why: 迟发要赔。", '不用赔, why: "最多 500 元。"'))
    assert [one.line for one in problems if one.file.startswith("questions")] == [
        line_of(folder, "questions/late.yaml", "最多 500 元")
    ]


def test_all_errors_of_all_files_come_in_one_run(folder, edit):
    edit(
        "questions/late.yaml",
        ("topic: shipping", "topic: shiping"),
        ("rules: [tmall.late.pay]", "rules: [tmall.late.pai]"),
    )
    edit("lessons/late.md", ("minutes: 5", "minutes: 500"))
    problems = edit("shops/small-shop.yaml", ("platform: tmall", "platform: tmal"))
    assert {one.file for one in problems} == {
        "questions/late.yaml",
        "lessons/late.md",
        "shops/small-shop.yaml",
        "papers/late-paper.yaml",
    }


def test_numbers_marked_literal_are_free(edit):
    problems = edit(
        "questions/late.yaml",
        ("比例是 {{tmall.late.pay#rate}}", "比例是 20 %"),
        ("  stem: 没按时", "  literal: [20%]\n  stem: 没按时"),
    )
    assert problems == []


def test_wrong_options_and_names_of_rights_are_free(edit):
    problems = edit(
        "questions/late.yaml", ("订单金额的一半", "订单金额的 20%"), ("没有这个比例", "七天无理由是另一件事")
    )
    assert problems == []


def test_the_same_id_twice_names_both_places(folder):
    text = (folder / "questions/late.yaml").read_text(encoding="utf-8")
    (folder / "questions/more.yaml").write_text(text, encoding="utf-8")
    problems = [one for one in Bank.read(folder).problems if "重复" in one.message]
    assert len(problems) == 4
    assert problems[0].file == "questions/more.yaml" and "questions/late.yaml 第 2 行" in problems[0].message


def test_a_broken_file_is_told_and_the_others_are_still_checked(folder, edit):
    (folder / "questions/broken.yaml").write_text("questions:\n- {id: a", encoding="utf-8")
    (folder / "questions/latin.yaml").write_bytes(b"\xff\xfe\x00")
    problems = edit("lessons/late.md", ("minutes: 5", "minutes: 0"))
    assert {one.file for one in problems} == {"questions/broken.yaml", "questions/latin.yaml", "lessons/late.md"}


def test_a_broken_rulebook_does_not_hide_the_rest(folder, edit):
    edit(
        "rulebook/tmall/late.yaml",
        ("then:\n    ship_by: order.paid_at + figure.window", "then:\n    ship_by: order.paid + figure.window"),
    )
    problems = edit("lessons/late.md", ("minutes: 5", "minutes: 0"))
    assert {one.file for one in problems} == {"rulebook/tmall/late.yaml", "lessons/late.md"}


def test_a_question_whose_key_rests_on_unchecked_rules_alone_is_in_no_certifying_paper(folder, edit):
    certifying = [("certifying: false", "certifying: true"), ("- {topics: [late_shipment], count: 2, marks: 5}\n", "")]
    problems = edit("papers/late-paper.yaml", *certifying)
    assert any("还差 1 题" in one.message and "待核对" in one.remedy for one in problems)


def test_loading_a_bank_with_problems_raises_them_all(folder):
    (folder / "questions/broken.yaml").write_text("questions: 3", encoding="utf-8")
    with pytest.raises(BankError, match=r"broken\.yaml 第 1 行"):
        Bank.load(folder)


def test_a_missing_folder_is_told(tmp_path):
    assert "没有这个文件夹" in Bank.read(tmp_path / "none").problems[0].message

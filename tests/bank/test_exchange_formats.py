"""Moodle XML, spreadsheets and pasted text; and the shipped bank out and in again through each format."""

import base64
from pathlib import Path

import pytest
import yaml

from trainer.bank import Bank
from trainer.bank.exchange import (
    SAMPLES,
    Defaults,
    Topic,
    read_gift,
    read_moodle,
    read_rows,
    read_word,
    shape,
    write_gift,
    write_moodle,
    write_rows,
)

BANK = Path(__file__).parents[2] / "question_bank"
TOPICS = [Topic(one["id"], one["title"], tuple(one["systems"])) for one in yaml.safe_load((BANK / "topics.yaml").read_text(encoding="utf-8"))["topics"]]
DEFAULTS = Defaults(TOPICS[0], ("taobao",))
DOT = base64.b64encode(b"\x89PNG dot").decode()


def quiz(inner, head='<?xml version="1.0" encoding="UTF-8"?>'):
    return f"{head}\n<quiz>\n{inner}\n</quiz>".encode()


def question(kind, inner, text="题干"):
    return f'<question type="{kind}"><name><text>名</text></name><questiontext format="html"><text><![CDATA[{text}]]></text>{inner}</question>'


ANSWERS = ('</questiontext><single>{}</single><answer fraction="{}"><text>甲</text><feedback><text>为什么</text></feedback></answer>'
           '<answer fraction="{}"><text>乙</text></answer>')


def test_choices_with_weights_feedback_and_a_picture():
    inner = f'<file name="a b.png" encoding="base64">{DOT}</file>' + ANSWERS.format("true", 100, 50)
    reading = read_moodle(quiz(question("multichoice", inner, '<p>看图 <img src="@@PLUGINFILE@@/a%20b.png" alt="底单"/></p>')))
    item = reading.items[0]
    assert item.body["options"] == [{"text": "甲", "right": True, "why": "为什么"}, {"text": "乙", "credit": 50}]
    assert item.stem == "看图 ![底单](picture:a b.png)" and item.pictures == {"a b.png": b"\x89PNG dot"}
    several = read_moodle(quiz(question("multichoice", ANSWERS.format("false", "33.33333", "66.66667")))).items[0]
    assert several.type == "multiple" and several.body["options"][0]["credit"] == 33.33333


def test_the_other_types_and_what_has_no_counterpart():
    gaps = "</questiontext>"
    matching = ("</questiontext>" + "".join(f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
                                            for left, right in (("发票", "6"), ("拒绝", "4"), ("", "3"))))
    number = '</questiontext><answer fraction="100"><text>72</text><tolerance>1</tolerance></answer><units><unit><unit_name>小时</unit_name></unit></units>'
    reading = read_moodle(quiz(
        '<question type="category"><category><text>$course$/举证：签收未收到</text></category></question>\n'
        + question("truefalse", '</questiontext><answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer>')
        + question("matching", matching) + question("numerical", number)
        + question("cloze", gaps, "由{1:SHORTANSWER:%100%卖家#对~%50%店}付，{2:SA:=买家}不付。")
        + question("essay", gaps) + "\n" + question("cloze", gaps, "{1:MULTICHOICE:=甲~乙}")))
    true_false, match, numeric, cloze = reading.items
    assert true_false.body == {"right": False} and match.body["extra"] == ["3"]
    assert numeric.body == {"answer": {"value": 72, "tolerance": 1, "unit": "小时"}}
    assert cloze.body["text"] == "由[[1]]付，[[2]]不付。" and cloze.body["blanks"][0]["partial"] == [{"text": "店", "credit": 50}]
    assert "分值不同" in cloze.remarks[0] and shape(cloze, DEFAULTS, TOPICS)["topic"] == "receipt_evidence"
    assert [one.where for one in reading.troubles] == ["第 4 行", "第 5 行"] and "话术题" in str(reading.troubles[0])


@pytest.mark.parametrize(("data", "said"), [
    (b"<quiz><question", "不是完整的 XML"), (b"", "不是完整的 XML"), (b"\xff\xfe\x00", "不是完整的 XML"), (b"<html></html>", "不是 <quiz>"),
    (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "DTD"), (quiz("", '<?xml version="1.0" encoding="nonsense"?>'), "不是完整的 XML"),
])
def test_a_file_that_is_no_question_bank_is_told_so(data, said):
    assert said in str(read_moodle(data).troubles[0])


@pytest.mark.parametrize("code", ["gb2312", "gb18030", "utf-16", "utf-8"])
def test_code_pages(code):
    text = f'<?xml version="1.0" encoding="{code}"?>\n<quiz>' + question("truefalse", '</questiontext><answer fraction="100"><text>true</text></answer>'
                                                                       '<answer fraction="0"><text>false</text></answer>', "发货") + "</quiz>"
    assert read_moodle(text.encode(code)).items[0].stem == "发货"


def test_rows_tolerate_the_columns_of_usual_templates():
    rows = [["题库导入模板"], ["序号", "题目类型", "题目内容*", "A", "B", "C选项", "标准答案（必填）", "答案解析", "难易度", "知识点"],
            ["1", "单选题", "谁付？", "买家", "卖家", "", "b", "因为", "较难", "退换货运费"], ["2", "判断题", "税点买家付（ ）", "", "", "", "×", "", "", ""],
            ["3", "", "都对的有", "甲", "乙", "丙", "A、B", "", "", ""], ["4", "问答题", "说说", "", "", "", "略", "", "", ""],
            ["5", "单选", "缺答案", "甲", "乙", "", "", "", "", ""], ["6", "单选", "对不上", "甲", "乙", "", "D", "", "", ""]]
    reading = read_rows(rows)
    assert [(one.type, one.stem) for one in reading.items] == [("single", "谁付？"), ("true_false", "税点买家付"), ("multiple", "都对的有")]
    assert reading.items[0].meta["difficulty"] == 3 and reading.items[0].body["options"][1]["right"]
    assert [one.where for one in reading.troubles] == ["第 6 行", "第 7 行", "第 8 行"]
    assert "题干" in str(read_rows([["姓名", "工号"], ["张三", "1"]]).troubles[0])


def test_the_template_of_our_own_reads_without_trouble():
    reading = read_rows(SAMPLES)
    assert not reading.troubles and [one.type for one in reading.items] == ["single", "multiple", "true_false", "cloze"]


PASTED = """客服培训题库
一、单项选择题（每题2分，共10分）
1、普通商品付款后应在（  ）内发货。
A、24小时   B、48小时
C、72小时   D、7天
答案：C
解析：以规则为准。
第二行。
2. 买家要求加微信，客服应当( B )
A.马上加 B.礼貌拒绝
3．下列属于站外引导的是？（2分）
A．发微信号
B．发二维码
【答案】A【解析】都算。
二、多选题
4、可以作为凭证的有
A. 签收底单 B. 聊天记录 C. 猜测
正确答案：A、B
三、判断题
5. 发票税点可由买家承担。（ × ）
四、填空题
6、单笔最高____元，比例为____。
答案：500；30%|百分之三十
五、简答题
7、如何安抚买家？
答案：略"""


def test_text_pasted_from_word():
    reading = read_word(PASTED)
    assert [one.type for one in reading.items] == ["single", "single", "single", "multiple", "true_false", "cloze"]
    first, second, third, fourth, fifth, sixth = reading.items
    assert first.explain == "以规则为准。\n第二行。" and [one["text"] for one in first.body["options"]] == ["24小时", "48小时", "72小时", "7天"]
    assert second.body["options"][1]["right"] and "B" not in second.stem and "2分" not in third.stem and third.explain == "都算。"
    assert [bool(one.get("right")) for one in fourth.body["options"]] == [True, True, False] and fifth.body == {"right": False}
    assert sixth.body["blanks"][1]["accept"] == ["30%", "百分之三十"]
    assert len(reading.troubles) == 1 and reading.troubles[0].where == "第 25 行（第 7 题）"


def test_answers_listed_at_the_end():
    reading = read_word("单选题\n1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n判断题\n3. 丙对吗\n答案：\n1-2 AB 3.√")
    assert [one.body["options"][0].get("right", False) for one in reading.items[:2]] == [True, False] and reading.items[2].body == {"right": True}
    assert not reading.troubles


@pytest.fixture(scope="module")
def bank_questions():
    bank = Bank.load(BANK)
    return [entry.value.to_dict() for entry in bank.entries if entry.kind == "question"]


@pytest.mark.parametrize("form", ["gift", "moodle", "rows"])
def test_the_shipped_bank_out_and_in_again_is_the_same(bank_questions, form):
    write, read = {"gift": (write_gift, read_gift), "moodle": (write_moodle, read_moodle), "rows": (write_rows, read_rows)}[form]
    written, left_out = write(bank_questions)
    gone = {one.id for one in left_out}
    reading = read(written)
    assert not reading.troubles and all(one.why for one in left_out)
    assert [shape(one, DEFAULTS, TOPICS) for one in reading.items] == [body for body in bank_questions if body["id"] not in gone]
    assert {body["type"] for body in bank_questions if body["id"] not in gone} >= {"single", "multiple", "true_false"}


def test_a_row_changed_in_the_spreadsheet_is_taken_as_changed():
    options = [{"text": "甲", "right": True}, {"text": "乙", "why": "不对"}]
    body = {"id": "q.a", "type": "single", "title": "标题", "platforms": ["jd"], "topic": "freight", "systems": [3], "difficulty": 1, "pool": "both",
            "stem": "旧题干", "options": options, "note": "记一笔"}
    rows = [list(row) for row in write_rows([body])[0]]
    rows[1][3] = "新题干"
    assert shape(read_rows(rows).items[0], DEFAULTS, TOPICS) == {**body, "stem": "新题干"}
    rows[1][-1] = rows[1][-1].replace('"single"', '"decision"')
    assert "完整数据" in str(read_rows(rows).troubles[0])

"""Every type written in the browser: lines and YAML to a body and back, and messages that name the line."""

from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from trainer.bank import Bank
from trainer.errors import InputError
from trainer.services.authoring import body_of
from trainer.services.type_forms import part_of
from trainer.web.authoring.forms import form_of, read_form

ROOT = Path(__file__).parents[2]


def test_every_shipped_question_is_shown_in_the_editor_and_comes_back_the_same() -> None:
    bank = Bank.load(ROOT / "question_bank")
    bodies = [entry.value.to_dict() for entry in bank.entries if entry.kind == "question"]
    assert len(bodies) > 200
    for body in bodies:
        assert body_of(form_of(body)) == body, body["id"]


def sent(**fields: str) -> dict[str, object]:
    return part_of(read_form(MultiDict(fields)))


def test_lines_become_the_fields_of_their_type() -> None:
    assert sent(type="true_false", right="no", why="税点含在价里") == {"right": False, "why": "税点含在价里"}
    assert sent(type="ordering", steps="核对 ## 免得弄错\n查件\n回复") == {"steps": [{"text": "核对", "why": "免得弄错"}, "查件", "回复"]}
    assert sent(type="matching", pairs="发票 = 6 分\n拒绝交易=4 分", extra="3 分") == {
        "pairs": [{"left": "发票", "right": "6 分"}, {"left": "拒绝交易", "right": "4 分"}], "extra": ["3 分"]}
    assert sent(type="cloze", text="付款后 [[1]] 内发货。", blanks="{{tmall.late.pay#rate}} | 30%") == {
        "text": "付款后 [[1]] 内发货。", "blanks": [{"figure": "tmall.late.pay#rate", "accept": ["30%"]}]}
    assert sent(type="numeric", value="72", unit="小时", tolerance="0.5") == {"answer": {"value": 72, "unit": "小时", "tolerance": 0.5}}
    assert sent(type="spot_violation", chat="买家：在吗\n客服:[[加我微信|off_platform_contact]]") == {
        "chat": [{"who": "买家", "text": "在吗"}, {"who": "客服", "text": "[[加我微信|off_platform_contact]]"}]}


@pytest.mark.parametrize(("fields", "said"), [
    ({"type": "matching", "pairs": "甲 = 乙\n丙"}, "第 2 行"), ({"type": "numeric", "value": "七十二"}, "不是数字"),
    ({"type": "spot_violation", "chat": "没有说话人"}, "第 1 行"), ({"type": "decision", "mode": "yaml", "yaml": "a: [1"}, "第 1 行"),
    ({"type": "decision", "mode": "yaml", "yaml": "只是文字"}, "字段"), ({"type": "decision", "mode": "yaml", "yaml": "id: x"}, "填在上面"),
    ({"type": "decision", "mode": "yaml", "yaml": "a: " + "x" * 30000}, "写短些"), ({"type": "decision", "mode": "yaml", "yaml": "a: &b {c: *b}"}, "锚点")])
def test_what_cannot_be_read_is_told_in_words(fields: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sent(**fields)

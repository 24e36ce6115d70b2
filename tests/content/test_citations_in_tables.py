"""A citation keeps its words wherever it stands."""

from trainer.content.markdown import render


def test_a_citation_in_a_table_stays_in_its_cell() -> None:
    page = render("| 订单 | 运费 |\n| --- | --- |\n| 包邮 | [[tmall.x#fee|8 元]] |\n")
    assert page.count("<td>") == 2
    assert ">8 元</a></td>" in page


def test_a_bar_in_running_text_is_kept() -> None:
    assert "甲|乙" in render("甲|乙")

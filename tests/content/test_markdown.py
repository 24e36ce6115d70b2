"""Markdown becomes safe HTML, and nothing else does."""

import pytest

from trainer.content.markdown import plain, render, render_inline


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[点我](javascript:alert(1))",
        "[点我](data:text/html;base64,PHNjcmlwdD4=)",
        "[点我](  JaVaScRiPt:alert(1))",
        "![图](https://x.example/a.png)",
        '<a href="https://x.example" onclick="x()">a</a>',
        "[[a.b|<script>alert(1)</script>]]",
        "`<script>alert(1)</script>`",
        "<style>*{display:none}</style>",
        '| a |\n| --- |\n| <iframe src="https://x.example"></iframe> |',
    ],
)
def test_no_markup_of_the_writer_gets_through(attack):
    page = render(attack)
    for danger in (
        "<script",
        "<img",
        "<iframe",
        "<style",
        'href="javascript',
        'href="data',
        "style=",
        "<a onclick",
        "src=x>",
    ):
        assert danger not in page.lower()


def test_raw_html_is_shown_as_typed():
    assert "&lt;b&gt;" in render("<b>粗</b>")


def test_ordinary_markdown_is_rendered():
    page = render("## 规则\n\n**重点**\n\n- 一\n- 二\n\n| 甲 | 乙 |\n| --- | --: |\n| 1 | 2 |")
    for part in (
        "<h2>规则</h2>",
        "<strong>重点</strong>",
        "<li>一</li>",
        '<div class="table-wrap"><table>',
        "<td>2</td>",
    ):
        assert part in page
    assert "style=" not in page


def test_a_citation_is_a_chip_that_names_its_rule_and_figure():
    page = render_inline("见 [[tmall.late.pay#rate|30%]]。")
    assert 'data-rule="tmall.late.pay"' in page and 'data-figure="rate"' in page
    assert 'class="cite cite-figure"' in page and 'href="/rules/tmall.late.pay"' in page
    assert ">30%</a>" in page and not page.startswith("<p>")


def test_links_to_lessons_and_secure_pages_stay():
    page = render("[发货](lesson:shipping-deadline) [法](https://www.example.com/a)")
    assert 'href="/lessons/shipping-deadline"' in page and 'href="https://www.example.com/a"' in page


def test_an_insecure_link_loses_its_address():
    assert "http://" not in render("[旧](http://www.example.com)").replace("&#", "")


def test_plain_words_hold_no_markup():
    assert plain("**重点**:见 [[a.b|七天]],`x < y`") == "重点:见 七天,x < y"

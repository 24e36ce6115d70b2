"""The currency badge stands on figures, citations and marks wherever a rule is named."""

import pytest
from flask import Flask, render_template_string

from tests.factories import Cast, client_of
from tests.web.rules_site import shipped as shipped
from trainer.web.rule_badges import rule_badge, small_badge, with_badges

OLD, CURRENT = "tmall.shipping.normal_72h", "law.refund.seven_days"
MARKS = ('{% from "questions/_answer.html" import mark_list %}'
         '{{ mark_list([{"points": 0, "of": 1, "what": "时限", "why": "见 [[" ~ rule ~ "#hours|72 小时]]", "rule": rule, "rule_title": "某条"}]) }}')


@pytest.fixture
def site(shipped: tuple[Flask, Cast]) -> Flask:
    return shipped[0]


def test_an_unchecked_rule_has_the_year_of_its_document_and_the_words(site: Flask) -> None:
    with site.test_request_context():
        badge = str(small_badge(OLD))
        assert "2012<" in badge and "2012年资料 · 待核对" in badge and 'aria-hidden="true">2012' in badge
        full = rule_badge(OLD)
        assert full is not None and full.status == "unchecked"


def test_a_checked_or_unknown_rule_adds_nothing_to_running_text(site: Flask) -> None:
    with site.test_request_context():
        assert str(small_badge(CURRENT)) == str(small_badge("no.such")) == str(small_badge(None)) == ""
        assert rule_badge(CURRENT) is not None and rule_badge("no.such") is None


def test_links_to_rules_in_texts_of_trainers_get_the_badge_inside(site: Flask) -> None:
    with site.test_request_context():
        page = render_template_string("{{ text|markdown }}", text=f"要在 [[{OLD}#hours|72 小时]] 内发货，[[{CURRENT}|七日]] 退款。<b>")
        assert page.count("mini-badge-unchecked") == 1 and "&lt;b&gt;" in page
        assert page.index("72 小时") < page.index("mini-badge") < page.index("</a>")
        assert str(with_badges("<p>没有规则</p>")) == "<p>没有规则</p>"


def test_a_mark_names_its_rule_with_the_full_badge(site: Flask) -> None:
    with site.test_request_context():
        old = render_template_string(MARKS, rule=OLD)
        assert old.count("2012年资料 · 待核对") == 3, "the chip in the reason (tip and hidden words) and the cited rule"
        assert "现行已核对" in render_template_string(MARKS, rule=CURRENT)


@pytest.mark.parametrize("address", [
    f"/rules/{OLD}", "/rules/?q=72小时发货", "/rules/compare",
    "/rules/calculators/shipping.deadline?asked=1&platform=tmall&as_of=2012-11-20T10:00&order.kind=normal&order.paid_at=2012-11-10T10:00",
])
def test_pages_that_name_the_rule_carry_it(shipped: tuple[Flask, Cast], address: str) -> None:
    page = client_of(*(shipped[0], shipped[1].chen)).get(address).text
    assert "2012年资料 · 待核对" in page

"""A calculator for every decision: forms from the facts, answers in Chinese, addresses that hold the case."""

import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, client_of
from tests.web.rules_site import shipped as shipped
from trainer.extensions import db
from trainer.rules import Rulebook
from trainer.services import calculator_forms, calculators
from trainer.services.releases import current_rulebook


@pytest.fixture(scope="module")
def rulebook(shipped: tuple[Flask, Cast]) -> Rulebook:
    with shipped[0].app_context():
        return current_rulebook(db.session())


@pytest.fixture
def chen(shipped: tuple[Flask, Cast]) -> FlaskClient:
    return client_of(shipped[0], shipped[1].chen)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def ask(client: FlaskClient, name: str, **facts: object) -> str:
    query = urlencode({"asked": "1", **{key.replace("__", "."): value for key, value in facts.items()}}, doseq=True)
    return text_of(client.get(f"/rules/calculators/{name}?{query}").text)


def test_the_list_holds_every_decision_and_is_searched(chen: FlaskClient, rulebook: Rulebook) -> None:
    page = chen.get("/rules/calculators/").text
    assert all(f'href="/rules/calculators/{name}"' in page for name in rulebook.decisions)
    assert f"共 {len(rulebook.decisions)} 个" in page
    found = chen.get("/rules/calculators/?q=发货 最晚").text
    assert "/rules/calculators/shipping.deadline" in found and "/rules/calculators/compensation.fraud" not in found


def test_every_decision_has_a_form_with_a_field_for_every_fact(chen: FlaskClient, rulebook: Rulebook) -> None:
    for spec in rulebook.decisions.values():
        page = chen.get(f"/rules/calculators/{spec.ask}").text
        for name, fact in spec.facts.items():
            if name != "shop":
                assert f'name="{name}' in page, f"{spec.ask}: {name}"
                assert all(f'value="{value}"' in page for value in fact.values if fact.kind in ("choice", "choices")), name
        assert "填好左边的订单信息" in page


def test_every_decision_tells_what_is_missing_at_its_field(chen: FlaskClient, rulebook: Rulebook) -> None:
    for spec in rulebook.decisions.values():
        page = chen.get(f"/rules/calculators/{spec.ask}?asked=1").text
        needed = [name for name in spec.needs if spec.facts[name].kind not in ("choices", "counts", "messages")]
        for name in needed:
            assert f'id="{name}-error"' in page, f"{spec.ask}: {name}"


def test_every_example_of_the_rulebook_survives_the_way_through_the_form(rulebook: Rulebook) -> None:
    tried = 0
    for rule in rulebook.rules.values():
        for case in calculators.worked_cases(rulebook, rule):
            form = {key: value if isinstance(value, list) else [value] for key, value in case.query.items()}
            done = calculators.calculate(rulebook, rulebook.decisions[case.ask], case.platform, calculator_forms.moment_text(case.query["as_of"]), form)
            assert done.result == case.result, f"{rule.id}: {case.why}"
            tried += 1
    assert tried > 200


def test_an_answer_stands_with_its_reasons_and_the_rules_that_do_not_apply(chen: FlaskClient) -> None:
    page = ask(chen, "return.seven_day", platform="tmall", order__signed_at="2026-11-01T10:00", claim__filed_at="2026-11-08T20:00",
               order__category="general", goods__intact="true")
    assert "可以退是" in page and "最晚申请时间2026年11月8日 23:59:59（周日）" in page
    assert "七日自签收次日起算" in page and "网络购买商品七日无理由退货暂行办法" in page
    assert "有准确时间：168小时待核（年份未载 · 待核对） 不适用（以「七日自签收次日起算」为准：优先级更高）" in page


def test_the_same_case_is_answered_by_the_rules_of_its_day(chen: FlaskClient) -> None:
    page = ask(chen, "return.seven_day", platform="tmall", as_of="2013-11-08T20:00", order__signed_at="2013-11-01T10:00",
               claim__filed_at="2013-11-08T20:00", order__category="general", goods__intact="true")
    assert "可以退否" in page and "最晚申请时间2013年11月8日 10:00:00" in page


def test_a_wrong_value_is_told_at_its_field_together_with_what_is_missing(chen: FlaskClient) -> None:
    page = chen.get("/rules/calculators/shipping.compensation?asked=1&order.amount=viel").text
    assert "有一项填得不对" in page and 'value="viel"' in page
    assert "「viel」不是数" in text_of(page) and 'id="order.paid_at-error"' in page


@pytest.mark.parametrize("query", ["order.amount=-5", "order.amount=1e400", "order.paid_at=gestern", "order.kind=zauber", "as_of=nie", "platform=moon",
                                   "order.paid_at=0001-01-01T00:00", "order.paid_at=9999-12-31T23:59"])
def test_nothing_that_is_typed_breaks_the_page(chen: FlaskClient, query: str) -> None:
    assert chen.get(f"/rules/calculators/shipping.compensation?asked=1&{query}").status_code == 200


def test_facts_that_contradict_each_other_are_refused_in_words(chen: FlaskClient) -> None:
    assert "不能多于" in ask(chen, "metric.effective_reply", users="5", effective_users="9")


def test_messages_are_rows_and_more_rows_come_as_they_fill(chen: FlaskClient) -> None:
    rows = {f"messages.{n}.at": f"2026-11-20T1{n}:00" for n in range(4)} | {"messages.0.replied_at": "2026-11-20T10:30"}
    page = chen.get("/rules/calculators/metric.effective_user", query_string=rows).text
    assert "计入考核的消息数4" in text_of(page)
    assert 'name="messages.4.at"' in page and 'name="messages.5.at"' not in page


def test_counts_and_ticks_are_read(chen: FlaskClient) -> None:
    assert "内部考核扣分200 分" in ask(chen, "shop.reception_fine", lapses__quarrel="2")
    page = ask(chen, "evidence.receipt", evidence__signed_by="third_party", evidence__offered=["tracking_screenshot", "dispatch_slip"])
    assert "凭证足够否" in page and "不采信签收记录截图、发货底单" in page


def test_what_the_documents_do_not_give_is_said_and_not_made_up(chen: FlaskClient) -> None:
    assert "没有，原因见依据" in ask(chen, "delivery.fee", basket="10", distance_km="3.5", ordered_at="2026-11-20T10:00")
    assert "没有生效的规则，资料未载" in ask(chen, "shipping.deadline", as_of="2001-01-01T10:00", order__paid_at="2001-01-01T10:00", order__kind="normal")


def test_an_estimate_is_marked(chen: FlaskClient) -> None:
    page = ask(chen, "service.respond_by", request__kind="complaint_close", request__at="2035-03-02T10:00")
    assert "估计值" in page


def test_a_decision_that_is_not_there_is_not_found(chen: FlaskClient) -> None:
    assert chen.get("/rules/calculators/no.such").status_code == 404


def test_a_stranger_is_sent_to_sign_in(shipped: tuple[Flask, Cast]) -> None:
    assert shipped[0].test_client().get("/rules/calculators/").status_code == 303

"""Figures that a reply states are compared with the decision."""

import pytest

PAID = {"order": {"paid_at": "2026-11-20T10:00:00+08:00", "kind": "normal"}}
SILENT = {"claim": {"filed_at": "2026-11-20T10:00:00+08:00", "needs_return": False}}


def only(found):
    assert len(found.claims) == 1
    return found.claims[0]


@pytest.mark.parametrize("said", ["72小时", "三天", "3天", "３天", "七十二小时", "72h", "3日"])
def test_the_right_deadline_agrees_in_every_numeral_form(check, said):
    claim = only(check(f"亲,付款后{said}内发货", facts=PAID))
    assert (claim.about, claim.agrees, claim.better) == ("shipping.deadline", True, False)


def test_a_wrong_platform_deadline_is_a_wrong_fact_with_the_right_figure(check):
    found = check("平台规定三天不处理就自动退款给您", facts=SILENT, platform="taobao")
    assert only(found).agrees is False
    assert only(found).correct == "5天"
    assert [each.code for each in found.violations] == ["wrong_fact"]


def test_the_shops_own_better_promise_agrees_and_is_marked(check):
    claim = only(check("我们24小时内给您发货", facts=PAID))
    assert (claim.agrees, claim.better) == (True, True)


def test_a_statement_of_the_platform_must_be_right_either_way(check):
    assert only(check("平台规定24小时内必须发货", facts=PAID)).agrees is False


@pytest.mark.parametrize(
    ("reply", "agrees"),
    [("天猫是假一赔十的", True), ("天猫假一赔三", False), ("假货按规定赔您十倍", True)],
)
def test_multiples_are_compared(check, reply, agrees):
    found = check(reply, facts={"order": {"amount": 100}}, buyer="买到假货怎么赔")
    assert only(found).agrees is agrees


@pytest.mark.parametrize(("reply", "agrees"), [("缺货赔30%", True), ("缺货赔三成", True), ("缺货赔百分之十", False)])
def test_rates_are_compared(check, reply, agrees):
    facts = {
        "order": {"amount": 300, "paid_at": "2026-11-10T10:00:00+08:00", "kind": "normal"},
        "claim": {"reason": "out_of_stock"},
    }
    assert only(check(reply, facts=facts)).agrees is agrees


def test_who_pays_postage_is_compared(check):
    facts = {"order": {"free_shipping": True}, "claim": {"reason": "quality"}}
    assert only(check("退货运费需要您承担", facts=facts)).agrees is False
    assert only(check("退货运费我们承担", facts=facts)).agrees is True


def test_a_denied_figure_is_no_claim(check):
    assert check("不用等72小时,现在就能申请介入", facts={}).claims == ()


def test_days_gone_by_are_no_claim(check):
    said = [claim.said for claim in check("您付款已经5天了,今天一定给您发货", facts=PAID).claims]
    assert said == ["今天"]

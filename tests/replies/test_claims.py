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


NIGHT_PAID = {"order": {"paid_at": "2026-11-17T20:00:00+08:00", "kind": "normal"}}
WEDNESDAY = "2026-11-18T10:00:00+08:00"


@pytest.mark.parametrize(
    ("reply", "agrees", "better"),
    [
        ("天猫规定的,最晚本周五晚上八点前发出", True, False),
        ("天猫规定的,最晚20号前发出", True, False),
        ("按天猫规定,11月24日前发货都可以", False, False),
        ("我们明天就给您发出", True, True),
        ("我们12月1号之前发货", False, False),
    ],
)
def test_a_day_named_is_compared_with_the_moment_due(check, reply, agrees, better):
    claim = check(reply, facts=NIGHT_PAID, as_of=WEDNESDAY).claims[0]
    assert (claim.about, claim.agrees, claim.better) == ("shipping.deadline", agrees, better)


def test_an_expected_arrival_and_a_past_day_are_no_term(check):
    assert check("您17号付的款,预计21号送到", facts=NIGHT_PAID, as_of=WEDNESDAY).claims == ()


@pytest.mark.parametrize(
    ("reply", "facts", "about", "agrees"),
    [
        ("单独寄发票的邮费由买家承担", {"invoice": {"case": "separate_same_address"}}, "invoice.postage", False),
        ("单独寄发票的邮费由我们承担", {"invoice": {"case": "separate_same_address"}}, "invoice.postage", True),
        ("按规范投诉要在48小时内答复", {"request": {"kind": "complaint", "at": "2026-11-17T15:00:00+08:00"}}, "service.respond_by", True),
        ("按规范投诉七天内答复就可以", {"request": {"kind": "complaint", "at": "2026-11-17T15:00:00+08:00"}}, "service.respond_by", False),
        ("坏的退回来,邮费按规矩一人一半", {"claim": {"reason": "quality"}, "order": {"free_shipping": True}}, "return.freight", False),
    ],
)  # fmt: skip
def test_postage_and_answering_times(check, reply, facts, about, agrees):
    claim = check(reply, facts=facts, as_of=WEDNESDAY).claims[0]
    assert (claim.about, claim.agrees) == (about, agrees)


def test_a_bare_figure_means_what_the_facts_are_about(check):
    facts = {"goods_received_at": "2026-11-17T16:00:00+08:00"}
    found = check("按规定15天内打就行", facts=facts, buyer="退货多久打款", as_of=WEDNESDAY)
    assert [(claim.about, claim.agrees) for claim in found.claims] == [("return.refund_due", False)]


@pytest.mark.parametrize("reply", ["上传退货单号后7天内退款", "您填了退货快递号,7天之内会退款"])
def test_of_two_clocks_the_one_that_the_sentence_counts_from_is_meant(codes, reply):
    facts = {"return_tracking_at": "2026-11-18T10:00:00+08:00", "return_signed_at": "2026-11-20T10:00:00+08:00"}
    assert codes(reply, facts=facts, platform="douyin") == set()

"""What the contract says outright."""

import pytest

from trainer.replies import ACTS, CODES, Findings


def test_there_are_23_codes_and_28_acts():
    assert (len(CODES), len(set(CODES)), len(ACTS), len(set(ACTS))) == (23, 23, 28, 28)


def test_findings_have_exactly_the_keys_of_the_contract(check):
    found = check("哦", expect={"acts": ["greet"]}).to_dict()
    assert list(found) == ["violations", "acts", "claims", "suspected", "missing", "needs_review", "review_because"]
    assert set(found["violations"][0]) == {"code", "start", "end", "text", "rule", "why"}


def test_findings_survive_a_round_trip(check):
    found = check(
        "亲,您好,48小时内发货,加我微信abc123聊",
        facts={"order": {"paid_at": "2026-11-20T10:00:00+08:00", "kind": "normal"}},
    )
    assert Findings.from_dict(found.to_dict()) == found


def test_places_count_characters_of_the_reply_as_sent(check):
    reply = "亲亲😊 請 加 我 Ｗｅｉ信，聊"
    for each in check(reply).violations:
        assert reply[each.start : each.end] == each.text


def test_every_violation_names_a_rule_of_the_rulebook(rulebook, check):
    for reply in ("哦", "加我微信聊", "给个五星好评返5元红包"):
        for each in check(reply).violations:
            assert rulebook.rule(each.rule)


def test_every_wording_rule_cites_an_existing_rule(rulebook):
    cited = {
        body["rule"]
        for document in rulebook.wording.values()
        for body in (document.get("violations") or {}).values()
        if body.get("rule")
    }
    assert len(cited) > 15
    assert all(rulebook.rule(each) for each in cited)


def test_the_reason_is_one_sentence_that_cites_the_clause_and_offers_a_better_wording(check):
    why = check("加我微信聊").violations[0].why
    assert why.startswith("「加我微信")
    assert "可以改成" in why


@pytest.mark.parametrize(
    "reply",
    [
        "不可以加微信哦,请在旺旺沟通",
        "您说的加微信转账我们不支持",
        "我们不会让您承担税点",
        "不能不给您开发票",
        "不是不给您退,是还没收到货",
        "如果影响二次销售,就不能退",
        "亲,我第一时间帮您处理",
        "您最好先拍照留一下哦",
        "最晚明天18点前给您答复",
        "最近单量大,让您久等了",
        "亲,一定帮您跟进到底",
        "您可以拨打官方售后热线咨询",
        "麻烦您核对一下收件手机号",
        "差的5元给您小额打款过去",
        "您拍一下本店补差链接就可以",
        "问题解决了就好,方便的话给个评价哦",
    ],
)
def test_what_the_contract_calls_innocent_is_not_accused(codes, reply):
    assert codes(reply) == set()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("您找物流去,货出了我们的门就不关我们的事", "shift_blame"),
        ("那边聊方便,号在我头像上", "off_platform_contact"),
        ("亲,加V聊", "off_platform_contact"),
        ("加我 薇 信", "off_platform_contact"),
        ("扣扣聊吧,12345678", "off_platform_contact"),
        ("税点您承担一下就给您开发票", "invoice_surcharge"),
        ("申请介入也没用的", "discourage_rights"),
        ("您先确认收货,我再给您退10块", "induce_confirmation"),
        ("特价商品不退不换", "seven_day_refusal"),
        ("我帮您把订单关了吧", "close_order"),
        ("哦", "curt"),
        ("不知道", "curt"),
    ],
)
def test_what_the_contract_calls_a_slip_is_found(codes, reply, code):
    assert code in codes(reply)


def test_a_turn_of_short_bubbles_is_not_curt(codes):
    assert "curt" not in codes("在的\n我看下哈\n查到了,您这单今天已经到杭州转运中心")


def test_word_salad_earns_no_act(acts):
    assert acts("抱歉 退款 补发 换货 快递 跟进 发票 好评") == set()


def test_an_offer_under_a_condition_counts(acts):
    assert "offer_exchange" in acts("如果是质量问题,我们给您换一件新的")


def test_missing_lists_what_was_expected_and_not_done(check):
    found = check(
        "您好,非常抱歉",
        expect={"acts": ["greet", "apologise", "promise_follow_up"], "decisions": ["refund.seller_silent"]},
    )
    assert found.missing == ("promise_follow_up", "refund.seller_silent")


def test_a_refusal_that_the_facts_allow_is_no_slip(codes):
    facts = {
        "order": {"signed_at": "2026-11-19T10:00:00+08:00", "category": "custom_made"},
        "claim": {"filed_at": "2026-11-21T09:00:00+08:00"},
        "goods": {"intact": True},
    }
    assert "seven_day_refusal" not in codes("亲,这款不支持七天无理由退货哦", facts=facts)
    facts["order"]["category"] = "general"
    assert "seven_day_refusal" in codes("亲,这款不支持七天无理由退货哦", facts=facts)


def test_saying_that_it_is_sent_when_it_is_not_is_an_unsupported_promise(codes):
    facts = {"order": {"paid_at": "2026-11-18T10:00:00+08:00", "shipped_at": None}}
    assert "unsupported_promise" in codes("亲,已经发出去了,在路上呢", facts=facts)
    assert "unsupported_promise" not in codes(
        "亲,已经发出去了,在路上呢", facts={"order": {"shipped_at": "2026-11-19T10:00:00+08:00"}}
    )


def test_something_suspected_asks_for_review_and_says_why(check):
    found = check("平台上说不方便,您懂的")
    if found.suspected:
        assert found.needs_review
        assert found.review_because


@pytest.mark.parametrize("reply", ["给您补张票", "发票给您补一张"])
def test_a_short_plain_offer_of_an_invoice_counts(acts, reply):
    assert "offer_invoice" in acts(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "检测费我们掏,您不用管",
        "之前收您的15元开票费不该收,已经退了",
        "我们收到了律师函,法务三天内书面回您",
        "保证有票,没票您投诉我",
        "那家也是正品授权,您在授权页能查到",
    ],
)
def test_what_is_only_spoken_of_is_no_slip(codes, reply):
    assert codes(reply) == set()

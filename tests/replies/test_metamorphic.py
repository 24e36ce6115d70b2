"""Politeness, punctuation, width, script and numeral forms change nothing in what is found."""

import opencc
import pytest

SLIPS = (
    "加我微信聊,这边说不清楚",
    "您先确认收货,我再给您退10块",
    "给个五星好评返5元红包",
    "申请介入也没用的,平台也是这样判",
    "特价商品不退不换",
    "我帮您把订单关了吧",
    "货出了我们的门就不关我们的事",
    "这是全网最低价,质量最好的",
)
INNOCENT = (
    "不可以加微信哦,请在旺旺沟通",
    "我们不会让您承担税点",
    "您签收后七天内可以申请无理由退货",
    "非常抱歉让您久等,我帮您联系快递核实",
    "如果影响二次销售,就不能退",
)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def politely(reply: str) -> str:
    return f"亲,{reply}哦,谢谢理解"


def with_other_marks(reply: str) -> str:
    return reply.replace(",", "~") + "!"


def full_width(reply: str) -> str:
    return reply.translate(WIDE)


def traditional(reply: str) -> str:
    return opencc.OpenCC("s2t").convert(reply)


def with_invisible_marks(reply: str) -> str:
    return "\u200b".join(reply)


def in_two_bubbles(reply: str) -> str:
    return "在的\n" + reply


CHANGES = (politely, with_other_marks, full_width, traditional, with_invisible_marks, in_two_bubbles)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reply", SLIPS)
def test_a_slip_stays_the_same_slip(codes, reply, change):
    before = codes(reply)
    assert before
    assert before <= codes(change(reply))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reply", INNOCENT)
def test_an_innocent_reply_stays_innocent(codes, reply, change):
    assert codes(change(reply)) == set()


@pytest.mark.parametrize("change", [with_other_marks, full_width, traditional, with_invisible_marks])
@pytest.mark.parametrize("reply", INNOCENT)
def test_acts_stay_the_same(acts, reply, change):
    assert acts(change(reply)) == acts(reply)


def test_the_order_of_clauses_does_not_matter(codes):
    one, other = "加我微信聊", "特价商品不退不换"
    assert codes(f"{one}。{other}") == codes(f"{other}。{one}")


@pytest.mark.parametrize("forms", [("5元", "五块", "¥5", "5块钱"), ("10块", "十元", "十块钱")])
def test_the_form_of_a_sum_does_not_matter(codes, forms):
    assert len({frozenset(codes(f"给个好评返{form}")) for form in forms}) == 1

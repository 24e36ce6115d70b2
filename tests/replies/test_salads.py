"""Keyword lists earn no act, whatever stands between the words; a terse sentence made of the same words does."""

from __future__ import annotations

import pytest

LISTS = (
    "您好 抱歉 退款 换货 补发 运费 好评",
    "欢迎光临、抱歉、理解、订单号、照片、退款、祝您愉快",
    "退货退款换货补发运费承担平台介入发票开具",
    "抱歉!退款!补发!换货!赔偿!运费!",
    "您好和抱歉和退款和补发和发票和运费",
    "您好您好您好抱歉抱歉退款退款换货补发",
    "您好抱歉理解订单照片退款换货补发运费券跟进再见",
    "亲,您好,请,抱歉,退款,谢谢,麻烦,再见",
    "好的 明白 收到 了解 退款 换货",
    "断货 缺货 抱歉 没法 不能 不支持 见谅 建议",
    "1.问候 2.道歉 3.退款 4.补发 5.跟进 6.告别",
    "【退款】【换货】【补发】【发票】【运费】【补偿】",
    "退款 因为 换货 所以 补发 但是 发票 如果 运费",
    "您好😊抱歉🙏退款💰换货🔄补发📦发票🧾再见👋",
    "非常抱歉 十分理解 马上退款 立即补发 免费换货 运费承担 优惠券补偿 持续跟进 祝您愉快",
    "如果质量问题 退款换货 补发赔偿 运费我们 承担",
)


@pytest.mark.parametrize("reply", LISTS)
def test_a_list_of_keywords_earns_nothing(reply, acts):
    assert acts(reply, buyer="什么时候退款") == set()


def test_sentences_with_the_same_words_earn_their_acts(acts):
    reply = "您好,抱歉让您收到坏的,照片发我看一下,今天给您补发一件,运费我们承担"
    assert {"greet", "apologise", "offer_reship", "state_freight_payer"} <= acts(reply)

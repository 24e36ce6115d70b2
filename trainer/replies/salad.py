"""Word salad: keywords strung together with no sentence in them earn nothing."""

from __future__ import annotations

import re

from trainer.replies.clauses import Clause, Discourse, Span

_FUNCTION = frozenset(
    "我你他她它们的了呢哦啊吧吗呀么给帮请会可能要在是有这那就都也还把被让到再先下对跟和很真太最已正将想需没不为用来去过得着好亲说看"
)
_BARE = 6
_RUN = 4
_LONG = 14


def salad_spans(discourse: Discourse) -> list[Span]:
    """The places of keyword lists: runs of bare words, or long clauses without any of the words that make a sentence."""
    if _enumeration(discourse.text) or _keywords_alone(discourse.text):
        return [(0, len(discourse.text))]
    spans: list[Span] = []
    run: list[Clause] = []
    broken = False
    text = discourse.text
    for clause in discourse.clauses:
        body = text[clause.start : clause.end]
        if _bare(body):
            run.append(clause)
            continue
        if len(run) >= 2 and not broken and len(body) <= _BARE:
            broken = True
            continue
        if len(run) >= _RUN:
            spans.append((run[0].start, run[-1].end))
        run, broken = [], False
        if _chain(body):
            spans.append((clause.start, clause.end))
    if len(run) >= _RUN:
        spans.append((run[0].start, run[-1].end))
    covered = sum(end - start for start, end in spans)
    return [(0, len(text))] if covered * 5 > len(text) * 3 else spans


def _enumeration(text: str) -> bool:
    """Whether the whole text is short words parted by 、."""
    parts = text.split("、") if text.count("、") >= _RUN else ()
    return len(parts) >= _RUN + 1 and max(map(len, parts)) <= _BARE + 2


_KEYWORD = re.compile(
    "你好|欢迎光临|抱歉|对不起|不好意思|理解|体谅|谢谢|感谢|多谢|再见|慢走|好的|明白|收到|了解|马上|立即|见谅|谅解|退款|退货|退换|换货|补发|重发|"
    "赔偿|补偿|赔付|优惠券|红包|赠品|发票|开票|抬头|运费|邮费|包邮|照片|视频|凭证|订单号|订单|单号|地址|电话|收件人|核对|确认|核实|快递|物流|催件|网点|派送|"
    "跟进|反馈|处理|答复|回复|解决|推荐|建议|尺码|适合|显瘦|百搭|签收|验货|拒收|破损|付款|提醒|库存|活动|平台|介入|客服|旺旺|没法|不能|不支持|无法|规定|"
    "断货|缺货|发货|到账|质量问题|维修|麻烦|祝你|愉快|承担|非常|十分|免费|持续"
)
_JOINING = re.compile(r"因为|所以|但是|如果|以及|然后|[和与及并的了呢吧啊呀哦请亲你\W\d_]")
_KEYWORDS = 4
_READ_FOR_KEYWORDS = 600


def _keywords_alone(text: str) -> bool:
    """Whether little is left of the text when keywords and the words that join them are taken out."""
    if len(text) > _READ_FOR_KEYWORDS:
        text = text[:_READ_FOR_KEYWORDS]
    found = _KEYWORD.findall(text)
    if len(found) < _KEYWORDS or len(set(found)) < _KEYWORDS - 1:
        return False
    left = _JOINING.sub("", _KEYWORD.sub("", text))
    return len(left) * 6 <= sum(map(len, found))


def _bare(body: str) -> bool:
    return len(body) <= _BARE and _FUNCTION.isdisjoint(body)


def _chain(body: str) -> bool:
    if len(body) < _LONG:
        return False
    words = [char for char in body if "\u3400" <= char <= "\u9fff"]
    return len(words) >= _LONG and sum(char in _FUNCTION for char in words) * 14 < len(words)

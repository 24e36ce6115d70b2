"""Hears what a reply says of this sale: goods recommended, prices to the cent, the case's own statements, questions, pressure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from trainer.replies.normalise import Reading, normalise
from trainer.replies.numerals import NUMBER, parse_number
from trainer.roleplay.case import Case
from trainer.roleplay.moves import yuan
from trainer.roleplay.sale import NO_LOWER, ORDER_FIRST, Price, Sale, due, right_price
from trainer.roleplay.state import State

_SENTENCE = re.compile(r"[^.!?\n;~]*(?:(?<=\d)\.(?=\d)[^.!?\n;~]*)*[.!?\n;~]?")
_CLAUSE = re.compile(r"[^,]+")
_ASKING = re.compile(r"\?|吗|呢|多少|多高|多重|什么|哪|几|怎么|是不是|有没有|还是|告诉我|说一下|说下|发我|报一下|报下")
_DENIED = re.compile(r"(?:不(?!错)|没|无法|并非|未|勿|别(?!的|人)|谈不上|保证不了|不能说).{0,6}$")
_ADVISING = re.compile(r"推荐|建议|适合|合适|选|拍|看看|看下|试试|穿|要不要|搭配|配|有货|有现货|可以考虑|就是这款|这款|换成|改成|用|"
                        r"就够|够[了啦喝]|就行|就好|就可以|入手|[带加来拿][一上个包]")
_NOT_ADVISED = re.compile(r"不建议|不推荐|不适合|不合适|别选|别拍|没货|缺货|断货|卖完|售罄|没有货|会大|偏大|太大|大了|会小|偏小|太小|小了|紧了|不够|不能|"
                          r"不用(?:再|另外|额外)?[买配加带选拍]|不必|不需要|先别|先不")
_AMOUNT = r"\d{1,6}(?:\.\d{1,2})?"
_TENTH = r"([1-9一二三四五六七八九])(?!\d|[个件条只套双瓶盒包片支天次码号])"
_MONEY = re.compile(rf"¥ ?({_AMOUNT})|({NUMBER})(?:元|块钱|块|圆|rmb)(?:{_TENTH})?|({_AMOUNT})")
_UNITS = ("斤 公斤 kg 千克 克 g\\b cm 厘米 mm 毫米 米 m\\b 寸 码 号 件 天 小时 点 月 日 年 % 折 个 只 盒 袋 片 支 瓶 套 次 分 张 人 位 期 ml 毫升 升 l\\b "
          "岁 周 度 层 条 双 段 罐 阶 万")
_OTHER_UNIT = re.compile(rf"^ ?(?:{_UNITS.replace(' ', '|')}|[-/~到至]?\d|:)")
_VAGUE = re.compile(r"^(?:左右|上下|多|来|出头|不到)|^(?:元|块)(?:左右|上下|多)")
_VAGUE_BEFORE = re.compile(r"(?:大概|大约|差不多|约|近|不到|以上)$")
_PRICE = ("到手", "实付", "一共", "总共", "合计", "总价", "折后", "券后", "减后", "优惠后", "优惠下来", "算下来", "最后", "付款金额", "只要", "只需",
          "需要付", "要付", "付", "拍下", "活动价", "现价", "现在", "售价", "卖", "价格", "优惠价", "券后价", "等于", "=", "就是", "给您", "给你", "是")
_OFF = ("满", "减", "省", "便宜", "优惠", "券", "抵", "返", "差", "加", "补", "凑", "够", "赠", "退", "立减", "直降", "少", "折", "每")
_LISTED = ("原价", "标价", "吊牌价", "页面价", "日常价", "平时", "之前", "划线价", "原来", "单买", "分开买", "不用券", "定金", "尾款", "运费", "邮费")
_DENIES = re.compile(r"不了|不到|不行|没法|无法|没有办法|做不|不能|不可以|不是|没有")
_PRESSURE = re.compile(
    r"再不(?:买|拍|下单|付|抢).{0,8}(?:没|涨|亏|后悔|晚|错过)|手慢无|错过.{0,8}(?:后悔|没有了|再等)|不买.{0,6}(?:后悔|亏)|"
    r"(?:赶紧|赶快|快点|抓紧|立刻)(?:的)?(?:时间)?(?:拍|买|下单|付|抢)")
_FIRST = re.compile(
    r"(?:拍下|先拍|先下单|下单|提交订单).{0,16}(?:改价|改好价|改一下价|改下价|修改价格|把价格改)|"
    r"先(?:拍下?|下单).{0,8}(?:不要|先别|先不|别|不用|暂不|暂时不)(?:着急)?付")


_NO_LOWER = re.compile(
    r"(?:没办法|没有办法|没法|无法|不能|不可以|做不到|不支持|没有权限|没权限).{0,8}(?:便宜|少|降|优惠|议价|改价|同价|让价|抹零|再低|低了)|"
    r"(?:便宜|少|降|让|低|优惠)不了|(?:已经|都)是.{0,8}(?:最低|最优惠|底价|活动价|实价|到底)|(?:不|没有|没法)议价|最低(?:价|就)?(?:是|了)|"
    r"同价.{0,6}(?:做不到|不行|没办法|给不了)|(?:这个价|这价格).{0,4}(?:做不到|给不了|卖不了)")


class _Sum(NamedTuple):
    """An amount of money in a clause with what stands before and after it."""

    start: int
    end: int
    fen: int
    before: str
    after: str
    bare: bool


def hear_sale(case: Case, state: State, text: str) -> dict[str, list[dict[str, Any]]]:
    """What a turn says of the sale: `told` tokens, price `claims`, `violations`; offsets are those of the text."""
    found: dict[str, list[dict[str, Any]]] = {"told": [], "claims": [], "violations": []}
    sale = case.sale
    if sale is None:
        return found
    reading = normalise(text)
    sentences = _spans(_SENTENCE, reading.text, 0)
    for start, end in sentences:
        for token, at, to in _told(case, sale, reading.text[start:end]):
            found["told"].append({"token": token, **_place(reading, start + at, start + to)})
    state = _with_goods(sale, state, {each["token"] for each in found["told"]})
    for start, end in sentences:
        sentence = reading.text[start:end]
        for code, at, to, rule, why in _wrongs(sale, sentence):
            found["violations"].append({"code": code, **_place(reading, start + at, start + to), "rule": rule, "why": why})
        _prices(sale, state, reading, (start, end), found)
    return found


def _with_goods(sale: Sale, state: State, told: set[str]) -> State:
    """The state in which a price of this turn is weighed: the goods that the same turn recommends count as chosen."""
    taken = [one for one in sale.shelf if f"goods:{one.id}" in told and one.takes and one.stock > 0 and one.when(state) and not one.extra]
    if not taken or any(f"chose:{one.id}" in state.happened for one in taken):
        return state
    others = {f"chose:{one.id}" for one in sale.shelf if not one.extra}
    best = next((one for one in taken if one.right), taken[0])
    return replace(state, happened=(state.happened - others) | {f"chose:{best.id}"})


def _place(reading: Reading, start: int, end: int) -> dict[str, Any]:
    at, to = reading.span(start, end)
    return {"start": at, "end": to, "text": reading.sent[at:to]}


def _spans(pattern: re.Pattern[str], text: str, offset: int) -> list[tuple[int, int]]:
    return [(offset + match.start(), offset + match.end()) for match in pattern.finditer(text) if match.group().strip()]


def _told(case: Case, sale: Sale, sentence: str) -> Iterator[tuple[str, int, int]]:
    for goods in sale.shelf:
        hit = _recommended(goods.words, sentence)
        if hit:
            yield f"goods:{goods.id}", *hit
    if _ASKING.search(sentence):
        for fact in case.facts:
            hit = _first(fact.words, sentence) if fact.found == "ask" else None
            if hit:
                yield f"ask:{fact.id}", *hit
    for saying in sale.says:
        hit = None if saying.wrong else _stated(saying.groups, sentence)
        if hit:
            yield f"say:{saying.id}", *hit
    for token, pattern in ((ORDER_FIRST, _FIRST), (NO_LOWER, _NO_LOWER)):
        hit_at = pattern.search(sentence)
        if hit_at and not sentence.rstrip().endswith("?"):
            yield token, *hit_at.span()


def _wrongs(sale: Sale, sentence: str) -> Iterator[tuple[str, int, int, str, str]]:
    for saying in sale.says:
        hit = _stated(saying.groups, sentence) if saying.wrong else None
        if hit:
            yield "forbidden_claim" if saying.fatal else "false_statement", *hit, saying.rule, saying.why
    pushed = _PRESSURE.search(sentence)
    if pushed:
        yield "pressure", *pushed.span(), "", "催着买家马上拍，不是帮他拿主意；把他担心的说清楚更有用"


def _recommended(words: tuple[str, ...], sentence: str) -> tuple[int, int] | None:
    for at, to in _spans(_CLAUSE, sentence, 0):
        clause = sentence[at:to]
        hit = _first(words, clause)
        if hit and not _NOT_ADVISED.search(clause) and (_ADVISING.search(clause) or _ADVISING.search(sentence[:at])):
            return at + hit[0], at + hit[1]
    return None


def _stated(groups: tuple[tuple[str, ...], ...], sentence: str) -> tuple[int, int] | None:
    """Where a statement stands: a word of every group in the sentence, none denied, not asked."""
    hits = [_first(group, sentence) for group in groups]
    spans = [hit for hit in hits if hit]
    if len(spans) < len(groups) or sentence.rstrip().endswith(("?", "吗", "呢")):
        return None
    for start, _ in spans:
        if _DENIED.search(sentence[:start].rsplit(",", 1)[-1]):
            return None
    return min(start for start, _ in spans), max(end for _, end in spans)


def _first(words: tuple[str, ...], text: str) -> tuple[int, int] | None:
    hits = [match.span() for match in (_pattern(word).search(text) for word in words) if match]
    return min(hits) if hits else None


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """A word of a case in its plain form; … stands for up to ten characters."""
    parts = [re.escape(normalise(part).text) for part in re.split(r"…+|\.\.\.", word) if part]
    body = ".{0,10}?".join(parts)
    guard = r"(?<![a-z0-9])" if body[:1].isascii() and word[:1].isalnum() else ""
    return re.compile(guard + body)


def _sums(clause: str) -> Iterator[_Sum]:
    last = 0
    for match in _MONEY.finditer(clause):
        signed, worded, tenth, bare = match.groups()
        value = parse_number(signed or worded or bare)
        if value is None or (bare and _OTHER_UNIT.search(clause[match.end():])):
            continue
        fen = value * 100 + (parse_number(tenth) or Decimal(0)) * 10 if tenth else value * 100
        if fen != fen.to_integral_value():
            continue
        yield _Sum(match.start(), match.end(), int(fen), clause[last:match.start()], clause[match.end():], bool(bare))
        last = match.end()


def _prices(sale: Sale, state: State, reading: Reading, span: tuple[int, int], found: dict[str, list[dict[str, Any]]]) -> None:
    asked = reading.text[span[0]:span[1]].rstrip().endswith(("?", "吗"))
    for start, end in _spans(_CLAUSE, reading.text[span[0]:span[1]], span[0]):
        clause = reading.text[start:end]
        for one in _sums(clause):
            if one.before.endswith("=") and "=" in reading.text[start + one.end:span[1]]:
                continue  # a step of the working, not yet its end
            if _VAGUE.search(one.after) or _VAGUE_BEFORE.search(one.before):
                continue
            price = _meant(sale, state, clause, one, asked)
            if price is None:
                continue
            right = _right(sale, price, state)
            if one.fen != right and one.fen in {amount for amount, _ in price.right}:
                continue  # the price of other goods
            place = _place(reading, start + one.start, start + one.end)
            found["claims"].append({"about": f"price.{price.id}", "said": f"{yuan(one.fen)} 元", "start": place["start"],
                                    "end": place["end"], "agrees": one.fen == right, "better": False,
                                    "correct": f"{yuan(right)} 元"})
            if one.fen == right:
                found["told"].append({"token": f"price:{price.id}", **place})
            else:
                found["violations"].append({"code": "wrong_price", **place, "rule": price.rule,
                                            "why": _why(price, one.fen, right)})


def _right(sale: Sale, price: Price, state: State) -> int:
    return due(sale, state) if price is sale.prices[0] else right_price(price, state)


def _why(price: Price, said: int, right: int) -> str:
    named = next((wrong.why for wrong in price.wrong if wrong.amount == said), "")
    return f"{price.what}应是 {yuan(right)} 元（{price.working}）" + (f"；{yuan(said)} 元是{named}" if named else "")


def _meant(sale: Sale, state: State, clause: str, one: _Sum, asked: bool) -> Price | None:
    """The price that an amount states, rightly or wrongly; None where it speaks of something else."""
    own = [(one.before.rfind(word), price) for price in sale.prices for word in map(_plain, price.words) if word in one.before]
    cue = _cue(one.before)
    if own and (not cue or max(own, key=lambda pair: pair[0])[0] >= cue[0]):
        price = max(own, key=lambda pair: pair[0])[1]
        return price if one.fen == _right(sale, price, state) or not (asked or _DENIES.search(clause)) else None
    if not sale.prices:
        return None
    known = {goods.price for goods in sale.shelf} | {coupon.amount for coupon in sale.coupons} | sale.amounts
    known |= {coupon.at_least for coupon in sale.coupons} | ({sale.bargain.takes} if sale.bargain else set())
    rights = {_right(sale, price, state): price for price in reversed(sale.prices)}
    if cue and cue[1] != "price":
        return rights[one.fen] if one.fen in rights and cue[1] == "off" and one.fen not in known and not one.bare else None
    if one.fen in rights:
        return rights[one.fen] if cue or not one.bare else None
    if asked or _DENIES.search(clause) or _ELSEWHERE.search(clause) or (one.bare and not cue) or _is_several(clause, one.fen, rights):
        return None
    named = next((price for price in sale.prices for wrong in price.wrong if wrong.amount == one.fen), None)
    if named is not None:
        return named
    strong = _is_strong(one.before) or one.after.startswith(("到手", "拿下", "就能", "就可以"))
    if strong or (one.fen not in known and (cue is not None or not one.bare and _SPEAKS_OF_PRICE.search(clause))):
        return sale.prices[0]
    return None


def _is_several(clause: str, fen: int, rights: Collection[int]) -> bool:
    """Whether a sum is that of two or more pieces at the right price."""
    return _PIECES.search(clause) is not None and any(right and fen % right == 0 and 1 < fen // right < 10 for right in rights)


def _is_strong(before: str) -> bool:
    """Whether a word that names the final price stands before the amount, with none after it that makes it a part."""
    parts = max((before.rfind(word) + len(word) for word in (*_OFF, *_LISTED) if word in before), default=0)
    return any(before.rfind(word) + len(word) > parts for word in _PRICE[:16] if word in before)


_PIECES = re.compile(r"(?:两|二|三|四|五|[2-9])(?:件|套|双|瓶|盒|包|个|只|条|箱|份|袋|罐)")
_ELSEWHERE = re.compile(r"别家|别人家|其他家|其他店|别的店|那家|他家|人家|对方|外面|实体店|同行")
_SPEAKS_OF_PRICE = re.compile(r"价|卖|多少钱|就行|就好|拿下")


def _cue(before: str) -> tuple[int, str, str] | None:
    """The last word before an amount that tells what the amount is."""
    best: tuple[int, int, str, str] | None = None
    for kind, words in (("price", _PRICE), ("off", _OFF), ("listed", _LISTED)):
        for word in words:
            at = before.rfind(word)
            if at >= 0 and (best is None or (at + len(word), len(word)) > (best[0], best[1])):
                best = (at + len(word), len(word), kind, word)
    return None if best is None else (best[0] - best[1], best[2], best[3])


@lru_cache(maxsize=512)
def _plain(word: str) -> str:
    return normalise(word).text

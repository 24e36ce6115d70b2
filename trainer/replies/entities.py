"""Things with an inner form: telephone numbers, account names, links, sums, rates, spans of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from trainer.replies.numerals import NUMBER, parse_number, spoken_digits

_DIGIT = r"[0-9零〇一壹二贰三叁四肆五伍六陆七柒八捌九玖幺妖o]"
_RUN = re.compile(rf"{_DIGIT}(?:[ \-_.·,、*/|]{{0,2}}{_DIGIT}){{4,24}}")
_EMAIL = re.compile(
    r"[a-z0-9._+-]{2,40} ?(?:@|#|\(at\)|艾特) ?[a-z0-9-]{2,30}(?:\.|点)(?:com|cn|net|org)|[a-z0-9._]{3,30}(?:@|艾特)(?:qq|163|126|sina)"
)
_LINK = re.compile(
    r"(?:https?://|www\.)[a-z0-9./?=&%_#~:-]{3,200}|[a-z0-9-]{1,40}(?:\.| ?点 ?)"
    r"(?:com|cn|net|top|xyz|shop|cc|vip|me|ltd|io|site|tv|info|store|club|live|link|fun|online|icu|wang|pro|taobao|tmall)"
    r"(?:\.[a-z]{2,4})?(?:/[a-z0-9./?=&%_#-]{0,160})?"
)
_HOME = re.compile(
    r"(?:^|[/.])(?:taobao|tmall|tb|alipay|jd|360buy|pinduoduo|yangkeduo|douyin|kuaishou|kwaixiaodian|jinritemai|1688|cainiao|alicdn)\.(?:com|cn|hk|net)"
)
_ACCOUNT = re.compile(r"(?<![a-z0-9])(?=[a-z0-9_-]*[a-z])[a-z0-9][a-z0-9_-]{4,24}(?![a-z0-9])")
_MONEY = re.compile(
    rf"¥ ?({NUMBER})|({NUMBER})(?:多|来|几)? ?(元|块|圆|毛|角|分钱|rmb|大洋|米(?=红包))(?!一样)|(几|十几|几十)(块|元|毛)"
)
_RATE = re.compile(
    rf"(\d{{1,3}}(?:\.\d+)?) ?%|百分之({NUMBER})|({NUMBER})成|({NUMBER})(?:个)?(?:税点|点)(?!前|钟|点|才[签发到上]|左右到|多|半|到|整|后|之|以|上|下|可|\d)"
)
_SPAN = re.compile(
    rf"(?<![周期拜])({NUMBER}) ?(?:个)?(多)? ?(工作日|自然日|小时|钟头|h(?![a-z])|天|日(?!常)|周|星期|礼拜|月(?!\d)|年|分钟|min|秒)"
)
_TIMES = re.compile(rf"假一(?:罚|赔)({NUMBER})|退一赔({NUMBER})|({NUMBER}|双)倍")
_UNIT_HOURS = {"小时": 1, "钟头": 1, "h": 1, "天": 24, "日": 24, "自然日": 24, "周": 168, "星期": 168, "礼拜": 168}


class Entity(NamedTuple):
    """One thing with an inner form: its kind, place, value (in unit) and spelling."""

    kind: str
    start: int
    end: int
    value: Decimal | None = None
    unit: str = ""


def find_entities(text: str) -> list[Entity]:
    """Every telephone number, account, link, sum, rate, multiple and span of time in a normalised text."""
    found = list(_accounts(text)) if _LATIN_OR_RUN.search(text) else []
    if _NUMERAL.search(text):
        found += _figures(text)
    return sorted(found, key=_PLACE) if len(found) > 1 else found


_PLACE = itemgetter(1, 2)
_LATIN_OR_RUN = re.compile(rf"[a-z]{{2}}|[a-z][0-9_-]|@|{_DIGIT}[ \-_.·,、*/|]{{0,2}}{_DIGIT}")
_NUMERAL = re.compile(r"[0-9一二两三四五六七八九十百千半几壹贰叁]")


def _accounts(text: str) -> Iterator[Entity]:
    taken: list[tuple[int, int]] = []
    for match in _EMAIL.finditer(text):
        taken.append(match.span())
        yield Entity("email", *match.span())
    for match in _LINK.finditer(text):
        if any(start <= match.start() < end for start, end in taken):
            continue
        taken.append(match.span())
        home = _HOME.search(match.group()) is not None
        yield Entity("home_link" if home else "link", *match.span())
    for match in _RUN.finditer(text):
        kind = _run_kind(match.group())
        if kind:
            yield Entity(kind, *match.span())
    for match in _ACCOUNT.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            yield Entity("account", *match.span())


_MOBILE = re.compile(r"^(?:86)?1[3-9]\d{9}$")
_LANDLINE = re.compile(r"^(?:0\d{2,3}\d{7,8}|[48]00\d{7})$")


def _run_kind(run: str) -> str:
    digits = spoken_digits(run)
    if _MOBILE.match(digits):
        return "mobile"
    if _LANDLINE.match(digits) and (digits[0] == "0" or run[0] in "48四八"):
        return "landline"
    if 16 <= len(digits) <= 19 and digits[0] == "6":
        return "card"
    if 5 <= len(digits) <= 11 and not any(char in run for char in ",、"):
        return "digits"
    return ""


def _figures(text: str) -> Iterator[Entity]:
    for match in _MONEY.finditer(text):
        yield _money(match)
    for match in _RATE.finditer(text):
        yield _rate(match)
    for match in _SPAN.finditer(text):
        span = _span(match)
        if span:
            yield span
    for match in _TIMES.finditer(text):
        value = parse_number(next(part for part in match.groups() if part).replace("双", "二"))
        yield Entity("times", *match.span(), value, "倍")


def _money(match: re.Match[str]) -> Entity:
    number = match.group(1) or match.group(2)
    value = parse_number(number) if number else None
    unit = match.group(3) or match.group(5) or "元"
    if value is not None and unit in ("毛", "角"):
        value /= 10
    if value is not None and unit == "分钱":
        value /= 100
    return Entity("money", *match.span(), value, "元")


def _rate(match: re.Match[str]) -> Entity:
    percent, hundredth, tenth, points = match.groups()
    value = parse_number(percent or hundredth or tenth or points)
    if value is not None and tenth:
        value *= 10
    return Entity("rate" if not points else "points_rate", *match.span(), value, "%")


def _span(match: re.Match[str]) -> Entity | None:
    value, unit = parse_number(match.group(1)), match.group(3)
    if value is None:
        return None
    if unit in _UNIT_HOURS:
        return Entity("span", *match.span(), value * _UNIT_HOURS[unit], "小时")
    if unit in ("分钟", "min", "秒"):
        return Entity("span", *match.span(), value, "分钟" if unit != "秒" else "秒")
    if unit == "月" and "个" not in match.group():
        return None
    return Entity("span", *match.span(), value, {"工作日": "工作日", "月": "月", "年": "年"}[unit])

"""How rules read on a page: names of codes, punctuation, the badge with the year of the document, dates in words."""

import re
from datetime import datetime

from trainer.rules import Badge, Rule, Rulebook

AUTHORITIES = {
    "law": "法律法规", "platform_rule": "平台规则", "platform_guidance": "平台指引", "shop_policy": "店铺规定",
    "third_party_article": "第三方文章",
}
STANDINGS = {"decides": "用于判定", "guides": "指导做法", "pitfall": "误区，不能照做", "historic": "旧规，已被取代"}
NEEDS = {"must": "必记", "lookup": "会查", "aware": "了解"}
POSTS = {"presale": "售前", "aftersale": "售后", "complaint": "投诉", "supervisor": "主管"}
REASONS = {"authority": "优先级更高", "special": "特别规定优先", "later": "后来的规定优先", "void": "对买家更不利，无效"}
KINDS = {
    "procedure": "流程", "requirement": "要求", "deadline": "时限", "eligibility": "条件", "script": "话术", "prohibition": "禁止",
    "advice": "建议", "penalty": "处罚", "liability": "责任", "evidence": "举证", "compensation": "赔付", "metric": "指标", "fee": "费用",
}
UNKNOWN = "资料未载"

_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_HAN = r"[\u3400-\u9fff\u3001-\u3011\uff00-\uffef“”‘’…—}{%]"
_NARROW = re.compile(rf"(?<={_HAN})[,;:?!()]|[,;:?!()](?={_HAN})|(?<=[\w.])\)(?=[,;:]?\Z)")
_ID = re.compile(r"(?<![\w.#{])[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_BLANK = re.compile(r"(?<=[，。；：？！（])[ \n]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def punctuate(text: str) -> str:
    """Chinese punctuation in full width: what stands beside a Chinese character or a figure; 08:00 and 1,000 stay."""
    once = _NARROW.sub(lambda match: _WIDE[match.group()], text)
    twice = _NARROW.sub(lambda match: _WIDE[match.group()], once)
    return _BLANK.sub("", twice)


def with_titles(rulebook: Rulebook, text: str) -> str:
    """The text with every rule that it names by its id called by its title."""
    return _ID.sub(lambda match: f"「{punctuate(rulebook.rules[match.group()].title)}」"
                   if match.group() in rulebook.rules else match.group(), text)


def year_of(rule: Rule) -> str | None:
    """The year of the document behind a rule: in force since, published, or named in its title."""
    if rule.effective.start is not None:
        return str(rule.effective.start.date.year)
    named = _YEAR.search(rule.source.published or "") or _YEAR.search(rule.source.document)
    return named.group() if named else None


def badge_of(rulebook: Rulebook, rule: Rule) -> Badge:
    """The currency of a rule as pages show it: 「2012年资料 · 待核对」 where nobody has checked it yet."""
    badge = rulebook.badge(rule.id)
    if badge.status != "unchecked":
        return badge
    year = year_of(rule)
    return Badge(badge.status, f"{year}年资料 · {badge.text}" if year else f"年份未载 · {badge.text}")


def effective_text(rule: Rule) -> str:
    """From when to when a rule holds; 资料未载 where the document does not say."""
    start, end = rule.effective.start, rule.effective.end
    since = f"{start} 年起" if start and start.precision == "year" else f"{start} 起" if start else f"生效日{UNKNOWN}"
    until = f"，到 {end} 为止（当天起不再适用）" if end else "，至今" if start else f"，失效日{UNKNOWN}"
    return since + until


def force_text(rule: Rule, moment: datetime) -> str:
    """Empty where a rule is in force at the moment, else since when it is no more, or from when it will be."""
    start, end = rule.effective.start, rule.effective.end
    if end is not None and moment >= end.moment:
        return f"{end} 起失效"
    return f"{start} 起才生效" if start is not None and moment < start.moment else ""


def need_text(rule: Rule) -> str:
    """What each post has to know of it: 售前、售后必记；投诉会查."""
    by_need = {need: [POSTS[post] for post, wanted in rule.need.items() if wanted == need] for need in NEEDS}
    return "；".join(f"{'、'.join(posts)}{NEEDS[need]}" for need, posts in by_need.items() if posts)

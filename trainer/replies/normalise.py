"""One plain form of a reply to read, with the way back to every character as it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.replies.script import simplify

READ_AT_MOST = 10_000

_EMOJI = {
    "➕": "加", "✚": "加", "🐧": "q", "💚": "信", "❤": "心", "♥": "心", "🛰": "卫星", "🌟": "星", "⭐": "星", "🧣": "围脖",
    "🧧": "红包", "💰": "钱", "📱": "手机", "☎": "电话", "📞": "电话", "🍠": "红书", "🐴": "码", "🐎": "码", "🔗": "链接",
    "🈚": "无", "🉑": "可", "🆗": "ok", "🙅": "不", "👎": "差",
}  # fmt: skip
_MARKS = {
    "。": ".", "｡": ".", "﹐": ",", "‚": ",", "；": ";", "：": ":", "！": "!", "？": "?", "～": "~", "〜": "~", "∼": "~", "˜": "~",
    "﹋": "~", "﹏": "~", "…": ".", "⋯": ".", "【": "[", "】": "]", "「": "“", "」": "”", "『": "“", "』": "”", "﹁": "“", "﹂": "”", "—": "-",
    "–": "-", "‐": "-", "―": "-", "×": "x", "•": "·", "﹒": ".", "￥": "¥", "〝": "“", "〞": "”", "《": "<", "》": ">",
}  # fmt: skip
_WORDS = {
    "您": "你", "恩恩": "嗯嗯", "恩,": "嗯,", "木有": "没有", "米有": "没有", "木办法": "没办法", "肿么": "怎么", "怎麽": "怎么",
    "什麽": "什么", "神马": "什么",
    "啥子": "什么", "莫得": "没有", "冇": "没有", "唔": "不", "俺们": "我们", "咱们": "我们", "咱家": "我们家", "俺": "我", "咱": "我们",
    "好滴": "好的", "好哒": "好的", "好嘞": "好的", "滴哦": "的哦", "哒哦": "的哦", "是滴": "是的", "可以滴": "可以的", "不行滴": "不行的", "有滴": "有的",
    "不要滴": "不要的", "介个": "这个", "介样": "这样", "酱紫": "这样子", "偶们": "我们", "窝们": "我们", "妹有": "没有", "木问题": "没问题", "退滴": "退的",
    "帐": "账",
    "恁": "你", "侬": "你", "阿拉": "我们", "晓得": "知道", "没得": "没有", "一哈": "一下", "看哈": "看下", "查哈": "查下", "催哈": "催下",
    "问哈": "问下", "拍哈": "拍下", "发哈": "发下", "等哈": "等下", "要得嘛": "可以嘛", "要得噻": "可以", "要得撒": "可以", "要得哈": "可以",
    "咋个": "怎么", "你各人": "你自己", "中不中": "行不行", "中不": "行不", "就中": "就行", "也中": "也行", "中嘞": "行嘞", "咋地": "怎么",
    "咋的": "怎么", "嘎哈": "做什么", "弄啥": "做什么", "麻溜": "赶紧", "搁这": "在这", "今儿个": "今天", "今儿": "今天", "明儿个": "明天",
    "昨儿": "昨天", "好伐": "好吗", "对伐": "对吗", "是伐": "是吗", "能伐": "能吗", "有咩": "有什么", "乜嘢": "什么", "点解": "为什么",
    "点样": "怎样", "边度": "哪里", "边个": "哪个", "几多": "多少", "几时": "什么时候", "听日": "明天", "而家": "现在", "即刻": "马上",
    "唔使": "不用", "唔该": "麻烦", "唔系": "不是", "系咪": "是不是", "系唔系": "是不是", "呢度": "这里", "呢个": "这个", "呢款": "这款",
    "在度": "在这里", "退返": "退回", "换返": "换", "补返": "补", "寄返": "寄回", "寄翻": "寄回", "话你知": "告诉你", "话您知": "告诉你",
    "话给你知": "告诉你", "话给您知": "告诉你", "联络": "联系", "连络": "联系", "回覆": "回复", "工作天": "工作日", "退费": "退款", "刷退": "退款",
    "客制": "定制", "影片": "视频", "品质问题": "质量问题", "鉴赏期": "无理由期", "物流士": "快递员", "宅配": "快递", "出货": "发货",
}  # fmt: skip
_VARIANT = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))
_CJK = "\u3400-\u9fff"
_SPACED_CJK = re.compile(rf"(?<![{_CJK}])[{_CJK}](?: +[{_CJK}]){{2,}}(?![{_CJK}])")
_SPACED_LETTERS = re.compile(r"(?<![a-z0-9])[a-z](?:[ ._*/\\|·-]{1,2}[a-z]){1,9}(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Reading:
    """The normal form of a reply and, for each of its characters, where it begins and ends in the reply as sent."""

    sent: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    cut: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the reply as sent of text[start:end]; never empty for a non-empty reply."""
        if not self.text or start >= end:
            return 0, min(1, len(self.sent))
        return self.starts[start], self.ends[end - 1]


def normalise(sent: str) -> Reading:
    """Width, script, blanks, invisible characters, emoji and common misspellings made plain."""
    text, origin = _plain(sent[:READ_AT_MOST])
    text = simplify(text)
    text, origin = _joined(text, origin)
    text, starts, ends = _respelled(text, origin)
    return Reading(sent, text, starts, ends, len(sent) > READ_AT_MOST)


class _PlainForms(dict[str, str]):
    """The plain form of every character met so far; `uneven` holds those whose form is not one character."""

    uneven: set[str]

    def __missing__(self, char: str) -> str:
        plain = _make_plain(char)
        if len(self) < _KEPT_FORMS:
            self[char] = plain
        if len(plain) != 1:
            self.uneven.add(char)
        return plain


_KEPT_FORMS = 60_000
_FORMS = _PlainForms()
_FORMS.uneven = set()


def _plain(sent: str) -> tuple[str, Sequence[int]]:
    if sent.isascii() and sent.isprintable():
        return sent.lower(), range(len(sent))
    forms = list(map(_FORMS.__getitem__, sent))
    text = "".join(forms)
    if _FORMS.uneven.isdisjoint(sent):
        return text, range(len(sent))
    return text, [index for index, form in enumerate(forms) for _ in form]


def _make_plain(char: str) -> str:
    if char in "\r\n\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if char in _EMOJI:
        return _EMOJI[char]
    if char in _MARKS:
        return _MARKS[char]
    if "\u3400" <= char <= "\u9fff":
        return char
    wide = unicodedata.normalize("NFKC", char).lower()
    return "".join(_MARKS.get(part, part) if not part.isspace() else " " for part in wide if not _invisible(part))


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Cs", "Co") and char != "\n"


def _joined(text: str, origin: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Blanks between characters or letters typed one by one are taken out."""
    drop: set[int] = set()
    if " " in text:
        for match in _SPACED_CJK.finditer(text):
            drop.update(i for i in range(match.start(), match.end()) if text[i] == " ")
    for match in _SPACED_LETTERS.finditer(text):
        drop.update(i for i in range(match.start(), match.end()) if not text[i].isalpha())
    if not drop:
        return text, origin
    kept = [i for i in range(len(text)) if i not in drop]
    return "".join(text[i] for i in kept), [origin[i] for i in kept]


def _respelled(text: str, origin: Sequence[int]) -> tuple[str, Sequence[int], Sequence[int]]:
    """Dialect and misspellings made standard, with where each character begins and ends in the reply as sent."""
    if _VARIANT.search(text) is None:
        whole = isinstance(origin, range)
        return text, origin, range(1, len(text) + 1) if whole else [i + 1 for i in origin]
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in _VARIANT.finditer(text):
        start, end = match.span()
        new = _WORDS[match.group()]
        out += (text[last:start], new)
        starts += origin[last:start]
        ends += [i + 1 for i in origin[last:start]]
        starts += [origin[start]] * len(new)
        ends += [origin[end - 1] + 1] * len(new)
        last = end
    out.append(text[last:])
    starts += origin[last:]
    ends += [i + 1 for i in origin[last:]]
    return "".join(out), starts, ends

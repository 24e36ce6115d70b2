"""Replies that are a shrug or hardly a word, judged over the whole turn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from trainer.replies.reader import Match, Read

MIN_CHARACTERS = 5
_SURELY_LONG = 40
_LEFT_OVER = 2
_FILLER = re.compile(
    r"亲爱的|亲亲|亲们|宝贝|宝宝|家人们|家人|老铁|姐妹|尊敬的|客户|顾客|你好呀|你好|抱歉|不好意思|对不起|哈喽|这个问题|这个|这种|那个|就是|真的|自己|这边|我们|我|你|亲|宝|哈|呀|哦|呢|啊|吧|嘛|的|了|也|都|就|真|那|这|咯|啦|呗|哟|嗯|噢|喔|滴|么|吗|诶|欸|哎|唉|呃|额|嘞"
)


def curt_span(seen: Read, shrugs: Sequence[Match]) -> tuple[int, int] | None:
    """The place of the curtness, if the whole reply holds nothing more; None for a reply that helps."""
    text = seen.reading.text
    if len(text) < _SURELY_LONG and sum(_counts(char) for char in seen.reading.sent) < MIN_CHARACTERS:
        return 0, len(text)
    if not shrugs:
        return None
    left, right = min(each.start for each in shrugs), max(each.end for each in shrugs)
    kept = list(text)
    for each in shrugs:
        kept[each.start : each.end] = " " * (each.end - each.start)
    rest = _FILLER.sub("", "".join(kept))
    return (left, right) if sum(char.isalnum() for char in rest) <= _LEFT_OVER else None


def _counts(char: str) -> bool:
    """What is typed counts, marks too: 「能,点申请」 is five characters. Blanks and what is not seen do not."""
    return not char.isspace() and unicodedata.category(char) not in ("Cf", "Mn", "Cc")

"""The quick phrases of a shop at the desk: its pack, what the variables stand for, the initials that find a phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from trainer.roleplay import Scene, State
from trainer.roleplay.quick_phrases import Phrase
from trainer.services.published import published_revisions

COMMON = "sample-shop"
"""The pack of a shop that has none of its own."""
BOUNDS = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"), (0xB9FE, "h"), (0xBBF7, "j"),
    (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"), (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"),
    (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"), (0xD1B9, "y"), (0xD4D1, "z"), (0xD7FA, ""),
)
"""Where each initial begins among the 3,755 commonest characters, which GB 2312 orders by their sound."""
_VARIABLE = re.compile(r"\{([^{}]{1,12})\}")
_CJK = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Quick:
    """A phrase as the desk offers it: filled as far as the case tells, with the initials of its group and words."""

    key: str
    group: str
    text: str
    initials: str
    open: tuple[str, ...]


def pack_of(session: Session, shop_name: str) -> tuple[list[Phrase], dict[str, str]]:
    """The phrases of the shop of that name, or the common ones; and the group of each by its key."""
    shops = published_revisions(session, "shop")
    own = [row for row in shops if row.body.get("name") == shop_name and row.body.get("phrases")]
    common = [row for row in shops if row.body.get("id") == COMMON]
    for row in (*own, *common):
        phrases, name = row.body.get("phrases") or [], str(row.body["name"])
        return ([Phrase(str(one["key"]), str(one["text"]).replace(name, shop_name), str(one.get("state", "ok"))) for one in phrases],
                {str(one["key"]): str(one["group"]) for one in phrases})
    return [], {}


def quick_phrases(pack: Sequence[Phrase], groups: dict[str, str], scene: Scene, state: State) -> list[Quick]:
    """The pack for a buyer; whether a phrase is stale or forbidden is not told, the agent has to see it."""
    values = {"昵称": scene.case.buyer.nick, "订单号": order_number(scene)}
    found = []
    for one in pack:
        text = _VARIABLE.sub(lambda hit: values.get(hit[1], hit[0]), one.text)
        group = groups.get(one.key, "")
        found.append(Quick(one.key, group, text, f"{one.key} {initials(group)} {initials(one.text)}", tuple(_VARIABLE.findall(text))))
    return found


def order_number(scene: Scene) -> str:
    """The order number of a case: its day and a number of its own; none before there is an order."""
    if scene.case.sale is not None:
        return "{订单号}"
    day = scene.start - timedelta(days=2)
    return f"{day:%y%m%d}{int(scene.digest[:8], 16) % 10**8:08d}"


def initials(text: str) -> str:
    """The first letters of the Chinese characters of a text: 发货 -> fh. Rarer characters are left out."""
    return "".join(map(_initial, _CJK.findall(text)))


def _initial(char: str) -> str:
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    letter = ""
    for start, name in BOUNDS:
        if code < start:
            break
        letter = name
    return letter

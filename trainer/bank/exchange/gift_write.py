"""Writes questions as GIFT; the bank's own fields stand as tags in a comment, so that reading gives the same questions."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from trainer.bank.exchange.carried import LeftOut, cloze_blank, credits_of, extras_of, why_left_out
from trainer.bank.exchange.meta import tags_of

_ESCAPE = str.maketrans({one: "\\" + one for one in "~=#{}:"} | {"\\": "\\\\", "\n": "\\n"})
Fill = Callable[[str], str]


def write_gift(bodies: Sequence[Mapping[str, Any]], fill: Fill = str, topic: Callable[[str], str] = str) -> tuple[str, list[LeftOut]]:
    """The file, and the questions that the format cannot hold. `fill` is applied to every text (figures filled in, or as they are)."""
    out, left_out, category = [], [], None
    for body in bodies:
        reason = why_left_out(body, "gift")
        if reason:
            left_out.append(LeftOut(str(body["id"]), str(body["title"]), reason))
            continue
        if category != body["topic"]:
            category = body["topic"]
            out.append(f"$CATEGORY: $course$/上岗/{_escape(topic(category))}\n")
        out.append(_question(body, fill))
    return "\n".join(out), left_out


def _escape(text: str) -> str:
    return text.translate(_ESCAPE)


def _question(body: Mapping[str, Any], fill: Fill) -> str:
    def say(text: str) -> str:
        return _escape(fill(text))

    general = f"####{say(body['explain'])}" if body.get("explain") else ""
    tags = "".join(f" [tag:{tag}]" for tag in tags_of(body, extras_of(body)))
    head = f"// [id:{body['id']}]{tags}\n::{_escape(str(body['title']))}::[markdown]"
    if body["type"] == "cloze":
        before, after = body["text"].split("[[1]]")
        words = _answers(cloze_blank(body["blanks"][0]), "=", say)
        if not before.strip() and not after.strip():
            return f"{head}{say(body['stem'])}{{\n{words}{general}\n}}\n"
        # Words stand on both sides: a missing word. A full stop keeps it one where nothing follows.
        return f"{head}{say(before)}{{\n{words}{general}\n}}{say(after) or '。'}\n"
    return f"{head}{say(body['stem'])}{{{_inner(body, say)}{general}}}\n"


def _inner(body: Mapping[str, Any], say: Fill) -> str:
    kind = body["type"]
    if kind == "true_false":
        return ("TRUE" if body["right"] else "FALSE") + (f"#{say(body['why'])}" if body.get("why") else "")
    if kind == "matching":
        pairs = "".join(f"\n={say(pair['left'])} -> {say(pair['right'])}" for pair in body["pairs"])
        return pairs + "".join(f"\n= -> {say(text)}" for text in body.get("extra", ())) + "\n"
    if kind == "numeric":
        rows = [(body["answer"]["value"], body["answer"].get("tolerance", 0), None, "")]
        rows += [(one["value"], one.get("tolerance", 0), one["credit"], one.get("why", "")) for one in body.get("partial", ())]
        return "#" + "".join(f"\n={_percent(credit)}{value}:{tolerance}{'#' + say(why) if why else ''}" for value, tolerance, credit, why in rows) + "\n"
    return "\n" + _answers(credits_of(body), "~", say, body["type"] == "single")


def _answers(answers: Sequence[tuple[str, Decimal, str]], sign: str, say: Fill, single: bool = False) -> str:
    lines = []
    for text, credit, why in answers:
        mark = "=" if credit == 100 and (single or sign == "=") else sign + _percent(credit)
        lines.append(f"{mark}{say(text)}{'#' + say(why) if why else ''}\n")
    return "".join(lines)


def _percent(credit: object) -> str:
    return "" if credit in (None, 0) else f"%{credit}%"

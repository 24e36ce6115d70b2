"""What Chinese question banks write for types, answers and difficulty, read the same from pasted text and from cells."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from trainer.bank.exchange.gift import number_range
from trainer.bank.exchange.item import (
    FULL,
    Answer,
    Unreadable,
    blank_of,
    matching_body,
    multiple_body,
    numeric_body,
    single_body,
)
from trainer.bank.exchange.moodle import figure_of

LETTERS = "ABCDEFGHIJKL"
KINDS = {
    "single": ("单选", "单选题", "单项选择", "单项选择题", "选择", "选择题", "single"),
    "multiple": ("多选", "多选题", "多项选择", "多项选择题", "不定项", "不定项选择", "不定项选择题", "multiple"),
    "true_false": ("判断", "判断题", "是非", "是非题", "对错题", "正误题", "true_false"),
    "cloze": ("填空", "填空题", "简答填空", "cloze"),
    "numeric": ("计算", "计算题", "数值", "数值题", "numeric"),
    "ordering": ("排序", "排序题", "ordering"),
    "matching": ("配对", "配对题", "连线", "连线题", "匹配", "匹配题", "matching"),
}
NOT_OURS = ("简答", "简答题", "问答", "问答题", "论述", "论述题", "案例分析", "案例分析题", "名词解释", "主观题", "实操", "实操题", "话术题", "作文")
RIGHT = ("对", "正确", "√", "✓", "✔", "是", "t", "true", "y", "yes", "1", "a.对", "a.正确")
WRONG = ("错", "错误", "×", "✗", "✘", "x", "否", "不对", "不正确", "f", "false", "n", "no", "0")
EASY, USUAL, HARD = ("易", "容易", "简单", "低", "较易", "1", "★", "入门"), ("中", "一般", "中等", "适中", "2", "3", "★★", "★★★", "普通"), \
    ("难", "较难", "困难", "高", "很难", "4", "5", "★★★★", "★★★★★", "偏难")
BLANK = re.compile(r"_{2,}|＿{2,}|（\s*）|\(\s*\)|【\s*】")


def narrow(text: str) -> str:
    """Full-width letters, digits and marks as half-width ones."""
    return unicodedata.normalize("NFKC", text)


def kind_of(text: str) -> str | None:
    """The type that a word names; raises Unreadable for one that the bank does not have, None for no word."""
    word = re.sub(r"[\s\[\]【】()（）:：]+", "", narrow(text)).lower()
    if not word:
        return None
    for kind, names in KINDS.items():
        if word in names:
            return kind
    if word in NOT_OURS:
        raise Unreadable(f"题型「{text.strip()}」要人工判分，不能导入。", "请改写成话术题，或拆成选择题。")
    raise Unreadable(f"不认识题型「{text.strip()[:20]}」。", f"可用：{'、'.join(names[1] for names in KINDS.values())}。")


def difficulty_of(text: str) -> int | None:
    """1 to 3, or None where nothing is said that can be read."""
    word = narrow(text).strip().lower().removesuffix("题").removesuffix("级")
    return next((level for level, words in ((1, EASY), (2, USUAL), (3, HARD)) if word in words), None)


def truth_of(text: str) -> bool | None:
    """对 or 错 in any usual form."""
    word = narrow(text).strip().strip("。.()").lower()
    return True if word in RIGHT else False if word in WRONG else None


def letters_of(text: str, count: int) -> list[int] | None:
    """The places that an answer like `ABD`, `A、C` or `A；C` names, in its order; None where it names none."""
    word = re.sub(r"[\s,，、;；/|和.]+", "", narrow(text)).upper()
    if not word or any(letter not in LETTERS[:count] for letter in word) or len(set(word)) != len(word):
        return None
    return [LETTERS.index(letter) for letter in word]


def words_of(text: str) -> list[str]:
    """The parts of an answer for several blanks or several spellings, at ; ； or new lines."""
    return [part.strip() for part in re.split(r"[;；\n]+", text) if part.strip()]


def body_of(kind: str | None, stem: str, options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    """(type, stem, body) of a question as people write it: options with reasons, the answer in words; raises Unreadable."""
    if not stem.strip():
        raise Unreadable("没有题干。", "请补上题干。")
    if not answer.strip():
        raise Unreadable("没有答案。", "请补上“答案：”这一行（表格里是“正确答案”一列）。")
    kind = kind or _guess(stem, options, answer)
    maker = {"single": _choice, "multiple": _choice, "ordering": _ordering, "true_false": _true_false, "cloze": _cloze, "numeric": _numeric,
             "matching": _matching}[kind]
    return maker(kind, stem.strip(), options, answer.strip())


def _guess(stem: str, options: Sequence[tuple[str, str]], answer: str) -> str:
    if options and not (len(options) == 2 and truth_of(answer) is not None):
        found = letters_of(answer, len(options))
        return "multiple" if found and len(found) > 1 else "single"
    if truth_of(answer) is not None:
        return "true_false"
    return "cloze"


def _choice(kind: str, stem: str, options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    if not options:
        raise Unreadable("选择题没有选项。", "选项请写成 A. 文字，一行一个。")
    places = letters_of(answer, len(options))
    if places is None:
        texts = [text.strip() for text, _why in options]
        said = [part for part in ([answer] if answer in texts else words_of(answer))]
        if not said or any(part not in texts for part in said):
            raise Unreadable(f"答案「{answer[:30]}」对不上选项 A–{LETTERS[len(options) - 1]}。", "请写选项的字母，例如 A 或 AC。")
        places = [texts.index(part) for part in said]
    if kind == "single" and len(places) > 1:
        raise Unreadable(f"单选题写了 {len(places)} 个答案「{answer}」。", "请只留一个，或把题型改成多选。")
    share = FULL / len(places)
    rows = [Answer(text.strip(), (FULL if kind == "single" else share) if place in places else Decimal(0) if kind == "single" else -FULL, why.strip())
            for place, (text, why) in enumerate(options)]
    return kind, stem, single_body(rows) if kind == "single" else multiple_body(rows)


def _ordering(_kind: str, stem: str, options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    places = letters_of(answer, len(options)) if options else None
    if places is None or len(places) != len(options) or not 3 <= len(options) <= 8:
        raise Unreadable("排序题的答案要把每一步都排上。", "请写 3 到 8 步，答案写成字母的顺序，例如 CABD。")
    steps = [({"text": options[place][0].strip(), "why": options[place][1].strip()} if options[place][1].strip() else options[place][0].strip())
             for place in places]
    return "ordering", stem, {"steps": steps}


def _true_false(_kind: str, stem: str, options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    truth = truth_of(answer)
    if truth is None and len(options) == 2:
        places = letters_of(answer, 2)
        truth = truth_of(options[places[0]][0]) if places and len(places) == 1 else None
    if truth is None:
        raise Unreadable(f"判断题的答案「{answer[:20]}」看不懂。", "请写 对 或 错（也认 正确/错误、√/×、T/F）。")
    return "true_false", re.sub(r"[（(]\s*[）)]\s*[。.]?\s*\Z", "", stem).strip() or stem, {"right": truth}


def _cloze(_kind: str, stem: str, _options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    holes, said = BLANK.findall(stem), words_of(answer)
    if len(holes) > 6:
        raise Unreadable(f"有 {len(holes)} 个空。", "最多 6 个，请拆成几题。")
    if not holes:
        blank = blank_of([Answer(text.strip(), FULL) for part in said for text in part.split("|") if text.strip()], figure_of)
        return "cloze", stem, {"text": "[[1]]", "blanks": [blank]}
    if len(said) != len(holes):
        raise Unreadable(f"题干里有 {len(holes)} 个空，答案有 {len(said)} 个。", "几个空就写几个答案，中间用分号隔开；同一空的几种写法用 | 隔开。")
    blanks = [blank_of([Answer(text.strip(), FULL) for text in part.split("|") if text.strip()], figure_of) for part in said]
    text = stem
    for number in range(1, len(holes) + 1):
        text = BLANK.sub(f"[[{number}]]", text, count=1)
    if len(text) > 600:
        raise Unreadable(f"填空的文字有 {len(text)} 个字。", "最多 600 个字，请拆开。")
    return "cloze", "填空。", {"text": text, "blanks": blanks}


def _numeric(_kind: str, stem: str, _options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    match = re.match(r"\s*(-?[\d,.]+(?:\s*(?:\.\.|:|±)\s*[\d,.]+)?)\s*(\D{0,10})\Z", narrow(answer))
    if match is None:
        raise Unreadable(f"计算题的答案「{answer[:20]}」不是数字。", "请写成 72 或 72小时；允许误差写成 72±1。")
    value, tolerance = number_range(match[1].replace("±", ":"))
    body = numeric_body([(value, tolerance, FULL, "")])
    if match[2].strip():
        body["answer"]["unit"] = match[2].strip()
    return "numeric", stem, body


def _matching(_kind: str, stem: str, options: Sequence[tuple[str, str]], answer: str) -> tuple[str, str, dict[str, Any]]:
    pairs = []
    for part in words_of(answer):
        left, found, right = re.sub(r"\s*(?:->|→|＝|=|——|--)\s*", "\ue000", part, count=1).partition("\ue000")
        if not found:
            raise Unreadable(f"配对「{part[:20]}」看不懂。", "请写成 左边=右边，几对之间用分号或换行隔开。")
        pairs.append((left.strip(), right.strip()))
    rights = {right for _left, right in pairs}
    return "matching", stem, matching_body(pairs, [text.strip() for text, _why in options if text.strip() and text.strip() not in rights])

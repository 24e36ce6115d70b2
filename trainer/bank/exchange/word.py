"""Reads questions pasted from Word: numbered stems, A. B. C. options, 答案, 解析; answers in the stem or in a list at the end."""

import re
from dataclasses import dataclass, field

from trainer.bank.exchange.item import Item, Reading, Trouble, Unreadable, safe, short_title
from trainer.bank.exchange.plainly import LETTERS, body_of, difficulty_of, kind_of, narrow, truth_of

_NUMBER = re.compile(r"\s*(?:第\s*)?[（(]?\s*(\d{1,4})\s*(?:题\s*[.、．:：]?|[.、．)）:：])\s*(?![\d])(?P<rest>.*)\Z")
_SECTION = re.compile(r"\s*(?:[一二三四五六七八九十]+\s*[、.．]|第[一二三四五六七八九十]+[部大]?[分题]?[、.．:：]?|[【\[（(])?\s*"
                      r"(?P<kind>单选题?|单项选择题?|多选题?|多项选择题?|不定项选择题?|选择题|判断题?|是非题|填空题|计算题|排序题|配对题|连线题|简答题|问答题|论述题|案例分析题|名词解释)"
                      r"\s*[】\]）)]?\s*(?P<rest>.*)\Z")
_OPTION = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[　\t]))[（(]?([A-La-l])\s*(?:[.、．:：)）])\s*")
_FIELD = re.compile(
    r"\s*[【\[]?\s*(?P<name>正确答案|参考答案|标准答案|答案解析|试题解析|本题答案|答案|解析|解答|说明|难度|难易度|知识点|考点|分类|章节|题型)"
    r"\s*(?:[】\]]\s*[:：]?|[:：])\s*(?P<rest>.*)\Z")
_KEYS = re.compile(r"\s*(?:参考)?答案\s*(?:[（(].*[）)])?\s*[:：]?\s*\Z")
_KEY = re.compile(r"(\d{1,4})\s*(?:[-–~至]\s*(\d{1,4}))?\s*[.、．:：)）]?\s*([A-La-l]+|[√×✓✗对错TFtf])(?![A-Za-z])")
_IN_STEM = re.compile(r"[（(]\s*([A-La-l](?:[\s,，、]*[A-La-l])*|[√×✓✗对错])\s*[）)]")
_MARKS = re.compile(r"[（(【\[]\s*(?:本题)?\s*\d+(?:\.\d+)?\s*分\s*[）)】\]]")
NAMES = {"正确答案": "answer", "参考答案": "answer", "标准答案": "answer", "本题答案": "answer", "答案": "answer", "解析": "explain", "答案解析": "explain",
         "试题解析": "explain", "解答": "explain", "说明": "explain", "难度": "difficulty", "难易度": "difficulty", "知识点": "topic", "考点": "topic",
         "分类": "topic", "章节": "topic", "题型": "kind"}


@dataclass
class _Draft:
    line: int
    number: int | None
    kind: str | None
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    at: str = "stem"


def read_word(text: str) -> Reading:
    """Every question of a pasted text; what cannot be read is told by its line."""
    reading = Reading()
    drafts, keys = _drafts(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u000b", "\n").split("\n"), reading)
    for draft in drafts:
        where = f"第 {draft.line} 行" + (f"（第 {draft.number} 题）" if draft.number is not None else "")
        try:
            reading.items.append(_item(draft, where, keys))
        except Unreadable as error:
            reading.troubles.append(Trouble(where, error.what, error.remedy))
    return reading


def _drafts(lines: list[str], reading: Reading) -> tuple[list[_Draft], dict[int, str]]:
    drafts: list[_Draft] = []
    keys: dict[int, str] = {}
    kind: str | None = None
    listing = False
    for number, raw in enumerate(lines, 1):
        line = raw.strip().strip("\ufeff")
        if not line:
            continue
        if listing and _KEY.search(narrow(line)):
            _read_keys(narrow(line), keys)
            continue
        section = _section(line)
        if section is not None:
            kind, listing = section, False
            continue
        if _KEYS.match(line) and _asks_for_list(drafts, lines[number:]):
            listing = True
            continue
        start = _NUMBER.match(line)
        named = _FIELD.match(line)
        if start and not named:
            drafts.append(_Draft(number, int(start[1]), kind))
            listing = False
            _continue(drafts[-1], start["rest"])
        elif not drafts or (drafts[-1].fields.get("answer") and not named and drafts[-1].at != "explain" and not _OPTION.match(line)):
            drafts.append(_Draft(number, None, kind))
            _continue(drafts[-1], line)
        elif named:
            _put(drafts[-1], NAMES[named["name"]], named["rest"])
        else:
            _continue(drafts[-1], line)
    return [draft for draft in drafts if draft.options or draft.fields or not _is_title(draft, drafts)], keys


def _is_title(draft: _Draft, drafts: list[_Draft]) -> bool:
    """A heading above the first numbered question, or one of an answer list that has nothing in it."""
    words = "".join(draft.stem).strip()
    return not words or draft.number is None and (draft is drafts[0] and len(drafts) > 1 or bool(_KEYS.match(words)))


def _section(line: str) -> str | None:
    match = _SECTION.match(line)
    # A heading names a type and little else: 「一、单选题（每题 2 分，共 20 分）」.
    if match is None or re.sub(r"[（(].*?[）)]|共.*|每.*|[:：。,，;；\s]", "", match["rest"]):
        return None
    return match["kind"]


def _asks_for_list(drafts: list[_Draft], later: list[str]) -> bool:
    following = next((line for line in later if line.strip()), "")
    return len(_KEY.findall(narrow(following))) > 1 or bool(drafts and re.match(r"\s*\d{1,4}\s*[.、．:：-]\s*[A-La-l√×对错]+\s*\Z", narrow(following)))


def _read_keys(line: str, keys: dict[int, str]) -> None:
    for first, last, letters in _KEY.findall(line):
        if last and len(letters) == int(last) - int(first) + 1:
            keys |= {int(first) + at: letter for at, letter in enumerate(letters)}
        else:
            keys[int(first)] = letters


def _put(draft: _Draft, name: str, rest: str) -> None:
    # 「答案：B  解析：……」 on one line.
    inner = re.search(r"(?:[\s　。；;]\s*[【\[]?|[【\[])(答案解析|试题解析|解析|难度|知识点|考点)\s*(?:[】\]]\s*[:：]?|[:：])", rest)
    if inner and name == "answer":
        _put(draft, "answer", rest[:inner.start()].strip())
        _put(draft, NAMES[inner[1]], rest[inner.end():].strip())
        return
    draft.fields.setdefault(name, []).append(rest.strip())
    draft.at = name


def _continue(draft: _Draft, line: str) -> None:
    places = [match for match in _OPTION.finditer(line)] if draft.at in ("stem", "option") else []
    wanted = len(draft.options)
    taken: list[re.Match[str]] = []
    for match in places:
        if LETTERS.index(match[1].upper()) == wanted + len(taken):
            taken.append(match)
    if taken and (wanted or taken[0].start() == 0 or len(taken) > 1):
        before = line[: taken[0].start()].strip()
        if before:
            _words(draft, before)
        ends = [match.start() for match in taken[1:]] + [len(line)]
        draft.options += [line[match.end(): end].strip() for match, end in zip(taken, ends, strict=True)]
        draft.at = "option"
    else:
        _words(draft, line)


def _words(draft: _Draft, line: str) -> None:
    if draft.at == "stem":
        draft.stem.append(line)
    elif draft.at == "option" and draft.options:
        draft.options[-1] = f"{draft.options[-1]}{line}"
    else:
        draft.fields[draft.at].append(line)


def _item(draft: _Draft, where: str, keys: dict[int, str]) -> Item:
    said = {name: "\n".join(lines).strip() for name, lines in draft.fields.items()}
    stem, inside = _without_marks("\n".join(draft.stem)), ""
    label = re.match(r"\s*[【\[（(]\s*(单选题?|多选题?|判断题?|填空题?|不定项|排序题|配对题|计算题)\s*[】\]）)]\s*", stem)
    if label:
        stem = stem[label.end():]
    kind = kind_of(said.get("kind", "") or (label[1] if label else "") or draft.kind or "")
    answer = said.get("answer", "")
    if not answer and draft.number is not None:
        answer = keys.get(draft.number, "")
    if not answer:
        found = _IN_STEM.findall(narrow(stem))
        if len(found) == 1 and (draft.options or truth_of(found[0]) is not None):
            inside = found[0]
            stem = _IN_STEM.sub("（　）", narrow(stem) if _IN_STEM.search(stem) is None else stem, count=1)
    if kind == "single" and draft.kind == "选择题":
        kind = None
    kind, stem, body = body_of(kind, safe(stem), [(safe(text), "") for text in draft.options], safe(answer or inside))
    item = Item(where, kind, stem, body, short_title(body["text"] if kind == "cloze" and body["text"] != "[[1]]" else stem), safe(said.get("explain", "")))
    item.category = said.get("topic", "").splitlines()[0].strip() if said.get("topic") else ""
    level = difficulty_of(said.get("difficulty", ""))
    if level:
        item.meta["difficulty"] = level
    return item


def _without_marks(stem: str) -> str:
    return _MARKS.sub("", stem).strip()

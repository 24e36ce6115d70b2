"""Reads Moodle XML: categories, weights, feedback, numeric ranges, matching, ordering, cloze, embedded pictures, any code page."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from trainer.bank.exchange.gift import cloze_item, number_range
from trainer.bank.exchange.html_text import decode_picture, from_html, from_markdown, looks_like_html
from trainer.bank.exchange.item import (
    FULL,
    Answer,
    Item,
    Reading,
    Trouble,
    Unreadable,
    blank_of,
    decimal,
    matching_body,
    multiple_body,
    numeric_body,
    percent,
    safe,
    short_title,
    single_body,
)
from trainer.bank.exchange.meta import meta_of
from trainer.content.figures import FIGURE

UNSUPPORTED = {
    "essay": "问答题要人工判分，请改写成话术题。", "description": "说明文字不能当题目，请放进课程里。",
    "calculated": "计算公式题的答案请改由规则库判定。", "calculatedsimple": "计算公式题的答案请改由规则库判定。",
    "calculatedmulti": "计算公式题的答案请改由规则库判定。", "ddimageortext": "拖图题请改成配对题。", "ddmarker": "拖图题请改成配对题。",
    "ddwtos": "拖词填空请改成填空题。", "gapselect": "选词填空请改成填空题或单选题。", "randomsamatch": "随机配对请改成配对题。",
}
_GAP = re.compile(r"\{(\d*):(\w+):((?:\\.|[^{}\\])*)\}")
_SHORT = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}


def read_moodle(data: bytes) -> Reading:
    """Every question of a Moodle XML file; what cannot be read is told by its line."""
    reading = Reading()
    try:
        text = _decoded(data)
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        reading.troubles.append(Trouble("文件开头", "文件里有 DTD 或实体定义，出于安全不读。", "请从 Moodle 重新导出，或删掉 <!DOCTYPE …> 部分。"))
        return reading
    except (ParseError, UnicodeDecodeError, LookupError, ValueError) as error:
        line = getattr(error, "position", (0, 0))[0]
        reading.troubles.append(Trouble(f"第 {line} 行" if line else "文件", "不是完整的 XML。", "请检查这一行附近的标签是否成对，或重新导出。"))
        return reading
    if root.tag != "quiz":
        reading.troubles.append(Trouble("第 1 行", f"最外层是 <{root.tag[:30]}>，不是 <quiz>。", "请在 Moodle 里选“Moodle XML 格式”导出。"))
        return reading
    category, lines = "", _lines(text)
    for place, node in enumerate(root.iter("question")):
        where = f"第 {lines[place]} 行" if place < len(lines) else f"第 {place + 1} 题"
        kind = (node.get("type") or "").strip()
        if kind == "category":
            category = _plain(node.find("category"))
            continue
        try:
            item = _Question(node, kind).item()
        except Unreadable as error:
            title = _plain(node.find("name"))
            reading.troubles.append(Trouble(where, (f"「{title[:30]}」" if title else "") + error.what, error.remedy))
            continue
        item.where, item.category = where, category
        reading.items.append(item)
    return reading


def _decoded(data: bytes) -> str:
    """The text by its byte order mark or its declaration; the declaration is taken off, since the text is decoded."""
    head = data[:200]
    named = re.search(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", head)
    code = "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        code = "utf-16"
    elif named and head[:3] != b"\xef\xbb\xbf":
        code = named[1].decode()
        code = "gb18030" if code.lower() in ("gb2312", "gbk", "cp936") else code
    return re.sub(r"^\s*<\?xml[^>]*\?>", lambda match: "\n" * match[0].count("\n"), data.decode(code)).lstrip("\ufeff")


def _lines(text: str) -> list[int]:
    bare = re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", lambda match: "\n" * match[0].count("\n"), text, flags=re.S)
    return [bare.count("\n", 0, match.start()) + 1 for match in re.finditer(r"<question[\s>]", bare)]


def _plain(node: Element | None) -> str:
    return " ".join((node.findtext("text") or node.text or "").split()) if node is not None else ""


class _Question:
    """One question element: its texts, files and answers."""

    def __init__(self, node: Element, kind: str) -> None:
        self.node, self.kind = node, kind
        self.pictures: dict[str, bytes] = {}

    def item(self) -> Item:
        """The question read; raises Unreadable."""
        makers = {"multichoice": self.choice, "multichoiceset": self.choice, "truefalse": self.true_false, "numerical": self.numeric,
                  "shortanswer": self.short_answer, "matching": self.matching, "match": self.matching, "ordering": self.ordering,
                  "cloze": self.cloze, "multianswer": self.cloze}
        make = makers.get(self.kind)
        if make is None:
            raise Unreadable(f"题型 {self.kind or '（没有写）'} 没有对应的题型。", UNSUPPORTED.get(self.kind, "请改成别的题型后再导入。"))
        stem = self.text("questiontext")
        if not stem:
            raise Unreadable("没有题干。", "请补上 questiontext。")
        item = make(stem)
        item.title = _plain(self.node.find("name"))[:60] or item.title or short_title(stem)
        item.explain = self.text("generalfeedback") or item.explain
        item.pictures = self.pictures
        item.meta = meta_of(tag.findtext("text") or "" for tag in self.node.iterfind("tags/tag"))
        named = (self.node.findtext("idnumber") or "").strip()
        item.meta |= {"id": named} if named else {}
        return item

    def text(self, path: str, node: Element | None = None) -> str:
        """A text below the question as Markdown."""
        found = (self.node if node is None else node).find(path) if path else node
        return self.words(found) if found is not None else ""

    def words(self, node: Element) -> str:
        files = {name: data for name, data in _files(node)}
        text = node.findtext("text")
        text = node.text or "" if text is None else text
        form = (node.get("format") or "moodle_auto_format").lower()
        if form == "html" or (form == "moodle_auto_format" and looks_like_html(text)):
            return safe(from_html(text, self.pictures, files))
        return safe(from_markdown(text, self.pictures, files))

    def answers(self) -> Iterator[tuple[Element, Answer]]:
        for node in self.node.iterfind("answer"):
            yield node, Answer(self.words(node), percent(node.get("fraction") or "0"), self.text("feedback", node))

    def choice(self, stem: str) -> Item:
        answers = [one for _node, one in self.answers()]
        single = (self.node.findtext("single") or "true").strip().lower() in ("true", "1")
        body = single_body(answers) if single else multiple_body(answers)
        if (self.node.findtext("shuffleanswers") or "true").strip().lower() in ("false", "0"):
            body["keep_order"] = True
        return Item("", "single" if single else "multiple", stem, body)

    def true_false(self, stem: str) -> Item:
        found = {one.text.strip().lower(): one for _node, one in self.answers()}
        if set(found) != {"true", "false"}:
            raise Unreadable("判断题的答案不是 true 和 false。", "请从 Moodle 重新导出这一题。")
        right = found["true"].credit > found["false"].credit
        body: dict[str, object] = {"right": right}
        why = found["false" if right else "true"].why or found["true" if right else "false"].why
        return Item("", "true_false", stem, body | ({"why": why} if why else {}))

    def numeric(self, stem: str) -> Item:
        rows, remarks = [], []
        for node, one in self.answers():
            if one.text.strip() == "*":
                remarks.append("「其他答案」的说明没有带过来。" if one.credit == 0 else "给任何答案计分的设置没有带过来。")
                continue
            value, tolerance = number_range(one.text) if ".." in one.text else (decimal(one.text), abs(decimal(node.findtext("tolerance") or "0")))
            rows.append((value, tolerance, one.credit, one.why))
        item = Item("", "numeric", stem, numeric_body(rows), remarks=remarks)
        units = [unit.findtext("unit_name") or "" for unit in self.node.iterfind("units/unit")]
        if units:
            item.body["answer"]["unit"] = units[0].strip()[:10]
        if len(units) > 1:
            item.remarks.append(f"只带过来第一个单位「{units[0]}」，换算没有带过来。")
        return item

    def short_answer(self, stem: str) -> Item:
        item = cloze_item(stem, [one for _node, one in self.answers()], missing_word=False)
        if (self.node.findtext("usecase") or "0").strip() in ("1", "true"):
            item.remarks.append("这里判分不分大小写。")
        return item

    def matching(self, stem: str) -> Item:
        pairs, extra = [], []
        for node in self.node.iterfind("subquestion"):
            left, right = self.words(node), self.text("answer", node)
            if left:
                pairs.append((left, right))
            elif right:
                extra.append(right)
        return Item("", "matching", stem, matching_body(pairs, extra))

    def ordering(self, stem: str) -> Item:
        steps = [self.words(node) for node in self.node.iterfind("answer")]
        if not 3 <= len(steps) <= 8:
            raise Unreadable(f"排序题有 {len(steps)} 步。", "要有 3 到 8 步。")
        return Item("", "ordering", stem, {"steps": steps})

    def cloze(self, stem: str) -> Item:
        raw = self.node.find("questiontext")
        source = (raw.findtext("text") or "") if raw is not None else ""
        gaps = list(_GAP.finditer(source))
        if not gaps:
            raise Unreadable("填空题里没有认得出的空。", "空要写成 {1:SHORTANSWER:=答案}。")
        kinds = {match[2].upper() for match in gaps}
        if kinds - _SHORT:
            raise Unreadable(f"填空题里的 {'、'.join(sorted(kinds - _SHORT))} 空没有对应的题型。", "只有 SHORTANSWER（文字）空能导入。")
        if len(gaps) > 6:
            raise Unreadable(f"有 {len(gaps)} 个空。", "最多 6 个，请拆成几题。")
        assert raw is not None
        copy = Element("questiontext", dict(raw.attrib))
        copy.extend(list(raw.iterfind("file")))
        text = source
        for number, match in enumerate(gaps, 1):
            text = text.replace(match[0], f"[[{number}]]", 1)
        copy.text = text
        blanks, remarks = [], []
        for match in gaps:
            answers = list(_gap_answers(match[3]))
            if any("*" in one.text for one in answers):
                remarks.append("答案里的通配符 * 没有带过来，只认写全的答案。")
            blanks.append(blank_of([one for one in answers if "*" not in one.text], figure_of))
        if len({match[1] or "1" for match in gaps}) > 1:
            remarks.append("各空的分值不同，导入后每空同分。")
        text = self.words(copy)
        if len(text) > 600:
            raise Unreadable(f"填空的文字有 {len(text)} 个字。", "最多 600 个字，请拆开。")
        return Item("", "cloze", "填空。", {"text": text, "blanks": blanks}, title=short_title(text), remarks=remarks)


def figure_of(text: str) -> str | None:
    """`rule#figure` where a text is nothing but a reference to the rulebook."""
    match = FIGURE.fullmatch(text.strip())
    return f"{match['rule']}#{match['figure']}" if match else None


def _gap_answers(inner: str) -> Iterator[Answer]:
    for part in re.split(r"(?<!\\)~", inner):
        credit, rest = Decimal(0), part.strip()
        match = re.match(r"%(-?\d+(?:\.\d+)?)%", rest)
        if match:
            credit, rest = percent(match[1]), rest[match.end():]
        elif rest.startswith("="):
            credit, rest = FULL, rest[1:]
        text, _, why = re.sub(r"\\#", "\ue035", rest).partition("#")
        yield Answer(_unescaped(text), credit, _unescaped(why))


def _unescaped(text: str) -> str:
    return safe(from_html(re.sub(r"\\([~}{=#\\\"])", r"\1", text.replace("\ue035", "#")), {}, {}))


def _files(node: Element) -> Iterator[tuple[str, bytes]]:
    for file in node.iterfind("file"):
        found = decode_picture(file.text or "") if file.get("encoding") == "base64" else None
        if found is not None and file.get("name"):
            yield str(file.get("name")), found


Files = Mapping[str, bytes]

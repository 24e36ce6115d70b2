"""Replies for the test bench from pasted text or a spreadsheet: bounded, errors by row, good rows kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from trainer.content.vocabulary import PLATFORMS
from trainer.errors import InputError
from trainer.replies import ACTS, CODES

COLUMNS = {
    "platform": ("平台",), "buyer": ("买家的话", "买家", "买家说", "客户的话"), "reply": ("客服回复", "回复", "客服的话", "话术"),
    "violations": ("人工违规点", "违规点", "违规"), "acts": ("人工话术要点", "话术要点", "要点"), "source": ("来源", "备注", "出处"),
}
TEMPLATE = (
    ("平台", "买家的话", "客服回复", "人工违规点", "人工话术要点", "来源"),
    ("天猫", "快递三天没动了", "亲，非常抱歉，我马上联系快递核实，今天18点前回复您。", "无", "致歉、联系快递、说明时限、承诺跟进", "质检 11 月抽样"),
    ("淘宝", "能便宜点吗", "加我微信吧，那边给你便宜。", "off_platform_contact", "无", "质检 11 月抽样"),
    ("拼多多", "可以开发票吗", "可以开的，您把抬头发我就行。", "", "", "还没有人标过的，违规点和要点留空"),
)
MOST_REPLIES = 1_000
LONGEST_REPLY = 2_000
LONGEST_BUYER = 500
MOST_CHARACTERS = 300_000
NONE = {"无", "没有", "none", "-", "—", "/"}
_SEPARATORS = "，,；;/|+ \n\t"


@dataclass(frozen=True)
class Row:
    """One reply on the bench; marks of people are None where nobody has looked."""

    row: int
    platform: str
    reply: str
    buyer: str = ""
    violations: tuple[str, ...] | None = None
    acts: tuple[str, ...] | None = None
    source: str = ""
    as_of: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Row":
        """What `to_dict` wrote."""
        marks = {name: None if data[name] is None else tuple(data[name]) for name in ("violations", "acts")}
        return cls(**{**data, **marks})


@dataclass(frozen=True)
class RowError:
    """What is wrong in one row; the others are kept."""

    row: int
    column: str
    message: str


@dataclass
class Sheet:
    """What was read."""

    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


class Names:
    """Codes by code or by Chinese name, and platforms likewise."""

    def __init__(self, violations: Mapping[str, str], acts: Mapping[str, str], platforms: Mapping[str, str]) -> None:
        self.codes = {"violations": _by_name(violations, CODES), "acts": _by_name(acts, ACTS)}
        self.platforms = _by_name(platforms, PLATFORMS)


def _by_name(names: Mapping[str, str], codes: Sequence[str] | Mapping[str, Any]) -> dict[str, str]:
    return {**{code: code for code in codes}, **{names[code]: code for code in codes if code in names}}


def read_pasted(text: str, blocks: bool, platform: str, names: Names) -> Sheet:
    """Replies from pasted text: one a line, or blocks between blank lines; a pasted table with its heading is read as one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    lines = text.split("\n")
    if "\t" in lines[0] and any(cell.strip() in COLUMNS["reply"] for cell in lines[0].split("\t")):
        return read_rows([[cell.strip() for cell in line.split("\t")] for line in lines], platform, names)
    replies: list[tuple[int, str]] = []
    if blocks:
        start, block = 1, ""
        for number, line in enumerate([*lines, ""], 1):
            if line.strip():
                start, block = (start, f"{block}\n{line}") if block else (number, line)
            elif block:
                replies.append((start, block))
                block = ""
    else:
        replies = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    sheet = Sheet()
    for number, reply in replies:
        _take(sheet, number, {"reply": reply}, platform, names)
    return _bounded(sheet, "text")


def read_rows(rows: Sequence[Sequence[str]], platform: str, names: Names) -> Sheet:
    """Replies from the rows of a spreadsheet whose first row names the columns; raises InputError where it does not."""
    head = next((number for number, row in enumerate(rows) if any(row)), None)
    if head is None:
        raise InputError("表里没有内容。第一行是表头，从第二行起一行一条回复；可以先下载模板。", "file")
    places = _places(rows[head])
    sheet = Sheet()
    for number in range(head + 1, len(rows)):
        cells = {key: rows[number][at].strip() for key, at in places.items() if at < len(rows[number])}
        if any(cells.values()):
            _take(sheet, number + 1, cells, platform, names)
    return _bounded(sheet, "file")


def _places(heading: Sequence[str]) -> dict[str, int]:
    known = {alias: key for key, aliases in COLUMNS.items() for alias in aliases}
    places: dict[str, int] = {}
    for at, text in enumerate(heading):
        key = known.get(text.strip().strip("*＊ "))
        if key in places:
            raise InputError(f"表头里「{text.strip()}」出现了两次，请只留一列。", "file")
        if key:
            places[key] = at
    if "reply" not in places:
        allowed = "、".join(aliases[0] for aliases in COLUMNS.values())
        raise InputError(f"表头里没有「客服回复」这一列。可用的列：{allowed}，顺序不限；也可以下载模板照着填。", "file")
    return places


def _take(sheet: Sheet, number: int, cells: Mapping[str, str], platform: str, names: Names) -> None:
    errors: list[RowError] = []
    reply, buyer = cells.get("reply", ""), cells.get("buyer", "")
    if not reply:
        errors.append(RowError(number, "客服回复", "这一行没有回复，请补上或删去整行。"))
    if len(reply) > LONGEST_REPLY:
        errors.append(RowError(number, "客服回复", f"有 {len(reply)} 个字，一条最多 {LONGEST_REPLY} 个，请拆开。"))
    if len(buyer) > LONGEST_BUYER:
        errors.append(RowError(number, "买家的话", f"有 {len(buyer)} 个字，最多 {LONGEST_BUYER} 个，请只留最后一句。"))
    said = cells.get("platform", "") or platform
    code = names.platforms.get(said)
    if code is None:
        errors.append(RowError(number, "平台", f"不认识「{said[:20]}」，可用：{'、'.join(name for name in names.platforms if not name.isascii())}。"))
    marks = {key: _marks(number, key, cells.get(key, ""), names, errors) for key in ("violations", "acts")}
    if errors:
        sheet.errors += errors
    elif code is not None:
        sheet.rows.append(Row(number, code, reply, buyer, marks["violations"], marks["acts"], cells.get("source", "")[:120]))


def _marks(number: int, key: str, text: str, names: Names, errors: list[RowError]) -> tuple[str, ...] | None:
    """Codes typed as codes or names; None for an empty cell, nothing for 无."""
    if not text.strip():
        return None
    if text.strip().lower() in NONE:
        return ()
    for separator in _SEPARATORS:
        text = text.replace(separator, "、")
    found = []
    for word in filter(None, (one.strip() for one in text.split("、"))):
        code = names.codes[key].get(word) or names.codes[key].get(word.lower())
        if code is None:
            near = get_close_matches(word, list(names.codes[key]), 2, 0.4)
            hint = f"，是不是「{'」或「'.join(near)}」" if near else ""
            errors.append(RowError(number, COLUMNS[key][0], f"没有「{word[:20]}」{hint}？几项之间用顿号，没有就写「无」。"))
        elif code not in found:
            found.append(code)
    return tuple(found)


def _bounded(sheet: Sheet, name: str) -> Sheet:
    count = len(sheet.rows) + len({error.row for error in sheet.errors})
    if not count:
        raise InputError("没有读到回复，请至少给一条。", name)
    if count > MOST_REPLIES:
        raise InputError(f"共有 {count} 条回复，一次最多 {MOST_REPLIES} 条，请分几次。", name)
    characters = sum(len(row.reply) + len(row.buyer) for row in sheet.rows)
    if characters > MOST_CHARACTERS:
        raise InputError(f"共有 {characters} 个字，一次最多 {MOST_CHARACTERS} 个，请分几次。", name)
    return sheet

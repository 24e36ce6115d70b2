"""Question banks brought in by a trainer: read, shown with what is missing, then kept as drafts."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from trainer.bank.exchange import (
    Defaults,
    Item,
    Reading,
    Topic,
    Trouble,
    read_gift,
    read_moodle,
    read_rows,
    read_word,
    shape,
)
from trainer.content import Flaw, Question
from trainer.errors import InputError
from trainer.models import Revision
from trainer.questions import TYPES
from trainer.rules import Rulebook
from trainer.services import assets, publishing
from trainer.services.audit import record
from trainer.services.authoring import flaws_of
from trainer.services.catalogue_stats import find_item, newest_revision
from trainer.services.revisions import digest_of
from trainer.services.spreadsheet import read_table

FORMS = {"auto": "自动识别", "word": "Word 文字", "rows": "表格（xlsx、csv）", "gift": "GIFT", "moodle": "Moodle XML"}
LARGEST = 3 * 1024 * 1024
MOST = 2000
_PICTURE = re.compile(r"!\[([^\]]*)\]\(picture:([^)]*)\)")
STATES = {"new": "新题", "changed": "已有这道题，存为新草稿", "same": "已有同样的题，不再存", "twice": "和前面的一题重复，不再存"}


@dataclass(frozen=True)
class Source:
    """A question bank as it came: its format, and its content as text (rows as JSON)."""

    form: str
    payload: str


@dataclass
class Planned:
    """One question that would be kept, and what keeps it from being published."""

    number: int
    where: str
    body: dict[str, Any]
    state: str
    flaws: list[Flaw]
    remarks: list[str]
    pictures: dict[str, assets.Picture]

    @property
    def lacking(self) -> list[str]:
        """What is still to be written before it can be published, in a few words each."""
        said, reasons = list[str](), 0
        for flaw in self.flaws:
            place = flaw.path[0] if flaw.path else ""
            if place == "rules" and "没有写" in flaw.message:
                said.append("答案依据的规则")
            elif "错在哪" in flaw.message and place == "options":
                reasons += 1
            else:
                said.append("为什么错" if place == "why" else flaw.message)
        return list(dict.fromkeys([*said, *([f"{reasons} 个错误选项的说明"] if reasons else [])]))

    @property
    def wanted(self) -> bool:
        """Whether keeping it would add anything."""
        return self.state in ("new", "changed")


@dataclass
class Plan:
    """All questions of a source in order, and what could not be read."""

    rows: list[Planned] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def ready(self) -> int:
        """How many could be published as they are."""
        return sum(row.wanted and not row.flaws for row in self.rows)


def source_of(form: str, pasted: str, filename: str, data: bytes) -> Source:
    """What was pasted or sent, in the format named or recognised; raises InputError that says what to do."""
    if data:
        return _of_file(form, filename.lower(), data)
    if not pasted.strip():
        raise InputError("请粘贴题目，或选一个文件。", "pasted")
    if len(pasted.encode()) > LARGEST:
        raise InputError("内容超过 3 MB，请分几次导入。", "pasted")
    return Source(form if form in ("word", "gift", "moodle") else recognised(pasted), pasted) if form != "rows" else _pasted_rows(pasted)


def _of_file(form: str, name: str, data: bytes) -> Source:
    if name.endswith((".doc", ".docx")):
        raise InputError("Word 文件请打开后全选、复制，粘贴到上面的框里。", "file")
    if data[:2] == b"PK" or name.endswith((".xlsx", ".xls", ".et", ".csv")) or form == "rows":
        return Source("rows", json.dumps(read_table(name, data, "题目表"), ensure_ascii=False))
    if len(data) > LARGEST:
        raise InputError("文件超过 3 MB，请分成几个文件。", "file")
    if form == "moodle" or name.endswith(".xml") or data.lstrip()[:5] in (b"<?xml", b"<quiz"):
        return Source("moodle", _text_of_xml(data))
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return Source(form if form in ("word", "gift") else recognised(text), text)
    raise InputError("文件的文字编码认不出来，请另存为 UTF-8 的 txt，或改用 xlsx。", "file")


def _text_of_xml(data: bytes) -> str:
    head = re.search(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", data[:200])
    code = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else head[1].decode() if head and data[:3] != b"\xef\xbb\xbf" else "utf-8-sig"
    code = "gb18030" if code.lower() in ("gb2312", "gbk", "cp936") else code
    try:
        return re.sub(r"\A\s*<\?xml[^>]*\?>", "", data.decode(code))
    except (UnicodeDecodeError, LookupError):
        raise InputError(f"文件的编码（{code[:20]}）读不出来，请从 Moodle 重新导出 UTF-8 的 XML。", "file") from None


def _pasted_rows(pasted: str) -> Source:
    rows = [[cell.strip() for cell in line.split("\t")] for line in pasted.replace("\r\n", "\n").split("\n")]
    return Source("rows", json.dumps(rows[: MOST + 1], ensure_ascii=False))


def recognised(text: str) -> str:
    """The format that a text looks like."""
    if re.match(r"\s*(?:<\?xml|<quiz)", text):
        return "moodle"
    if re.search(r"(?<!\\)\{\s*(?:[=~#]|T(?:RUE)?\s*[#}]|F(?:ALSE)?\s*[#}])|^::|^\$CATEGORY:", text, re.M):
        return "gift"
    first = text.lstrip().split("\n", 1)[0]
    return "rows" if first.count("\t") >= 2 and "题" in first else "word"


def read_source(source: Source) -> Reading:
    """Everything the source holds; raises InputError where it is no source of ours."""
    if source.form == "rows":
        try:
            rows = json.loads(source.payload)
        except ValueError:
            rows = None
        if not isinstance(rows, list) or not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
            raise InputError("题目内容不完整，请重新选择文件。", "file")
        return read_rows(rows)
    readers: dict[str, Callable[[str], Reading]] = {
        "word": read_word, "gift": read_gift, "moodle": lambda text: read_moodle(text.encode())}
    if source.form not in readers:
        raise InputError("不认识这种格式，请重新选择。", "form")
    return readers[source.form](source.payload)


def plan_import(session: Session, source: Source, defaults: Defaults, topics: Sequence[Topic], rulebook: Rulebook, now: datetime) -> Plan:
    """What an import would keep and what each question still lacks; nothing is kept yet."""
    reading = read_source(source)
    if len(reading.items) > MOST:
        raise InputError(f"有 {len(reading.items)} 题，一次最多 {MOST} 题，请分几次导入。", "file")
    plan, seen = Plan(troubles=reading.troubles), dict[str, str]()
    for number, item in enumerate(reading.items):
        pictures = _pictures(item)
        body = _with_pictures(shape(item, defaults, topics), pictures)
        digest = digest_of(body)
        if seen.get(body["id"]) not in (None, digest):
            item.remarks.append(f"编号「{body['id']}」在文件里用了两次，第二题换了编号。")
            body["id"] = f"{body['id'][:70]}-{number + 1}"
            digest = digest_of(body)
        state = "twice" if body["id"] in seen else _state(session, body, digest)
        seen[body["id"]] = digest
        flaws = flaws_of(body, rulebook, now) if body["type"] in TYPES else [Flaw(("type",), f"没有题型「{body['type']}」", "")]
        plan.rows.append(Planned(number, item.where, body, state, flaws, item.remarks, pictures))
    return plan


def _state(session: Session, body: Mapping[str, Any], digest: str) -> str:
    known = find_item(session, "question", body["id"])
    if known is None:
        return "new"
    newest = newest_revision(session, known)
    # The same fields in the bank's own form, since a body may have been written with fields at their defaults.
    return "same" if digest in (newest.digest, digest_of(Question.parse(newest.body)[0].to_dict())) else "changed"


def _pictures(item: Item) -> dict[str, assets.Picture]:
    found = {}
    for name, data in item.pictures.items():
        try:
            found[name] = assets.prepare_picture(data)
        except InputError as error:
            item.remarks.append(f"图片「{name}」没有带过来：{error.message}")
    return found


def _with_pictures(value: Any, pictures: Mapping[str, assets.Picture]) -> Any:
    if isinstance(value, str):
        def place(match: re.Match[str]) -> str:
            picture = pictures.get(match[2])
            return f"![{match[1]}](asset:{picture.sha256})" if picture else f"［图片：{match[1]}］"

        return _PICTURE.sub(place, value)
    if isinstance(value, dict):
        return {name: _with_pictures(one, pictures) for name, one in value.items()}
    return [_with_pictures(one, pictures) for one in value] if isinstance(value, list) else value


def keep(session: Session, plan: Plan, chosen: Iterable[int], publish: bool, by_id: int, now: datetime) -> tuple[list[Revision], int]:
    """Keep the chosen questions as drafts and, if asked, publish those that lack nothing; returns the drafts and how many were published.

    Raises PublishError where publishing finds more than the preview did; the caller rolls back, so that nothing is half kept.
    """
    wanted = set(chosen)
    rows = [row for row in plan.rows if row.wanted and row.number in wanted]
    drafts = []
    for row in rows:
        for picture in row.pictures.values():
            assets.store_picture(session, picture)
        drafts.append(publishing.save_draft(session, "question", row.body, by_id, now, note="导入"))
    ready = [draft for draft, row in zip(drafts, rows, strict=True) if not row.flaws]
    if publish and ready:
        publishing.publish(session, ready, f"导入 {len(ready)} 题", by_id, now)
    record(session, now, by_id, "question.import", f"{len(drafts)} questions", {"published": len(ready) if publish else 0})
    session.flush()
    return drafts, len(ready) if publish else 0

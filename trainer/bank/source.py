"""Reads the files of a question bank into entries that know their file and lines; never stops at the first flaw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.content import CaseHeader, Flaw, Lesson, Paper, Question, Reader, Shop
from trainer.content import fields as content_fields
from trainer.content.yamltext import Document, read_yaml
from trainer.rules.problems import Problem

FENCE = "---"
KINDS = ("lesson", "question", "paper", "case", "shop")
FOLDERS = {"lesson": "lessons", "question": "questions", "paper": "papers", "case": "cases", "shop": "shops"}
MOST_BYTES = 1_000_000
Value = Lesson | Question | Paper | CaseHeader | Shop


@dataclass(frozen=True)
class Entry:
    """One item of the bank: what it is, where it stands, its mapping and its value."""

    kind: str
    id: str
    file: str
    document: Document
    prefix: content_fields.Path
    data: dict[str, Any]
    value: Value
    text_line: int = 1

    def line(self, path: content_fields.Path = ()) -> int:
        """The line of a field."""
        if self.kind == "lesson" and path[:1] == ("text",):
            return self.text_line + (path[1] - 1 if len(path) > 1 and isinstance(path[1], int) else 0)
        return self.document.line(self.prefix + path)

    def problem(self, flaw: Flaw) -> Problem:
        """The flaw as a problem of the file."""
        where = "正文" if flaw.path[:1] == ("text",) and self.kind == "lesson" else flaw.place
        place = f"{self.id} · {where}:" if where else f"{self.id}:"
        return Problem(self.file, self.line(flaw.path), f"{place}{flaw.message}", flaw.remedy)


def read_text(path: Path, name: str, problems: list[Problem]) -> str | None:
    """The text of a file, or nothing with the problem noted."""
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            problems.append(Problem(name, 0, f"文件有 {len(data)} 字节，最多 {MOST_BYTES}", "请拆成几个文件。"))
            return None
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(name, 0, f"读不出来：{error}", "请存成 UTF-8 文本。"))
        return None


def read_entries(root: Path, problems: list[Problem]) -> list[Entry]:
    """All entries below a question bank folder; flaws of reading go to `problems`."""
    entries: list[Entry] = []
    for kind in KINDS:
        folder = root / FOLDERS[kind]
        pattern = "*.md" if kind == "lesson" else "*.yaml"
        for path in sorted(folder.rglob(pattern)) if folder.is_dir() else []:
            name = path.relative_to(root).as_posix()
            text = read_text(path, name, problems)
            if text is not None:
                entries += read_file(kind, name, text, problems)
    return _unique(entries, problems)


def _unique(entries: list[Entry], problems: list[Problem]) -> list[Entry]:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        other = seen.setdefault((entry.kind, entry.id), entry)
        if other is not entry:
            problems.append(
                Problem(
                    entry.file,
                    entry.line(("id",)),
                    f"编号 {entry.id} 和 {other.file} 第 {other.line()} 行重复",
                    "请改一个。",
                )
            )
    return list(seen.values())


def read_file(kind: str, name: str, text: str, problems: list[Problem]) -> Iterator[Entry]:
    """The entries of one file."""
    if kind == "lesson":
        return _read_lesson(name, text, problems)
    document = read_yaml(text)
    problems += [Problem(name, *fault) for fault in document.faults]
    if document.faults and document.value is None:
        return iter(())
    if kind == "question":
        return _read_questions(name, document, problems)
    builders: dict[str, Callable[[Reader], Value]] = {
        "paper": Paper.build,
        "case": CaseHeader.build,
        "shop": Shop.build,
    }
    return _read_one(kind, name, document, builders[kind], problems)


def _read_one(
    kind: str, name: str, document: Document, build: Callable[[Reader], Value], problems: list[Problem]
) -> Iterator[Entry]:
    reader = Reader(document.value)
    value = build(reader)
    entry = Entry(kind, value.id or name, name, document, (), dict(reader.data), value)
    _named_by_id(entry, name, reader)
    problems += [entry.problem(flaw) for flaw in reader.flaws]
    if value.id:
        yield entry


def _named_by_id(entry: Entry, name: str, reader: Reader) -> None:
    stem = Path(name).stem
    if entry.value.id and stem != entry.value.id:
        reader.flaw(f"文件名是 {stem}，编号是 {entry.value.id}", "请让文件名和 id 一致。", "id")


def _read_questions(name: str, document: Document, problems: list[Problem]) -> Iterator[Entry]:
    top = Reader(document.value)
    rows = top.take("questions")
    top.done()
    if not isinstance(rows, list):
        top.flaw("文件里应有 questions 列表", "请在最上面写 questions:,每题以“- id: …”开头。")
        rows = []
    problems += [Problem(name, document.line(flaw.path), str(flaw), "") for flaw in top.flaws]
    for place, data in enumerate(rows):
        question, flaws = Question.parse(data)
        mapping = data if isinstance(data, dict) else {}
        entry = Entry(
            "question", question.id or f"第 {place + 1} 题", name, document, ("questions", place), mapping, question
        )
        problems += [entry.problem(flaw) for flaw in flaws]
        if question.id:
            yield entry


def split_lesson(text: str) -> tuple[str, str, int] | None:
    """Front matter, text, and the line on which the text begins; nothing where there is no front matter."""
    lines = text.split("\n")
    if lines[0].strip() != FENCE:
        return None
    for at, line in enumerate(lines[1:], 1):
        if line.strip() == FENCE:
            return "\n".join(lines[1:at]), "\n".join(lines[at + 1 :]).rstrip() + "\n", at + 2
    return None


def _read_lesson(name: str, text: str, problems: list[Problem]) -> Iterator[Entry]:
    parts = split_lesson(text)
    if parts is None:
        problems.append(
            Problem(name, 1, "开头没有用 --- 包起来的说明", "请按 docs/content-format.md 的 Lessons 写上。")
        )
        return
    front, body, line = parts
    document = read_yaml(front, first_line=2)
    problems += [Problem(name, *fault) for fault in document.faults]
    data = document.value if isinstance(document.value, dict) else {}
    reader = Reader({**data, "text": body})
    if "text" in data:
        reader.flaw("text 不能写在开头说明里", "正文写在第二个 --- 之后。", "text")
    lesson = Lesson.build(reader)
    entry = Entry("lesson", lesson.id or name, name, document, (), {**data, "text": body}, lesson, line)
    _named_by_id(entry, name, reader)
    problems += [entry.problem(flaw) for flaw in reader.flaws]
    if lesson.id:
        yield entry

"""A question bank: the rulebook and all content, by id, with where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from trainer.bank.pictures import read_pictures
from trainer.bank.source import Entry, read_entries, read_text
from trainer.bank.stock import Stock
from trainer.content import CaseHeader, Lesson, Paper, Question, Shop
from trainer.content.yamltext import read_yaml
from trainer.errors import ContentError
from trainer.replies import wording_faults, wording_schema
from trainer.rules import Rulebook
from trainer.rules.problems import Problem, RulebookError

TOPICS_FILE = "topics.yaml"


class BankError(ContentError):
    """A bank cannot be used; `problems` lists every flaw."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(str(problem) for problem in problems)
        super().__init__(f"题库有 {len(problems)} 处问题:\n{lines}")


@dataclass(frozen=True)
class Topic:
    """A topic that content is filed under."""

    id: str
    title: str
    systems: tuple[int, ...]


@dataclass(frozen=True)
class Bank:
    """Everything in the folder; `problems` are what kept files from being read whole."""

    root: Path
    rulebook: Rulebook | None
    entries: tuple[Entry, ...]
    topics: Mapping[str, Topic]
    problems: tuple[Problem, ...] = field(default=())
    pictures: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | Path = "question_bank") -> "Bank":
        """Read a bank that is in order; raises BankError with every flaw of reading."""
        bank = cls.read(path)
        if bank.problems:
            raise BankError(list(bank.problems))
        return bank

    @classmethod
    def read(cls, path: str | Path = "question_bank") -> "Bank":
        """Read whatever can be read; the rest is told in `problems`."""
        root = Path(path)
        problems: list[Problem] = []
        if not root.is_dir():
            return cls(root, None, (), {}, (Problem(str(root), 0, "没有这个文件夹", "请检查路径。"),))
        rulebook = _rulebook(root, problems)
        topics = _topics(root, problems)
        entries = read_entries(root, problems)
        pictures = read_pictures(root, problems)
        return cls(root, rulebook, tuple(entries), topics, tuple(problems), pictures)

    def of(self, kind: str) -> list[Entry]:
        """The entries of one kind, in order of their files."""
        return [entry for entry in self.entries if entry.kind == kind]

    @cached_property
    def stock(self) -> Stock:
        """The content by kind and id, for checks."""
        return Stock(
            self.rulebook, tuple(self.topics), self.lessons, self.questions, self.papers, self.cases, self.shops
        )

    @property
    def lessons(self) -> dict[str, Lesson]:
        """Lessons by id."""
        return {entry.id: entry.value for entry in self.entries if isinstance(entry.value, Lesson)}

    @property
    def questions(self) -> dict[str, Question]:
        """Questions by id."""
        return {entry.id: entry.value for entry in self.entries if isinstance(entry.value, Question)}

    @property
    def papers(self) -> dict[str, Paper]:
        """Papers by id."""
        return {entry.id: entry.value for entry in self.entries if isinstance(entry.value, Paper)}

    @property
    def cases(self) -> dict[str, CaseHeader]:
        """Cases by id."""
        return {entry.id: entry.value for entry in self.entries if isinstance(entry.value, CaseHeader)}

    @property
    def shops(self) -> dict[str, Shop]:
        """Shops by id."""
        return {entry.id: entry.value for entry in self.entries if isinstance(entry.value, Shop)}


def _rulebook(root: Path, problems: list[Problem]) -> Rulebook | None:
    try:
        rulebook = Rulebook.load(root / "rulebook", wording_schema)
    except RulebookError as error:
        problems += [Problem(f"rulebook/{one.file}", one.line, one.message, one.remedy) for one in error.problems]
        return None
    problems += [Problem("rulebook/wording", 0, line) for line in wording_faults(rulebook)]
    return rulebook


def _topics(root: Path, problems: list[Problem]) -> dict[str, Topic]:
    text = read_text(root / TOPICS_FILE, TOPICS_FILE, problems)
    document = read_yaml(text or "")
    problems += [Problem(TOPICS_FILE, *fault) for fault in document.faults]
    rows = document.value.get("topics") if isinstance(document.value, dict) else None
    topics = {}
    for row in rows if isinstance(rows, list) else []:
        topic = Topic(str(row["id"]), str(row["title"]), tuple(row.get("systems", ())))
        topics[topic.id] = topic
    return topics

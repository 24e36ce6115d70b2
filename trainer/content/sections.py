"""The parts of a paper: pass rules, draws and sections. Marks are whole thousandths."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trainer.content.fields import Reader
from trainer.content.question import Question
from trainer.content.vocabulary import PLATFORMS, POST_CODES, POSTS

THOUSAND = 1000


@dataclass(frozen=True)
class PassRule:
    """What passing takes: a share of the marks, a number of marks, or everything right; none = nothing."""

    percent: Decimal | None = None
    marks: Decimal | None = None
    all_right: bool = False

    @classmethod
    def build(cls, reader: Reader, name: str) -> "PassRule | None":
        """Read `pass: all_right` or `pass: {percent: 80}` or `{marks: 60}`."""
        raw = reader.data.get(name)
        if raw is None:
            reader.take(name)
            return None
        if isinstance(raw, str):
            reader.word(name, ("all_right",))
            return cls(all_right=True)
        inner = reader.child(name)
        percent = inner.number("percent") if inner.has("percent") else None
        marks = inner.number("marks") if inner.has("marks") else None
        inner.take("percent"), inner.take("marks")
        if (percent is None) == (marks is None):
            inner.flaw("及格要求不清楚", "请写 percent(百分比)或 marks(分数)其中一个，或 all_right。")
        if percent is not None and percent > 100:
            inner.flaw("百分比超过 100", "请写 0 到 100。", "percent")
        inner.done()
        return cls(percent, marks)

    def met(self, points: int, of: int) -> bool:
        """Whether so many thousandths out of so many pass."""
        if self.all_right:
            return points >= of
        if self.marks is not None:
            return points >= self.marks * THOUSAND
        return Decimal(points) * 100 >= (self.percent or Decimal(0)) * of

    @property
    def words(self) -> str:
        """The rule as people read it."""
        if self.all_right:
            return "须全部答对"
        if self.marks is not None:
            return f"满 {self.marks} 分"
        return f"得分率达到 {self.percent}%"

    def to_dict(self) -> Any:
        """The canonical value."""
        if self.all_right:
            return "all_right"
        name, value = ("marks", self.marks) if self.marks is not None else ("percent", self.percent)
        return {name: _plain(value or Decimal(0))}


def _plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


@dataclass(frozen=True)
class Draw:
    """A number of questions that meet all filters, or certain questions; `marks` are thousandths for each."""

    count: int
    marks: int
    questions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    systems: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    difficulty: tuple[int, ...] = ()
    platforms: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    red_line: bool | None = None
    open_book: bool | None = None

    @classmethod
    def build(cls, reader: Reader) -> "Draw":
        """Read one draw."""
        questions = reader.texts("questions")
        count = reader.integer("count", 1, 200, len(questions) or None)
        if questions and count > len(questions):
            reader.flaw(f"要抽 {count} 题，只列了 {len(questions)} 题", "请补题目或减少 count。", "count")
        draw = cls(
            count=count,
            marks=int(reader.number("marks") * THOUSAND),
            questions=questions,
            topics=reader.texts("topics"),
            systems=reader.integers("systems", 1, 46),
            types=reader.texts("types"),
            difficulty=reader.integers("difficulty", 1, 3),
            platforms=reader.words("platforms", PLATFORMS),
            posts=reader.words("posts", POSTS, aliases=POST_CODES),
            red_line=reader.flag("red_line") if reader.has("red_line") else None,
            open_book=reader.flag("open_book") if reader.has("open_book") else None,
        )
        reader.take("red_line"), reader.take("open_book")
        if draw.marks <= 0:
            reader.flaw("分值应大于 0", "请写每题几分。", "marks")
        reader.done()
        return draw

    def fits(self, question: Question) -> bool:
        """Whether the question meets every filter of this draw (pool and paper are the paper's matter)."""
        if self.questions:
            return question.id in self.questions
        return (
            (not self.topics or question.topic in self.topics)
            and (not self.systems or bool(set(self.systems) & set(question.systems)))
            and (not self.types or question.type in self.types)
            and (not self.difficulty or question.difficulty in self.difficulty)
            and (not self.platforms or bool(set(self.platforms) & set(question.platforms)))
            and (not self.posts or bool(set(self.posts) & set(question.posts)))
            and (self.red_line is None or self.red_line == question.red_line)
            and (self.open_book is None or self.open_book == question.open_book)
        )

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping."""
        out: dict[str, Any] = {
            name: list(getattr(self, name))
            for name in ("questions", "topics", "systems", "types", "difficulty", "platforms", "posts")
            if getattr(self, name)
        }
        out |= {name: value for name in ("red_line", "open_book") if (value := getattr(self, name)) is not None}
        return out | {"count": self.count, "marks": _plain(Decimal(self.marks) / THOUSAND)}


@dataclass(frozen=True)
class Section:
    """A part of a paper: questions that are drawn, or cases that are played."""

    id: str
    title: str
    kind: str
    draws: tuple[Draw, ...] = ()
    cases: tuple[str, ...] = ()
    count: int = 0
    marks: int = 0
    red_line: bool = False
    open_book: bool = False
    shuffle_items: bool = True
    shuffle_options: bool = True
    passing: PassRule | None = None
    note: str = ""

    @property
    def worth(self) -> int:
        """The section's marks in thousandths."""
        if self.kind == "case":
            return self.count * self.marks
        return sum(draw.count * draw.marks for draw in self.draws)

    @property
    def size(self) -> int:
        """How many items it has."""
        return self.count if self.kind == "case" else sum(draw.count for draw in self.draws)

    @classmethod
    def build(cls, reader: Reader) -> "Section":
        """Read one section."""
        kind = reader.word("kind", ("questions", "case"), "questions")
        shuffle = reader.child("shuffle")
        questions = kind == "questions"
        section = cls(
            id=reader.ident("id"),
            title=reader.text("title", limit=40),
            kind=kind,
            draws=tuple(Draw.build(one) for one in reader.children("draws", 1, 60)) if questions else (),
            cases=() if questions else reader.texts("cases", required=True),
            count=0 if questions else reader.integer("count", 1, 6, 1),
            marks=0 if questions else int(reader.number("marks") * THOUSAND),
            red_line=reader.flag("red_line"),
            open_book=reader.flag("open_book"),
            shuffle_items=shuffle.flag("items", True),
            shuffle_options=shuffle.flag("options", True),
            passing=PassRule.build(reader, "pass"),
            note=reader.text("note", ""),
        )
        shuffle.done()
        if not questions and section.count > len(section.cases) > 0:
            reader.flaw(f"要抽 {section.count} 个案例，只列了 {len(section.cases)} 个", "请补案例。", "cases")
        reader.done()
        return section

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping."""
        out: dict[str, Any] = {"id": self.id, "title": self.title, "kind": self.kind}
        out |= {name: True for name in ("red_line", "open_book") if getattr(self, name)}
        if not (self.shuffle_items and self.shuffle_options):
            out["shuffle"] = {"items": self.shuffle_items, "options": self.shuffle_options}
        if self.kind == "case":
            out |= {"cases": list(self.cases), "count": self.count, "marks": _plain(Decimal(self.marks) / THOUSAND)}
        else:
            out["draws"] = [draw.to_dict() for draw in self.draws]
        if self.passing:
            out["pass"] = self.passing.to_dict()
        return out | ({"note": self.note} if self.note else {})

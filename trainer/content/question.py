"""A question as written: the fields all types share, and the body that its type reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trainer.content.fields import Flaw, FlawedContent, Reader, read_moment
from trainer.content.vocabulary import PLATFORMS, POOLS, POST_CODES, POSTS

ATTEMPT = "attempt"
COMMON = (
    "id",
    "type",
    "title",
    "platforms",
    "topic",
    "systems",
    "posts",
    "difficulty",
    "pool",
    "red_line",
    "open_book",
    "as_of",
    "rules",
    "stem",
    "hint",
    "explain",
    "literal",
    "note",
)


@dataclass(frozen=True)
class Question:
    """One question; `body` holds the fields of its type, as written."""

    id: str
    type: str
    title: str
    platforms: tuple[str, ...]
    topic: str
    systems: tuple[int, ...]
    difficulty: int
    pool: str
    stem: str
    posts: tuple[str, ...] = ()
    red_line: bool = False
    open_book: bool = False
    as_of: str = ATTEMPT
    rules: tuple[str, ...] = ()
    hint: str = ""
    explain: str = ""
    literal: tuple[str, ...] = ()
    note: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: object) -> "Question":
        """Read a question's shared fields; raises FlawedContent. Its type checks the body."""
        question, flaws = cls.parse(data)
        if flaws:
            raise FlawedContent(flaws)
        return question

    @classmethod
    def parse(cls, data: object) -> "tuple[Question, list[Flaw]]":
        """The question as far as it can be read, with the flaws of its shared fields."""
        reader = Reader(data)
        question = cls(
            id=reader.ident("id"),
            type=reader.text("type", limit=40),
            title=reader.text("title", limit=60),
            platforms=reader.words("platforms", PLATFORMS, required=True),
            topic=reader.text("topic", limit=40),
            systems=reader.integers("systems", 1, 46, required=True),
            difficulty=reader.integer("difficulty", 1, 3),
            pool=reader.word("pool", POOLS),
            stem=reader.text("stem"),
            posts=reader.words("posts", POSTS, aliases=POST_CODES),
            red_line=reader.flag("red_line"),
            open_book=reader.flag("open_book"),
            as_of=reader.moment("as_of", (ATTEMPT,), ATTEMPT),
            rules=reader.texts("rules"),
            hint=reader.text("hint", "", limit=300),
            explain=reader.text("explain", ""),
            literal=reader.texts("literal"),
            note=reader.text("note", ""),
            body={name: value for name, value in reader.data.items() if name not in COMMON},
        )
        return question, reader.flaws

    def moment(self, as_of: datetime) -> datetime:
        """The moment whose rules hold: the question's own date, or the one given (the start of the attempt)."""
        return as_of if self.as_of == ATTEMPT else read_moment(self.as_of)

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping: fields in order, defaults left out."""
        out: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "title": self.title,
            "platforms": list(self.platforms),
            "topic": self.topic,
            "systems": list(self.systems),
        }
        if self.posts:
            out["posts"] = list(self.posts)
        out |= {"difficulty": self.difficulty, "pool": self.pool}
        out |= {name: True for name in ("red_line", "open_book") if getattr(self, name)}
        if self.as_of != ATTEMPT:
            out["as_of"] = self.as_of
        if self.rules:
            out["rules"] = list(self.rules)
        out["stem"] = self.stem
        out |= self.body
        out |= {name: getattr(self, name) for name in ("hint", "explain", "note") if getattr(self, name)}
        if self.literal:
            out["literal"] = list(self.literal)
        return out

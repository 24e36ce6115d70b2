"""A lesson: front matter as fields and a Markdown text with live figures."""

from dataclasses import dataclass
from typing import Any

from trainer.content.fields import Reader, read
from trainer.content.question import ATTEMPT
from trainer.content.vocabulary import PLATFORMS, POST_CODES, POSTS


@dataclass(frozen=True)
class Lesson:
    """One lesson; `text` is Markdown as written."""

    id: str
    title: str
    summary: str
    platforms: tuple[str, ...]
    topic: str
    systems: tuple[int, ...]
    posts: tuple[str, ...]
    level: int
    minutes: int
    order: int
    text: str
    day: int | None = None
    as_of: str = ATTEMPT
    requires: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def from_dict(cls, data: object) -> "Lesson":
        """Read a lesson (front matter plus `text`); raises FlawedContent with every flaw."""
        return read(data, cls.build)

    @classmethod
    def build(cls, reader: Reader) -> "Lesson":
        """The lesson as far as it can be read; flaws stay with the reader."""
        lesson = cls(
            id=reader.ident("id"),
            title=reader.text("title", limit=60),
            summary=reader.text("summary", limit=200),
            platforms=reader.words("platforms", PLATFORMS, required=True),
            topic=reader.text("topic", limit=40),
            systems=reader.integers("systems", 1, 46, required=True),
            posts=reader.words("posts", POSTS, aliases=POST_CODES),
            level=reader.integer("level", 1, 3, 1),
            minutes=reader.integer("minutes", 1, 60),
            order=reader.integer("order", 0, 9999),
            text=reader.text("text", limit=40000),
            day=reader.integer("day", 1, 14) if reader.has("day") else None,
            as_of=reader.moment("as_of", (ATTEMPT,), ATTEMPT),
            requires=reader.texts("requires"),
            rules=reader.texts("rules"),
            check=reader.texts("check"),
            literal=reader.texts("literal"),
            note=reader.text("note", ""),
        )
        reader.take("day")
        reader.done()
        return lesson

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping: fields in order, defaults left out, `text` last."""
        out: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "summary": self.summary,
            "platforms": list(self.platforms),
            "topic": self.topic,
            "systems": list(self.systems),
            "posts": list(self.posts),
            "level": self.level,
            "minutes": self.minutes,
            "day": self.day,
            "order": self.order,
            "as_of": self.as_of if self.as_of != ATTEMPT else None,
            "requires": list(self.requires),
            "rules": list(self.rules),
            "check": list(self.check),
            "literal": list(self.literal),
            "note": self.note,
            "text": self.text,
        }
        return {name: value for name, value in out.items() if value not in (None, [], "")}

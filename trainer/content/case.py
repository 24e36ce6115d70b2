"""The header of a case: what lists, papers and search need to know; the desk reads the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trainer.content.fields import Reader, read
from trainer.content.question import ATTEMPT
from trainer.content.vocabulary import PLATFORMS, POOLS


@dataclass(frozen=True)
class CaseHeader:
    """What a case is called and about; `data` is the whole mapping as written."""

    id: str
    title: str
    platform: str
    level: int
    topics: tuple[str, ...]
    as_of: str
    pool: str = "both"
    summary: str = ""
    shop: str = ""
    minutes: int = 10
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> "CaseHeader":
        """Read a case's header; raises FlawedContent with every flaw."""
        return read(data, cls.build)

    @classmethod
    def build(cls, reader: Reader) -> "CaseHeader":
        """The header as far as it can be read; flaws stay with the reader."""
        return cls(
            id=reader.ident("id"),
            title=reader.text("title", limit=60),
            platform=reader.word("platform", PLATFORMS),
            level=reader.integer("level", 1, 3, 1),
            topics=reader.texts("topics"),
            as_of=reader.moment("as_of", (ATTEMPT,), ATTEMPT),
            pool=reader.word("pool", POOLS, "both"),
            summary=reader.text("summary", "", limit=300) or reader.text("learn", "", limit=600),
            shop=reader.text("shop", "", limit=80),
            minutes=reader.integer("minutes", 1, 120, 10),
            data=dict(reader.data),
        )

    def to_dict(self) -> dict[str, Any]:
        """The whole mapping as written."""
        return dict(self.data)

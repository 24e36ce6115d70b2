"""A paper: its sections, time, attempts, what is shown when, and its certificate."""

from dataclasses import dataclass
from typing import Any

from trainer.content.fields import Reader, read
from trainer.content.question import ATTEMPT, Question
from trainer.content.sections import THOUSAND, PassRule, Section
from trainer.content.vocabulary import CERTIFICATE_STATEMENT, PLATFORMS, POSTS

SHOW_WHEN = {"submitted": "交卷后", "final": "定分后", "closed": "考试结束后", "never": "不公布"}


@dataclass(frozen=True)
class CertificateTerms:
    """What a certifying paper's certificate says and needs besides the pass."""

    valid_months: int = 12
    category: str = "通用"
    lessons: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    statement: str = CERTIFICATE_STATEMENT

    @classmethod
    def build(cls, reader: Reader) -> "CertificateTerms":
        """Read the certificate block."""
        needs = reader.child("requires")
        terms = cls(
            valid_months=reader.integer("valid_months", 1, 60, 12),
            category=reader.text("category", "通用", limit=40),
            lessons=needs.texts("lessons"),
            papers=needs.texts("papers"),
            cases=needs.texts("cases"),
            statement=reader.text("statement", CERTIFICATE_STATEMENT, limit=200),
        )
        needs.done()
        reader.done()
        return terms

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping."""
        out: dict[str, Any] = {"valid_months": self.valid_months, "category": self.category}
        needs = {name: list(getattr(self, name)) for name in ("lessons", "papers", "cases") if getattr(self, name)}
        out |= {"requires": needs} if needs else {}
        return out | ({"statement": self.statement} if self.statement != CERTIFICATE_STATEMENT else {})


@dataclass(frozen=True)
class Paper:
    """A paper revision as written."""

    id: str
    title: str
    platforms: tuple[str, ...]
    post: str
    minutes: int
    sections: tuple[Section, ...]
    passing: PassRule | None
    certifying: bool = False
    as_of: str = ATTEMPT
    intro: str = ""
    attempts: int = 1
    cooldown_hours: int = 0
    show_marks: str = "submitted"
    show_keys: str = "closed"
    no_paste: bool = False
    room_code: bool = False
    certificate: CertificateTerms | None = None
    note: str = ""

    @property
    def worth(self) -> int:
        """The paper's marks in thousandths."""
        return sum(section.worth for section in self.sections)

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools it may draw from."""
        return ("exam", "both") if self.certifying else ("practice", "both")

    def fits(self, question: Question) -> bool:
        """Whether the question's pool and platforms suit this paper."""
        platforms = set(question.platforms)
        return question.pool in self.pools and ("general" in platforms or bool(platforms & set(self.platforms)))

    @classmethod
    def from_dict(cls, data: object) -> "Paper":
        """Read a paper; raises FlawedContent with every flaw."""
        return read(data, cls.build)

    @classmethod
    def build(cls, reader: Reader) -> "Paper":
        """The paper as far as it can be read; flaws stay with the reader."""
        show = reader.child("show")
        certifying = reader.flag("certifying")
        paper = cls(
            id=reader.ident("id"),
            title=reader.text("title", limit=60),
            platforms=reader.words("platforms", PLATFORMS, required=True),
            post=reader.word("post", POSTS, "aftersale"),
            minutes=reader.integer("minutes", 1, 300),
            sections=tuple(Section.build(one) for one in reader.children("sections", 1, 20)),
            passing=PassRule.build(reader, "pass"),
            certifying=certifying,
            as_of=reader.moment("as_of", (ATTEMPT,), ATTEMPT),
            intro=reader.text("intro", ""),
            attempts=reader.integer("attempts", 1, 99, 1),
            cooldown_hours=reader.integer("cooldown_hours", 0, 720, 0),
            show_marks=show.word("marks", SHOW_WHEN, "submitted"),
            show_keys=show.word("keys", SHOW_WHEN, "closed" if certifying else "submitted"),
            no_paste=reader.flag("no_paste"),
            room_code=reader.flag("room_code"),
            certificate=CertificateTerms.build(reader.child("certificate")) if reader.has("certificate") else None,
            note=reader.text("note", ""),
        )
        reader.take("certificate")
        show.done()
        paper._check(reader)
        reader.done()
        return paper

    def _check(self, reader: Reader) -> None:
        seen: set[str] = set()
        for place, section in enumerate(self.sections):
            if section.id in seen:
                reader.flaw(f"部分编号「{section.id}」重复", "每一部分请用不同的 id。", "sections", place, "id")
            seen.add(section.id)
        if self.certifying and self.passing is None:
            reader.flaw("上岗考没有及格要求", "请写 pass: {percent: 80}。", "pass")
        if self.passing and self.passing.marks is not None and self.passing.marks * THOUSAND > self.worth:
            reader.flaw(f"及格分超过满分 {self.worth / THOUSAND:g}", "请改及格分或各题分值。", "pass")
        if self.certificate and not self.certifying:
            reader.flaw("练习卷不能发上岗证", "请改 certifying: true，或去掉 certificate。", "certificate")

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping: fields in order, defaults left out."""
        out: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "platforms": list(self.platforms),
            "post": self.post,
            "certifying": self.certifying,
        }
        if self.as_of != ATTEMPT:
            out["as_of"] = self.as_of
        out["minutes"] = self.minutes
        out |= {"intro": self.intro} if self.intro else {}
        out["sections"] = [section.to_dict() for section in self.sections]
        out |= {"pass": self.passing.to_dict()} if self.passing else {}
        out |= {"attempts": self.attempts, "cooldown_hours": self.cooldown_hours}
        out["show"] = {"marks": self.show_marks, "keys": self.show_keys}
        out |= {name: True for name in ("no_paste", "room_code") if getattr(self, name)}
        out |= {"certificate": self.certificate.to_dict()} if self.certificate else {}
        return out | ({"note": self.note} if self.note else {})

"""The body of a scripted reply: what the buyer said, the facts, the points asked for, what is forbidden, the samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.content import Reader
from trainer.content.vocabulary import PLATFORMS
from trainer.replies import ACTS, CODES

CRITICAL = (
    "off_platform_contact",
    "off_platform_payment",
    "abuse",
    "threat",
    "privacy_leak",
    "review_bribe",
    "impersonate_platform",
)
LONGEST = 2000
GOOD_FROM, BAD_TO = 80, 59


@dataclass(frozen=True)
class Point:
    """One thing asked of the reply: any of some acts, or a decision stated correctly."""

    what: str
    points: int
    acts: tuple[str, ...] = ()
    decision: str = ""
    field: str = ""


@dataclass(frozen=True)
class Sample:
    """A reply with the marks expected of it, out of 100."""

    reply: str
    low: int
    high: int
    why: str


@dataclass(frozen=True)
class ReplyBody:
    """What the buyer said, the facts, and how a reply is marked."""

    platform: str
    buyer: str
    facts: Mapping[str, Any]
    required: tuple[Point, ...]
    forbidden: tuple[str, ...]
    critical: tuple[str, ...]
    deduct: int
    length: tuple[int, int]
    samples: tuple[Sample, ...]

    @property
    def total(self) -> int:
        """The sum of the weights."""
        return sum(point.points for point in self.required) or 1


def read(reader: Reader) -> ReplyBody:
    """The body of a scripted reply."""
    required = tuple(_point(one) for one in reader.children("required", 1, 12))
    total = sum(point.points for point in required)
    bounds = reader.integers("length", 1, LONGEST)
    if bounds and (len(bounds) != 2 or bounds[0] > bounds[1]):
        reader.flaw("字数范围不对", "请写 length: [最少, 最多]。", "length")
    body = ReplyBody(
        platform=reader.word("platform", PLATFORMS, ""),
        buyer=reader.text("buyer", limit=1000),
        facts=reader.mapping("facts"),
        required=required,
        forbidden=_forbidden(reader),
        critical=tuple(dict.fromkeys((*CRITICAL, *reader.words("critical", CODES)))),
        deduct=reader.integer("deduct", 0, 100, max(1, round(total / 5))),
        length=(bounds[0], bounds[1]) if len(bounds) == 2 else (5, 500),
        samples=tuple(_sample(one) for one in reader.children("samples", 0, 40)),
    )
    reader.take("params")
    reader.done()
    good = sum(sample.low >= GOOD_FROM for sample in body.samples)
    bad = sum(sample.high <= BAD_TO for sample in body.samples)
    if good < 3 or bad < 3:
        reader.flaw(
            f"样例不够：好的 {good} 条，差的 {bad} 条",
            f"请各写至少 3 条（好的 marks 从 {GOOD_FROM} 起，差的到 {BAD_TO} 止）。",
            "samples",
        )
    return body


def _forbidden(reader: Reader) -> tuple[str, ...]:
    if reader.data.get("forbidden") in (None, "all"):
        reader.take("forbidden")
        return tuple(CODES)
    return reader.words("forbidden", CODES)


def _point(reader: Reader) -> Point:
    ways = [way for way in ("act", "any", "decision") if reader.has(way)]
    if len(ways) != 1:
        reader.flaw("要点不清楚", "请写 act、any、decision 中的恰好一个。")
    one = reader.word("act", ACTS, "") if reader.has("act") else ""
    acts = (one,) if one else reader.words("any", ACTS)
    reader.take("act"), reader.take("any")
    point = Point(
        reader.text("what", limit=80),
        reader.integer("points", 1, 100),
        acts,
        reader.text("decision", "", limit=80),
        reader.text("field", "", limit=80),
    )
    if point.field and not point.decision:
        reader.flaw("field 只用在 decision 上", "请删去 field，或补 decision。", "field")
    reader.done()
    return point


def _sample(reader: Reader) -> Sample:
    marks = reader.integers("marks", 0, 100, required=True)
    if len(marks) != 2 or marks[0] > marks[1]:
        reader.flaw("预期得分不对", "请写 marks: [最低, 最高](0 到 100)。", "marks")
        marks = (0, 100)
    sample = Sample(reader.text("reply", limit=LONGEST), marks[0], marks[1], reader.text("why", "", limit=300))
    reader.done()
    return sample

"""What a check of one reply found, as plain data that is stored with the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One slip: its code, where it stands in the reply as sent, the rule behind it and a kind reason."""

    code: str
    start: int
    end: int
    text: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done well, with the characters that do it."""

    act: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A stated deadline, amount, rate or payer beside what the decision says (agrees is None where it cannot be told)."""

    about: str
    said: str
    start: int
    end: int
    agrees: bool | None
    better: bool
    correct: str | None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A likely slip that a person must decide."""

    code: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything found in one reply; offsets count characters of the reply as sent, end exclusive."""

    violations: tuple[Violation, ...] = ()
    acts: tuple[Act, ...] = ()
    claims: tuple[Claim, ...] = ()
    suspected: tuple[Suspicion, ...] = ()
    missing: tuple[str, ...] = ()
    needs_review: bool = False
    review_because: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape of the command line, without the id."""
        return {
            "violations": [asdict(v) for v in self.violations],
            "acts": [asdict(a) for a in self.acts],
            "claims": [asdict(c) for c in self.claims],
            "suspected": [asdict(s) for s in self.suspected],
            "missing": list(self.missing),
            "needs_review": self.needs_review,
            "review_because": list(self.review_because),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Findings:
        """The findings that `to_dict` wrote."""
        return cls(
            violations=tuple(Violation(**v) for v in data["violations"]),
            acts=tuple(Act(**a) for a in data["acts"]),
            claims=tuple(Claim(**c) for c in data["claims"]),
            suspected=tuple(Suspicion(**s) for s in data["suspected"]),
            missing=tuple(data["missing"]),
            needs_review=bool(data["needs_review"]),
            review_because=tuple(data["review_because"]),
        )

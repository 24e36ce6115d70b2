"""Whether the places of a paper can be filled, whatever the draw of the places before: no question is drawn twice."""

from collections.abc import Collection
from dataclasses import dataclass

from trainer.content import Draw, Paper, Question


@dataclass(frozen=True)
class Shortage:
    """A draw that may fail: its place in the paper, how many questions are missing and how many there are."""

    section: int
    draw: int
    missing: int
    found: int


def candidates(paper: Paper, draw: Draw, questions: Collection[Question]) -> set[str]:
    """The questions that may fill a place of this draw."""
    return {one.id for one in questions if draw.fits(one) and (draw.questions or paper.fits(one))}


def shortages(paper: Paper, questions: Collection[Question]) -> list[Shortage]:
    """The draws that could run short, counting against each what earlier draws might take from it."""
    out: list[Shortage] = []
    earlier: list[tuple[set[str], int]] = []
    for section, part in enumerate(paper.sections):
        for number, draw in enumerate(part.draws):
            found = candidates(paper, draw, questions)
            taken = sum(min(count, len(found & others)) for others, count in earlier)
            missing = draw.count - max(0, len(found) - taken)
            if missing > 0:
                out.append(Shortage(section, number, missing, len(found)))
            earlier.append((found, draw.count))
    return out

"""Whether the places of a paper can be filled, whatever the draw of the places before: no question is drawn twice."""

from collections.abc import Collection, Sequence, Set
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


def short_places(places: Sequence[tuple[Set[str], int]]) -> list[int]:
    """How many questions each place may lack, from what may fill it and how many it takes; the places before it take theirs first."""
    out: list[int] = []
    for number, (found, count) in enumerate(places):
        taken = sum(min(wanted, len(found & others)) for others, wanted in places[:number])
        out.append(max(0, count - max(0, len(found) - taken)))
    return out


def shortages(paper: Paper, questions: Collection[Question]) -> list[Shortage]:
    """The draws that could run short, counting against each what earlier draws might take from it."""
    draws = [(section, number, draw) for section, part in enumerate(paper.sections) for number, draw in enumerate(part.draws)]
    found = [candidates(paper, draw, questions) for _, _, draw in draws]
    missing = short_places([(one, draw.count) for one, (_, _, draw) in zip(found, draws, strict=True)])
    return [Shortage(section, number, lacking, len(one))
            for (section, number, _), one, lacking in zip(draws, found, missing, strict=True) if lacking]

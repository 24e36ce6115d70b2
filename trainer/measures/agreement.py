"""How far two judges agree: shares with their interval, and agreement beyond chance."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

FEW = 8
"""Below so many cases nothing is said but that they are too few."""
FEW_FOR_KAPPA = 30
TOO_FEW = "条数太少，暂不判断"


@dataclass(frozen=True)
class Share:
    """Part of a whole with its 95 % interval; all between 0 and 1."""

    part: int
    whole: int
    value: float
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Whether there are too few cases to say anything."""
        return self.whole < FEW


def wilson(part: int, whole: int, z: float = 1.959964) -> Share:
    """A share with its score interval; no cases give the interval 0 to 1.

    E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22, 209–212:
    (p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share")
    if whole == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    p, square = part / whole, z * z
    middle = p + square / (2 * whole)
    reach = z * sqrt(p * (1 - p) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return Share(part, whole, p, max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))


@dataclass(frozen=True)
class Fourfold:
    """Two judges on the same cases: both yes, only the first, only the second, neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def cases(self) -> int:
        """All cases."""
        return self.both + self.first + self.second + self.neither

    @property
    def agreement(self) -> Share:
        """Cases in which both say yes among those in which either does: rare things do not look agreed on by being absent.

        P. Jaccard (1912), The distribution of the flora in the alpine zone. New Phytologist 11, 37–50.
        """
        return wilson(self.both, self.both + self.first + self.second)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance; None below 30 cases, or where a judge never says yes or never no.

        J. Cohen (1960), A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37–46:
        (po − pe) / (1 − pe), pe from the margins of both judges.
        """
        n = self.cases
        yes_first, yes_second = self.both + self.first, self.both + self.second
        if n < FEW_FOR_KAPPA or yes_first in (0, n) or yes_second in (0, n):
            return None
        observed = (self.both + self.neither) / n
        chance = (yes_first * yes_second + (n - yes_first) * (n - yes_second)) / (n * n)
        return (observed - chance) / (1 - chance)


def fourfold(pairs: Iterable[tuple[bool, bool]]) -> Fourfold:
    """The table of (first judge, second judge) over cases."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for pair in pairs:
        counts[pair] += 1
    return Fourfold(counts[True, True], counts[True, False], counts[False, True], counts[False, False])

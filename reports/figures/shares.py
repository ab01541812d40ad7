"""The two figures everything is told in: a share with its base, and a spread of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """``met`` out of ``of``; a share of nothing is no rate, not zero and not full marks.

    ``excluded``: how many of those asked about stand outside the base, because the limit does not bind them or
    because nothing is decided yet.

    >>> str(Share(45, 49)), str(Share(0, 0))
    ('91.84%', '—')
    """

    met: int
    of: int
    excluded: int = 0

    @property
    def rate(self) -> float | None:
        return self.met / self.of if self.of else None

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.met, self.of) if self.of else None

    @property
    def missed(self) -> int:
        """How many stand in the list behind it."""
        return self.of - self.met

    def __str__(self) -> str:
        return "—" if self.rate is None else f"{self.rate:.2%}"


@dataclass(frozen=True, slots=True)
class Spread:
    """Working days used by ``n`` applications.

    ``median``: the middle one, or the mean of the two in the middle.  ``p90``: nearest rank, the least
    number of days that nine in ten did not exceed, so always a number of days that occurred.
    """

    n: int
    mean: float
    median: float
    p90: int
    longest: int


def spread_of(histogram: Mapping[int, int]) -> Spread | None:
    """The spread of a histogram, value → how often; None of an empty one.

    >>> spread_of({1: 5, 2: 4, 30: 1})
    Spread(n=10, mean=4.3, median=1.5, p90=2, longest=30)
    """
    of = sum(histogram.values())
    if not of:
        return None
    ordered = sorted(value for value, n in histogram.items() if n)

    def at_rank(rank: int) -> int:
        through = 0
        for value in ordered:
            through += histogram[value]
            if through >= rank:
                break
        return value

    return Spread(
        n=of,
        mean=sum(value * n for value, n in histogram.items()) / of,
        median=(at_rank((of + 1) // 2) + at_rank(of // 2 + 1)) / 2,
        p90=at_rank(-(-9 * of // 10)),
        longest=ordered[-1],
    )

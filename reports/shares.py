"""The two figures everything is told in: a share with its base, and a spread of days."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """``met`` out of ``of``; a share of nothing is no rate, not zero and not full marks.

    >>> str(Share(45, 49)), str(Share(0, 0))
    ('91.84%', '—')
    """

    met: int
    of: int

    @property
    def rate(self) -> float | None:
        return self.met / self.of if self.of else None

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

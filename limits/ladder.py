"""蓝 → 橙 → 黄 → 红: on how many used units of a limit each level is reached (domain §6).

``threshold = ⌈share · L⌉ + plus`` in exact fractions.  ⌈L/2⌉, ⌈4L/5⌉, L+1 and L+1+⌈L/5⌉ are the
shares 1/2, 4/5, 1 and 6/5 with 0, 0, 1 and 1 added, because L is whole.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from limits.terms import Level


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder."""

    level: Level
    share: Fraction
    plus: int

    def threshold(self, limit: int) -> int:
        """Used units at which this level is reached for ``limit``."""
        return ceil(self.share * limit) + self.plus


@dataclass(frozen=True)
class Ladder:
    """The rungs in rising order.

    >>> from limits.terms import Level
    >>> rungs = (Rung(Level.BLUE, Fraction(1, 2), 0), Rung(Level.ORANGE, Fraction(4, 5), 0),
    ...          Rung(Level.YELLOW, Fraction(1), 1), Rung(Level.RED, Fraction(6, 5), 1))
    >>> [count for _, count in Ladder(rungs).thresholds(16)]
    [8, 13, 17, 21]
    """

    rungs: tuple[Rung, ...]
    _known: dict[int, tuple[tuple[Level, int], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def thresholds(self, limit: int) -> tuple[tuple[Level, int], ...]:
        """Each level with its threshold for ``limit``; there are few limits, so each is worked out once."""
        if limit not in self._known:
            self._known[limit] = tuple((rung.level, rung.threshold(limit)) for rung in self.rungs)
        return self._known[limit]

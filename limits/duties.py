"""Periodic duties of the supervision standard (domain §11): their rhythm, and the dates it gives."""

from dataclasses import dataclass
from datetime import date, timedelta

from limits.force import Citation, Force
from limits.terms import Post, Rhythm

MONTHS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.HALF_YEARLY: 6}


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One item of the standard that comes round; ``post`` is who does it in each station."""

    item: int
    label: str
    rhythm: Rhythm
    post: Post
    force: Force
    citation: Citation


@dataclass(frozen=True, slots=True)
class Period:
    """One round of a rhythm, both days included; ``name`` is 2026-11, 2026-Q4 or 2026-H2."""

    name: str
    opens_on: date
    due_on: date


def period_of(day: date, rhythm: Rhythm) -> Period:
    """The round that ``day`` falls in.

    >>> from datetime import date
    >>> period_of(date(2026, 11, 21), Rhythm.QUARTERLY).due_on
    datetime.date(2026, 12, 31)
    """
    length = MONTHS[rhythm]
    index = (day.month - 1) // length
    opens_on = date(day.year, index * length + 1, 1)
    following = date(day.year + (index + 1) * length // 12, (index + 1) * length % 12 + 1, 1)
    names = {1: f"{day:%Y-%m}", 3: f"{day.year}-Q{index + 1}", 6: f"{day.year}-H{index + 1}"}
    return Period(names[length], opens_on, following - timedelta(days=1))

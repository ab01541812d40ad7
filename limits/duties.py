"""Periodic duties of the supervision standard (domain §11): their rhythm, and the dates it gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from limits.force import Citation, Force
from limits.terms import Post, Rhythm

QUARTERS = {"Q1": "一季度", "Q2": "二季度", "Q3": "三季度", "Q4": "四季度", "H1": "上半年", "H2": "下半年"}
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


# By item and name of the period.
Rounds = dict[tuple[int, str], tuple[DutyRule, Period]]


def rounds_between(rules: Iterable[DutyRule], since: date, through: date) -> Rounds:
    """The rounds that any of these days falls in, by the rules in force on it; both days included."""
    found: Rounds = {}
    for rule in sorted(rules, key=lambda each: (each.item, each.force.since)):
        day, last = max(since, rule.force.since), min(through, rule.force.until or through)
        while day <= last:
            period = period_of(day, rule.rhythm)
            found.setdefault((rule.item, period.name), (rule, period))
            day = period.due_on + timedelta(days=1)
    return found


def period_said(name: str) -> str:
    """
    >>> period_said("2026-11"), period_said("2026-Q4"), period_said("2026-H2")
    ('2026年11月', '2026年四季度', '2026年下半年')
    """
    year, _, part = name.partition("-")
    return f"{year}年{QUARTERS.get(part) or f'{int(part)}月'}"

"""Which rounds of the periodic duties there are, and when each reaches its levels: pure arithmetic (domain §11)."""

from datetime import date, timedelta
from typing import NamedTuple

from limits.clock import Crossing, Span, Track, crossings, dated_allowance
from limits.duties import DutyRule, Period, period_of
from limits.policy import PolicySet
from limits.zone import midnight
from workflow.rules import Rules

# By item and name of the period.
Rounds = dict[tuple[int, str], tuple[DutyRule, Period]]
QUARTERS = {"Q1": "一季度", "Q2": "二季度", "Q3": "三季度", "Q4": "四季度", "H1": "上半年", "H2": "下半年"}


class Round(NamedTuple):
    """A round as the standard numbers it: its item, the station, and 2026-11, 2026-Q4 or 2026-H2."""

    item: int
    unit: str
    period: str


def rounds_between(policies: PolicySet, since: date, through: date) -> Rounds:
    """The rounds that any of these days falls in, by the rules in force on it; both days included."""
    found: Rounds = {}
    for index in range((through - since).days + 1):
        day = since + timedelta(days=index)
        for rule in policies.duties_on(day):
            period = period_of(day, rule.rhythm)
            found.setdefault((rule.item, period.name), (rule, period))
    return found


def crossings_of(opens_on: date, due_on: date, rules: Rules) -> tuple[Crossing, ...]:
    """The levels of a round nobody attends to, on the working days from ``opens_on`` to ``due_on`` as L.

    民法典第二百零一条 leaves out the day a clock starts: so it starts the day before, and the first counts.
    """
    start = midnight(opens_on - timedelta(days=1))
    allowance = dated_allowance(start, due_on, rules.calendar)
    return crossings(Track((Span(start),), (allowance,)), rules.policies.ladder(opens_on), rules.calendar)


def period_said(name: str) -> str:
    """
    >>> period_said("2026-11"), period_said("2026-Q4"), period_said("2026-H2")
    ('2026年11月', '2026年四季度', '2026年下半年')
    """
    year, _, part = name.partition("-")
    return f"{year}年{QUARTERS.get(part) or f'{int(part)}月'}"

"""What a round of a periodic duty is known by, and when it reaches its levels: pure arithmetic (domain §11)."""

from datetime import date, timedelta
from typing import NamedTuple

from limits.clock import Crossing, Span, Track, crossings, dated_allowance
from limits.zone import midnight
from workflow.rules import Rules


class Round(NamedTuple):
    """A round as the standard numbers it: its item, the station, and 2026-11, 2026-Q4 or 2026-H2."""

    item: int
    unit: str
    period: str


def crossings_of(opens_on: date, due_on: date, rules: Rules) -> tuple[Crossing, ...]:
    """The levels of a round nobody attends to, on the working days from ``opens_on`` to ``due_on`` as L.

    民法典第二百零一条 leaves out the day a clock starts: so it starts the day before, and the first counts.
    """
    start = midnight(opens_on - timedelta(days=1))
    allowance = dated_allowance(start, due_on, rules.calendar)
    return crossings(Track((Span(start),), (allowance,)), rules.policies.ladder(opens_on), rules.calendar)

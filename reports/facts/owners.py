"""Whose time it was: every working day from acceptance to energizing belongs to one owner.

高压: the company's are the days its total clock ran, so they equal the clock's own ``used`` (domain §4).  低压:
the clock of the whole process runs through the supporting works, which are told apart here; the two together
equal ``used``.  A day on which the clock stands still is, in this order (X): suspended; the customer's while
the customer's works go on; the supporting works'; the government's while approvals are asked for; and else the
customer's, for whom everything then waits.
"""

from collections.abc import Sequence
from datetime import datetime

from limits.calendar import Calendar
from limits.clock import Track
from limits.force import Layer
from limits.policy import BoundClock, ClockRole
from limits.spans import Interval, subtract
from limits.terms import Term
from limits.zone import local
from workflow.clocks import clock_of, pairs
from workflow.events import EventType
from workflow.history import Fact, suspensions
from workflow.rules import Rules

E = EventType


class Owner(Term):
    """Whose a working day was."""

    COMPANY = "company", "供电企业"
    SUPPORTING = "supporting", "业扩配套工程"
    CUSTOMER = "customer", "客户"
    APPROVALS = "approvals", "政府审批"
    SUSPENDED = "suspended", "挂起"


def days_by_owner(
    facts: Sequence[Fact], bound: BoundClock, rules: Rules, *, high: bool, known_at: datetime
) -> dict[Owner, int] | None:
    """Working days by owner, none left out and none twice; None while the total clock has not been stopped."""
    paused = [(begun.at, ended.at if ended else None) for begun, ended in suspensions(facts)]
    clock = clock_of(bound, facts, paused, None, rules.calendars, known_at)
    if clock is None or clock.track.stopped_at is None or clock.track.running:
        return None
    start, end = clock.track.spans[0].start, clock.track.stopped_at
    found = dict.fromkeys(Owner, 0)
    left: list[Interval] = [(start, max(start, end))]
    for owner, taken in _claims(facts, clock.track, paused, high=high):
        remaining = subtract(left, taken)
        found[owner] += _days(subtract(left, remaining), clock.calendar)
        left = remaining
    found[Owner.CUSTOMER] += _days(left, clock.calendar)
    return found


def _claims(
    facts: Sequence[Fact], track: Track, paused: Sequence[Interval], *, high: bool
) -> list[tuple[Owner, list[Interval]]]:
    running: list[Interval] = [(span.start, span.end) for span in track.spans]
    supporting = pairs(facts, E.SUPPORTING_STARTED, E.SUPPORTING_FINISHED)
    works = pairs(facts, E.WORKS_STARTED, E.WORKS_FINISHED)
    approvals = pairs(facts, E.APPROVALS_SUBMITTED, E.APPROVALS_GRANTED)
    built = [] if high else [(Owner.SUPPORTING, subtract(running, subtract(running, supporting)))]
    return [
        *built,
        (Owner.COMPANY, running),
        (Owner.SUSPENDED, list(paused)),
        (Owner.CUSTOMER, works),
        (Owner.SUPPORTING, supporting),
        (Owner.APPROVALS, approvals),
    ]


def _days(spans: Sequence[Interval], calendar: Calendar) -> int:
    """Counted by day like every clock, (a, b], so that the parts of a span add up to it."""
    return sum(
        calendar.count(local(start).date(), max(local(start), local(end)).date())
        for start, end in spans
        if end is not None
    )


def total_of(bound: Sequence[BoundClock]) -> BoundClock | None:
    """The local total clock with a limit, among those that bind an application."""
    for each in bound:
        if each.rule.layer is Layer.LOCAL and each.rule.role is ClockRole.TOTAL and each.limit is not None:
            return each
    return None

"""Which clocks and levels of an application count in a period; in SQL the same is said by reports.facts.scope."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from limits.clock import Crossing
from limits.force import Layer
from limits.policy import ClockRole
from reports.periods import Period
from workflow.clocks import Clock


def judged(each: Clock) -> bool:
    """Whether a clock counts in a rate: total clocks of every layer, stage nodes and supporting works of the
    local one (domain §4); one without a limit judges nobody.
    """
    rule = each.bound.rule
    local_part = rule.layer is Layer.LOCAL and rule.role in (ClockRole.NODE, ClockRole.SUPPORTING)
    return each.standing.limit is not None and (rule.role is ClockRole.TOTAL or local_part)


def reached(clocks: Iterable[Clock], period: Period, as_of: datetime) -> Iterator[tuple[Clock, Crossing]]:
    """The levels reached in ``period`` and by ``as_of``, each with its clock.

    A level that was reached is never deleted, also when the application was terminated afterwards (domain §6).
    """
    for each in clocks:
        for crossing in each.crossings:
            if period.holds(crossing.at) and crossing.at <= as_of:
                yield each, crossing

"""Which clocks of an application count in a rate; in SQL the same is said by reports.facts.scope."""

from limits.force import Layer
from limits.policy import ClockRole
from workflow.clocks import Clock


def judged(each: Clock) -> bool:
    """Whether a clock counts in a rate: total clocks of every layer, stage nodes and supporting works of the
    local one (domain §4); one without a limit judges nobody.
    """
    rule = each.bound.rule
    local_part = rule.layer is Layer.LOCAL and rule.role in (ClockRole.NODE, ClockRole.SUPPORTING)
    return each.standing.limit is not None and (rule.role is ClockRole.TOTAL or local_part)

"""All that holds on one day, side by side: what people look up before they argue about a date."""

from dataclasses import dataclass
from datetime import date

from limits.duties import DutyRule
from limits.escalation import Escalation
from limits.indicators import IndicatorRule
from limits.policy import ClockRule, DatedLadder, Limit, MachineRule, PolicySet
from limits.services import ServiceRule
from limits.stations import StationStandard
from limits.validity import Validity


@dataclass(frozen=True, slots=True)
class InForce:
    """None or empty where no rule says anything for that day."""

    limits: tuple[tuple[ClockRule, Limit], ...]
    ladder: DatedLadder | None
    machines: tuple[MachineRule, ...]
    escalation: Escalation | None
    duties: tuple[DutyRule, ...]
    validities: tuple[Validity, ...]
    services: tuple[ServiceRule, ...]
    indicators: tuple[IndicatorRule, ...]
    standard: StationStandard | None


def in_force(policies: PolicySet, on: date) -> InForce:
    """What of ``policies`` holds for an application accepted on ``on``, and for work done then."""
    validities = (policies.validity(high, on) for high in (True, False))
    return InForce(
        limits=tuple(
            (rule, limit) for rule in policies.clocks for limit in rule.limits if limit.force.holds(on)
        ),
        ladder=next((each for each in policies.ladders if each.force.holds(on)), None),
        machines=tuple(each for each in policies.machines if each.force.holds(on)),
        escalation=next((each for each in policies.escalations if each.force.holds(on)), None),
        duties=policies.duties_on(on),
        validities=tuple(each for each in validities if each is not None),
        services=policies.services_on(on),
        indicators=policies.indicators_on(on),
        standard=policies.standard_on(on),
    )

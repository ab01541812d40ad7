"""What is in force on a day, for programs: ``yekuo policy --json``."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from limits.duties import DutyRule
from limits.escalation import Escalation, Repeat, Telling
from limits.force import Citation, Force
from limits.in_force import InForce
from limits.indicators import IndicatorRule
from limits.policy import ClockRule, Limit, PolicySet
from limits.services import ServiceRule
from limits.terms import Term
from limits.validity import Validity


def policy_json(policies: PolicySet, held: InForce, day: date) -> dict[str, Any]:
    """Everything of ``held``, each entry with its dates and citation; values are the codes of the terms."""
    return {
        "on": day.isoformat(),
        "jurisdiction": policies.name,
        "limits": [_limit_json(*each) for each in held.limits],
        "escalation": _escalation_json(held.escalation) if held.escalation else None,
        "duties": [_duty_json(each) for each in held.duties],
        "validities": [_validity_json(each) for each in held.validities],
        "services": [_service_json(each) for each in held.services],
        "indicators": [_indicator_json(each) for each in held.indicators],
        "standard": held.standard.to_payload() if held.standard else None,
    }


def _limit_json(rule: ClockRule, limit: Limit) -> dict[str, Any]:
    return {
        "layer": rule.layer.value,
        "name": rule.name,
        "label": rule.label,
        "value": limit.value,
        "unit": limit.unit.value,
        "for": str(limit.when),
        **_force_json(limit.force),
        **_citation_json(limit.citation),
    }


def _escalation_json(escalation: Escalation) -> dict[str, Any]:
    return {
        "layers": {layer.value: level.value for layer, level in escalation.layers.items()},
        "opens": f"{escalation.hours.opens:%H:%M}",
        "closes": f"{escalation.hours.closes:%H:%M}",
        "order_limit": escalation.order_limit,
        "tell": [_telling_json(each) for each in escalation.tellings],
        "repeat": _repeat_json(escalation.repeat) if escalation.repeat else None,
        **_force_json(escalation.force),
        **_citation_json(escalation.citation),
    }


def _telling_json(telling: Telling) -> dict[str, Any]:
    return {
        "level": telling.level.value,
        "posts": _values(telling.posts),
        "channels": _values(telling.channels),
        "at_once": telling.at_once,
        "climb_after": telling.climb_after,
        "climbs_to": _values(telling.climbs_to),
        "opens_order": telling.opens_order,
    }


def _repeat_json(repeat: Repeat) -> dict[str, Any]:
    return {
        "level": repeat.level.value,
        "times": repeat.times,
        "becomes": repeat.becomes.value,
        **_citation_json(repeat.citation),
    }


def _duty_json(duty: DutyRule) -> dict[str, Any]:
    return {
        "item": duty.item,
        "label": duty.label,
        "rhythm": duty.rhythm.value,
        "post": duty.post.value,
        **_force_json(duty.force),
        **_citation_json(duty.citation),
    }


def _validity_json(validity: Validity) -> dict[str, Any]:
    return {
        "high": validity.high,
        "months": validity.months,
        "remind_days": validity.remind_days,
        **_force_json(validity.force),
        **_citation_json(validity.citation),
    }


def _service_json(service: ServiceRule) -> dict[str, Any]:
    return {
        "name": service.name,
        "label": service.label,
        "begins": service.begins,
        "ends": service.ends,
        "value": service.limit,
        "unit": service.unit.value,
        **_force_json(service.force),
        **_citation_json(service.citation),
    }


def _indicator_json(indicator: IndicatorRule) -> dict[str, Any]:
    told = indicator.to_payload()
    del told["citation"]  # told in its parts, as of everything else
    return {**told, **_force_json(indicator.force), **_citation_json(indicator.citation)}


def _values(terms: Iterable[Term]) -> list[str]:
    return [each.value for each in terms]


def _force_json(force: Force) -> dict[str, Any]:
    return {"from": force.since.isoformat(), "until": force.until.isoformat() if force.until else None}


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "document": citation.document,
        "clause": citation.clause,
        "mark": citation.mark.value,
        "note": citation.note,
    }

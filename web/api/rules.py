"""What an application accepted on a day is judged by, with where each figure is written; and the machines."""

from datetime import date
from typing import Annotated, Any, Protocol

from fastapi import Query

from limits.duties import DutyRule
from limits.escalation import Escalation
from limits.force import Citation, Force
from limits.in_force import in_force
from limits.indicators import IndicatorRule
from limits.policy import ClockRule, DatedLadder, PolicySet
from limits.policy import Limit as Figure
from limits.policy import MachineRule as Steps
from limits.services import ServiceRule
from limits.stations import StationStandard
from limits.terms import CustomerClass
from limits.validity import Validity
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Right
from web.api.models import Day
from web.api.routing import router as routing
from web.api.rule_shapes import (
    DutyOf,
    EscalationRule,
    IndicatorOf,
    LadderRule,
    LayerTold,
    LimitRule,
    MachineRule,
    Machines,
    Policies,
    Repeat,
    RungRule,
    ServiceLimit,
    Skip,
    StandardGrade,
    StandardItem,
    StandardOf,
    Telling,
    ValidityRule,
    WeightedPart,
)
from web.api.shapes import CitationOut
from web.desk import ADesk
from workflow.chart import mermaid
from workflow.machine import machine_of

router = routing("规则")
READS = [needs(Right.READ_POLICIES)]
AnOn = Annotated[Day | None, Query(description="哪一天受理；不写为今天")]


class Entry(Protocol):
    """Whatever the rules date and cite."""

    @property
    def force(self) -> Force: ...

    @property
    def citation(self) -> Citation: ...


@router.get(
    "/policies",
    summary="某日生效的规则，附出处",
    description="时限（各层级并列）、级别门槛、逐级告知、周期事项、方案有效期、其他服务时限、指标和供电所评价标准。一件申请自始至终按受理当日生效的规则。",
    dependencies=READS,
)
def policies(desk: ADesk, on: AnOn = None) -> Policies:
    """The same as the page of the rules."""
    day, rules = on or local(desk.now()).date(), desk.book.rules.policies
    held = in_force(rules, day)
    return Policies(
        on=day,
        jurisdiction=rules.name,
        label=rules.label,
        digest=rules.digest,
        limits=tuple(limit_of(rule, limit) for rule, limit in held.limits),
        ladder=_ladder(held.ladder) if held.ladder else None,
        escalation=_escalation(held.escalation) if held.escalation else None,
        duties=tuple(map(_duty, held.duties)),
        validities=tuple(map(_validity, held.validities)),
        services=tuple(map(_service, held.services)),
        indicators=tuple(map(_indicator, held.indicators)),
        standard=_standard(held.standard) if held.standard else None,
    )


@router.get(
    "/machines",
    summary="办电环节的状态机",
    description="高压和低压各一张：环节、可以跳过的环节，以及由正在运行的状态机画出的图。",
    dependencies=READS,
)
def machines(desk: ADesk, on: AnOn = None) -> Machines:
    """High and low voltage."""
    day, rules = on or local(desk.now()).date(), desk.book.rules.policies
    made = tuple(machine_rule(rules, each, day) for each in in_force(rules, day).machines)
    return Machines(on=day, machines=made)


def limit_of(rule: ClockRule, limit: Figure) -> LimitRule:
    """A figure as the API tells it."""
    return LimitRule(
        layer=rule.layer,
        clock=rule.name,
        label=rule.label,
        value=limit.value,
        unit=limit.unit,
        applies_to=str(limit.when),
        **_dated(limit),
    )


def _ladder(held: DatedLadder) -> LadderRule:
    rungs = (RungRule(level=each.level, share=str(each.share), plus=each.plus) for each in held.ladder.rungs)
    return LadderRule(rungs=tuple(rungs), **_dated(held))


def _escalation(held: Escalation) -> EscalationRule:
    return EscalationRule(
        layers=tuple(LayerTold(layer=layer, level=level) for layer, level in held.layers.items()),
        opens=f"{held.hours.opens:%H:%M}",
        closes=f"{held.hours.closes:%H:%M}",
        order_limit=held.order_limit,
        tellings=tuple(map(Telling.model_validate, held.tellings)),
        repeat=Repeat.model_validate(held.repeat) if held.repeat else None,
        **_dated(held),
    )


def _duty(held: DutyRule) -> DutyOf:
    return DutyOf(item=held.item, label=held.label, rhythm=held.rhythm, post=held.post, **_dated(held))


def _validity(held: Validity) -> ValidityRule:
    return ValidityRule(high=held.high, months=held.months, remind_days=held.remind_days, **_dated(held))


def _service(held: ServiceRule) -> ServiceLimit:
    return ServiceLimit(
        name=held.name,
        label=held.label,
        begins=held.begins,
        ends=held.ends,
        value=held.limit,
        unit=held.unit,
        absent=held.absent,
        **_dated(held),
    )


def _indicator(held: IndicatorRule) -> IndicatorOf:
    return IndicatorOf(
        name=held.name,
        label=held.label,
        group=held.group,
        scale=held.scale,
        parts=tuple(WeightedPart(label=part.label, weight=str(part.weight)) for part in held.parts),
        **_dated(held),
    )


def _standard(held: StationStandard) -> StandardOf:
    items = (
        StandardItem(
            no=each.no,
            label=each.label,
            part=part.label,
            points=each.points,
            rule=each.rule,
            rhythm=each.rhythm,
            citation=CitationOut.model_validate(each.citation),
        )
        for part in held.parts
        for each in held.items_of(part)
    )
    grades = (StandardGrade(label=each.label, least=each.least) for each in held.grades)
    return StandardOf(
        label=held.label, total=held.total, items=tuple(items), grades=tuple(grades), **_dated(held)
    )


def machine_rule(rules: PolicySet, held: Steps, day: date) -> MachineRule:
    """A machine as the API tells it."""
    of_class = CustomerClass.HV_ORDINARY if held.high else CustomerClass.LV_OTHER
    return MachineRule(
        high=held.high,
        steps=held.steps,
        skips=tuple(Skip(step=step, reason=reason) for step, reason in held.skips),
        chart=mermaid(machine_of(rules, of_class, day)),
        **_dated(held),
    )


def _dated(held: Entry) -> dict[str, Any]:
    citation = CitationOut.model_validate(held.citation)
    return {"since": held.force.since, "until": held.force.until, "citation": citation}

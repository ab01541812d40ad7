"""What an application accepted on a day is judged by, with where each figure is written; and the machines."""

from datetime import date
from typing import Annotated, Any, Protocol

from fastapi import Query
from pydantic import Field

from limits.duties import DutyRule
from limits.escalation import Escalation
from limits.force import Citation, Force, Layer
from limits.policy import ClockRule, DatedLadder, PolicySet, SkipReason
from limits.policy import Limit as Figure
from limits.policy import MachineRule as Steps
from limits.terms import Channel, CustomerClass, Level, Post, Rhythm, Step, Unit
from limits.validity import Validity
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Right
from web.api.models import Day, Model
from web.api.routing import router as routing
from web.api.shapes import CitationOut
from web.desk import ADesk
from web.pages.rules import in_force
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


class InForce(Model):
    """An entry of the rules: since when, until when, by what."""

    since: Day = Field(description="自哪一天受理起适用")
    until: Day | None = Field(description="至哪一天受理为止（含）；没有终止时为 null", examples=[None])
    citation: CitationOut = Field(description="出处")


class LimitRule(InForce):
    """One figure."""

    layer: Layer = Field(description="层级")
    clock: str = Field(description="计时的代码", examples=["company_time"])
    label: str = Field(description="计时的名称", examples=["供电企业办理时间"])
    value: int = Field(description="时限", examples=[16])
    unit: Unit = Field(description="单位")
    applies_to: str = Field(description="适用的客户，给人看的一句话", examples=["高压普通"])


class RungRule(Model):
    """One level: reached when ⌈share × limit⌉ + plus is used."""

    level: Level = Field(description="级别")
    share: str = Field(description="时限的几分之几，精确的分数", examples=["4/5"])
    plus: int = Field(description="向上取整后再加几", examples=[0])


class LadderRule(InForce):
    """The thresholds of the levels."""

    rungs: tuple[RungRule, ...] = Field(description="由低到高")


class Telling(Model):
    """Whom one level goes to."""

    level: Level = Field(description="级别")
    posts: tuple[Post, ...] = Field(description="告知的岗位")
    channels: tuple[Channel, ...] = Field(description="方式")
    at_once: bool = Field(description="是否不分昼夜立即告知；否则在工作时间")
    climb_after: int | None = Field(description="多少分钟无人签收就逐级上报；不上报时为 null", examples=[120])
    climbs_to: tuple[Post, ...] = Field(description="上报给哪些岗位")
    opens_order: bool = Field(description="是否自动下达督办单")


class Repeat(Model):
    """So many in a row count as more."""

    level: Level = Field(description="连续出现的级别")
    times: int = Field(description="连续几次", examples=[3])
    becomes: Level = Field(description="按哪一级处理")
    citation: CitationOut = Field(description="出处")


class LayerTold(Model):
    """From which level on somebody is told of a layer."""

    layer: Layer = Field(description="层级")
    level: Level = Field(description="自哪一级起告知")


class EscalationRule(InForce):
    """Who is told of what, and when."""

    layers: tuple[LayerTold, ...] = Field(description="告知的层级")
    opens: str = Field(description="工作时间的起", examples=["08:00"])
    closes: str = Field(description="工作时间的止", examples=["18:00"])
    order_limit: int = Field(description="督办单几个工作日内回复", examples=[3])
    tellings: tuple[Telling, ...] = Field(description="各级别告知谁")
    repeat: Repeat | None = Field(description="连续几次按更高级别处理；没有这条规则时为 null")


class DutyOf(InForce):
    """An item of the standard that comes round."""

    item: int = Field(description="项号", examples=[9])
    label: str = Field(description="事项")
    rhythm: Rhythm = Field(description="周期")
    post: Post = Field(description="岗位")


class ValidityRule(InForce):
    """How long a plan stays valid."""

    high: bool = Field(description="是否高压")
    months: int = Field(description="有效期几个月", examples=[12])
    remind_days: int = Field(description="到期前多少日提醒", examples=[10])


class Policies(Model):
    """Everything that is in force on a day."""

    on: Day = Field(description="哪一天受理")
    jurisdiction: str = Field(description="辖区的代码", examples=["neixiang"])
    label: str = Field(description="辖区的名称")
    digest: str = Field(description="规则摘要：任何一条规则改变，它就改变")
    limits: tuple[LimitRule, ...] = Field(description="时限，各层级并列")
    ladder: LadderRule | None = Field(description="级别门槛；当天没有时为 null")
    escalation: EscalationRule | None = Field(description="逐级告知；当天没有时为 null")
    duties: tuple[DutyOf, ...] = Field(description="定期工作")
    validities: tuple[ValidityRule, ...] = Field(description="供电方案有效期")


class Skip(Model):
    """A step some customers do not meet."""

    step: Step = Field(description="环节")
    reason: SkipReason = Field(description="为什么跳过")


class MachineRule(InForce):
    """The steps of high or low voltage."""

    high: bool = Field(description="是否高压")
    steps: tuple[Step, ...] = Field(description="客户经历的环节，按次序")
    skips: tuple[Skip, ...] = Field(description="可以跳过的环节")
    chart: str = Field(
        description="状态机的 Mermaid 图，由正在运行的状态机画出", examples=["stateDiagram-v2\n…"]
    )


class Machines(Model):
    """The machines in force on a day."""

    on: Day = Field(description="哪一天受理")
    machines: tuple[MachineRule, ...] = Field(description="高压和低压的状态机；当天没有规则时为空")


@router.get(
    "/policies",
    summary="某日生效的规则，附出处",
    description="时限（各层级并列）、级别门槛、逐级告知、定期工作和方案有效期。一件申请自始至终按受理当日生效的规则。",
    dependencies=READS,
)
def policies(desk: ADesk, on: AnOn = None) -> Policies:
    """The same as the page of the rules."""
    day, rules = on or local(desk.now()).date(), desk.book.rules.policies
    held = in_force(rules, day)
    ladder, escalation = held["ladder"], held["escalation"]
    return Policies(
        on=day,
        jurisdiction=rules.name,
        label=rules.label,
        digest=rules.digest,
        limits=tuple(limit_of(rule, limit) for rule, limit in held["limits"]),
        ladder=_ladder(ladder) if ladder else None,
        escalation=_escalation(escalation) if escalation else None,
        duties=tuple(map(_duty, held["duties"])),
        validities=tuple(map(_validity, held["validities"])),
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
    return Machines(
        on=day, machines=tuple(machine_rule(rules, each, day) for each in in_force(rules, day)["machines"])
    )


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

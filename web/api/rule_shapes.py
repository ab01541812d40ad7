"""What the rules look like to programs."""

from pydantic import Field

from limits.force import Layer
from limits.indicators import Scale
from limits.policy import SkipReason
from limits.terms import Channel, Level, Post, Rhythm, Step, Unit
from web.api.models import Day, Model
from web.api.shapes import CitationOut


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


class ServiceLimit(InForce):
    """A limit of service that no record measures."""

    name: str = Field(description="代码", examples=["complaint_answer"])
    label: str = Field(description="名称", examples=["投诉答复"])
    begins: str = Field(description="从什么时候起", examples=["投诉"])
    ends: str = Field(description="到什么时候止", examples=["答复客户"])
    value: int = Field(description="时限", examples=[7])
    unit: Unit = Field(description="单位")
    absent: str = Field(description="为什么不能自动统计", examples=["没有投诉的登记"])


class WeightedPart(Model):
    """One part of a weighted sum."""

    label: str = Field(description="名称", examples=["高压"])
    weight: str = Field(description="权重，精确的分数", examples=["3/5"])


class IndicatorOf(InForce):
    """What the company is measured by."""

    name: str = Field(description="代码", examples=["composite"])
    label: str = Field(description="名称", examples=["综合时限达标率"])
    group: str = Field(description="类别", examples=["时限"])
    scale: Scale = Field(description="率、工作日或分")
    parts: tuple[WeightedPart, ...] = Field(description="构成；不是加权合成的为空")


class StandardItem(Model):
    """One item stations are evaluated by."""

    no: int = Field(description="项号", examples=[13])
    label: str = Field(description="评价内容", examples=["监督小组会议"])
    part: str = Field(description="所属部分", examples=["服务监督"])
    points: int = Field(description="分值", examples=[3])
    rule: str = Field(description="评分办法", examples=["全有或全无"])
    rhythm: str = Field(description="周期，标准的原话；没有时为空", examples=["每月"])
    citation: CitationOut = Field(description="出处")


class StandardGrade(Model):
    """What a result is called."""

    label: str = Field(description="等次", examples=["示范型"])
    least: int = Field(description="至少多少分", examples=[90])


class StandardOf(InForce):
    """What stations are evaluated by."""

    label: str = Field(description="名称", examples=["清廉供电站所服务监督评价"])
    total: int = Field(description="满分，不含加分项", examples=[100])
    items: tuple[StandardItem, ...] = Field(description="各项，按部分")
    grades: tuple[StandardGrade, ...] = Field(description="等次，由高到低")


class Policies(Model):
    """Everything that is in force on a day."""

    on: Day = Field(description="哪一天受理")
    jurisdiction: str = Field(description="辖区的代码", examples=["neixiang"])
    label: str = Field(description="辖区的名称")
    digest: str = Field(description="规则摘要：任何一条规则改变，它就改变")
    limits: tuple[LimitRule, ...] = Field(description="时限，各层级并列")
    ladder: LadderRule | None = Field(description="级别门槛；当天没有时为 null")
    escalation: EscalationRule | None = Field(description="逐级告知；当天没有时为 null")
    duties: tuple[DutyOf, ...] = Field(description="周期事项")
    validities: tuple[ValidityRule, ...] = Field(description="供电方案有效期")
    services: tuple[ServiceLimit, ...] = Field(description="没有登记、只列出的服务时限")
    indicators: tuple[IndicatorOf, ...] = Field(description="指标")
    standard: StandardOf | None = Field(description="供电所评价标准；当天没有时为 null")


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

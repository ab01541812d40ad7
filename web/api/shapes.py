"""What the API tells of an application."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from limits.explanation import DayRole
from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import (
    ApplicationKind,
    CustomerClass,
    Level,
    Mark,
    Status,
    Step,
    Supplies,
    Supporting,
    Unit,
    Verdict,
    Voltage,
)
from web.access.rights import Role as Person
from web.api.models import Amount, Day, Model, Moment
from workflow.assignment import Ownership
from workflow.events import EventType
from workflow.machine import State

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
NUMBER, CLOCK = "NX20261102001", "供电方案答复"


# Written out where it stands: the document would call 岗位 and 计时的性质 by one name.
AccountRole = Annotated[
    Person,
    WithJsonSchema(
        {
            "type": "string",
            "enum": [each.value for each in Person],
            "description": "；".join(f"`{each.value}` {each.label}" for each in Person),
        }
    ),
]


class ClockReading(Model):
    """A clock read at one instant."""

    used: int = Field(description="已用，单位同计时", examples=[14])
    left: int | None = Field(description="剩余；没有时限时为 null", examples=[1])
    verdict: Verdict | None = Field(description="判定；没有时限时为 null")
    running: bool = Field(description="是否正在计时", examples=[True])
    due_on: Day | None = Field(description="到期日，当日 24 时截止；没有在计时时为 null")
    provisional: bool = Field(description="暂定：放假安排尚未公布，公布后重算")


class ClockNamed(Model):
    """Which clock it is."""

    layer: Layer = Field(description="规定的层级")
    name: str = Field(description="计时的标识", examples=["reply"])
    label: str = Field(description="计时的名称", examples=[CLOCK])


class UrgentOut(ClockNamed):
    """The clock that makes an application as urgent as it is."""

    unit: Unit = Field(description="单位")
    limit: int | None = Field(description="时限", examples=[15])
    reading: ClockReading = Field(description="现在的读数")
    level: Level | None = Field(description="已达到的级别")


class RowOut(Model):
    """One application in a list."""

    number: str = Field(description="申请编号", examples=[NUMBER])
    customer: str = Field(description="客户名称", examples=["振兴机械有限公司"])
    customer_class: CustomerClass = Field(description="客户类别")
    unit: str = Field(description="供电单位", examples=["示例县供电公司"])
    station: str = Field(description="供电所", examples=["城关供电所"])
    manager: str = Field(description="客户经理；空为无人负责", examples=["李四"])
    capacity: Amount = Field(description="报装容量，kVA（低压 kW）")
    step: Step = Field(description="现在的环节")
    place: int = Field(description="第几个环节", examples=[1])
    steps: int = Field(description="共几个环节", examples=[4])
    suspended: bool = Field(description="是否挂起")
    level: Level | None = Field(description="在走的计时达到的最高级别")
    due_at: Moment | None = Field(description="最先到期的时刻")
    clock: UrgentOut | None = Field(description="最紧急的计时")
    next_action: EventType | None = Field(description="下一步")
    accepted_at: Moment = Field(description="受理时间")


class RegistrationOut(Model):
    """What an application is."""

    unit: str = Field(description="供电单位", examples=["示例县供电公司"])
    station: str = Field(description="供电所", examples=["城关供电所"])
    customer: str = Field(description="客户名称", examples=["振兴机械有限公司"])
    address: str = Field(description="用电地址", examples=["城关镇工业路 8 号"])
    customer_class: CustomerClass = Field(description="客户类别")
    voltage: Voltage = Field(description="供电电压")
    supplies: Supplies = Field(description="电源数")
    capacity: Amount = Field(description="报装容量，kVA（低压 kW）")
    kind: ApplicationKind = Field(description="业务类型")
    channel: str = Field(description="受理渠道", examples=["网上国网"])
    proactive: bool = Field(description="主动办电")
    boundary: bool = Field(description="投资至红线")
    customer_works: bool = Field(description="客户外部工程", examples=[True])
    supporting: Supporting = Field(description="配套工程")
    manager: str = Field(description="客户经理；空为无人负责", examples=["李四"])


class StepOut(Model):
    """One step of an application."""

    step: Step = Field(description="环节")
    done: bool = Field(description="是否办完")
    current: bool = Field(description="是否正在办")
    done_on: Day | None = Field(description="办完的日期")
    score: int | None = Field(description="客户评分，1 至 5", examples=[5])


class OwnedOut(Model):
    """One account manager's time with an application."""

    manager: str = Field(description="客户经理", examples=["李四"])
    since: Moment = Field(description="自何时负责")
    until: Moment | None = Field(description="至何时；null 为现在负责")
    how: Ownership = Field(description="怎样到其名下")


class PauseOut(Model):
    """One suspension."""

    since: Moment = Field(description="挂起时间")
    until: Moment | None = Field(description="恢复时间；null 为尚未恢复")
    reason: str = Field(description="原因", examples=["客户缓建"])
    evidence: str = Field(description="依据", examples=["客户书面申请"])
    approver: str = Field(description="批准人", examples=["赵六"])


class ApplicationOut(Model):
    """One application."""

    number: str = Field(description="申请编号", examples=[NUMBER])
    registration: RegistrationOut = Field(description="登记的资料")
    status: Status = Field(description="办理状态")
    state: State = Field(description="等待什么")
    step: Step = Field(description="现在的环节")
    suspended: bool = Field(description="是否挂起")
    accepted_at: Moment = Field(description="受理时间")
    archived_at: Moment | None = Field(description="归档时间")
    steps: tuple[StepOut, ...] = Field(description="各环节")
    owners: tuple[OwnedOut, ...] = Field(description="先后由谁负责")
    suspensions: tuple[PauseOut, ...] = Field(description="挂起记录")


class CitationOut(Model):
    """Where a figure comes from."""

    document: str = Field(description="文件", examples=["内电〔2021〕34号"])
    clause: str = Field(description="条款", examples=["附件 2"])
    mark: Mark = Field(description="出处标记")
    note: str = Field(description="说明", examples=[""])


class LevelAt(Model):
    """A level and when it is reached."""

    level: Level = Field(description="级别")
    at: Moment = Field(description="达到的时刻")


class CrossingOut(LevelAt):
    """A level of a clock."""

    reached: bool = Field(description="是否已达到", examples=[True])


class DayOut(Model):
    """What one day was to a clock."""

    day: Day = Field(description="日期")
    weekday: str = Field(description="星期", examples=["周五"])
    role: DayRole = Field(description="当天怎样计")
    used: int = Field(description="当天结束时已用", examples=[14])
    text: str = Field(description="说明", examples=["工作日，计入"])
    notes: tuple[str, ...] = Field(description="当天的级别与到期", examples=[["达到红色级别"]])
    provisional: bool = Field(description="暂定")


class ClockOut(ClockNamed):
    """One clock of an application with its whole explanation."""

    role: ClockRole = Field(description="计时的性质")
    unit: Unit = Field(description="单位")
    limit: int | None = Field(description="时限；null 为规则中没有", examples=[15])
    citation: CitationOut = Field(description="时限的出处")
    started_at: Moment = Field(description="起算")
    due_at: Moment | None = Field(description="到期的时刻")
    late_at: Moment | None = Field(description="超期的时刻")
    paused_at: Moment | None = Field(description="暂停的时刻")
    stopped_at: Moment | None = Field(description="停止的时刻")
    cut_at: Moment | None = Field(description="随申请终止的时刻")
    reading: ClockReading = Field(description="现在的读数")
    level: Level | None = Field(description="现在的级别")
    levels: tuple[CrossingOut, ...] = Field(description="各级别何时达到")
    conclusion: str = Field(
        description="结论", examples=["时限 15 工作日，已用 14 工作日，进行中；到期日 2026-11-23（周一）。"]
    )
    days: tuple[DayOut, ...] = Field(description="逐日说明；按分钟计的没有")
    sources: tuple[str, ...] = Field(
        description="依据", examples=[["《民法典》第二百零三条：期间的最后一日的截止时间为二十四时"]]
    )


class EventOut(Model):
    """One record of the ledger."""

    seq: int = Field(description="第几号记录", examples=[2])
    type: EventType = Field(description="事项")
    occurred_at: Moment = Field(description="发生时间")
    recorded_at: Moment = Field(description="登记时间")
    actor: str = Field(description="登记人", examples=["李四"])
    payload: dict[str, Any] = Field(description="登记的内容", examples=[{"opinion": "同意"}])
    prev_hash: str = Field(description="前一号记录的摘要（SHA-256）", examples=["0" * 64])
    hash: str = Field(description="本号记录的摘要（SHA-256）", examples=[HASH])


class LineOut(Model):
    """One record with what became of it."""

    event: EventOut = Field(description="记录")
    said: str = Field(description="内容，一句话", examples=["意见：同意"])
    withdrawn: bool = Field(description="已被撤销")
    corrected: bool = Field(description="已被更正")
    late_days: int = Field(description="登记晚于发生几天", examples=[0])


class KindOut(Model):
    """A kind of document."""

    kind: str = Field(description="资料的标识", examples=["business_licence"])
    label: str = Field(description="资料的名称", examples=["营业执照"])


class ReceivedOut(Model):
    """A document that was taken."""

    kind: str = Field(description="资料的标识", examples=["business_licence"])
    name: str = Field(description="资料的名称", examples=["营业执照"])
    original: bool = Field(description="是否原件")
    copies: int = Field(description="份数", examples=[1])
    note: str = Field(description="备注", examples=[""])
    at: Moment = Field(description="收取时间")
    actor: str = Field(description="收取人", examples=["李四"])
    extra: bool = Field(description="清单以外")


class NeedOut(Model):
    """One thing to be proved."""

    need: str = Field(description="要证明什么", examples=["identity"])
    label: str = Field(description="要证明什么，中文", examples=["主体资格证明"])
    kinds: tuple[KindOut, ...] = Field(description="任一种即可")
    required: bool = Field(description="这位客户是否必须提供", examples=[True])
    missing: bool = Field(description="是否还缺")
    received: tuple[ReceivedOut, ...] = Field(description="已收")
    citation: CitationOut = Field(description="出处")


class ArchiveOut(Model):
    """One document of the archive."""

    kind: str = Field(description="资料的标识", examples=["reply_form"])
    label: str = Field(description="资料的名称", examples=["供电方案答复单"])
    original: bool = Field(description="是否须为原件", examples=[True])
    due: bool = Field(description="是否应已存档")
    missing: bool = Field(description="是否还缺")
    received: tuple[ReceivedOut, ...] = Field(description="已存")
    citation: CitationOut = Field(description="出处")


class ChecklistOut(Model):
    """An application's documents against the list."""

    mode: str = Field(description="受理方式", examples=["two_document"])
    complete: bool = Field(description="应收的是否收齐")
    needs: tuple[NeedOut, ...] = Field(description="应收")
    archive: tuple[ArchiveOut, ...] = Field(description="存档")
    extra: tuple[ReceivedOut, ...] = Field(description="清单以外收取的")


class LoadOut(Model):
    """What one account manager has open."""

    manager: str = Field(description="客户经理", examples=["李四"])
    applications: int = Field(description="在办的申请数", examples=[12])
    capacity: Amount = Field(description="在办的报装容量合计")

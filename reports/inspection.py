"""The self-inspection form of the special action on residential service (居民用电服务质量监管专项行动).

What the ledger knows of 低压居民 is filled in; what nobody records says so and is left to a pen.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from limits.force import Layer
from limits.policy import PolicySet, Subject
from limits.services import ServiceRule
from limits.terms import CustomerClass, Supplies, Supporting, Unit, Voltage
from reports.composing.wording import Subject as Told
from reports.composing.wording import held, minute, rate
from reports.documents.cells import shown
from reports.facts.counts import Move
from reports.facts.values import Facts
from reports.figures.shares import Share
from reports.masthead import Masthead
from reports.paper import APPLICATION, Cell, Column, KeyFigure, Paper, Section, Signature, Table
from workflow.findings import Code

CLASS = CustomerClass.LV_RESIDENT
TITLE = "居民用电服务自查表"
WHERE: dict[str, Any] = {"class": (CLASS.value,)}
BLANK_LINES = 5
CLOCKS = (
    Column("规定", width=7, grouped=True),
    Column("事项", width=10),
    Column("要求", width=9),
    Column("计入", "count", 5),
    Column("达标", "count", 5),
    Column("达标率", "share", 7),
    Column("依据", width=16),
)
SERVICES = (
    Column("事项", width=8),
    Column("从何时到何时", width=10),
    Column("要求", width=8),
    Column("件数", width=5, pen=True),
    Column("按时", width=5, pen=True),
    Column("数据", width=10),
    Column("依据", width=14),
)
MENDING = (
    Column("序", "count", 3),
    Column("存在的问题", width=16, pen=True),
    Column("整改措施", width=16, pen=True),
    Column("责任人", width=6, pen=True),
    Column("完成时限", width=7, pen=True),
)
SIGNED = (Signature("填表"), Signature("审核"), Signature("负责人"))


def inspection_paper(facts: Facts, masthead: Masthead, policies: PolicySet, seal: str = "") -> Paper:
    """The form of one period; ``policies`` say what is demanded, by those in force when it begins (X)."""
    told = Told(facts)
    on = told.period.begins.date()
    services = policies.services_on(on)
    return Paper(
        title=f"{told.period.label}{TITLE}",
        organisation=masthead.organisation,
        period=told.period.label,
        number="",
        as_of=told.as_of,
        state="自查表" if told.complete else "自查表，报告期尚未结束",
        seal="",
        keys=_keys(told),
        sections=(
            _connecting(told, policies, on),
            _handling(told),
            _serving(services),
            _mending(),
        ),
        signatures=SIGNED,
        basis=tuple(dict.fromkeys(each.citation.document for each in services)),
        notes=_notes(told, seal),
        unsealed="",
    )


def _keys(told: Told) -> tuple[KeyFigure, ...]:
    figures = told.figures
    moves = {move: figures.total(move.value, **WHERE) for move in Move}
    return (
        KeyFigure("受理", f"{moves[Move.ACCEPTED]:,} 户", f"{told.this}低压居民新装、增容"),
        KeyFigure("归档", f"{moves[Move.ARCHIVED]:,} 户", f"终止 {moves[Move.TERMINATED]:,} 户"),
        _key("地方时限达标率", figures.rate("local.total", **WHERE)),
        _key("公司承诺达标率", figures.rate("company.total", **WHERE)),
    )


def _key(label: str, share: Share) -> KeyFigure:
    base = f"{share.met:,}/{share.of:,}" if share.of else "没有计入考核的归档"
    return KeyFigure(label, shown(share.rate, "share"), f"{base}，受理至装表接电")


# -- what is known --------------------------------------------------------------------------------


def _connecting(told: Told, policies: PolicySet, on: date) -> Section:
    found = told.figures.clocks(("layer", "clock"), **WHERE)
    demanded = demands(policies, on)
    clocks = {
        layer: told.in_order(
            layer, {str(clock) for name, clock in (*found, *demanded) if name == layer.value}
        )
        for layer in Layer
    }
    rows = [
        _clock_row(told, layer, clock, found.get((layer.value, clock)), demanded)
        for layer, names in clocks.items()
        for clock in names
    ]
    table = Table(
        "办电时限",
        "低压居民办电时限",
        CLOCKS,
        tuple(rows),
        f"{told.this}归档的申请，逐项判定；要求按{on}受理计。没有归档或没有这一环节记录的，没有可以计入的。",
    )
    return Section("connecting", "居民办电", (_connected(told),), (table, *held(_late(told))))


def demands(policies: PolicySet, on: date) -> Mapping[tuple[str, str], tuple[str, str]]:
    """What is demanded of each clock of a resident accepted on ``on``, and where it is written."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for supporting in (Supporting.NONE, Supporting.LOW_VOLTAGE):
        subject = Subject(CLASS, Voltage.V220, Supplies.SINGLE, supporting, customer_works=False)
        for bound in policies.bind(subject, on):
            if bound.limit is None:
                continue
            key = (bound.rule.layer.value, bound.rule.name)
            said = f"{bound.limit.value} {bound.limit.unit.label}" if bound.limit.value else "当日"
            where = f"{bound.citation.document} {bound.citation.clause}〔{bound.citation.mark.label}〕"
            before = found.get(key)
            if before is None:
                also = "（有配套工程时）" if supporting is not Supporting.NONE else ""
                found[key] = (said + also, where)
            elif before[0] != said:
                found[key] = (f"{before[0]}，有配套工程时 {said}", before[1])
    return found


def _clock_row(
    told: Told,
    layer: Layer,
    clock: str,
    share: Share | None,
    demanded: Mapping[tuple[str, str], tuple[str, str]],
) -> tuple[Cell, ...]:
    said, where = demanded.get((layer.value, clock), ("—", "—"))
    judged = share or Share(0, 0)
    return (layer.label, told.clock(layer.value, clock), said, judged.of, judged.met, judged.rate, where)


def _connected(told: Told) -> str:
    moves = {move: told.figures.total(move.value, **WHERE) for move in Move}
    return (
        f"{told.this}受理低压居民 {moves[Move.ACCEPTED]:,} 户，归档 {moves[Move.ARCHIVED]:,} 户，"
        f"终止 {moves[Move.TERMINATED]:,} 户，作废 {moves[Move.VOIDED]:,} 户；"
        f"{told.closing}在途 {moves[Move.IN_PROGRESS]:,} 户。"
    )


def _late(told: Told) -> Table:
    """The clocks behind the rates, of the archived and of those still open, by number."""
    rows = [row for name in ("unmet", "open_late") for row in told.rows(name) if row["class"] == CLASS.value]
    return Table(
        "超期明细",
        "低压居民超期明细",
        (
            Column(APPLICATION, width=9, whole=True, personal=True),
            Column("供电所", width=8, counted=True),
            Column("规定", width=5, counted=True),
            Column("事项", width=9, counted=True),
            Column("已用", "count", 4),
            Column("要求", "count", 4),
            Column("单位", width=5),
            Column("归档", width=4),
        ),
        tuple(
            (
                *(str(row["number"]), str(row["station"]), Layer.of(str(row["layer"])).label),
                *(told.clock(row["layer"], row["clock"]), _whole(row["used"]), _whole(row["limit"])),
                Unit.of(str(row["time_unit"])).label,
                "在途" if row["verdict"] == "open_late" else "已归档",
            )
            for row in rows
        ),
        listing=True,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _handling(told: Told) -> Section:
    paused = [row for row in told.rows("suspensions") if row["class"] == CLASS.value]
    satisfied = told.figures.satisfied((), **WHERE).get(())
    rated = f"{rate(satisfied)}" if satisfied and satisfied.of else "没有客户评价的登记"
    paragraphs = (
        f"挂起：{told.this}低压居民挂起 {len(paused):,} 次。",
        f"客户满意：{rated}。",
        f"疑点：{_found(told)}。",
    )
    table = Table(
        "挂起",
        "低压居民挂起明细",
        (
            Column(APPLICATION, width=9, whole=True, personal=True),
            Column("供电所", width=8, counted=True),
            Column("挂起", "instant", 9),
            Column("恢复", "instant", 9),
            Column("原因", width=12, personal=True),
        ),
        tuple(
            (
                *(str(row["number"]), str(row["station"]), minute(row["suspended_at"])),
                *(minute(row["resumed_at"]), row["reason"] or None),
            )
            for row in paused
        ),
        listing=True,
    )
    return Section("handling", "办理规范", paragraphs, held(table))


def _found(told: Told) -> str:
    found = told.figures.findings(("class", "code"))
    said = [
        f"{code.label} {found[(CLASS.value, code.value)]} 处"
        for code in Code
        if (CLASS.value, code.value) in found
    ]
    return "、".join(said) + "（只是线索，须逐件核实）" if said else f"{told.this}没有"


# -- what a pen fills in --------------------------------------------------------------------------


def _serving(services: Sequence[ServiceRule]) -> Section:
    rows = tuple(
        (
            *(each.label, f"{each.begins}至{each.ends}", each.said, "", ""),
            *(f"无数据：{each.absent}", str(each.citation)),
        )
        for each in services
    )
    missing = "停电公告、故障报修、欠费停电后复电、收费：无数据，本系统没有登记，也没有可以引用的时限，请按实际情况另附。"
    table = Table("其他服务时限", "其他居民服务时限（请填写件数和按时件数）", SERVICES, rows)
    return Section("serving", "投诉、计量与抄表", (missing,), (table,))


def _mending() -> Section:
    lines = tuple((number, "", "", "", "") for number in range(1, BLANK_LINES + 1))
    table = Table("整改", "存在的问题与整改（请填写）", MENDING, lines)
    return Section("mending", "问题与整改", (), (table,))


def _notes(told: Told, seal: str) -> tuple[str, ...]:
    source = (
        f"办电数字取自{told.period.label}已封存的报告（封存值 {seal[:12]}…）。"
        if seal
        else "办电数字取自尚未封存的台账，仍可能变动。"
    )
    return (source, "空白处没有数据，由填表人据实填写；“无数据”不等于没有发生。")

"""The corrections of earlier, sealed periods as a part of the report: each figure old and new, and whose records did it."""

from collections.abc import Mapping

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass, Level
from reports.facts.counts import Move
from reports.facts.values import Facts, Value
from reports.paper import Cell, Column, Section, Table
from reports.periods import Period
from workflow.events import EventType

RULES = {
    **{f"{layer}.{ClockRole.TOTAL}": f"{layer.label}时限" for layer in Layer},
    f"{Layer.LOCAL}.{ClockRole.NODE}": "高压环节节点",
    f"{Layer.LOCAL}.{ClockRole.SUPPORTING}": "业扩配套工程",
    f"{Layer.LOCAL}.whole": "地方时限（高压含各节点）",
}
LABELS = {
    **{move.value: f"{move.label}户数" for move in Move},
    **{f"{rule}.base": f"{label}计入考核" for rule, label in RULES.items()},
    **{f"{rule}.met": f"{label}达标" for rule, label in RULES.items()},
    **{f"{layer}.{level}": f"{layer.label}{level.label}色次数" for layer in Layer for level in Level},
}
NOTE = "已封存的报告不改动；封存以后登记而涉及当期的记录，使下列数字现在不同。“原数”是封存的数字，“上次”是最近一期封存的报告列出的数字。"


def corrections_section(facts: Facts) -> Section | None:
    """The section; None where nothing was corrected since the last report told."""
    changed = facts.tables["corrections"].dicts() if "corrections" in facts.tables else []
    if not changed:
        return None
    return Section("corrections", "对已封存报告的更正", parts=(_figures(facts), _records(facts)))


def _figures(facts: Facts) -> Table:
    return Table(
        "更正的数字",
        "更正的数字",
        (
            Column("报告期", width=10, grouped=True),
            Column("数字", width=16, grouped=True),
            Column("范围", width=12),
            Column("原数", "count", 6),
            Column("上次", "count", 6),
            Column("现数", "count", 6),
            Column("变化", "count", 6),
        ),
        tuple(_figure_row(row) for row in facts.tables["corrections"].dicts()),
        NOTE,
    )


def _figure_row(row: Mapping[str, Value]) -> tuple[Cell, ...]:
    sealed, before, now = (int(row[name] or 0) for name in ("sealed", "before", "now"))
    name = str(row["figure"])
    label = Period.parse(str(row["period"])).label
    return label, LABELS.get(name, name), _whose(row), sealed, before, now, now - sealed


def _whose(row: Mapping[str, Value]) -> str:
    if row["by"] == "all":
        return "全部"
    return CustomerClass.of(str(row["of"])).label if row["by"] == "class" else str(row["of"])


def _records(facts: Facts) -> Table:
    return Table(
        "更正的依据",
        "使数字改变的申请与记录",
        (
            Column("报告期", width=10, grouped=True),
            Column("申请编号", width=12, grouped=True, whole=True, personal=True),
            Column("影响", width=24, grouped=True),
            Column("记录", width=8),
            Column("发生时间", width=12, whole=True),
            Column("登记时间", width=12, whole=True),
            Column("登记人", width=8, personal=True),
        ),
        tuple(_record_row(row) for row in facts.tables["corrected_by"].dicts()),
        empty="没有找到使数字改变的记录。请运行 yekuo verify 核对台账，并核对规则文件自封存以来是否改过。",
        listing=True,
    )


def _record_row(row: Mapping[str, Value]) -> tuple[Cell, ...]:
    instants = (str(row[name])[:16].replace("T", " ") for name in ("occurred_at", "recorded_at"))
    said = EventType.of(str(row["type"])).label
    label = Period.parse(str(row["period"])).label
    return label, str(row["number"]), str(row["effect"]), said, *instants, str(row["actor"])

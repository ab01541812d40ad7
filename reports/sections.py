"""The report as tables for people: one description, shown by the page and the workbook alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from limits.policy import Layer
from limits.terms import CustomerClass
from reports.figures import number, power_unit
from reports.late import LateClock
from reports.month import MonthReport
from reports.shares import Share

Kind = Literal["text", "count", "mean", "half", "amount", "share", "date"]
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A head, what stands under it, and how wide it is in Chinese characters.

    On the page a ``grouped`` value is not repeated in the rows below it, a ``whole`` one never broken.
    """

    head: str
    kind: Kind = "text"
    width: int = 9
    grouped: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is the sheet's; ``total``: the last row sums up the others; ``note`` says on what base."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: bool = False
    empty: str = "本月没有。"


CLASS = Column("客户类别", width=10, whole=True)
PROVISIONAL = "（暂定）"


def tables(report: MonthReport) -> list[Table]:
    """Every table of the month, in the order they are read."""
    return [
        on_time(report),
        layers(report),
        used(report),
        in_progress(report),
        levels(report),
        late("归档未达标", "归档未达标明细", report.late, "使某项达标率低于百分之百的每一个计时，一行一个。"),
        late(
            "在途超期",
            "在途超期明细",
            report.open_late,
            f"截至 {report.as_of:%Y-%m-%d %H:%M} 已超期而尚未办结；不计入上面的达标率。",
        ),
    ]


def on_time(report: MonthReport) -> Table:
    """Accepted, archived, and on time in the local layer."""
    kept = report.kept[Layer.LOCAL]
    rows: list[tuple[Cell, ...]] = [
        (
            each.label,
            report.accepted.get(each, 0),
            report.archived.get(each, 0),
            *_share(kept.get(each, Share(0, 0))),
        )
        for each in _classes(report.accepted, report.archived)
    ]
    total = (sum(report.accepted.values()), sum(report.archived.values()))
    return Table(
        "受理归档与达标",
        "受理、归档与时限达标（地方时限）",
        (
            CLASS,
            Column("受理", "count", 6),
            Column("归档", "count", 6),
            Column("计入考核", "count", 8),
            Column("达标", "count", 6),
            Column("达标率", "share", 8),
        ),
        (*rows, ("合计", *total, *_share(report.on_time(Layer.LOCAL)))) if rows else (),
        "达标率＝本月归档的新装、增容申请中总时限按时办结的户数÷计入考核的归档户数；终止、作废的不计入。",
        total=True,
    )


def layers(report: MonthReport) -> Table:
    """Each layer beside the others: one application may keep one and break another."""
    rows: list[tuple[Cell, ...]] = []
    for layer, kept in report.kept.items():
        named = [(each.label, share) for each, share in kept.items()]
        named.append(("各类合计", report.on_time(layer)))
        if layer is Layer.LOCAL:
            named += [("高压环节节点", report.nodes), ("业扩配套工程", report.supporting)]
        rows += [(layer.label, label, *_share(share)) for label, share in named if share.of]
    return Table(
        "各层级达标率",
        "各层级时限达标",
        (
            Column("层级", width=8, grouped=True),
            Column("类别", width=12, whole=True),
            Column("计入考核", "count", 8),
            Column("达标", "count", 6),
            Column("达标率", "share", 8),
        ),
        tuple(rows),
        "每件申请同时受受理之日有效的各层级时限约束，各层级分别判定、互不替代；没有总时限的类别不列。",
    )


def used(report: MonthReport) -> Table:
    """Working days used by the archived, by the local total clock."""
    rows = tuple(
        (each.label, spread.n, spread.mean, spread.median, spread.p90, spread.longest)
        for each, spread in report.used.items()
    )
    return Table(
        "办电时长",
        "办电时长（个工作日）",
        (
            CLASS,
            Column("户数", "count", 6),
            Column("平均", "mean", 7),
            Column("中位数", "half", 7),
            Column("九成不超过", "count", 9),
            Column("最长", "count", 6),
        ),
        rows,
        "地方总时限的已用工作日：低压为全过程，高压为供电企业办理时间；挂起与客户自身时间不计。",
    )


def in_progress(report: MonthReport) -> Table:
    """Accepted and not ended."""
    rows = tuple(
        (each.label, held.count, number(held.capacity), power_unit(each))
        for each, held in report.in_progress.items()
    )
    return Table(
        "在途",
        "在途申请",
        (CLASS, Column("户数", "count", 6), Column("容量", "amount", 10), Column("单位", width=5)),
        rows,
        f"截至 {report.as_of:%Y-%m-%d %H:%M} 已受理而未归档、未终止的申请。",
        empty="没有在途申请。",
    )


def levels(report: MonthReport) -> Table:
    """Levels of the local layer reached in the month."""
    return Table(
        "预警告警",
        "本月达到的预警、告警",
        (Column("级别", width=6), Column("性质", width=6), Column("次数", "count", 6)),
        tuple(
            (level.label, "预警" if position < 2 else "告警", count)
            for position, (level, count) in enumerate(report.levels.items())
        ),
        "地方层级；达到即计一次，其后终止或作废的也不抹去。",
    )


def late(name: str, title: str, lines: Sequence[LateClock], note: str) -> Table:
    """One line for each clock."""
    return Table(
        name,
        title,
        (
            Column("申请编号", width=12, whole=True),
            CLASS,
            Column("供电所", width=10),
            Column("客户经理", width=10),
            Column("层级", width=8),
            Column("时限", width=14),
            Column("已用", "count", 5),
            Column("限", "count", 5),
            Column("应于", "date", 10),
            Column("结论", width=9),
        ),
        tuple(_late_row(line) for line in lines),
        note,
        empty="没有。",
    )


def _late_row(line: LateClock) -> tuple[Cell, ...]:
    return (
        line.number,
        line.customer_class.label,
        line.station,
        line.manager,
        line.layer.label,
        line.clock,
        line.used,
        line.limit,
        line.due_on,
        line.verdict.label + (PROVISIONAL if line.provisional else ""),
    )


def _classes(*by_class: Iterable[CustomerClass]) -> list[CustomerClass]:
    occurring = set().union(*by_class)
    return [each for each in CustomerClass if each in occurring]


def _share(share: Share) -> tuple[int, int, float | None]:
    return share.of, share.met, share.rate

"""The month as one HTML page: rendered on the server, its own style, nothing loaded from anywhere."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from limits.policy import Layer
from reports.month import MonthReport
from reports.sections import Cell, Kind, tables
from reports.shares import Share

TEMPLATES = Path(__file__).resolve().parent / "templates"
# A page is read; a list longer than this is worked through, in the workbook.
MOST_ROWS = 200
PLACES: dict[Kind, Decimal] = {"mean": Decimal("0.01"), "half": Decimal("0.1"), "share": Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart: a class and what share of it was on time."""

    label: str
    share: Share
    y: int

    @property
    def percent(self) -> float:
        return round(100 * (self.share.rate or 0.0), 2)


def render_page(report: MonthReport) -> str:
    """The page, complete."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment.get_template("month.html").render(
        report=report,
        local=report.on_time(Layer.LOCAL),
        accepted=sum(report.accepted.values()),
        archived=sum(report.archived.values()),
        in_progress=sum(held.count for held in report.in_progress.values()),
        bars=bars(report),
        tables=tables(report),
        most=MOST_ROWS,
        state=state(report),
        calendar=calendar(report),
    )


def state(report: MonthReport) -> str:
    """Whether the month is over, said plainly."""
    until = f"{report.as_of:%Y-%m-%d %H:%M}"
    return f"统计时点 {until}" if report.complete else f"本月未结束，统计截至 {until}"


def calendar(report: MonthReport) -> str:
    """How far the working days are certain."""
    published = f"工作日历已公布至 {report.published_through}"
    return f"{published}，其后的日期与据此得出的数据为暂定" if report.provisional else published


def summary(report: MonthReport) -> list[tuple[str, str]]:
    """The month in a few lines, each a head and what stands beside it."""
    local = report.on_time(Layer.LOCAL)
    return [
        ("统计状态", state(report)),
        ("受理", f"{sum(report.accepted.values())} 户"),
        ("归档", f"{sum(report.archived.values())} 户"),
        ("时限达标率（地方）", _told(local)),
        ("节点达标率（高压）", _told(report.nodes)),
        ("配套工程达标率", _told(report.supporting)),
        ("在途", f"{sum(held.count for held in report.in_progress.values())} 户"),
        ("在途超期", f"{len({line.number for line in report.open_late})} 户"),
        ("工作日历", calendar(report)),
        ("规则摘要", report.policies),
        *(("规则依据" if index == 0 else "", document) for index, document in enumerate(report.documents)),
    ]


def _told(share: Share) -> str:
    return f"{share}（{share.met}/{share.of}）" if share.of else "—（本月没有计入考核的归档）"


def bars(report: MonthReport) -> list[Bar]:
    """One bar for each class archived in the month."""
    judged = [(each.label, share) for each, share in report.kept[Layer.LOCAL].items() if share.of]
    return [Bar(label, share, 46 * index) for index, (label, share) in enumerate(judged)]


def shown(cell: Cell, kind: Kind) -> str:
    """A cell as people read it.

    >>> shown(0.918367, "share"), shown(2.125, "mean"), shown(12500.5, "amount"), shown(None, "date")
    ('91.84%', '2.13', '12,500.5', '—')
    """
    if cell is None:
        return "—"
    if isinstance(cell, str | date):
        return str(cell)
    if kind in PLACES:
        # Half up, as people round; 2.125 is not 2.12.
        exact = Decimal(repr(cell)) * (100 if kind == "share" else 1)
        return f"{exact.quantize(PLACES[kind], ROUND_HALF_UP):,}" + ("%" if kind == "share" else "")
    return f"{cell:,}"

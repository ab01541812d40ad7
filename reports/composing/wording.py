"""How a report says a figure: plainly, with the number and what it was divided by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import NamedTuple

from limits.force import Layer
from limits.terms import CustomerClass
from reports.documents.cells import shown
from reports.facts.values import Facts, Value
from reports.figures.figures import Compared, Figures, When
from reports.figures.shares import Share, Spread
from reports.paper import APPLICATION, Cell, Chart, Column, Series, Table, Tone
from reports.periods import Period

CLASS = Column("客户类别", width=8, whole=True)
STATION = Column("供电所", width=9, counted=True)
MANAGER = Column("客户经理", width=7, personal=True)
NUMBER = Column(APPLICATION, width=8, whole=True, personal=True)
PROVISIONAL = "（暂定）"
MOST_NAMED = 5
HUNDREDTH = Decimal("0.01")
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Subject:
    """A period and its figures."""

    facts: Facts

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.facts)

    @cached_property
    def period(self) -> Period:
        return Period.parse(str(self.facts.header["period"]))

    @property
    def this(self) -> str:
        """``本月``, ``本季度`` and so on."""
        return f"本{self.period.span.label}"

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(str(self.facts.header["as_of"]))

    @property
    def complete(self) -> bool:
        """Whether the period is over."""
        return bool(self.facts.header["complete"])

    @property
    def closing(self) -> str:
        """As of when it is told what was open: the end of the period, of one not over the instant it was asked."""
        return f"{self.this}末" if self.complete else f"截至{self.as_of:%Y-%m-%d %H:%M}"

    def rows(self, name: str) -> list[Row]:
        """A table of the facts, row by row; none where it was not gathered."""
        table = self.facts.tables.get(name)
        return list(table.dicts()) if table else []

    @cached_property
    def clock_order(self) -> dict[tuple[str, str], int]:
        """Where a clock stands among the others: as the policies list them."""
        return {
            (str(row["layer"]), str(row["clock"])): int(row["place"] or 0) for row in self.rows("clock_names")
        }

    def in_order(self, layer: Layer, clocks: Iterable[str]) -> list[str]:
        """Clocks of a layer as the policies list them."""
        return sorted(clocks, key=lambda clock: (self.clock_order.get((layer.value, clock), 0), clock))

    def clock(self, layer: Value, name: Value) -> str:
        """What people call a clock."""
        return self.figures.frames.names.get((str(layer), str(name)), str(name))


def rate(share: Share) -> str:
    """``91.49%（43/47）``; of nothing, that there was nothing."""
    if share.rate is None:
        return "没有计入考核的归档"
    return f"{shown(share.rate, 'share')}（{share.met:,}/{share.of:,}）"


class EarlierOne(NamedTuple):
    """A period that rates are held against: how it is called, how the difference is, and its tone in a chart."""

    label: str
    short: str
    period: Period
    tone: Tone


def earlier_ones(period: Period) -> dict[When, EarlierOne]:
    """The periods ``period`` is held against; a year has but one before it."""
    year_before = EarlierOne("上年同期", "同比", period.year_before(), "yellow")
    if period.previous() == period.year_before():
        return {"year_before": year_before._replace(label="上年")}
    return {"previous": EarlierOne("上期", "环比", period.previous(), "soft"), "year_before": year_before}


def against(found: Compared, period: Period) -> str:
    """How a rate moved since the period before and since a year earlier, in percentage points."""
    earlier = earlier_ones(period).items()
    return "，".join(_since(found.since(when), each.label, each.period) for when, each in earlier)


def _since(points: float | None, name: str, earlier: Period) -> str:
    named = f"{name}（{earlier.label}）"
    if points is None:
        return f"与{named}没有可比数据"
    size = abs(Decimal(repr(points))).quantize(HUNDREDTH, ROUND_HALF_UP)
    if points == 0:
        return f"与{named}持平"
    if size == 0:
        return f"与{named}相差不足0.01个百分点"
    return f"比{named}{'上升' if points > 0 else '下降'}{size}个百分点"


def named(found: Iterable[tuple[str, int]], unit: str) -> str:
    """``城关供电所3户、湍东供电所1户``, the most first; beyond a few only how many more.

    >>> named([("甲", 1), ("乙", 3)], "户")
    '乙3户、甲1户'
    """
    ordered = sorted(found, key=lambda each: (-each[1], each[0]))
    told = "、".join(f"{name}{n:,}{unit}" for name, n in ordered[:MOST_NAMED])
    return told if len(ordered) <= MOST_NAMED else f"{told}等{len(ordered)}项"


def classes(*found: Mapping[tuple[Value, ...], object]) -> list[CustomerClass]:
    """The classes that occur as keys, in the order people know."""
    occurring = {str(key[0]) for each in found for key in each}
    return [each for each in CustomerClass if each.value in occurring]


def layers(occurring: Iterable[Value]) -> list[Layer]:
    """The layers that occur, in the order policies are shown."""
    named = {str(each) for each in occurring}
    return [each for each in Layer if each.value in named]


def share_cells(share: Share) -> tuple[int, int, float | None]:
    """Base, met, rate."""
    return share.of, share.met, share.rate


SHARE = (Column("计入考核", "count", 7), Column("达标", "count", 6), Column("达标率", "share", 8))


def spread_cells(spread: Spread) -> tuple[int, float, float, int, int]:
    """How many, mean, median, what nine in ten did not exceed, the longest."""
    return spread.n, spread.mean, spread.median, spread.p90, spread.longest


def met_and_missed(name: str, title: str, shares: Sequence[tuple[str, Share]]) -> Chart:
    """Of each category how many kept the limit and, upon them, how many did not."""
    met = Series("按时", tuple(float(share.met) for _, share in shares), "main")
    missed = Series("超期", tuple(float(share.missed) for _, share in shares), "miss")
    return Chart(name, title, "stacked", "count", tuple(label for label, _ in shares), (met, missed))


def held(*tables: Table) -> tuple[Table, ...]:
    """The tables with something in them: where a sentence has said that there is nothing, none is shown."""
    return tuple(table for table in tables if table.rows)


def class_label(value: Value) -> str:
    """A class as people call it; an order for a whole unit has none."""
    return CustomerClass.of(str(value)).label if value else "—"


def minute(value: Value) -> Cell:
    """An instant to the minute; None stays none."""
    return str(value)[:16].replace("T", " ") if value else None


def who(row: Row) -> tuple[Cell, ...]:
    """Number, class, station, manager, as :data:`WHO` heads them."""
    manager = str(row["manager"]) or None  # an application that nobody owns yet
    return str(row["number"]), class_label(row["class"]), str(row["station"]), manager


WHO: Sequence[Column] = (NUMBER, CLASS, STATION, MANAGER)


def listing(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    cells: Callable[[Row], tuple[Cell, ...]],
    note: str = "",
) -> Table:
    """Applications one by one: whose each is, and ``cells`` under ``columns``."""
    told = tuple((*who(row), *cells(row)) for row in rows)
    return Table(name, title, (*WHO, *columns), told, note, listing=True)

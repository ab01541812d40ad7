"""Values as people read them, alike in every document."""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from limits.zone import local
from reports.paper import Cell, Column, Kind, Table, Tone

PLACES: dict[Kind, Decimal] = {
    "mean": Decimal("0.01"),
    "half": Decimal("0.1"),
    "share": Decimal("0.01"),
    "points": Decimal("0.01"),
    "amount": Decimal("0.01"),
}
# Kinds whose zeros after the point say nothing.
TRIMMED: tuple[Kind, ...] = ("points", "amount")
RIGHT: tuple[Kind, ...] = ("count", "mean", "half", "amount", "share", "points")
NOTHING = "—"
LEVELS: dict[str, Tone] = {"蓝": "blue", "橙": "orange", "黄": "yellow", "红": "red"}


def shown(cell: Cell, kind: Kind) -> str:
    """A cell as people read it.

    >>> shown(0.918367, "share"), shown(2.125, "mean"), shown(12500.5, "amount"), shown(None, "date")
    ('91.84%', '2.13', '12,500.5', '—')
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, datetime):
        return f"{(local(cell) if cell.tzinfo else cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, str | date):
        return str(cell)
    if kind not in PLACES:
        return f"{cell:,}"
    if kind == "share":
        return percent(cell, PLACES[kind])
    # Half up, as people round; 2.125 is not 2.12.
    text = f"{Decimal(repr(cell)).quantize(PLACES[kind], ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if kind in TRIMMED else text


def percent(share: float, places: Decimal) -> str:
    """A share in percent; one that is not whole is never rounded up to 100 %, nor a small one down to nothing.

    >>> percent(1.0, Decimal("0.1")), percent(0.9999, Decimal("0.1")), percent(0.00001, Decimal("0.1"))
    ('100.0%', '99.9%', '0.1%')
    """
    exact = Decimal(repr(share)) * 100
    rounded = exact.quantize(places, ROUND_HALF_UP)
    if rounded >= 100 > exact:
        rounded = exact.quantize(places, ROUND_DOWN)
    elif rounded == 0 < exact:
        rounded = places
    return f"{rounded:,}%"


def short(value: float, kind: Kind) -> str:
    """A value beside its bar: one place at most."""
    if kind == "share":
        return percent(value, Decimal("0.1"))
    text = f"{Decimal(repr(value)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"
    return text.removesuffix(".0")


def repeated(table: Table, row: int, index: int) -> bool:
    """Whether the cell only says again what stands above it, in a grouped column."""
    column: Column = table.columns[index]
    if not column.grouped or row == 0:
        return False
    return table.rows[row][: index + 1] == table.rows[row - 1][: index + 1]

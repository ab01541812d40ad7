"""How a table is set on a page: the size of its words, the widths of its columns, the rows that stay together.

Widths follow what is in the cells: a number, a date or a name that is never broken has room, a long text takes what
is left. Word and PDF are set by the same figures.
"""

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from reports.documents.canvas import balanced, measured
from reports.documents.cells import LEVELS, RIGHT, repeated, shown
from reports.documents.outline import printed
from reports.paper import Cell, Column, Table

UPRIGHT, ACROSS = 156.0, 225.0  # mm of text on an A4 page
POINT = 25.4 / 72  # mm
SIZES = (10.5, 9.0, 8.0)  # points; the largest that leaves every column its room (五号, 小五, X)
PADDING = 7.0  # points beside the words of a cell
MARK = 1.6  # characters before a level: its dot and a space
WHOLE = 20.0  # characters; not even a whole word is given more
# Word and PDF put a little room between a Chinese character and a Latin one.
SEAM = re.compile(r"(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u3400-\u9fff])")
SEAM_WIDTH = 0.25  # of a character
NARROW = 3.0  # characters that a text is left in any case
SHORT = 8  # rows; a table so short is not parted by the end of a page
HELD = 12  # rows; nor is a group so small
TALL = 24  # lines; whatever is higher may be parted, or it would not fit on any page


@dataclass(frozen=True, slots=True)
class Setting:
    """``size`` in points, ``widths`` in mm; ``rooms`` are the widths in characters of that size."""

    size: float
    widths: tuple[float, ...]
    rooms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Demand:
    """Characters that a column asks for: the ``least`` it can do with, enough, and all it could use."""

    least: float
    enough: float
    full: float


def setting(table: Table, room: float) -> Setting:
    """``table`` set ``room`` mm wide."""
    demands = [_demand(table, index) for index in range(len(table.columns))]
    points = room / POINT - PADDING * len(demands)
    asked = sum(each.enough for each in demands)
    size = next((each for each in SIZES if asked * each <= points), SIZES[-1])
    rooms = _rooms(demands, points / size)
    return Setting(size, tuple((each * size + PADDING) * POINT for each in rooms), tuple(rooms))


def typeset(text: str) -> float:
    """About how wide ``text`` is set, in characters.

    >>> round(typeset("2026年9月"), 2), round(measured("2026年9月", 1.0), 2)
    (5.65, 4.9)
    """
    return measured(text, 1.0) + SEAM_WIDTH * len(SEAM.findall(text))


def _demand(table: Table, index: int) -> _Demand:
    column = table.columns[index]
    content = max((typeset(shown(row[index], column.kind)) for row in printed(table)), default=0.0)
    if column.pen:
        content = column.width
    head = measured(column.head, 1.0)
    halved = max(measured(each, 1.0) for each in _halves(column.head))
    if column.kind == "text" and not column.whole:
        enough = max(min(content, column.width), halved)
        return _Demand(min(enough, NARROW), enough, max(content, head))
    if column.kind == "level" and table.rows:
        content += MARK
    enough = max(min(content, WHOLE), halved)
    return _Demand(enough, enough, max(enough, head))


def _halves(head: str) -> list[str]:
    """A head on two lines, parted before its bracket where it has one; a short one on one."""
    if measured(head, 1.0) <= 4:
        return [head]
    before, bracket, after = head.partition("（")
    if before and bracket:
        return [before, bracket + after]
    return balanced(head, measured(head, 1.0) / 2 + 1, 2, 1.0)


def head_lines(column: Column, room: float) -> list[str]:
    """A column's head on one line, or two where it must, ``room`` characters wide."""
    return [column.head] if measured(column.head, 1.0) <= room else _halves(column.head)


def _rooms(demands: list[_Demand], room: float) -> list[float]:
    """``room`` characters dealt out: each column enough, then all it could use, then more; or less, down to least."""
    steps = [[getattr(each, name) for each in demands] for name in ("least", "enough", "full")]
    if room <= sum(steps[0]):
        return _scaled(steps[0], room)
    for low, high in pairwise(steps):
        if room <= sum(high):
            part = (room - sum(low)) / (sum(high) - sum(low))
            return [a + (b - a) * part for a, b in zip(low, high, strict=True)]
    return _scaled(steps[-1], room)


def _scaled(rooms: list[float], room: float) -> list[float]:
    whole = sum(rooms) or 1.0
    return [each * room / whole for each in rooms]


def lines(table: Table, found: Setting) -> list[int]:
    """About how many lines each printed row takes."""

    def taken(cell: Cell, column: Column, room: float) -> int:
        return math.ceil(typeset(shown(cell, column.kind)) / max(room, 1.0))

    return [max(1, *map(taken, row, table.columns, found.rooms)) for row in printed(table)]


def runs(table: Table, high: list[int]) -> list[int]:
    """How many printed rows at a time stay on one page; ``high`` says how many lines each takes.

    A short table is one; so is a small group; of others the head, and a total, never stand with less than two rows.
    """
    count = len(high)
    if count <= SHORT and sum(high) <= TALL:
        return [count] if count else []
    found = _runs(table, high, 0, count, 0)
    if table.total and len(found) > 1 and sum(high[-sum(found[-2:]) :]) <= TALL:
        found[-2:] = [sum(found[-2:])]
    return found


def _runs(table: Table, high: list[int], first: int, last: int, level: int) -> list[int]:
    """Those of the rows from ``first`` to before ``last``, grouped by the columns from ``level`` on."""
    if level >= len(table.columns) or not table.columns[level].grouped:
        return _pairs(high[first:last])
    found: list[int] = []
    starts = [at for at in range(first, last) if at == first or not repeated(table, at, level)]
    for begin, end in zip(starts, [*starts[1:], last], strict=True):
        if end - begin <= HELD and sum(high[begin:end]) <= TALL:
            found.append(end - begin)
        else:
            found += _runs(table, high, begin, end, level + 1)
    return found


def _pairs(high: list[int]) -> list[int]:
    """Rows on their own, but two at either end."""
    if len(high) < 5 or sum(high[:2]) > TALL or sum(high[-2:]) > TALL:
        return [1] * len(high)
    return [2, *[1] * (len(high) - 4), 2]


def spans(table: Table, held: list[int], index: int) -> list[int]:
    """For each printed row how many rows its cell in a grouped column stands for; 0 where one above does.

    A run begins anew: whatever is at the top of a page says what it belongs to.
    """
    found: list[int] = []
    top = 0
    for count in held:
        first = len(found)
        for at in range(first, first + count):
            if at > first and repeated(table, at, index):
                found.append(0)
                found[top] += 1
            else:
                top = at
                found.append(1)
    return found


def aligned(column: Column) -> str:
    """Which way a column's words stand."""
    if column.kind in RIGHT:
        return "right"
    return "center" if column.kind in {"date", "instant", "level"} else "left"


def marked(text: str, column: Column) -> bool:
    """Whether a dot in the level's colour stands before the words."""
    return column.kind == "level" and text in LEVELS

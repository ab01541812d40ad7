"""What a report prints, figure by figure, so that two reports of one period can be compared.

A figure is named as the reader finds it: under which title, in which row, under which head.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reports.documents.cells import NOTHING, shown
from reports.paper import Cell, Chart, Column, Paper, Section, Table

KEYS = "主要数字"
JOINT = "·"  # between the words that name a row


class Name(NamedTuple):
    """Where a figure stands; ``personal`` when a row is a person's."""

    part: str
    item: str
    figure: str
    personal: bool = False


class Entry(NamedTuple):
    """A row of a list: whose, and what it says."""

    listed: str
    number: str
    text: str


@dataclass(frozen=True)
class Printed:
    """``figures`` in the order they are read, those of ``charts`` apart; ``entries`` of the lists, counted."""

    figures: Mapping[Name, str]
    charts: Mapping[Name, str]
    entries: Counter[Entry]

    def get(self, name: Name) -> str | None:
        """A figure; None where the report has none of that name."""
        return self.figures.get(name, self.charts.get(name))

    def of(self, name: Name) -> str:
        """The same, a dash where there is none."""
        found = self.get(name)
        return NOTHING if found is None else found


def printed(paper: Paper) -> Printed:
    """Everything that ``paper`` prints as a figure, but for what it tells of other reports."""
    sections = [each for each in paper.sections if each.key != "corrections"]
    figures = {Name(KEYS, each.label, ""): _key(each.value, each.base) for each in paper.keys}
    charts: dict[Name, str] = {}
    entries: Counter[Entry] = Counter()
    for section in sections:
        for table in _tables(section):
            if table.listing:
                entries.update(_entries(table))
            else:
                figures.update(_figures(table))
        charts.update(cell for part in section.parts if isinstance(part, Chart) for cell in _drawn(part))
    return Printed(figures, charts, entries)


def _key(value: str, base: str) -> str:
    return f"{value}（{base}）" if base else value


def _tables(section: Section) -> Iterator[Table]:
    return (part for part in section.parts if isinstance(part, Table))


def _figures(table: Table) -> Iterator[tuple[Name, str]]:
    heading = headed_by(table)
    named: Counter[str] = Counter()
    for row in table.rows:
        item = JOINT.join(shown(row[place], table.columns[place].kind) for place in heading)
        named[item] += 1
        item = item if named[item] == 1 else f"{item}（{named[item]}）"
        personal = table.personal or any(table.columns[place].personal for place in heading)
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            if place not in heading:
                name = Name(table.title, item, column.head, personal or column.personal)
                yield name, shown(cell, column.kind)


def headed_by(table: Table) -> list[int]:
    """The places of what names a row: the words up to the first that are not grouped with others."""
    found = []
    for place, column in enumerate(table.columns):
        if column.kind in ("text", "level"):
            found.append(place)
            if not column.grouped:
                break
    return found


def _entries(table: Table) -> Iterator[Entry]:
    for row in table.rows:
        told = [(column, cell) for column, cell in zip(table.columns, row, strict=True) if cell is not None]
        text = "；".join(
            f"{column.head}：{shown(cell, column.kind)}" for column, cell in told if not _number(column)
        )
        yield Entry(table.title, next((str(cell) for column, cell in told if _number(column)), ""), text)


def _number(column: Column) -> bool:
    return column.head == "申请编号"


def _drawn(chart: Chart) -> Iterator[tuple[Name, str]]:
    for series in chart.series:
        for category, value in zip(chart.categories, series.values, strict=True):
            cell: Cell = int(value) if chart.kind == "count" and value is not None else value
            yield Name(chart.title, category, series.label, chart.personal), shown(cell, chart.kind)

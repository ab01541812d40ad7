"""A paper as one HTML page: its own style, drawings in it, nothing loaded from anywhere; prints on A4."""

from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.documents.cells import LEVELS, repeated, shown
from reports.documents.charts import NARROW, WIDE, draw
from reports.documents.front import day_in_chinese
from reports.documents.layout import runs
from reports.documents.outline import left_out, outline, printed, units
from reports.documents.tones import FILL
from reports.paper import Chart, Paper, Table

TEMPLATES = Path(__file__).resolve().parent / "templates"
BROAD = 46  # Chinese characters that a phone has no room for: such a table is moved sideways


def render_page(paper: Paper) -> str:
    """The page, complete."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("paper.html").render(
        paper=paper,
        chapters=outline(paper),
        drawn=_drawn,
        body=_body,
        room=_room,
        broad_table=BROAD,
        # A policy of no style at an element (CSP) is then a policy the page can be shown under.
        rooms=sorted({_room(table) for table in paper.tables()}),
        left_out=left_out,
        day=day_in_chinese(paper.as_of),
        levels=LEVELS,
        fill=FILL,
        broad=WIDE,
        narrow=NARROW,
    )


def _drawn(chart: Chart, width: float) -> Markup:
    # Every word of the drawing was escaped when it was drawn.
    return Markup(draw(chart, width))  # noqa: S704


def _room(table: Table) -> int:
    """What its columns ask for, in Chinese characters."""
    return sum(units(column) for column in table.columns)


def _body(table: Table) -> Markup:
    """The rows, in groups of which some stay on one page in print.

    Written here, since a template takes ten times as long for thousands of cells.
    """
    lines, at, alone = ["<tbody>"], 0, True
    for count in runs(table, [1] * len(printed(table))):
        if count > 1 or not alone:
            lines[-1:] = [] if lines[-1] == "<tbody>" else [lines[-1], "</tbody>"]
            lines.append('<tbody class="held">' if count > 1 else "<tbody>")
        alone = count == 1
        lines += [_row(table, each) for each in range(at, at + count)]
        at += count
    return Markup("\n".join([*lines, "</tbody>"]))  # noqa: S704 - escaped cell by cell


def _row(table: Table, at: int) -> str:
    cells = "".join(_cell(table, at, index) for index in range(len(table.columns)))
    return (
        f'<tr class="total">{cells}</tr>'
        if table.total and at == len(table.rows) - 1
        else f"<tr>{cells}</tr>"
    )


def _cell(table: Table, at: int, index: int) -> str:
    column, cell = table.columns[index], table.rows[at][index]
    classes: str = column.kind
    if column.pen:
        classes += " pen"
    if column.whole:
        classes += " whole"
    if column.kind == "text" and column.width >= 16:
        classes += " broad"
    if repeated(table, at, index):
        return f'<td class="{classes}"></td>'
    dot = ""
    if column.kind == "level" and cell in LEVELS:
        dot = f'<span class="dot {LEVELS[str(cell)]}"></span>'
    return f'<td class="{classes}">{dot}{escape(shown(cell, column.kind))}</td>'

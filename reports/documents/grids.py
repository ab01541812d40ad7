"""A table as Word's own XML: its head repeated on every page, no row broken across two."""

from collections.abc import Iterator

from reports.documents.cells import LEVELS, RIGHT, repeated, shown
from reports.documents.outline import printed, units
from reports.documents.tones import FILL
from reports.documents.wording import HEAD_FACE, TEXT_FACE, paragraph, run
from reports.paper import Column, Table

UPRIGHT, ACROSS = 156.0, 225.0  # mm of text on an A4 page
EDGE = "808080"
MOST, LEAST = 12.0, 8.0  # points of a table's words
SHORT = 8  # rows; a table so short is not parted by the end of a page


def size_of(table: Table, room: float) -> float:
    """Points for a table's words, so that its columns have the width they ask for; never under ``LEAST``."""
    asked = sum(units(column) + 1 for column in table.columns)
    fitting = room / 25.4 * 72 / max(asked, 1)
    return max(LEAST, min(MOST, int(fitting * 2) / 2))


def widths(table: Table, room: float) -> list[float]:
    """The columns in mm, together ``room``, each by what it asks for."""
    asked = [units(column) + 1 for column in table.columns]
    return [room * each / sum(asked) for each in asked]


def grid(table: Table, room: float) -> str:
    """``table``, ``room`` mm wide."""
    size = size_of(table, room)
    places = [round(each / 25.4 * 1440) for each in widths(table, room)]
    columns = "".join(f'<w:gridCol w:w="{place}"/>' for place in places)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{EDGE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(places)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/>'
        '<w:right w:w="50" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{_head(table, places, size)}{''.join(_rows(table, places, size))}</w:tbl>"
    )


def _head(table: Table, places: list[int], size: float) -> str:
    cells = (
        _cell(run(column.head, HEAD_FACE, size), place, "center", size, fill="EEF1F3", keep=True)
        for column, place in zip(table.columns, places, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _rows(table: Table, places: list[int], size: float) -> Iterator[str]:
    rows = printed(table)
    for at, row in enumerate(rows):
        total = table.total and at == len(table.rows) - 1
        # The head never stands alone at the foot of a page, nor a total at the top of one.
        keep = at < len(rows) - 1 and (at == 0 or len(rows) <= SHORT or (table.total and at == len(rows) - 2))
        cells = []
        for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            text = "" if repeated(table, at, index) else shown(cell, column.kind)
            face = HEAD_FACE if total else TEXT_FACE
            words = _mark(text, column, size) + run(text, face, size)
            cells.append(_cell(words, places[index], aligned(column), size, keep=keep))
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _mark(text: str, column: Column, size: float) -> str:
    """A dot in the level's colour before its name."""
    if column.kind != "level" or text not in LEVELS:
        return ""
    return run("● ", TEXT_FACE, size, colour=FILL[LEVELS[text]].lstrip("#"))


def aligned(column: Column) -> str:
    """Which way a column's words stand."""
    if column.kind in RIGHT:
        return "right"
    return "center" if column.kind in {"date", "instant", "level"} else "left"


def _cell(words: str, place: int, align: str, size: float, *, fill: str = "", keep: bool = False) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    held = paragraph(words, align=align, line=size * 1.3, before=2, after=2, keep=keep, snap=False)
    return f'<w:tc><w:tcPr><w:tcW w:w="{place}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>{held}</w:tc>'

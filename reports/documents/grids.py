"""A table as Word's own XML: its head repeated on every page, no row broken across two."""

from collections.abc import Iterator
from itertools import accumulate

from reports.documents.cells import LEVELS, shown
from reports.documents.layout import (
    TALL,
    Setting,
    aligned,
    head_lines,
    lines,
    marked,
    runs,
    setting,
    spans,
)
from reports.documents.outline import left_out, printed
from reports.documents.tones import FILL
from reports.documents.wording import BREAK, HEAD_FACE, TEXT_FACE, paragraph, run
from reports.paper import Column, Table

EDGE = "808080"
PEN = 26.0  # points of height that a hand needs to write


def grid(table: Table, room: float) -> str:
    """``table``, ``room`` mm wide."""
    found = setting(table, room)
    places = [round(each / 25.4 * 1440) for each in found.widths]
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
        f"<w:tblGrid>{columns}</w:tblGrid>{_head(table, places, found)}{''.join(_rows(table, places, found))}</w:tbl>"
    )


def _head(table: Table, places: list[int], found: Setting) -> str:
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEF1F3"/>'
    cells = []
    for column, place, room in zip(table.columns, places, found.rooms, strict=True):
        words = BREAK.join(run(each, HEAD_FACE, found.size) for each in head_lines(column, room))
        cells.append(_cell(words, place, "center", found.size, keep=True, shape=shade))
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"


def _rows(table: Table, places: list[int], found: Setting) -> Iterator[str]:
    rows, high = printed(table), lines(table, found)
    held = runs(table, high)
    ends = set(accumulate(held)) - ({len(rows)} if table.note or left_out(table) else set())
    merged = {at: spans(table, held, at) for at, column in enumerate(table.columns) if column.grouped}
    written = any(column.pen for column in table.columns)
    height = f'<w:trHeight w:val="{PEN * 20:.0f}" w:hRule="atLeast"/>' if written else ""
    for at, row in enumerate(rows):
        face = HEAD_FACE if table.total and at == len(rows) - 1 else TEXT_FACE
        keep = at + 1 not in ends
        cells = []
        for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            span = merged[index][at] if index in merged else 1
            text = shown(cell, column.kind) if span else ""
            words = _mark(text, column, found.size) + run(text, face, found.size)
            shape = "" if span == 1 else _MERGED[bool(span)]
            cells.append(_cell(words, places[index], aligned(column), found.size, keep=keep, shape=shape))
        whole = "<w:cantSplit/>" if high[at] <= TALL else ""
        yield f"<w:tr><w:trPr>{whole}{height}</w:trPr>{''.join(cells)}</w:tr>"


# A cell that one above stands for, and one that stands for others below.
_MERGED = {False: "<w:vMerge/>", True: '<w:vMerge w:val="restart"/>'}


def _mark(text: str, column: Column, size: float) -> str:
    """A dot in the level's colour before its name."""
    if not marked(text, column):
        return ""
    return run("● ", TEXT_FACE, size, colour=FILL[LEVELS[text]].lstrip("#"))


def _cell(words: str, place: int, align: str, size: float, *, keep: bool = False, shape: str = "") -> str:
    held = paragraph(words, align=align, line=size * 1.3, before=2, after=2, keep=keep, snap=False)
    return f'<w:tc><w:tcPr><w:tcW w:w="{place}" w:type="dxa"/>{shape}<w:vAlign w:val="center"/></w:tcPr>{held}</w:tc>'

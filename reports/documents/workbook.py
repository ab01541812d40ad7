"""A paper as an XLSX workbook: an overview, a sheet for each table, native charts, nothing typed taken as a formula."""

import io
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from limits.zone import local
from reports.documents.cells import LEVELS, NOTHING, RIGHT, shown
from reports.documents.native import Charts
from reports.documents.outline import Chapter, Item, outline
from reports.documents.sheets import NUMBERS, for_print, legal_names
from reports.documents.tones import FILL, UPON
from reports.paper import Cell, Column, Kind, Paper, Table

KINDS: tuple[Kind, ...] = ("text", *NUMBERS, "level")
BASE = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
HEAD = {
    "bold": True,
    "bg_color": "#E8EEF2",
    "bottom": 1,
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
}
LINE_HEIGHT = 16  # points
ROW_HEIGHT = 18  # points of a row of one line
PEN = 26  # points of height that a hand needs to write
ONE_PAGE = 700  # points; a sheet not much higher than an A4 page across is printed on one
LEAST = 4  # Chinese characters
WIDEST = 40  # Chinese characters; more is broken into lines
OVERVIEW, CHARTS, DATA = "概览", "图表", "图表数据"


def workbook(paper: Paper) -> bytes:
    """The workbook; the same paper gives the same bytes."""
    held = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(held, options) as book:
        created = paper.as_of.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": paper.title, "author": paper.organisation, "created": created})
        _Workbook(book, paper).write()
    return held.getvalue()


class _Workbook:
    """The sheets of one workbook and the formats they share."""

    def __init__(self, book: Any, paper: Paper) -> None:
        self.book, self.paper = book, paper
        self.chapters = outline(paper)
        self.names = legal_names([OVERVIEW, CHARTS, DATA, *(table.name for table in paper.tables())])
        self.head = self._format(HEAD)
        self.plain = {kind: self._format(_form(kind)) for kind in KINDS}
        self.bold = {kind: self._format({**_form(kind), "bold": True, "top": 1}) for kind in KINDS}
        self.levels = {
            name: self._format({"bg_color": FILL[tone], "font_color": UPON[tone], "align": "center"})
            for name, tone in LEVELS.items()
        }
        self.pen = self._format({"border": 1})  # lines of a sheet are not printed
        self.note = self._format({"font_color": "#5B6770", "font_size": 10})
        self.said = self._format({"text_wrap": True, "valign": "top"})
        self.foot = self._format(
            {"font_color": "#5B6770", "font_size": 10, "text_wrap": True, "valign": "top"}
        )

    def _format(self, form: dict[str, Any]) -> Any:
        return self.book.add_format({**BASE, **form})

    def write(self) -> None:
        """Every sheet, in the order of the paper."""
        self.overview()
        charts = Charts(self.book, self.names[1], self.names[2], self.paper.title, self.chapters)
        charts.draw()
        tables = (item for chapter in self.chapters for item in chapter.items)
        for item, name in zip((each for each in tables if each.form == "table"), self.names[3:], strict=True):
            self.sheet(item, name)
        charts.tell()

    def overview(self) -> None:
        """The key figures, what the paper says, and what it rests on."""
        sheet = self.book.add_worksheet(self.names[0])
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 22)
        sheet.set_column(2, 2, 72)
        row = self._title(sheet)
        strong = self._format({"bold": True})
        for key in self.paper.keys:
            sheet.write_string(row, 0, key.label, self.plain["text"])
            sheet.write_string(row, 1, key.value, strong)
            sheet.write_string(row, 2, key.base, self.note)
            row += 1
        for chapter in self.chapters:
            row = self._chapter(sheet, chapter, row + 1)
        for_print(sheet, self.paper.title)

    def _title(self, sheet: Any) -> int:
        paper = self.paper
        sheet.write_string(0, 0, paper.title, self._format({"bold": True, "font_size": 16}))
        sheet.set_row(0, 30)
        said = [paper.organisation, paper.number, paper.period, paper.state, "公开版" if paper.public else ""]
        sheet.write_string(1, 0, "　".join(text for text in said if text), self.note)
        return 3

    def _chapter(self, sheet: Any, chapter: Chapter, row: int) -> int:
        """Its heading, its sentences, and where its tables are; the next row."""
        sheet.write_string(row, 0, chapter.heading, self._format({"bold": True, "font_size": 12}))
        row += 1
        passages = [item for item in chapter.items if item.form == "passage"]
        sentences = [("", text) for text in chapter.section.paragraphs]
        sentences += [
            (item.caption if at == 0 else "", text)
            for item in passages
            for at, text in enumerate(getattr(item.part, "paragraphs", ()))
        ]
        for head, text in sentences:
            lines = -(-_letters(text) // 92)
            sheet.set_row(row, LINE_HEIGHT * max(lines, 1))
            sheet.write_string(row, 0, head, self.said)
            sheet.merge_range(row, 1, row, 2, "", self.said)
            sheet.write_string(row, 1, text, self.said)
            row += 1
        return self._links(sheet, chapter, row)

    def _links(self, sheet: Any, chapter: Chapter, row: int) -> int:
        places = dict(zip(map(id, self.paper.tables()), self.names[3:], strict=True))
        for item in chapter.items:
            if isinstance(item.part, Table):
                name = places[id(item.part)]
                target = f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1"
                sheet.write_url(row, 1, target, string=item.number)
                sheet.write_string(
                    row, 2, f"{item.part.title}（{len(item.part.rows):,} 行）", self.plain["text"]
                )
                row += 1
        return row

    def sheet(self, item: Item, name: str) -> None:
        """One table: frozen heads, a filter, its note below."""
        table = item.part
        if not isinstance(table, Table):
            return
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_default_row(ROW_HEIGHT)
        sheet.set_row(0, 2 * LINE_HEIGHT)
        widths = _widths(table)
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, _units(widths[index]))
            sheet.write_string(0, index, column.head, self.head)
        last = len(table.rows)
        high = 2 * LINE_HEIGHT
        for row, cells in enumerate(table.rows, start=1):
            high += self._row(sheet, table, row, cells, widths)
        # A totals row stays out of the filter, or sorting would move it among the others.
        sheet.autofilter(0, 0, max(last - (1 if table.total else 0), 1), len(table.columns) - 1)
        if not table.rows:
            sheet.write_string(1, 0, table.empty, self.note)
        high += self._foot(sheet, table, max(last, 1) + 2, sum(map(_units, widths)))
        sheet.repeat_rows(0)
        for_print(sheet, self.paper.title, item.caption, one=high <= ONE_PAGE)

    def _foot(self, sheet: Any, table: Table, row: int, wide: int) -> int:
        """The table's note as wide as the table, in as many lines as it takes; how high it is, in points."""
        if not table.note:
            return 0
        high = LINE_HEIGHT * -(-_letters(table.note) // wide)
        sheet.set_row(row, high)
        if len(table.columns) > 1:
            sheet.merge_range(row, 0, row, len(table.columns) - 1, "", self.foot)
        sheet.write_string(row, 0, table.note, self.foot)
        return high + ROW_HEIGHT

    def _row(self, sheet: Any, table: Table, row: int, cells: tuple[Cell, ...], widths: list[int]) -> int:
        """One row; how high it is, in points."""
        forms = self.bold if table.total and row == len(table.rows) else self.plain
        lines = 1
        for index, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            told = _moment(cell, column.kind)
            if isinstance(told, str):
                lines = max(lines, -(-_letters(told) // (widths[index] * 2)))
            form = forms[column.kind]
            if column.kind == "level" and cell in LEVELS:
                form = self.levels[str(cell)]
            elif column.pen:
                form = self.pen
            _write(sheet, row, index, told, form)
        high = max(PEN if any(column.pen for column in table.columns) else ROW_HEIGHT, LINE_HEIGHT * lines)
        if high > ROW_HEIGHT:
            sheet.set_row(row, high)
        return high


def _letters(text: str) -> int:
    """How wide it is in Excel's units: a Latin letter one, a Chinese character, three bytes long, two."""
    return (len(text) + len(text.encode("utf-8", "replace")) + 1) // 2


def _widths(table: Table) -> list[int]:
    """How wide each column is, in Chinese characters: what it asks for, or less where its cells need less."""
    return [_width(table, index, column) for index, column in enumerate(table.columns)]


def _width(table: Table, index: int, column: Column) -> int:
    if column.pen:
        return min(max(column.width, len(column.head)), WIDEST)
    longest = max((_letters(shown(row[index], column.kind)) for row in table.rows), default=0)
    needed = -(-longest // 2) + 1
    asked = needed if column.whole else min(needed, column.width)
    return min(max(asked, len(column.head), LEAST), WIDEST)


def _units(width: int) -> int:
    """A Chinese character is two of Excel's column units; room for the filter's arrow."""
    return width * 2 + 2


def _form(kind: Kind) -> dict[str, Any]:
    form: dict[str, Any] = {"num_format": NUMBERS[kind]} if kind in NUMBERS else {"text_wrap": True}
    # Indented on either side, or a number would run into the words beside it.
    if kind in RIGHT:
        form |= {"align": "right", "indent": 1}
    elif kind == "text":
        form |= {"align": "left", "indent": 1}
    elif kind in {"date", "instant", "level"}:
        form["align"] = "center"
    return form


def _moment(cell: Cell, kind: Kind) -> Cell:
    """A date or an instant as one, however it was told: it can be sorted and filtered by month."""
    if kind not in {"date", "instant"} or not isinstance(cell, str):
        return cell
    try:
        return date.fromisoformat(cell) if len(cell) == len("2026-10-08") else datetime.fromisoformat(cell)
    except ValueError:
        return cell


def _write(sheet: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    """Text always as text: ``=1+1`` typed as a name must not become a formula."""
    if cell is None:
        sheet.write_string(row, column, NOTHING, form)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, (local(cell) if cell.tzinfo else cell).replace(tzinfo=None), form)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, form)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, form)
    else:
        sheet.write_number(row, column, cell, form)

"""The month as an XLSX workbook: a sheet for each table, native charts, nothing typed taken as a formula."""

from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.month import MonthReport
from reports.page import summary
from reports.sections import Cell, Kind, Table, tables

FORMS: dict[Kind, dict[str, Any]] = {
    "text": {},
    "count": {"num_format": "#,##0", "align": "right"},
    "mean": {"num_format": "#,##0.00", "align": "right"},
    "half": {"num_format": "#,##0.0", "align": "right"},
    "amount": {"align": "right"},
    "share": {"num_format": "0.00%", "align": "right"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
}
BASE = {"font_name": "等线", "font_size": 11, "valign": "vcenter"}
HEAD = {**BASE, "bold": True, "bg_color": "#E8EEF2", "bottom": 1, "text_wrap": True, "align": "center"}


def write_workbook(report: MonthReport, path: Path) -> None:
    """Write the workbook at ``path``; the same report gives the same bytes."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": f"{report.company} {report.month.label}时限月报",
                "created": report.as_of.replace(tzinfo=None),
            }
        )
        _Sheets(book).write(report)


class _Sheets:
    """The sheets of one workbook and the formats they share."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format(HEAD)
        self.plain = {kind: book.add_format({**BASE, **form}) for kind, form in FORMS.items()}
        self.bold = {
            kind: book.add_format({**BASE, **form, "bold": True, "top": 1}) for kind, form in FORMS.items()
        }
        self.note = book.add_format({**BASE, "font_color": "#5B6770", "font_size": 10})
        self.title = book.add_format({**BASE, "bold": True, "font_size": 16})
        self.wrapped = book.add_format({**BASE, "text_wrap": True})

    def write(self, report: MonthReport) -> None:
        self.overview(report)
        for table in tables(report):
            sheet = self.sheet(table)
            if table.name == "受理归档与达标" and table.rows:
                self.chart(sheet, table, "归档户数与达标户数", ((2, "#9DB2BF"), (4, "#2F6F8F")))
            if table.name == "办电时长" and table.rows:
                self.chart(sheet, table, "平均与九成不超过的工作日", ((2, "#2F6F8F"), (4, "#C9A45C")))

    def overview(self, report: MonthReport) -> None:
        """What the month is, at a glance, and on what it rests."""
        sheet = self.book.add_worksheet("概览")
        sheet.set_default_row(19)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26, self.plain["text"])
        sheet.set_column(1, 1, 90, self.wrapped)
        sheet.write_string(0, 0, f"{report.company} {report.month.label}获得电力时限月报", self.title)
        sheet.set_row(0, 30)
        for row, (head, value) in enumerate(summary(report), start=2):
            sheet.write_string(row, 0, head, self.plain["text"])
            sheet.write_string(row, 1, value, self.wrapped)
        _for_print(sheet)

    def sheet(self, table: Table) -> Any:
        sheet = self.book.add_worksheet(table.name)
        sheet.set_default_row(19)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 24)
        for index, column in enumerate(table.columns):
            # A Chinese character is two of Excel's column units; room for the filter's arrow.
            sheet.set_column(index, index, max(column.width, len(column.head)) * 2 + 2)
            sheet.write_string(0, index, column.head, self.head)
        last = len(table.rows)
        for row, cells in enumerate(table.rows, start=1):
            forms = self.bold if table.total and row == last else self.plain
            for index, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                _write(sheet, row, index, cell, forms[column.kind])
        # A totals row stays out of the filter, or sorting would move it among the others.
        sheet.autofilter(0, 0, max(last - (1 if table.total else 0), 1), len(table.columns) - 1)
        if not table.rows:
            sheet.write_string(1, 0, table.empty, self.note)
        sheet.write_string(max(last, 1) + 2, 0, table.note, self.note)
        sheet.repeat_rows(0)
        _for_print(sheet)
        return sheet

    def chart(self, sheet: Any, table: Table, title: str, columns: tuple[tuple[int, str], ...]) -> None:
        last = len(table.rows) - (1 if table.total else 0)
        chart = self.book.add_chart({"type": "column"})
        for index, colour in columns:
            chart.add_series(
                {
                    "name": [table.name, 0, index],
                    "categories": [table.name, 1, 0, last, 0],
                    "values": [table.name, 1, index, last, index],
                    "fill": {"color": colour},
                    "data_labels": {"value": True, "num_format": "0.##"},
                    "gap": 60,
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"})
        chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#E3E7EA"}}, "min": 0})
        chart.set_size({"width": 620, "height": 330})
        sheet.insert_chart(len(table.rows) + 4, 0, chart, {"x_offset": 6})


def _for_print(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")


def _write(sheet: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    """Text always as text: ``=1+1`` typed as a name must not become a formula."""
    if cell is None:
        sheet.write_string(row, column, "—", form)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, form)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, form)
    else:
        sheet.write_number(row, column, cell, form)

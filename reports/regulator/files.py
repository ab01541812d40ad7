"""The data file as CSV and XLSX, both in one reading: the same ledger gives the same bytes."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from limits.zone import local
from reports.documents.files import take_places
from reports.documents.sheets import for_print, headed
from reports.errors import FolderNotWritable, PeriodNotBegun
from reports.periods import Period
from reports.regulator.layout import FIELDS, Cell, Kind, shown
from reports.regulator.rows import stories
from workflow import store
from workflow.book import Book
from workflow.past import Past, past
from workflow.rules import Rules

STEM = "regulator-data"
LAYOUT, DATA, TITLE = "说明", "数据", "监管数据"
# A sheet holds 1,048,576 rows; what is more goes to another.
SHEET_ROWS = 1_000_000
# What makes a spreadsheet take a text for a formula; full-width signs are taken for the plain ones by some.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
FORMATS = {Kind.AMOUNT: "#,##0.##", Kind.WHOLE: "0", Kind.INSTANT: "yyyy-mm-dd hh:mm:ss"}
WIDE, WIDTH = 20, 14  # of columns; an instant that has no room shows as ####


@dataclass(frozen=True, slots=True)
class Written:
    """The files, and how many applications are in each."""

    paths: tuple[Path, ...]
    rows: int


class _Sink(Protocol):
    def row(self, cells: Sequence[Cell]) -> None: ...


def write_data(book: Book, period: Period, folder: Path, as_of: datetime) -> Written:
    """Write the period's applications as on record at ``as_of`` into ``folder``; none of the two files when one fails.

    Raises PeriodNotBegun or FolderNotWritable.
    """
    as_of = local(as_of)
    if as_of < period.begins:
        raise PeriodNotBegun(period=period.label, as_of=f"{as_of:%Y-%m-%d %H:%M}")
    rules = book.rules.known_at(as_of)
    names = [f"{STEM}-{period}.{end}" for end in ("csv", "xlsx")]
    try:
        with store.reading(book.engine) as connection, past(connection, rules, as_of) as then:
            about = _about(rules, period, as_of, then.head())
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".report-") as made:
                paths = [Path(made) / name for name in names]
                with _csv(paths[0]) as text, _xlsx(paths[1], about, as_of) as sheets:
                    rows = _copy(then, rules, period, (text, sheets))
                take_places(Path(made), folder, names)
    except OSError as error:
        raise FolderNotWritable(folder=folder, reason=error.strerror or str(error)) from error
    return Written(tuple(folder / name for name in names), rows)


def _copy(then: Past, rules: Rules, period: Period, sinks: Sequence[_Sink]) -> int:
    count = 0
    for story in stories(then, rules, period):
        cells = [field.value(story) for field in FIELDS]
        for sink in sinks:
            sink.row(cells)
        count += 1
    return count


def _about(rules: Rules, period: Period, as_of: datetime, head: str) -> list[tuple[str, str]]:
    policies, calendar = rules.policies, rules.calendar
    return [
        ("单位", policies.label),
        ("报告期", f"{period.label}受理或归档的业扩报装申请，一件一行，不含客户名称和用电地址"),
        ("统计时点", f"{as_of:%Y-%m-%d %H:%M:%S}（北京时间）"),
        ("日历", f"放假安排已公布到 {calendar.published_through}，此后的工作日为暂定"),
        ("规则摘要", policies.digest),
        ("台账哈希", head),
    ]


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line.

    >>> safe("=1+1"), safe("  -1"), safe("甲\\n乙"), safe("1-1")
    ("'=1+1", "'  -1", '甲 乙', '1-1')
    """
    line = " ".join(text.splitlines())
    return f"'{line}" if line.lstrip().startswith(FORMULA) else line


# -- CSV ------------------------------------------------------------------------------------------


@contextmanager
def _csv(path: Path) -> Iterator["_Text"]:
    with path.open("w", encoding="utf-8-sig", newline="") as held:
        writer = csv.writer(held, lineterminator="\r\n")
        writer.writerow(field.name for field in FIELDS)
        yield _Text(writer)


@dataclass
class _Text:
    writer: Any

    def row(self, cells: Sequence[Cell]) -> None:
        """One line; what people typed never begins a formula."""
        self.writer.writerow(safe(each) if isinstance(each, str) else shown(each) for each in cells)


# -- XLSX -----------------------------------------------------------------------------------------


@contextmanager
def _xlsx(path: Path, about: Sequence[tuple[str, str]], as_of: datetime) -> Iterator["_Sheets"]:
    options = {
        "constant_memory": True,  # a row is written and forgotten
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        created = as_of.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": TITLE, "created": created})
        _layout(book, about)
        sheets = _Sheets(book)
        yield sheets
        sheets.end()


def _layout(book: Any, about: Sequence[tuple[str, str]]) -> None:
    """What the file is of, and what each column means, for who has nothing but the file."""
    sheet, bold = book.add_worksheet(LAYOUT), book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, width in enumerate((30, 86, 8, 14, 18)):
        sheet.set_column(column, column, width, wrapped)
    for row, (name, value) in enumerate(about):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value, wrapped)
    start = len(about) + 1
    for column, head in enumerate(("列", "含义", "类型", "单位", "来源")):
        sheet.write_string(start, column, head, bold)
    for row, field in enumerate(FIELDS, start + 1):
        told = (field.name, field.meaning, field.kind.value, field.unit, field.source)
        for column, cell in enumerate(told):
            sheet.write_string(row, column, cell, wrapped)
    for_print(sheet, TITLE)


class _Sheets:
    """The sheets of data; another is begun when one is full."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self._count = 0
        self._begin()

    def row(self, cells: Sequence[Cell]) -> None:
        """One row; text always as text."""
        if self._row > SHEET_ROWS:
            self.end()
            self._begin()
        for column, (field, cell) in enumerate(zip(FIELDS, cells, strict=True)):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                self._sheet.write_string(self._row, column, cell)
            elif isinstance(cell, datetime):
                plain = cell.replace(tzinfo=None)
                self._sheet.write_datetime(self._row, column, plain, self._formats[field.kind])
            else:
                number = float(cell) if isinstance(cell, Decimal) else cell
                self._sheet.write_number(self._row, column, number, self._formats[field.kind])
        self._row += 1

    def end(self) -> None:
        """Let the sheet be filtered over all its rows."""
        self._sheet.autofilter(0, 0, self._row - 1, len(FIELDS) - 1)

    def _begin(self) -> None:
        self._count += 1
        name = DATA if self._count == 1 else f"{DATA}{self._count}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.repeat_rows(0)
        self._sheet.repeat_columns(0)
        headed(self._sheet, TITLE)
        for column, field in enumerate(FIELDS):
            self._sheet.set_column(column, column, WIDE if field.kind is Kind.INSTANT else WIDTH)
            self._sheet.write_string(0, column, field.name, self._head)
        self._row = 1

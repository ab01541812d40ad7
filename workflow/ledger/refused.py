"""Writing refused rows back, each with its reasons, so that they can be mended and sent again (domain §12)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from limits.errors import YekuoError
from workflow.ledger.columns import REFUSED_LINE, REFUSED_WHY
from workflow.ledger.rows import Refusal

LONGEST_CELL = 32767


class RefusedFileUnwritable(YekuoError):
    """退回表“{path}”写不进去（{detail}）。请关闭正打开着它的程序，或换一个可写的位置后重新导入。"""

    code = "refused_file_unwritable"


class RefusedFileIsLedger(YekuoError):
    """退回表“{path}”就是要导入的台账，写上去台账就没有了。请给退回表另起一个文件名后重新导入。"""

    code = "refused_file_is_ledger"


def write_refused(path: Path, headings: Mapping[str, Sequence[str]], refusals: Iterable[Refusal]) -> None:
    """An XLSX with the sheets and columns of the ledger (``Ledger.headings``) and two columns more.

    What a person typed is written as text, never as a formula; dates stay dates.
    """
    import xlsxwriter

    try:
        path.open("wb").close()  # asked first: a workbook that cannot be closed leaves its temporary files
    except OSError as error:
        raise RefusedFileUnwritable(path=path, detail=error.strerror) from error
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheets = {name: _RefusedSheet(book, name, typed) for name, typed in headings.items()}
    for refusal in refusals:
        sheets[refusal.sheet].write(refusal)
    book.close()


class _RefusedSheet:
    """One sheet: the ledger's own columns, then 退回原因 and 原行号."""

    def __init__(self, book: Any, name: str, typed: Sequence[str]) -> None:
        self._sheet = book.add_worksheet(name)
        self._formats: dict[type, object] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        # A refused file may be refused again: its own two columns are not carried along.
        self._kept = [i for i, each in enumerate(typed) if each.strip() not in (REFUSED_WHY, REFUSED_LINE)]
        self._bold = book.add_format({"bold": True})
        self._wrapped = book.add_format({"text_wrap": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._kept) - 1, 16)
        self._sheet.set_column(len(self._kept), len(self._kept), 60)
        for column, index in enumerate(self._kept):
            self._cell(0, column, typed[index], self._bold)
        self._cell(0, len(self._kept), REFUSED_WHY, self._bold)
        self._cell(0, len(self._kept) + 1, REFUSED_LINE, self._bold)
        self._row = 0

    def write(self, refusal: Refusal) -> None:
        self._row += 1
        for column, index in enumerate(self._kept):
            value = refusal.cells[index]
            self._cell(self._row, column, value, self._formats.get(type(value)))
        why = "\n".join(reason.message for reason in refusal.reasons)
        self._cell(self._row, len(self._kept), why, self._wrapped)
        self._sheet.write_number(self._row, len(self._kept) + 1, refusal.line)

    def _cell(self, row: int, column: int, value: object, style: object = None) -> None:
        if value == "":
            return
        if type(value) in (datetime, date):
            self._sheet.write_datetime(row, column, value, style)
        elif type(value) is bool:
            self._sheet.write_boolean(row, column, value)
        elif type(value) in (int, float):
            self._sheet.write_number(row, column, value)
        else:  # write_string, never write: "=HYPERLINK(…)" typed as a name stays a name
            self._sheet.write_string(row, column, str(value)[:LONGEST_CELL], style)

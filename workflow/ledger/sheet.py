"""Taking a sheet row by row: each row is taken whole or refused whole, with every reason (domain §12)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from workflow.ledger import cells as ledger_cells
from workflow.ledger.columns import NUMBER, Heading
from workflow.ledger.files import Row, Sheet
from workflow.ledger.rows import LedgerRow, Reason, Refusal, SuspensionRow

R = TypeVar("R", bound=LedgerRow | SuspensionRow)
TOTALS = re.compile(r"(?:本页|本月|累计)?(?:合计|总计|小计|共计)[:：]?(?:\d+(?:户|件|条|笔|项)?)?")


class SheetRows(Generic[R]):
    """The rows of one sheet below its heading; subclasses say what a row is and what else it must meet."""

    fields: Mapping[str, str]
    adapter: TypeAdapter[R]

    def __init__(self, sheet: Sheet, heading: Heading, *, now: datetime) -> None:
        self.sheet, self.heading, self.now = sheet, heading, now
        present = {
            field: heading.columns[name] for field, name in self.fields.items() if name in heading.columns
        }
        self._names = tuple(present)
        # The last one twice: itemgetter gives a tuple from two on, and zip leaves the extra one.
        places = list(present.values())
        self._pick: Callable[[Row], tuple[object, ...]] = itemgetter(*places, places[-1])
        self._absent = dict.fromkeys(self.fields.keys() - present.keys(), "")
        self._number = heading.columns[NUMBER]

    def __iter__(self) -> Iterator[R | Refusal]:
        width = len(self.heading.typed)
        rows = islice(self.sheet.open(), self.heading.line, None)
        for line, cells in enumerate(rows, self.heading.line + 1):
            if any(cells):
                whole = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
                taken = self._take(line, whole)
                if taken is not None:
                    yield taken

    def record(self, line: int, cells: Row) -> dict[str, Any]:
        """The raw cells by field name, ready for the adapter."""
        record = dict(zip(self._names, self._pick(cells), strict=False))
        record["line"] = line
        return record | self._absent if self._absent else record

    def heading_of(self, _record: Mapping[str, Any], place: tuple[int | str, ...]) -> str:
        """The column a fault belongs to."""
        return self.fields[str(place[0])]

    def more(self, _row: R | None, _cells: Row, _number: str | None, _line: int) -> list[Reason]:
        """Reasons that need more than one cell; ``row`` is None when a cell has failed already."""
        return []

    def finish(self, row: R) -> R:
        """The row as handed on."""
        return row

    def _take(self, line: int, cells: Row) -> R | Refusal | None:
        record = self.record(line, cells)
        try:
            row = self.adapter.validator.validate_python(record, context=self.now)
        except ValidationError as error:
            return self._look_again(line, cells, record, error)
        reasons = self.more(row, cells, row.number, line)
        return self._refusal(line, cells, row.number, tuple(reasons)) if reasons else self.finish(row)

    def _look_again(
        self, line: int, cells: Row, record: Mapping[str, Any], error: ValidationError
    ) -> R | Refusal | None:
        """A row that failed may be no application at all, or only have cells of nothing but spaces."""
        tidied = ["" if type(cell) is str and not cell.strip() else cell for cell in cells]
        if not any(tidied) or self._no_row(tidied):
            return None
        if tidied != list(cells):
            return self._take(line, tidied)
        number = self._readable_number(cells)
        reasons = [*self._reasons(record, error), *self.more(None, cells, number, line)]
        return self._refusal(line, cells, number, tuple(reasons))

    def _no_row(self, cells: Sequence[object]) -> bool:
        """A totals row, or the heading printed again on the next page."""
        if tuple(str(cell) for cell in cells[: len(self.heading.typed)]) == self.heading.typed:
            return True
        first = next(cell for cell in cells if cell != "")
        number = cells[self._number]
        return (number == "" or number is first) and bool(TOTALS.fullmatch(ledger_cells.compact(first)))

    def _readable_number(self, cells: Row) -> str | None:
        try:
            return ledger_cells.number(cells[self._number])
        except ledger_cells.CellFault:
            return None

    def _reasons(self, record: Mapping[str, Any], error: ValidationError) -> Iterator[Reason]:
        for detail in error.errors(include_url=False):
            fault = detail["ctx"]["error"]
            heading = self.heading_of(record, detail["loc"])
            yield Reason(code=fault.code, message=f"“{heading}”{fault}。")

    def _refusal(self, line: int, cells: Row, number: str | None, reasons: tuple[Reason, ...]) -> Refusal:
        return Refusal(sheet=self.sheet.name, line=line, number=number, reasons=reasons, cells=tuple(cells))

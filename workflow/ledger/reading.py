"""Reading the 业扩台账: one application a row, taken or refused, streamed (domain §12).

ledger = read_ledger(path, now=now)
for row in ledger.rows:          # LedgerRow | Refusal
    ...
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from limits.errors import YekuoError
from limits.terms import Status
from limits.zone import local
from workflow.events import EventType
from workflow.history import TYPED
from workflow.ledger import columns as headings
from workflow.ledger.cells import compact
from workflow.ledger.files import Book, Row, Sheet, open_book
from workflow.ledger.rows import LEDGER_ROW, SUSPENSION_ROW, LedgerRow, Reason, Refusal, SuspensionRow
from workflow.ledger.sheet import SheetRows
from workflow.ledger.words import DEFAULTED, PLAIN
from workflow.tables import LONGEST, unfit, unstorable

__all__ = ["Ledger", "LedgerRow", "Reason", "Refusal", "SuspensionRow", "read_ledger"]

EVERYTHING = frozenset(headings.FIELDS)
# Names are as long as that of who records; a reason is a sentence, the evidence a place in the files.
SUSPENSION_LONGEST = {"number": 64, "reason": 200, "evidence": 200, "handler": 64, "approver": 64}


class LedgerNoHeading(YekuoError):
    """“{path}”的工作表“{sheets}”前 {within} 行中没有含“申请编号”的表头，看不出是业扩台账。请补上表头，或用列名对照文件说明。"""

    code = "ledger_no_heading"


class LedgerManySheets(YekuoError):
    """“{path}”的工作表“{sheets}”都像业扩台账，应只有一个。请把要导入的那个改名为“业扩台账”后重新导入。"""

    code = "ledger_many_sheets"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger opened: what is known before its rows are read, and its rows, to be read once."""

    headings: Mapping[str, tuple[str, ...]]  # by sheet, as typed: what ``write_refused`` needs
    unknown_columns: tuple[str, ...]
    total: int  # rows below the heading, blank ones included: for a progress bar
    suspensions: tuple[SuspensionRow | Refusal, ...]
    rows: Iterator[LedgerRow | Refusal]


def read_ledger(path: Path, *, now: datetime, column_map: Path | None = None) -> Ledger:
    """Open the ledger at ``path``; nothing in it may lie after ``now``.

    Raises a ``YekuoError`` when the file is not a ledger; a bad row is no error but a ``Refusal``.
    """
    now = local(now)
    names = headings.read_column_map(column_map)
    book = open_book(path, csv_sheet=headings.LEDGER_SHEET)
    sheet = _ledger_sheet(book, names, path)
    heading = headings.find_heading(
        _top(sheet),
        sheet=sheet.name,
        known=headings.LEDGER_HEADINGS,
        required=headings.REQUIRED,
        column_map=names,
    )
    if heading is None:
        raise _no_heading(path, sheet.name)
    suspensions = _suspensions(book, names, path, now)
    unknown = (
        []
        if suspensions is None
        else [f"{suspensions.sheet.name}·{name}" for name in suspensions.heading.unknown]
    )
    found = {sheet.name: heading.typed}
    if suspensions is not None:
        found[suspensions.sheet.name] = suspensions.heading.typed
    return Ledger(
        headings=found,
        unknown_columns=(*heading.unknown, *unknown),
        total=sheet.total - heading.line,
        suspensions=() if suspensions is None else tuple(suspensions),
        rows=iter(LedgerRows(sheet, heading, now=now)),
    )


class LedgerRows(SheetRows[LedgerRow]):
    """The applications of a ledger."""

    fields = headings.FIELDS
    adapter = LEDGER_ROW

    def __init__(self, sheet: Sheet, heading: headings.Heading, *, now: datetime) -> None:
        super().__init__(sheet, heading, now=now)
        at = heading.columns
        self._places = [(kind, at[name]) for kind, name in headings.TIMES.items() if name in at]
        self._accepted = at[headings.ACCEPTED]
        self._seen: dict[str, int] = {}

    def record(self, line: int, cells: Row) -> dict[str, Any]:
        record = super().record(line, cells)
        record["times"] = times = [(kind, cells[index]) for kind, index in self._places if cells[index] != ""]
        if record["status"] == "":
            record["status"] = _status_from({kind for kind, _ in times})
        record["said"] = _said(record)
        return record

    def heading_of(self, record: Mapping[str, Any], place: tuple[int | str, ...]) -> str:
        if place[0] == "times":
            return headings.TIMES[record["times"][place[1]][0]]
        return super().heading_of(record, place)

    def more(self, row: LedgerRow | None, cells: Row, number: str | None, line: int) -> list[Reason]:
        reasons = [] if row is None or _surely_fits(row) else list(_unstorable(row))
        if cells[self._accepted] == "":
            reasons.append(Reason("no_accepted", "“受理时间”没有填写，没有受理就无法计时；请补上受理时间。"))
        first = line if number is None else self._seen.setdefault(number, line)
        if first != line:
            same = f"“申请编号”{number} 与第 {first} 行相同，一份台账中一个编号只能有一行；请删去或改正其中一行。"
            reasons.append(Reason("duplicate", same))
        return reasons

    def finish(self, row: LedgerRow) -> LedgerRow:
        """终止时间 of a void application tells its voiding."""
        if row.status is not Status.VOIDED:
            return row
        voided = {EventType.TERMINATED: EventType.VOIDED}
        return replace(row, times=tuple((voided.get(kind, kind), at) for kind, at in row.times))


_defaulted = itemgetter(*DEFAULTED)


def _said(record: Mapping[str, Any]) -> frozenset[str]:
    """A default in place of a blank cell is nothing the ledger said; nearly every row leaves none blank."""
    cells = _defaulted(record)
    if PLAIN.issuperset(cells):
        return EVERYTHING
    return EVERYTHING - {name for name, cell in zip(DEFAULTED, cells, strict=True) if not compact(cell)}


_typed = attrgetter("number", *TYPED)
_SHORTEST = min(LONGEST[name] for name in ("number", *TYPED))


def _surely_fits(row: LedgerRow) -> bool:
    """What holds for nearly every row, asked in one go: every text fits the narrowest column."""
    texts = _typed(row)
    return max(map(len, texts)) <= _SHORTEST and "\0" not in "".join(texts)


def _unstorable(row: LedgerRow) -> Iterator[Reason]:
    for name in ("number", *TYPED):
        if problem := unstorable(name, getattr(row, name)):
            yield _too_much(headings.FIELDS[name], problem)


def unstorable_pause(row: SuspensionRow) -> Iterator[Reason]:
    """Texts of a suspension longer than a record holds, or with an unprintable character."""
    for name, longest in SUSPENSION_LONGEST.items():
        if problem := unfit(getattr(row, name), longest):
            yield _too_much(headings.SUSPENSION_FIELDS[name], problem)


def _too_much(heading: str, problem: str) -> Reason:
    return Reason("unstorable", f"“{heading}”{problem}；请缩短或改正。")


def _status_from(kinds: set[EventType]) -> Status:
    """A blank 状态 is what the times say."""
    if EventType.ARCHIVED in kinds:
        return Status.ARCHIVED
    return Status.TERMINATED if EventType.TERMINATED in kinds else Status.OPEN


class SuspensionRows(SheetRows[SuspensionRow]):
    """The 挂起记录 beside the ledger."""

    fields = headings.SUSPENSION_FIELDS
    adapter = SUSPENSION_ROW

    def __init__(self, sheet: Sheet, heading: headings.Heading, *, now: datetime) -> None:
        super().__init__(sheet, heading, now=now)
        self._seen: dict[tuple[str, datetime], int] = {}

    def record(self, line: int, cells: Row) -> dict[str, Any]:
        return super().record(line, cells) | {"sheet": self.sheet.name, "cells": tuple(cells)}

    def more(self, row: SuspensionRow | None, _cells: Row, _number: str | None, line: int) -> list[Reason]:
        if row is None:
            return []
        reasons = list(unstorable_pause(row))
        if row.resumed_at is not None and row.resumed_at < row.suspended_at:
            reasons.append(
                Reason("resumed_before_suspended", "“恢复时间”早于“挂起时间”；请核对并改正其中一个。")
            )
        first = self._seen.setdefault((row.number, row.suspended_at), line)
        if first != line:
            reasons.append(
                Reason("duplicate", f"与第 {first} 行是同一申请的同一次挂起；请删去或改正其中一行。")
            )
        return reasons


def _ledger_sheet(book: Book, names: Mapping[str, str], path: Path) -> Sheet:
    """The sheet 业扩台账, or the only one that has the heading."""
    for name in book.names:
        if compact(name) == headings.LEDGER_SHEET:
            return book.sheet(name)
    others = [book.sheet(name) for name in book.names if compact(name) != headings.SUSPENSION_SHEET]
    alike = [sheet for sheet in others if headings.heading_line(_top(sheet), names) is not None]
    if len(alike) > 1:
        raise LedgerManySheets(path=path, sheets="”“".join(sheet.name for sheet in alike))
    if not alike:
        raise _no_heading(path, *book.names)
    return alike[0]


def _suspensions(book: Book, names: Mapping[str, str], path: Path, now: datetime) -> SuspensionRows | None:
    for name in book.names:
        if compact(name) == headings.SUSPENSION_SHEET:
            sheet = book.sheet(name)
            top = _top(sheet)
            heading = headings.find_heading(
                top,
                sheet=name,
                known=headings.SUSPENSION_HEADINGS,
                required=headings.SUSPENSION_REQUIRED,
                column_map=names,
            )
            if heading is not None:
                return SuspensionRows(sheet, heading, now=now)
            if any(any(cells) for cells in top):
                raise _no_heading(path, name)
    return None


def _top(sheet: Sheet) -> list[Row]:
    return list(islice(sheet.open(), headings.HEADING_WITHIN))


def _no_heading(path: Path, *sheets: str) -> LedgerNoHeading:
    return LedgerNoHeading(path=path, sheets="”“".join(sheets), within=headings.HEADING_WITHIN)

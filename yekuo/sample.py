"""A realistic 业扩台账 of any size, for training and measuring: invented people and places, real habits.

Equal (rows, seed, as_of) give the same file, byte for byte.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from limits.calendar import load_calendar
from limits.errors import YekuoError
from limits.zone import local
from workflow.events import EventType
from workflow.ledger.columns import FIELDS, LEDGER_SHEET, SUSPENSION_FIELDS, SUSPENSION_SHEET, TIMES
from yekuo.sample_lives import DAY, Life, Lives, Moment

SPAN_DAYS = 180
UNIT = "示例县供电公司"
# The order in which marketing systems print them, not the order of a case's life.
HEADINGS = (
    *(name for field, name in FIELDS.items() if field not in ("contract_on", "status")),
    *(name for kind, name in TIMES.items() if kind is not EventType.TERMINATED),
    FIELDS["contract_on"],
    TIMES[EventType.TERMINATED],
    FIELDS["status"],
)
COLUMN = {name: index for index, name in enumerate(HEADINGS)}
SERIAL_ZERO = date(1899, 12, 30).toordinal()
BAD_KINDS = (
    "no_accepted",
    "impossible_date",
    "unknown_class",
    "no_number",
    "duplicate",
    "text_date",
    "future",
    "negative_capacity",
)
Cells = dict[str, object]


class SampleUnwritable(YekuoError):
    """样例台账“{path}”写不进去（{detail}）。请关闭正打开着它的程序，或换一个可写的位置。"""

    code = "sample_unwritable"


class Serial(float):
    """A moment as a spreadsheet stores it: days since 1899-12-30."""

    __slots__ = ()

    @classmethod
    def of(cls, at: Moment) -> "Serial":
        return cls(at / DAY - SERIAL_ZERO)


def write_sample(
    path: Path, rows: int, seed: int, *, as_of: datetime, bad: int = 0, spelled: float = 0.0
) -> None:
    """Write ``rows`` good applications as of ``as_of``, ``bad`` rows that must be refused among them.

    ``spelled`` is the share of rows whose times and capacity are typed the way people type them.
    """
    import xlsxwriter

    try:
        path.open("wb").close()  # asked first: a workbook that cannot be closed leaves its temporary files
    except OSError as error:
        raise SampleUnwritable(path=path, detail=error.strerror) from error
    as_of = local(as_of)
    lives = Lives(rows=rows, seed=seed, as_of=as_of, span_days=SPAN_DAYS, calendar=load_calendar())
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    # The file says when it was made: the moment it shows, so that equal arguments give equal bytes.
    book.set_properties({"created": as_of.replace(tzinfo=None), "title": "业扩台账（训练用，内容全属虚构）"})
    sheet = _Sheet(book, LEDGER_SHEET, HEADINGS)
    suspended: list[Life] = []
    for serial in range(rows):
        life = lives.draw(serial)
        cells = _cells(life)
        # Knuth's multiplicative hash: an even pick of rows that does not disturb the draw of lives.
        if serial * 2654435761 % 10000 < spelled * 10000:
            cells = _spell(cells, serial)
        sheet.write(cells)
        for index in _bad_after(serial, rows, bad):
            sheet.write(_spoil(cells, index, as_of))
        if life.suspension is not None:
            suspended.append(life)
    pauses = _Sheet(book, SUSPENSION_SHEET, tuple(SUSPENSION_FIELDS.values()))
    for life in suspended:
        pauses.write(_suspension(life))
    book.close()


def _cells(life: Life) -> Cells:
    cells: Cells = {
        FIELDS["number"]: life.number,
        FIELDS["unit"]: UNIT,
        FIELDS["station"]: f"{life.town}供电所",
        FIELDS["customer"]: life.customer,
        FIELDS["address"]: f"{life.town}镇{life.street}号",
        FIELDS["customer_class"]: life.customer_class.label,
        FIELDS["voltage"]: life.voltage.label,
        FIELDS["supplies"]: life.supplies.label,
        FIELDS["capacity"]: life.capacity,
        FIELDS["kind"]: life.kind.label,
        FIELDS["channel"]: life.channel,
        FIELDS["proactive"]: "是" if life.proactive else "否",
        FIELDS["boundary"]: "是" if life.boundary else "否",
        FIELDS["customer_works"]: "有" if life.customer_works else "无",
        FIELDS["supporting"]: life.supporting.label,
        FIELDS["manager"]: life.manager,
        FIELDS["status"]: life.status.label,
    }
    for kind, at in life.times.items():
        cells[TIMES[kind]] = Serial.of(at)
    if life.contract_on is not None:
        cells[FIELDS["contract_on"]] = life.contract_on
    return cells


def _suspension(life: Life) -> Cells:
    paused, resumed = life.suspension or (0, None)
    return {
        SUSPENSION_FIELDS["number"]: life.number,
        SUSPENSION_FIELDS["suspended_at"]: Serial.of(paused),
        SUSPENSION_FIELDS["resumed_at"]: "" if resumed is None else Serial.of(resumed),
        SUSPENSION_FIELDS["reason"]: "客户原因",
        SUSPENSION_FIELDS["evidence"]: "客户书面说明",
        SUSPENSION_FIELDS["handler"]: life.manager,
        SUSPENSION_FIELDS["approver"]: f"{life.town}所长",
    }


SPELLINGS = ("%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M", "%Y-%m-%d %H:%M:%S")


def _spell(cells: Cells, serial: int) -> Cells:
    """The same row as a person types it."""
    spelling = SPELLINGS[serial % len(SPELLINGS)]
    typed = {
        name: _typed(cell, spelling) if isinstance(cell, Serial) else cell for name, cell in cells.items()
    }
    typed[FIELDS["capacity"]] = f"{cells[FIELDS['capacity']]}kVA"
    typed[FIELDS["customer_class"]] = f" {cells[FIELDS['customer_class']]}　"
    return typed


def _typed(serial: Serial, spelling: str) -> str:
    at = datetime(1899, 12, 30) + timedelta(minutes=round(serial * DAY))  # noqa: DTZ001 - a sheet has no zone
    return at.strftime(spelling)


def _bad_after(serial: int, rows: int, bad: int) -> range:
    """Which of the bad rows follow this good one: spread evenly over the sheet."""
    return range(serial * bad // rows, (serial + 1) * bad // rows)


def _spoil(cells: Cells, index: int, as_of: datetime) -> Cells:
    """A copy of a good row with one fault (``BAD_KINDS`` in turn) under a number of its own."""
    faults: dict[str, Cells] = {
        "no_accepted": {TIMES[EventType.ACCEPTED]: ""},
        "impossible_date": {TIMES[EventType.ACCEPTED]: f"{as_of.year}-02-30 09:00"},
        "unknown_class": {FIELDS["customer_class"]: "中压客户"},
        "no_number": {FIELDS["number"]: ""},
        "duplicate": {FIELDS["number"]: cells[FIELDS["number"]]},
        "text_date": {TIMES[EventType.ENERGIZED]: "已接电"},
        "future": {TIMES[EventType.ENERGIZED]: f"{as_of.year + 5}年01月01日 09:00"},
        "negative_capacity": {FIELDS["capacity"]: -5},
    }
    return {**cells, FIELDS["number"]: f"BAD{index:03d}", **faults[BAD_KINDS[index % len(BAD_KINDS)]]}


class _Sheet:
    """One sheet being written, row after row."""

    def __init__(self, book: Any, name: str, headings: tuple[str, ...]) -> None:
        self._sheet = book.add_worksheet(name)
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._columns = {heading: column for column, heading in enumerate(headings)}
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(headings) - 1, 15)
        self._row = 0
        for column, heading in enumerate(headings):
            self._sheet.write_string(0, column, heading, book.add_format({"bold": True}))

    def write(self, cells: Cells) -> None:
        self._row += 1
        for heading, cell in cells.items():
            if cell != "":
                self._cell(self._columns[heading], cell)

    def _cell(self, column: int, cell: object) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(self._row, column, cell)
        elif isinstance(cell, Serial):
            self._sheet.write_number(self._row, column, cell, self._moment)
        elif isinstance(cell, date):
            self._sheet.write_number(self._row, column, cell.toordinal() - SERIAL_ZERO, self._day)
        else:
            self._sheet.write_number(self._row, column, cell)


def bad_kinds(bad: int) -> Iterator[str]:
    """The refusal each of the ``bad`` rows must meet, in the order they are written."""
    return (BAD_KINDS[index % len(BAD_KINDS)] for index in range(bad))

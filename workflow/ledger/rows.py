"""What one row of the 业扩台账 says, and why a row was refused (domain §12).

pydantic builds the rows: each field carries the reader of its cell, and every fault of a row is collected,
not only the first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainValidator, SkipValidation, StringConstraints, TypeAdapter, ValidationInfo

from limits.terms import ApplicationKind, CustomerClass, Status, Supplies, Supporting, Voltage
from limits.zone import SHANGHAI
from workflow.events import EventType
from workflow.ledger import cells, words

FARTHEST_PROMISE = 10  # years; no supporting works take longer, and the calendar ends somewhere


def past(value: object, info: ValidationInfo[datetime]) -> datetime:
    """A moment that has been: nothing in a ledger lies after the moment of import (``info.context``)."""
    if type(value) is datetime:  # a real date is nearly every cell, so it is answered without further calls
        found = datetime.combine(value, value.time(), SHANGHAI)
        if cells.EARLIEST <= found <= info.context:
            return found
    found = cells.instant(value)
    if found > info.context:
        raise cells.CellFault(
            "future",
            f"写的是“{found:%Y-%m-%d %H:%M}”，晚于导入时刻 {info.context:%Y-%m-%d %H:%M}；"
            "请改成已经发生的时间，还没发生的请留空",
        )
    return found


def past_or_blank(value: object, info: ValidationInfo[datetime]) -> datetime | None:
    return past(value, info) if cells.text(value) else None


def day_or_blank(value: object, info: ValidationInfo[datetime]) -> date | None:
    """契约完成日期: a promise, so it may lie ahead, but not farther than anybody promises."""
    if value == "" or not cells.text(value):
        return None
    found = cells.instant(value).date()
    if found.year > info.context.year + FARTHEST_PROMISE:
        raise cells.CellFault(
            "impossible_date",
            f"写的是“{found}”，离导入时刻超过 {FARTHEST_PROMISE} 年，多半是年份写错；请改成约定的日期",
        )
    return found


# Text stays inside pydantic; only a number or a date typed where text belongs takes the reader.
Stripped = Annotated[str, StringConstraints(strip_whitespace=True, strict=True)]
Text = Annotated[Stripped | Annotated[str, PlainValidator(cells.text)], Field(union_mode="left_to_right")]
Number = Annotated[str, PlainValidator(cells.number)]
Past = Annotated[datetime, PlainValidator(past)]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One application as the ledger tells it; instants are aware, in the order of ``EventType``."""

    line: int  # as the spreadsheet counts, from 1
    number: Number
    unit: Text
    station: Text
    customer: Text
    address: Text
    customer_class: Annotated[CustomerClass, PlainValidator(words.customer_class.__getitem__)]
    voltage: Annotated[Voltage, PlainValidator(words.voltage.__getitem__)]
    supplies: Annotated[Supplies, PlainValidator(words.supplies.__getitem__)]
    capacity: Annotated[Decimal, PlainValidator(cells.capacity)]  # kVA; kW for low voltage
    kind: Annotated[ApplicationKind, PlainValidator(words.kind.__getitem__)]
    channel: Text
    proactive: Annotated[bool, PlainValidator(words.yes.__getitem__)]
    boundary: Annotated[bool, PlainValidator(words.yes.__getitem__)]
    customer_works: Annotated[bool, PlainValidator(words.there.__getitem__)]
    supporting: Annotated[Supporting, PlainValidator(words.supporting.__getitem__)]
    manager: Text
    times: tuple[tuple[EventType, Past], ...]
    contract_on: Annotated[date | None, PlainValidator(day_or_blank)]
    status: Annotated[Status, PlainValidator(words.status.__getitem__)]
    said: SkipValidation[frozenset[str]]  # all fields but those for whose blank cell a default stands


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """One 挂起: a pause of every clock of the application, with who asked and who approved."""

    line: int
    number: Number
    suspended_at: Past
    resumed_at: Annotated[datetime | None, PlainValidator(past_or_blank)]
    reason: Text
    evidence: Text
    handler: Text
    approver: Text
    sheet: SkipValidation[str]  # as typed, and the raw cells: to be written back when refused later
    cells: SkipValidation[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was refused: a stable code and one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row refused whole, with its raw cells, to be written back and mended."""

    sheet: str
    line: int
    number: str | None
    reasons: tuple[Reason, ...]
    cells: tuple[object, ...]


LEDGER_ROW = TypeAdapter(LedgerRow)
SUSPENSION_ROW = TypeAdapter(SuspensionRow)

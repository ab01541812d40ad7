"""The rows of supervision orders and their numbers, 督〔2026〕0001号, consecutive within the year."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from alerts import errors
from alerts.kinds import OrderState
from alerts.tables import supervision_order
from limits.zone import local
from workflow.tables import application

WRITTEN = re.compile(r"督〔(\d{4})〕(\d+)号", re.ASCII)
SHORT = re.compile(r"(\d{4})-(\d{1,9})", re.ASCII)
STANDING = (OrderState.OPEN.value, OrderState.REPLIED.value, OrderState.RETURNED.value)

# An order with what is known of the application it is about.
ORDERS = sa.select(
    supervision_order,
    application.c.number.label("application_number"),
    application.c.unit.label("company"),
    application.c.station,
    application.c.manager,
).select_from(
    supervision_order.outerjoin(application, application.c.id == supervision_order.c.application_id)
)


def number_of(year: int, nth: int) -> str:
    """The ``nth`` order of ``year``.

    >>> number_of(2026, 1)
    '督〔2026〕0001号'
    """
    return f"督〔{year}〕{nth:04d}号"


def written_number(text: str) -> str:
    """A number as it is stored: people may type 2026-1, because 〔〕 is on no keyboard.

    >>> written_number("2026-1")
    '督〔2026〕0001号'
    """
    short = SHORT.fullmatch(text.strip())
    return number_of(int(short[1]), int(short[2])) if short else text.strip()


def find_order(connection: sa.Connection, number: str) -> sa.Row[Any]:
    """The order with this number; raises OrderUnknown."""
    written = written_number(number)
    row = connection.execute(ORDERS.where(supervision_order.c.number == written)).one_or_none()
    if row is None:
        raise errors.OrderUnknown(number=number)
    return row


def order_row(connection: sa.Connection, order_id: int) -> sa.Row[Any]:
    """The order with this id."""
    return connection.execute(ORDERS.where(supervision_order.c.id == order_id)).one()


def next_number(connection: sa.Connection, opened_at: datetime) -> str:
    """The number after the last one of the year in which the order is opened."""
    year = local(opened_at).year
    number = supervision_order.c.number
    # Numbers are given in the order of ids: whoever takes the next one inserts after who took the one before.
    newest = (
        sa.select(number)
        .where(number.startswith(f"督〔{year}〕", autoescape=True))
        .order_by(supervision_order.c.id.desc())
        .limit(1)
    )
    held = WRITTEN.fullmatch(connection.scalar(newest) or "")
    return number_of(year, int(held[2]) + 1 if held else 1)


def insert_order(connection: sa.Connection, number: str, values: Mapping[str, Any]) -> int | None:
    """The id of the new order; None when another writer has just taken its number.

    Of two writers with one number the second waits for the first to commit and is refused by the unique key;
    the savepoint keeps the rest of its transaction.  Nobody skips a number: the next is read after the commit.
    """
    row = {**values, "number": number, "state": OrderState.OPEN.value, "due_at": None}
    try:
        with connection.begin_nested():
            done = connection.execute(sa.insert(supervision_order).values(row))
    except exc.IntegrityError:
        if next_number(connection, values["opened_at"]) == number:
            raise  # nobody took it: something else is wrong
        return None
    key = done.inserted_primary_key
    return None if key is None else int(key[0])


def opening_text(order: sa.Row[Any]) -> str:
    """What the first record says, so that the order's own row is under the hash as well."""
    about = f"，申请 {order.application_number}" if order.application_number else ""
    how = "由红色级别自动下达" if order.threshold_id is not None else "由人工下达"
    return (
        f"{order.number}，责任单位 {order.unit}{about}，{order.limit_value} 个工作日内回复，{how}。"
        f"要求：{order.ask}"
    )

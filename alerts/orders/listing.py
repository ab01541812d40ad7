"""Supervision orders as people see them, read at one instant from their records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts import errors
from alerts.handlings import Handled, Subject, handled
from alerts.kinds import OrderState
from alerts.orders.clock import clock_of
from alerts.orders.rows import ORDERS, find_order
from alerts.tables import supervision_order
from limits.clock import Crossing, Reading, Standing, read
from limits.terms import Level
from workflow import store
from workflow.book import Book
from workflow.rules import Rules
from workflow.tables import application

PAGE = 200


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order at an instant. ``application`` None: it was sent to a unit; ``levels`` are those reached."""

    id: int
    number: str
    application: str | None
    unit: str
    ask: str
    opened_by: str
    opened_at: datetime
    limit: int
    state: OrderState
    standing: Standing
    reading: Reading
    levels: tuple[Crossing, ...]
    acts: tuple[Handled, ...]

    @property
    def level(self) -> Level | None:
        """The highest level reached."""
        return self.levels[-1].level if self.levels else None


def orders(
    book: Book,
    now: datetime,
    *,
    state: OrderState | None = None,
    unit: str | None = None,
    application_number: str | None = None,
    within: sa.ColumnElement[bool] | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> list[OrderView]:
    """The orders opened by ``now``, the newest first, at most ``limit``, each as it stood then.

    ``within`` narrows to what an account sees, a condition on ``ORDERS``.  Paging by key: ``after`` is the
    id of the last order of the page before.
    """
    wanted = ORDERS.where(supervision_order.c.opened_at <= now).order_by(supervision_order.c.id.desc())
    if unit is not None:
        wanted = wanted.where(supervision_order.c.unit == unit)
    if application_number is not None:
        wanted = wanted.where(application.c.number == application_number)
    if within is not None:
        wanted = wanted.where(within)
    found: list[OrderView] = []
    with store.reading(book.engine) as connection:
        for rows in _in_pages(connection, wanted, after):
            # Where an order stood at an instant is read from its records, not asked of the database.
            found += [
                each for each in _views(connection, rows, book.rules, now) if state in (None, each.state)
            ]
            if len(found) >= limit:
                break
    return found[:limit]


def _in_pages(
    connection: sa.Connection, wanted: sa.Select[Any], after: int | None
) -> Iterator[Sequence[sa.Row[Any]]]:
    """The rows of ``wanted`` behind the id ``after``, so many at a time."""
    while True:
        behind = wanted if after is None else wanted.where(supervision_order.c.id < after)
        rows = connection.execute(behind.limit(PAGE)).all()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def one_order(book: Book, number: str, now: datetime) -> OrderView:
    """The order with this number as it stood at ``now``; raises OrderUnknown."""
    with store.reading(book.engine) as connection:
        row = find_order(connection, number)
        if row.opened_at > now:
            raise errors.OrderUnknown(number=number)
        return _views(connection, [row], book.rules, now)[0]


def _views(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], rules: Rules, now: datetime
) -> list[OrderView]:
    acts = handled(connection, Subject.ORDER, [row.id for row in rows])
    return [_view(row, [each for each in acts[row.id] if each.at <= now], rules, now) for row in rows]


def _view(row: sa.Row[Any], records: Sequence[Handled], rules: Rules, now: datetime) -> OrderView:
    clock = clock_of(records, row.limit_value, rules)
    return OrderView(
        id=row.id,
        number=row.number,
        application=row.application_number,
        unit=row.unit,
        ask=row.ask,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        limit=row.limit_value,
        state=clock.state,
        standing=clock.standing,
        reading=read(clock.standing, clock.calendar, now),
        levels=tuple(each for each in clock.crossings if each.at <= now),
        acts=tuple(records),
    )

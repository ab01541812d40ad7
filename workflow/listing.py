"""Reading applications with their clocks and levels at one instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.clock import Reading, read
from limits.force import Layer
from limits.terms import CustomerClass, Level, Status, Step, Unit
from limits.zone import local
from workflow import errors, store
from workflow.book import Book
from workflow.projection import ClockRow, ThresholdRow, changes, levels_of, project
from workflow.tables import application

PAGE = 500


@dataclass(frozen=True, slots=True)
class LevelReached:
    """A level and the day it was crossed on."""

    level: Level
    crossed_on: date


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as people see it. ``limit`` None where none is set; ``name`` as in the policy."""

    layer: Layer
    name: str
    label: str
    unit: Unit
    limit: int | None
    reading: Reading
    levels: tuple[LevelReached, ...]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """One application at an instant."""

    number: str
    customer_class: CustomerClass
    station: str
    manager: str
    status: Status
    step: Step
    clocks: tuple[ClockView, ...]


def applications(book: Book, now: datetime, number: str | None = None) -> Iterator[ApplicationView]:
    """Every application accepted by ``now``, by number, as it stood then.

    What happened after ``now`` is not seen: an application with later events is told from its events,
    all others from their rows, which say the same.
    """
    after = ""
    while True:
        with store.reading(book.engine) as connection:
            wanted = sa.select(application).where(application.c.accepted_at <= now)
            wanted = wanted.where(application.c.number == number if number else application.c.number > after)
            rows = connection.execute(wanted.order_by(application.c.number).limit(PAGE)).all()
            views = _views(connection, book, rows, local(now))
        yield from views
        if number is not None or len(rows) < PAGE:
            return
        after = rows[-1].number


def one(book: Book, number: str, now: datetime) -> ApplicationView:
    """Application ``number`` at ``now``; raises ApplicationUnknown."""
    for view in applications(book, now, number):
        return view
    raise errors.ApplicationUnknown(number=number)


def _views(
    connection: sa.Connection, book: Book, rows: Sequence[sa.Row[Any]], now: datetime
) -> list[ApplicationView]:
    ids = [row.id for row in rows]
    clocks = store.clocks_by(connection, ids, store.CURRENT)
    thresholds = store.thresholds_by(connection, ids, reached_by=now)
    views = []
    for row in rows:
        if row.last_at <= now:
            status, step = Status.of(row.status), Step.of(row.step)
            views.append(
                _view(row, status, step, clocks.get(row.id, []), thresholds.get(row.id, []), book, now)
            )
        else:
            views.append(_rewound(connection, row, book, now))
    return views


def _rewound(connection: sa.Connection, row: sa.Row[Any], book: Book, now: datetime) -> ApplicationView:
    projected = project(store.events_of(connection, row.id), book.rules, until=now)
    told = changes(projected.clocks, (), (), now)
    return _view(row, projected.status, projected.step, told.inserted, told.crossed, book, now)


def _view(
    row: sa.Row[Any],
    status: Status,
    step: Step,
    clocks: Sequence[ClockRow],
    thresholds: Sequence[ThresholdRow],
    book: Book,
    now: datetime,
) -> ApplicationView:
    levels = levels_of(thresholds, now)
    ranks = {layer.value: rank for rank, layer in enumerate(Layer)}
    return ApplicationView(
        number=row.number,
        customer_class=CustomerClass.of(row.customer_class),
        station=row.station,
        manager=row.manager,
        status=status,
        step=step,
        clocks=tuple(
            ClockView(
                layer=Layer.of(each.layer),
                name=each.name,
                label=book.rules.policies.labels[each.key],
                unit=Unit.of(each.unit),
                limit=each.limit_value,
                reading=read(each.standing, book.rules.calendar, now),
                levels=tuple(LevelReached(level, at.date()) for level, at in levels.get(each.key, ())),
            )
            for each in sorted(clocks, key=lambda each: (ranks[each.layer], each.started_at, each.name))
        ),
    )

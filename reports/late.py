"""Who was late: the clocks behind a rate, one line each, and those late and still open."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.clock import Reading, Standing, read
from limits.policy import Layer, Role
from limits.terms import CustomerClass, Unit, Verdict
from limits.zone import local
from reports import facts
from workflow import store
from workflow.book import Book
from workflow.projection import project
from workflow.tables import application, clock


@dataclass(frozen=True, slots=True)
class LateClock:
    """One clock of one application that was not kept. ``used`` and ``limit`` in working days.

    ``due_on`` None: the clock is paused, or no day was missed yet stopped it has not.
    """

    number: str
    customer_class: CustomerClass
    station: str
    manager: str
    layer: Layer
    role: Role
    clock: str
    used: int
    limit: int
    verdict: Verdict
    due_on: date | None
    provisional: bool


def archived_late(connection: sa.Connection, book: Book, scope: facts.Scope) -> list[LateClock]:
    """The clocks not met of the applications archived in the month."""
    rows = connection.execute(facts.not_kept(scope))
    return _ordered(line for line in (_stored(book, row, scope.as_of) for row in rows) if line is not None)


def open_late(
    connection: sa.Connection, book: Book, as_of: datetime, pairs: Sequence[facts.Pair]
) -> list[LateClock]:
    """The clocks past their due day and still open at ``as_of``.

    Rows say how things stand now: an application with later records is read again from its events.
    """
    running_late = sa.or_(clock.c.late_at.is_not(None), clock.c.due_at <= as_of)
    joined = application.join(clock, clock.c.application_id == application.c.id)
    rows = connection.execute(
        sa.select(*facts.WHO, clock)
        .select_from(joined)
        .where(
            facts.in_progress(as_of),
            application.c.last_at <= as_of,
            facts.judged(),
            clock.c.verdict.is_(None),
            running_late,
        )
    )
    found = [_stored(book, row, as_of) for row in rows] + list(_replayed(connection, book, as_of, pairs))
    return _ordered(line for line in found if line is not None and line.verdict is Verdict.OPEN_LATE)


def _replayed(
    connection: sa.Connection, book: Book, as_of: datetime, pairs: Sequence[facts.Pair]
) -> Iterator[LateClock | None]:
    moved_on = sa.select(application.c.id, *facts.WHO).where(
        facts.in_progress(as_of), application.c.last_at > as_of
    )
    for row in connection.execute(moved_on).all():
        projected = project(store.events_of(connection, row.id), book.rules, until=as_of)
        for each in projected.clocks:
            rule = each.bound.rule
            if (rule.layer, rule.role) in pairs and each.standing.limit is not None:
                yield _line(row, rule.layer, rule.role, rule.label, each.standing, book, as_of)


def _stored(book: Book, row: Any, as_of: datetime) -> LateClock | None:
    held = store.read_clock(row)
    label = book.rules.policies.labels.get(held.key, held.name)
    return _line(row, Layer.of(held.layer), Role.of(held.role), label, held.standing, book, as_of)


def _line(
    row: Any, layer: Layer, role: Role, label: str, standing: Standing, book: Book, as_of: datetime
) -> LateClock | None:
    reading = read(standing, book.rules.calendar, as_of)
    if standing.limit is None or reading.verdict is None:
        return None
    return LateClock(
        number=row.number,
        customer_class=CustomerClass.of(row.customer_class),
        station=row.station,
        manager=row.manager,
        layer=layer,
        role=role,
        clock=label,
        used=reading.used,
        limit=standing.limit,
        verdict=reading.verdict,
        due_on=_due_on(standing, reading),
        provisional=reading.provisional,
    )


def _due_on(standing: Standing, reading: Reading) -> date | None:
    """The last good day; of a clock no longer running, the one it missed."""
    if standing.late_at is None or standing.unit is Unit.MINUTE:
        return reading.due_on
    return date.fromordinal(local(standing.late_at).date().toordinal() - 1)


def _ordered(lines: Iterable[LateClock]) -> list[LateClock]:
    """By layer as the policies are shown, the longest over first."""
    layers = list(Layer)
    return sorted(
        lines, key=lambda line: (layers.index(line.layer), line.limit - line.used, line.number, line.clock)
    )

"""Who was late: the clocks behind a rate, one row each."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.clock import Reading, Standing, read
from limits.policy import ClockRole
from limits.terms import Unit
from limits.zone import local
from reports.facts.scope import WHO, WHO_COLUMNS, Scope, decided, limited, unmet
from reports.facts.values import Rows
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock

LATE = (
    *WHO_COLUMNS,
    *("layer", "role", "clock", "time_unit", "used", "limit", "verdict", "due_on", "provisional"),
)
# Both tables have a ``unit``: a company, and what a clock counts in.
WHO_AND_CLOCK = (
    *(column.label("company") if column is application.c.unit else column for column in WHO),
    clock,
)
JOINED = application.join(clock, clock.c.application_id == application.c.id)


def not_met(connection: sa.Connection, book: Book, scope: Scope) -> Rows:
    """Every clock that an archived application did not meet, so that each rate can be traced."""
    wanted = sa.and_(
        clock.c.application_id.in_(scope.archived_ids), limited(), decided(scope.as_of), unmet(scope.as_of)
    )
    rows = connection.execute(sa.select(*WHO_AND_CLOCK).select_from(JOINED).where(wanted))
    return Rows.of(LATE, (stored_line(book, row, scope.as_of) for row in rows))


def stored_line(book: Book, row: Any, at: datetime) -> tuple[object, ...]:
    """A row of :data:`WHO_AND_CLOCK` as a line of :data:`LATE`, read at ``at``."""
    held = store.read_clock(row)
    return line(row[: len(WHO)], (*held.key, ClockRole.of(held.role)), held.standing, book, at)


def line(
    who: Sequence[object], which: tuple[str, str, ClockRole], standing: Standing, book: Book, at: datetime
) -> tuple[object, ...]:
    """A clock (``which``: layer, name, role) as a line of :data:`LATE`, read at ``at``."""
    layer, name, role = which
    reading = read(standing, book.rules.calendar, at)
    return (
        *who,
        *(layer, role, name, standing.unit, reading.used, standing.limit),
        *(reading.verdict, _due_on(standing, reading), reading.provisional),
    )


def _due_on(standing: Standing, reading: Reading) -> date | None:
    """The last good day; of a clock no longer running, the one it missed.

    None: the clock is paused, or no day was missed yet stopped it has not.
    """
    if standing.late_at is None or standing.unit is Unit.MINUTE:
        return reading.due_on
    return date.fromordinal(local(standing.late_at).date().toordinal() - 1)

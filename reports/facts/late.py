"""Who was late: the clocks behind a rate, one row each, and those late and still open."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.clock import Reading, Standing, read
from limits.policy import ClockRole
from limits.terms import Unit, Verdict
from limits.zone import local, midnight_after
from reports.facts.scope import WHO, WHO_COLUMNS, WHOSE, Scope, decided, judged, limited, unmet
from reports.facts.values import Rows
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock

LATE = (
    *WHO_COLUMNS,
    *("layer", "role", "clock", "time_unit", "used", "limit", "verdict", "due_on", "provisional"),
)
# Both tables have a ``unit``: a company, and what a clock counts in.
_WHO = tuple(column.label("company") if column is application.c.unit else column for column in WHO)
_JOINED = application.join(clock, clock.c.application_id == application.c.id)


def not_met(connection: sa.Connection, book: Book, scope: Scope) -> Rows:
    """Every clock that an archived application did not meet, so that each rate can be traced."""
    wanted = sa.and_(
        clock.c.application_id.in_(scope.archived_ids), limited(), decided(scope.as_of), unmet(scope.as_of)
    )
    rows = connection.execute(sa.select(*_WHO, clock).select_from(_JOINED).where(wanted))
    return Rows.of(LATE, (_stored(book, row, scope.as_of) for row in rows))


def open_late(connection: sa.Connection, book: Book, scope: Scope) -> Rows:
    """The judged clocks past their due day and still open at ``as_of``."""
    running_late = sa.or_(clock.c.late_at.is_not(None), clock.c.due_at <= scope.as_of)
    wanted = (
        sa.select(*_WHO, clock)
        .select_from(_JOINED)
        .where(scope.in_progress, judged(), clock.c.verdict.is_(None), running_late)
    )
    found = (_stored(book, row, scope.as_of) for row in connection.execute(wanted))
    verdict = LATE.index("verdict")
    return Rows.of(LATE, (row for row in found if row[verdict] is Verdict.OPEN_LATE))


def _stored(book: Book, row: Any, as_of: datetime) -> tuple[object, ...]:
    held = store.read_clock(row)
    key = f"{held.layer}.{held.name}"
    return _line(row[: len(WHO)], key, ClockRole.of(held.role), held.standing, book, as_of)


def _line(
    who: Any, key: str, role: ClockRole, standing: Standing, book: Book, as_of: datetime
) -> tuple[object, ...]:
    reading = read(standing, book.rules.calendar, as_of)
    layer, name = key.split(".", 1)
    due_on = _due_on(standing, reading)
    return (
        *who,
        *(layer, role, name, standing.unit, reading.used, standing.limit),
        *(reading.verdict, due_on, reading.provisional),
    )


def _due_on(standing: Standing, reading: Reading) -> date | None:
    """The last good day; of a clock no longer running, the one it missed.

    None: the clock is paused, or no day was missed yet stopped it has not.
    """
    if standing.late_at is None or standing.unit is Unit.MINUTE:
        return reading.due_on
    return date.fromordinal(local(standing.late_at).date().toordinal() - 1)


PROVISIONAL = ("layer", "clock", "class", "unit", "station", "n")


def provisional(connection: sa.Connection, book: Book, scope: Scope) -> Rows:
    """How many open clocks have a due date beyond the last published year (暂定, domain §5.6)."""
    beyond = clock.c.due_at > midnight_after(book.rules.calendar.published_through)
    keys = (clock.c.layer, clock.c.name, *WHOSE[:3])
    wanted = (
        sa.select(*keys, sa.func.count())
        .select_from(_JOINED)
        .where(
            scope.in_progress,
            limited(),
            clock.c.verdict.is_(None),
            clock.c.started_at <= scope.as_of,
            beyond,
        )
        .group_by(*keys)
    )
    return Rows.of(PROVISIONAL, connection.execute(wanted))

"""How many applications came, went, were left and were taken out, and how much they asked for."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from limits.terms import Status, Term
from reports.facts.scope import WHO, WHO_COLUMNS, WHOSE, WHOSE_COLUMNS, Scope
from reports.facts.values import Rows, decimal_text
from workflow import store
from workflow.events import EventType
from workflow.history import facts_of, first
from workflow.tables import application, threshold

PAGE = 500


class Move(Term):
    """What an application did in the period; ``in_progress`` is what it was at the end of it (``Scope.closing``)."""

    ACCEPTED = "accepted", "受理"
    ARCHIVED = "archived", "归档"
    TERMINATED = "terminated", "终止"
    VOIDED = "voided", "作废"
    IN_PROGRESS = "in_progress", "在途"


def counts(connection: sa.Connection, scope: Scope) -> Rows:
    """Applications and their exact capacity by what they did and whose they are.

    Capacities are exact text in the database, so they are added up here, a row for each that occurs.
    """
    totals: dict[tuple[object, ...], tuple[int, Decimal]] = {}
    for move, condition in _moves(scope).items():
        grouped = sa.select(*WHOSE, application.c.capacity, sa.func.count()).where(condition)
        for row in connection.execute(grouped.group_by(*WHOSE, application.c.capacity)):
            *whose, capacity, n = row
            count, amount = totals.get((move, *whose), (0, Decimal(0)))
            totals[(move, *whose)] = (count + n, amount + capacity * n)
    rows = ((*key, count, decimal_text(amount)) for key, (count, amount) in totals.items())
    return Rows.of(("move", *WHOSE_COLUMNS, "n", "capacity"), rows)


def _moves(scope: Scope) -> dict[Move, sa.ColumnElement[bool]]:
    """作废 is an entry made by mistake: it is nobody's application and counts nowhere but under its own name;
    a terminated application was accepted all the same.
    """
    status = application.c.status
    return {
        Move.ACCEPTED: sa.and_(
            scope.holds(application.c.accepted_at), status != Status.VOIDED.value, scope.known
        ),
        Move.ARCHIVED: scope.archived,
        Move.TERMINATED: _ended(scope, Status.TERMINATED),
        Move.VOIDED: _ended(scope, Status.VOIDED),
        Move.IN_PROGRESS: scope.in_progress,
    }


def _ended(scope: Scope, status: Status) -> sa.ColumnElement[bool]:
    return sa.and_(application.c.status == status.value, scope.holds(application.c.ended_at), scope.known)


EXCLUDED = ("why", *WHO_COLUMNS, "at", "reason")


def excluded(connection: sa.Connection, scope: Scope) -> Rows:
    """The applications terminated or voided in the period, each with its reason: they are in no base."""
    return Rows.of(EXCLUDED, _excluded(connection, scope))


def _excluded(connection: sa.Connection, scope: Scope) -> Iterator[tuple[object, ...]]:
    ended = sa.or_(*(_ended(scope, status) for status in (Status.TERMINATED, Status.VOIDED)))
    columns = (application.c.id, application.c.status, *WHO, application.c.ended_at)
    rows = connection.execute(sa.select(*columns).where(ended)).all()
    for start in range(0, len(rows), PAGE):
        page = rows[start : start + PAGE]
        events = store.events_by(connection, [row.id for row in page])
        for row in page:
            ending = EventType.TERMINATED if row.status == Status.TERMINATED.value else EventType.VOIDED
            told = first(facts_of(events[row.id]), ending)
            yield (*row[1:], str(told.payload.get("reason", "")) if told else "")


LEVELS = ("layer", "clock", "level", "class", "unit", "station", "n")


def levels(connection: sa.Connection, scope: Scope) -> Rows:
    """Levels reached in the period. One that was reached is never deleted, also when the application was
    terminated or voided afterwards (domain §4, §6); withdrawn ones were not reached.
    """
    keys = (threshold.c.layer, threshold.c.name, threshold.c.level, *WHOSE[:3])
    joined = threshold.join(application, application.c.id == threshold.c.application_id)
    wanted: sa.Select[Any] = (
        sa.select(*keys, sa.func.count())
        .select_from(joined)
        .where(scope.holds(threshold.c.crosses_at), threshold.c.withdrawn_at.is_(None), scope.known)
        .group_by(*keys)
    )
    return Rows.of(LEVELS, connection.execute(wanted))

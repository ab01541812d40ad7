"""Levels reached on a date, and where every open clock stands (domain §6).

The threshold rows are a clock's future: a level is reached when its instant has passed, whether or
not anything ran then.  So asking often, seldom or late gives the same answer.  Nothing is sent here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from limits.clock import RANKS
from limits.force import Layer
from limits.policy import PolicySet
from limits.terms import CustomerClass, Level
from limits.zone import local, midnight, midnight_after
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock, threshold


def ranked(column: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """The rank of a level asked of the database, as :data:`limits.clock.RANKS` has it."""
    return sa.case({level.value: rank for level, rank in RANKS.items()}, value=column)


@dataclass(frozen=True, slots=True)
class Reached:
    """A level of one clock of one application, and the instant at which it was reached."""

    number: str
    customer_class: CustomerClass
    station: str
    manager: str
    layer: Layer
    name: str
    clock: str
    level: Level
    crossed_at: datetime


_REACHED = (
    sa.select(
        application.c.number,
        application.c.customer_class,
        application.c.station,
        application.c.manager,
        threshold.c.layer,
        threshold.c.name,
        threshold.c.level,
        threshold.c.crosses_at,
    )
    .select_from(threshold.join(application, application.c.id == threshold.c.application_id))
    .where(threshold.c.withdrawn_at.is_(None))
    .order_by(threshold.c.crosses_at, application.c.number, threshold.c.id)
)


def levels_on(book: Book, when: date | datetime) -> list[Reached]:
    """The levels reached on one day, in time order; of an instant, on its day and not after it.

    A level reached stays reached when the application is terminated or voided later (domain §4); one
    that a correction undid is marked as withdrawn and left out.
    """
    if isinstance(when, datetime):
        day = local(when).date()
        until = threshold.c.crosses_at <= when
    else:
        day = when
        until = threshold.c.crosses_at < midnight_after(day)
    statement = _REACHED.where(threshold.c.crosses_at >= midnight(day), until)
    with store.reading(book.engine) as connection:
        return _read(connection, statement, book.rules.policies)


def standing_levels(book: Book, now: datetime) -> list[Reached]:
    """The highest level reached by ``now`` of each clock then still open, the highest first.

    A paused clock reaches nothing more and keeps the level it had reached.
    """
    still_open = (
        (clock.c.application_id == threshold.c.application_id)
        & (clock.c.layer == threshold.c.layer)
        & (clock.c.name == threshold.c.name)
        & clock.c.superseded_at.is_(None)
        & sa.or_(clock.c.stopped_at.is_(None), clock.c.stopped_at > now)
        & sa.or_(clock.c.cut_at.is_(None), clock.c.cut_at > now)
    )
    statement = _REACHED.where(threshold.c.crosses_at <= now, sa.exists().where(still_open))
    with store.reading(book.engine) as connection:
        reached = _read(connection, statement, book.rules.policies)
    highest: dict[tuple[str, Layer, str], Reached] = {}
    for each in reached:
        key = each.number, each.layer, each.name
        if key not in highest or RANKS[highest[key].level] < RANKS[each.level]:
            highest[key] = each
    return sorted(
        highest.values(), key=lambda each: (-RANKS[each.level], each.crossed_at, each.number, each.name)
    )


def _read(connection: sa.Connection, statement: sa.Select[Any], policies: PolicySet) -> list[Reached]:
    labels = {(rule.layer.value, rule.name): rule.label for rule in reversed(policies.clocks)}
    return [
        Reached(
            number=row.number,
            customer_class=CustomerClass.of(row.customer_class),
            station=row.station,
            manager=row.manager,
            layer=Layer.of(row.layer),
            name=row.name,
            clock=labels.get((row.layer, row.name), row.name),
            level=Level.of(row.level),
            crossed_at=row.crosses_at,
        )
        for row in connection.execute(statement)
    ]

"""What only the records themselves tell: suspensions, constrained customers, ratings.

Read of those alone that have such a record, a page at a time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.facts.scope import WHO, WHO_COLUMNS, WHOSE_COLUMNS, Scope
from reports.facts.values import Rows
from workflow import store
from workflow.clocks import pairs
from workflow.events import EventType
from workflow.history import Fact, facts_of, known_at, suspensions
from workflow.ratings import ratings_of
from workflow.tables import application, event

E = EventType
PAGE = 500
TOLD = (E.SUSPENDED, E.CONSTRAINT_FOUND, E.RATED)
SUSPENSIONS = (*WHO_COLUMNS, "suspended_at", "resumed_at", "reason", "approver")
CONSTRAINED = (*WHO_COLUMNS, "found_at", "reported_at")
RATINGS = (*WHOSE_COLUMNS, "step", "score", "n")


@dataclass
class _Told:
    """What the stories have told so far."""

    ratings: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    suspensions: list[tuple[Any, ...]] = field(default_factory=list)
    constrained: list[tuple[Any, ...]] = field(default_factory=list)


def stories(connection: sa.Connection, scope: Scope) -> dict[str, Rows]:
    """``suspensions`` and ``constrained``: one row each of those that lasted into the period; ``ratings`` of the
    archived.
    """
    told = _Told()
    for page in _pages(connection, scope):
        events = store.events_by(connection, [row.id for row in page])
        for row in page:
            _tell(told, row, known_at(facts_of(events[row.id]), scope.as_of), scope)
    return {
        "suspensions": Rows.of(SUSPENSIONS, told.suspensions),
        "constrained": Rows.of(CONSTRAINED, told.constrained),
        "ratings": Rows.of(RATINGS, ((*key, n) for key, n in told.ratings.items())),
    }


def _pages(connection: sa.Connection, scope: Scope) -> Iterator[Sequence[sa.Row[Any]]]:
    """Those alive in the period with a record of a kind that is told of."""
    told = sa.select(event.c.application_id).where(
        event.c.type.in_([each.value for each in TOLD]),
        event.c.application_id.in_(sa.select(application.c.id).where(scope.alive)),
    )
    every: sa.Select[Any] = sa.select(application.c.id, *WHO, application.c.archived_at)
    wanted = every.where(application.c.id.in_(told))
    with connection.execute(wanted, execution_options={"yield_per": PAGE}) as found:
        yield from found.partitions()


def _tell(told: _Told, row: Any, facts: Sequence[Fact], scope: Scope) -> None:
    who = tuple(row[1:6])
    for begun, ended in suspensions(facts):
        if _lasts_into(scope, begun.at, ended.at if ended else None):
            said = (begun.payload.get(name, "") for name in ("reason", "approver"))
            told.suspensions.append((*who, begun.at, ended.at if ended else None, *said))
    for found_at, reported_at in pairs(facts, E.CONSTRAINT_FOUND, E.CONSTRAINT_REPORTED):
        if _lasts_into(scope, found_at, reported_at):
            told.constrained.append((*who, found_at, reported_at))
    if _in(scope, row.archived_at):
        for rating in ratings_of(facts):
            told.ratings[(*who[1:], rating.step.value, rating.score)] += 1


def _in(scope: Scope, at: datetime | None) -> bool:
    return at is not None and scope.period.begins <= at < scope.period.ends and at <= scope.as_of


def _lasts_into(scope: Scope, begun: datetime, ended: datetime | None) -> bool:
    """Begun before the period ends, and not over before it begins."""
    return begun < scope.period.ends and (ended is None or ended >= scope.period.begins)

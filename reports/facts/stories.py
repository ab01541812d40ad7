"""What only the records themselves tell: whose time it was, suspensions, constrained customers, ratings.

Read in pages of those that were alive in the period, and folded only where there is something to learn: where
the total clock ran from acceptance to energizing, every day was the company's, and nobody needs its history.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.force import Layer
from limits.policy import ClockRole
from limits.terms import CustomerClass
from limits.zone import local
from reports.facts.owners import Owner, days_by_owner, total_of
from reports.facts.scope import WHO, WHO_COLUMNS, WHOSE_COLUMNS, Scope
from reports.facts.values import Rows
from workflow import store
from workflow.book import Book
from workflow.clocks import pairs
from workflow.events import EventType
from workflow.history import Fact, accepted_on, facts_of, known_at, registration_of, suspensions
from workflow.ratings import ratings_of
from workflow.tables import application, clock, event

E = EventType
PAGE = 1000
TOLD = (E.SUSPENDED, E.CONSTRAINT_FOUND, E.RATED)
SPAN, UNSUSPENDED = "span", "unsuspended"
OWNERS = (*WHOSE_COLUMNS[:3], "owner", "days", "n")
SUSPENSIONS = (*WHO_COLUMNS, "suspended_at", "resumed_at", "reason", "approver")
CONSTRAINED = (*WHO_COLUMNS, "found_at", "reported_at")
RATINGS = (*WHOSE_COLUMNS, "step", "score", "n")


@dataclass
class _Told:
    """What the stories have told so far."""

    owners: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    ratings: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    suspensions: list[tuple[Any, ...]] = field(default_factory=list)
    constrained: list[tuple[Any, ...]] = field(default_factory=list)

    def add_owners(self, row: Any, days: Mapping[Owner, int]) -> None:
        """``span`` is all of it, ``unsuspended`` what is left without the suspensions."""
        whose = tuple(row[2:5])
        span = sum(days.values())
        for owner in Owner:
            self.owners[(*whose, owner.value, days.get(owner, 0))] += 1
        self.owners[(*whose, SPAN, span)] += 1
        self.owners[(*whose, UNSUSPENDED, span - days.get(Owner.SUSPENDED, 0))] += 1


def stories(connection: sa.Connection, book: Book, scope: Scope) -> dict[str, Rows]:
    """``owners``: a histogram of working days by owner; ``suspensions`` and ``constrained``: one row each of
    those that lasted into the period; ``ratings`` of the archived.
    """
    told = _Told()
    for page in _pages(connection, scope):
        _read(connection, book, scope, page, told)
    return {
        "owners": Rows.of(OWNERS, ((*key, n) for key, n in told.owners.items())),
        "suspensions": Rows.of(SUSPENSIONS, told.suspensions),
        "constrained": Rows.of(CONSTRAINED, told.constrained),
        "ratings": Rows.of(RATINGS, ((*key, n) for key, n in told.ratings.items())),
    }


def _pages(connection: sa.Connection, scope: Scope) -> Iterator[Sequence[sa.Row[Any]]]:
    after = 0
    every: sa.Select[Any] = sa.select(application.c.id, *WHO, application.c.archived_at)
    wanted = every.where(scope.alive).order_by(application.c.id).limit(PAGE)
    while True:
        rows = connection.execute(wanted.where(application.c.id > after)).all()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _read(
    connection: sa.Connection, book: Book, scope: Scope, page: Sequence[sa.Row[Any]], told: _Told
) -> None:
    archived = {row.id for row in page if _in(scope, row.archived_at)}
    clocks = _total_clocks(connection, archived)
    simple = {
        each: days for each, held in clocks.items() if (days := _all_the_companys(held, book)) is not None
    }
    wanted = (archived & clocks.keys()) - simple.keys() | _with_events(connection, [row.id for row in page])
    events = store.events_by(connection, wanted)
    for row in page:
        if row.id in simple:
            told.add_owners(row, {Owner.COMPANY: simple[row.id]})
        if row.id in wanted:
            facts = known_at(facts_of(events[row.id]), scope.as_of)
            _tell(told, row, facts, scope, is_archived=row.id in archived)
            if row.id in archived and row.id in clocks and row.id not in simple:
                _add_owners(told, row, events[row.id], facts, book)


def _in(scope: Scope, at: datetime | None) -> bool:
    return at is not None and scope.period.begins <= at < scope.period.ends and at <= scope.as_of


def _total_clocks(connection: sa.Connection, ids: set[int]) -> dict[int, dict[str, Any]]:
    """The stopped local total clock of each, and whether there were supporting works beside it."""
    roles = (ClockRole.TOTAL.value, ClockRole.SUPPORTING.value)
    wanted = sa.select(
        clock.c.application_id,
        clock.c.role,
        clock.c.used,
        clock.c.limit_value,
        clock.c.started_at,
        clock.c.stopped_at,
        clock.c.recorded_at,
    ).where(
        clock.c.application_id.in_(sorted(ids)),
        clock.c.layer == Layer.LOCAL.value,
        clock.c.role.in_(roles),
        clock.c.superseded_at.is_(None),
    )
    found: dict[int, dict[str, Any]] = {}
    supported = set()
    for row in connection.execute(wanted):
        if row.role == ClockRole.SUPPORTING.value:
            supported.add(row.application_id)
        elif row.stopped_at is not None and row.limit_value is not None:
            found[row.application_id] = row._asdict()
    return {each: {**held, "supported": each in supported} for each, held in found.items()}


def _all_the_companys(held: Mapping[str, Any], book: Book) -> int | None:
    """The days used, where the clock ran all the time from its start to its stop; None where it did not."""
    calendar = book.rules.calendars.at(held["recorded_at"])
    begun, ended = (local(held[name]).date() for name in ("started_at", "stopped_at"))
    span = calendar.count(begun, max(begun, ended))
    return span if span == held["used"] and not held["supported"] else None


def _with_events(connection: sa.Connection, ids: Sequence[int]) -> set[int]:
    """Those with a record of a kind that is told of."""
    types = [each.value for each in TOLD]
    wanted = sa.select(event.c.application_id).where(event.c.application_id.in_(ids), event.c.type.in_(types))
    return set(connection.execute(wanted.distinct()).scalars())


def _add_owners(told: _Told, row: Any, events: Any, facts: Sequence[Fact], book: Book) -> None:
    subject = registration_of(events).subject
    bound = total_of(book.rules.policies.bind(subject, accepted_on(facts)))
    if bound is None:
        return
    high = CustomerClass.of(row.customer_class).high_voltage
    days = days_by_owner(facts, bound, book.rules, high=high, known_at=events[-1].recorded_at)
    if days is not None:
        told.add_owners(row, days)


def _tell(told: _Told, row: Any, facts: Sequence[Fact], scope: Scope, *, is_archived: bool) -> None:
    who = tuple(row[1:6])
    for begun, ended in suspensions(facts):
        if _lasts_into(scope, begun.at, ended.at if ended else None):
            said = (begun.payload.get(name, "") for name in ("reason", "approver"))
            told.suspensions.append((*who, begun.at, ended.at if ended else None, *said))
    for found_at, reported_at in pairs(facts, E.CONSTRAINT_FOUND, E.CONSTRAINT_REPORTED):
        if _lasts_into(scope, found_at, reported_at):
            told.constrained.append((*who, found_at, reported_at))
    if is_archived:
        for rating in ratings_of(facts):
            told.ratings[(*who[1:], rating.step.value, rating.score)] += 1


def _lasts_into(scope: Scope, begun: datetime, ended: datetime | None) -> bool:
    """Begun before the period ends, and not over before it begins."""
    return begun < scope.period.ends and (ended is None or ended >= scope.period.begins)

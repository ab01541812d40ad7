"""``owners``: a histogram of the working days of every archived application, by whose they were.

The clocks tell it of nearly all: where no working day was lost between the start of the total clock and its stop,
every day was the company's or, of 低压, the supporting works'.  Only of the others the records are read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from limits.calendar import Calendar
from limits.force import Layer
from limits.policy import ClockRole, PolicySet
from limits.terms import CustomerClass, Unit
from reports.facts.owners import Owner, days_by_owner, total_of
from reports.facts.scope import WHOSE, WHOSE_COLUMNS, Scope
from reports.facts.values import Rows
from workflow import store
from workflow.book import Book
from workflow.events import EventType
from workflow.history import accepted_on, facts_of, known_at, registration_of
from workflow.tables import application, clock

PAGE = 500
SPAN, UNSUSPENDED = "span", "unsuspended"
OWNERS = (*WHOSE_COLUMNS[:3], "owner", "days", "n")
HIGH = frozenset(each.value for each in CustomerClass if each.high_voltage)
WORKS = (EventType.SUPPORTING_STARTED.value, EventType.SUPPORTING_FINISHED.value)
# The company's days and the supporting works', of one application of a class, unit and station.
_Plain = Counter[tuple[str, str, str, int, int]]
_Told = Counter[tuple[str, str, str, str, int]]


def owners(connection: sa.Connection, book: Book, scope: Scope) -> Rows:
    """``span`` is all of an application's time, ``unsuspended`` what is left without the suspensions."""
    plain, told, asked = _Plain(), _Told(), list[Any]()
    with connection.execute(_totals(scope, book), execution_options={"yield_per": PAGE}) as found:
        for row in found:
            days = days_by_clocks(row, book.rules.calendars.at(row.recorded_at))
            if days is not None:
                plain[(*row[1:4], *days)] += 1
                continue
            asked.append(row)
            if len(asked) == PAGE:
                _read(connection, book, scope, asked, told)
                asked.clear()
    _read(connection, book, scope, asked, told)
    for (*whose, company, supporting), n in plain.items():
        _add(told, whose, {Owner.COMPANY: company, Owner.SUPPORTING: supporting}, n)
    return Rows.of(OWNERS, ((*key, n) for key, n in told.items()))


def _totals(scope: Scope, book: Book) -> sa.Select[Any]:
    """The stopped local total clock of each archived application, and the supporting works beside it.

    ``totals`` and ``works`` say how many of each there are; what else is told is true of one.
    """
    total = sa.and_(
        clock.c.role == ClockRole.TOTAL.value,
        clock.c.stopped_at.is_not(None),
        clock.c.limit_value.is_not(None),
    )
    works = clock.c.role == ClockRole.SUPPORTING.value
    plain = sa.and_(works, clock.c.name.in_(_plain_works(book.rules.policies)), _in_days())

    def of(which: sa.ColumnElement[bool], column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.func.max(sa.case((which, column)))

    each = (
        sa.select(
            clock.c.application_id,
            sa.func.count(sa.case((total, 1))).label("totals"),
            of(total, clock.c.used).label("used"),
            of(total, clock.c.started_at).label("started_at"),
            of(total, clock.c.stopped_at).label("stopped_at"),
            of(total, clock.c.recorded_at).label("recorded_at"),
            sa.func.count(sa.case((works, 1))).label("works"),
            of(plain, clock.c.used).label("works_used"),
            of(plain, clock.c.started_at).label("works_started_at"),
            of(plain, clock.c.stopped_at).label("works_stopped_at"),
        )
        .where(
            clock.c.application_id.in_(scope.archived_ids),
            clock.c.layer == Layer.LOCAL.value,
            clock.c.role.in_([ClockRole.TOTAL.value, ClockRole.SUPPORTING.value]),
            clock.c.superseded_at.is_(None),
        )
        .group_by(clock.c.application_id)
        .subquery("each")
    )
    columns = (column for column in each.c if column is not each.c.application_id)
    joined = each.join(application, application.c.id == each.c.application_id)
    return sa.select(application.c.id, *WHOSE[:3], *columns).select_from(joined).where(each.c.totals > 0)


def _in_days() -> sa.ColumnElement[bool]:
    return sa.and_(clock.c.unit == Unit.WORKING_DAY.value, clock.c.stopped_at.is_not(None))


def _plain_works(policies: PolicySet) -> list[str]:
    """The clocks that run exactly while supporting works go on."""
    return sorted(
        {
            rule.name
            for rule in policies.clocks
            if rule.layer is Layer.LOCAL
            and rule.role is ClockRole.SUPPORTING
            and rule.runs == ((WORKS[0], frozenset(WORKS[1:])),)
            and rule.stops == frozenset(WORKS[1:])
            and not rule.outside
            and (rule.needs, rule.after) == (None, None)
        }
    )


def days_by_clocks(row: Any, calendar: Calendar) -> tuple[int, int] | None:
    """The company's days and the supporting works', where the clocks alone tell them; else None.

    ``row`` as selected above.  A pause that took no working day changes nothing in what is counted by days.
    """
    count = calendar.count
    started, stopped = row.started_at, max(row.started_at, row.stopped_at)
    span = count(started.date(), stopped.date())
    if row.totals != 1 or span != row.used:
        return None
    if not row.works or row.customer_class in HIGH:
        return span, 0
    begun, ended = row.works_started_at, row.works_stopped_at
    if (
        row.works != 1
        or begun is None
        or begun >= ended
        or count(begun.date(), ended.date()) != row.works_used
    ):
        return None
    begun, ended = max(begun, started), min(ended, stopped)
    taken = count(begun.date(), ended.date()) if begun < ended else 0
    return span - taken, taken


def _read(connection: sa.Connection, book: Book, scope: Scope, rows: Sequence[Any], told: _Told) -> None:
    """Of those of whom the clocks do not tell it, from their records."""
    events = store.events_by(connection, [row.id for row in rows])
    for row in rows:
        facts = known_at(facts_of(events[row.id]), scope.as_of)
        bound = total_of(
            book.rules.policies.bind(registration_of(events[row.id]).subject, accepted_on(facts))
        )
        if bound is None:
            continue
        known = events[row.id][-1].recorded_at
        days = days_by_owner(facts, bound, book.rules, high=row.customer_class in HIGH, known_at=known)
        if days is not None:
            _add(told, row[1:4], days, 1)


def _add(told: _Told, whose: Sequence[str], days: Mapping[Owner, int], n: int) -> None:
    class_, unit, station = whose
    span = sum(days.values())
    for owner in Owner:
        told[(class_, unit, station, owner.value, days.get(owner, 0))] += n
    told[(class_, unit, station, SPAN, span)] += n
    told[(class_, unit, station, UNSUSPENDED, span - days.get(Owner.SUSPENDED, 0))] += n

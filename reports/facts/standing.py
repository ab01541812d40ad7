"""What was open when the period ended: the clocks late by then, and those whose date was provisional.

The rows say how things stand now.  Where something happened between the end of the period and then, the
application is folded from its records up to that end.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from limits.terms import Verdict
from limits.zone import midnight_after
from reports.facts.late import JOINED, LATE, WHO_AND_CLOCK, line, stored_line
from reports.facts.scope import WHO, WHOSE, Scope, limited
from reports.facts.values import Rows
from workflow import store
from workflow.book import Book
from workflow.clocks import Clock
from workflow.projection import project
from workflow.tables import application, clock

PAGE = 500
PROVISIONAL = ("layer", "clock", "class", "unit", "station", "n")
_Counted = Counter[tuple[str, ...]]


def standing(connection: sa.Connection, book: Book, scope: Scope) -> dict[str, Rows]:
    """``open_late``: every clock past its due day and still open at ``scope.closing``; ``provisional``: how many
    open clocks had a due date beyond the last published year (暂定, domain §5.6).

    Not only those that count in a rate: a missed contract has its supervision order long before the archive.
    """
    late, provisional = list(_late(connection, book, scope)), _provisional(connection, book, scope)
    beyond = midnight_after(book.rules.calendar.published_through)
    for who, each in _rewound(connection, book, scope):
        rule, held = each.bound.rule, each.standing
        if held.limit is None or held.final is not None:
            continue
        if held.due_at is not None and held.due_at > beyond:
            provisional[(rule.layer.value, rule.name, *who[1:4])] += 1
        late.append(line(who, (rule.layer.value, rule.name, rule.role), held, book, scope.closing))
    verdict = LATE.index("verdict")
    return {
        "open_late": Rows.of(LATE, (row for row in late if row[verdict] is Verdict.OPEN_LATE)),
        "provisional": Rows.of(PROVISIONAL, ((*key, n) for key, n in provisional.items())),
    }


def _unmoved(scope: Scope) -> sa.ColumnElement[bool]:
    """In progress when the period ended, and nothing has happened since."""
    return sa.and_(scope.in_progress, application.c.last_at <= scope.closing)


def _late(connection: sa.Connection, book: Book, scope: Scope) -> Iterator[tuple[object, ...]]:
    past_due = sa.or_(clock.c.late_at.is_not(None), clock.c.due_at <= scope.closing)
    wanted = sa.and_(_unmoved(scope), limited(), clock.c.verdict.is_(None), past_due)
    for row in connection.execute(sa.select(*WHO_AND_CLOCK).select_from(JOINED).where(wanted)):
        yield stored_line(book, row, scope.closing)


def _provisional(connection: sa.Connection, book: Book, scope: Scope) -> _Counted:
    beyond = clock.c.due_at > midnight_after(book.rules.calendar.published_through)
    keys = (clock.c.layer, clock.c.name, *WHOSE[:3])
    wanted = sa.and_(
        *(_unmoved(scope), limited(), clock.c.verdict.is_(None), clock.c.started_at <= scope.closing), beyond
    )
    counted = sa.select(*keys, sa.func.count()).select_from(JOINED).where(wanted).group_by(*keys)
    return Counter({tuple(key): n for *key, n in connection.execute(counted)})


def _rewound(connection: sa.Connection, book: Book, scope: Scope) -> Iterator[tuple[tuple[str, ...], Clock]]:
    """The clocks, as they stood when the period ended, of those to which something has happened since."""
    for rows in _moved(connection, scope):
        events = store.events_by(connection, [row.id for row in rows])
        for row in rows:
            then = project(events[row.id], book.rules, until=scope.closing)
            yield from ((tuple(row[1:]), each) for each in then.clocks)


def _moved(connection: sa.Connection, scope: Scope) -> Iterator[Sequence[sa.Row[Any]]]:
    every: sa.Select[Any] = sa.select(application.c.id, *WHO)
    wanted = every.where(scope.in_progress, application.c.last_at > scope.closing)
    with connection.execute(wanted, execution_options={"yield_per": PAGE}) as found:
        yield from found.partitions()

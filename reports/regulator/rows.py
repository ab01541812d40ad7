"""The applications of a period, page by page: memory stays flat however many there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.zone import local
from reports.errors import PeriodNotBegun
from reports.facts.scope import Scope
from reports.periods import Period
from reports.regulator.story import Story, story_of
from workflow import store
from workflow.book import Book
from workflow.findings import Code
from workflow.tables import application, finding
from workflow.verify import ledger_head

PAGE = 500


def stories(connection: sa.Connection, book: Book, period: Period, as_of: datetime) -> Iterator[Story]:
    """Those accepted or archived in the period and known at ``as_of``, by number.

    One statement is read to its end while others run beside it: asking page by page would sort what is left
    of a period once for each page.
    """
    scope = Scope(period, as_of)
    ids = sa.union_all(
        *(
            sa.select(application.c.id).where(each)
            for each in (scope.holds(application.c.accepted_at), scope.archived)
        )
    )
    wanted = sa.select(application).where(application.c.id.in_(ids)).order_by(application.c.number)
    with connection.execute(wanted, execution_options={"yield_per": PAGE}) as found:
        for page in found.partitions():
            yield from _page(connection, book, page, as_of)


def _page(
    connection: sa.Connection, book: Book, page: Sequence[sa.Row[Any]], as_of: datetime
) -> Iterator[Story]:
    ids = [row.id for row in page]
    events = store.events_by(connection, ids)
    clocks = store.clocks_by(connection, ids, store.CURRENT)
    codes = _codes(connection, ids, as_of)
    for row in page:
        yield story_of(row, events[row.id], clocks.get(row.id, []), codes.get(row.id, ()), book.rules, as_of)


def _codes(connection: sa.Connection, ids: Sequence[int], as_of: datetime) -> dict[int, list[str]]:
    """What was found by then, in the order of the codes; each once."""
    columns = (finding.c.application_id, finding.c.code)
    wanted = sa.select(*columns).where(finding.c.application_id.in_(ids), finding.c.found_at <= as_of)
    held: dict[int, set[str]] = {}
    for application_id, code in connection.execute(wanted.distinct()):
        held.setdefault(application_id, set()).add(code)
    return {key: [each.label for each in Code if each.value in codes] for key, codes in held.items()}


def head_of(connection: sa.Connection, period: Period, as_of: datetime) -> str:
    """The ledger's head the file is made at; raises PeriodNotBegun."""
    if as_of < period.begins:
        raise PeriodNotBegun(period=period.label, as_of=f"{local(as_of):%Y-%m-%d %H:%M}")
    return ledger_head(connection)

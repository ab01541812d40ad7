"""The applications of a period, page by page: memory stays flat however many there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.facts.scope import Scope
from reports.periods import Period
from reports.regulator.story import Story, story_of
from workflow import store
from workflow.findings import Code
from workflow.past import Past
from workflow.rules import Rules
from workflow.tables import application, finding

PAGE = 500


def stories(past: Past, rules: Rules, period: Period) -> Iterator[Story]:
    """Those accepted or archived in the period by what was on record, by number.

    One statement is read to its end while others run beside it: asking page by page would sort what is left
    of a period once for each page.
    """
    scope = Scope(period, past.at, past.known)
    ids = sa.union_all(
        *(
            sa.select(application.c.id).where(each)
            for each in (scope.holds(application.c.accepted_at), scope.archived)
        )
    )
    meant = application.c.id.in_(ids)
    # Which of the others are meant is asked of what they were; here they keep their place among the numbers.
    every: sa.Select[Any] = sa.select(*application.columns, past.moved.label("moved"))
    wanted = every.where(sa.or_(sa.and_(meant, past.known), past.moved)).order_by(application.c.number)
    with past.connection.execute(wanted, execution_options={"yield_per": PAGE}) as found:
        for page in found.partitions():
            yield from _page(past, rules, page, meant)


def _page(
    past: Past, rules: Rules, page: Sequence[sa.Row[Any]], meant: sa.ColumnElement[bool]
) -> Iterator[Story]:
    moved = [row.id for row in page if row.moved]
    then = past.as_they_were(moved, *application.columns, where=meant)
    told = _told(past.connection, rules, [row for row in page if not row.moved], past.at)
    if past.rebuilt is not None:
        told |= _told(past.rebuilt, rules, list(then.values()), past.at)
    yield from (told[row.id] for row in page if row.id in told)


def _told(
    connection: sa.Connection, rules: Rules, rows: Sequence[sa.Row[Any]], as_of: datetime
) -> dict[int, Story]:
    """What ``rows`` of one ledger tell, by id."""
    ids = [row.id for row in rows]
    events = store.events_by(connection, ids)
    clocks = store.clocks_by(connection, ids, store.CURRENT)
    codes = _codes(connection, ids, as_of)
    return {
        row.id: story_of(row, events[row.id], clocks.get(row.id, []), codes.get(row.id, ()), rules, as_of)
        for row in rows
    }


def _codes(connection: sa.Connection, ids: Sequence[int], as_of: datetime) -> dict[int, list[str]]:
    """What was found by then, in the order of the codes; each once."""
    columns = (finding.c.application_id, finding.c.code)
    wanted = sa.select(*columns).where(finding.c.application_id.in_(ids), finding.c.found_at <= as_of)
    held: dict[int, set[str]] = {}
    for application_id, code in connection.execute(wanted.distinct()):
        held.setdefault(application_id, set()).add(code)
    return {key: [each.label for each in Code if each.value in codes] for key, codes in held.items()}

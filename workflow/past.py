"""The ledger as it was on record at one instant, whatever has been recorded since.

Records are only ever added, so what was on record at an instant is what those written by then make.  Where nothing
was recorded of an application since, its rows stand as they stood; every other – few, as a rule – is rebuilt from
its records of then, by what rebuilds them for ``verify``, in a private database that is gone when it is closed.
Whoever asks puts the same question to both.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow import store
from workflow.events import Event
from workflow.projection import Changes
from workflow.rules import Rules
from workflow.tables import application, clock, event, finding, metadata, threshold
from workflow.verify import head_over, ledger_head, rebuild

PAGE = 500
TABLES = (application, event, clock, threshold, finding)
HEAD = (application.c.number, application.c.events, application.c.head_hash)


@dataclass(frozen=True, slots=True)
class Past:
    """What was on record at ``at``: ``connection`` is the database, ``rebuilt`` holds the applications that have
    later records, as they were; None where there are none.

    Ids are the same in both.
    """

    at: datetime
    connection: sa.Connection
    rebuilt: sa.Connection | None = None

    @property
    def ledgers(self) -> tuple[sa.Connection, ...]:
        """Whom to ask; an application for which :attr:`known` is true stands in one of them."""
        return (self.connection,) if self.rebuilt is None else (self.connection, self.rebuilt)

    @property
    def known(self) -> sa.ColumnElement[bool]:
        """Whether an application's rows are those of then; no condition where all of them are."""
        return sa.true() if self.rebuilt is None else application.c.recorded_at <= self.at

    @property
    def moved(self) -> sa.ColumnElement[bool]:
        """The opposite, in the database: it has later records."""
        return sa.false() if self.rebuilt is None else application.c.recorded_at > self.at

    def as_they_were(
        self, ids: Sequence[int], *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None = None
    ) -> dict[int, sa.Row[Any]]:
        """``columns`` of those of ``ids`` that were rebuilt, by id; of what was not on record there is none."""
        if self.rebuilt is None or not ids:
            return {}
        wanted: sa.Select[Any] = sa.select(application.c.id, *columns).where(application.c.id.in_(ids))
        wanted = wanted if where is None else wanted.where(where)
        return {row.id: row for row in self.rebuilt.execute(wanted)}

    def head(self) -> str:
        """The ledger's head as it was (:func:`workflow.verify.ledger_head`)."""
        return ledger_head(self.connection) if self.rebuilt is None else head_over(self._heads())

    def _heads(self) -> Iterator[Any]:
        wanted = sa.select(*HEAD, application.c.id, self.moved.label("moved")).order_by(application.c.number)
        with self.connection.execute(wanted, execution_options={"yield_per": PAGE}) as found:
            for page in found.partitions():
                then = self.as_they_were([row.id for row in page if row.moved], *HEAD)
                yield from (
                    then[row.id] if row.moved else row for row in page if not row.moved or row.id in then
                )


def later_records(engine: sa.Engine, at: datetime) -> int:
    """How many applications have records that were written after ``at``."""
    many = sa.select(sa.func.count()).select_from(application).where(application.c.recorded_at > at)
    with store.reading(engine) as connection:
        return connection.scalar(many) or 0


@contextmanager
def past(connection: sa.Connection, rules: Rules, at: datetime) -> Iterator[Past]:
    """What was on record at ``at``, of the state that ``connection`` sees; ``rules`` are those of then.

    Costs nothing where nothing was recorded since; else the time to rebuild the applications concerned, and
    memory for a page of them.
    """
    later = sa.select(application.c.id).where(application.c.recorded_at > at).limit(1)
    if connection.execute(later).first() is None:
        yield Past(at, connection)
        return
    with private_ledger() as rebuilt:
        found = Past(at, connection, rebuilt)
        for ids in _moved(found):
            _rebuild(found, rebuilt, rules, ids)
        yield found


@contextmanager
def private_ledger() -> Iterator[sa.Connection]:
    """An empty ledger, an SQLite database that nobody else sees: in memory as long as it is small, else in a nameless file."""
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect("", isolation_level=None),
        poolclass=sa.StaticPool,
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("BEGIN")
            metadata.create_all(connection, tables=TABLES)
            yield connection
            connection.exec_driver_sql("ROLLBACK")
    finally:
        engine.dispose()


def _moved(found: Past) -> Iterator[list[int]]:
    """The ids of the applications with later records, a page at a time."""
    after = 0
    wanted = sa.select(application.c.id).where(found.moved).order_by(application.c.id).limit(PAGE)
    while True:
        ids = list(found.connection.scalars(wanted.where(application.c.id > after)))
        yield ids
        if len(ids) < PAGE:
            return
        after = ids[-1]


def _rebuild(found: Past, rebuilt: sa.Connection, rules: Rules, ids: Sequence[int]) -> None:
    """What those of ``ids`` that were on record were then, with their records and what was found by then."""
    told = store.events_by(found.connection, ids, recorded_by=found.at)
    rebuild_into(rebuilt, found.connection, told, rules, found.at)


def rebuild_into(
    rebuilt: sa.Connection,
    connection: sa.Connection,
    told: Mapping[int, Sequence[Event]],
    rules: Rules,
    found_by: datetime,
) -> None:
    """Write into a private ledger what the records ``told`` make of each application, by id, under the same ids.

    ``connection`` is the database they are of; what was found in them by ``found_by`` is written as well.
    """
    if not told:
        return
    named = sa.select(application.c.id, application.c.number).where(application.c.id.in_(list(told)))
    numbers = {row.id: row.number for row in connection.execute(named)}
    rows, batch = [], store.Batch()
    for each, records in told.items():
        made = rebuild(records, rules)
        rows.append(
            {"id": each, "number": numbers[each], **store.application_values(made.projected, records)}
        )
        batch.events(each, records)
        batch.changes(each, Changes(inserted=[*made.clocks.values()], crossed=[*made.thresholds.values()]))
    rebuilt.execute(sa.insert(application), rows)
    batch.write(rebuilt)
    known = sa.select(finding).where(finding.c.application_id.in_(list(told)), finding.c.found_at <= found_by)
    if held := [dict(row) for row in connection.execute(known).mappings()]:
        rebuilt.execute(sa.insert(finding), held)

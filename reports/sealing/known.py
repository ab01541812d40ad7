"""Which records of the ledger a report knew: the boundary between what was sealed and what came later.

A record says when it was written, but a machine's clock may be wrong; the order in which the database numbered the
records cannot be set back.  On a server a record with a lower number may be committed after one with a higher:
numbers missing below the newest are kept, so that what fills one later is known to have come later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from reports.facts.values import Facts, Rows
from workflow.tables import application, event

# X: a transaction that is not committed after so many later records would have been given up long before.
RECENT = 100_000
PAGE = 500
TABLE = "known_records"
COLUMNS = ("first", "last")


@dataclass(frozen=True, slots=True)
class Known:
    """The newest record's number, and the ranges missing below it; 0 in an empty ledger."""

    last: int
    missing: tuple[tuple[int, int], ...] = ()

    @property
    def through(self) -> int:
        """Up to this number everything there is was known."""
        return self.missing[0][0] - 1 if self.missing else self.last

    def holds(self, number: int) -> bool:
        """Whether the record with this number was known."""
        if number <= self.through:
            return True
        return number <= self.last and not any(first <= number <= last for first, last in self.missing)

    def rows(self) -> Rows:
        """As it stands in facts: the newest number first alone, then each missing range."""
        return Rows.of(COLUMNS, [(self.last, None), *self.missing])

    @classmethod
    def of(cls, facts: Facts) -> "Known":
        """The boundary kept in ``facts``."""
        told = [tuple(row) for row in facts.tables[TABLE].rows]
        missing = tuple((int(first or 0), int(last)) for first, last in told if last is not None)
        return cls(next(int(first or 0) for first, last in told if last is None), missing)


def known_records(connection: sa.Connection, at: datetime) -> Known:
    """What was on record at ``at``, of the ledger that a transaction sees.

    Nothing in it may be of a later time but what is being written right now, which is among the newest.
    """
    recent = sa.select(event.c.id).where(event.c.recorded_at <= at).order_by(event.c.id.desc()).limit(RECENT)
    ids = sorted(connection.execute(recent).scalars())
    gaps = ((before + 1, after - 1) for before, after in pairwise(ids) if after - before > 1)
    return Known(ids[-1] if ids else 0, tuple(gaps))


def first_after(connection: sa.Connection, known: Known, at: datetime) -> int | None:
    """The number of the first record that was ``known`` and says it was written after ``at``; None: there is none."""
    later = sa.select(event.c.id).where(event.c.id <= known.last, event.c.recorded_at > at)
    numbers = connection.scalars(later.order_by(event.c.id))
    return next((number for number in numbers if known.holds(number)), None)


def heads_then(connection: sa.Connection, all_known: Sequence[Known]) -> list[str]:
    """The ledger's head (:func:`workflow.verify.ledger_head`) as each of ``all_known`` had it, in one pass.

    Worked out from the records there are today: equal to the head of then exactly when every record known then
    is still there as it was and none was put among them.
    """
    heads = [sha256() for _ in all_known]
    for number, records in _by_application(connection):
        for head, known in zip(heads, all_known, strict=True):
            held = records if records[-1].id <= known.through else [r for r in records if known.holds(r.id)]
            if held:
                head.update(f"{number}\n{len(held)}\n{held[-1].hash}\n".encode())
    return [head.hexdigest() for head in heads]


def _by_application(connection: sa.Connection) -> Iterator[tuple[str, list[Any]]]:
    """The records of each application that has any, by number, a page at a time."""
    after = ""
    while True:
        page = sa.select(application.c.id, application.c.number).where(application.c.number > after)
        rows = connection.execute(page.order_by(application.c.number).limit(PAGE)).all()
        wanted = (
            sa.select(event.c.application_id, event.c.id, event.c.hash)
            .where(event.c.application_id.in_([row.id for row in rows]))
            .order_by(event.c.application_id, event.c.seq)
        )
        grouped = groupby(connection.execute(wanted), key=attrgetter("application_id"))
        records = {key: list(group) for key, group in grouped}
        yield from ((row.number, records[row.id]) for row in rows if row.id in records)
        if len(rows) < PAGE:
            return
        after = rows[-1].number

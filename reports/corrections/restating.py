"""A sealed period worked out twice by the same program and the same rules: of the records that were told, and of those
on record now.

Both say what had happened by the closing, so that what only went on since is in neither; and both by today's rules, so
that a changed rule or program is no correction.  Only applications of which something was recorded later are worked
out, in private ledgers; of all others both would say the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from reports.corrections.changes import Change, change
from reports.facts.gathering import Source, ledger_tables
from reports.facts.kept import RULES, kept
from reports.facts.scope import Scope
from reports.facts.values import Rows
from reports.sealing.known import Known
from reports.sealing.seal import Sealed
from workflow import store
from workflow.book import Book
from workflow.events import Event, EventType
from workflow.history import facts_of
from workflow.past import Past, private_ledger, rebuild_into
from workflow.tables import application, event

PAGE = 500
CORRECTION = event.alias("correction")
# They change what was, whenever they themselves happened.
REACHING_BACK = (EventType.CORRECTED, EventType.AMENDED, EventType.VOIDED)


@dataclass(frozen=True, slots=True)
class OneLedger(Past):
    """The database at the closing with the ``concerned`` applications as the private ledger ``rebuilt`` has them."""

    concerned: sa.ColumnElement[bool] = field(default_factory=sa.false)

    @property
    def private(self) -> sa.Connection:
        """The private ledger."""
        return self.ledgers[-1]

    @property
    def known(self) -> sa.ColumnElement[bool]:
        return sa.not_(self.concerned)

    @property
    def moved(self) -> sa.ColumnElement[bool]:
        return self.concerned


@dataclass(frozen=True)
class Restated:
    """The two ledgers; ``ids`` of the applications of which they may say different things.

    ``told``: which records the reader has heard of, out of those of ``past``.
    """

    past: Past
    seal: Sealed
    told: Known
    then: OneLedger
    now: OneLedger
    ids: Sequence[int]

    def changes(self, book: Book, others: Sequence[Source]) -> dict[str, Change]:
        """What is different now, by table of the facts; of those tables that were sealed."""
        then, now = (
            {**self._tables(book, each), **self._others(each, others)} for each in (self.then, self.now)
        )
        found = {name: change(then[name], now[name]) for name in now if name in self.seal.facts.tables}
        return {name: each for name, each in found.items() if each}

    def _tables(self, book: Book, ledger: OneLedger) -> Mapping[str, Rows]:
        """What the concerned applications tell."""
        scope = Scope(self.seal.period, ledger.at)
        return {
            **ledger_tables(ledger.private, book, scope),
            "trend": Rows.of(("period", "rule", "base", "met"), _trend(ledger.private, scope)),
        }

    def _others(self, ledger: OneLedger, others: Sequence[Source]) -> Mapping[str, Rows]:
        """What other packages tell of all of them."""
        period = self.seal.period
        told = (source(ledger, period.begins, period.ends) for source in others)
        return {name: Rows.of(*table) for tables in told for name, table in tables.items()}

    def records(self) -> Iterator[tuple[int, list[Event], list[Event], list[Event]]]:
        """Of each application its id, the records that were told, those there are now, and those that came to them.

        Of the first two only what had happened by the closing; a correction that moves it beyond is among the last.
        """
        for start in range(0, len(self.ids), PAGE):
            page = self.ids[start : start + PAGE]
            then, now = (store.events_by(each.private, page) for each in (self.then, self.now))
            unknown = _unknown(self.past, self.told, page)
            every = store.events_by(self.past.connection, page, recorded_by=self.past.at)
            for each in page:
                heard, known = then.get(each, []), now.get(each, [])
                counted = {record.seq for record in known}
                new = (record for record in every[each] if (each, record.seq) in unknown)
                came = [record for record in new if record.type in REACHING_BACK or record.seq in counted]
                yield each, heard, known, came


def _trend(connection: sa.Connection, scope: Scope) -> Iterator[tuple[object, ...]]:
    """The months of the period; those before it are corrected where they are told themselves."""
    for month in scope.period.months():
        rows = kept(connection, replace(scope, period=month)).dicts()
        for rule in RULES:
            judged = [row for row in rows if row["rule"] == rule]
            yield (
                str(month),
                rule,
                *(sum(int(row[name] or 0) for row in judged) for name in ("base", "met")),
            )


@contextmanager
def restated(past: Past, book: Book, seal: Sealed, told: Known) -> Iterator[Restated | None]:
    """The two ledgers of a sealed period; ``told``: the records that the reader has heard of.

    None where nothing was recorded later that speaks of it.  ``book`` has the rules to work it out by.
    """
    if past.connection.execute(_later(past, seal, told).limit(1)).first() is None:
        yield None
        return
    at, ids = seal.seal.closed_at, list[int]()
    concerned = application.c.id.in_(_later(past, seal, told))
    with private_ledger() as before, private_ledger() as after:
        for page in _pages(past, seal, told):
            heard, known = _both(past, at, told, page)
            ids += sorted({*heard, *known})
            rebuild_into(before, past.connection, heard, book.rules, at)
            rebuild_into(after, past.connection, known, book.rules, at)
        then, now = (OneLedger(at, past.connection, each, concerned) for each in (before, after))
        yield Restated(past, seal, told, then, now, ids) if ids else None


def _later(past: Past, seal: Sealed, told: Known) -> sa.Select[tuple[int]]:
    """The applications with records that may be unknown to the reader and speak of the time before the closing.

    One accepted after it does not, unless a correction moved that.
    """
    of_then = event.c.occurred_at <= seal.seal.closed_at
    back = event.c.type.in_([each.value for each in REACHING_BACK])
    moved = sa.select(CORRECTION.c.id).where(
        CORRECTION.c.application_id == event.c.application_id, CORRECTION.c.type == EventType.CORRECTED.value
    )
    there = sa.or_(application.c.accepted_at <= seal.seal.closed_at, moved.exists())
    joined = event.join(application, application.c.id == event.c.application_id)
    wanted = sa.select(event.c.application_id).select_from(joined)
    return wanted.where(
        event.c.id > told.through, event.c.recorded_at <= past.at, sa.or_(of_then, back), there
    )


def _pages(past: Past, seal: Sealed, told: Known) -> Iterator[list[int]]:
    after = 0
    wanted = _later(past, seal, told).distinct().order_by(event.c.application_id).limit(PAGE)
    while page := past.connection.execute(wanted.where(event.c.application_id > after)).all():
        yield [row.application_id for row in page]
        after = page[-1].application_id


_Records = dict[int, list[Event]]


def _both(past: Past, at: datetime, told: Known, ids: Sequence[int]) -> tuple[_Records, _Records]:
    """The records that were told and those on record now, of the applications where that is not the same."""
    unknown = _unknown(past, told, ids)
    then, now = _Records(), _Records()
    for each, records in store.events_by(past.connection, ids, recorded_by=past.at).items():
        heard = happened_by([record for record in records if (each, record.seq) not in unknown], at)
        known = happened_by(records, at)
        if heard != known:
            then.update({each: heard} if heard else {})
            now.update({each: known} if known else {})
    return then, now


def _unknown(past: Past, told: Known, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Application and place of the records that the reader has not heard of."""
    wanted = sa.select(event.c.application_id, event.c.seq, event.c.id)
    rows = past.connection.execute(wanted.where(event.c.application_id.in_(ids), event.c.id > told.through))
    return {(row.application_id, row.seq) for row in rows if not told.holds(row.id)}


def happened_by(records: Sequence[Event], at: datetime) -> list[Event]:
    """The records of what had happened by ``at``, by what all of ``records`` say, and of what reaches back to it.

    None at all where the application had not been accepted by then.
    """
    moments = {fact.seq: fact.at for fact in facts_of(records)}
    held = [
        each
        for each in records
        if each.type in REACHING_BACK or moments.get(each.seq, each.occurred_at) <= at
    ]
    return held if any(fact.type is EventType.ACCEPTED for fact in facts_of(held)) else []

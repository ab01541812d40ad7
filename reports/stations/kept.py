"""Evaluations as the database holds them: found, held while something is added, read as they stood."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.stations import StationStandard
from reports.periods import Period
from reports.stations import errors
from reports.stations.evaluation import Evaluation, evaluation_of
from reports.stations.records import Record, append, records
from reports.stations.rounds import Rounds, Source
from reports.tables import station_evaluation
from workflow import store
from workflow.book import Book
from workflow.people import tables as people_tables
from workflow.people.organisation import UnitKind
from workflow.tables import application


@dataclass(frozen=True)
class Case:
    """Which evaluation: one station's for one period; ``duties`` tells what was done of what comes round."""

    book: Book
    station: str
    period: Period
    duties: Source


@dataclass
class Held:
    """An evaluation while nobody else can add to it; ``evaluation`` is as its last record makes it."""

    connection: sa.Connection
    key: int
    evaluation: Evaluation

    def add(self, record: Record) -> Evaluation:
        """Put ``record`` at the end of it; the evaluation with it."""
        append(self.connection, self.key, record)
        held, known = self.evaluation, [*self.evaluation.records, record]
        self.evaluation = evaluation_of(
            held.station, held.period, held.standard, known, held.rounds, held.since
        )
        return self.evaluation


def evaluation(case: Case, as_of: datetime) -> Evaluation:
    """The evaluation as it stood at ``as_of``; raises EvaluationUnknown."""
    with store.reading(case.book.engine) as connection:
        row = find(connection, case)
        known = [each for each in records(connection, [row.id])[row.id] if each.recorded_at <= as_of]
        if not known:
            raise errors.EvaluationUnknown(station=case.station, period=case.period.label)
        return view(connection, row, known, as_of, case.book, case.duties)


def evaluations(
    book: Book, duties: Source, as_of: datetime, within: sa.ColumnElement[bool] | None = None
) -> list[Evaluation]:
    """Every evaluation opened by ``as_of``, by period and station; ``within`` is of ``station_evaluation``."""
    keys = (station_evaluation.c.period, station_evaluation.c.station)
    wanted = sa.select(station_evaluation).order_by(*keys)
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted if within is None else wanted.where(within)).all()
        held = records(connection, [row.id for row in rows])
        known = [(row, [each for each in held[row.id] if each.recorded_at <= as_of]) for row in rows]
        rounds = Rounds(connection, book, duties, as_of)
        return [_view(row, found, rounds) for row, found in known if found]


def stations(connection: sa.Connection) -> Sequence[str]:
    """Those of the organisation; where none was imported, those of the ledger."""
    unit = people_tables.unit
    kept = sa.select(unit.c.name).where(unit.c.kind == UnitKind.STATION.value).order_by(unit.c.name)
    met = sa.select(application.c.station).distinct().order_by(application.c.station)
    return connection.execute(kept).scalars().all() or connection.execute(met).scalars().all()


@contextmanager
def holding(case: Case, now: datetime, seen: int | None) -> Iterator[Held]:
    """The evaluation, held until the transaction ends: of two writers the second reads what the first wrote.

    Every record counts, also one dated after ``now``: what follows it cannot be dated before it.  Raises
    EvaluationUnknown, and EvaluationMoved where whoever writes has ``seen`` another number of records.
    """
    with store.writing(case.book.engine) as connection:
        if connection.dialect.name != "sqlite":
            same = {"records": station_evaluation.c.records}
            connection.execute(sa.update(station_evaluation).where(_mine(case)).values(same))
        row = find(connection, case)
        known = records(connection, [row.id])[row.id]
        found = view(connection, row, known, now, case.book, case.duties)
        if seen not in (None, len(found.records)):
            raise errors.EvaluationMoved(station=case.station, period=case.period.label)
        yield Held(connection, row.id, found)


def find(connection: sa.Connection, case: Case) -> sa.Row[Any]:
    """The row of an evaluation; raises EvaluationUnknown."""
    row = connection.execute(sa.select(station_evaluation).where(_mine(case))).first()
    if row is None:
        raise errors.EvaluationUnknown(station=case.station, period=case.period.label)
    return row


def view(
    connection: sa.Connection,
    row: sa.Row[Any],
    known: list[Record],
    as_of: datetime,
    book: Book,
    duties: Source,
) -> Evaluation:
    """What ``known`` amounts to with the duties as they stood at ``as_of``."""
    return _view(row, known, Rounds(connection, book, duties, as_of))


def opening_payload(station: str, period: str, standard: str) -> dict[str, str]:
    """What the first record binds: whose evaluation it is, for when, and by which standard."""
    digest = hashlib.sha256(standard.encode()).hexdigest()
    return {"station": station, "period": period, "standard": digest}


def _mine(case: Case) -> sa.ColumnElement[bool]:
    table = station_evaluation.c
    return sa.and_(table.station == case.station, table.period == str(case.period))


def _view(row: sa.Row[Any], known: list[Record], rounds: Rounds) -> Evaluation:
    period = Period.parse(row.period)
    standard = StationStandard.from_payload(json.loads(row.standard))
    since = rounds.since.get(row.station)
    late = since if since is not None and since > period.begins.date() else None
    return evaluation_of(row.station, period, standard, known, rounds.of(row.station, period), late)

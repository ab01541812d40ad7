"""Rows in and out of the database. Nothing above this module knows which database it is.

Correctness rests on unique keys and on the row counts of UPDATE alone (design §5), so that the
domestic databases can hold it too.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy import exc

from workflow import errors
from workflow.events import Event, EventType, canonical
from workflow.projection import URGENCY, Changes, ClockRow, Projection, ThresholdRow
from workflow.tables import application, clock, event, threshold

T = TypeVar("T")

BUSY_SECONDS = 30
CHUNK = 500


def open_engine(url: str) -> sa.Engine:
    """An engine for ``url``; SQLite is opened in WAL mode, durable, one writer at a time."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        # Names and addresses are in the parameters: a log must not have them.
        settings = {"timeout": BUSY_SECONDS, "isolation_level": None}
        engine = sa.create_engine(parsed, connect_args=settings, hide_parameters=True)
    except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise errors.DatabaseUrlInvalid(url=shown(url)) from error
    sa_event.listen(engine, "connect", _prepare_sqlite)
    return engine


def exists(url: str | sa.URL) -> bool:
    """Whether there is a database to open.

    A server is taken to be there, and so is a file in a folder that is not: opening says what is wrong.
    """
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise errors.DatabaseUrlInvalid(url=shown(str(url))) from error
    if parsed.get_backend_name() != "sqlite":
        return True
    path = Path(parsed.database or ":memory:")
    return path.exists() or not path.parent.is_dir()


def shown(url: str) -> str:
    """``url`` without its password, and without what might be one where it cannot be read."""
    try:
        return sa.make_url(url).set(query={}).render_as_string(hide_password=True)
    except (exc.ArgumentError, ValueError):
        scheme, mark, _ = url.partition("://")
        return f"{scheme}{mark}…" if mark else url


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """Database errors as the sentences of :mod:`workflow.errors`."""
    try:
        yield
    except exc.OperationalError as error:
        text = str(error.orig)
        if any(sign in text for sign in ("locked", "lock timeout", "deadlock detected")):
            raise errors.StoreBusy from error
        if "readonly" in text:
            raise errors.StoreReadOnly(url=shown(str(engine.url))) from error
        if "no such table" in text or "no such column" in text:
            raise errors.StoreNotReady(url=shown(str(engine.url))) from error
        raise errors.StoreUnreachable(url=shown(str(engine.url)), reason=_first_line(error)) from error
    except exc.DataError as error:
        raise errors.StoreRefused(reason=_first_line(error)) from error
    except exc.ProgrammingError as error:
        if "does not exist" in str(error.orig) or "UndefinedTable" in type(error.orig).__name__:
            raise errors.StoreNotReady(url=shown(str(engine.url))) from error
        raise
    except exc.DatabaseError as error:
        # Only the class itself: what sqlite says of a file that is damaged or no database at all.
        if type(error) is not exc.DatabaseError:
            raise
        raise errors.StoreDamaged(url=shown(str(engine.url)), reason=_first_line(error)) from error


def _first_line(error: exc.DBAPIError) -> str:
    return next(iter(str(error.orig).strip().splitlines()), "无回应")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes: committed whole or not at all."""
    with translated(engine), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # IMMEDIATE takes the write lock now: a reader that later turns writer would fail instead of wait.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
        else:
            with connection.begin():
                yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that sees one state of the database."""
    with translated(engine), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection


# -- one application ---------------------------------------------------------------------------


_CLOCK_FIELDS = tuple(ClockRow.__dataclass_fields__)
_THRESHOLD_FIELDS = tuple(ThresholdRow.__dataclass_fields__)
_EVENT_FIELDS = ("seq", "type", "occurred_at", "recorded_at", "actor", "payload", "prev_hash", "hash")

_WANTED: sa.BindParameter[Any] = sa.bindparam("wanted")
_LOCK = sa.update(application).where(application.c.number == _WANTED).values(events=application.c.events)
_ID = sa.select(application.c.id).where(application.c.number == _WANTED)


def _rows_of(table: sa.Table, fields: Sequence[str]) -> sa.Select[Any]:
    """The fields of ``table`` behind the application they belong to."""
    return sa.select(table.c.application_id, *(table.c[name] for name in fields))


EVENTS = _rows_of(event, _EVENT_FIELDS).order_by(event.c.application_id, event.c.seq)
CLOCKS = _rows_of(clock, _CLOCK_FIELDS)
THRESHOLDS = _rows_of(threshold, _THRESHOLD_FIELDS)
_EVENTS_OF = EVENTS.where(event.c.application_id == _WANTED)
_EVENTS_OF_NUMBER = EVENTS.join(application, application.c.id == event.c.application_id).where(
    application.c.number == _WANTED
)
_CLOCKS_OF = CLOCKS.where(clock.c.application_id == _WANTED)
_THRESHOLDS_OF = THRESHOLDS.where(threshold.c.application_id == _WANTED)


def locked_events(connection: sa.Connection, number: str) -> tuple[int, list[Event]] | None:
    """The id and records of an application, held until the transaction ends; None when there is none.

    An UPDATE that changes nothing takes the row's lock on every server; a writer on SQLite holds the
    whole database since its BEGIN IMMEDIATE.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK, {"wanted": number})
    rows = connection.execute(_EVENTS_OF_NUMBER, {"wanted": number}).all()
    return (rows[0][0], [_event(row) for row in rows]) if rows else None


def find(connection: sa.Connection, number: str) -> int | None:
    """The id of application ``number``."""
    return connection.execute(_ID, {"wanted": number}).scalar()


def events_of(connection: sa.Connection, application_id: int) -> list[Event]:
    """The records of one application in order."""
    return [_event(row) for row in connection.execute(_EVENTS_OF, {"wanted": application_id})]


def clock_rows(connection: sa.Connection, application_id: int) -> list[ClockRow]:
    """Every version of every clock of one application."""
    return [_clock(row) for row in connection.execute(_CLOCKS_OF, {"wanted": application_id})]


def threshold_rows(connection: sa.Connection, application_id: int) -> list[ThresholdRow]:
    """Every level of one application, withdrawn ones included."""
    return [_threshold(row) for row in connection.execute(_THRESHOLDS_OF, {"wanted": application_id})]


def _event(row: Any) -> Event:
    """A row of :data:`EVENTS` as the record it is."""
    application_id, seq, name, occurred_at, recorded_at, actor, payload, prev_hash, hashed = row
    try:
        event_type, told = EventType.of(name), json.loads(payload)
    except (KeyError, ValueError) as error:
        raise errors.RecordUnreadable(application_id=application_id, seq=seq) from error
    return Event(seq, event_type, occurred_at, recorded_at, actor, told, prev_hash, hashed)


def _clock(row: Any) -> ClockRow:
    """A row of :data:`CLOCKS` as its value."""
    return ClockRow(*row[1:])


def _threshold(row: Any) -> ThresholdRow:
    """A row of :data:`THRESHOLDS` as its value."""
    return ThresholdRow(*row[1:])


def read_clock(row: sa.Row[Any]) -> ClockRow:
    """Any row that carries the clock's columns by name, as the clock it is."""
    return ClockRow(*(getattr(row, name) for name in _CLOCK_FIELDS))


# -- many applications --------------------------------------------------------------------------


Ids = Iterable[int]


def events_by(
    connection: sa.Connection, ids: Ids, *, recorded_by: datetime | None = None
) -> dict[int, list[Event]]:
    """The records of several applications, each in order; or only those that were written by an instant."""
    wanted = EVENTS.where(event.c.application_id.in_(list(ids)))
    if recorded_by is not None:
        wanted = wanted.where(event.c.recorded_at <= recorded_by)
    return _grouped(connection, wanted, _event)


def clocks_by(
    connection: sa.Connection, ids: Ids, *which: sa.ColumnElement[bool]
) -> dict[int, list[ClockRow]]:
    """The clocks of several applications: every version, or those of which ``which`` holds."""
    return _grouped(connection, CLOCKS.where(clock.c.application_id.in_(list(ids)), *which), _clock)


CURRENT = clock.c.superseded_at.is_(None)
OPEN = sa.and_(CURRENT, clock.c.verdict.is_(None))


def thresholds_by(
    connection: sa.Connection, ids: Ids, *, reached_by: datetime | None = None
) -> dict[int, list[ThresholdRow]]:
    """The levels of several applications, withdrawn ones included; or those reached by an instant, without them.

    A page shows what was reached; what lies ahead is four times as much.
    """
    wanted = THRESHOLDS.where(threshold.c.application_id.in_(list(ids)))
    if reached_by is not None:
        wanted = wanted.where(threshold.c.crosses_at <= reached_by, threshold.c.withdrawn_at.is_(None))
    return _grouped(connection, wanted, _threshold)


def _grouped(
    connection: sa.Connection, wanted: sa.Select[Any], read: Callable[[Any], T]
) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row[0]].append(read(row))
    return found


# -- writing -------------------------------------------------------------------------------------


class Batch:
    """Rows to be written together: one statement for each table and kind of change."""

    def __init__(self) -> None:
        self._inserts: dict[str, list[dict[str, Any]]] = {}
        self._statements: list[tuple[sa.UpdateBase, list[dict[str, Any]]]] = []
        self._updates: dict[str, list[dict[str, Any]]] = {name: [] for name in _UPDATES}

    def events(self, application_id: int, records: Iterable[Event]) -> None:
        """Append ``records``."""
        for record in records:
            row = {
                "application_id": application_id,
                "seq": record.seq,
                "type": record.type.value,
                "occurred_at": record.occurred_at,
                "recorded_at": record.recorded_at,
                "actor": record.actor,
                "payload": canonical(record.payload),
                "prev_hash": record.prev_hash,
                "hash": record.hash,
            }
            self._inserts.setdefault("event", []).append(row)

    def changes(self, application_id: int, changed: Changes) -> None:
        """Bring the clock and threshold rows to what the events say."""
        for row in changed.superseded:
            self._update("supersede", application_id, row)
        for row in changed.updated:
            self._update("clock", application_id, row)
        for row in changed.inserted:
            self._insert("clock", application_id, row)
        for kind in ("removed", "withdrawn", "restored"):
            for each in getattr(changed, kind):
                self._update(kind, application_id, each)
        for each in changed.removed:
            self._update("taken", application_id, each)
        for each in changed.crossed:
            self._insert("threshold", application_id, each)

    def application(self, application_id: int, values: Mapping[str, Any], appended: Iterable[Event]) -> None:
        """Bring the application's own row up to date; what it is changes only with few kinds of records."""
        renamed = any(event.type in _CHANGES_REGISTRATION for event in appended)
        name = "application" if renamed else "progress"
        named = {column: values[column] for column in _UPDATE_COLUMNS[name]}
        self._updates[name].append(_keyed({**named, "id": application_id}))

    def write(self, connection: sa.Connection) -> None:
        """Execute everything; events first, because they are the truth."""
        self._write_inserts(connection, "event")
        for name, rows in self._updates.items():
            if rows and name != "taken":
                done = connection.execute(_UPDATES[name], rows)
                if name == "removed" and done.rowcount != len(rows):
                    connection.execute(_UPDATES["taken"], self._updates["taken"])
        for name in ("clock", "threshold"):
            self._write_inserts(connection, name)

    def _write_inserts(self, connection: sa.Connection, name: str) -> None:
        if rows := self._inserts.get(name):
            connection.execute(_INSERTS[name], rows)

    def _insert(self, name: str, application_id: int, row: ClockRow | ThresholdRow) -> None:
        self._inserts.setdefault(name, []).append({"application_id": application_id, **_values(row)})

    def _update(self, name: str, application_id: int, row: ClockRow | ThresholdRow) -> None:
        values = {"application_id": application_id, **_values(row)}
        self._updates[name].append(_keyed({column: values[column] for column in _UPDATE_COLUMNS[name]}))


def _values(row: ClockRow | ThresholdRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _keyed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter names that cannot be taken for column names in an UPDATE."""
    return {f"b_{name}": value for name, value in values.items()}


def _at(table: sa.Table, *names: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == sa.bindparam(f"b_{name}") for name in names))


def _sets(*names: str) -> dict[str, Any]:
    return {name: sa.bindparam(f"b_{name}") for name in names}


_CLOCK_KEY = ("application_id", "layer", "name", "version")
_THRESHOLD_KEY = ("application_id", "layer", "name", "level", "crosses_at")
_APPLICATION_COLUMNS = tuple(c.name for c in application.columns if c.name not in ("id", "number"))
# A correction may withdraw an assignment.
_CHANGES_REGISTRATION = (EventType.AMENDED, EventType.ASSIGNED, EventType.CORRECTED)
_PROGRESS = (
    *("status", "state", "flags", "step", *URGENCY),
    *("accepted_at", "archived_at", "ended_at", "last_at", "recorded_at", "events", "head_hash"),
)
_CLOCK_CHANGES = tuple(name for name in _CLOCK_FIELDS if name not in _CLOCK_KEY)
_UPDATE_COLUMNS = {
    "application": _APPLICATION_COLUMNS,
    "progress": _PROGRESS,
    "supersede": (*_CLOCK_KEY, "superseded_at"),
    "clock": (*_CLOCK_KEY, *_CLOCK_CHANGES),
    "removed": _THRESHOLD_KEY,
    "taken": (*_THRESHOLD_KEY, "withdrawn_at"),
    "withdrawn": (*_THRESHOLD_KEY, "withdrawn_at"),
    "restored": (*_THRESHOLD_KEY, "withdrawn_at"),
}
_INSERTS = {"event": sa.insert(event), "clock": sa.insert(clock), "threshold": sa.insert(threshold)}
_UPDATES: dict[str, sa.Update | sa.Delete] = {
    "application": sa.update(application).where(_at(application, "id")).values(_sets(*_APPLICATION_COLUMNS)),
    "progress": sa.update(application).where(_at(application, "id")).values(_sets(*_PROGRESS)),
    "supersede": sa.update(clock).where(_at(clock, *_CLOCK_KEY)).values(_sets("superseded_at")),
    "clock": sa.update(clock).where(_at(clock, *_CLOCK_KEY)).values(_sets(*_CLOCK_CHANGES)),
    "removed": sa.delete(threshold).where(_at(threshold, *_THRESHOLD_KEY), threshold.c.swept_by.is_(None)),
    # What a sweep took since this writer read it is not removed: it stays, as withdrawn.
    "taken": sa.update(threshold).where(_at(threshold, *_THRESHOLD_KEY)).values(_sets("withdrawn_at")),
    "withdrawn": sa.update(threshold).where(_at(threshold, *_THRESHOLD_KEY)).values(_sets("withdrawn_at")),
    "restored": sa.update(threshold).where(_at(threshold, *_THRESHOLD_KEY)).values(_sets("withdrawn_at")),
}


def application_values(projected: Projection, records: Sequence[Event]) -> dict[str, Any]:
    """The application's own row as its events tell it."""
    registration = projected.registration
    row = {name: getattr(registration, name) for name in registration.__dataclass_fields__}
    row = {name: getattr(value, "value", value) for name, value in row.items()}
    return {
        **row,
        "status": projected.status.value,
        "state": projected.position.state,
        "flags": projected.position.flags,
        "step": projected.step.value,
        "accepted_at": projected.accepted_at,
        "archived_at": projected.archived_at,
        "ended_at": projected.ended_at,
        "last_at": projected.last_at,
        "recorded_at": records[-1].recorded_at,
        **projected.urgency,
        "events": len(records),
        "head_hash": records[-1].hash,
    }


def insert_applications(connection: sa.Connection, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Insert new applications; their ids by number. Raises ApplicationExists when another was quicker."""
    try:
        connection.execute(sa.insert(application), rows)
    except exc.IntegrityError as error:
        raise errors.ApplicationExists(number="、".join(row["number"] for row in rows[:3])) from error
    return ids_of(connection, [row["number"] for row in rows])


def ids_of(connection: sa.Connection, numbers: Sequence[str]) -> dict[str, int]:
    """The ids of those of ``numbers`` that exist."""
    found = connection.execute(
        sa.select(application.c.number, application.c.id).where(application.c.number.in_(numbers))
    )
    return {row.number: row.id for row in found}


def last_recorded(connection: sa.Connection) -> datetime | None:
    """When the newest record was written."""
    return connection.execute(sa.select(sa.func.max(event.c.recorded_at))).scalar()


def latest(rows: Iterable[ClockRow]) -> list[ClockRow]:
    """The newest version of each clock."""
    newest: dict[tuple[str, str], ClockRow] = {}
    for row in rows:
        if row.key not in newest or newest[row.key].version < row.version:
            newest[row.key] = row
    return list(newest.values())

"""我的工单 and the pool: what is open in one's part of the organisation, most urgent first (domain §9).

The most urgent is what stands at the highest level, then what is due first, then by number.  All three
are asked of the application's own row, so a page costs its rows and not the clocks of the whole book.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from limits.clock import RANKS, Reading, read
from limits.errors import YekuoError
from limits.force import Layer
from limits.terms import CustomerClass, Level, Status, Step, Term, Unit
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.events import EventType
from workflow.machine import SUSPENDED, Position, StepMachine, machine_of, next_move
from workflow.projection import ClockRow, ThresholdRow, levels_of
from workflow.tables import application, speakable

MOST_ROWS = 200
UNCLAIMED = ""


class CursorInvalid(YekuoError):
    """翻页标记“{cursor}”无法识别，可能被截断或改动过。请从第一页重新打开列表。"""

    code = "cursor_invalid"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the organisation that is seen; every part given narrows it, none is the whole company.

    An account manager sees own applications: the name and the station, because names repeat.
    """

    station: str | None = None
    manager: str | None = None
    numbers: frozenset[str] | None = None

    def holds(self, table: sa.FromClause = application) -> sa.ColumnElement[bool]:
        """The condition on the rows of ``table``."""
        parts: list[sa.ColumnElement[bool]] = [sa.true()]
        if self.station is not None:
            parts.append(table.c.station == self.station)
        if self.manager is not None:
            parts.append(table.c.manager == self.manager)
        if self.numbers is not None:
            parts.append(table.c.number.in_(sorted(filter(speakable, self.numbers))))
        return sa.and_(*parts)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a queue is wanted; None wants everything.

    ``text``: the beginning of a number, or a part of the customer's name or of the address.  ``due_before``:
    due earlier than this instant, so nothing that is not due at all.
    """

    customer_class: CustomerClass | None = None
    station: str | None = None
    manager: str | None = None
    step: Step | None = None
    level: Level | None = None
    text: str = ""
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which the next page begins.

    ``as_of`` is when the first page was read: all pages are sorted as of then, so that time passing
    between two pages moves nothing.
    """

    as_of: datetime
    rank: int
    due_at: datetime | None
    number: str

    def encode(self) -> str:
        """One opaque word for an address."""
        due = self.due_at.isoformat() if self.due_at else None
        told = json.dumps([self.as_of.isoformat(), self.rank, due, self.number], ensure_ascii=False)
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The inverse of :meth:`encode`; raises CursorInvalid for anything else."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            as_of, rank, due, number = json.loads(base64.b64decode(padded, b"-_", validate=True))
            found = cls(_instant(as_of), rank, None if due is None else _instant(due), number)
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise CursorInvalid(cursor=text[:40]) from error
        if not (rank in range(len(Level) + 1) and isinstance(number, str) and speakable(number)):
            raise CursorInvalid(cursor=text[:40])
        return found


@dataclass(frozen=True, slots=True)
class UrgentClock:
    """The clock that makes a row as urgent as it is; ``level`` None while it has reached none."""

    layer: Layer
    name: str
    label: str
    unit: Unit
    limit: int | None
    reading: Reading
    level: Level | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in a queue.

    ``place`` of ``steps``: the customer's step is the how-manieth of how many.  ``level`` is the highest at
    which an open clock stands, ``due_at`` the first instant at which one is due: both None where there is
    none.  ``next_action`` is the fact that would bring the application on, None where nothing would.
    """

    number: str
    customer: str
    customer_class: CustomerClass
    unit: str
    station: str
    manager: str
    capacity: Decimal
    step: Step
    place: int
    steps: int
    suspended: bool
    level: Level | None
    due_at: datetime | None
    clock: UrgentClock | None
    next_action: EventType | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows of a queue; ``next`` is None on the last page."""

    rows: tuple[QueueRow, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Load:
    """What an account manager has open: applications, and their capacity in kVA (low voltage: kW)."""

    applications: int = 0
    capacity: Decimal = field(default_factory=Decimal)


EVERYTHING = Scope()
ANY = Filters()


def work_queue(
    book: Book,
    now: datetime,
    scope: Scope = EVERYTHING,
    filters: Filters = ANY,
    after: Cursor | None = None,
    limit: int = 50,
) -> QueuePage:
    """The open applications of ``scope``, most urgent first, at most ``limit`` (and :data:`MOST_ROWS`).

    Paging by key: a row that stays as it is comes exactly once, whatever is recorded between two pages; one
    that is acted upon meanwhile stands where it belongs then.
    """
    as_of = after.as_of if after is not None else local(now)
    rank = _rank(as_of)
    undue = sa.case((application.c.due_at.is_(None), 1), else_=0)
    # Only what is sorted by is read of every open row; the page's own rows are read whole.
    columns = (application.c.id, application.c.due_at, application.c.number, rank.label("rank"))
    wanted = sa.select(*columns).where(_wanted(as_of, scope, filters))
    if after is not None:
        wanted = wanted.where(_behind(after, rank))
    size = max(1, min(limit, MOST_ROWS))
    wanted = wanted.order_by(rank.desc(), undue, application.c.due_at, application.c.number).limit(size + 1)
    with store.reading(book.engine) as connection:
        found = connection.execute(wanted).all()
        ids = [row.id for row in found[:size]]
        shown = connection.execute(sa.select(application).where(application.c.id.in_(ids))).all()
        clocks = store.clocks_by(connection, ids, store.OPEN)
        thresholds = store.thresholds_by(connection, ids, reached_by=now)
    by_id = {row.id: row for row in shown}
    rows = tuple(
        _row(book, by_id[each], clocks.get(each, ()), thresholds.get(each, ()), local(now)) for each in ids
    )
    if len(found) <= size:
        return QueuePage(rows, None)
    last = found[size - 1]
    return QueuePage(rows, Cursor(as_of, last.rank, last.due_at, last.number))


def pool(
    book: Book,
    now: datetime,
    scope: Scope = EVERYTHING,
    filters: Filters = ANY,
    after: Cursor | None = None,
    limit: int = 50,
) -> QueuePage:
    """What nobody owns, for account managers to take (抢单), most urgent first."""
    return work_queue(book, now, scope, replace(filters, manager=UNCLAIMED), after, limit)


def loads(book: Book, scope: Scope, now: datetime) -> dict[str, Load]:
    """What each account manager of ``scope`` has open, unclaimed ones left out."""
    columns = (application.c.manager, application.c.capacity)
    # Capacities are few and decimals no database adds alike, so they are counted there and added here.
    counted = (
        sa.select(*columns, sa.func.count().label("applications"))
        .where(_wanted(local(now), scope, ANY), application.c.manager != UNCLAIMED)
        .group_by(*columns)
    )
    found: dict[str, Load] = {}
    with store.reading(book.engine) as connection:
        for row in connection.execute(counted):
            held = found.get(row.manager, Load())
            found[row.manager] = Load(
                held.applications + row.applications, held.capacity + row.capacity * row.applications
            )
    return found


# -- the question asked of the database -------------------------------------------------------------


def _rank(as_of: datetime) -> sa.Case[int]:
    """The level a row stands at: 0 for none, then 蓝 to 红."""
    reached = [(application.c[f"{level.value}_at"] <= as_of, rank + 1) for rank, level in enumerate(Level)]
    return sa.case(*reversed(reached), else_=0)


def _wanted(as_of: datetime, scope: Scope, filters: Filters) -> sa.ColumnElement[bool]:
    parts = [application.c.status == Status.OPEN.value, scope.holds()]
    for name in ("customer_class", "step", "station", "manager"):
        parts += _equals(name, getattr(filters, name))
    if filters.level is not None:
        parts.append(_rank(as_of) == RANKS[filters.level] + 1)
    if filters.due_before is not None:
        parts.append(application.c.due_at < filters.due_before)
    if text := filters.text.strip():
        parts.append(_says(text))
    return sa.and_(*parts)


def _equals(name: str, wanted: str | None) -> list[sa.ColumnElement[bool]]:
    """That column ``name`` is ``wanted``: a word of ours or a name; no condition for None."""
    if wanted is None:
        return []
    told = wanted.value if isinstance(wanted, Term) else wanted
    return [application.c[name] == told if speakable(told) else sa.false()]


def _says(text: str) -> sa.ColumnElement[bool]:
    """Small and capital letters are one: SQLite cannot tell them apart in a LIKE, the servers do."""
    if not speakable(text):
        return sa.false()
    lowered = text.lower()
    number, customer, address = (
        sa.func.lower(application.c[name]) for name in ("number", "customer", "address")
    )
    return sa.or_(
        number.startswith(lowered, autoescape=True),
        customer.contains(lowered, autoescape=True),
        address.contains(lowered, autoescape=True),
    )


def _behind(after: Cursor, rank: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The rows that come after ``after``, in the order of the queue."""
    number, due_at = application.c.number, application.c.due_at
    if after.due_at is None:
        same = sa.and_(due_at.is_(None), number > after.number)
    else:
        same = sa.or_(
            due_at.is_(None),
            due_at > after.due_at,
            sa.and_(due_at == after.due_at, number > after.number),
        )
    return sa.or_(rank < after.rank, sa.and_(rank == after.rank, same))


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return local(found)


# -- what is shown of a row -----------------------------------------------------------------------------


def _row(
    book: Book,
    row: sa.Row[Any],
    clocks: Sequence[ClockRow],
    thresholds: Sequence[ThresholdRow],
    now: datetime,
) -> QueueRow:
    customer_class, step = CustomerClass.of(row.customer_class), Step.of(row.step)
    machine = machine_of(book.rules.policies, customer_class, row.accepted_at.date())
    steps = machine.rule.steps_for(customer_works=row.customer_works, proactive=row.proactive)
    urgent = _most_urgent(book, clocks, thresholds, now)
    return QueueRow(
        number=row.number,
        customer=row.customer,
        customer_class=customer_class,
        unit=row.unit,
        station=row.station,
        manager=row.manager,
        capacity=row.capacity,
        step=step,
        place=steps.index(step) + 1 if step in steps else 0,
        steps=len(steps),
        suspended=bool(row.flags & SUSPENDED),
        level=urgent.level if urgent else None,
        due_at=row.due_at,
        clock=urgent,
        next_action=_next(machine, row),
        accepted_at=row.accepted_at,
    )


def _next(machine: StepMachine, row: sa.Row[Any]) -> EventType | None:
    return next_move(machine, Position(row.state, row.flags))


def _most_urgent(
    book: Book, clocks: Sequence[ClockRow], thresholds: Sequence[ThresholdRow], now: datetime
) -> UrgentClock | None:
    """The open clock at the highest level, the first due among equals; by the order of the layers last."""
    reached = levels_of(thresholds, now)
    standing = [each for each in clocks if each.limit_value is not None]
    if not standing:
        return None
    levels = {each.key: _highest(reached, each) for each in standing}
    layers = {layer.value: place for place, layer in enumerate(Layer)}

    def urgency(each: ClockRow) -> tuple[object, ...]:
        level, due_at = levels[each.key], each.due_at
        rank = -1 if level is None else RANKS[level]
        return (-rank, due_at is None, due_at or each.started_at, layers[each.layer], each.name)

    first = min(standing, key=urgency)
    return UrgentClock(
        layer=Layer.of(first.layer),
        name=first.name,
        label=book.rules.policies.labels[first.key],
        unit=Unit.of(first.unit),
        limit=first.limit_value,
        reading=read(first.standing, book.rules.calendar, now),
        level=levels[first.key],
    )


def _highest(
    reached: Mapping[tuple[str, str], Sequence[tuple[Level, datetime]]], clock: ClockRow
) -> Level | None:
    levels = [level for level, _ in reached.get(clock.key, ())]
    return max(levels, key=RANKS.__getitem__, default=None)

"""供电服务指挥中心: what stands where at one instant (domain §6, §9). Everything is of one account's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from alerts.jobs.running import Job
from alerts.jobs.watch import JobState, job_states
from alerts.kinds import Handling
from alerts.listing import AlertView, alerts
from alerts.orders.listing import OrderView, orders
from alerts.orders.rows import STANDING
from alerts.tables import supervision_order
from limits.force import Layer
from limits.terms import Level, Status
from limits.zone import local, midnight, midnight_after
from web.access.rights import Account, scope_of
from web.access.visible import alerts_within, orders_within
from workflow import store
from workflow.book import Book
from workflow.tables import application, clock

SHOWN = 10
DUE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class StationLine:
    """One station: its open applications, and how many stand at each level, the highest of each."""

    station: str
    open: int
    levels: dict[Level, int]


@dataclass(frozen=True, slots=True)
class DueLine:
    """One clock due on a day."""

    number: str
    station: str
    manager: str
    clock: str


@dataclass(frozen=True, slots=True)
class DueDay:
    """What is due on a day: how many applications, and the first of their clocks."""

    day: date
    applications: int
    lines: tuple[DueLine, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole. ``today`` may be a rest day; ``following`` is the next working day."""

    at: datetime
    stations: tuple[StationLine, ...]
    today: DueDay
    following: DueDay
    unanswered: tuple[AlertView, ...]
    orders: tuple[OrderView, ...]
    jobs: tuple[JobState, ...]

    @property
    def total(self) -> StationLine:
        """All stations together."""
        sums = {level: sum(each.levels[level] for each in self.stations) for level in Level}
        return StationLine("合计", sum(each.open for each in self.stations), sums)


def board(book: Book, account: Account, jobs: Sequence[Job], now: datetime) -> Board:
    """What ``account`` sees at ``now``."""
    today = local(now).date()
    within = sa.and_(orders_within(account), supervision_order.c.state.in_(STANDING))
    return Board(
        at=local(now),
        stations=_stations(book, account, now),
        today=_due(book, account, today),
        following=_due(book, account, book.rules.calendar.add(today, 1)),
        unanswered=_unanswered(book, account, now),
        orders=tuple(orders(book, now, within=within, limit=SHOWN)),
        jobs=tuple(job_states(book.engine, jobs, now, book.rules.calendar)),
    )


def _stations(book: Book, account: Account, now: datetime) -> tuple[StationLine, ...]:
    """Counted from the application's own row, which says since when an open clock stands at a level or above."""
    since = (application.c[f"{level.value}_at"] for level in Level)
    reached = [sa.func.sum(sa.case((each <= now, 1), else_=0)) for each in since]
    wanted = (
        sa.select(application.c.station, sa.func.count(), *reached)
        .where(application.c.status == Status.OPEN.value, scope_of(account).where())
        .group_by(application.c.station)
        .order_by(application.c.station)
    )
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted).all()
    return tuple(_line(row[0], row[1], [int(each) for each in row[2:]]) for row in rows)


def _line(station: str, count: int, reached: Sequence[int]) -> StationLine:
    """``reached`` counts a level and all above it; what is above is taken off."""
    above = [*reached[1:], 0]
    levels = {level: at - more for level, at, more in zip(Level, reached, above, strict=True)}
    return StationLine(station, count, levels)


def _due(book: Book, account: Account, day: date) -> DueDay:
    """Every clock counts, of every layer: an application that is late in one may be in time in another."""
    ended, first = midnight_after(day), midnight(day) + timedelta(microseconds=1)
    joined = clock.join(application, application.c.id == clock.c.application_id)
    wanted = sa.and_(
        clock.c.superseded_at.is_(None),
        clock.c.due_at.between(first, ended),
        application.c.status == Status.OPEN.value,
        scope_of(account).where(),
    )
    counted = sa.select(sa.func.count(sa.distinct(application.c.id))).select_from(joined).where(wanted)
    columns = (
        application.c.number,
        application.c.station,
        application.c.manager,
        clock.c.layer,
        clock.c.name,
    )
    listed = sa.select(*columns).select_from(joined).where(wanted)
    with store.reading(book.engine) as connection:
        count = connection.scalar(counted) or 0
        order = (application.c.station, application.c.number, clock.c.due_at, clock.c.layer, clock.c.name)
        rows = connection.execute(listed.order_by(*order).limit(DUE_SHOWN)).all()
    labels = book.rules.policies.labels
    lines = []
    for row in rows:
        label = f"{Layer.of(row.layer).label}·{labels[row.layer, row.name]}"
        lines.append(DueLine(row.number, row.station, row.manager, label))
    return DueDay(day, count, tuple(lines))


def _unanswered(book: Book, account: Account, now: datetime) -> tuple[AlertView, ...]:
    """Reached, not withdrawn, and answered by nobody; the oldest first."""
    within = alerts_within(account)
    found = [
        each
        for state in (Handling.NEW, Handling.ACKNOWLEDGED)
        for each in alerts(book, now, state=state, within=within, oldest_first=True, limit=SHOWN)
    ]
    return tuple(sorted(found, key=lambda each: (each.reached_at, each.id))[:SHOWN])

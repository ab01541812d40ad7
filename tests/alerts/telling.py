"""A company, its people, and sweeps at any instant: what the tests of telling people share."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from alerts.climbing import climb_due
from alerts.kinds import AlertKind, DeliveryState
from alerts.repeats import count_new
from alerts.sweep import Swept, tell
from alerts.tables import alert, delivery
from limits.terms import Channel, Level
from tests.dates import at
from tests.reports.books import resident
from workflow import cases, store
from workflow.book import Book
from workflow.people.roster import import_organisation
from workflow.people.tables import person
from workflow.tables import application

ORGANISATION = Path(__file__).with_name("organisation.toml")
BEGIN = at("2026-10-08 四 08:00")
_marks = count(1)


def staffed(book: Book, file: Path = ORGANISATION, now: datetime = BEGIN) -> Book:
    """``book`` with an organisation."""
    import_organisation(book.engine, file, now=now, actor="管理员")
    return book


def accept(
    book: Book, number: str, when: datetime, *, station: str = "城关供电所", manager: str = "李四"
) -> None:
    """A household: local limit 2, blue at 1, orange at 2, yellow at 3, red at 4 working days."""
    registration = resident(number, station=station, manager=manager)
    cases.accept(book, number, registration, at=when, now=when, actor="受理员")


def sweep(book: Book, now: datetime, *, shards: int = 1) -> Swept:
    """One sweep, every shard in a transaction of its own; what the last did, with all counts added up."""
    total = Swept()
    for shard in range(shards):
        with store.writing(book.engine) as connection:
            done = tell(connection, book, now, mark=next(_marks), shard=shard, shards=shards)
        for name in ("taken", "looked_at", "messages", "unheard", "orders"):
            setattr(total, name, getattr(total, name) + getattr(done, name))
    return total


def climb(book: Book, now: datetime) -> int:
    with store.writing(book.engine) as connection:
        return climb_due(connection, book.rules, now)


def repeats(book: Book, now: datetime) -> int:
    with store.writing(book.engine) as connection:
        return count_new(connection, book.rules, now, mark=next(_marks))


def every(step: timedelta, begin: datetime, end: datetime, act: Callable[[datetime], Any]) -> None:
    """``act`` at ``begin`` and every ``step`` after it, ``end`` included."""
    now = begin
    while now <= end:
        act(now)
        now += step


def told(book: Book, number: str | None = None, *, channel: Channel = Channel.DESK) -> list[tuple[str, ...]]:
    """Who was told of which local level, as (number, level, person, state), in the order of writing."""
    joined = (
        delivery.join(alert, alert.c.id == delivery.c.about_id)
        .join(application, application.c.id == alert.c.application_id)
        .join(person, person.c.id == delivery.c.person_id)
    )
    wanted = (
        sa.select(application.c.number, alert.c.level, person.c.name, delivery.c.state)
        .select_from(joined)
        .where(delivery.c.about == "alert", delivery.c.channel == channel.value)
        .where(alert.c.kind == AlertKind.LEVEL.value, alert.c.layer == "local")
        .order_by(delivery.c.id)
    )
    if number is not None:
        wanted = wanted.where(application.c.number == number)
    with store.reading(book.engine) as connection:
        return [
            (row.number, Level.of(row.level).label, row.name, DeliveryState.of(row.state).label)
            for row in connection.execute(wanted)
        ]


def alarms(book: Book, kinds: Iterable[AlertKind], *columns: str) -> list[tuple[Any, ...]]:
    """The alarms of ``kinds``, by time: the named columns."""
    wanted = [kind.value for kind in kinds]
    chosen = [alert.c[name] for name in columns]
    with store.reading(book.engine) as connection:
        rows = connection.execute(
            sa.select(*chosen).where(alert.c.kind.in_(wanted)).order_by(alert.c.reached_at, alert.c.key)
        )
        return [tuple(row) for row in rows]

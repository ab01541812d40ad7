"""What others would write instead of the sweep: an ORM loop, a pandas scan, one APScheduler job per deadline.

Each finds what has newly reached a level and was not told before, and writes the alarms and the messages that
our sweep writes.  Whom a level goes to they ask of our own organisation, which answers from memory, so that
the comparison is of finding and writing.
"""

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pandas as pd
import sqlalchemy as sa
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import orm

from alerts.kinds import About, AlertKind
from alerts.routing import Routing, Waiting
from alerts.tables import alert, delivery
from benchmarks.sweep_world import NOW, TODAY
from limits.force import Layer
from limits.terms import Channel, Level
from limits.zone import SHANGHAI
from workflow import store
from workflow.book import Book
from workflow.people.organisation import Place, load_organisation
from workflow.tables import Instant, application, clock, threshold

EXECUTED = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED


class Telling:
    """Whom a level of an application goes to, and the rows that say so."""

    def __init__(self, connection: sa.Connection, book: Book) -> None:
        self.routing = Routing(book.rules, load_organisation(connection, NOW), NOW)
        self.due_at = {level: self.routing.due_at(level) for level in Level}
        self.climb_at = {level: self.routing.climb_at(level, self.due_at[level]) for level in Level}

    def alert(self, application_id: int, layer: str, name: str, level: Level, at: datetime) -> dict[str, Any]:
        spoken = self.routing.escalation.speaks(Layer.of(layer), level)
        return {
            "kind": AlertKind.LEVEL.value,
            "key": f"level:{application_id}:{layer}:{name}:{level.value}",
            "level": level.value,
            "reached_at": at,
            "application_id": application_id,
            "layer": layer,
            "name": name,
            "unit": "",
            "text": "",
            "told_at": NOW,
            "climb_at": self.climb_at[level] if spoken else None,
            "climbs": 0,
        }

    def deliveries(
        self, alert_id: int, layer: str, level: Level, place: tuple[str, str, str]
    ) -> Iterator[dict[str, Any]]:
        waiting = Waiting(alert_id, AlertKind.LEVEL, level, NOW, Layer.of(layer), None, Place(*place))
        if not self.routing.spoken_of(waiting):
            return
        for person in self.routing.recipients(waiting):
            for channel in self.routing.telling(level).channels:
                if channel in person.contacts:
                    desk = channel is Channel.DESK
                    yield {
                        "about": About.ALERT.value,
                        "about_id": alert_id,
                        "person_id": person.person_id,
                        "channel": channel.value,
                        "address": person.contacts[channel],
                        "message_id": f"alert-{alert_id}-{person.person_id}-{channel.value}",
                        "state": "sent" if desk else "pending",
                        "reason": "",
                        "attempts": 0,
                        "created_at": NOW,
                        "urgent": self.routing.telling(level).at_once,
                        "due_at": self.due_at[level],
                        "fence": 0,
                        "sent_at": NOW if desk else None,
                    }


# -- the ORM loop --------------------------------------------------------------------------------


class Base(orm.DeclarativeBase):
    pass


class Application(Base):
    __table__ = application
    clocks: orm.Mapped[list["Clock"]] = orm.relationship(
        primaryjoin=application.c.id == orm.foreign(clock.c.application_id)
    )


class Clock(Base):
    __table__ = clock


class Alert(Base):
    __table__ = alert


class Delivery(Base):
    __table__ = delivery


def orm_loop(book: Book, part: int = 1) -> None:
    """SQLAlchemy's ORM as people write it: each open application, its clocks, used days, told before?

    ``part``: only every so manieth application.
    """
    ladder, calendar = book.rules.policies.ladder(TODAY), book.rules.calendar
    wanted = sa.select(Application).where(application.c.status == "open", application.c.id % part == 0)
    running: Any
    with store.writing(book.engine) as connection, orm.Session(connection) as session:
        telling = Telling(connection, book)
        for each in session.scalars(wanted.execution_options(yield_per=1000)):
            for running in each.clocks:
                if running.stopped_at is not None or running.superseded_at is not None:
                    continue
                used = calendar.count(running.started_at.date(), TODAY)
                reached = [level for level, days in ladder.thresholds(running.limit_value) if days <= used]
                for level in reached:
                    _tell_by_orm(session, telling, each, running, level)
        session.flush()


def _tell_by_orm(session: orm.Session, telling: Telling, of: Any, running: Any, level: Level) -> None:
    told = sa.select(alert.c.id).where(
        alert.c.application_id == of.id,
        alert.c.layer == running.layer,
        alert.c.name == running.name,
        alert.c.level == level.value,
    )
    if session.scalars(told).first() is not None:
        return
    raised: Any = Alert(**telling.alert(of.id, running.layer, running.name, level, NOW))
    session.add(raised)
    session.flush()
    place = of.unit, of.station, of.manager
    session.add_all(Delivery(**row) for row in telling.deliveries(raised.id, running.layer, level, place))


# -- the pandas scan -----------------------------------------------------------------------------

LEVELS_OF_OPEN_CLOCKS = (
    sa.select(
        threshold.c.application_id,
        threshold.c.layer,
        threshold.c.name,
        threshold.c.level,
        threshold.c.crosses_at,
    )
    .select_from(
        clock.join(
            threshold,
            sa.and_(
                threshold.c.application_id == clock.c.application_id,
                threshold.c.layer == clock.c.layer,
                threshold.c.name == clock.c.name,
            ),
        )
    )
    .where(clock.c.stopped_at.is_(None), clock.c.superseded_at.is_(None))
)
CLOCK_LEVEL = ["application_id", "layer", "name", "level"]


def pandas_scan(book: Book) -> None:
    """pandas: all open clocks with their levels by read_sql, compared at once, those told left out."""
    with store.writing(book.engine) as connection:
        levels = pd.read_sql(LEVELS_OF_OPEN_CLOCKS, connection)
        _tell_by_pandas(connection, book, levels[levels["crosses_at"] <= NOW])


OPEN_CLOCKS = sa.select(
    clock.c.application_id, clock.c.layer, clock.c.name, clock.c.limit_value, clock.c.started_at
).where(clock.c.stopped_at.is_(None), clock.c.superseded_at.is_(None))


def pandas_arithmetic(book: Book) -> None:
    """pandas without the levels we keep ready: a quarter of the rows, used days by merge with the calendar."""
    calendar, ladder = book.rules.calendar, book.rules.policies.ladder(TODAY)
    with store.writing(book.engine) as connection:
        clocks = pd.read_sql(OPEN_CLOCKS, connection)
        days = clocks["started_at"].dt.tz_convert(SHANGHAI).dt.date
        used = days.map({day: calendar.count(day, TODAY) for day in days.unique()})
        limits = clocks["limit_value"]
        reached = []
        for nth, (level, _) in enumerate(ladder.thresholds(1)):
            enough = {limit: ladder.thresholds(limit)[nth][1] for limit in limits.unique()}
            past = clocks[used >= limits.map(enough)]
            reached.append(past[CLOCK_LEVEL[:3]].assign(level=level.value, crosses_at=NOW))
        _tell_by_pandas(connection, book, pd.concat(reached))


def _tell_by_pandas(connection: sa.Connection, book: Book, crossed: pd.DataFrame) -> None:
    telling = Telling(connection, book)
    told = pd.read_sql(sa.select(*(alert.c[name] for name in CLOCK_LEVEL)), connection)
    both = crossed.merge(told, how="left", on=CLOCK_LEVEL, indicator=True)
    fresh = both[both["_merge"] == "left_only"]
    rows = [
        telling.alert(row.application_id, row.layer, row.name_, Level.of(row.level), row.crosses_at)
        for row in _rows(fresh.rename(columns={"name": "name_"}))
    ]
    connection.execute(sa.insert(alert), rows)
    places = pd.read_sql(
        sa.select(application.c.id, application.c.unit, application.c.station, application.c.manager)
        .join(alert, alert.c.application_id == application.c.id)
        .where(alert.c.told_at == NOW)
        .add_columns(alert.c.id.label("alert_id"), alert.c.layer, alert.c.level),
        connection,
    )
    messages = [
        message
        for row in _rows(places)
        for message in telling.deliveries(
            row.alert_id, row.layer, Level.of(row.level), (row.unit, row.station, row.manager)
        )
    ]
    pd.DataFrame(messages).to_sql(
        "delivery", connection, if_exists="append", index=False, dtype=_stored_like(messages[0])
    )


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()


def _stored_like(row: Iterable[str]) -> Any:
    return {name: Instant() for name in row if name.endswith("_at")}


# -- APScheduler ---------------------------------------------------------------------------------

_at_work: list[tuple[Book, Telling]] = []  # a job in a store is a function of a module and its arguments


def deadline(application_id: int, layer: str, name: str, level: str) -> None:
    """What one job does when its deadline has come."""
    book, telling = _at_work[0]
    with store.writing(book.engine) as connection:
        of = connection.execute(
            sa.select(application.c.unit, application.c.station, application.c.manager).where(
                application.c.id == application_id
            )
        ).one()
        row = telling.alert(application_id, layer, name, Level.of(level), NOW)
        done = connection.execute(sa.insert(alert).values(row))
        assert done.inserted_primary_key is not None
        messages = telling.deliveries(done.inserted_primary_key[0], layer, Level.of(level), tuple(of))
        if rows := list(messages):
            connection.execute(sa.insert(delivery), rows)


NEXT_DEADLINES = (
    sa.select(
        threshold.c.application_id,
        threshold.c.layer,
        threshold.c.name,
        threshold.c.level,
        threshold.c.crosses_at,
    )
    .where(threshold.c.swept_by.is_(None))
    .order_by(threshold.c.application_id, threshold.c.layer, threshold.c.name, threshold.c.crosses_at)
)


def schedule(book: Book) -> int:
    """One job for the next level of every open clock, written at once into the store; how many are due."""
    jobs = SQLAlchemyJobStore(engine=book.engine)
    scheduler = BackgroundScheduler(jobstores={"default": jobs})
    scheduler.start(paused=True)
    # The clock of the machine is not ours to set: what is due lies an hour back, the rest a year ahead.
    now = datetime.now(NOW.tzinfo)
    past, ahead = now - timedelta(hours=1), now + timedelta(days=365)
    job = scheduler.add_job(deadline, "date", run_date=ahead, args=("", "", "", ""), misfire_grace_time=None)
    like = job.__getstate__()
    job.remove()
    scheduler.shutdown()
    rows, due, before = [], 0, None
    with book.engine.begin() as connection:
        for row in connection.execute(NEXT_DEADLINES).all():
            if tuple(row[:3]) == before:
                continue
            before = tuple(row[:3])
            due += row.crosses_at <= NOW
            at = past if row.crosses_at <= NOW else ahead
            job_id = uuid4().hex
            state = like | {
                "id": job_id,
                "trigger": DateTrigger(at),
                "args": tuple(row[:4]),
                "next_run_time": at,
            }
            pickled = pickle.dumps(state, jobs.pickle_protocol)
            rows.append({"id": job_id, "next_run_time": at.timestamp(), "job_state": pickled})
        connection.execute(sa.insert(jobs.jobs_t), rows)
    return due


def apscheduler(book: Book, due: int) -> Callable[[], None]:
    """One APScheduler job per deadline, in its own store; from the start until the last of those due is done."""
    with book.engine.connect() as connection:
        _at_work[:] = [(book, Telling(connection, book))]
    left, done = [due], threading.Event()
    failed: list[object] = []

    def count(event: JobExecutionEvent) -> None:
        if event.code != EVENT_JOB_EXECUTED:
            failed.append(event.exception or "missed")
        left[0] -= 1
        if failed or not left[0]:
            done.set()

    def run() -> None:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=book.engine)},
            executors={"default": ThreadPoolExecutor(4)},
        )
        scheduler.add_listener(count, EXECUTED)
        scheduler.start()
        done.wait(600)
        scheduler.shutdown(wait=not failed)
        assert not failed, failed
        assert not left[0], left

    return run

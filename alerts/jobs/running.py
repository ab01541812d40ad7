"""Scheduled work, each slot of it done exactly once by however many processes (design §6).

Waking up decides nothing: whoever wakes sees which slots are due, writes their rows under a unique key,
takes shards one by one, and ends each in the transaction that carries its effect.  A process killed at any
moment leaves a lease that lapses, and the next one takes over.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from alerts.errors import LeaseLost
from alerts.jobs import rows as job_rows
from alerts.jobs.slots import Schedule, slots_after
from alerts.kinds import RunState
from limits.errors import YekuoError
from workflow import store
from workflow.book import Book
from workflow.errors import StoreBusy

Clock = Callable[[], datetime]
COLLISIONS = 3  # after which it is no coincidence


@dataclass
class Run:
    """One shard of one slot in the hands of this process."""

    id: int
    job: str
    slot: datetime
    shard: int
    shards: int
    now: datetime
    owner: str
    fence: int
    book: Book
    clock: Clock | None = None
    finished: bool = field(default=False, init=False)

    @contextmanager
    def effect(self) -> Iterator[sa.Connection]:
        """The one transaction of what this run does: its effect and its end stand or fall together.

        Once a run.  Raises LeaseLost, and undoes everything, when another has taken over meanwhile.
        """
        with store.writing(self.book.engine) as connection:
            yield connection
            if not job_rows.finish(connection, self.id, self.fence, now=self.time()):
                raise LeaseLost(job=self.job, slot=job_rows.told(self.slot), shard=self.shard + 1)
        self.finished = True

    def end(self, result: str) -> None:
        """Note what was done; a run without an effect of its own is finished by this."""
        if not self.finished:
            with self.effect():
                pass
        with store.writing(self.book.engine) as connection:
            job_rows.note(connection, self.id, self.fence, result)

    def time(self) -> datetime:
        """How late it has become."""
        return self.clock() if self.clock else self.now


@dataclass(frozen=True)
class Job:
    """A kind of scheduled work; ``run`` returns one short Chinese sentence.

    ``catch_up``: every missed slot is done; else the newest stands for all.  ``lease``: how long a shard may
    take before another process does it.  ``overdue_after``: how long after its slot it must have succeeded.
    ``keep``: how long finished runs stay on record.  ``backlog`` counts what waits for it.
    """

    name: str
    label: str
    schedule: Schedule
    run: Callable[[Run], str]
    shards: int = 1
    catch_up: bool = False
    lease: timedelta = timedelta(minutes=5)
    overdue_after: timedelta = timedelta(minutes=30)
    keep: timedelta = timedelta(days=400)
    backlog: Callable[[sa.Connection, datetime], int] | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one shard; no slot when the job could not even be planned."""

    job: str
    slot: datetime | None
    shard: int
    state: RunState
    result: str
    error: Exception | None = None


def run_due(
    book: Book,
    jobs: Iterable[Job],
    now: datetime,
    owner: str,
    *,
    clock: Clock | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Ran]:
    """Do what is due of ``jobs`` at ``now`` and not taken by another; what fails stops nothing else.

    ``clock`` says how late it has become while working; without one work takes no time.  Nothing more is
    begun once ``stopping`` says so.
    """
    ran: list[Ran] = []
    for job in jobs:
        try:
            plan(book, job, now)
            ran += _run_claimable(book, job, owner, clock or (lambda: now), stopping)
        except Exception as error:  # noqa: BLE001 - the other jobs must go on, whatever this one's fault
            ran.append(Ran(job.name, None, 0, RunState.FAILED, fault(error), error))
    return ran


def run_by_hand(book: Book, job: Job, now: datetime, owner: str, *, clock: Clock | None = None) -> list[Ran]:
    """One slot at ``now`` because somebody asks for it, beside those that are due.

    Those are written down first: a missed one that must be caught up with is not forgotten for this.
    """
    plan(book, job, now)
    _add(book, job, [now], now)
    return _run_claimable(book, job, owner, clock or (lambda: now), lambda: False)


def plan(book: Book, job: Job, now: datetime) -> None:
    """Write the rows of the slots due since the newest there is."""
    with store.reading(book.engine) as connection:
        newest = job_rows.newest_slot(connection, job.name, now)
    _add(book, job, slots_after(job.schedule, newest, now, book.rules.calendar, every=job.catch_up), now)


def _add(book: Book, job: Job, slots: list[datetime], now: datetime) -> None:
    if not slots:
        return
    try:
        with store.writing(book.engine) as connection:
            job_rows.add(connection, job.name, slots, job.shards)
            if not job.catch_up:
                job_rows.supersede(connection, job.name, slots[-1], now)
    except sa.exc.IntegrityError:
        return  # another process was quicker: its rows are there, or the next waking finds what lacks


def _run_claimable(book: Book, job: Job, owner: str, clock: Clock, stopping: Callable[[], bool]) -> list[Ran]:
    with store.reading(book.engine) as connection:
        rows = job_rows.claimable(connection, job.name, clock(), catch_up=job.catch_up)
    ran = []
    for row in rows:
        if stopping():
            break
        now = clock()
        with store.writing(book.engine) as connection:
            if not job_rows.claim(connection, row, owner=owner, now=now, lease=job.lease):
                continue
        run = Run(
            id=row.id,
            job=job.name,
            slot=row.slot,
            shard=row.shard,
            shards=job.shards,
            now=now,
            owner=owner,
            fence=row.fence + 1,
            book=book,
            clock=clock,
        )
        ran.append(_run(job, run))
    return ran


def _run(job: Job, run: Run) -> Ran:
    try:
        result = _result(job, run)
        run.end(result)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is put on record, and the rest goes on
        return _failed(run, error)
    return Ran(run.job, run.slot, run.shard, RunState.DONE, result)


def _result(job: Job, run: Run) -> str:
    """What the job does, with a second look where another wrote the same row first.

    A slot and the next one, or a run and who took it over, may do the same work at one moment.  A unique key lets one
    of them through, and the other then finds that nothing is left to do.
    """
    for _ in range(COLLISIONS):
        try:
            return job.run(run)
        except (sa.exc.IntegrityError, StoreBusy):
            if run.finished:
                raise
    return job.run(run)


def _failed(run: Run, error: Exception) -> Ran:
    """Put the fault on record; where even that fails, the lease lapses and the run is taken again."""
    result = fault(error)
    if run.finished:
        return Ran(run.job, run.slot, run.shard, RunState.DONE, f"已完成，此后出错：{result}", error)
    try:
        with store.writing(run.book.engine) as connection:
            job_rows.fail(connection, run.id, run.fence, now=run.time(), result=result)
    except Exception as second:  # noqa: BLE001 - the database itself is away
        result = f"{result}（未能记录：{fault(second)}）"
    return Ran(run.job, run.slot, run.shard, RunState.FAILED, result, error)


def fault(error: Exception) -> str:
    """A fault in one sentence: ours explain themselves, a programming error is named by its class."""
    return error.message if isinstance(error, YekuoError) else f"程序错误：{type(error).__name__}"

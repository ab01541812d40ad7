"""What became of scheduled work: where each job stands, which is overdue, and what is no longer worth keeping."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from alerts.jobs import rows as job_rows
from alerts.jobs.running import Job
from alerts.jobs.slots import Calendar, next_slot
from alerts.kinds import AlertKind, RunState
from alerts.raising import Raised, raise_alerts
from alerts.tables import job_run, sender_window
from limits.terms import Level
from workflow import store
from workflow.book import Book

LONGEST_TEXT = 512
WINDOWS_KEPT = timedelta(days=1)
# What a newer slot replaced is done as well, but it never started.
_SUCCESS = sa.and_(job_run.c.state == job_rows.DONE, job_run.c.started_at.is_not(None))
_WORST_FIRST = (RunState.FAILED, RunState.RUNNING, RunState.PENDING, RunState.DONE)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A job that has not done its work, since when that is so, and the last slot it did."""

    job: Job
    since: datetime
    last_slot: datetime
    reason: str

    @property
    def key(self) -> str:
        """The same from the first slot missed to the next success: one alarm an outage."""
        return f"job:{self.job.name}:{self.last_slot.timestamp():.0f}"

    @property
    def text(self) -> str:
        """One sentence: what stands still, since when, what to do."""
        sentence = f"自动任务“{self.job.label}”没有完成：{self.reason}"
        return f"{sentence[: LONGEST_TEXT - 40].rstrip('。')}。请运行 yekuo jobs 查看并处理。"


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as `yekuo jobs` shows it; no slot, no state: it never ran."""

    job: Job
    slot: datetime | None
    state: RunState | None
    started_at: datetime | None
    finished_at: datetime | None
    result: str
    next_slot: datetime
    backlog: int | None
    overdue: Overdue | None

    @property
    def took(self) -> timedelta | None:
        """How long the last slot took, all shards together."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None


def overdue(
    connection: sa.Connection, jobs: Iterable[Job], now: datetime, calendar: Calendar
) -> list[Overdue]:
    """The jobs whose newest run failed, or that have not done a slot ``overdue_after`` it was due.

    One that never ran in this database is not overdue: there the scheduler was never started.
    """
    found = (_overdue(connection, job, now, calendar) for job in jobs)
    return [each for each in found if each]


def raise_overdue(connection: sa.Connection, jobs: Iterable[Job], now: datetime, calendar: Calendar) -> int:
    """Put overdue work on the list of alarms, once an outage; how many are new."""
    return raise_alerts(connection, map(_raised, overdue(connection, jobs, now, calendar)))


def watch(book: Book, jobs: Iterable[Job], now: datetime) -> int:
    """Look for overdue work and raise it; nothing is written, nor any lock taken, when all is well."""
    listed = list(jobs)
    with store.reading(book.engine) as connection:
        found = overdue(connection, listed, now, book.rules.calendar)
    if not found:
        return 0
    try:
        with store.writing(book.engine) as connection:
            return raise_overdue(connection, listed, now, book.rules.calendar)
    except sa.exc.IntegrityError:
        return 0  # another process saw it at the same moment


def job_states(engine: sa.Engine, jobs: Iterable[Job], now: datetime, calendar: Calendar) -> list[JobState]:
    """Where each of ``jobs`` stands at ``now``."""
    with store.reading(engine) as connection:
        return [_state(connection, job, now, calendar) for job in jobs]


def prune(connection: sa.Connection, jobs: Iterable[Job], now: datetime) -> int:
    """Delete finished runs each job need not keep; how many rows.

    Kept however old: the newest slot and the last success of each job, what must still be caught up with,
    and the newest row of all, because its number marks what a sweep took and SQLite would give it out again.
    """
    last_id = connection.scalar(sa.select(sa.func.max(job_run.c.id)))
    return sum(_prune(connection, job, now, last_id or 0) for job in jobs)


def prune_windows(connection: sa.Connection, now: datetime) -> int:
    """Delete what was counted for the senders' limits a minute and no longer matters."""
    old = sa.delete(sender_window).where(sender_window.c.minute < now - WINDOWS_KEPT)
    return connection.execute(old).rowcount


def _raised(found: Overdue) -> Raised:
    return Raised(AlertKind.JOB, found.key, Level.YELLOW, found.since, found.text)


def _overdue(connection: sa.Connection, job: Job, now: datetime, calendar: Calendar) -> Overdue | None:
    newest = job_rows.newest_slot(connection, job.name, now)
    if newest is None:
        return None
    last = _last_success(connection, job, now)
    done_slot = last if last is not None else _first_slot(connection, job)
    missed = next_slot(job.schedule, done_slot, calendar) if last is not None else done_slot
    failed = connection.execute(
        _of_slot(job, newest).where(job_run.c.state == job_rows.FAILED).order_by(job_run.c.finished_at)
    ).first()
    if failed is not None:
        reason = f"{job_rows.told(newest)} 的一次失败，{failed.result}"
        return Overdue(job, min(failed.finished_at, missed + job.overdue_after), done_slot, reason)
    if missed + job.overdue_after < now:
        since = f"最近一次成功是 {job_rows.told(last)}" if last else "还没有成功过"
        return Overdue(job, missed + job.overdue_after, done_slot, f"{since}，超过了应完成的时间")
    return None


def _last_success(connection: sa.Connection, job: Job, now: datetime) -> datetime | None:
    """The newest slot by which every shard has succeeded; None when one never did.

    Shard by shard and from the newest back: the index ends each search at its first row.
    """
    newest = []
    for shard in range(job.shards):
        mine = sa.and_(job_run.c.job == job.name, job_run.c.shard == shard, job_run.c.slot <= now)
        wanted = sa.select(job_run.c.slot).where(mine, _SUCCESS).order_by(job_run.c.slot.desc()).limit(1)
        newest.append(connection.scalar(wanted))
    found = [slot for slot in newest if slot is not None]
    return min(found) if len(found) == len(newest) else None


def _first_slot(connection: sa.Connection, job: Job) -> datetime:
    wanted = sa.select(job_run.c.slot).where(job_run.c.job == job.name).order_by(job_run.c.slot).limit(1)
    first: datetime = connection.execute(wanted).scalar_one()
    return first


def _of_slot(job: Job, slot: datetime) -> sa.Select[Any]:
    return sa.select(job_run).where(job_run.c.job == job.name, job_run.c.slot == slot)


def _state(connection: sa.Connection, job: Job, now: datetime, calendar: Calendar) -> JobState:
    slot = job_rows.newest_slot(connection, job.name, now)
    rows = connection.execute(_of_slot(job, slot).order_by(job_run.c.shard)).all() if slot else []
    states = {RunState.of(row.state) for row in rows}
    started = [row.started_at for row in rows if row.started_at]
    ended = [row.finished_at for row in rows if row.finished_at]
    return JobState(
        job=job,
        slot=slot,
        state=next((state for state in _WORST_FIRST if state in states), None),
        started_at=min(started, default=None),
        finished_at=max(ended) if rows and len(ended) == len(rows) else None,
        result="；".join(dict.fromkeys(row.result for row in rows if row.result)),
        next_slot=next_slot(job.schedule, now, calendar),
        backlog=job.backlog(connection, now) if job.backlog else None,
        overdue=_overdue(connection, job, now, calendar),
    )


def _prune(connection: sa.Connection, job: Job, now: datetime, last_id: int) -> int:
    states = [job_rows.DONE] if job.catch_up else [job_rows.DONE, job_rows.FAILED]
    newest = job_rows.newest_slot(connection, job.name, now)
    kept = [slot for slot in (newest, _last_success(connection, job, now)) if slot is not None]
    old = sa.delete(job_run).where(
        job_run.c.job == job.name,
        job_run.c.slot < now - job.keep,
        job_run.c.slot.not_in(kept),
        job_run.c.state.in_(states),
        job_run.c.id != last_id,
    )
    return connection.execute(old).rowcount

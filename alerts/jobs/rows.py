"""The rows that decide who does which scheduled work (design §6).

One row a job, slot and shard under a unique key; it is taken, finished and given up by UPDATEs whose row
count says who won.  ``fence`` grows with every claim, so who lost the lease can finish nothing any more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from alerts.kinds import RunState
from alerts.tables import job_run
from limits.zone import local

PENDING, RUNNING = RunState.PENDING.value, RunState.RUNNING.value
DONE, FAILED = RunState.DONE.value, RunState.FAILED.value
SUPERSEDED = "由较新的一次代替"
LONGEST_RESULT = 512
LONGEST_WAIT = timedelta(hours=1)


def newest_slot(connection: sa.Connection, job: str, now: datetime) -> datetime | None:
    """The newest slot of ``job`` by ``now``; a rehearsal may have left later ones, which do not count yet."""
    wanted = sa.select(sa.func.max(job_run.c.slot)).where(job_run.c.job == job, job_run.c.slot <= now)
    found: datetime | None = connection.scalar(wanted)
    return found


def add(connection: sa.Connection, job: str, slots: Iterable[datetime], shards: int) -> None:
    """Every shard of ``slots``, to be done; raises IntegrityError where another was quicker."""
    blank = {"job": job, "state": PENDING, "owner": "", "fence": 0, "result": ""}
    rows = [{**blank, "slot": slot, "shard": shard} for slot in slots for shard in range(shards)]
    connection.execute(sa.insert(job_run), rows)


def supersede(connection: sa.Connection, job: str, newest: datetime, now: datetime) -> None:
    """Close what nobody has begun and a newer slot makes needless; it never started, and says so."""
    # By (state, lease): what was never begun has no lease, and is little, whatever the job's past.
    unbegun = sa.and_(job_run.c.state == PENDING, job_run.c.lease_until.is_(None))
    older = sa.and_(unbegun, job_run.c.job == job, job_run.c.slot < newest)
    connection.execute(sa.update(job_run).where(older).values(state=DONE, finished_at=now, result=SUPERSEDED))


def claimable(connection: sa.Connection, job: str, now: datetime, *, catch_up: bool) -> list[sa.Row[Any]]:
    """What may be taken now, the oldest slot first.

    What somebody began and did not end is ended by somebody, however old.  What nobody began, or what
    failed and has waited long enough, is done for the newest slot, and with ``catch_up`` for every slot.
    Three statements, because each then has its index and none reads the job's past.
    """
    columns = sa.select(job_run.c.id, job_run.c.slot, job_run.c.shard, job_run.c.fence)
    mine = sa.and_(job_run.c.job == job, job_run.c.slot <= now)
    lapsed = columns.where(mine, job_run.c.state == RUNNING, job_run.c.lease_until < now)
    waiting = columns.where(mine, job_run.c.state.in_((PENDING, FAILED)), _free(now))
    if not catch_up:
        waiting = waiting.where(job_run.c.slot == newest_slot(connection, job, now))
    rows = [*connection.execute(lapsed), *connection.execute(waiting)]
    return sorted(rows, key=lambda row: (row.slot, row.shard))


def claim(
    connection: sa.Connection, row: sa.Row[Any], *, owner: str, now: datetime, lease: timedelta
) -> bool:
    """Take ``row`` as it was seen; whether it was still free."""
    taken = (
        sa.update(job_run)
        .where(job_run.c.id == row.id, job_run.c.fence == row.fence, _free(now))
        .values(
            state=RUNNING,
            owner=owner,
            fence=row.fence + 1,
            lease_until=now + lease,
            started_at=now,
            finished_at=None,
            result="",
        )
    )
    return connection.execute(taken).rowcount == 1


def finish(connection: sa.Connection, run_id: int, fence: int, *, now: datetime) -> bool:
    """Mark a run done; False when the lease is lost."""
    return _end(connection, run_id, fence, {"state": DONE, "finished_at": now})


def fail(connection: sa.Connection, run_id: int, fence: int, *, now: datetime, result: str) -> bool:
    """Mark a run failed; its lease becomes the instant before which nobody tries again."""
    values = {"state": FAILED, "finished_at": now, "result": result[:LONGEST_RESULT]}
    return _end(connection, run_id, fence, {**values, "lease_until": now + wait_after(fence)})


def note(connection: sa.Connection, run_id: int, fence: int, result: str) -> None:
    """Write down what a finished run did."""
    mine = sa.and_(job_run.c.id == run_id, job_run.c.fence == fence, job_run.c.state == DONE)
    connection.execute(sa.update(job_run).where(mine).values(result=result[:LONGEST_RESULT]))


def wait_after(attempts: int) -> timedelta:
    """How long after a failure (X): a minute, then twice as long each time, at most an hour, for ever."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def told(at: datetime) -> str:
    """An instant of a run as people read it."""
    return f"{local(at):%Y-%m-%d %H:%M:%S}"


def _free(now: datetime) -> sa.ColumnElement[bool]:
    waited = sa.and_(job_run.c.state.in_((RUNNING, FAILED)), job_run.c.lease_until < now)
    return sa.or_(job_run.c.state == PENDING, waited)


def _end(connection: sa.Connection, run_id: int, fence: int, values: dict[str, Any]) -> bool:
    held = sa.and_(job_run.c.id == run_id, job_run.c.fence == fence, job_run.c.state == RUNNING)
    return connection.execute(sa.update(job_run).where(held).values(values)).rowcount == 1

"""Work that does not get done is itself an alarm, once; and what is on record does not grow for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from alerts.jobs.running import Job, Run, run_due
from alerts.jobs.slots import DayRule, Schedule
from alerts.jobs.watch import job_states, overdue, prune, prune_windows, raise_overdue, watch
from alerts.kinds import AlertKind, RunState
from alerts.tables import alert, job_run, sender_window
from limits.terms import Level
from tests.dates import at
from workflow import store
from workflow.book import Book
from workflow.errors import StoreBusy

NOW = at("2026-10-12 一 09:00:30")
SLOT = at("2026-10-12 一 09:00")
MINUTE = timedelta(minutes=1)


def succeed(run: Run) -> str:
    return f"第 {run.shard + 1} 片完成"


def refuse(_run: Run) -> str:
    raise StoreBusy


def fail_on_second_shard(run: Run) -> str:
    return refuse(run) if run.shard == 1 else succeed(run)


SWEEP = Job("sweep", "扫描", Schedule(), succeed, shards=2, overdue_after=timedelta(minutes=10))
DIGEST = Job(
    "digest", "每日提示", Schedule("8", "0", days=DayRule.WORKING), succeed, overdue_after=timedelta(hours=2)
)


def raised(book: Book) -> list[sa.Row[tuple[str, str, str, datetime, str]]]:
    with store.reading(book.engine) as connection:
        wanted = sa.select(alert.c.kind, alert.c.level, alert.c.key, alert.c.reached_at, alert.c.text)
        return list(connection.execute(wanted.order_by(alert.c.id)))


def is_overdue(book: Book, job: Job, now: datetime) -> bool:
    with store.reading(book.engine) as connection:
        return bool(overdue(connection, [job], now, book.rules.calendar))


def test_a_job_that_never_ran_is_not_overdue(book: Book) -> None:
    assert watch(book, [SWEEP, DIGEST], NOW) == 0
    assert raised(book) == []


def test_overdue_from_the_first_slot_missed(book: Book) -> None:
    run_due(book, [SWEEP], NOW, "甲")
    latest = SLOT + MINUTE + SWEEP.overdue_after
    assert not is_overdue(book, SWEEP, latest)
    assert is_overdue(book, SWEEP, latest + timedelta(seconds=1))
    watch(book, [SWEEP], NOW + timedelta(hours=5))
    (found,) = raised(book)
    assert (found.kind, found.level, found.reached_at) == (AlertKind.JOB, Level.YELLOW, latest)
    assert "扫描" in found.text
    assert "2026-10-12 09:00:00" in found.text


def test_a_holiday_is_not_an_outage(book: Book) -> None:
    """From 30 September to 8 October nobody works, so no digest is missed."""
    run_due(book, [DIGEST], at("2026-09-30 三 08:00:05"), "甲")
    assert not is_overdue(book, DIGEST, at("2026-10-08 四 09:59"))
    assert is_overdue(book, DIGEST, at("2026-10-08 四 10:01"))


def test_one_alarm_an_outage(book: Book) -> None:
    failing = replace(SWEEP, run=fail_on_second_shard)
    run_due(book, [SWEEP], NOW, "甲")
    for minutes in (1, 2, 30):
        run_due(book, [failing], NOW + minutes * MINUTE, "甲")
        watch(book, [failing], NOW + minutes * MINUTE)
    first, *more = raised(book)
    assert more == []
    assert StoreBusy().message.rstrip("。") in first.text
    assert first.reached_at == NOW + MINUTE

    run_due(book, [SWEEP], NOW + 31 * MINUTE, "甲")
    assert watch(book, [SWEEP], NOW + 31 * MINUTE) == 0
    run_due(book, [failing], NOW + 32 * MINUTE, "甲")
    assert watch(book, [failing], NOW + 32 * MINUTE) == 1


def test_raising_twice_is_raising_once(book: Book) -> None:
    run_due(book, [replace(SWEEP, run=refuse)], NOW, "甲")
    counts = []
    for _ in range(2):
        with store.writing(book.engine) as connection:
            counts.append(raise_overdue(connection, [SWEEP], NOW, book.rules.calendar))
    assert counts == [1, 0]


def test_where_each_job_stands(book: Book) -> None:
    seconds = iter(range(100))
    counted = replace(DIGEST, backlog=lambda _connection, _now: 7)
    never = replace(DIGEST, name="never")
    jobs = [replace(SWEEP, run=fail_on_second_shard), counted]
    run_due(book, jobs, NOW, "甲", clock=lambda: NOW + timedelta(seconds=next(seconds)))
    sweep, digest, idle = job_states(book.engine, [*jobs, never], NOW + 2 * MINUTE, book.rules.calendar)
    assert (sweep.slot, sweep.state, sweep.next_slot) == (SLOT, RunState.FAILED, SLOT + 3 * MINUTE)
    assert sweep.result == f"第 1 片完成；{StoreBusy().message}"
    assert sweep.overdue is not None
    assert timedelta() < (sweep.took or timedelta()) < timedelta(seconds=10)
    assert (digest.slot, digest.state, digest.backlog) == (at("2026-10-12 一 08:00"), RunState.DONE, 7)
    assert digest.next_slot == at("2026-10-13 二 08:00")
    assert digest.overdue is None
    assert (idle.slot, idle.state, idle.took, idle.backlog) == (None, None, None, None)


def test_what_is_kept_on_record(book: Book) -> None:
    """The newest slot and the last success stay however old; a close that must be caught up with as well."""
    short = replace(SWEEP, keep=timedelta(hours=1))
    close = replace(DIGEST, name="close", catch_up=True, run=refuse, keep=timedelta(hours=1))
    for minutes in range(4):
        run_due(book, [short], NOW + minutes * MINUTE, "甲")
    run_due(book, [replace(short, run=refuse)], NOW + 4 * MINUTE, "甲")
    run_due(book, [replace(short, run=refuse)], NOW + 5 * MINUTE, "甲")
    run_due(book, [close], NOW, "甲")
    for now, expected in ((NOW, 0), (NOW + timedelta(days=30), 8)):
        with store.writing(book.engine) as connection:
            assert prune(connection, [short, close], now) == expected
    with store.reading(book.engine) as connection:
        left = connection.execute(sa.select(job_run.c.job, job_run.c.slot).order_by(job_run.c.id)).all()
    assert sorted({tuple(row) for row in left}) == [
        ("close", at("2026-10-12 一 08:00")),
        ("sweep", SLOT + 3 * MINUTE),
        ("sweep", SLOT + 5 * MINUTE),
    ]


def test_the_newest_row_of_all_stays(book: Book) -> None:
    """A sweep marks what it took with its row's number: the number must not be given out again."""
    run_due(book, [SWEEP], NOW, "甲")
    run_due(book, [replace(SWEEP, shards=1)], NOW - timedelta(days=500), "演练")
    with store.writing(book.engine) as connection:
        assert prune(connection, [SWEEP], NOW) == 0


def test_windows_of_the_senders_go_after_a_day(book: Book) -> None:
    with store.writing(book.engine) as connection:
        rows = [{"robot": "甲", "minute": NOW - timedelta(hours=hours), "used": 1} for hours in (1, 23, 25)]
        connection.execute(sa.insert(sender_window), rows)
        assert prune_windows(connection, NOW) == 1

"""Each slot of scheduled work is done once: by one process after another, by two at once, after a death."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.errors import LeaseLost
from alerts.jobs.rows import SUPERSEDED
from alerts.jobs.running import Job, Run, plan, run_by_hand, run_due
from alerts.jobs.slots import DayRule, Schedule
from alerts.kinds import AlertKind, RunState
from alerts.raising import Raised, raise_alerts
from alerts.tables import alert, job_run
from limits.terms import Level
from tests.dates import at
from workflow import store
from workflow.book import Book
from workflow.errors import StoreBusy

NOW = at("2026-10-12 一 09:00:30")
SLOT = at("2026-10-12 一 09:00")
MINUTE = timedelta(minutes=1)


def leave_effect(run: Run) -> str:
    """An alarm named after the slot and shard: twice would break the unique key of alarms."""
    with run.effect() as connection:
        key = f"test:{run.job}:{run.slot.isoformat()}:{run.shard}"
        connection.execute(
            sa.insert(alert),
            [
                {
                    "kind": AlertKind.JOB.value,
                    "key": key,
                    "level": Level.BLUE.value,
                    "reached_at": run.slot,
                    "unit": "",
                    "text": str(run.fence),
                }
            ],
        )
    return f"第 {run.shard + 1} 片完成"


def job(**changes: Any) -> Job:
    return replace(Job("sweep", "扫描", Schedule(), leave_effect), **changes)


def effects(book: Book) -> list[tuple[datetime, str]]:
    with store.reading(book.engine) as connection:
        wanted = sa.select(alert.c.reached_at, alert.c.key).order_by(alert.c.reached_at, alert.c.key)
        return [(row.reached_at, row.key.rsplit(":", 1)[1]) for row in connection.execute(wanted)]


def runs(book: Book) -> list[sa.Row[Any]]:
    with store.reading(book.engine) as connection:
        wanted = sa.select(job_run).order_by(job_run.c.job, job_run.c.slot, job_run.c.shard)
        return list(connection.execute(wanted))


def states(book: Book) -> list[tuple[datetime, str]]:
    return [(row.slot, row.state) for row in runs(book)]


def leave_nothing(_run: Run) -> str:
    return "做完了"


@pytest.fixture(params=[leave_effect, leave_nothing])
def work(request: pytest.FixtureRequest) -> Any:
    """Work with an effect of its own, and work that is only run."""
    return request.param


def test_each_slot_and_shard_once(book: Book) -> None:
    four = job(shards=4)
    ran = run_due(book, [four], NOW, "甲")
    assert [(each.slot, each.shard, each.state) for each in ran] == [
        (SLOT, shard, RunState.DONE) for shard in range(4)
    ]
    assert run_due(book, [four], NOW, "乙") == []
    assert run_due(book, [four], NOW + timedelta(seconds=29), "乙") == []
    assert len(run_due(book, [four], NOW + MINUTE, "乙")) == 4
    assert effects(book) == [(SLOT + i * MINUTE, str(shard)) for i in range(2) for shard in range(4)]


def test_what_is_on_record(book: Book, work: Any) -> None:
    """Who, when, how long and with what result."""
    seconds = iter(range(100))
    run_due(book, [job(run=work)], NOW, "甲", clock=lambda: NOW + timedelta(seconds=next(seconds)))
    (row,) = runs(book)
    assert (row.state, row.owner, row.fence) == ("done", "甲", 1)
    assert row.result in ("第 1 片完成", "做完了")
    assert NOW < row.started_at < row.finished_at < NOW + timedelta(seconds=10)


def test_shards_are_shared_by_whoever_is_there(book: Book) -> None:
    """The second process takes what the first has not begun."""
    others: list[str] = []

    def help_first(run: Run) -> str:
        if run.owner == "甲" and run.shard == 0:
            others.extend(each.result for each in run_due(run.book, [four], NOW, "乙"))
        return run.owner

    four = job(shards=4, run=help_first)
    assert [each.result for each in run_due(book, [four], NOW, "甲")] == ["甲"]
    assert others == ["乙"] * 3


def test_after_a_stop_the_newest_stands_for_all(book: Book) -> None:
    run_due(book, [job()], NOW, "甲")
    later = NOW + timedelta(days=10)
    ran = run_due(book, [job()], later, "甲")
    assert [each.slot for each in ran] == [SLOT + timedelta(days=10)]
    assert len(runs(book)) == 2


def test_a_month_close_is_caught_up_with(book: Book) -> None:
    close = job(schedule=Schedule("6", "0", days=DayRule.FIRST_WORKING), catch_up=True)
    run_due(book, [close], at("2026-08-05 三 12:00"), "甲")
    run_due(book, [close], at("2026-11-05 四 12:00"), "甲")
    slots = ["2026-08-03 一 06:00", "2026-09-01 二 06:00", "2026-10-08 四 06:00", "2026-11-02 一 06:00"]
    assert effects(book) == [(at(slot), "0") for slot in slots]


def test_what_nobody_began_is_replaced_by_a_newer_slot(book: Book) -> None:
    plan(book, job(shards=2), NOW)
    run_due(book, [job(shards=2)], NOW + MINUTE, "乙")
    assert [(row.state, row.result, row.started_at is None) for row in runs(book)][:2] == [
        ("done", SUPERSEDED, True)
    ] * 2
    assert effects(book) == [(SLOT + MINUTE, "0"), (SLOT + MINUTE, "1")]


def test_what_was_begun_is_ended_by_another_after_its_lease(book: Book, work: Any) -> None:
    def die(_run: Run) -> str:
        raise SystemExit  # as a kill: nothing is written after it

    with pytest.raises(SystemExit):
        run_due(book, [job(run=die)], NOW, "甲")
    held = job(run=work, lease=timedelta(minutes=5))
    assert states(book) == [(SLOT, "running")]
    ran = run_due(book, [held], NOW + timedelta(seconds=10), "乙")
    assert ran == []
    ran = run_due(book, [held], NOW + timedelta(minutes=5, seconds=1), "乙")
    assert [(each.slot, each.state) for each in ran] == [
        (SLOT, RunState.DONE),
        (SLOT + timedelta(minutes=5), RunState.DONE),
    ]
    assert [(row.owner, row.fence) for row in runs(book)] == [("乙", 2), ("乙", 1)]


def test_who_lost_the_lease_changes_nothing(book: Book) -> None:
    """The slow one finds at its end that another has done it, and its own effect is undone."""
    late = NOW + timedelta(minutes=5, seconds=1)

    def be_overtaken(run: Run) -> str:
        again = run_due(run.book, [replace(one, run=leave_effect)], late, "乙")
        assert [each.state for each in again] == [RunState.DONE, RunState.DONE]
        with pytest.raises(LeaseLost) as lost, run.effect() as connection:
            raise_alerts(connection, [Raised(AlertKind.JOB, "slow:x:0", Level.BLUE, NOW, "慢")])
        raise lost.value

    one = job(run=be_overtaken)
    (ran,) = run_due(book, [one], NOW, "甲")
    assert isinstance(ran.error, LeaseLost)
    assert effects(book) == [(SLOT, "0"), (SLOT + timedelta(minutes=5), "0")]
    assert [(row.state, row.owner) for row in runs(book)] == [("done", "乙"), ("done", "乙")]


def test_who_lost_the_lease_cannot_end_what_another_is_doing(book: Book) -> None:
    """Not even while the row is running: it runs under another fence."""
    slow: list[Run] = []

    def meet(run: Run) -> str:
        slow.append(run)
        if len(slow) == 1:
            late = NOW + timedelta(minutes=5, seconds=1)
            return run_due(run.book, [one], late, "乙")[0].result
        with pytest.raises(LeaseLost), slow[0].effect():
            pass
        return leave_effect(run)

    one = job(run=meet, schedule=Schedule("9", "0"))
    run_due(book, [one], NOW, "甲")
    assert effects(book) == [(SLOT, "0")]
    assert [(row.state, row.owner, row.fence, row.result) for row in runs(book)] == [
        ("done", "乙", 2, "第 1 片完成")
    ]


def test_an_effect_that_fails_is_undone_and_told(book: Book) -> None:
    def half(run: Run) -> str:
        with run.effect() as connection:
            raise_alerts(connection, [Raised(AlertKind.JOB, "half:x:0", Level.BLUE, NOW, "一半")])
            raise ZeroDivisionError

    (ran,) = run_due(book, [job(run=half)], NOW, "甲")
    assert (ran.state, ran.result) == (RunState.FAILED, "程序错误：ZeroDivisionError")
    assert effects(book) == []
    assert [(row.state, row.result) for row in runs(book)] == [("failed", "程序错误：ZeroDivisionError")]


def test_one_failure_stops_nothing_else(book: Book) -> None:
    def busy(_run: Run) -> str:
        raise StoreBusy

    broken = job(name="unplannable", schedule=Schedule(hour="25"))
    ran = run_due(book, [job(name="busy", run=busy, shards=2), broken, job()], NOW, "甲")
    assert [(each.job, each.state) for each in ran] == [
        ("busy", RunState.FAILED),
        ("busy", RunState.FAILED),
        ("unplannable", RunState.FAILED),
        ("sweep", RunState.DONE),
    ]
    assert ran[0].result == StoreBusy().message
    assert effects(book) == [(SLOT, "0")]


def failing_until(when: datetime) -> Job:
    def run(run: Run) -> str:
        if run.now < when:
            raise StoreBusy
        return leave_effect(run)

    return job(run=run)


def test_a_failure_is_tried_again_while_its_slot_is_the_newest(book: Book) -> None:
    """A daily digest that found the database busy is a minute late, not a day."""
    daily = replace(failing_until(NOW + 3 * MINUTE), schedule=Schedule("8", "0"))
    slot = at("2026-10-12 一 08:00")
    tried = []
    for seconds in range(0, 600, 5):
        now = NOW + timedelta(seconds=seconds)
        tried += [(seconds, each.state) for each in run_due(book, [daily], now, "甲")]
    # one minute after the first failure, two after the second, by the waking after that
    assert tried == [(0, RunState.FAILED), (65, RunState.FAILED), (190, RunState.DONE)]
    assert effects(book) == [(slot, "0")]


def test_a_failure_with_a_newer_slot_stays_one(book: Book) -> None:
    minute = failing_until(NOW + MINUTE)
    run_due(book, [minute], NOW, "甲")
    run_due(book, [minute], NOW + MINUTE, "甲")
    run_due(book, [minute], NOW + 10 * MINUTE, "甲")
    assert [row.state for row in runs(book)] == ["failed", "done", "done"]


def test_a_month_close_that_fails_is_tried_until_it_succeeds(book: Book) -> None:
    monthly = Schedule("6", "0", days=DayRule.FIRST_WORKING)
    close = replace(failing_until(at("2026-11-03 二 12:00")), schedule=monthly, catch_up=True)
    now = at("2026-10-08 四 06:00")
    while now < at("2026-11-04 三 00:00"):
        run_due(book, [close], now, "甲")
        now += timedelta(hours=6)
    assert effects(book) == [(at("2026-10-08 四 06:00"), "0"), (at("2026-11-02 一 06:00"), "0")]
    assert max(row.fence for row in runs(book)) > 50  # the first was tried all month


def test_by_hand_is_a_slot_like_any_other(book: Book) -> None:
    (ran,) = run_by_hand(book, job(), NOW, "手工")[-1:]
    assert (ran.slot, ran.state) == (NOW, RunState.DONE)
    assert run_by_hand(book, job(), NOW, "手工") == []
    (ran,) = run_due(book, [job()], NOW + MINUTE, "甲")
    assert ran.slot == SLOT + MINUTE


def test_by_hand_forgets_nothing_that_must_be_caught_up_with(book: Book) -> None:
    close = job(schedule=Schedule("6", "0", days=DayRule.FIRST_WORKING), catch_up=True)
    run_due(book, [close], at("2026-09-01 二 12:00"), "甲")
    run_by_hand(book, close, at("2026-11-05 四 12:00"), "手工")
    slots = ["2026-09-01 二 06:00", "2026-10-08 四 06:00", "2026-11-02 一 06:00", "2026-11-05 四 12:00"]
    assert [slot for slot, _ in effects(book)] == [at(slot) for slot in slots]


def test_a_rehearsal_of_the_future_stops_nothing_now(book: Book) -> None:
    run_due(book, [job()], NOW + timedelta(days=400), "演练")
    assert [each.slot for each in run_due(book, [job()], NOW, "甲")] == [SLOT]


def test_nothing_more_is_begun_once_asked_to_stop(book: Book) -> None:
    done: list[int] = []

    def count(run: Run) -> str:
        done.append(run.shard)
        return ""

    run_due(book, [job(run=count, shards=4)], NOW, "甲", stopping=lambda: len(done) == 2)
    assert done == [0, 1]
    assert [row.state for row in runs(book)] == ["done", "done", "pending", "pending"]


@pytest.mark.parametrize(("collisions", "state"), [(1, RunState.DONE), (99, RunState.FAILED)])
def test_who_comes_second_to_the_same_row_looks_again(book: Book, collisions: int, state: RunState) -> None:
    """Two slots at once find the same to do; a unique key lets one through, and the other is not at fault."""
    looked: list[datetime] = []

    def meet(run: Run) -> str:
        looked.append(run.slot)
        row = {"kind": "job", "key": "once", "level": "blue", "reached_at": NOW, "unit": "", "text": ""}
        with run.effect() as connection:
            connection.execute(sa.insert(alert), [row] * (2 if len(looked) <= collisions else 1))
        return "完成"

    (ran,) = run_due(book, [job(run=meet)], NOW, "甲")
    assert ran.state is state
    assert len(looked) == (2 if collisions == 1 else 4)
    with store.reading(book.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(alert)) == (
            1 if collisions == 1 else 0
        )

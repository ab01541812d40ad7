"""The process that wakes up: APScheduler in memory, nothing shared but the table that decides (design §6).

Every job has a waking of its own, so that a slow one holds up no other.  It asks what is due and does it;
whether another process has done it already is for :mod:`alerts.jobs` to know.
"""

import logging
import os
import secrets
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from alerts.errors import LeaseLost
from alerts.jobs.rows import told
from alerts.jobs.running import Clock, Job, Ran, fault, run_due
from alerts.jobs.watch import watch
from alerts.kinds import RunState
from limits.errors import YekuoError
from limits.zone import SHANGHAI
from yekuo.live_book import LiveBook
from yekuo.output import say_error
from yekuo.settings import parse_instant

WAKE_EVERY = 5.0  # seconds
WAKE_AT_MOST_EVERY = 0.2  # in a rehearsal
WATCH_EVERY = 6  # wakings
THREADS = 12  # fewer than the fifteen connections of an engine's pool
# In a faster rehearsal work is late by the rehearsal's own doing, and an alarm would tell nothing.
WATCHED_UP_TO = 60.0


class SpeedInvalid(YekuoError):
    """演练速度 {speed} 不对。应为大于 0、不超过 100000 的数，例：--speed 60 表示一秒走一分钟。"""

    code = "speed_invalid"


def wall_clock() -> datetime:
    """Now."""
    return parse_instant(None)


def refuse_speed(speed: float) -> None:
    """A clock neither stands still nor goes back."""
    if not 0 < speed <= 100_000:
        raise SpeedInvalid(speed=speed)


def rehearsal_clock(start: datetime, speed: float, until: datetime | None) -> Clock:
    """A clock that starts at ``start``, runs ``speed`` times as fast as the wall's, and stands at ``until``."""
    begun = time.monotonic()

    def clock() -> datetime:
        now = start + timedelta(seconds=(time.monotonic() - begun) * speed)
        return now if until is None else min(now, until)

    return clock


def new_owner() -> str:
    """Who holds a lease: this process and no other, also after its number is given out again."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


class Scheduler:
    """Wakes for every job of ``jobs``; may run by itself or inside another process."""

    def __init__(
        self,
        live: LiveBook,
        jobs: Sequence[Job],
        clock: Clock = wall_clock,
        *,
        speed: float = 1.0,
        say: Callable[[str], None] = say_error,
    ) -> None:
        self.owner = new_owner()
        self._live, self._jobs, self._clock, self._say = live, tuple(jobs), clock, say
        self._every = max(WAKE_EVERY / speed, WAKE_AT_MOST_EVERY)
        self._watched = speed <= WATCHED_UP_TO
        self._stopping = Event()
        self._faults: dict[str, str] = {}
        self._wakings: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin to wake up; returns at once."""
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # a waking that is passed over is no news
        wakings = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self._jobs:
            every = IntervalTrigger(seconds=self._every, timezone=SHANGHAI)
            wakings.add_job(self._wake, every, args=[job], next_run_time=wall_clock())
        if self._watched:  # not at once: after a stop the jobs do first what they missed
            wakings.add_job(
                self._watch, IntervalTrigger(seconds=self._every * WATCH_EVERY, timezone=SHANGHAI)
            )
        self._stopping.clear()
        wakings.start()
        self._wakings = wakings
        self._note("scheduler.start", f"owner={self.owner} 自动任务已启动，共 {len(self._jobs)} 项")

    def stop(self) -> None:
        """Wake up no more; returns when what was begun has ended."""
        self._stopping.set()
        if self._wakings is not None:
            self._wakings.shutdown(wait=True)
            self._wakings = None
            self._note("scheduler.stop", f"owner={self.owner} 自动任务已停止")

    def pass_once(self) -> None:
        """Wake up once for every job, here and now."""
        self._stopping.clear()
        for job in self._jobs:
            self._wake(job)

    def _wake(self, job: Job) -> None:
        if self._stopping.is_set():
            return
        try:
            ran = run_due(
                self._live.current(),
                [job],
                self._clock(),
                self.owner,
                clock=self._clock,
                stopping=self._stopping.is_set,
            )
        except Exception as error:  # noqa: BLE001 - the database is away; the next waking tries again
            ran = [Ran(job.name, None, 0, RunState.FAILED, fault(error), error)]
        for each in ran:
            self._tell(each)
        if all(each.slot for each in ran):
            self._faults.pop(job.name, None)

    def _watch(self) -> None:
        if self._stopping.is_set():
            return
        try:
            raised = watch(self._live.current(), self._jobs, self._clock())
        except Exception as error:  # noqa: BLE001 - as above
            self._tell(Ran("watch", None, 0, RunState.FAILED, fault(error), error))
            return
        self._faults.pop("watch", None)
        if raised:
            self._note("scheduler.overdue", f"自动任务逾期，新告警 {raised} 条")

    def _tell(self, ran: Ran) -> None:
        if ran.slot is None:  # not even its rows could be read: said once, not at every waking
            if self._faults.get(ran.job) == ran.result:
                return
            self._faults[ran.job] = ran.result
        outcome = "lost" if isinstance(ran.error, LeaseLost) else ran.state.value
        slot = f"slot={ran.slot.isoformat()} shard={ran.shard + 1} " if ran.slot else ""
        self._note(f"{ran.job}.{outcome}", f"{slot}{ran.result}")
        if ran.error is not None and not isinstance(ran.error, YekuoError):
            self._say("".join(traceback.format_exception(ran.error)).rstrip())

    def _note(self, name: str, sentence: str) -> None:
        self._say(f"{told(self._clock())} {name} {sentence}")


def run_until_stopped(scheduler: Scheduler, clock: Clock, until: datetime | None) -> None:
    """Run ``scheduler`` until SIGTERM, Ctrl-C or ``until``, and end it in order.

    What is due at ``until`` itself is done before the end.  A second signal ends at once: what was begun
    is then ended by whoever comes after its lease.
    """
    asked = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    scheduler.start()
    try:
        while not asked.wait(0.1) and (until is None or clock() < until):
            pass
        scheduler.stop()
        if not asked.is_set():
            scheduler.pass_once()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

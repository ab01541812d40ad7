"""All scheduled work: what runs when, and what each needs from the settings (design §6).

The times of day are our own (X): the night for what is long, the early morning for what people find when
they come, and between 07:00 and 08:00 what the day's digest is to include.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from alerts.climbing import climb
from alerts.duties.doing import open_duties
from alerts.jobs import backlogs
from alerts.jobs.running import Clock, Job, Run
from alerts.jobs.slots import DayRule, Schedule
from alerts.jobs.watch import prune, prune_windows
from alerts.messages.delivering import Post, deliver
from alerts.messages.digest import write_digests
from alerts.orders.acts import reschedule_orders
from alerts.plans import warn_of_plans
from alerts.repeats import count_repeats
from alerts.senders import senders_for
from alerts.senders.message import Sender
from alerts.sweep import sweep
from alerts.watching import verify_ledger, watch_calendar
from limits.errors import YekuoError
from limits.terms import Channel
from limits.zone import local
from yekuo.settings import Settings

SHARDS = 4
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# What runs every minute writes thousands of rows a day; nobody asks for them after two.
SHORT = timedelta(days=2)


class JobUnknown(YekuoError):
    """没有叫“{name}”的自动任务。可用的有：{known}。请用 yekuo jobs 查看。"""

    code = "job_unknown"


def jobs_for(settings: Settings, clock: Clock) -> tuple[Job, ...]:
    """Every job under ``settings``; ``clock`` is the scheduler's, also for leases of messages."""
    jobs = (*_telling(settings), *_delivering(settings, clock), *_daily(), _month_close(settings))
    return (*jobs, _housekeeping(jobs))


def job_named(jobs: Iterable[Job], name: str) -> Job:
    """The job called ``name``; raises JobUnknown."""
    listed = list(jobs)
    for job in listed:
        if job.name == name:
            return job
    raise JobUnknown(name=name, known="、".join(job.name for job in listed))


def _telling(settings: Settings) -> Iterator[Job]:
    yield Job(
        "sweep", "时限扫描", Schedule(), sweep,
        shards=SHARDS, overdue_after=10 * MINUTE, keep=SHORT, backlog=backlogs.untold,
    )  # fmt: skip
    if settings.repeated_yellows:
        yield Job(
            "repeats", "连续黄色", Schedule(), count_repeats,
            overdue_after=10 * MINUTE, keep=SHORT, backlog=backlogs.uncounted,
        )  # fmt: skip
    yield Job(
        "climb", "逐级上报", Schedule(minute="*/5"), climb,
        overdue_after=15 * MINUTE, keep=SHORT, backlog=backlogs.to_climb,
    )  # fmt: skip


def _delivering(settings: Settings, clock: Clock) -> Iterator[Job]:
    """One job a channel: a receiver that is down holds up nobody but itself."""
    for channel, sender in senders_for(settings.senders).items():
        yield Job(
            f"deliver_{channel}",
            f"发送：{channel.label}",
            Schedule(second="*/15"),
            _deliverer(settings, clock, channel, sender),
            lease=2 * HOUR,  # a receiver that answers late, a hundred times over
            overdue_after=15 * MINUTE,
            keep=SHORT,
            backlog=backlogs.unsent(channel),
        )


def _deliverer(settings: Settings, clock: Clock, channel: Channel, sender: Sender) -> Callable[[Run], str]:
    post = Post(
        channel=channel,
        sender=sender,
        desk_url=settings.desk_url,
        timeout=timedelta(seconds=settings.senders.timeout),
        attempts=settings.senders.attempts,
        clock=clock,
    )
    return lambda run: deliver(run, post)


def _daily() -> Iterator[Job]:
    yield Job("verify", "台账核对", Schedule("2", "0"), _verify, lease=2 * HOUR, overdue_after=4 * HOUR)
    yield Job("duties", "周期事项", Schedule("6", "30"), open_duties, overdue_after=2 * HOUR)
    yield Job("calendar", "放假安排检查", Schedule("7", "0"), _look_at_calendar, overdue_after=2 * HOUR)
    yield Job("plans", "供电方案有效期", Schedule("7", "30"), warn_of_plans, overdue_after=2 * HOUR)
    working_morning = Schedule("8", "0", days=DayRule.WORKING)
    yield Job("digest", "每日提示", working_morning, write_digests, overdue_after=2 * HOUR)


def _verify(run: Run) -> str:
    from reports.sealing.check import verify_seals
    from reports.stations.verify import verify_evaluations

    return verify_ledger(
        run, (lambda book: verify_seals(book).difference, lambda book: verify_evaluations(book).difference)
    )


def _look_at_calendar(run: Run) -> str:
    """A notice's import moves the orders in a transaction of its own; what a crash left is done here."""
    reschedule_orders(run.book, run.now)
    return watch_calendar(run)


def _month_close(settings: Settings) -> Job:
    """The month before, on the first working day, and for every month that was missed."""

    def close(run: Run) -> str:
        from reports import issuing
        from reports.periods import Period
        from web.work.report_sources import sources

        last = month_before(run.slot)
        month = Period.month(last.year, last.month)
        # As it stood at the slot: whoever takes over, and however late, writes the same figures.
        found = issuing.basis(run.book, month, run.slot, settings.report, sources(run.book))
        written, lacking = issuing.issue_all(found, settings.reports_folder / str(month))
        return f"{month.label}的报告已写到 {written[0].parent}{'；' if lacking else ''}{lacking}"

    return Job(
        "month_close",
        "月度指标",
        Schedule("6", "0", days=DayRule.FIRST_WORKING),
        close,
        catch_up=True,
        lease=HOUR,
        overdue_after=6 * HOUR,
    )


def month_before(slot: datetime) -> date:
    """The last day of the month before the one ``slot`` lies in."""
    return local(slot).date().replace(day=1) - timedelta(1)


def _housekeeping(others: tuple[Job, ...]) -> Job:
    def tidy(run: Run) -> str:
        with run.effect() as connection:
            runs = prune(connection, (*others, job), run.now)
            windows = prune_windows(connection, run.now)
        return f"清理执行记录 {runs} 条、限频计数 {windows} 条"

    job = Job("housekeeping", "清理", Schedule("3", "0"), tidy, overdue_after=4 * HOUR)
    return job

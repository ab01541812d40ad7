"""When scheduled work falls due: its slots, computed from the schedule and never remembered.

A slot is the scheduled instant, whoever wakes up when.  After a stop only the newest slot matters to most
work, and it is found by looking back from now: months of missed minutes cost as little as one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from apscheduler.triggers.cron import CronTrigger

from limits.terms import Term
from limits.zone import SHANGHAI, local, midnight_after

INSTANT = timedelta(microseconds=1)
FIRST_LOOK = timedelta(minutes=1)
# Longer than from one first working day of a month to the next, National Day included.
LONGEST_GAP = timedelta(days=100)


class Calendar(Protocol):
    """The part of a calendar that schedules need."""

    def is_workday(self, day: date) -> bool: ...
    def count(self, after: date, through: date) -> int: ...


class DayRule(Term):
    """On which days scheduled work is due."""

    EVERY = "every", "每天"
    WORKING = "working", "工作日"
    FIRST_WORKING = "first_working", "每月首个工作日"

    def counts(self, day: date, calendar: Calendar) -> bool:
        """Whether work is due on ``day``."""
        if self is DayRule.EVERY:
            return True
        if not calendar.is_workday(day):
            return False
        before_month = day.replace(day=1) - timedelta(1)
        return self is DayRule.WORKING or calendar.count(before_month, day) == 1


@dataclass(frozen=True)
class Schedule:
    """The time of day in cron fields, and the days that count; every minute unless told otherwise."""

    hour: str = "*"
    minute: str = "*"
    second: str = "0"
    days: DayRule = DayRule.EVERY

    @cached_property
    def trigger(self) -> CronTrigger:
        """The fields as APScheduler reads them, on the clock of Shanghai."""
        return CronTrigger(hour=self.hour, minute=self.minute, second=self.second, timezone=SHANGHAI)


def next_slot(schedule: Schedule, after: datetime, calendar: Calendar) -> datetime:
    """The first slot later than ``after``."""
    return next(_slots(schedule, after, calendar))


def slots_after(
    schedule: Schedule, after: datetime | None, until: datetime, calendar: Calendar, *, every: bool = False
) -> list[datetime]:
    """The slots in (after, until], the oldest first: the newest alone, or ``every`` one that was missed.

    ``after`` None: nothing ran yet, so there is nothing to catch up with, and the newest is all there is.
    """
    if after is None:
        return _newest(schedule, until - LONGEST_GAP, until, calendar)
    if every:
        return list(_slots_through(schedule, after, until, calendar))
    return _newest(schedule, after, until, calendar)


def _newest(schedule: Schedule, after: datetime, until: datetime, calendar: Calendar) -> list[datetime]:
    """Look back from ``until``, each time twice as far, until there is a slot."""
    look = FIRST_LOOK
    while True:
        start = max(after, until - look)
        found = deque(_slots_through(schedule, start, until, calendar), maxlen=1)
        if found or start == after:
            return list(found)
        look *= 2


def _slots_through(
    schedule: Schedule, after: datetime, until: datetime, calendar: Calendar
) -> Iterator[datetime]:
    if after >= until:
        return
    for slot in _slots(schedule, after, calendar):
        if slot > until:
            return
        yield slot


def _slots(schedule: Schedule, after: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Every slot later than ``after``, without an end; a day that does not count is passed over whole."""
    while True:
        slot = local(schedule.trigger.get_next_fire_time(None, local(after) + INSTANT))
        day = slot.date()
        if schedule.days.counts(day, calendar):
            yield slot
            after = slot
        else:
            after = midnight_after(day) - INSTANT

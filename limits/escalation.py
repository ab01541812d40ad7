"""Who is told of a level, on which channels and when: the escalation ladder as dated data (domain §6).

No source gives more than the names of the levels and whom each goes to; hours and patience are ours (X).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from limits.clock import RANKS
from limits.force import Citation, Force, Layer
from limits.terms import Channel, Level, Post
from limits.zone import SHANGHAI, local


class Workdays(Protocol):
    """The part of a calendar that working hours need."""

    def is_workday(self, day: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From ``opens`` to ``closes`` on every working day, Asia/Shanghai."""

    opens: time
    closes: time

    def next_open(self, at: datetime, calendar: Workdays) -> datetime:
        """``at`` when it lies in working hours, otherwise the next opening after it."""
        at = local(at)
        day = at.date()
        if calendar.is_workday(day) and at.time() < self.closes:
            return max(at, datetime.combine(day, self.opens, SHANGHAI))
        day += timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, SHANGHAI)

    def after(self, at: datetime, minutes: int, calendar: Workdays) -> datetime:
        """The instant ``minutes`` of working hours after ``at``."""
        left = timedelta(minutes=minutes)
        at = self.next_open(at, calendar)
        while at + left > datetime.combine(at.date(), self.closes, SHANGHAI):
            closes = datetime.combine(at.date(), self.closes, SHANGHAI)
            left -= closes - at
            at = self.next_open(closes, calendar)
        return at + left

    def between(self, start: datetime, end: datetime, calendar: Workdays) -> timedelta:
        """The working hours in (start, end]; none when ``end`` lies before ``start``.

        The counterpart of :meth:`after`: what lies between ``at`` and ``after(at, minutes)`` is those minutes.
        """
        passed = timedelta()
        at, end = self.next_open(start, calendar), local(end)
        while at < end:
            closes = datetime.combine(at.date(), self.closes, SHANGHAI)
            passed += min(closes, end) - at
            at = self.next_open(closes, calendar)
        return passed


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom one level goes to.

    ``at_once``: sent day and night; otherwise in working hours. ``climb_after``: minutes (of working
    hours, unless ``at_once``) without an acknowledgement after which ``climbs_to`` are told as well; None: never.
    ``opens_order``: the command centre opens a 督办单.
    """

    level: Level
    posts: tuple[Post, ...]
    channels: tuple[Channel, ...]
    at_once: bool = False
    climb_after: int | None = None
    climbs_to: tuple[Post, ...] = ()
    opens_order: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """``times`` alarms of ``level`` in a row of one person or unit count as ``becomes``."""

    level: Level
    times: int
    becomes: Level
    citation: Citation


@dataclass(frozen=True, slots=True)
class Escalation:
    """The whole ladder in force from a day on.

    ``layers``: whose levels are told of, each from which level on.

    ``order_limit``: working days within which a supervision order is to be answered.
    """

    layers: Mapping[Layer, Level]
    hours: WorkingHours
    tellings: tuple[Telling, ...]
    repeat: Repeat | None
    order_limit: int
    force: Force
    citation: Citation

    def speaks(self, layer: Layer, level: Level) -> bool:
        """Whether anybody is told of ``level`` of a clock of ``layer``."""
        lowest = self.layers.get(layer)
        return lowest is not None and RANKS[level] >= RANKS[lowest]

    def telling(self, level: Level) -> Telling:
        """Whom ``level`` goes to."""
        return next(each for each in self.tellings if each.level is level)

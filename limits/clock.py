"""What a clock says: used, due, verdict and the levels it crosses (domain §5, §6).

A clock is given as the spans in which it ran.  How a history becomes spans is not known here;
what spans mean is known only here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from limits.ladder import Ladder
from limits.terms import Level, Unit, Verdict
from limits.zone import local, midnight, midnight_after

RANKS = {level: rank for rank, level in enumerate(Level)}


class Days(Protocol):
    """The part of a calendar the arithmetic needs."""

    def count(self, after: date, through: date) -> int: ...
    def add(self, start: date, days: int) -> date: ...
    def provisional(self, through: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class Span:
    """One running interval (start, end]; ``end`` None while it still runs. Instants are aware."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is granted from ``since`` on.

    ``limit`` counts the unit of the clock.  ``fixed_on`` is a date agreed or set by the civil code
    (契约, months, years): the clock is not due before it, however few working days lie in between.
    """

    limit: int
    fixed_on: date | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A clock's whole history.

    ``allowances`` in order of ``since``; the last one governs; none where no limit is set (a voltage
    or kind of works without a row).  ``stopped_at`` is set when the
    clock was stopped by what it waits for; ``cut_at`` when the application ended before that.
    """

    spans: tuple[Span, ...]
    allowances: tuple[Allowance, ...]
    unit: Unit = Unit.WORKING_DAY
    stopped_at: datetime | None = None
    cut_at: datetime | None = None

    @property
    def running(self) -> bool:
        return bool(self.spans) and self.spans[-1].end is None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A level and the instant at which it is reached."""

    level: Level
    at: datetime

    @property
    def on(self) -> date:
        return local(self.at).date()


@dataclass(frozen=True, slots=True)
class Standing:
    """A track settled once and for all: what can be stored, and read at any later instant.

    ``used`` counts the ended spans only; ``resumed_at`` is the start of the span still running, None
    when none is.  ``due_at`` is the midnight (or minute) that ends the last good day, known only
    while running.  ``late_at`` is set when an ended span ran past it.  ``paused_at`` is where the last
    span of an open clock that does not run ended.  ``limit`` None: none is set.
    """

    unit: Unit
    limit: int | None
    used: int
    started_at: datetime
    resumed_at: datetime | None
    due_at: datetime | None
    late_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    cut_at: datetime | None

    @property
    def running(self) -> bool:
        return self.resumed_at is not None

    @property
    def due_on(self) -> date | None:
        """The last good day."""
        return None if self.due_at is None else _last_good_day(self.due_at, self.unit)

    @property
    def final(self) -> Verdict | None:
        """The verdict that no later instant changes; None while the clock is open or has no limit."""
        if self.limit is None:
            return None
        if self.stopped_at is not None and not self.running:
            return Verdict.LATE if self.late_at else Verdict.MET
        return Verdict.TERMINATED if self.cut_at is not None else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock read at one instant. ``used`` and ``left`` in the clock's unit.

    Where no limit is set, ``left`` and ``verdict`` are None: it is shown as having none.
    """

    used: int
    left: int | None
    verdict: Verdict | None
    running: bool
    due_on: date | None
    provisional: bool


def settle(track: Track, calendar: Days) -> Standing:
    """What ``track`` amounts to, whenever it is asked.

    民法典第二百零一条: 按照日计算期间的,开始的当日不计入,自下一日开始计算 — so (a, b].
    第二百零三条: 期间的最后一日的截止时间为二十四时 — so late from the midnight that ends the due day,
    also when the next day is a rest day and ``used`` has not grown yet.
    """
    allowance = track.allowances[-1] if track.allowances else None
    track = _exact(track)
    used, due_at, late_at = 0, None, None
    for span in track.spans:
        if late_at is None and allowance is not None:
            due_at = _due_at(span.start, allowance, used, track, calendar)
        if span.end is None:
            break
        if late_at is None and due_at is not None and _is_past(due_at, span.end, track.unit):
            late_at = due_at
        used += elapsed(span.start, span.end, track.unit, calendar)
    return Standing(
        unit=track.unit,
        limit=None if allowance is None else allowance.limit,
        used=used,
        started_at=track.spans[0].start,
        resumed_at=track.spans[-1].start if track.running else None,
        due_at=due_at if track.running else None,
        late_at=late_at,
        paused_at=None if track.stopped_at or track.cut_at else track.spans[-1].end,
        stopped_at=None if track.running else track.stopped_at,
        cut_at=track.cut_at,
    )


def read(standing: Standing, calendar: Days, now: datetime) -> Reading:
    """Read a clock at ``now``, which lies after everything that made it.

    While paused there is no due date, only what is left (domain §5.4).  A clock that reaches past the
    last published year says so.
    """
    used, late = standing.used, standing.late_at is not None
    if standing.resumed_at is not None:
        used += elapsed(standing.resumed_at, now, standing.unit, calendar)
    if standing.due_at is not None:
        late = late or _is_past(standing.due_at, now, standing.unit)
    limit = standing.limit
    still_open = Verdict.OPEN_LATE if late else Verdict.OPEN
    ended_at = standing.stopped_at or standing.cut_at or standing.paused_at or standing.started_at
    reaches = standing.due_on or local(ended_at).date()
    return Reading(
        used=used,
        left=None if limit is None else max(limit - used, 0),
        verdict=None if limit is None else standing.final or still_open,
        running=standing.running,
        due_on=standing.due_on,
        provisional=calendar.provisional(max(reaches, local(now).date()) if standing.running else reaches),
    )


def elapsed(start: datetime, end: datetime, unit: Unit, calendar: Days) -> int:
    """Working days (or whole minutes) used in (start, end]; 0 when ``end`` lies before ``start``."""
    if unit is Unit.MINUTE:
        return max(int((end - start) / timedelta(minutes=1)), 0)
    return calendar.count(local(start).date(), local(end).date())


def dated_allowance(start: datetime, on: date, calendar: Days, since: datetime | None = None) -> Allowance:
    """A date as an allowance: its levels take the working days from the start to it as L (domain §4)."""
    return Allowance(calendar.count(local(start).date(), on), fixed_on=on, since=since)


def _exact(track: Track) -> Track:
    """A minute clock with the seconds left over by one span carried into the next.

    A pause must not cost or give up to a minute: so the start of what follows is moved back by them.
    """
    if track.unit is not Unit.MINUTE:
        return track
    carried, exact = timedelta(), []
    for span in track.spans:
        start = span.start - carried
        exact.append(Span(start, span.end))
        carried = timedelta() if span.end is None else (span.end - start) % timedelta(minutes=1)
    return replace(track, spans=tuple(exact))


def _due_at(start: datetime, allowance: Allowance, used: int, track: Track, calendar: Days) -> datetime:
    left = max(allowance.limit - used, 0)
    if track.unit is Unit.MINUTE:
        return start + timedelta(minutes=left)
    day, fixed_on = calendar.add(local(start).date(), left), allowance.fixed_on
    if fixed_on is not None and fixed_on < local(track.spans[0].start).date():
        return midnight_after(fixed_on)  # the date had passed before the clock started
    return midnight_after(max(day, fixed_on or day))


def _is_past(due_at: datetime, end: datetime, unit: Unit) -> bool:
    """A day clock stopped at the midnight itself is already late; a minute clock has the full minute."""
    return end > due_at if unit is Unit.MINUTE else end >= due_at


def _last_good_day(due_at: datetime, unit: Unit) -> date:
    return local(due_at if unit is Unit.MINUTE else due_at - timedelta(microseconds=1)).date()


def crossings(track: Track, ladder: Ladder, calendar: Days) -> tuple[Crossing, ...]:
    """Every level the clock reaches if nothing else happens, past and future, in time order.

    A level is reached when the working day begins on which ``used`` reaches its threshold, and only
    in a span: a paused clock reaches nothing.  Of levels that fall on one instant only the highest
    is raised (domain §6).  When the allowance changes, levels reached under the old one stay, and a
    new threshold already passed is reached at the change, never before it was known.
    """
    track = _exact(track)
    reached: dict[Level, datetime] = {}
    gained = [
        None if span.end is None else elapsed(span.start, span.end, track.unit, calendar)
        for span in track.spans
    ]
    for allowance, until in _governed(track.allowances):
        for level, threshold in ladder.thresholds(allowance.limit):
            if level in reached:
                continue
            at = _reaches(track, gained, threshold, allowance.since, calendar)
            if at is not None and (until is None or at < until):
                reached[level] = at
    return tuple(_highest_of_each_instant(reached))


def _governed(allowances: Sequence[Allowance]) -> Iterator[tuple[Allowance, datetime | None]]:
    for index, allowance in enumerate(allowances):
        following = allowances[index + 1] if index + 1 < len(allowances) else None
        yield allowance, following.since if following else None


def _reaches(
    track: Track, gained: Sequence[int | None], threshold: int, since: datetime | None, calendar: Days
) -> datetime | None:
    """When ``threshold`` is reached; ``gained`` are the units of each span, None for the one running."""
    used = 0
    for span, gain in zip(track.spans, gained, strict=True):
        if gain is None or used + gain >= threshold:
            at = _instant(span.start, max(threshold - used, 0), track.unit, calendar)
            if since is None or at >= since:
                return at
            if span.end is None or span.end > since:
                return max(span.start, since)
        used += gain or 0
    return None


def _instant(start: datetime, units: int, unit: Unit, calendar: Days) -> datetime:
    if units == 0:
        return start
    if unit is Unit.MINUTE:
        return start + timedelta(minutes=units)
    return midnight(calendar.add(local(start).date(), units))


def _highest_of_each_instant(reached: dict[Level, datetime]) -> Iterator[Crossing]:
    """In time order, and never a lower level after a higher one."""
    highest = -1
    for at in sorted(set(reached.values())):
        level = max((each for each, when in reached.items() if when == at), key=RANKS.__getitem__)
        if RANKS[level] > highest:
            highest = RANKS[level]
            yield Crossing(level, at)

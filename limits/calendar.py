"""The working calendar of one jurisdiction: which days count, and arithmetic on them.

Rule (domain §5.1): a working day is a day the State Council's yearly notice leaves as one; make-up
weekends (调休) are working days.  Beyond the last published year the weekly rest days and the
statutory holidays stand in, and everything that reaches there is provisional (暂定).

Arithmetic is two look-ups in a cumulative count of working days: never weeks × 5, which forgets the
make-up weekends (14 working days for the 16 around National Day 2026).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from limits import calendar_errors as errors
from limits.arrangement import Arrangement, DayKind, NamedDay, arrange, kind_of
from limits.files import notices
from limits.shipped import DATA

__all__ = [
    "Calendar",
    "DayFact",
    "DayKind",
    "end_of_months",
    "end_of_years",
    "load_calendar",
    "overlay_calendar",
]

Days = NDArray[np.datetime64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DayFact:
    """What one day is and which notice says so ("" for a plain day of a published year)."""

    day: date
    kind: DayKind
    working: bool
    name: str
    published: bool
    source: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calendar:
    """Immutable, and built once: every question is answered from tables.

    ``digest`` changes whenever any day does, so that a stored date can be traced to its calendar.
    """

    name: str
    label: str
    first: date
    published_through: date
    last: date
    digest: str
    _named: dict[date, NamedDay]
    _working: bytes  # one byte a day from ``first``: 1 when it is a working day
    _origin: int = field(init=False)
    _worked: list[int] = field(init=False)  # working days from ``first`` through this day
    _workdays: list[date] = field(init=False)
    # For arrays: numpy's own day number (1970-01-01 is 0) is the index, so nothing is subtracted
    # first; days outside the calendar hold -1; 16 bits keep the table in the nearest cache.
    _worked_by_number: NDArray[np.int16] = field(init=False)
    _nth_workday: Days = field(init=False)

    def __post_init__(self) -> None:
        days = [self.first + timedelta(index) for index in range(len(self._working))]
        workdays = [day for day, working in zip(days, self._working, strict=True) if working]
        workdays.insert(0, self.first)  # so that the n-th working day is number n
        worked = list(accumulate(self._working))
        before = (self.first - date(1970, 1, 1)).days
        for table, value in (
            ("_origin", self.first.toordinal()),
            ("_worked", worked),
            ("_workdays", workdays),
            ("_worked_by_number", np.array([-1] * before + worked + [-1], dtype=np.int16)),
            ("_nth_workday", np.array(workdays, dtype="datetime64[D]")),
        ):
            object.__setattr__(self, table, value)

    def __repr__(self) -> str:
        return f"<Calendar {self.name} {self.first}—{self.last} {self.digest}>"

    def is_workday(self, day: date) -> bool:
        index = day.toordinal() - self._origin
        if 0 <= index < len(self._working):
            return self._working[index] == 1
        raise self.outside(day)

    def count(self, after: date, through: date) -> int:
        """Working days d with after < d ≤ through (domain §5.2: the first day is not counted)."""
        start = after.toordinal() - self._origin
        end = through.toordinal() - self._origin
        if 0 <= start < end < len(self._working):
            return self._worked[end] - self._worked[start]
        self.is_workday(after)
        self.is_workday(through)
        return 0

    def add(self, start: date, days: int) -> date:
        """The day on which the ``days``-th working day after ``start`` falls; ``start`` when 0."""
        index = start.toordinal() - self._origin
        if days > 0 and index >= 0:
            try:
                return self._workdays[self._worked[index] + days]
            except IndexError:
                raise self.outside(f"{start} 之后第 {days} 个工作日") from None
        self.is_workday(start)
        if days < 0:
            raise errors.CalendarCount(count=days)
        return start

    def count_many(self, after: ArrayLike, through: ArrayLike) -> Counts:
        """``count`` for arrays of datetime64[D]; the two are broadcast against each other."""
        counts = np.asarray(self._worked_at(through) - self._worked_at(after))
        if counts.min(initial=0) < 0:
            counts = np.maximum(counts, 0)
        return counts.astype(np.int64)

    def add_many(self, start: ArrayLike, days: ArrayLike) -> Days:
        """``add`` for arrays of datetime64[D] and whole numbers, broadcast against each other."""
        steps = np.asarray(days, dtype=np.int64)
        fewest = steps.min(initial=1)
        if fewest < 0:
            raise errors.CalendarCount(count=fewest)
        nth = np.asarray(self._worked_at(start) + steps)
        try:
            found: Days = self._nth_workday.take(nth)
        except IndexError:
            raise self.outside(f"所加的第 {steps.max()} 个工作日") from None
        return np.where(steps == 0, np.asarray(start, dtype="datetime64[D]"), found) if fewest == 0 else found

    def provisional(self, through: date) -> bool:
        """Whether ``through`` lies beyond the last published year (domain §5.6)."""
        return through > self.published_through

    def fact(self, day: date) -> DayFact:
        self.is_workday(day)
        published, entry = not self.provisional(day), self._named.get(day)
        if entry:
            return DayFact(day, entry.kind, entry.kind.working, entry.name, published, entry.source)
        kind = DayKind.of_week(day)
        source = "" if published else f"{day.year} 年的放假安排尚未公布，暂按周休息日和法定节假日推算"
        return DayFact(day, kind, kind.working, "", published, source)

    def is_statutory_holiday(self, day: date) -> bool:
        """Off by the act or as a notice arranges it; a plain weekend is not, a make-up day is not."""
        return self.fact(day).kind is DayKind.HOLIDAY

    def _worked_at(self, days: ArrayLike) -> NDArray[np.int16]:
        """The cumulative count at each day; refuses a day on either side of the calendar, and NaT."""
        dates = np.asarray(days, dtype="datetime64[D]")
        worked = np.asarray(self._worked_by_number.take(dates.view(np.int64), mode="clip"))
        if worked.min(initial=0) < 0:
            raise self.outside(dates[worked < 0].flat[0])
        return worked

    def outside(self, day: object) -> errors.CalendarRange:
        return errors.CalendarRange(day=day, calendar=self.name, first=self.first, last=self.last)


def end_of_months(start: date, months: int, calendar: Calendar) -> date:
    """民法典第二百零二条、第二百零三条: the last day of a period of months.

    第二百零二条: the same day number in the month reached, or that month's last day when it has no
    such day.  第二百零三条: when that day is a 法定休假日, the day after the holiday ends.  法定休假日
    takes in the weekly rest days and every day off as the notices arrange it (domain §5.5), and not a
    make-up weekend: so the period ends on the next working day.

    A month from Monday 31 August 2026 ends on Wednesday 30 September; from 1 September it would end on
    1 October and moves to Thursday 8 October.
    """
    if months < 0:
        raise errors.CalendarCount(count=months)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > calendar.last.year:
        raise calendar.outside(f"{start} 之后 {months} 个月")
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    month_end = following - timedelta(1)
    day = min(month_end, month_end.replace(day=1) + timedelta(start.day - 1))
    return day if calendar.is_workday(day) else calendar.add(day, 1)


def end_of_years(start: date, years: int, calendar: Calendar) -> date:
    """民法典第二百零二条、第二百零三条: as for months; a year from 29 February ends on 28 February."""
    return end_of_months(start, years * 12, calendar)


def load_calendar(
    name: str = "cn", folder: Path = DATA / "calendars", extra: Sequence[Path] = ()
) -> Calendar:
    """The calendar of jurisdiction ``name``: its file, the files it extends, then ``extra`` ones on top.

    Files are read anew each time, so an edited file is seen; tables are built once per content.
    """
    return _build(notices.chain(name, folder, extra))


def overlay_calendar(
    name: str, notices_given: Sequence[tuple[str, bytes]], folder: Path = DATA / "calendars"
) -> Calendar:
    """The calendar of ``name`` with notices (file name, content) laid over it, the oldest first."""
    return _build(notices.overlaid(notices.chain(name, folder, ()), notices_given, folder))


@lru_cache(maxsize=32)
def _build(sources: tuple[tuple[str, bytes], ...]) -> Calendar:
    files = [notices.parse(file, content) for file, content in sources]
    name = Path(files[-1].file).stem
    days = arrange(name, files)
    kinds = _kinds(days)
    return Calendar(
        name=name,
        label=files[-1].label,
        first=days.first,
        published_through=days.published_through,
        last=days.last,
        digest=_digest(days, kinds),
        _named=dict(days.named),
        _working=bytes(kind.working for kind in kinds),
    )


def _kinds(days: Arrangement) -> list[DayKind]:
    length = (days.last - days.first).days + 1
    return [kind_of(days.first + timedelta(index), days.named) for index in range(length)]


def _digest(days: Arrangement, kinds: list[DayKind]) -> str:
    content: list[Any] = [days.first, days.published_through, *kinds]
    content += [f"{day} {entry.name}" for day, entry in days.named.items()]
    return hashlib.sha256("\n".join(map(str, content)).encode()).hexdigest()[:16]

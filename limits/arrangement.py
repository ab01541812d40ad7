"""What every day of a jurisdiction is: the notices of its files laid over the week, one after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from limits import calendar_errors as errors
from limits.files.notices import CalendarFile, Notice, Span, Statute
from limits.terms import Term

SATURDAY = 5


class DayKind(Term):
    WORK = "work", "工作日"
    REST = "rest", "周休息日"
    HOLIDAY = "holiday", "放假"
    MAKE_UP = "make_up", "调休上班"

    @property
    def working(self) -> bool:
        return self in (DayKind.WORK, DayKind.MAKE_UP)

    @classmethod
    def of_week(cls, day: date) -> "DayKind":
        """What the day is when no notice speaks of it."""
        return cls.REST if day.weekday() >= SATURDAY else cls.WORK


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day some notice (or the act) speaks of."""

    kind: DayKind
    name: str
    source: str
    written: str  # file and place, for people who must mend a clash


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The span of a calendar and every day in it that is not simply what its weekday says."""

    first: date
    published_through: date
    last: date
    named: Mapping[date, NamedDay]


def arrange(name: str, files: Sequence[CalendarFile]) -> Arrangement:
    """Published years first, then the act for the years after them, then the single changes.

    ``files`` run from the calendar that stands alone to the one that was asked for; a change in a
    later file overrides what earlier ones say of the day.
    """
    notices, statute = _published(files), files[0].statute
    first, through = date(min(notices), 1, 1), date(max(notices), 12, 31)
    last = _last(files[0].file, through, statute)
    named: dict[date, NamedDay] = {}
    for year in sorted(notices):
        named |= _days(notices[year], before=named, claimed=named)
    for year in range(through.year + 1, last.year + 1):
        if statute:
            # A notice may reach over New Year; where it speaks, the act need not stand in for it.
            named = _stand_in(statute, year, named) | named
    for change in (change for file in files for change in file.changes):
        days = _days(change, before=named, claimed={})
        for day in days:
            if not first <= day <= last:
                raise errors.CalendarRange(day=day, calendar=name, first=first, last=last)
        named |= days
    # The first year's notice may speak of the December before, which this calendar does not hold.
    inside = {day: entry for day, entry in sorted(named.items()) if first <= day <= last}
    return Arrangement(first, through, last, inside)


def _published(files: Sequence[CalendarFile]) -> dict[int, Notice]:
    notices: dict[int, Notice] = {}
    for notice in (notice for file in files for notice in file.years):
        if other := notices.get(notice.year):
            raise errors.DuplicateYear(
                file=notice.file, place=notice.place, year=notice.year, other=f"{other.file} 的 {other.place}"
            )
        notices[notice.year] = notice
    if not notices:
        raise errors.MissingCalendarKey(
            file=files[0].file,
            place="全文",
            found="缺少 [[year]]",
            expected="至少一年的放假通知",
            example="[[year]]",
        )
    for year in range(min(notices), max(notices)):
        if year not in notices:
            raise _gap(files[-1].file, year)
    return notices


def _last(file: str, through: date, statute: Statute | None) -> date:
    """The calendar ends with the last year the act's festivals are listed for."""
    years = statute.years() if statute else set()
    if not years or max(years) <= through.year:
        return through
    if min(years) > through.year + 1:
        raise _gap(file, through.year + 1)
    return date(max(years), 12, 31)


def _gap(file: str, year: int) -> errors.YearGap:
    return errors.YearGap(
        file=file, missing=year, what="放假安排", example=f"[[year]] 一节里写 year = {year}"
    )


def _days(
    notice: Notice, *, before: Mapping[date, NamedDay], claimed: Mapping[date, NamedDay]
) -> dict[date, NamedDay]:
    """The days one notice speaks of; none may be ``claimed`` already or be claimed twice in it."""
    days: dict[date, NamedDay] = {}
    for span in notice.spans:
        for day, kind in _kinds(span):
            entry = NamedDay(kind, span.name, notice.cite, f"{notice.file} 的 {span.place}")
            if other := days.get(day) or claimed.get(day):
                raise errors.DayTwice(
                    file=notice.file, place=span.place, day=day,
                    found=kind.label, other=other.written, expected=other.kind.label,
                )  # fmt: skip
            if kind is DayKind.MAKE_UP and kind_of(day, before).working:
                raise errors.NotARestDay(file=notice.file, place=span.place, day=day, weekday=weekday(day))
            days[day] = entry
    return days


def _kinds(span: Span) -> list[tuple[date, DayKind]]:
    return [(day, DayKind.HOLIDAY) for day in span.off] + [(day, DayKind.MAKE_UP) for day in span.work]


def _stand_in(statute: Statute, year: int, named: Mapping[date, NamedDay]) -> dict[date, NamedDay]:
    """全国年节及纪念日放假办法第二条、第六条: the act's own holidays, and a working day off for each that
    falls on a Saturday or Sunday. Make-up weekends cannot be foreseen, so there are none."""
    source = f"{statute.cite}；{year} 年的放假安排尚未公布，暂按法定节假日推算"
    holidays = statute.holidays(year)
    days = {day: NamedDay(DayKind.HOLIDAY, name, source, statute.file) for day, name in holidays}
    for day, name in holidays:
        if day.weekday() >= SATURDAY:
            free = day + timedelta(1)
            while not kind_of(free, days).working or not kind_of(free, named).working:
                free += timedelta(1)
            days[free] = NamedDay(DayKind.HOLIDAY, f"{name}补假", source, statute.file)
    return days


def kind_of(day: date, named: Mapping[date, NamedDay]) -> DayKind:
    entry = named.get(day)
    return entry.kind if entry else DayKind.of_week(day)


def weekday(day: date) -> str:
    return f"星期{'一二三四五六日'[day.weekday()]}"

"""Calendar files: what each year's notice says, read from TOML and refused when it cannot be so.

A file is a jurisdiction and its name is the file's (``cn.toml`` is ``cn``).  ``[[year]]`` is one
State Council notice; ``[[change]]`` is a later or a local notice that moves single days;
``[statutory]`` says what stands in for years without a notice.  ``extends`` builds one file on
another.  Here a file becomes values; ``limits.calendar`` turns values into days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from limits import calendar_errors as errors
from limits.files.toml_reader import Reader, parse_toml, read_file
from limits.terms import Mark

T = TypeVar("T")
SPAN = '{ name = "国庆节", from = 2026-10-01, to = 2026-10-07, work = [2026-10-10] }'
YEARS = range(1971, 2091)
SLACK = 10  # a new year's holiday reaches into December: 2005-12-31 stands in the notice for 2006


@dataclass(frozen=True, slots=True)
class Span:
    """One holiday as a notice gives it: days off in a row, and the rest days worked for them."""

    name: str
    off: tuple[date, ...]
    work: tuple[date, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice for one year, and where it stands."""

    file: str
    place: str
    year: int
    cite: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Statute:
    """The holidays the act itself names, with those that follow the moon listed year by year."""

    file: str
    cite: str
    fixed: tuple[tuple[str, int, int], ...]
    moving: tuple[Span, ...]

    def years(self) -> set[int]:
        return {day.year for span in self.moving for day in span.off}

    def holidays(self, year: int) -> list[tuple[date, str]]:
        """Every (day, holiday) of one year, in order; two holidays on one day are two entries."""
        fixed = [(date(year, month, day), name) for name, month, day in self.fixed]
        moving = [(day, span.name) for span in self.moving for day in span.off if day.year == year]
        return sorted(fixed + moving)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    file: str
    label: str
    extends: str | None
    years: tuple[Notice, ...]
    changes: tuple[Notice, ...]
    statute: Statute | None


class CalendarReader(Reader):
    """A table of a calendar file, in which no text is blank."""

    unreadable, missing = errors.UnreadableCalendar, errors.MissingCalendarKey
    unknown, wrong = errors.UnknownCalendarKey, errors.BadCalendarValue

    def maybe(self, key: str, kind: type[T], example: str) -> T | None:
        value = super().maybe(key, kind, example)
        if isinstance(value, str) and not value.strip():
            self.refuse(f"{key} 是空的", "文字", f"{key} = {example}", at=key)
        return value


def parse(file: str, content: bytes) -> CalendarFile:
    """One calendar file as values; anything wrong in it raises one sentence that says where."""
    return parse_toml(file, content, _calendar, CalendarReader)


def _calendar(top: CalendarReader) -> CalendarFile:
    label = top.take("label", str, '"全国"')
    extends = top.maybe("extends", str, '"cn"')
    years = tuple(_notice(entry, "year") for entry in top.tables("year"))
    changes = tuple(_notice(entry, "change") for entry in top.tables("change"))
    # Only a calendar that stands alone carries the act: there is one act, and nobody extends it.
    statutory = None if extends else top.table("statutory")
    statute = None if statutory is None else _statute(statutory)
    return CalendarFile(top.file, label, extends, years, changes, statute)


def _notice(entry: CalendarReader, header: str) -> Notice:
    year = entry.take("year", int, "2026")
    if year not in YEARS:
        expected = f"{YEARS[0]} 至 {YEARS[-1]} 的年份"
        entry.refuse(f"year = {year}", expected, "year = 2026", at="year")
    entry.place = f"[[{header}]] {year} 年"
    cite = _cited(entry, "notice", '"国务院办公厅关于2026年部分节假日安排的通知"')
    spans = _spans(entry, "holidays", f"holidays = [{SPAN}]")
    entry.close()
    for span in spans:
        _near(entry.file, span, year)
    return Notice(entry.file, entry.place, year, cite, spans)


def _cited(entry: CalendarReader, title: str, example: str) -> str:
    """《通知》（文号）, or the title alone when no number is surely known."""
    named = f"《{entry.take(title, str, example)}》"
    number = entry.maybe("number", str, '"国办发明电〔2025〕7号"')
    entry.enum("mark", Mark)  # every figure says how well it is evidenced
    entry.maybe("note", str, '"按原文核对"')
    return f"{named}（{number}）" if number else named


def _statute(entry: CalendarReader) -> Statute:
    entry.place = "[statutory]"
    cite = _cited(entry, "act", '"全国年节及纪念日放假办法"') + entry.take("clause", str, '"第二条、第六条"')
    rows = entry.some("fixed", 'fixed = [{ name = "元旦", days = ["01-01"] }]')
    fixed = tuple(each for row in rows for each in _fixed(row))
    moving = _spans(entry, "moving", 'moving = [{ name = "清明节", from = 2027-04-05 }]')
    entry.close()
    for span in moving:
        if span.work or span.off[0].year != span.off[-1].year:
            CalendarReader({}, file=entry.file, place=span.place).refuse(
                "调休或跨年的假期", "同一年里放假的日子", '{ name = "清明节", from = 2027-04-05 }'
            )
    statute = Statute(entry.file, cite, fixed, moving)
    _complete(statute)
    return statute


def _fixed(row: CalendarReader) -> list[tuple[str, int, int]]:
    """(festival, month, day) of one that is on the same days every year."""
    name, example = row.take("name", str, '"劳动节"'), '["05-01", "05-02"]'
    found = []
    for each in row.take("days", list, example) or [""]:
        try:
            day = date.fromisoformat(f"2001-{each}")  # not a leap year: no holiday is 29 February
        except ValueError:
            row.refuse(f'days 中有 "{each}"', "“月-日”的列表", f"days = {example}", at="days")
        found.append((name, day.month, day.day))
    row.close()
    return found


def _spans(entry: CalendarReader, key: str, example: str) -> tuple[Span, ...]:
    found = []
    for number, row in enumerate(entry.some(key, example), 1):
        name = row.take("name", str, '"国庆节"')
        row.place = f"{entry.place}第 {number} 项（{name}）"
        found.append(_span(row, name))
    return tuple(found)


def _span(row: CalendarReader, name: str) -> Span:
    """A holiday row: days off, worked rest days, or both, never neither."""
    first, last = row.maybe("from", date, "2026-10-01"), row.maybe("to", date, "2026-10-07")
    work = tuple(row.maybe("work", list, "[2026-10-10]") or ())
    row.close()
    for day in work:
        if not isinstance(day, date) or isinstance(day, datetime):
            row.refuse(f"work 中有 {day}", "日期的列表，不加引号", "work = [2026-10-10]", at="work")
    if work and first is last is None:
        return Span(name, (), work, row.place)
    first = first or row.take("from", date, "2026-10-01")
    last = last or first
    if last < first:
        raise errors.BackwardSpan(file=row.file, place=row.place, first=first, last=last)
    off = tuple(first + timedelta(days) for days in range((last - first).days + 1))
    return Span(name, off, work, row.place)


def _near(file: str, span: Span, year: int) -> None:
    first, last = date(year, 1, 1) - timedelta(SLACK), date(year, 12, 31) + timedelta(SLACK)
    for day in span.off + span.work:
        if not first <= day <= last:
            raise errors.OutsideItsYear(file=file, place=span.place, day=day, year=year, slack=SLACK)


def _complete(statute: Statute) -> None:
    """Every listed year must name the same festivals, with no year left out between two others."""
    names = {span.name for span in statute.moving}
    years = statute.years()
    for year in range(min(years), max(years) + 1):
        here = {span.name for span in statute.moving if span.off[0].year == year}
        if missing := "、".join(sorted(names - here)):
            raise errors.YearGap(
                file=statute.file, missing=year, what=missing,
                example=f'{{ name = "清明节", from = {year}-04-05 }}',
            )  # fmt: skip


def chain(name: str, folder: Path, extra: Sequence[Path]) -> tuple[tuple[str, bytes], ...]:
    """The files that make up a calendar as (file name, content), the one that stands alone first."""
    files: list[tuple[str, bytes]] = []
    wanted: str | None = name
    asked = "请求的日历"
    while wanted is not None:
        path = folder / f"{wanted}.toml"
        if any(file == path.name for file, _ in files):
            names = " → ".join([*(Path(file).stem for file, _ in reversed(files)), wanted])
            raise errors.CircularCalendar(file=files[0][0], chain=names)
        if not path.is_file():
            raise _unknown(wanted, asked, folder)
        files.insert(0, (path.name, path.read_bytes()))
        wanted, asked = parse(*files[0]).extends, f"{path.name} 的 extends"
    return overlaid(tuple(files), [(path.name, content_of(path)) for path in extra], folder)


def content_of(path: Path) -> bytes:
    """What is in the calendar file at ``path``. Raises UnreadableCalendar."""
    return read_file(path, CalendarReader)


def overlaid(
    files: tuple[tuple[str, bytes], ...], extra: Sequence[tuple[str, bytes]], folder: Path
) -> tuple[tuple[str, bytes], ...]:
    """``files`` with ``extra`` ones on top, each of which must extend one that is already there."""
    found = list(files)
    for file, content in extra:
        top = CalendarReader({}, file=file, place="")
        base = parse(file, content).extends or top.take("extends", str, '"cn"')
        if base not in {Path(each).stem for each, _ in found}:
            raise _unknown(base, f"{file} 的 extends", folder)
        found.append((file, content))
    return tuple(found)


def _unknown(name: str, place: str, folder: Path) -> errors.UnknownCalendar:
    known = "、".join(sorted(path.stem for path in folder.glob("*.toml"))) or "没有日历文件"
    return errors.UnknownCalendar(name=name, place=place, folder=folder, known=known)

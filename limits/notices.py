"""Calendar files: what each year's notice says, read from TOML and refused when it cannot be so.

A file is a jurisdiction and its name is the file's (``cn.toml`` is ``cn``).  ``[[year]]`` is one
State Council notice; ``[[change]]`` is a later or a local notice that moves single days;
``[statutory]`` says what stands in for years without a notice.  ``extends`` builds one file on
another.  Here a file becomes values; ``limits.calendar`` turns values into days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from limits import calendar_errors as errors
from limits.calendar_toml import Table, load

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


def parse(file: str, content: bytes) -> CalendarFile:
    """One calendar file as values; anything wrong in it raises one sentence that says where."""
    top = Table(file, "开头", load(file, content))
    extends = top.text("extends") if "extends" in top.data else None
    # Only a calendar that stands alone carries the act: there is one act, and nobody extends it.
    top.allow("label", "extends", "year", "change", *(() if extends else ("statutory",)))
    statutory = top.data.get("statutory")
    return CalendarFile(
        file=file,
        label=top.text("label"),
        extends=extends,
        years=tuple(_notice(entry, " [[year]]") for entry in top.tables("year", " [[year]] ")),
        changes=tuple(_notice(entry, " [[change]]") for entry in top.tables("change", " [[change]] ")),
        statute=None if statutory is None else _statute(top.table("statutory", " [statutory] ")),
    )


def _notice(entry: Table, header: str) -> Notice:
    year = entry.year()
    entry.place = f"{header} {year} 年"
    entry.allow("year", "notice", "number", "mark", "note", "holidays")
    entry.mark()
    spans = tuple(_span(row) for row in entry.tables("holidays", entry.place, required=True))
    for span in spans:
        _near(entry.file, span, year)
    return Notice(entry.file, entry.place, year, entry.cite("notice"), spans)


def _statute(entry: Table) -> Statute:
    entry.allow("act", "number", "clause", "mark", "note", "fixed", "moving")
    entry.mark()
    fixed = [
        (row.text("name"), *month_day)
        for row in entry.tables("fixed", entry.place, required=True)
        for month_day in row.allow("name", "days").month_days()
    ]
    moving = tuple(_span(row) for row in entry.tables("moving", entry.place, required=True))
    for span in moving:
        if span.work or span.off[0].year != span.off[-1].year:
            raise errors.BadCalendarValue(
                file=entry.file, place=span.place, key="moving", found="调休或跨年的假期",
                expected="同一年里放假的日子", example='{ name = "清明节", from = 2027-04-05 }',
            )  # fmt: skip
    statute = Statute(entry.file, entry.cite("act") + entry.text("clause"), tuple(fixed), moving)
    _complete(statute)
    return statute


def _span(row: Table) -> Span:
    """A holiday row: days off, worked rest days, or both, never neither."""
    name = row.text("name")
    row.place = f"{row.place}（{name}）"
    row.allow("name", "from", "to", "work")
    work = row.days("work")
    if work and not {"from", "to"} & row.data.keys():
        return Span(name, (), work, row.place)
    first = row.day("from")
    last = row.day("to") if "to" in row.data else first
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
    for path in extra:
        if not path.is_file():
            raise errors.UnreadableCalendar(file=path, place="", found="没有这个文件")
    return overlaid(tuple(files), [(path.name, path.read_bytes()) for path in extra], folder)


def overlaid(
    files: tuple[tuple[str, bytes], ...], extra: Sequence[tuple[str, bytes]], folder: Path
) -> tuple[tuple[str, bytes], ...]:
    """``files`` with ``extra`` ones on top, each of which must extend one that is already there."""
    found = list(files)
    for file, content in extra:
        base = Table(file, "开头", load(file, content)).text("extends")
        if base not in {Path(each).stem for each, _ in found}:
            raise _unknown(base, f"{file} 的 extends", folder)
        found.append((file, content))
    return tuple(found)


def _unknown(name: str, place: str, folder: Path) -> errors.UnknownCalendar:
    known = "、".join(sorted(path.stem for path in folder.glob("*.toml"))) or "没有日历文件"
    return errors.UnknownCalendar(name=name, place=place, folder=folder, known=known)

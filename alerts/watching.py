"""Watching over what everything else rests on: the calendar of the coming year, and the ledger."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from alerts.kinds import AlertKind
from alerts.raising import Raised, raise_alerts
from alerts.verify import verify_handlings
from limits.terms import Level
from limits.zone import local, midnight
from workflow.book import Book
from workflow.publishing import notices_in
from workflow.verify import Verified, verify

if TYPE_CHECKING:
    from alerts.jobs.running import Run

LONGEST_TEXT = 512
# X: the State Council's office publishes the coming year in November as a rule; month and day, level, end of key.
MARKS = ((11, 15, Level.ORANGE, ":orange"), (12, 1, Level.YELLOW, ""))


def watch_calendar(run: "Run") -> str:
    """The job: whether the arrangement of the coming year is there."""
    with run.effect() as connection:
        raised = warn_of_calendar(connection, run.book, run.now)
    return f"放假安排新提示 {raised} 条。" if raised else "放假安排没有新的提示。"


def warn_of_calendar(connection: sa.Connection, book: Book, now: datetime) -> int:
    """Warn from 15 November, alarm from 1 December (X) while next year is not published; how many are new.

    The notices are read anew: one may have been imported since this process began.
    """
    calendar = book.rules.with_notices(notices_in(connection)).calendar
    return raise_alerts(connection, missing_years(calendar.published_through, now))


def missing_years(published_through: date, now: datetime) -> Iterator[Raised]:
    """Every year that is not published although its day has come, at the instant on which it came."""
    for year in range(published_through.year + 1, local(now).year + 2):
        for month, day, level, end in MARKS:
            at = midnight(date(year - 1, month, day))
            if at <= now:
                text = (
                    f"{year} 年的放假安排还没有导入，{published_through} 以后的到期日都是暂定的。"
                    "国务院办公厅公布后，请写成放假安排文件并运行 yekuo calendar import 导入。"
                )
                yield Raised(AlertKind.CALENDAR, f"calendar:{year}{end}", level, at, text)


def verify_ledger(run: "Run", also: Sequence[Callable[[Book], object | None]] = ()) -> str:
    """The job: every chain and row compared with the records, outside the transaction that writes.

    ``also`` compares what rests on the ledger and is not known here: each tells its first difference, or None.
    """
    found, differences = compare_ledger(run.book)
    differences += [str(told) for told in (each(run.book) for each in also) if told is not None]
    with run.effect() as connection:
        raise_alerts(connection, [difference_alarm(each, run.now) for each in differences])
    counted = f"{found.applications} 件申请、{found.events} 条记录，总账哈希 {found.head}"
    if differences:
        return f"核对了 {counted}，不一致 {len(differences)} 处：{''.join(differences)}"
    return f"一致：{counted}。"


def compare_ledger(book: Book) -> tuple[Verified, list[str]]:
    """What was compared, and the first difference of the applications' records and of the handlings."""
    found = verify(book)
    differences = (found.difference, verify_handlings(book))
    return found, [str(each) for each in differences if each is not None]


def difference_alarm(difference: str, now: datetime) -> Raised:
    """A change outside the software, told once however often it is found."""
    digest = hashlib.sha256(difference.encode()).hexdigest()
    text = difference if len(difference) <= LONGEST_TEXT else f"{difference[: LONGEST_TEXT - 1]}…"
    return Raised(AlertKind.LEDGER, f"ledger:{digest}", Level.RED, now, text)

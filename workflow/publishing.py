"""A year's notice published or amended: due dates still open move, verdicts given stay (domain §5.6–7).

Everything is one transaction: the notice and what it moves are there together or not at all.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from limits.calendar import Calendar
from limits.files.notices import content_of
from limits.zone import local
from workflow import errors, store
from workflow.book import Book, locked_events, write
from workflow.events import Event, EventType, chained
from workflow.projection import Changes, ClockRow, changes, project
from workflow.rules import CalendarNotice, Rules
from workflow.tables import application, calendar_notice, clock

PAGE = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """One due date that moved."""

    number: str
    layer: str
    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Published:
    """What an imported notice did."""

    calendar: Calendar
    moved: tuple[Moved, ...]
    applications: int


def notices_in(connection: sa.Connection) -> list[CalendarNotice]:
    """The notices imported so far, the oldest first."""
    rows = connection.execute(sa.select(calendar_notice).order_by(calendar_notice.c.imported_at))
    return [CalendarNotice(row.imported_at, row.file, row.content.encode()) for row in rows]


def known_rules(engine: sa.Engine, shipped: Rules) -> Rules:
    """``shipped`` with the notices imported into this database."""
    with store.reading(engine) as connection:
        return shipped.with_notices(notices_in(connection))


def import_notice(book: Book, path: Path, *, now: datetime, actor: str) -> tuple[Book, Published]:
    """Lay the calendar file at ``path`` over the calendar and recompute every open due date.

    Each application it moves gets a record with the reason. Raises what a bad file raises, or
    NoticeKnown; nothing is written then.
    """
    content = content_of(path)
    with store.writing(book.engine) as connection:
        rules = _with_notice(connection, book.rules, path.name, content, local(now), actor)
        moved: list[Moved] = []
        touched = 0
        imported_at = rules.calendars.later[-1][0]
        for number in _open(connection):
            found = _reschedule(connection, rules, number, imported_at, actor)
            touched += found is not None
            moved += found or []
    return Book(book.engine, rules), Published(rules.calendar, tuple(moved), touched)


def _with_notice(
    connection: sa.Connection, rules: Rules, file: str, content: bytes, now: datetime, actor: str
) -> Rules:
    """Known from ``now``, or from just after the newest record where that is later.

    A record must have been judged by the calendar known when it was written, also after this.
    """
    digest = hashlib.sha256(content).hexdigest()
    held = connection.execute(sa.select(calendar_notice).where(calendar_notice.c.digest == digest)).first()
    if held is not None:
        raise errors.NoticeKnown(file=file, imported_at=f"{held.imported_at:%Y-%m-%d %H:%M}")
    newest = store.last_recorded(connection)
    imported_at = max(now, newest + timedelta(microseconds=1)) if newest else now
    found = rules.with_notices([*notices_in(connection), CalendarNotice(imported_at, file, content)])
    row = {
        "file": file,
        "content": content.decode(),
        "digest": digest,
        "imported_at": imported_at,
        "actor": actor,
    }
    connection.execute(sa.insert(calendar_notice), [row])
    return found


def _open(connection: sa.Connection) -> Iterator[str]:
    """The numbers of applications with a clock still open, also one that stands still, page by page."""
    after = 0
    while True:
        wanted = (
            sa.select(application.c.id, application.c.number)
            .join(clock, clock.c.application_id == application.c.id)
            .where(
                clock.c.stopped_at.is_(None),
                clock.c.cut_at.is_(None),
                clock.c.superseded_at.is_(None),
                application.c.id > after,
            )
            .distinct()
            .order_by(application.c.id)
            .limit(PAGE)
        )
        rows = connection.execute(wanted).all()
        yield from (row.number for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _reschedule(
    connection: sa.Connection, rules: Rules, number: str, at: datetime, actor: str
) -> list[Moved] | None:
    """The due dates that moved; None when nothing of the application changed."""
    application_id, events = locked_events(connection, number)
    rows = store.latest(store.clock_rows(connection, application_id))
    blank = chained(number, events[-1], Event(0, EventType.RESCHEDULED, at, at, actor))
    projected = project([*events, blank], rules)
    changed = changes(projected.clocks, rows, store.threshold_rows(connection, application_id), at)
    if changed == Changes():
        return None
    moved = list(_moved(number, rows, changed))
    payload = {
        "calendar": rules.calendar.digest,
        "reason": f"放假安排公布或调整（{rules.calendar.label}）",
        "moved": [_told(each) for each in moved],
    }
    record = chained(number, events[-1], Event(0, EventType.RESCHEDULED, at, at, actor, payload))
    write(connection, rules, application_id, [*events, record], [record], projected, at)
    return moved


def _moved(number: str, rows: Sequence[ClockRow], changed: Changes) -> Iterator[Moved]:
    held = {row.key: row for row in rows}
    for row in changed.updated:
        before, after = held[row.key].standing.due_on, row.standing.due_on
        if before != after:
            yield Moved(number, row.layer, row.name, before, after)


def _told(moved: Moved) -> dict[str, Any]:
    return {
        "clock": f"{moved.layer}.{moved.name}",
        "before": moved.before.isoformat() if moved.before else None,
        "after": moved.after.isoformat() if moved.after else None,
    }

"""The rounds of the periodic duties as the desk shows them: what is to be done, and what was done by whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alerts.duties import errors
from alerts.duties.doing import DutyView, view_of
from alerts.duties.facts import DONE
from alerts.tables import duty, handling
from limits.calendar import Calendar
from limits.terms import Term, Verdict
from limits.zone import local
from workflow import store
from workflow.book import Book
from workflow.paging import Page, page_of


class DutyState(Term):
    """Which rounds a list is of."""

    TO_DO = "to_do", "待办"
    OVERDUE = "overdue", "逾期未做"
    DONE = "done", "已完成"
    ALL = "all", "全部"


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """One round. ``left``: working days until its last day, negative: since; None when it is done.

    ``actor``, ``evidence`` and ``recorded_at`` are of the record that it was done, empty before.
    """

    view: DutyView
    left: int | None
    actor: str
    evidence: str
    recorded_at: datetime | None


def entries(
    book: Book,
    now: datetime,
    *,
    state: DutyState = DutyState.TO_DO,
    unit: str | None = None,
    within: sa.ColumnElement[bool] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[DutyEntry]:
    """The rounds opened by ``now``, at most ``limit`` after ``after``: to be done, the first due first; else the last.

    ``within`` narrows to what an account sees, a condition on ``duty``.
    """
    conditions = [duty.c.opens_on <= local(now).date(), *_conditions(state, now)]
    conditions += [duty.c.unit == unit] if unit is not None else []
    conditions += [within] if within is not None else []
    rising = state in (DutyState.TO_DO, DutyState.OVERDUE)
    conditions += [_following(after, rising=rising)] if after is not None else []
    keys = (duty.c.due_on, duty.c.id)
    order = keys if rising else tuple(each.desc() for each in keys)
    wanted = _ENTRIES.where(*conditions).order_by(*order).limit(limit + 1)
    with store.reading(book.engine) as connection:
        rows = connection.execute(wanted).all()
    return page_of(rows, limit, lambda row: _entry(row, now, book.rules.calendar))


def one_entry(
    book: Book, duty_id: int, now: datetime, within: sa.ColumnElement[bool] | None = None
) -> DutyEntry:
    """One round; raises DutyUnknown for one that is not ``within`` as for none."""
    conditions = [duty.c.id == duty_id, duty.c.opens_on <= local(now).date()]
    conditions += [within] if within is not None else []
    with store.reading(book.engine) as connection:
        row = connection.execute(_ENTRIES.where(*conditions)).first()
    if row is None:
        raise errors.DutyUnknown(which=str(duty_id))
    return _entry(row, now, book.rules.calendar)


_ENTRIES: sa.Select[Any] = sa.select(
    duty, handling.c.actor, handling.c.text, handling.c.recorded_at
).select_from(duty.outerjoin(handling, DONE))


def _conditions(state: DutyState, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    if state is DutyState.DONE:
        yield duty.c.done_at <= now
    elif state is not DutyState.ALL:
        yield sa.or_(duty.c.done_at.is_(None), duty.c.done_at > now)
    if state is DutyState.OVERDUE:
        yield duty.c.due_on < local(now).date()


def _following(after: int, *, rising: bool) -> sa.ColumnElement[bool]:
    last = duty.alias("last")
    due_on = sa.select(last.c.due_on).where(last.c.id == after).scalar_subquery()
    same = duty.c.due_on == due_on
    if rising:
        return sa.or_(duty.c.due_on > due_on, sa.and_(same, duty.c.id > after))
    return sa.or_(duty.c.due_on < due_on, sa.and_(same, duty.c.id < after))


def _entry(row: sa.Row[Any], now: datetime, calendar: Calendar) -> DutyEntry:
    view = view_of(row, now)
    if view.done_at is not None:
        return DutyEntry(view, None, row.actor or "", row.text or "", row.recorded_at)
    return DutyEntry(view, _left(view, now, calendar), "", "", None)


def _left(view: DutyView, now: datetime, calendar: Calendar) -> int:
    today = local(now).date()
    if view.state is Verdict.OPEN_LATE:
        return -calendar.count(view.due_on, today)
    return calendar.count(today, view.due_on)

"""What an account is shown: which applications, and the alarms and supervision orders of those.

X: what is about no application (a job, a round of duties, a unit) is seen by its station and by who sees the
whole company; an account manager sees what concerns own applications, and nothing of the unit's but the rounds of
duties that are for account managers.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from alerts.duties.errors import DutyUnknown
from alerts.duties.listing import DutyEntry, one_entry
from alerts.errors import AlertUnknown, OrderUnknown
from alerts.listing import AlertView, one_alert
from alerts.orders.listing import OrderView, one_order
from alerts.tables import alert, duty, supervision_order
from web.access.rights import Account, Reach, Right, may, scope_of
from web.errors import PageUnknown
from workflow import queue, store
from workflow.book import Book
from workflow.errors import ApplicationUnknown
from workflow.tables import application, unstorable


@dataclass(frozen=True, slots=True)
class Shown:
    """The row of an application that may be looked at."""

    id: int
    number: str
    station: str
    manager: str


def queue_of(account: Account) -> queue.Scope:
    """The queue an account works through."""
    scope = scope_of(account)
    if scope.reach is Reach.NONE:
        return queue.Scope(numbers=frozenset())
    return queue.Scope(station=scope.station, manager=scope.manager)


def pool_of(account: Account) -> queue.Scope:
    """Where an account looks for what nobody owns: its station, whoever it is."""
    scope = scope_of(account)
    if scope.reach is Reach.NONE:
        return queue.Scope(numbers=frozenset())
    return queue.Scope(station=scope.station)


def shown(engine: sa.Engine, account: Account, number: str) -> Shown:
    """Application ``number`` where ``account`` sees it; raises ApplicationUnknown for it and for none alike."""
    found = _row(engine, number)
    if found is None or not scope_of(account).sees(found.station, found.manager):
        raise ApplicationUnknown(number=number[:64].replace("\0", "�"))
    return found


def in_station(engine: sa.Engine, account: Account, number: str) -> Shown:
    """The same for who would take it or give it away: of the station, whoever owns it."""
    found, scope = _row(engine, number), pool_of(account)
    if found is None or scope.numbers is not None or scope.station not in (None, found.station):
        raise ApplicationUnknown(number=number[:64].replace("\0", "�"))
    return found


def alerts_within(account: Account) -> sa.ColumnElement[bool]:
    """The condition on ``alerts.listing.ALERTS``."""
    return _within(account, alert.c.application_id, alert.c.unit)


def orders_within(account: Account) -> sa.ColumnElement[bool]:
    """The condition on ``alerts.orders.rows.ORDERS``."""
    return _within(account, supervision_order.c.application_id, supervision_order.c.unit)


def seen_alert(book: Book, account: Account, alert_id: int, now: datetime) -> AlertView:
    """One alarm; raises PageUnknown for one the account does not see and for none alike: ids are consecutive."""
    try:
        view = one_alert(book, alert_id, now)
    except AlertUnknown:
        raise PageUnknown from None
    if not _is_within(book, alert, alert.c.id == alert_id, alerts_within(account)):
        raise PageUnknown
    return view


def seen_order(book: Book, account: Account, number: str, now: datetime) -> OrderView:
    """One order; raises PageUnknown for one the account does not see and for none alike: so are numbers."""
    if "\0" in number:
        raise PageUnknown
    try:
        view = one_order(book, number, now)
    except OrderUnknown:
        raise PageUnknown from None
    ours = supervision_order.c.id == view.id
    if not _is_within(book, supervision_order, ours, orders_within(account)):
        raise PageUnknown
    return view


def duties_within(account: Account) -> sa.ColumnElement[bool]:
    """The condition on ``duty``: of the company, of the station, or of the own post in the station."""
    scope = scope_of(account)
    if scope.reach is Reach.COMPANY:
        return sa.true()
    if scope.reach is Reach.NONE:
        return sa.false()
    of_unit = duty.c.unit == (scope.station or "")
    return of_unit if scope.reach is Reach.STATION else of_unit & (duty.c.post == account.role.value)


def seen_duty(book: Book, account: Account, duty_id: int, now: datetime) -> DutyEntry:
    """One round; raises PageUnknown for one the account does not see and for none alike: ids are consecutive."""
    try:
        return one_entry(book, duty_id, now, duties_within(account))
    except DutyUnknown:
        raise PageUnknown from None


def may_record(account: Account, entry: DutyEntry) -> bool:
    """Whether ``account`` may say that a round it sees was done: its post's own, or any of its station (X)."""
    whole = scope_of(account).reach is Reach.STATION
    return may(account, Right.RECORD_DUTIES) and (whole or entry.view.post.value == account.role.value)


def _row(engine: sa.Engine, number: str) -> Shown | None:
    if unstorable("number", number):
        return None
    columns = (application.c.id, application.c.number, application.c.station, application.c.manager)
    with store.reading(engine) as connection:
        row = connection.execute(sa.select(*columns).where(application.c.number == number)).first()
    return Shown(*row) if row is not None else None


def _within(
    account: Account, about: sa.ColumnElement[int | None], unit: sa.ColumnElement[str]
) -> sa.ColumnElement[bool]:
    scope = scope_of(account)
    of_unit: sa.ColumnElement[bool] = sa.false()
    if scope.reach is Reach.COMPANY:
        of_unit = sa.true()
    elif scope.reach is Reach.STATION:
        of_unit = unit == scope.station
    return sa.or_(sa.and_(about.is_not(None), scope.where()), sa.and_(about.is_(None), of_unit))


def _is_within(
    book: Book, table: sa.Table, which: sa.ColumnElement[bool], within: sa.ColumnElement[bool]
) -> bool:
    joined = table.outerjoin(application, application.c.id == table.c.application_id)
    wanted = sa.select(sa.literal(1)).select_from(joined).where(which, within)
    with store.reading(book.engine) as connection:
        return connection.scalar(wanted) is not None

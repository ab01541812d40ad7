"""Who has read what (domain §7 ``designated``: related staff reading a case before its plan is given)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import CustomerClass
from web.access.rights import Account, Role
from web.tables import account as account_table
from web.tables import read_log
from workflow import store
from workflow.assignment import owners
from workflow.events import Event, EventType
from workflow.history import facts_of, first
from workflow.paging import Page, page_of
from workflow.people.tables import person
from workflow.tables import application

LONGEST_WHAT = 32
# Where it was read, as people say it.
WHAT = {
    "page": "申请页面",
    "form": "登记页面",
    "order": "督办单",
    "documents": "收资",
    "code": "客户查询码",
    "api": "数据接口",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One time that an account was shown an application.

    ``name``, ``role``, ``station`` and ``manager`` are those of today; ``what`` is a word of :data:`WHAT` or
    another.  ``before_plan``: a high-voltage application was read before its plan was given, by somebody who
    was never its account manager and has recorded nothing of it.  X: who is related to which firm is on no
    record, so this names the readings that are worth a question, and accuses nobody.
    """

    id: int
    at: datetime
    login: str
    name: str
    role: Role
    what: str
    number: str
    station: str
    manager: str
    before_plan: bool

    @property
    def where(self) -> str:
        """``what`` as people say it."""
        return WHAT.get(self.what, self.what)


def note_read(engine: sa.Engine, account: Account, application_id: int, what: str, now: datetime) -> None:
    """Record that ``account`` was shown an application; ``what`` is one word: ``page``, ``api`` …"""
    row = {"account_id": account.id, "application_id": application_id, "at": now, "what": what[:LONGEST_WHAT]}
    with store.writing(engine) as connection:
        connection.execute(sa.insert(read_log), [row])


def readings(
    engine: sa.Engine,
    *,
    account: str | None = None,
    number: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[Reading]:
    """Who read which application, the last written first, at most ``limit`` after ``after``.

    ``account`` is a login or the name of a person, ``number`` a whole number of an application; read from
    ``since`` on and earlier than ``until``.
    """
    conditions = list(_conditions(account, number, since, until))
    if after is not None:
        conditions.append(read_log.c.id < after)
    wanted = _READINGS.where(*conditions).order_by(read_log.c.id.desc()).limit(limit + 1)
    with store.reading(engine) as connection:
        rows = connection.execute(wanted).all()
        histories = store.events_by(connection, {row.application_id for row in rows[:limit]})
    return page_of(rows, limit, lambda row: _reading(row, histories.get(row.application_id, [])))


_READINGS = (
    sa.select(
        read_log,
        account_table.c.login,
        account_table.c.post,
        person.c.name,
        application.c.number,
        application.c.station,
        application.c.manager,
        application.c.customer_class,
    )
    .join(account_table, account_table.c.id == read_log.c.account_id)
    .join(application, application.c.id == read_log.c.application_id)
    .outerjoin(person, person.c.id == account_table.c.person_id)
)


def _conditions(
    who: str | None, number: str | None, since: datetime | None, until: datetime | None
) -> Iterable[sa.ColumnElement[bool]]:
    # By the ids, so that the indexes of the log are walked and nothing is joined that is not shown.
    if who is not None:
        named = sa.select(account_table.c.id).outerjoin(person, person.c.id == account_table.c.person_id)
        is_theirs = sa.or_(account_table.c.login == who.lower(), person.c.name == who)
        yield read_log.c.account_id.in_(named.where(is_theirs))
    if number is not None:
        numbered = sa.select(application.c.id).where(application.c.number == number)
        yield read_log.c.application_id.in_(numbered)
    if since is not None:
        yield read_log.c.at >= since
    if until is not None:
        yield read_log.c.at < until


def _reading(row: sa.Row[Any], events: list[Event]) -> Reading:
    name = row.name or row.login
    return Reading(
        id=row.id,
        at=row.at,
        login=row.login,
        name=name,
        role=Role.of(row.post),
        what=row.what,
        number=row.number,
        station=row.station,
        manager=row.manager,
        before_plan=CustomerClass.of(row.customer_class).high_voltage and _is_before(row.at, name, events),
    )


def _is_before(at: datetime, name: str, events: list[Event]) -> bool:
    """Read before the plan was given, by one who had nothing to do with it."""
    replied = first(facts_of(events), EventType.PLAN_REPLIED)
    if replied is not None and replied.at <= at:
        return False
    return name not in {each.actor for each in events} | {each.manager for each in owners(events)}

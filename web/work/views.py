"""The views of 我的工单 that a person keeps: filters under a name, and the one the queue opens with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from web import errors
from web.access.rights import Account
from web.tables import saved_view
from web.work.queue_filters import chosen_of, filters_of
from workflow import store

LONGEST_NAME = 32
# X: more than these nobody finds again in a row of links.
MOST_VIEWS = 20


@dataclass(frozen=True, slots=True)
class View:
    """Filters under a name; ``start``: the queue opens with them."""

    id: int
    name: str
    filters: Mapping[str, str]
    start: bool

    @property
    def query(self) -> str:
        """The filters as an address has them."""
        return urlencode(self.filters)


def views(engine: sa.Engine, account: Account) -> tuple[View, ...]:
    """The views of ``account`` in the order they were made."""
    wanted = sa.select(saved_view).where(_own(account)).order_by(saved_view.c.id)
    with store.reading(engine) as connection:
        rows = connection.execute(wanted).all()
    return tuple(View(row.id, row.name, dict(parse_qsl(row.query)), row.is_start) for row in rows)


def save(engine: sa.Engine, account: Account, name: str, asked: Mapping[str, str], now: datetime) -> None:
    """Keep what ``asked`` knows of the filters under ``name``; a view of that name is replaced.

    Raises RequestInvalid for a name or filters that are none.
    """
    filters_of(asked, now)
    name, chosen = _named(name), chosen_of(asked)
    if not chosen:
        raise errors.RequestInvalid(problems="没有筛选条件，不能存成视图")
    query = urlencode(chosen, errors="replace")
    row = {"account_id": account.id, "name": name, "query": query, "is_start": False, "created_at": now}
    same = sa.and_(_own(account), saved_view.c.name == name)
    try:
        with store.writing(engine) as connection:
            replaced = connection.execute(sa.update(saved_view).where(same).values(query=query)).rowcount
            if not replaced:
                _refuse_too_many(connection, account)
                connection.execute(sa.insert(saved_view), [row])
    except sa.exc.IntegrityError:  # the same name from another window at the same instant
        with store.writing(engine) as connection:
            connection.execute(sa.update(saved_view).where(same).values(query=query))


def rename(engine: sa.Engine, account: Account, view_id: int, name: str) -> None:
    """Another name; raises PageUnknown, or RequestInvalid where another view has it."""
    name = _named(name)
    try:
        _change(engine, account, view_id, name=name)
    except sa.exc.IntegrityError:
        raise errors.RequestInvalid(problems=f"已有名为“{name}”的视图") from None


def open_with(engine: sa.Engine, account: Account, view_id: int | None) -> None:
    """Let the queue open with this view, None: with everything; raises PageUnknown."""
    with store.writing(engine) as connection:
        connection.execute(sa.update(saved_view).where(_own(account)).values(is_start=False))
        if view_id is not None:
            one = sa.and_(_own(account), saved_view.c.id == view_id)
            if not connection.execute(sa.update(saved_view).where(one).values(is_start=True)).rowcount:
                raise errors.PageUnknown


def delete(engine: sa.Engine, account: Account, view_id: int) -> None:
    """Forget it; raises PageUnknown."""
    one = sa.and_(_own(account), saved_view.c.id == view_id)
    with store.writing(engine) as connection:
        if not connection.execute(sa.delete(saved_view).where(one)).rowcount:
            raise errors.PageUnknown


def _own(account: Account) -> sa.ColumnElement[bool]:
    return saved_view.c.account_id == account.id


def _change(engine: sa.Engine, account: Account, view_id: int, **values: str) -> None:
    one = sa.and_(_own(account), saved_view.c.id == view_id)
    with store.writing(engine) as connection:
        if not connection.execute(sa.update(saved_view).where(one).values(values)).rowcount:
            raise errors.PageUnknown


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise errors.RequestInvalid(problems=f"视图的名称应为 1 到 {LONGEST_NAME} 个字")
    return name


def _refuse_too_many(connection: sa.Connection, account: Account) -> None:
    held = connection.scalar(sa.select(sa.func.count()).where(_own(account))) or 0
    if held >= MOST_VIEWS:
        raise errors.RequestInvalid(problems=f"已有 {held} 个视图，最多 {MOST_VIEWS} 个，请先删去不用的")

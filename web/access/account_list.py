"""The accounts as an administrator sees them: who may come in, and who is in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import Term
from web import errors
from web.access.accounts import ACCOUNTS, LOGIN, account_of, refined
from web.access.rights import Account, Role
from web.tables import account, session
from workflow import store
from workflow.people.tables import person
from workflow.tables import Instant


class AccountState(Term):
    """Whether one may come in by an account."""

    OPEN = "open", "在用"
    LOCKED = "locked", "锁定"
    DISABLED = "disabled", "停用"


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as an administrator sees it.

    ``sessions`` is how many are open, ``seen_at`` when the last one was used; ``code`` is the 工号, empty of one
    who is nobody of the organisation.
    """

    account: Account
    code: str
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None
    sessions: int
    seen_at: datetime | None

    def state(self, now: datetime) -> AccountState:
        """Whether one may come in by it at ``now``."""
        if self.disabled_at is not None:
            return AccountState.DISABLED
        locked = self.locked_until is not None and self.locked_until > now
        return AccountState.LOCKED if locked else AccountState.OPEN


def listed(
    engine: sa.Engine,
    now: datetime,
    *,
    text: str = "",
    role: Role | None = None,
    state: AccountState | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[AccountView]:
    """The accounts by login, those behind ``after``, at most ``limit``.

    ``text`` is a part of the login, of the person's name or of the unit.
    """
    conditions = [account.c.login > after]
    if text:
        places = ((account.c.login, text.lower()), (person.c.name, text), (account.c.unit, text))
        conditions.append(sa.or_(*(column.contains(part, autoescape=True) for column, part in places)))
    if role is not None:
        conditions.append(account.c.post == role.value)
    if state is not None:
        conditions.append(_stands(state, now))
    wanted = _VIEWS.where(*conditions).order_by(account.c.login).limit(limit)
    with store.reading(engine) as connection:
        return [_view(row) for row in connection.execute(wanted, {"now": now})]


def view_of(engine: sa.Engine, login: str, now: datetime) -> AccountView:
    """One account; raises AccountUnknown."""
    login = refined(login)
    wanted = _VIEWS.where(account.c.login == login)
    with store.reading(engine) as connection:
        row = connection.execute(wanted, {"now": now}).first() if LOGIN.fullmatch(login) else None
    if row is None:
        raise errors.AccountUnknown(login=login[:64])
    return _view(row)


def _sessions(measure: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(measure).where(session.c.account_id == account.c.id, *conditions).scalar_subquery()


_OPEN = (session.c.ended_at.is_(None), session.c.expires_at > sa.bindparam("now", type_=Instant))
_VIEWS = ACCOUNTS.add_columns(
    person.c.code,
    _sessions(sa.func.count(), *_OPEN).label("sessions"),
    _sessions(sa.func.max(session.c.seen_at)).label("seen_at"),
)


def _view(row: sa.Row[Any]) -> AccountView:
    return AccountView(
        account=account_of(row),
        code=row.code or "",
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        locked_until=row.locked_until,
        sessions=row.sessions,
        seen_at=row.seen_at,
    )


def _stands(state: AccountState, now: datetime) -> sa.ColumnElement[bool]:
    """The same as :meth:`AccountView.state`, asked of the database."""
    enabled = account.c.disabled_at.is_(None)
    free = sa.or_(account.c.locked_until.is_(None), account.c.locked_until <= now)
    conditions = {
        AccountState.OPEN: sa.and_(enabled, free),
        AccountState.LOCKED: sa.and_(enabled, account.c.locked_until > now),
        AccountState.DISABLED: account.c.disabled_at.is_not(None),
    }
    return conditions[state]

"""What was done to an account, by whom and when: appended in the transaction that does it, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from limits.terms import Term
from web.access.rights import Account
from web.tables import account_act
from workflow import store
from workflow.paging import Page, page_of

# Who does it: an account at the desk, or the name that whoever runs a command on the machine goes by.
Doer = Account | str
LONGEST_ACTOR = 64


class AccountAct(Term):
    """One thing done to an account."""

    CREATED = "created", "建立账户"
    PASSWORD = "password", "重设密码"
    ROLE = "role", "改岗位和单位"
    DISABLE = "disable", "停用"
    ENABLE = "enable", "启用"
    END = "end", "结束全部登录"
    TOKEN_ISSUED = "token_issued", "建立令牌"
    TOKEN_REVOKED = "token_revoked", "停用令牌"


@dataclass(frozen=True, slots=True)
class Noted:
    """One of them. ``actor`` is a login, for names repeat; or the name given on the command line."""

    id: int
    act: AccountAct
    detail: str
    actor: str
    at: datetime


def note(
    connection: sa.Connection, account_id: int, act: AccountAct, *, by: Doer, at: datetime, detail: str = ""
) -> None:
    """Append one; ``connection`` is in the transaction that does it."""
    row = {"account_id": account_id, "act": act.value, "detail": detail, "actor": name_of(by), "at": at}
    connection.execute(sa.insert(account_act), [row])


def name_of(by: Doer) -> str:
    """Whom the records name, no longer than they have room for."""
    return by.login if isinstance(by, Account) else by[:LONGEST_ACTOR]


def noted(engine: sa.Engine, account_id: int, *, after: int | None = None, limit: int = 50) -> Page[Noted]:
    """What was done to an account, the last first, at most ``limit`` after ``after``."""
    wanted = sa.select(account_act).where(account_act.c.account_id == account_id)
    if after is not None:
        wanted = wanted.where(account_act.c.id < after)
    with store.reading(engine) as connection:
        found = connection.execute(wanted.order_by(account_act.c.id.desc()).limit(limit + 1)).all()
    return page_of(found, limit, _noted)


def _noted(row: sa.Row[Any]) -> Noted:
    return Noted(row.id, AccountAct.of(row.act), row.detail, row.actor, row.at)

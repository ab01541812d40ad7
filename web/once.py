"""A form that makes something new is done once, however often it is sent (issue 4 point 4).

The form carries a word drawn when it was shown.  The first to send it writes the word under a unique key
before anything is done; whoever sends the same word again is led to what the first has made.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from web.rights import Account
from web.tables import idempotency
from workflow import store


def word() -> str:
    """What a form that is shown carries."""
    return secrets.token_urlsafe(18)


def once(
    engine: sa.Engine, account: Account, route: str, key: str, now: datetime, make: Callable[[], str]
) -> str:
    """What ``make`` has made, called for the first with ``key`` only; empty while the first is at work.

    What fails may be sent again.
    """
    mine = sa.and_(idempotency.c.account_id == account.id, idempotency.c.key == _kept(key))
    row = {"key": _kept(key), "account_id": account.id, "route": route, "request": "", "at": now}
    try:
        with store.writing(engine) as connection:
            connection.execute(sa.insert(idempotency), [row])
    except sa.exc.IntegrityError:
        with store.reading(engine) as connection:
            return connection.scalar(sa.select(idempotency.c.body).where(mine)) or ""
    try:
        made = make()
    except BaseException:
        with store.writing(engine) as connection:
            connection.execute(sa.delete(idempotency).where(mine))
        raise
    with store.writing(engine) as connection:
        connection.execute(sa.update(idempotency).where(mine).values(body=made, status=303))
    return made


def _kept(key: str) -> str:
    """The word, at a length and of letters that fit, and apart from the keys programs choose."""
    return "form:" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()

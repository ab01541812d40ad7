"""A form does once what it says, however often it is sent: by a key hidden in it (issue 4 point 4).

The key is written down before anything is done, so of two sent at once only one can begin.  What was refused
may be sent again with the same key, for nothing was done.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

import sqlalchemy as sa

from limits.errors import YekuoError
from web.rights import Account
from web.tables import idempotency
from workflow import store

KEY = "form_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
# Apart from the keys that programs choose for themselves.
_KIND = "act:"
# X: long enough for any page left open; no source gives a figure.
KEPT_FOR = timedelta(days=7)


class FormReused(YekuoError):
    """这张表单已经提交过，内容与这次不同，没有再登记。请打开申请页面核对记录，需要再登记请重新打开表单。"""

    code = "form_reused"


class FormAtWork(YekuoError):
    """这张表单已经提交，正在处理或上次处理中断，没有再登记。请打开申请页面核对是否已有这条记录，没有再重新打开表单。"""

    code = "form_at_work"


class FormKeyInvalid(YekuoError):
    """表单的标识缺失或被改动，没有登记。请重新打开表单后再提交。"""

    code = "form_key_invalid"


def new_key() -> str:
    """The key of a form just made."""
    return secrets.token_urlsafe(18)


def once(
    engine: sa.Engine,
    account: Account,
    key: str,
    route: str,
    contents: Mapping[str, str],
    now: datetime,
    act: Callable[[], str],
) -> str:
    """Do ``act`` and return the address it gives; sent again, the address alone.

    Raises what ``act`` raises, FormReused, FormAtWork or FormKeyInvalid.
    """
    if not _KEY.fullmatch(key):
        raise FormKeyInvalid
    theirs = sa.and_(idempotency.c.account_id == account.id, idempotency.c.key == _KIND + key)
    row = {
        "key": _KIND + key,
        "account_id": account.id,
        "route": route[:128],
        "request": _digest(route, contents),
        "at": now,
    }
    if not _begun(engine, account, row, now):
        return _held(engine, theirs, row["request"])
    try:
        address = act()
    except YekuoError:
        with store.writing(engine) as connection:
            connection.execute(sa.delete(idempotency).where(theirs))
        raise
    finished = {"status": int(HTTPStatus.SEE_OTHER), "body": address}
    with store.writing(engine) as connection:
        connection.execute(sa.update(idempotency).where(theirs).values(finished))
    return address


def _begun(engine: sa.Engine, account: Account, row: Mapping[str, object], now: datetime) -> bool:
    """Write the key down; False when it is there already. Old ones of the account go."""
    spent = sa.and_(
        idempotency.c.account_id == account.id,
        idempotency.c.key.startswith(_KIND),
        idempotency.c.at < now - KEPT_FOR,
    )
    try:
        with store.writing(engine) as connection:
            connection.execute(sa.delete(idempotency).where(spent))
            connection.execute(sa.insert(idempotency), [dict(row)])
    except sa.exc.IntegrityError:
        return False
    return True


def _held(engine: sa.Engine, theirs: sa.ColumnElement[bool], digest: object) -> str:
    """The address of what was done with the key."""
    with store.reading(engine) as connection:
        held = connection.execute(sa.select(idempotency).where(theirs)).first()
    if held is None or held.status is None:  # none: the first was refused this moment
        raise FormAtWork
    if held.request != digest:
        raise FormReused
    address: str = held.body
    return address


def _digest(route: str, contents: Mapping[str, str]) -> str:
    told = "\0".join(f"{name}\1{value}" for name, value in sorted(contents.items()))
    return hashlib.sha256(f"{route}\0{told}".encode("utf-8", "replace")).hexdigest()

"""What is sent twice is done once: by a key hidden in a form, or the ``Idempotency-Key`` of a program.

The key is written down before anything is done, so of two sent at once only one can begin (issue 4 points 4
and 9).  What was refused may be sent again with the same key, for nothing was done.  Where nobody knows whether
it was done, because the process ended in the middle, the key stays taken: better to ask than to do it twice.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import sqlalchemy as sa

from limits.errors import YekuoError
from web import errors
from web.access.rights import Account
from web.tables import idempotency
from workflow import store
from workflow.errors import StoreUnreachable
from workflow.events import canonical

KEY = "form_key"
PATTERN = r"^[A-Za-z0-9_-]{16,64}$"
_KEY = re.compile(PATTERN)
# X: long enough for any page left open and any program that tries again; no source gives a figure.
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to the first; ``replayed``: this one was not the first."""

    status: int
    body: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who chose the key, with the words for what may be wrong with it. Keys of one are none of the other."""

    prefix: str
    reused: type[YekuoError]
    at_work: type[YekuoError]
    invalid: type[YekuoError]


_FORM = _Sender("form:", errors.FormReused, errors.FormAtWork, errors.FormKeyInvalid)
_PROGRAM = _Sender("api:", errors.KeyReused, errors.KeyAtWork, errors.KeyInvalid)


def new_key() -> str:
    """The key of a form just made."""
    return secrets.token_urlsafe(18)


def once(
    engine: sa.Engine,
    account: Account,
    key: str,
    route: str,
    contents: Mapping[str, object],
    now: datetime,
    act: Callable[[], str],
) -> str:
    """Do what a form says and return the address ``act`` gives; sent again, the address alone.

    Raises what ``act`` raises, FormReused, FormAtWork or FormKeyInvalid.
    """

    def done() -> Answer:
        return Answer(HTTPStatus.SEE_OTHER, act())

    return _once(engine, account, _FORM, key, route, contents, now, done).body


def answered(
    engine: sa.Engine,
    account: Account,
    key: str,
    route: str,
    contents: object,
    now: datetime,
    act: Callable[[], Answer],
) -> Answer:
    """Do what a program asks and return what ``act`` answers; asked again, the same answer from the store.

    Raises what ``act`` raises, KeyReused, KeyAtWork or KeyInvalid.
    """
    return _once(engine, account, _PROGRAM, key, route, contents, now, act)


def _once(
    engine: sa.Engine,
    account: Account,
    sender: _Sender,
    key: str,
    route: str,
    contents: object,
    now: datetime,
    act: Callable[[], Answer],
) -> Answer:
    if not _KEY.fullmatch(key):
        raise sender.invalid
    kept = sender.prefix + key
    theirs = sa.and_(idempotency.c.account_id == account.id, idempotency.c.key == kept)
    digest = hashlib.sha256(canonical([route, contents]).encode("utf-8", "replace")).hexdigest()
    row = {"key": kept, "account_id": account.id, "route": route[:128], "request": digest, "at": now}
    if not _begun(engine, account, row, now):
        return _held(engine, sender, theirs, digest)
    try:
        answer = act()
    except StoreUnreachable:  # the connection may have been lost after the database had written it
        raise
    except YekuoError:
        with store.writing(engine) as connection:
            connection.execute(sa.delete(idempotency).where(theirs))
        raise
    finished = {"status": int(answer.status), "body": answer.body}
    with store.writing(engine) as connection:
        connection.execute(sa.update(idempotency).where(theirs).values(finished))
    return answer


def _begun(engine: sa.Engine, account: Account, row: Mapping[str, object], now: datetime) -> bool:
    """Write the key down; False when it is there already. Old ones of the account go."""
    spent = sa.and_(idempotency.c.account_id == account.id, idempotency.c.at < now - KEPT_FOR)
    try:
        with store.writing(engine) as connection:
            connection.execute(sa.delete(idempotency).where(spent))
            connection.execute(sa.insert(idempotency), [dict(row)])
    except sa.exc.IntegrityError:
        return False
    return True


def _held(engine: sa.Engine, sender: _Sender, theirs: sa.ColumnElement[bool], digest: str) -> Answer:
    """What was answered to the first with the key."""
    with store.reading(engine) as connection:
        held = connection.execute(sa.select(idempotency).where(theirs)).first()
    if held is not None and held.request != digest:
        raise sender.reused
    if held is None or held.status is None:  # none: the first was refused this moment
        raise sender.at_work
    return Answer(held.status, held.body, replayed=True)

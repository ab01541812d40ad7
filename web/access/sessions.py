"""Who is in: logging in and out, and knowing a request by its cookie or its token.

A session is a row that can be ended; the cookie holds a random token of which only the SHA-256 is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from web import errors
from web.access import passwords
from web.access.accounts import ACCOUNTS, LOGIN, account_of, attempt, end_all, refined
from web.access.rights import Account, Right
from web.tables import account, api_token, session
from workflow import store
from workflow.errors import StoreBusy

SEEN_EVERY = timedelta(minutes=1)
LONGEST_AGENT, LONGEST_ADDRESS = 256, 64


@dataclass(frozen=True, slots=True)
class Session:
    """A session and whose it is. ``csrf`` must come back with every form of its pages."""

    id: int
    account: Account
    csrf: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """An open session as its owner sees it."""

    id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


def log_in(
    engine: sa.Engine,
    login: str,
    password: str,
    *,
    now: datetime,
    lasts: timedelta,
    address: str = "",
    agent: str = "",
) -> str:
    """Begin a session and return its token; raises LoginRefused, whatever the reason.

    An attempt is counted before the password is looked at, so that a hundred at once are still five.
    """
    name = refined(login)
    if not LOGIN.fullmatch(name):
        name = ""  # nobody's; a text the database would not even take
    with store.writing(engine) as connection:
        kept = attempt(connection, name, now)
    if not passwords.matches(kept, password):
        raise errors.LoginRefused
    token = secrets.token_urlsafe(32)
    with store.writing(engine) as connection:
        found = _came_in(connection, name, kept)
        row = {
            "hash": digest(token),
            "account_id": found,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + lasts,
            "address": address[:LONGEST_ADDRESS],
            "agent": agent.replace("\0", "")[:LONGEST_AGENT],
            "csrf": secrets.token_urlsafe(24),
        }
        connection.execute(sa.insert(session), [row])
    return token


def known(engine: sa.Engine, token: str, now: datetime) -> Session | None:
    """The open session of ``token``; None when there is none."""
    row = _opened(engine, token, now, session.c.ended_at, session.c.csrf, session.c.seen_at)
    if row is None:
        return None
    if now - row.seen_at > SEEN_EVERY:
        _seen(engine, session.c.seen_at, row.kept_id, now)
    return Session(row.kept_id, account_of(row), row.csrf)


def known_token(engine: sa.Engine, token: str, now: datetime) -> Account | None:
    """Whom the API token ``token`` stands for, with no more rights than its scopes name."""
    row = _opened(engine, token, now, api_token.c.revoked_at, api_token.c.scopes, api_token.c.used_at)
    if row is None:
        return None
    if row.used_at is None or now - row.used_at > SEEN_EVERY:
        _seen(engine, api_token.c.used_at, row.kept_id, now)
    found = account_of(row)
    scopes = {Right.of(each) for each in row.scopes.split()}
    return replace(found, granted=found.granted & scopes)


def end(engine: sa.Engine, session_id: int, account_id: int, now: datetime) -> bool:
    """End one session of an account; whether it was open and theirs."""
    theirs = sa.and_(
        session.c.id == session_id, session.c.account_id == account_id, session.c.ended_at.is_(None)
    )
    with store.writing(engine) as connection:
        return bool(connection.execute(sa.update(session).where(theirs).values(ended_at=now)).rowcount)


def end_others(engine: sa.Engine, current: Session, now: datetime) -> int:
    """End every session of its account but ``current``."""
    with store.writing(engine) as connection:
        return end_all(connection, current.account.id, now, but=current.id)


def open_sessions(engine: sa.Engine, account_id: int, now: datetime) -> list[SessionView]:
    """The open sessions of an account, the one last used first."""
    wanted = sa.select(
        session.c.id,
        session.c.created_at,
        session.c.seen_at,
        session.c.expires_at,
        session.c.address,
        session.c.agent,
    ).where(session.c.account_id == account_id, session.c.ended_at.is_(None), session.c.expires_at > now)
    with store.reading(engine) as connection:
        rows = connection.execute(wanted.order_by(session.c.seen_at.desc(), session.c.id.desc())).all()
    return [SessionView(*row) for row in rows]


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _came_in(connection: sa.Connection, login: str, kept: str | None) -> int:
    """Forget the failures; the account's id. Raises LoginRefused when it has changed meanwhile."""
    same = sa.and_(account.c.login == login, account.c.password == kept, account.c.disabled_at.is_(None))
    fresh = {"failures": 0, "locked_until": None}
    if not connection.execute(sa.update(account).where(same).values(fresh)).rowcount:
        raise errors.LoginRefused
    found: int = connection.execute(sa.select(account.c.id).where(account.c.login == login)).scalar_one()
    return found


def _opened(
    engine: sa.Engine, token: str, now: datetime, ended: sa.Column[Any], *columns: sa.Column[Any]
) -> sa.Row[Any] | None:
    """The session or API token of ``token`` with its account, unless it has ``ended`` or run out."""
    kept = ended.table.c
    wanted = (
        ACCOUNTS.add_columns(kept.id.label("kept_id"), *columns)
        .join(ended.table, kept.account_id == account.c.id)
        .where(
            kept.hash == digest(token),
            ended.is_(None),
            kept.expires_at > now,
            account.c.disabled_at.is_(None),
        )
    )
    with store.reading(engine) as connection:
        return connection.execute(wanted).first()


def _seen(engine: sa.Engine, column: sa.Column[Any], row_id: int, now: datetime) -> None:
    """Note when it was last used; a busy database is no reason to turn anybody away."""
    try:
        with store.writing(engine) as connection:
            connection.execute(
                sa.update(column.table).where(column.table.c.id == row_id).values({column: now})
            )
    except StoreBusy:
        return

"""API tokens: a word by which a program comes as an account, with some of its rights, until a day.

The word is shown once; what is kept of it is its SHA-256.  A token makes no token (issue 4 point 9).
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from limits.errors import YekuoError
from limits.zone import local
from web.access import sessions
from web.access.account_acts import AccountAct, Doer, note
from web.access.accounts import named, refined
from web.access.rights import FOR_PEOPLE, Account, Right
from web.tables import api_token
from workflow import store

# X: both figures; no source gives any.
DAYS, MOST_DAYS = 90, 366
LONGEST_NAME = 64


class TokenRefused(YekuoError):
    """没有建立令牌：{problem}。请写明名称、至少一项自己有的权限和有效天数（1 至 366）。"""

    code = "token_refused"


class TokenTaken(YekuoError):
    """已经有名为“{name}”的令牌，名称不能重复，停用的也不能再用。请换一个名称。"""

    code = "token_taken"


class TokenUnknown(YekuoError):
    """没有可以停用的令牌“{which}”：不是您的，或已停用。请先列出令牌核对。"""

    code = "token_unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it, without the word."""

    id: int
    name: str
    scopes: tuple[Right, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def alive(self, now: datetime) -> bool:
        """Whether a program can still come by it."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its word, which nobody can be told again."""

    token: Token
    word: str


def allowed(owner: Account) -> tuple[Right, ...]:
    """The rights a token of ``owner`` may have, in the order of :class:`Right`."""
    return tuple(right for right in Right if right in owner.granted and right not in FOR_PEOPLE)


def issue(
    engine: sa.Engine,
    owner: Account,
    name: str,
    scopes: Collection[Right],
    days: int,
    now: datetime,
    *,
    by: Doer | None = None,
) -> Issued:
    """A token of ``owner`` for ``days`` from ``now``; ``by`` is who makes it where it is not the owner.

    Raises TokenRefused or TokenTaken.
    """
    name, wanted = name.strip(), [right for right in Right if right in scopes]
    if problem := _problem(owner, name, wanted, days):
        raise TokenRefused(problem=problem)
    word = secrets.token_urlsafe(32)
    row = {
        "hash": sessions.digest(word),
        "account_id": owner.id,
        "name": name,
        "scopes": " ".join(right.value for right in wanted),
        "created_at": now,
        "expires_at": now + timedelta(days=days),
    }
    try:
        with store.writing(engine) as connection:
            connection.execute(sa.insert(api_token), [row])
            rights = "、".join(right.label for right in wanted)
            detail = f"“{name}”，{rights}，有效到 {local(now + timedelta(days=days)):%Y-%m-%d %H:%M}"
            note(connection, owner.id, AccountAct.TOKEN_ISSUED, by=by or owner, at=now, detail=detail)
    except sa.exc.IntegrityError as error:
        raise TokenTaken(name=name) from error
    made = next(each for each in listed(engine, owner.id) if each.name == name)
    return Issued(made, word)


def listed(engine: sa.Engine, account_id: int) -> list[Token]:
    """Every token an account ever had, the newest first."""
    wanted = sa.select(api_token).where(api_token.c.account_id == account_id)
    with store.reading(engine) as connection:
        rows = connection.execute(wanted.order_by(api_token.c.id.desc())).all()
    return [
        Token(
            row.id, row.name, _rights(row.scopes),
            local(row.created_at), local(row.expires_at), _local(row.used_at), _local(row.revoked_at),
        )
        for row in rows
    ]  # fmt: skip


def revoke(
    engine: sa.Engine, owner: Account, token_id: int, now: datetime, *, by: Doer | None = None
) -> None:
    """Nobody comes by this token of ``owner`` any more; ``by`` as in :func:`issue`. Raises TokenUnknown."""
    theirs = sa.and_(
        api_token.c.id == token_id, api_token.c.account_id == owner.id, api_token.c.revoked_at.is_(None)
    )
    with store.writing(engine) as connection:
        if not connection.execute(sa.update(api_token).where(theirs).values(revoked_at=now)).rowcount:
            raise TokenUnknown(which=token_id)
        name = connection.execute(sa.select(api_token.c.name).where(api_token.c.id == token_id)).scalar_one()
        note(connection, owner.id, AccountAct.TOKEN_REVOKED, by=by or owner, at=now, detail=f"“{name}”")


def owner_of(engine: sa.Engine, login: str) -> Account:
    """The account of ``login``; raises AccountUnknown."""
    with store.reading(engine) as connection:
        return named(connection, refined(login))


def _problem(owner: Account, name: str, wanted: Sequence[Right], days: int) -> str:
    beyond = [right.label for right in wanted if right not in allowed(owner)]
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        return f"名称应为 1 至 {LONGEST_NAME} 个字"
    if beyond:
        return f"账户没有“{'”“'.join(beyond)}”的权限，或不能给令牌"
    if not wanted:
        return "没有选权限"
    return "" if days in range(1, MOST_DAYS + 1) else f"有效天数是 {days}"


def _rights(scopes: str) -> tuple[Right, ...]:
    return tuple(Right.of(each) for each in scopes.split())


def _local(value: datetime | None) -> datetime | None:
    return local(value) if value is not None else None

"""The one gate: every route says which right it needs, or that it is public and why.

A page is known by the session cookie, and then an unsafe method must bring the session's CSRF token, in the
form's field ``csrf`` or the header ``X-CSRF-Token``.  A program is known by ``Authorization: Bearer``, which
no browser sends by itself, so it needs none.  A test walks all routes and finds those that say nothing.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from web import errors
from web.access import sessions
from web.access.rights import FOR_PEOPLE, MATRIX, Account, Right, may
from web.access.sessions import Session
from web.desk import desk_of

COOKIE = "yekuo_session"
FORM_COOKIE = "yekuo_form"
FIELD, HEADER = "csrf", "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Needs:
    """A route for those who have ``right``."""

    right: Right

    async def __call__(self, request: Request) -> Account:
        """The account asking; raises NotSignedIn, FormStale, RightMissing or ScopeMissing."""
        found = await _who(request)
        request.state.account = found
        demand(found, self.right)
        return found


@dataclass(frozen=True, slots=True)
class Public:
    """A route for everybody, and why that is right. A form of it brings back the token of its own cookie.

    ``by_form`` False: it is no page, and takes nothing or JSON, which no page of another site can send.  Who is
    signed in is nothing to it and not looked up, so it answers where there is no database as well.
    """

    reason: str
    by_form: bool = True

    async def __call__(self, request: Request) -> None:
        """Whoever is signed in is known here as well; raises FormStale."""
        if not self.by_form:
            return
        current = await _session(request)
        if current is not None:
            _remember(request, current)
        if request.method not in SAFE:
            expected = current.csrf if current else request.cookies.get(FORM_COOKIE, "")
            await _check_form(request, expected)


def demand(account: Account, right: Right) -> None:
    """Raise RightMissing; of a token whose account has ``right``, ScopeMissing, or SessionNeeded for people's own."""
    if may(account, right):
        return
    if right in MATRIX[account.role] & FOR_PEOPLE:
        raise errors.SessionNeeded(right=right.label)
    if right in MATRIX[account.role]:
        raise errors.ScopeMissing(right=right.label, scope=right.value)
    raise errors.RightMissing(role=account.role.label, right=right.label)


def needs(right: Right) -> Any:
    """``Annotated[Account, needs(Right.X)]`` or ``dependencies=[needs(Right.X)]``."""
    return Depends(Needs(right))


def public(reason: str, *, by_form: bool = True) -> Any:
    """``dependencies=[public("为什么公开")]``."""
    return Depends(Public(reason, by_form))


def declared(dependant: Any) -> list[Needs | Public]:
    """What a route declares (of its FastAPI dependant): exactly one, or it is at fault."""
    found = [dependant.call] if isinstance(dependant.call, Needs | Public) else []
    for each in dependant.dependencies:
        found += declared(each)
    return found


def account_in(request: Request) -> Account | None:
    """Who is asking, as far as the gate found out."""
    return getattr(request.state, "account", None)


def session_in(request: Request) -> Session | None:
    """The session asking; None for programs and strangers."""
    return getattr(request.state, "session", None)


def signed_in(request: Request) -> Session:
    """The session asking, where only a person at a page may do what is asked; raises NotSignedIn."""
    current = session_in(request)
    if current is None:
        raise errors.NotSignedIn
    return current


ASession = Annotated[Session, Depends(signed_in)]


def form_token(request: Request) -> str:
    """What the forms of a page for ``request`` must bring back."""
    current = session_in(request)
    if current is not None:
        return current.csrf
    token: str = getattr(request.state, "form_token", "") or request.cookies.get(FORM_COOKIE, "")
    request.state.form_token = token or secrets.token_urlsafe(24)
    return str(request.state.form_token)


async def _who(request: Request) -> Account:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        desk = desk_of(request)
        found = await run_in_threadpool(sessions.known_token, desk.engine, token.strip(), desk.now())
        if found is None:
            raise errors.NotSignedIn
        return found
    current = await _session(request)
    if current is None:
        raise errors.NotSignedIn
    _remember(request, current)
    if request.method not in SAFE:
        await _check_form(request, current.csrf)
    return current.account


async def _session(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    desk = desk_of(request)
    return await run_in_threadpool(sessions.known, desk.engine, token, desk.now())


def _remember(request: Request, current: Session) -> None:
    request.state.session = current
    request.state.account = current.account


async def _check_form(request: Request, expected: str) -> None:
    given = request.headers.get(HEADER) or await _field(request)
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise errors.FormStale


async def _field(request: Request) -> str:
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    value = (await request.form()).get(FIELD)
    return value if isinstance(value, str) else ""

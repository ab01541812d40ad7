"""The door: logging in and out, and the first page."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from web import errors
from web.access import sessions
from web.access.admission import COOKIE, ASession, needs, public, session_in
from web.access.rights import REACH, Account, Reach, Right
from web.desk import ADesk
from web.envelope import address_of
from web.pages.fields import AText
from web.paths import HOME, LOGIN, within
from web.rendering import keep, render

router = APIRouter(include_in_schema=False)
SEES = {
    Reach.NONE: "不看业扩申请",
    Reach.OWN: "看本人经办的申请",
    Reach.STATION: "看本所的申请",
    Reach.COMPANY: "看全公司的申请",
}


@router.get(HOME)
def home(request: Request, account: Annotated[Account, needs(Right.SIGN_IN)]) -> HTMLResponse:
    """Where one can go from here."""
    return render(request, "home.html", sees=SEES[REACH[account.role]])


@router.get(LOGIN, dependencies=[public("登录页")])
def login_page(request: Request, next: str = HOME) -> Response:  # noqa: A002 - the name in the address
    """The form; whoever is in already need not log in again."""
    if session_in(request) is not None:
        return RedirectResponse(within(next), 303)
    return render(request, "login.html", login="", back=within(next), refused="")


@router.post(LOGIN, dependencies=[public("登录")])
def log_in(
    request: Request,
    desk: ADesk,
    login: AText = "",
    password: AText = "",
    next: AText = HOME,  # noqa: A002 - the name of the field
) -> Response:
    """In, and on to where one wanted to go; or the form again with the one sentence every refusal has."""
    hours = desk.settings.session_hours
    try:
        token = sessions.log_in(
            desk.engine,
            login,
            password,
            now=desk.now(),
            lasts=timedelta(hours=hours),
            address=address_of(request.scope),
            agent=request.headers.get("User-Agent", ""),
        )
    except errors.LoginRefused as refused:
        again, said = login[:64], refused.message
        return render(request, "login.html", status=403, login=again, back=within(next), refused=said)
    before = session_in(request)
    if before is not None:
        sessions.end(desk.engine, before.id, before.account.id, desk.now())
    answer = RedirectResponse(within(next), 303)
    keep(request, answer, COOKIE, token, hours * 3600)
    return answer


@router.post("/logout", dependencies=[needs(Right.SIGN_IN)])
def log_out(desk: ADesk, current: ASession) -> Response:
    """Out: the session is ended, not only forgotten by the browser."""
    sessions.end(desk.engine, current.id, current.account.id, desk.now())
    answer = RedirectResponse(LOGIN, 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer

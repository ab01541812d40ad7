"""The own account: changing the password, seeing where one is logged in, and ending that."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from limits.errors import YekuoError
from web import errors
from web.access import accounts, sessions, tokens
from web.access.admission import ASession, needs
from web.access.rights import Right, may
from web.access.sessions import Session
from web.desk import ADesk, Desk
from web.pages.fields import AnId, AText
from web.problems import form_page

router = APIRouter(include_in_schema=False, dependencies=[needs(Right.SIGN_IN)])
PATH = "/account"
DONE = {
    "password": "密码已修改，其他地方的登录已结束；令牌仍可用，不再需要的请停用。",
    "ended": "已结束。",
    "token": "令牌已停用。",
}


@router.get(PATH)
def own_account(request: Request, desk: ADesk, current: ASession, done: str = "") -> Response:
    """The page."""
    return page(request, desk, current, done=DONE.get(done, ""))


@router.post(f"{PATH}/password")
def change_password(
    request: Request,
    desk: ADesk,
    current: ASession,
    old: AText = "",
    new: AText = "",
    again: AText = "",
) -> Response:
    """Another password; every other session ends."""
    try:
        if new != again:
            raise errors.PasswordUnfit(problem="两次输入的新密码不一样")
        accounts.change_password(desk.engine, current.account, old, new, now=desk.now(), but=current.id)
    except (errors.PasswordUnfit, errors.PasswordWrong) as refused:
        return page(request, desk, current, refused=refused)
    return RedirectResponse(f"{PATH}?done=password", 303)


@router.post(f"{PATH}/sessions/others/end")
def end_others(desk: ADesk, current: ASession) -> Response:
    """End every session but this one."""
    sessions.end_others(desk.engine, current, desk.now())
    return RedirectResponse(f"{PATH}?done=ended", 303)


@router.post(f"{PATH}/sessions/{{session_id}}/end")
def end_session(desk: ADesk, current: ASession, session_id: AnId) -> Response:
    """End one session; one that is not theirs is not there."""
    if not sessions.end(desk.engine, session_id, current.account.id, desk.now()):
        raise errors.PageUnknown
    return RedirectResponse(f"{PATH}?done=ended", 303)


def page(
    request: Request,
    desk: Desk,
    current: Session,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    issued: tokens.Issued | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page; ``issued`` is a new token, whose word is shown this once, ``typed`` a refused one."""
    now, owner = desk.now(), current.account
    return form_page(
        request,
        "account.html",
        refused,
        current=current.id,
        sessions=sessions.open_sessions(desk.engine, owner.id, now),
        tokens=tokens.listed(desk.engine, owner.id) if may(owner, Right.USE_API) else None,
        scopes=tokens.allowed(owner),
        issued=issued,
        typed={"name": "", "days": str(tokens.DAYS), "scopes": ""} | dict(typed or {}),
        most_days=tokens.MOST_DAYS,
        longest_name=tokens.LONGEST_NAME,
        done=done,
    )

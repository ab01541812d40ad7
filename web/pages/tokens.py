"""The tokens in 我的账户: made, shown once, and revoked."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from limits.zone import local
from web.access import tokens
from web.access.admission import ASession, needs
from web.access.rights import Account, Right
from web.desk import ADesk
from web.errors import RequestInvalid
from web.pages.fields import AnId, AText
from web.pages.own_account import PATH, page
from web.work.filled import whole

router = APIRouter(include_in_schema=False)
AnOwner = Annotated[Account, needs(Right.USE_API)]


@router.post(f"{PATH}/tokens")
def issue(
    request: Request,
    desk: ADesk,
    account: AnOwner,
    current: ASession,
    name: AText = "",
    days: AText = "",
    scopes: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A new one. Its word stands on the answer to this form and nowhere else, so it is no redirect."""
    now = local(desk.now())
    wanted = [right for right in Right if right.value in scopes]
    try:
        lasts = whole("有效天数", days, 1, tokens.MOST_DAYS) or 0
        made = tokens.issue(desk.engine, account, name, wanted, lasts, now)
    except (RequestInvalid, tokens.TokenRefused, tokens.TokenTaken) as refused:
        typed = {"name": name, "days": days, "scopes": " ".join(scopes)}
        return page(request, desk, current, refused=refused, typed=typed)
    return page(request, desk, current, issued=made)


@router.post(f"{PATH}/tokens/{{token_id}}/revoke")
def revoke(desk: ADesk, account: AnOwner, _: ASession, token_id: AnId) -> Response:
    """End one; one that is not theirs is not there."""
    tokens.revoke(desk.engine, account, token_id, desk.now())
    return RedirectResponse(f"{PATH}?done=token", 303)

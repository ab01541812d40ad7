"""抢单 and 派单: what nobody owns, taken by one's own click or given by a leader (domain §9)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from limits.zone import local
from web import errors
from web.access import once
from web.access.admission import needs, signed_in
from web.access.rights import Account, Right
from web.access.visible import in_station, pool_of
from web.desk import ADesk, Desk
from web.pages.acting import HANDLED
from web.pages.fields import AText
from web.pages.queue import PAGE
from web.paths import asking
from web.problems import status_of
from web.rendering import render
from web.work.queue_filters import filters_of
from web.work.staff import managers_of, refuse_other
from web.work.taking import take
from workflow import assignment
from workflow.assignment import AlreadyOwned, OwnerInvalid
from workflow.queue import Cursor, Load, loads, pool

router = APIRouter(include_in_schema=False)
POOL, ASSIGN = "/pool", "/assign"
NOTHING = Load()


@router.get(POOL)
def pool_page(request: Request, desk: ADesk, account: Annotated[Account, needs(Right.CLAIM)]) -> HTMLResponse:
    """What can be taken, and what one has already."""
    return _pool(request, desk, account, done=request.query_params.get("done", ""))


@router.post("/pool/{number:path}/claim")
def claim(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.CLAIM)],
    number: str,
    form_key: AText = "",
) -> Response:
    """One click; of two at once one gets it, and the other is told who did."""
    signed_in(request)
    row, now = in_station(desk.engine, account, number), local(desk.now())

    def act() -> str:
        take(desk, account, row, now)
        return f"{POOL}?done={quote(row.number)}"

    try:
        address = once.once(desk.engine, account, form_key, "claim", {"number": row.number}, now, act)
    except (AlreadyOwned, OwnerInvalid, errors.FormAtWork, errors.FormReused) as refused:
        return _pool(request, desk, account, refused=refused)
    return RedirectResponse(address, 303)


@router.get(ASSIGN)
def assign_page(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.ASSIGN)]
) -> HTMLResponse:
    """What nobody has taken, and what each account manager has already."""
    return _assign(request, desk, account, done=request.query_params.get("done", ""))


@router.post("/assign/{number:path}")
def assign(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.ASSIGN)],
    number: str,
    manager: AText = "",
    form_key: AText = "",
) -> Response:
    """A leader gives it to an account manager of its station; done once."""
    signed_in(request)
    row, now = in_station(desk.engine, account, number), local(desk.now())

    def act() -> str:
        refuse_other(desk, row.number, row.station, manager, now)
        assignment.assign(desk.book, row.number, manager=manager, at=now, now=now, actor=account.name)
        return f"{ASSIGN}?done={quote(row.number)}"

    contents = {"number": row.number, "manager": manager}
    try:
        address = once.once(desk.engine, account, form_key, "assign", contents, now, act)
    except YekuoError as refused:
        if status_of(refused) not in HANDLED:
            raise
        return _assign(request, desk, account, refused=refused)
    return RedirectResponse(address, 303)


def _pool(
    request: Request, desk: Desk, account: Account, *, done: str = "", refused: YekuoError | None = None
) -> HTMLResponse:
    now = local(desk.now())
    own = loads(desk.book, pool_of(account), now).get(account.name, NOTHING)
    return _page(request, desk, account, "pool", now, done, refused, load=own)


def _assign(
    request: Request, desk: Desk, account: Account, *, done: str = "", refused: YekuoError | None = None
) -> HTMLResponse:
    now, scope = local(desk.now()), pool_of(account)
    held = loads(desk.book, scope, now)
    staff = managers_of(desk, scope.station, now)
    listed = {name: (unit, held.get(name, NOTHING)) for name, unit in staff.items()}
    return _page(request, desk, account, "assign", now, done, refused, managers=listed)


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    name: str,
    now: datetime,
    done: str,
    refused: YekuoError | None,
    **more: Any,
) -> HTMLResponse:
    asked: Mapping[str, str] = request.query_params if request.method == "GET" else {}
    after = Cursor.decode(asked["after"]) if asked.get("after") else None
    page = pool(desk.book, now, pool_of(account), filters_of(asked, now), after, PAGE)
    return render(
        request,
        f"{name}.html",
        status=409 if refused else 200,
        rows=page.rows,
        next=asking(f"/{name}", {"after": page.next.encode()}) if page.next else "",
        page=PAGE,
        done=done[:64],
        refused=refused.message if refused else "",
        **more,
    )

"""我的工单: what is open in one's part of the organisation, most urgent first, a page at a time."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from limits.errors import YekuoError
from limits.terms import CustomerClass, Level, Step
from limits.zone import local
from web import errors
from web.access.admission import ASession, needs
from web.access.rights import Account, Reach, Right, scope_of
from web.access.visible import queue_of
from web.desk import ADesk, Desk
from web.pages.fields import AnId, AText
from web.paths import asking
from web.problems import form_page
from web.work import views
from web.work.queue_filters import DUE, FILTERS, chosen_of, filters_of
from web.work.recording import action_paths
from workflow.queue import Cursor, work_queue

router = APIRouter(include_in_schema=False)
QUEUE = "/queue"
# An address that says something, so that it leads to everything also where a start view is chosen.
EVERYTHING = f"{QUEUE}?view=all"
PAGE = 50


@router.get(QUEUE)
def my_queue(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.READ_APPLICATIONS)]
) -> Response:
    """The queue of ``account``, narrowed by what the address says; by the start view where it says nothing."""
    kept = views.views(desk.engine, account)
    start = next((each for each in kept if each.start), None)
    if start is not None and not request.url.query:
        return RedirectResponse(f"{QUEUE}?{start.query}", 303)
    return _page(request, desk, account, request.query_params, kept)


@router.post(f"{QUEUE}/views")
def save_view(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    _: ASession,
    name: AText = "",
    query: AText = "",
) -> Response:
    """Keep the filters that are on under a name."""
    asked = dict(parse_qsl(query))
    try:
        views.save(desk.engine, account, name, asked, desk.now())
    except YekuoError as refused:
        return _page(request, desk, account, {}, views.views(desk.engine, account), refused)
    return RedirectResponse(f"{QUEUE}?{urlencode(chosen_of(asked))}", 303)


@router.post(f"{QUEUE}/views/{{view_id}}")
def change_view(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    _: ASession,
    view_id: AnId,
    act: AText = "",
    name: AText = "",
) -> Response:
    """Rename or delete one view, or let the queue open with it or with everything."""
    try:
        if act == "rename":
            views.rename(desk.engine, account, view_id, name)
        elif act == "delete":
            views.delete(desk.engine, account, view_id)
        elif act in ("start", "stop"):
            views.open_with(desk.engine, account, view_id if act == "start" else None)
        else:
            raise errors.RequestInvalid(problems="没有这样的操作")
    except errors.RequestInvalid as refused:
        return _page(request, desk, account, {}, views.views(desk.engine, account), refused)
    return RedirectResponse(EVERYTHING, 303)


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    asked: Mapping[str, str],
    kept: Sequence[views.View],
    refused: YekuoError | None = None,
) -> Response:
    now = local(desk.now())
    filters = filters_of(asked, now)
    after = Cursor.decode(asked["after"]) if asked.get("after") else None
    page = work_queue(desk.book, now, queue_of(account), filters, after, PAGE)
    chosen = chosen_of(asked)
    return form_page(
        request,
        "queue.html",
        refused,
        rows=page.rows,
        next=asking(QUEUE, chosen | {"after": page.next.encode()}) if page.next else "",
        first=(asking(QUEUE, chosen) if chosen else EVERYTHING) if after else "",
        page=PAGE,
        everything=EVERYTHING,
        chosen={name: chosen.get(name, "") for name in FILTERS},
        narrowed=bool(chosen),
        query=urlencode(chosen),
        classes=CustomerClass,
        steps=Step,
        levels=tuple(reversed(Level)),
        dues={name: label for name, (label, _) in DUE.items()},
        views=_ready(chosen, kept),
        kept=kept,
        longest_name=views.LONGEST_NAME,
        wide=scope_of(account).reach is not Reach.OWN,
        company=scope_of(account).reach is Reach.COMPANY,
        paths=action_paths(account),
    )


def _ready(chosen: Mapping[str, str], kept: Sequence[views.View]) -> list[tuple[str, str, bool]]:
    """The views people open most, and one's own: label, address, whether it is this one."""
    ready: list[tuple[str, Mapping[str, str]]] = [("红色", {"level": Level.RED.value})]
    ready += [(label, {"due": name}) for name, (label, _) in DUE.items()]
    ready += [(each.name, each.filters) for each in kept]
    links = [(label, f"{QUEUE}?{urlencode(each)}", dict(chosen) == each) for label, each in ready]
    return [("全部", EVERYTHING, not chosen), *links]

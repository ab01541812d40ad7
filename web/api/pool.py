"""抢单 through the API: what nobody owns, taking it, and what everybody has already."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from limits.zone import local
from web.access.admission import needs
from web.access.rights import Account, Right
from web.access.visible import in_station, pool_of
from web.api.acting import RecordedOut, told_of
from web.api.applications import ANumber, Asked, page_of, sorted_at
from web.api.doing import AKey, recorded, recording
from web.api.models import Page
from web.api.routing import router as api_router
from web.api.shapes import LoadOut, RowOut
from web.desk import ADesk
from web.work.taking import take
from workflow.queue import loads, pool

router = api_router("抢单")
ATaker = Annotated[Account, needs(Right.CLAIM)]


@router.get("/pool", summary="无人负责、可以抢单的申请")
def unclaimed(desk: ADesk, account: ATaker, asked: Annotated[Asked, Query()]) -> Page[RowOut]:
    """What can be taken."""
    now = sorted_at(desk)
    return page_of(pool(desk.book, now, pool_of(account), asked.filters(now), asked.after(), asked.limit))


@router.get("/assign", summary="无人负责、等待派单的申请")
def unassigned(
    desk: ADesk, account: Annotated[Account, needs(Right.ASSIGN)], asked: Annotated[Asked, Query()]
) -> Page[RowOut]:
    """The same, for who gives it to somebody."""
    return unclaimed(desk, account, asked)


@router.post(
    "/applications/{number:path}/claim",
    summary="抢单",
    description="两人同时抢单，只有一人抢到；另一人得到 409，写明由谁负责。",
    **recording(RecordedOut, body=False),
)
def claim(desk: ADesk, account: ATaker, number: ANumber, key: AKey) -> Response:
    """Take it."""

    def done() -> RecordedOut:
        return told_of(take(desk, account, in_station(desk.engine, account, number), local(desk.now())))

    return recorded(desk, account, key, f"applications/{number}/claim", {}, done)


@router.get("/loads", summary="各客户经理在办的申请数和容量")
def held(desk: ADesk, account: Annotated[Account, needs(Right.READ_APPLICATIONS)]) -> tuple[LoadOut, ...]:
    """What everybody has."""
    found = loads(desk.book, pool_of(account), local(desk.now()))
    return tuple(
        LoadOut(manager=name, applications=each.applications, capacity=each.capacity)
        for name, each in sorted(found.items())
    )

"""廉洁线索: what the records show that should not be, for those who look into it (domain §7)."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web.access.admission import needs
from web.access.rights import Account, Right, may, scope_of
from web.desk import ADesk
from web.pages.fields import MOST_ID
from web.paths import asking
from web.rendering import render
from web.work import filled
from workflow.findings import Code
from workflow.found import found, found_counts

router = APIRouter(include_in_schema=False)
PATH = "/findings"
PAGE = 50


@router.get(PATH)
def finding_list(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_FINDINGS)],
    code: str = "",
    station: str = "",
    number: str = "",
    after: str = "",
) -> HTMLResponse:
    """The newest findings the account sees, and how many there are of each kind."""
    within = scope_of(account).where()
    of_station = filled.text("供电所", station)
    of_number = filled.text("申请编号", number)
    page = found(
        desk.engine,
        code=filled.term(Code, "线索", code),
        station=of_station,
        number=of_number,
        within=within,
        after=filled.whole("翻页标记", after, 1, MOST_ID),
        limit=PAGE,
    )
    narrowed = {"station": station, "number": number}
    asked = {"code": code} | narrowed
    return render(
        request,
        "findings.html",
        rows=page.rows,
        next=asking(PATH, asked | {"after": str(page.next)}) if page.next else "",
        first=asking(PATH, asked) if after else "",
        counts=[
            (each, count, asking(PATH, narrowed | {"code": each.value}))
            for each, count in found_counts(
                desk.engine, station=of_station, number=of_number, within=within
            ).items()
        ],
        every=asking(PATH, narrowed),
        asked=asked,
        codes=list(Code),
        opens=may(account, Right.READ_APPLICATIONS),
        page=PAGE,
    )

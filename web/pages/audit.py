"""阅读记录: who was shown which application, when and where (issue 4 point 8, domain §7 ``designated``)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from limits.zone import local, midnight, midnight_after
from web import errors
from web.access.admission import needs
from web.access.read_log import readings
from web.access.rights import Account, Right, may
from web.desk import ADesk
from web.pages.fields import MOST_ID
from web.paths import asking
from web.rendering import render
from web.work import filled

router = APIRouter(include_in_schema=False)
PATH = "/audit"
PAGE = 50


@router.get(PATH)
def audit(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_AUDIT)],
    who: str = "",
    number: str = "",
    since: str = "",
    until: str = "",
    after: str = "",
) -> HTMLResponse:
    """The latest readings, narrowed by what the address says; ``until`` is a day still meant."""
    today = local(desk.now()).date()
    first_day, last_day = _day("从", since, today), _day("到", until, today)
    if first_day and last_day and last_day < first_day:
        raise errors.RequestInvalid(problems=f"“到”{last_day} 早于“从”{first_day}")
    page = readings(
        desk.engine,
        account=filled.text("账户", who),
        number=filled.text("申请编号", number),
        since=midnight(first_day) if first_day else None,
        until=midnight_after(last_day) if last_day else None,
        after=filled.whole("翻页标记", after, 1, MOST_ID),
        limit=PAGE,
    )
    asked = {"who": who, "number": number, "since": since, "until": until}
    return render(
        request,
        "audit.html",
        rows=page.rows,
        next=asking(PATH, asked | {"after": str(page.next)}) if page.next else "",
        first=asking(PATH, asked) if after else "",
        asked=asked,
        narrowed=any(asked.values()),
        opens=may(account, Right.READ_APPLICATIONS),
        page=PAGE,
    )


def _day(what: str, given: str, default: date) -> date | None:
    """The day, None for none; years in which a midnight is no instant are refused."""
    if not given:
        return None
    found = filled.day(what, given, default)
    if not date.min.year < found.year < date.max.year:
        raise errors.RequestInvalid(problems=f"{what}“{given[: filled.SHOWN]}”不在可查的年份内")
    return found

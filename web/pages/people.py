"""人员: who is in service where, with what load, who is away and who stands in (domain §9)."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from limits.zone import local
from web import errors
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Right
from web.desk import ADesk, Desk
from web.pages.fields import MOST_ID, AnId, AText
from web.paths import asking
from web.problems import form_page
from web.rendering import render
from web.work import filled, staff
from workflow.people.absences import AbsenceStage, absences
from workflow.people.roster import LONGEST_REASON, end_absence

router = APIRouter(include_in_schema=False)
PATH = "/people"
PAGE = 50
AManager = Annotated[Account, needs(Right.MANAGE_PEOPLE)]
DONE = {"away": "已登记离岗。", "back": "已返岗，或已取消还没有开始的离岗。"}


@router.get(PATH)
def people_page(
    request: Request,
    desk: ADesk,
    account: AManager,
    text: str = "",
    station: str = "",
    away: str = "",
    after: str = "",
) -> HTMLResponse:
    """Who is in service in the account's part, by 工号."""
    now, asked = local(desk.now()), {"text": text, "station": station, "away": away}
    seen = staff.staff_of(desk, account, now)
    wanted = [each for each in seen if staff.fits(each, text.strip(), station.strip(), away=bool(away))]
    rest = [each for each in wanted if each.code > after]
    shown = rest[:PAGE]
    following = asked | {"after": shown[-1].code} if len(rest) > PAGE else None
    return render(
        request,
        "people.html",
        lines=list(staff.lines(desk, shown, now)),
        total=len(wanted),
        absent=sum(each.away is not None for each in seen),
        next=asking(PATH, following) if following else "",
        first=asking(PATH, asked) if after else "",
        asked=asked,
        narrowed=any(asked.values()),
        stations=sorted({post.unit for each in seen for post in each.posts}),
        company=staff.station_of(account) is None,
        page=PAGE,
    )


@router.get(f"{PATH}/absences")
def absence_list(
    request: Request, desk: ADesk, account: AManager, text: str = "", after: str = ""
) -> HTMLResponse:
    """Every absence of the account's part, past ones too."""
    page = absences(
        desk.engine,
        desk.now(),
        station=staff.station_of(account),
        code=filled.text("工号", text),
        after=filled.whole("翻页标记", after, 1, MOST_ID),
        limit=PAGE,
    )
    base, asked = f"{PATH}/absences", {"text": text}
    return render(
        request,
        "absences.html",
        rows=page.rows,
        next=asking(base, asked | {"after": str(page.next)}) if page.next else "",
        first=asking(base, asked) if after else "",
        text=text,
        page=PAGE,
    )


@router.get(f"{PATH}/person/{{code:path}}")
def person_page(request: Request, desk: ADesk, account: AManager, code: str, done: str = "") -> HTMLResponse:
    """One person: posts, load, absences, and the form for another."""
    return _page(request, desk, account, code, done=DONE.get(done, ""))


@router.post(f"{PATH}/away/{{code:path}}")
def away(
    request: Request,
    desk: ADesk,
    account: AManager,
    _: ASession,
    code: str,
    from_at: AText = "",
    to_at: AText = "",
    stand_in: AText = "",
    reason: AText = "",
    form_key: AText = "",
) -> Response:
    """登记离岗; done once."""
    now = desk.now()
    seen = staff.person_seen(desk, account, code, now)
    typed = {"from_at": from_at, "to_at": to_at, "stand_in": stand_in, "reason": reason}

    def act() -> str:
        begins, ends = filled.moment("从", from_at), filled.moment("到", to_at)
        if begins is None or ends is None:
            raise errors.RequestInvalid(problems="没有填写离岗的起止时间")
        staff.send_away(
            desk,
            account,
            seen,
            from_at=begins,
            to_at=ends,
            stand_in=stand_in.strip() or None,
            reason=reason,
            now=now,
        )
        return f"{_path(code)}?done=away"

    try:
        address = once.once(desk.engine, account, form_key, f"{PATH}/away/{code}", typed, now, act)
    except YekuoError as refused:
        return _page(request, desk, account, code, refused=refused, typed=typed)
    return RedirectResponse(address, 303)


@router.post(f"{PATH}/back/{{absence_id}}/{{code:path}}")
def back(
    request: Request,
    desk: ADesk,
    account: AManager,
    _: ASession,
    absence_id: AnId,
    code: str,
) -> Response:
    """返岗, or cancelling what had not begun; one that is over already stays as it is, however often asked."""
    now = desk.now()
    staff.person_seen(desk, account, code, now)
    try:
        end_absence(desk.engine, code, at=now, now=now, actor=account.name, which=absence_id)
    except YekuoError as refused:
        return _page(request, desk, account, code, refused=refused)
    return RedirectResponse(f"{_path(code)}?done=back", 303)


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    code: str,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    now = local(desk.now())
    seen = staff.person_seen(desk, account, code, now)
    (line,) = staff.lines(desk, [seen], now)
    page = absences(desk.engine, now, code=code, limit=PAGE)
    units = {post.unit for post in seen.posts}
    near = [
        each
        for each in staff.staff_of(desk, account, now)
        if each.code != code and each.away is None and any(post.unit in units for post in each.posts)
    ]
    return form_page(
        request,
        "person.html",
        refused,
        line=line,
        absences=page.rows,
        more=page.next is not None,
        open_stages=(AbsenceStage.AHEAD, AbsenceStage.RUNNING),
        ahead=AbsenceStage.AHEAD,
        near=near[:PAGE],
        longest=LONGEST_REASON,
        typed={"from_at": "", "to_at": "", "stand_in": "", "reason": ""} | (typed or {}),
        done=done,
        page=PAGE,
    )


def _path(code: str) -> str:
    return f"{PATH}/person/{quote(code)}"

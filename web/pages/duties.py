"""周期事项: what comes round in each station, what is due when, and putting on record that it was done (domain §11)."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.duties.listing import DutyState, entries
from alerts.handlings import LONGEST_TEXT
from limits.errors import YekuoError
from limits.terms import Verdict
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Reach, Right, scope_of
from web.access.visible import duties_within, may_record, seen_duty
from web.desk import ADesk, Desk
from web.errors import PageUnknown
from web.pages.acting import key_of
from web.pages.fields import MOST_ID, AnId, AText
from web.paths import asking
from web.problems import form_page
from web.rendering import render
from web.work import duties, filled

router = APIRouter(include_in_schema=False)
PATH = "/duties"
PAGE = 50
AReader = Annotated[Account, needs(Right.READ_DUTIES)]


@router.get(PATH)
def duty_list(
    request: Request,
    desk: ADesk,
    account: AReader,
    state: str = DutyState.TO_DO.value,
    unit: str = "",
    after: str = "",
) -> HTMLResponse:
    """What the account sees, to be done or done, a page at a time."""
    which = filled.term(DutyState, "状态", state) or DutyState.TO_DO
    found = entries(
        desk.book,
        desk.now(),
        state=which,
        unit=filled.text("供电所", unit),
        within=duties_within(account),
        after=filled.whole("翻页标记", after, 1, MOST_ID),
        limit=PAGE,
    )
    asked = {"state": which.value, "unit": unit}
    return render(
        request,
        "duties.html",
        rows=found.rows,
        which=which,
        states=list(DutyState),
        asked=asked,
        first=asking(PATH, asked) if after else "",
        next=asking(PATH, asked | {"after": str(found.next)}) if found.next else "",
        page=PAGE,
        everywhere=scope_of(account).reach is Reach.COMPANY,
        mine={each.view.id for each in found.rows if may_record(account, each)},
        over=Verdict.OPEN_LATE,
        late=Verdict.LATE,
    )


@router.get(f"{PATH}/{{duty_id}}")
def duty_page(request: Request, desk: ADesk, account: AReader, duty_id: AnId, done: str = "") -> HTMLResponse:
    """One round: when it is due, who did it, and the form for whoever may say so."""
    return _page(request, desk, account, duty_id, done="已登记完成。" if done else "")


@router.post(f"{PATH}/{{duty_id}}/done")
def record_done(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.RECORD_DUTIES)],
    _: ASession,
    duty_id: AnId,
    at: AText = "",
    evidence: AText = "",
    form_key: AText = "",
) -> Response:
    """完成, once for each form."""
    typed = {"at": at, "evidence": evidence}

    def act() -> str:
        when = filled.moment("完成时间", at)
        duties.record(desk, account, duty_id, at=when, evidence=evidence)
        return f"{PATH}/{duty_id}?done=done"

    seen_duty(desk.book, account, duty_id, desk.now())
    try:
        address = once.once(desk.engine, account, form_key, f"{PATH}/{duty_id}", typed, desk.now(), act)
    except PageUnknown:
        raise
    except YekuoError as refused:
        return _page(request, desk, account, duty_id, refused=refused, typed=typed | {once.KEY: form_key})
    return RedirectResponse(address, 303)


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    duty_id: int,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    entry = seen_duty(desk.book, account, duty_id, desk.now())
    typed = {"at": "", "evidence": ""} | (typed or {})
    return form_page(
        request,
        "duty.html",
        refused,
        entry=entry,
        view=entry.view,
        open=entry.view.done_at is None,
        mine=may_record(account, entry),
        over=Verdict.OPEN_LATE,
        late=Verdict.LATE,
        typed=typed,
        key=key_of(typed, refused),
        longest=LONGEST_TEXT,
        done=done,
    )

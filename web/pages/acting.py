"""Acting: every use case as a form; what would follow is shown before it is confirmed; then it is done once.

A form has three stages of one address: asked for (GET), previewed (``stage=preview``), confirmed
(``stage=confirm``).  What was typed stays through all of them, also when it is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from limits.zone import local
from web import errors
from web.access import approving, once
from web.access.admission import FIELD, needs, signed_in
from web.access.read_log import note_read
from web.access.rights import Account, Right
from web.access.visible import shown
from web.desk import ADesk
from web.problems import form_page, status_of
from web.rendering import render
from web.work.acting import Asked, asked
from web.work.forms import AT, inputs, shown_instant
from web.work.staff import managers_of
from workflow.actions import ClockEffect, Preview
from workflow.events import ABOUT_RECORDS, Event
from workflow.history import registration_of, withdrawn_records

router = APIRouter(include_in_schema=False)
ADDRESS = "/applications/{number:path}/do/{word}"
STAGE, CONFIRM, EDIT = "stage", "confirm", "edit"
HANDLED = (409, 422)


@router.get(ADDRESS)
def form(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    number: str,
    word: str,
) -> HTMLResponse:
    """The empty form, or why it cannot be done now."""
    act = asked(desk, account, number, word)
    return _form(request, act, {AT: f"{act.now:%Y-%m-%dT%H:%M}"})


async def typed_of(request: Request) -> dict[str, str]:
    """Every field of the form that was sent, but its token; a file is none."""
    sent = await request.form()
    return {name: value for name, value in sent.items() if isinstance(value, str) and name != FIELD}


@router.post(ADDRESS)
def act(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    number: str,
    word: str,
    typed: Annotated[dict[str, str], Depends(typed_of)],
) -> Response:
    """Preview it, do it, or go back to the form."""
    signed_in(request)
    act = asked(desk, account, number, word)
    stage = typed.pop(STAGE, "")
    if stage == EDIT:
        return _form(request, act, typed)
    try:
        if stage == CONFIRM:
            return RedirectResponse(_done(act, typed), 303)
        at, found = act.foresee(typed)
    except YekuoError as refused:
        if status_of(refused) not in HANDLED:
            raise
        return _form(request, act, typed, refused=refused)
    return _preview(request, act, typed | {AT: shown_instant(at)}, found, at)


def _done(act: Asked, typed: Mapping[str, str]) -> str:
    """Record it, once for each form; the address to go on to."""
    contents = {name: value for name, value in typed.items() if name != once.KEY}

    def record() -> str:
        act.record(typed)
        return f"/applications/{quote(act.row.number)}?done={act.action.event_type.value}"

    route, key = f"{act.row.number}/{act.word}", typed.get(once.KEY, "")
    address = once.once(act.desk.engine, act.account, key, route, contents, act.now, record)
    # Who has just handed it over may not see it any more.
    return address if _still_shown(act) else "/queue"


def _still_shown(act: Asked) -> bool:
    try:
        shown(act.desk.engine, act.account, act.row.number)
    except YekuoError:
        return False
    return True


def _form(
    request: Request, act: Asked, typed: Mapping[str, str], refused: YekuoError | None = None
) -> HTMLResponse:
    """The form, with what is wrong above it and what was typed in it."""
    events = _read(act)
    registration = registration_of(events)
    return form_page(
        request,
        "acting.html",
        refused,
        number=act.row.number,
        registration=registration,
        action=act.action,
        inputs=inputs(act.action, registration, typed, _suggested(act), _records(events)),
        at=typed.get(AT, "")[:16],
        latest=f"{act.now:%Y-%m-%dT%H:%M}",
        key=key_of(typed, refused),
    )


def _read(act: Asked) -> list[Event]:
    """The records of the application to be shown; whichever stage shows it, it is noted that it was read."""
    note_read(act.desk.engine, act.account, act.row.id, "form", act.now)
    return act.events()


def key_of(typed: Mapping[str, str], refused: YekuoError | None) -> str:
    """The key a form keeps until it has been used; empty: it takes a new one."""
    spent = isinstance(refused, errors.FormReused | errors.FormAtWork | errors.FormKeyInvalid)
    return "" if spent else typed.get(once.KEY, "")


def _preview(
    request: Request, act: Asked, typed: Mapping[str, str], found: Preview, at: datetime
) -> HTMLResponse:
    events = _read(act)
    registration = registration_of(events)
    return render(
        request,
        "preview.html",
        number=act.row.number,
        registration=registration,
        action=act.action,
        found=found,
        at=at,
        inputs=inputs(act.action, registration, typed, {}, _records(events)),
        changed=[each for each in found.clocks if each.effect is not ClockEffect.STAYS],
        same=sum(each.effect is ClockEffect.STAYS for each in found.clocks),
        typed={name: value for name, value in typed.items() if name != STAGE},
    )


def _suggested(act: Asked) -> dict[str, list[str]]:
    """Whom a field for a person offers: account managers of the station, and who may approve a suspension."""
    managers = list(managers_of(act.desk, act.row.station, act.now))
    may_approve = approving.approvers(act.desk, act.row.station, act.now, act.account.name)
    return {"manager": managers, "to": managers, "approver": list(may_approve)}


def _records(events: list[Event]) -> tuple[tuple[str, str], ...]:
    """The records that can be corrected, the latest first."""
    withdrawn = withdrawn_records(events)
    return tuple(
        (str(each.seq), f"{each.seq} {each.type.label} {local(each.occurred_at):%Y-%m-%d %H:%M}")
        for each in reversed(events)
        if each.type not in ABOUT_RECORDS and each.seq not in withdrawn
    )

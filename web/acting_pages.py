"""Acting: every use case as a form; what would follow is shown before it is confirmed; then it is done once.

A form has three stages of one address: asked for (GET), previewed (``stage=preview``), confirmed
(``stage=confirm``).  What was typed stays through all of them, also when it is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.errors import YekuoError
from limits.terms import Post
from limits.zone import local
from web import errors, form_once
from web.admission import FIELD, needs, signed_in
from web.assigning_pages import managers_of
from web.desk import ADesk, Desk
from web.forms import AT, inputs, instant_of, payload_of, shown_instant
from web.pages import render
from web.problems import STATUS
from web.read_log import note_read
from web.recording import ELSEWHERE, right_of, slug_of
from web.rights import Account, Right, may
from web.visible import Shown, shown
from workflow import store
from workflow.actions import USE_CASES, Action, ClockEffect, Preview, actions, preview
from workflow.assignment import Ownership
from workflow.book import held_events
from workflow.events import ABOUT_RECORDS, Event, EventType
from workflow.history import Registration, registration_of, withdrawn_records
from workflow.people import people

router = APIRouter(include_in_schema=False)
ADDRESS = "/applications/{number:path}/do/{word}"
STAGE, CONFIRM, EDIT = "stage", "confirm", "edit"
HANDLED = (409, 422)
HOW = {"assign": Ownership.ASSIGNED, "choose": Ownership.CHOSEN, "hand_over": Ownership.HANDED_OVER}
APPROVING = frozenset({Post.STATION_HEAD, Post.DEPARTMENT, Post.LEADER})


@router.get(ADDRESS)
def form(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_APPLICATIONS)],
    number: str,
    word: str,
) -> HTMLResponse:
    """The empty form, or why it cannot be done now."""
    row, now = shown(desk.engine, account, number), local(desk.now())
    action = _action(desk, account, row, word, now)
    note_read(desk.engine, account, row.id, "form", now)
    typed = {AT: f"{now:%Y-%m-%dT%H:%M}", form_once.KEY: form_once.new_key()}
    return _form(request, desk, row, action, typed, now)


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
    row, now = shown(desk.engine, account, number), local(desk.now())
    action = _action(desk, account, row, word, now)
    stage = typed.pop(STAGE, "")
    if stage == EDIT:
        return _form(request, desk, row, action, typed, now)
    try:
        if stage == CONFIRM:
            return RedirectResponse(_done(desk, account, row, action, typed, now), 303)
        at, told = instant_of(action, typed, now), payload_of(action, _registration(desk, row), typed)
        found = _foresee(desk, account, row, action, at, now, told)
    except YekuoError as refused:
        if int(STATUS.get(refused.code, 422)) not in HANDLED:
            raise
        return _form(request, desk, row, action, typed, now, refused=refused)
    return _preview(request, desk, row, action, typed | {AT: shown_instant(at)}, found, at)


def _done(
    desk: Desk, account: Account, row: Shown, action: Action, typed: Mapping[str, str], now: datetime
) -> str:
    """Record it, once for each form; the address to go on to."""
    contents = {name: value for name, value in typed.items() if name != form_once.KEY}

    def record() -> str:
        at = instant_of(action, typed, now)
        told = payload_of(action, _registration(desk, row), typed)
        _check_manager(desk, row, action, told, now)
        use_case = USE_CASES[action.name]
        use_case(desk.book, row.number, **told, **action.preset, at=at, now=now, actor=account.name)
        return f"/applications/{quote(row.number)}?done={action.event_type.value}"

    route = f"{row.number}/{slug_of(action)}"
    address = form_once.once(desk.engine, account, typed.get(form_once.KEY, ""), route, contents, now, record)
    # Who has just handed it over may not see it any more.
    after = _still_shown(desk, account, row.number)
    return address if after else "/queue"


def _still_shown(desk: Desk, account: Account, number: str) -> bool:
    try:
        shown(desk.engine, account, number)
    except YekuoError:
        return False
    return True


def _foresee(
    desk: Desk,
    account: Account,
    row: Shown,
    action: Action,
    at: datetime,
    now: datetime,
    told: Mapping[str, Any],
) -> Preview:
    _check_manager(desk, row, action, told, now)
    how = {"how": HOW[action.name].value} if action.event_type is EventType.ASSIGNED else {}
    return preview(
        desk.book, row.number, action.event_type, at=at, now=now, payload={**told, **how}, actor=account.name
    )


def _check_manager(desk: Desk, row: Shown, action: Action, told: Mapping[str, Any], now: datetime) -> None:
    """An owner is an account manager in service at the station; raises RequestInvalid."""
    if action.event_type is not EventType.ASSIGNED:
        return
    name = str(told.get("to") or told.get("manager") or "")
    if name not in managers_of(desk, row.station, now):
        raise errors.RequestInvalid(problems=f"{name[:64]} 不是{row.station}的在职客户经理")


def _action(desk: Desk, account: Account, row: Shown, word: str, now: datetime) -> Action:
    """The action of an address; raises PageUnknown or RightMissing."""
    for each in actions(desk.book, row.number, now):
        if slug_of(each) == word and each.name not in ELSEWHERE:
            right = right_of(each.event_type)
            if not may(account, right):
                raise errors.RightMissing(role=account.role.label, right=right.label)
            return each
    raise errors.PageUnknown


def _form(
    request: Request,
    desk: Desk,
    row: Shown,
    action: Action,
    typed: Mapping[str, str],
    now: datetime,
    refused: YekuoError | None = None,
) -> HTMLResponse:
    """The form, with what is wrong above it and what was typed in it."""
    events = _events(desk, row)
    registration = registration_of(events)
    return render(
        request,
        "acting.html",
        status=int(STATUS.get(refused.code, 422)) if refused else 200,
        number=row.number,
        registration=registration,
        action=action,
        inputs=inputs(action, registration, typed, _suggested(desk, row, now), _records(events)),
        at=typed.get(AT, "")[:16],
        latest=f"{now:%Y-%m-%dT%H:%M}",
        key=_key(typed, refused),
        key_field=form_once.KEY,
        refused=refused.message if refused else "",
    )


def _key(typed: Mapping[str, str], refused: YekuoError | None) -> str:
    """The form keeps its key until it has been used."""
    spent = isinstance(refused, form_once.FormReused | form_once.FormAtWork | form_once.FormKeyInvalid)
    return form_once.new_key() if spent else typed.get(form_once.KEY) or form_once.new_key()


def _preview(
    request: Request,
    desk: Desk,
    row: Shown,
    action: Action,
    typed: Mapping[str, str],
    found: Preview,
    at: datetime,
) -> HTMLResponse:
    events = _events(desk, row)
    registration = registration_of(events)
    return render(
        request,
        "preview.html",
        number=row.number,
        registration=registration,
        action=action,
        found=found,
        at=at,
        inputs=inputs(action, registration, typed, {}, _records(events)),
        changed=[each for each in found.clocks if each.effect is not ClockEffect.STAYS],
        same=sum(each.effect is ClockEffect.STAYS for each in found.clocks),
        typed={name: value for name, value in typed.items() if name != STAGE},
    )


def _suggested(desk: Desk, row: Shown, now: datetime) -> dict[str, list[str]]:
    """Whom a field for a person offers: account managers of the station, and who may approve a suspension."""
    staff = people(desk.engine, now)
    managers = list(managers_of(desk, row.station, now))
    approving = [
        each.name
        for each in staff
        if any(
            post.post in APPROVING and (post.post is not Post.STATION_HEAD or post.unit == row.station)
            for post in each.posts
        )
    ]
    return {"manager": managers, "to": managers, "approver": approving}


def _records(events: list[Event]) -> tuple[tuple[str, str], ...]:
    """The records that can be corrected, the latest first."""
    withdrawn = withdrawn_records(events)
    return tuple(
        (str(each.seq), f"{each.seq} {each.type.label} {local(each.occurred_at):%Y-%m-%d %H:%M}")
        for each in reversed(events)
        if each.type not in ABOUT_RECORDS and each.seq not in withdrawn
    )


def _events(desk: Desk, row: Shown) -> list[Event]:
    with store.reading(desk.engine) as connection:
        return held_events(connection, row.number)[1]


def _registration(desk: Desk, row: Shown) -> Registration:
    return registration_of(_events(desk, row))

"""受理: a new application, from the form over what would follow to the code handed to the customer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from limits.customer_classes import Trade, Trait
from limits.documents import Need
from limits.errors import YekuoError
from limits.terms import ApplicationKind, CustomerClass, Step, Supplies, Supporting, Voltage
from limits.zone import local
from web.access import once
from web.access.admission import FIELD, needs, signed_in
from web.access.rights import Account, Right, scope_of
from web.desk import ADesk, Desk
from web.pages.acting import CONFIRM, EDIT, HANDLED, STAGE, key_of
from web.problems import form_page, status_of
from web.rendering import render
from web.work import accepting
from web.work.acceptance import ASKED, Acceptance, stations_of
from web.work.staff import managers_of
from workflow.machine import machine_for

router = APIRouter(include_in_schema=False)
PATH = "/accept"
SEVERAL = ("traits", "papers")
# The words of the channels that a ledger uses; others may be typed.
CHANNELS = ("营业厅", "网上国网", "电话预约")
CHOICES: Mapping[str, Sequence[Any]] = {
    "voltage": tuple(Voltage),
    "supplies": tuple(Supplies),
    "kind": tuple(ApplicationKind),
    "trade": tuple(Trade),
    "customer_class": tuple(CustomerClass),
    "supporting": tuple(Supporting),
}
YES_NO = ("proactive", "boundary", "customer_works")


@dataclass(frozen=True, slots=True)
class Said:
    """One line of what would be recorded."""

    label: str
    value: str


async def told_of(request: Request) -> dict[str, Any]:
    """The form that was sent, but its token: words, and lists where several may be chosen."""
    sent = await request.form()
    told: dict[str, Any] = {name: value for name, value in sent.items() if isinstance(value, str)}
    told |= {name: [each for each in sent.getlist(name) if isinstance(each, str)] for name in SEVERAL}
    told.pop(FIELD, None)
    return told


@router.get(PATH)
def accept_form(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.ACCEPT)]
) -> HTMLResponse:
    """The empty form."""
    return _form(request, desk, account, {})


@router.post(PATH)
def accept(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.ACCEPT)],
    told: Annotated[dict[str, Any], Depends(told_of)],
) -> Response:
    """Preview it, record it, or go back to the form."""
    signed_in(request)
    now, stage = local(desk.now()), told.pop(STAGE, "")
    if stage == EDIT:
        return _form(request, desk, account, told)
    try:
        if stage == CONFIRM:
            return RedirectResponse(_done(desk, account, told, now), 303)
        wanted = accepting.read(desk, account, told, now)
        return _preview(request, desk, account, told, wanted, now)
    except YekuoError as refused:
        if status_of(refused) not in HANDLED:
            raise
        return _form(request, desk, account, told, refused)


@router.get(PATH + "/done/{number:path}")
def accepted(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.ACCEPT)], number: str
) -> HTMLResponse:
    """What to hand to the customer of what was just accepted."""
    return _handing(request, desk, account, number, fresh=True)


@router.get(PATH + "/code/{number:path}")
def code(
    request: Request, desk: ADesk, account: Annotated[Account, needs(Right.ACCEPT)], number: str
) -> HTMLResponse:
    """The same, once more, for a customer who has lost it."""
    return _handing(request, desk, account, number, fresh=False)


def _handing(request: Request, desk: Desk, account: Account, number: str, *, fresh: bool) -> HTMLResponse:
    """The number and the code, which no address ever holds."""
    handed = accepting.handed(desk, account, number, local(desk.now()))
    return render(request, "accepted.html", number=number, code=handed, fresh=fresh)


def _done(desk: Desk, account: Account, told: Mapping[str, Any], now: datetime) -> str:
    contents = {name: value for name, value in told.items() if name != once.KEY}

    def record() -> str:
        made = accepting.accept(desk, account, accepting.read(desk, account, told, now), now)
        return f"{PATH}/done/{quote(made.number)}"

    return once.once(desk.engine, account, str(told.get(once.KEY, "")), PATH, contents, now, record)


def _form(
    request: Request,
    desk: Desk,
    account: Account,
    told: Mapping[str, Any],
    refused: YekuoError | None = None,
) -> HTMLResponse:
    now, stations = local(desk.now()), stations_of(desk, account, local(desk.now()))
    return form_page(
        request,
        "accept.html",
        refused,
        told={"at": f"{now:%Y-%m-%dT%H:%M}"} | dict(told),
        labels=ASKED,
        choices=CHOICES,
        yes_no=YES_NO,
        traits=tuple(Trait),
        stations=stations,
        managers=managers_of(desk, scope_of(account).station, now),
        channels=CHANNELS,
        papers=list(_papers(desk, now)),
        latest=f"{now:%Y-%m-%dT%H:%M}",
        key=key_of(told, refused),
    )


def _preview(
    request: Request,
    desk: Desk,
    account: Account,
    told: Mapping[str, Any],
    wanted: Acceptance,
    now: datetime,
) -> HTMLResponse:
    found = accepting.foresee(desk, account, wanted, now)
    fixed = dict(told) | {"at": wanted.at.replace(tzinfo=None).isoformat()}
    return render(
        request,
        "accept_preview.html",
        wanted=wanted,
        found=found,
        papers=accepting.documents(desk, wanted),
        steps=_steps(desk, wanted),
        lines=list(_lines(wanted)),
        fields=[(name, each) for name, value in fixed.items() for each in _each(value)],
    )


def _steps(desk: Desk, wanted: Acceptance) -> tuple[Step, ...]:
    registration = wanted.registration
    rule = machine_for(desk.book.rules.policies, registration, local(wanted.at).date()).rule
    return rule.steps_for(customer_works=registration.customer_works, proactive=registration.proactive)


def _lines(wanted: Acceptance) -> Iterator[Said]:
    registration = wanted.registration
    yield Said(ASKED["number"], wanted.number)
    for name in registration.to_payload():
        value = getattr(registration, name)
        if name in YES_NO:
            yield Said(ASKED[name], "是" if value else "否")
        elif name == "manager":
            yield Said(ASKED[name], value or "暂无，由客户选择或客户经理抢单")
        elif value != "":
            unit = ("kVA" if registration.customer_class.high_voltage else "kW") if name == "capacity" else ""
            yield Said(ASKED[name], f"{getattr(value, 'label', value)} {unit}".strip())


def _papers(desk: Desk, now: datetime) -> Iterator[tuple[Need, dict[str, str]]]:
    """By what each proves: every document that any class may be asked for today."""
    listed: dict[Need, dict[str, str]] = {}
    for of_class in CustomerClass:
        for rule in desk.book.rules.policies.materials_for(of_class, now.date()):
            listed.setdefault(rule.need, {}).update({each.kind: each.label for each in rule.papers})
    yield from ((need, listed[need]) for need in Need if need in listed)


def _each(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]

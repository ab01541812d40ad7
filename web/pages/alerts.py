"""预警告警: the levels reached, and 签收, 答复, 闭环 for those who may (domain §6)."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from alerts.handlings import LONGEST_TEXT
from alerts.kinds import About, Act, Handling
from alerts.listing import AlertView, alerts
from alerts.messages.outbox import listing
from limits.errors import YekuoError
from limits.terms import Level
from web.access.admission import ASession, needs
from web.access.rights import Account, Right, may
from web.access.visible import alerts_within, seen_alert
from web.desk import ADesk, Desk
from web.problems import status_of
from web.rendering import render
from web.work import answering, filled
from web.work.cursors import alert_cursor, alert_key
from workflow import store

router = APIRouter(include_in_schema=False)
PATH = "/alerts"
PAGE = 50
AnId = Annotated[int, Path(ge=1, lt=2**63)]
AText = Annotated[str, Form()]
DONE = {act.value: f"已{act.label}。" for act in answering.ALERT_ACTS}


@router.get(PATH)
def alert_list(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ALERTS)],
    state: str = "",
    level: str = "",
    unit: str = "",
    number: str = "",
    after: str = "",
) -> Response:
    """The newest alarms the account sees, a page at a time."""
    found = alerts(
        desk.book,
        desk.now(),
        state=filled.term(Handling, "状态", state),
        level=filled.term(Level, "级别", level),
        unit=filled.text("单位", unit),
        number=filled.text("申请编号", number),
        within=alerts_within(account),
        after=alert_key(after) if after else None,
        limit=PAGE + 1,
    )
    asked = {"state": state, "level": level, "unit": unit, "number": number}
    chosen = {name: word for name, word in asked.items() if word}
    more = len(found) > PAGE
    return render(
        request,
        "alerts.html",
        alerts=found[:PAGE],
        first=urlencode(chosen) if after else None,
        next=urlencode(chosen | {"after": alert_cursor(found[PAGE - 1])}) if more else None,
        page=PAGE,
        asked=asked,
        states=list(Handling),
        levels=list(Level),
    )


@router.get(f"{PATH}/{{alert_id}}")
def alert_page(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ALERTS)],
    alert_id: AnId,
    done: Annotated[str, Query()] = "",
) -> Response:
    """One alarm: who was told, what was done, and what can be done."""
    return _page(request, desk, account, alert_id, done=DONE.get(done, ""))


@router.post(f"{PATH}/{{alert_id}}/acknowledge")
def acknowledge(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.ANSWER_ALERTS)],
    _: ASession,
    alert_id: AnId,
    at: AText = "",
    text: AText = "",
) -> Response:
    """签收."""
    return _do(request, desk, account, alert_id, Act.ACKNOWLEDGED, at, text)


@router.post(f"{PATH}/{{alert_id}}/answer")
def answer(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.ANSWER_ALERTS)],
    _: ASession,
    alert_id: AnId,
    at: AText = "",
    text: AText = "",
) -> Response:
    """答复."""
    return _do(request, desk, account, alert_id, Act.ANSWERED, at, text)


@router.post(f"{PATH}/{{alert_id}}/close")
def close(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.CLOSE_ALERTS)],
    _: ASession,
    alert_id: AnId,
    at: AText = "",
    text: AText = "",
) -> Response:
    """闭环."""
    return _do(request, desk, account, alert_id, Act.CLOSED, at, text)


def _do(
    request: Request, desk: Desk, account: Account, alert_id: int, act: Act, at: str, text: str
) -> Response:
    try:
        when = filled.moment("发生时间", at)
        answering.act_on_alert(desk.book, account, alert_id, act, at=when, text=text, now=desk.now())
    except YekuoError as refused:
        typed = {"act": act.value, "at": at, "text": text}
        return _page(request, desk, account, alert_id, refused=refused, typed=typed)
    return RedirectResponse(f"{PATH}/{alert_id}?done={act.value}", 303)


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    alert_id: int,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    now = desk.now()
    view = seen_alert(desk.book, account, alert_id, now)
    with store.reading(desk.engine) as connection:
        messages = listing(connection, about=(About.ALERT, alert_id))
    return render(
        request,
        "alert.html",
        status=status_of(refused) if refused else 200,
        view=view,
        messages=messages,
        forms=list(_forms(view, account, now)),
        longest=LONGEST_TEXT,
        typed=typed or {},
        done=done,
        refused=refused.message if refused else "",
    )


def _forms(view: AlertView, account: Account, now: datetime) -> list[dict[str, Any]]:
    """What is left to do, for whom it is: nothing about what is withdrawn or closed."""
    if (view.withdrawn_at is not None and view.withdrawn_at <= now) or view.state is Handling.CLOSED:
        return []
    mine = may(account, Right.ANSWER_ALERTS)
    forms = []
    if mine and account.name not in {each.actor for each in view.acts}:
        forms.append(_form(Act.ACKNOWLEDGED, "acknowledge", "备注", "看到了，由我处理。", needed=False))
    if mine:
        forms.append(_form(Act.ANSWERED, "answer", "原因和措施", "为什么到了这一级，怎么办，什么时候办好。"))
    if may(account, Right.CLOSE_ALERTS) and view.state is Handling.ANSWERED:
        forms.append(_form(Act.CLOSED, "close", "核实的情况", "答复人以外的人核实后关闭。"))
    return forms


def _form(act: Act, path: str, label: str, about: str, *, needed: bool = True) -> dict[str, Any]:
    return {"act": act, "path": path, "label": label, "about": about, "needed": needed}

"""预警告警: the levels reached, and 签收, 答复, 闭环 for those who may (domain §6)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from alerts.handlings import LONGEST_TEXT
from alerts.kinds import About, Act, Handling
from alerts.listing import AlertView, alerts
from alerts.messages.outbox import listing
from limits.errors import YekuoError
from limits.terms import Level
from web.access.admission import needs
from web.access.rights import Account, Right, may
from web.access.visible import alerts_within, seen_alert
from web.desk import ADesk, Desk
from web.pages.act_forms import ActForm, serve
from web.pages.fields import AnId
from web.paths import asking
from web.problems import form_page
from web.rendering import render
from web.work import answering, filled
from web.work.cursors import alert_cursor, alert_key
from workflow import store

router = APIRouter(include_in_schema=False)
PATH = "/alerts"
PAGE = 50
FORMS = (
    ActForm(Act.ACKNOWLEDGED, Right.ANSWER_ALERTS, "acknowledge", "备注", "看到了，由我处理。", needed=False),
    ActForm(
        Act.ANSWERED, Right.ANSWER_ALERTS, "answer", "原因和措施", "为什么到了这一级，怎么办，什么时候办好。"
    ),
    ActForm(Act.CLOSED, Right.CLOSE_ALERTS, "close", "核实的情况", "答复人以外的人核实后关闭。"),
)
DONE = {each.act.value: f"已{each.act.label}。" for each in FORMS}


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
    following = asked | {"after": alert_cursor(found[PAGE - 1])} if len(found) > PAGE else None
    return render(
        request,
        "alerts.html",
        alerts=found[:PAGE],
        first=asking(PATH, asked) if after else "",
        next=asking(PATH, following) if following else "",
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
    done: str = "",
) -> Response:
    """One alarm: who was told, what was done, and what can be done."""
    return _page(request, desk, account, alert_id, done=DONE.get(done, ""))


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
    return form_page(
        request,
        "alert.html",
        refused,
        view=view,
        messages=messages,
        forms=_forms(view, account, now),
        longest=LONGEST_TEXT,
        opens_duty=may(account, Right.READ_DUTIES),
        typed=typed or {},
        done=done,
    )


def _forms(view: AlertView, account: Account, now: datetime) -> list[ActForm]:
    """What is left to do, for whom it is: nothing about what is withdrawn or closed."""
    if (view.withdrawn_at is not None and view.withdrawn_at <= now) or view.state is Handling.CLOSED:
        return []
    return [each for each in FORMS if may(account, each.right) and _is_open(each.act, view, account)]


def _is_open(act: Act, view: AlertView, account: Account) -> bool:
    if act is Act.ACKNOWLEDGED:
        return account.name not in {each.actor for each in view.acts}
    return act is Act.ANSWERED or view.state is Handling.ANSWERED


def _which(alert_id: AnId) -> int:
    return alert_id


def _act(desk: Desk, account: Account, alert_id: int, act: Act, at: datetime | None, text: str) -> str:
    answering.act_on_alert(desk.book, account, alert_id, act, at=at, text=text, now=desk.now())
    return f"{PATH}/{alert_id}"


serve(router, f"{PATH}/{{alert_id}}", FORMS, which=_which, do=_act, page=_page)

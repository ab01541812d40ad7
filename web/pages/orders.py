"""督办单: 下达, 回复, 办结认可, 退回, 撤销, and the document to print (domain §6)."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.handlings import LONGEST_TEXT
from alerts.kinds import Act, OrderState
from alerts.orders import acts
from alerts.orders.listing import OrderView, orders
from alerts.orders.page import by_when, used
from limits.errors import YekuoError
from web.access import once
from web.access.admission import ASession, needs
from web.access.rights import Account, Right, may
from web.access.visible import orders_within, seen_order
from web.desk import ADesk, Desk
from web.pages.act_forms import ActForm, serve
from web.pages.fields import AText
from web.paths import asking
from web.problems import form_page
from web.work import answering, filled
from web.work.cursors import id_in, written
from web.work.order_document import document_of

router = APIRouter(include_in_schema=False)
PATH = "/orders"
PAGE = 50
ACCEPTING = "由回复人以外的人认可，计时结束。可以不写意见。"
FORMS = tuple(
    ActForm(act, right, path, label, about, needed=act in acts.UNSAID)
    for act, right, path, label, about in (
        (Act.REPLIED, Right.REPLY_ORDERS, "reply", "原因和措施", "责任单位写明；回复后暂停计时。"),
        (Act.ACCEPTED, Right.JUDGE_ORDERS, "accept", "认可的意见", ACCEPTING),
        (Act.RETURNED, Right.JUDGE_ORDERS, "return", "退回的原因", "自退回起续计。"),
        (Act.CANCELLED, Right.OPEN_ORDERS, "cancel", "撤销的原因", "不再需要回复时撤销。"),
    )
)
DONE = {act.value: f"已{act.label}。" for act in (Act.OPENED, *acts.FROM)}


@router.get(PATH)
def order_list(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ORDERS)],
    state: str = "",
    unit: str = "",
    number: str = "",
    after: str = "",
) -> Response:
    """The orders the account sees, the newest first, a page at a time."""
    asked = {"state": state, "unit": unit, "number": number, "after": after}
    return _list(request, desk, account, asked)


@router.post(PATH)
def open_order(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.OPEN_ORDERS)],
    _: ASession,
    ask: AText = "",
    application: AText = "",
    unit: AText = "",
    days: AText = "",
    form_key: AText = "",
) -> Response:
    """下达 by hand; the same form sent twice opens one."""
    typed = {"ask": ask, "application": application, "unit": unit, "days": days}
    try:
        made = once.once(
            desk.engine,
            account,
            form_key,
            PATH,
            typed,
            desk.now(),
            lambda: _open(desk, account, typed),
        )
    except YekuoError as refused:
        return _list(request, desk, account, {}, refused=refused, typed=typed)
    return RedirectResponse(f"{PATH}/{quote(made, safe='')}?done=opened", 303)


def _open(desk: Desk, account: Account, typed: dict[str, str]) -> str:
    return answering.open_order(
        desk.book,
        account,
        ask=typed["ask"],
        number=filled.text("申请编号", typed["application"]),
        unit=filled.text("责任单位", typed["unit"]),
        days=filled.whole("时限", typed["days"], 1, acts.LONGEST_LIMIT),
        now=desk.now(),
    )


@router.get(f"{PATH}/{{number}}")
def order_page(
    request: Request,
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ORDERS)],
    number: str,
    done: str = "",
) -> Response:
    """One order: what is asked, its clock, its history and what can be done."""
    return _page(request, desk, account, number, done=DONE.get(done, ""))


@router.get(f"{PATH}/{{number}}/print")
def order_document(
    desk: ADesk, account: Annotated[Account, needs(Right.READ_ORDERS)], number: str
) -> HTMLResponse:
    """The document; it brings its own style, which is allowed by its digest and nothing else is."""
    return document_of(desk, account, number)


def _list(
    request: Request,
    desk: Desk,
    account: Account,
    asked: dict[str, str],
    *,
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = orders(
        desk.book,
        desk.now(),
        state=filled.term(OrderState, "状态", asked.get("state", "")),
        unit=filled.text("责任单位", asked.get("unit", "")),
        application_number=filled.text("申请编号", asked.get("number", "")),
        within=orders_within(account),
        after=id_in(asked["after"]) if asked.get("after") else None,
        limit=PAGE + 1,
    )
    following = asked | {"after": written(found[PAGE - 1].id)} if len(found) > PAGE else None
    return form_page(
        request,
        "orders.html",
        refused,
        orders=found[:PAGE],
        first=asking(PATH, asked | {"after": ""}) if asked.get("after") else "",
        next=asking(PATH, following) if following else "",
        page=PAGE,
        asked={"state": "", "unit": "", "number": ""} | asked,
        states=list(OrderState),
        by_when=by_when,
        can_open=may(account, Right.OPEN_ORDERS),
        longest=acts.LONGEST_ASK,
        most_days=acts.LONGEST_LIMIT,
        typed={"ask": "", "application": "", "unit": "", "days": ""} | (typed or {}),
    )


def _page(
    request: Request,
    desk: Desk,
    account: Account,
    number: str,
    *,
    done: str = "",
    refused: YekuoError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    view = seen_order(desk.book, account, number, desk.now())
    return form_page(
        request,
        "order.html",
        refused,
        view=view,
        by_when=by_when(view),
        used=used(view),
        forms=_forms(view, account),
        longest=LONGEST_TEXT,
        typed=typed or {},
        done=done,
    )


def _forms(view: OrderView, account: Account) -> list[ActForm]:
    """What is possible now, for whom it is."""
    return [each for each in FORMS if view.state in acts.FROM[each.act] and may(account, each.right)]


def _which(number: str) -> str:
    return number


def _act(desk: Desk, account: Account, number: str, act: Act, at: datetime | None, text: str) -> str:
    written_as = answering.act_on_order(desk.book, account, number, act, at=at, text=text, now=desk.now())
    return f"{PATH}/{quote(written_as, safe='')}"


serve(router, f"{PATH}/{{number}}", FORMS, which=_which, do=_act, page=_page)

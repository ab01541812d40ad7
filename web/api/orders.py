"""督办单: 下达, 回复, 办结认可, 退回, 撤销."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from alerts.handlings import LONGEST_TEXT
from alerts.kinds import Act, OrderState
from alerts.orders import acts
from alerts.orders.listing import OrderView, orders
from limits.terms import Verdict
from web.access.admission import needs
from web.access.rights import Account, Right
from web.access.visible import orders_within, seen_order
from web.api import routing
from web.api.alarms import HandledOut, SaidIn
from web.api.doing import AKey, recorded, recording
from web.api.models import ROWS, Day, Model, Moment, Page, Text, Whole
from web.api.paging import ACursor, ALimit, after_id
from web.api.shapes import LevelAt
from web.desk import ADesk, Desk
from web.work import answering
from web.work.cursors import written
from web.work.order_document import document_of

router = routing.router("督办单")
AnOpener = Annotated[Account, needs(Right.OPEN_ORDERS)]
AJudge = Annotated[Account, needs(Right.JUDGE_ORDERS)]
ANumber = Annotated[
    Text, Path(description="文号，也可以写成 2026-1", max_length=64, examples=["督〔2026〕0001号"])
]


class OrderOut(Model):
    """One supervision order."""

    number: str = Field(description="文号", examples=["督〔2026〕0001号"])
    application: str | None = Field(description="针对的申请；对单位下达时为 null", examples=["NX-2026-0001"])
    unit: str = Field(description="责任单位", examples=["城关供电所"])
    ask: str = Field(description="要求", examples=["请说明超期原因和措施。"])
    opened_by: str = Field(description="下达人", examples=["周九"])
    opened_at: Moment = Field(description="下达的时间")
    state: OrderState = Field(description="状态")
    limit: int = Field(description="几个工作日内回复", examples=[3])
    used: int = Field(description="已用几个工作日", examples=[1])
    left: int | None = Field(description="还剩几个工作日", examples=[2])
    due_on: Day | None = Field(description="回复期限，当日 24 时截止；不在计时时为 null")
    provisional: bool = Field(description="回复期限是否暂定（放假安排尚未公布）")
    verdict: Verdict | None = Field(description="按时还是超期")
    levels: tuple[LevelAt, ...] = Field(description="达到的级别")


class OrderInFull(OrderOut):
    """One supervision order with everything done about it."""

    acts: tuple[HandledOut, ...] = Field(description="经过，按次序")


class OpenIn(Model):
    """A new order: about one application, or to one unit."""

    ask: Text = Field(
        description="要求责任单位做什么",
        min_length=1,
        max_length=acts.LONGEST_ASK,
        examples=["请说明超期原因和措施。"],
    )
    application: Text | None = Field(
        None, description="针对的申请；与责任单位只写一个", max_length=64, examples=["NX-2026-0001"]
    )
    unit: Text | None = Field(
        None, description="责任单位；与申请编号只写一个", max_length=128, examples=[None]
    )
    limit: Whole | None = Field(
        None, description="几个工作日内回复；不写按规则", ge=1, le=acts.LONGEST_LIMIT, examples=[3]
    )


class AcceptIn(Model):
    """办结认可."""

    at: Moment | None = Field(None, description="认可的时间；不写为现在", examples=[None])
    text: Text = Field("", description="意见", max_length=LONGEST_TEXT, examples=["措施到位，同意办结。"])


ACT = recording(OrderInFull)


@router.get("/orders", summary="督办单，最新的在前")
def order_list(
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ORDERS)],
    state: Annotated[OrderState | None, Query(description="状态")] = None,
    unit: Annotated[Text | None, Query(description="责任单位")] = None,
    number: Annotated[Text | None, Query(description="针对的申请的编号")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[OrderOut]:
    """The newest orders the account sees."""
    found = orders(
        desk.book,
        desk.now(),
        state=state,
        unit=unit,
        application_number=number,
        within=orders_within(account),
        after=after_id(cursor),
        limit=limit + 1,
    )
    following = written(found[limit - 1].id) if len(found) > limit else None
    return Page(items=tuple(map(order_out, found[:limit])), next=following)


@router.post(
    "/orders",
    summary="下达督办单",
    **ACT,
)
def open_order(desk: ADesk, account: AnOpener, body: OpenIn, key: AKey) -> Response:
    """下达."""

    def done() -> OrderInFull:
        number = answering.open_order(
            desk.book,
            account,
            ask=body.ask,
            number=body.application,
            unit=body.unit,
            days=body.limit,
            now=desk.now(),
        )
        return _in_full(desk, account, number)

    return recorded(desk, account, key, "orders", body.model_dump(mode="json"), done)


@router.get("/orders/{number}", summary="一份督办单：要求、计时和经过", responses=routing.refusals(404))
def one_order(
    desk: ADesk, account: Annotated[Account, needs(Right.READ_ORDERS)], number: ANumber
) -> OrderInFull:
    """One order the account sees."""
    return _in_full(desk, account, number)


@router.get(
    "/orders/{number}/document",
    summary="督办单的打印稿",
    description="一页 A4 的 HTML，不加载任何外部内容。",
    response_class=HTMLResponse,
    responses=routing.refusals(404),
)
def order_document(
    desk: ADesk, account: Annotated[Account, needs(Right.READ_ORDERS)], number: ANumber
) -> Response:
    """The document of an order the account sees."""
    return document_of(desk, account, number)


@router.post(
    "/orders/{number}/reply",
    summary="回复",
    description="责任单位写明原因和措施；回复后暂停计时。下达人不能回复。",
    **ACT,
)
def reply(
    desk: ADesk,
    account: Annotated[Account, needs(Right.REPLY_ORDERS)],
    number: ANumber,
    body: SaidIn,
    key: AKey,
) -> Response:
    """回复."""
    return _act(desk, account, number, Act.REPLIED, body, key)


@router.post(
    "/orders/{number}/accept",
    summary="办结认可",
    description="由回复人以外的人认可，计时结束。可以不写意见。",
    **ACT,
)
def accept(desk: ADesk, account: AJudge, number: ANumber, body: AcceptIn, key: AKey) -> Response:
    """办结认可."""
    return _act(desk, account, number, Act.ACCEPTED, body, key)


@router.post(
    "/orders/{number}/return",
    summary="退回",
    description="写明退回的原因；自退回起续计。",
    **ACT,
)
def return_(desk: ADesk, account: AJudge, number: ANumber, body: SaidIn, key: AKey) -> Response:
    """退回."""
    return _act(desk, account, number, Act.RETURNED, body, key)


@router.post(
    "/orders/{number}/cancel",
    summary="撤销",
    description="不再需要回复时撤销，写明原因。",
    **ACT,
)
def cancel(desk: ADesk, account: AnOpener, number: ANumber, body: SaidIn, key: AKey) -> Response:
    """撤销."""
    return _act(desk, account, number, Act.CANCELLED, body, key)


def _act(desk: Desk, account: Account, number: str, act: Act, body: AcceptIn | SaidIn, key: str) -> Response:
    def done() -> OrderInFull:
        now = desk.now()
        written = answering.act_on_order(desk.book, account, number, act, at=body.at, text=body.text, now=now)
        return _in_full(desk, account, written)

    route = f"orders/{number}/{act.value}"
    return recorded(desk, account, key, route, body.model_dump(mode="json"), done)


def _in_full(desk: Desk, account: Account, number: str) -> OrderInFull:
    view = seen_order(desk.book, account, number, desk.now())
    return OrderInFull(**dict(order_out(view)), acts=tuple(map(HandledOut.model_validate, view.acts)))


def order_out(view: OrderView) -> OrderOut:
    """An order as the API tells it."""
    reading = view.reading
    return OrderOut(
        number=view.number,
        application=view.application,
        unit=view.unit,
        ask=view.ask,
        opened_by=view.opened_by,
        opened_at=view.opened_at,
        state=view.state,
        limit=view.limit,
        used=reading.used,
        left=reading.left,
        due_on=reading.due_on,
        provisional=reading.provisional,
        verdict=reading.verdict,
        levels=tuple(map(LevelAt.model_validate, view.levels)),
    )

"""预警告警: the levels reached, who was told, and 签收, 答复, 闭环."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from alerts.handlings import LONGEST_TEXT
from alerts.kinds import About, Act, AlertKind, DeliveryState, Handling
from alerts.listing import alerts
from alerts.messages.outbox import listing
from limits.force import Layer
from limits.terms import Channel, CustomerClass, Level
from web.access.admission import needs
from web.access.rights import Account, Right
from web.access.visible import alerts_within, seen_alert
from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import ROWS, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit
from web.desk import ADesk, Desk
from web.work import answering
from web.work.cursors import alert_cursor, alert_key
from workflow import store

router = routing.router("预警告警")
AnAnswerer = Annotated[Account, needs(Right.ANSWER_ALERTS)]
AnId = Annotated[int, Path(ge=1, lt=2**63, description="预警告警的编号", examples=[17])]
AUnit = Annotated[Text | None, Query(description="供电所，或预警告警所属的单位")]
ANumber = Annotated[Text | None, Query(description="申请编号")]


class HandledOut(Model):
    """One thing somebody did; never edited."""

    seq: int = Field(description="第几条记录", examples=[1])
    act: Act = Field(description="事项")
    actor: str = Field(description="经办人", examples=["李四"])
    at: Moment = Field(description="发生的时间")
    recorded_at: Moment = Field(description="登记的时间")
    text: str = Field(description="内容", examples=["表计缺货，已从市公司调拨。"])


class AlertOut(Model):
    """One alarm."""

    id: int = Field(description="编号", examples=[17])
    kind: AlertKind = Field(description="种类")
    level: Level = Field(description="级别")
    reached_at: Moment = Field(description="达到的时间")
    withdrawn_at: Moment | None = Field(description="撤销的时间；没有撤销时为 null", examples=[None])
    state: Handling = Field(description="处理情况")
    said: str = Field(description="内容，给人看的一句话", examples=["申请 A-1 的“地方·全过程”达到红色级别。"])
    number: str | None = Field(description="申请编号；不针对某件申请时为 null", examples=["NX-2026-0001"])
    customer_class: CustomerClass | None = Field(description="客户类别；不针对某件申请时为 null")
    station: str = Field(description="供电所，或所属的单位", examples=["城关供电所"])
    manager: str = Field(description="客户经理；没有时为空", examples=["李四"])
    layer: Layer | None = Field(description="计时的层级；不是计时的级别时为 null")
    clock: str = Field(description="计时的名称；不是计时的级别时为空", examples=["全过程"])
    order: str | None = Field(description="有关的督办单；没有时为 null", examples=[None])


class MessageOut(Model):
    """A message to one person on one channel."""

    person: str = Field(description="告知了谁", examples=["赵六"])
    channel: Channel = Field(description="方式")
    state: DeliveryState = Field(description="状态")
    reason: str = Field(description="没有送达或仅记录的原因；没有时为空", examples=[""])
    created_at: Moment = Field(description="生成的时间")
    sent_at: Moment | None = Field(description="送达的时间；没有送达时为 null")


class AlertInFull(AlertOut):
    """One alarm with what was done about it and who was told."""

    acts: tuple[HandledOut, ...] = Field(description="处理情况，按次序")
    messages: tuple[MessageOut, ...] = Field(description="告知，最新的在前")


class AcknowledgeIn(Model):
    """签收."""

    at: Moment | None = Field(None, description="签收的时间；不写为现在", examples=[None])
    text: Text = Field("", description="备注", max_length=LONGEST_TEXT, examples=["看到了，由我处理。"])


class SaidIn(Model):
    """What was done, in words, and when."""

    at: Moment | None = Field(None, description="发生的时间；不写为现在", examples=[None])
    text: Text = Field(
        description="写明原因、措施或核实的情况",
        min_length=1,
        max_length=LONGEST_TEXT,
        examples=["表计缺货，已从市公司调拨。"],
    )


ACT = recording(AlertInFull)


@router.get("/alerts", summary="预警告警，最新的在前")
def alert_list(
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_ALERTS)],
    state: Annotated[Handling | None, Query(description="处理情况；写了就不含已撤销的")] = None,
    level: Annotated[Level | None, Query(description="级别")] = None,
    unit: AUnit = None,
    number: ANumber = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[AlertOut]:
    """The newest alarms the account sees."""
    found = alerts(
        desk.book,
        desk.now(),
        state=state,
        level=level,
        unit=unit,
        number=number,
        within=alerts_within(account),
        after=alert_key(cursor) if cursor is not None else None,
        limit=limit + 1,
    )
    following = alert_cursor(found[limit - 1]) if len(found) > limit else None
    return Page(items=tuple(map(AlertOut.model_validate, found[:limit])), next=following)


@router.get(
    "/alerts/{alert_id}",
    summary="一条预警告警：处理情况和告知",
    responses=routing.refusals(404),
)
def one_alert(
    desk: ADesk, account: Annotated[Account, needs(Right.READ_ALERTS)], alert_id: AnId
) -> AlertInFull:
    """One alarm the account sees."""
    return _in_full(desk, account, alert_id)


@router.post(
    "/alerts/{alert_id}/acknowledge",
    summary="签收",
    description="看到了。每人签收一次；有人签收以后不再逐级上报。",
    **ACT,
)
def acknowledge(desk: ADesk, account: AnAnswerer, alert_id: AnId, body: AcknowledgeIn, key: AKey) -> Response:
    """签收."""
    return _act(desk, account, alert_id, Act.ACKNOWLEDGED, body, key)


@router.post(
    "/alerts/{alert_id}/answer",
    summary="答复",
    description="写明为什么到了这一级、怎么办、什么时候办好。答复也算签收。",
    **ACT,
)
def answer(desk: ADesk, account: AnAnswerer, alert_id: AnId, body: SaidIn, key: AKey) -> Response:
    """答复."""
    return _act(desk, account, alert_id, Act.ANSWERED, body, key)


@router.post(
    "/alerts/{alert_id}/close",
    summary="闭环",
    description="由答复人以外的人核实后关闭。",
    **ACT,
)
def close(
    desk: ADesk,
    account: Annotated[Account, needs(Right.CLOSE_ALERTS)],
    alert_id: AnId,
    body: SaidIn,
    key: AKey,
) -> Response:
    """闭环."""
    return _act(desk, account, alert_id, Act.CLOSED, body, key)


def _act(
    desk: Desk, account: Account, alert_id: int, act: Act, body: AcknowledgeIn | SaidIn, key: str
) -> Response:
    def done() -> AlertInFull:
        now = desk.now()
        answering.act_on_alert(desk.book, account, alert_id, act, at=body.at, text=body.text, now=now)
        return _in_full(desk, account, alert_id)

    route = f"alerts/{alert_id}/{act.value}"
    return recorded(desk, account, key, route, body.model_dump(mode="json"), done)


def _in_full(desk: Desk, account: Account, alert_id: int) -> AlertInFull:
    view = seen_alert(desk.book, account, alert_id, desk.now())
    with store.reading(desk.engine) as connection:
        messages = listing(connection, about=(About.ALERT, alert_id))
    return AlertInFull(
        **dict(AlertOut.model_validate(view)),
        acts=tuple(map(HandledOut.model_validate, view.acts)),
        messages=tuple(map(MessageOut.model_validate, messages)),
    )

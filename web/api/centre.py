"""供电服务指挥中心: what stands where now, once or as it changes."""

from typing import Annotated

from fastapi import Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from alerts.jobs.watch import JobState
from alerts.kinds import RunState
from limits.terms import Level
from web.access.admission import needs
from web.access.rights import Account, Right
from web.api import routing
from web.api.alarms import AlertOut
from web.api.models import Day, Model, Moment
from web.api.orders import OrderOut, order_out
from web.desk import ADesk, Desk
from web.work.centre import DueDay, StationLine, board
from web.work.streaming import as_stream

router = routing.router("指挥中心")
EVENT = "event: board\ndata: {…}\n\n"


class LevelCount(Model):
    """How many stand at a level."""

    level: Level = Field(description="级别")
    applications: int = Field(description="几件；一件申请只算在它最高的级别", examples=[2])


class StationOut(Model):
    """One station, or all together."""

    station: str = Field(description="供电所；合计为“合计”", examples=["城关供电所"])
    open: int = Field(description="在途几件", examples=[37])
    levels: tuple[LevelCount, ...] = Field(description="各级别几件")


class DueOut(Model):
    """One clock due on a day."""

    number: str = Field(description="申请编号", examples=["NX-2026-0001"])
    station: str = Field(description="供电所", examples=["城关供电所"])
    manager: str = Field(description="客户经理；还没有时为空", examples=["李四"])
    clock: str = Field(description="计时的层级和名称", examples=["地方·全过程"])


class DueDayOut(Model):
    """What is due on a day."""

    day: Day = Field(description="日期")
    applications: int = Field(description="几件申请有计时在这一天到期", examples=[3])
    lines: tuple[DueOut, ...] = Field(description="到期的计时，最多列 50 个")


class JobOut(Model):
    """Where a scheduled job stands."""

    name: str = Field(description="任务的代码", examples=["sweep"])
    label: str = Field(description="任务的名称", examples=["预警告警巡检"])
    state: RunState | None = Field(description="最近一次的状态；从未执行时为 null")
    finished_at: Moment | None = Field(description="最近一次完成的时间；从未完成时为 null")
    next_at: Moment = Field(description="下一次应当执行的时间")
    overdue: str = Field(description="没有跟上的原因；跟上时为空", examples=[""])


class BoardOut(Model):
    """The whole board, of what the account sees."""

    at: Moment = Field(description="统计时点，到分钟")
    stations: tuple[StationOut, ...] = Field(description="各供电所")
    total: StationOut = Field(description="合计")
    today: DueDayOut = Field(description="今天到期的")
    following: DueDayOut = Field(description="下一个工作日到期的")
    unanswered: tuple[AlertOut, ...] = Field(description="最早达到而无人答复的预警告警，最多 10 条")
    orders: tuple[OrderOut, ...] = Field(description="还没有办结的督办单，最多 10 份")
    jobs: tuple[JobOut, ...] = Field(description="自动任务")


@router.get("/centre", summary="指挥中心的各项数字")
def centre(desk: ADesk, account: Annotated[Account, needs(Right.WATCH)]) -> BoardOut:
    """The board as it stands."""
    return _board(desk, account)


@router.get(
    "/centre/live",
    summary="指挥中心的各项数字，变化时发来",
    description="服务器推送事件（text/event-stream）。每个 board 事件的 data 是与 `/centre` 相同的一个 JSON；"
    "没有变化时只发注释行。一次最多五分钟，结束后请重新连接。",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": EVENT}}}},
)
async def live(request: Request, desk: ADesk, _: Annotated[Account, needs(Right.WATCH)]) -> Response:
    """The board anew whenever a figure has changed; when it was counted alone is no change."""
    return as_stream(request, Right.WATCH, lambda account: _board(desk, account).model_dump_json())


def _board(desk: Desk, account: Account) -> BoardOut:
    held = board(desk.book, account, desk.jobs, desk.now())
    return BoardOut(
        at=held.at.replace(second=0, microsecond=0),
        stations=tuple(map(_station, held.stations)),
        total=_station(held.total),
        today=_due(held.today),
        following=_due(held.following),
        unanswered=tuple(map(AlertOut.model_validate, held.unanswered)),
        orders=tuple(map(order_out, held.orders)),
        jobs=tuple(map(_job, held.jobs)),
    )


def _station(line: StationLine) -> StationOut:
    counts = (LevelCount(level=level, applications=count) for level, count in line.levels.items())
    return StationOut(station=line.station, open=line.open, levels=tuple(counts))


def _due(day: DueDay) -> DueDayOut:
    lines = tuple(map(DueOut.model_validate, day.lines))
    return DueDayOut(day=day.day, applications=day.applications, lines=lines)


def _job(held: JobState) -> JobOut:
    return JobOut(
        name=held.job.name,
        label=held.job.label,
        state=held.state,
        finished_at=held.finished_at,
        next_at=held.next_slot,
        overdue=held.overdue.reason if held.overdue else "",
    )

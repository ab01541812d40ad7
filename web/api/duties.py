"""周期事项: what comes round in each station, and putting on record that it was done."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from alerts.duties.listing import DutyEntry, DutyState, entries
from alerts.handlings import LONGEST_TEXT
from limits.terms import Post, Verdict
from web.access.admission import needs
from web.access.rights import Account, Right
from web.access.visible import duties_within, may_record, seen_duty
from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import ROWS, Day, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit, after_id
from web.desk import ADesk
from web.work import duties
from web.work.cursors import written

router = routing.router("周期事项")
AReader = Annotated[Account, needs(Right.READ_DUTIES)]
AnId = Annotated[int, Path(ge=1, lt=2**63, description="周期事项的编号", examples=[45])]


class DutyOut(Model):
    """One round of a periodic duty in one station."""

    id: int = Field(description="编号", examples=[45])
    item: int = Field(description="评价标准中的项号", examples=[13])
    label: str = Field(description="事项", examples=["监督小组会议"])
    unit: str = Field(description="供电所", examples=["城关供电所"])
    period: str = Field(description="哪一期：2026-11、2026-Q4、2026-H2", examples=["2026-11"])
    post: Post = Field(description="由哪个岗位完成")
    opens_on: Day = Field(description="从哪一天开始")
    due_on: Day = Field(description="到期日，当日 24 时截止")
    left: int | None = Field(description="还剩几个工作日，逾期为负数；已经完成时为 null", examples=[6])
    state: Verdict = Field(description="按时与否")
    done_at: Moment | None = Field(description="完成的时间；没有完成时为 null")
    actor: str = Field(description="谁登记的；没有完成时为空", examples=["李四"])
    evidence: str = Field(description="依据；没有完成时为空", examples=["会议纪要 11 号"])
    recorded_at: Moment | None = Field(description="登记的时间；没有完成时为 null")
    recordable: bool = Field(description="您的岗位能否登记它完成", examples=[True])


class DutyDoneIn(Model):
    """完成."""

    evidence: Text = Field(
        description="完成的凭据", min_length=1, max_length=LONGEST_TEXT, examples=["会议纪要 11 号"]
    )
    at: Moment | None = Field(None, description="完成的时间；不写为现在", examples=[None])


@router.get(
    "/duties",
    summary="周期事项，待办的先到期在前，已完成的最新在前",
    description="客户经理看本所由客户经理完成的，所长看本所的，廉政监督员、指挥中心和领导看全部。",
)
def duty_list(
    desk: ADesk,
    account: AReader,
    state: Annotated[DutyState, Query(description="哪一些")] = DutyState.TO_DO,
    unit: Annotated[Text | None, Query(description="供电所")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[DutyOut]:
    """The rounds the account sees."""
    found = entries(
        desk.book,
        desk.now(),
        state=state,
        unit=unit,
        within=duties_within(account),
        after=after_id(cursor),
        limit=limit,
    )
    following = written(found.next) if found.next is not None else None
    return Page(items=tuple(duty_out(account, each) for each in found.rows), next=following)


@router.get("/duties/{duty_id}", summary="一项周期事项", responses=routing.refusals(404))
def one_duty(desk: ADesk, account: AReader, duty_id: AnId) -> DutyOut:
    """One round the account sees."""
    return duty_out(account, seen_duty(desk.book, account, duty_id, desk.now()))


@router.post(
    "/duties/{duty_id}/done",
    summary="登记完成",
    description="由事项写明的岗位或所长登记，须写依据；完成的时间不能在将来，也不能在这一期开始以前。",
    **recording(DutyOut),
)
def record_done(
    desk: ADesk,
    account: Annotated[Account, needs(Right.RECORD_DUTIES)],
    duty_id: AnId,
    body: DutyDoneIn,
    key: AKey,
) -> Response:
    """完成."""

    def act() -> DutyOut:
        made = duties.record(desk, account, duty_id, at=body.at, evidence=body.evidence)
        return duty_out(account, made)

    return recorded(desk, account, key, f"duties/{duty_id}/done", body.model_dump(mode="json"), act)


def duty_out(account: Account, entry: DutyEntry) -> DutyOut:
    """A round as the API tells it to ``account``."""
    view = entry.view
    return DutyOut(
        id=view.id,
        item=view.item,
        label=view.label,
        unit=view.unit,
        period=view.period,
        post=view.post,
        opens_on=view.opens_on,
        due_on=view.due_on,
        left=entry.left,
        state=view.state,
        done_at=view.done_at,
        actor=entry.actor,
        evidence=entry.evidence,
        recorded_at=entry.recorded_at,
        recordable=view.done_at is None and may_record(account, entry),
    )

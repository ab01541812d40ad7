"""阅读记录: who was shown which application, when and where."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from web import errors
from web.access.admission import needs
from web.access.read_log import readings
from web.access.rights import Right
from web.api import routing
from web.api.models import ROWS, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit, after_id, told
from web.api.shapes import AccountRole
from web.desk import ADesk

router = routing.router("阅读记录")


class ReadOut(Model):
    """One time that an account was shown an application."""

    id: int = Field(description="编号", examples=[311])
    at: Moment = Field(description="阅读的时间")
    login: str = Field(description="登录名", examples=["lisi"])
    name: str = Field(description="姓名；账户不属于某人时为登录名", examples=["李四"])
    role: AccountRole = Field(description="岗位，以现在的为准")
    what: str = Field(description="读的是什么的代码", examples=["page"])
    where: str = Field(description="在哪里读的", examples=["申请页面"])
    number: str = Field(description="申请编号", examples=["NX-2026-0001"])
    station: str = Field(description="供电所", examples=["城关供电所"])
    manager: str = Field(description="客户经理；还没有时为空", examples=["李四"])
    before_plan: bool = Field(
        description="高压申请在答复供电方案以前，由没有经办过它的人读过。这只是值得一问的线索，不是结论"
    )


@router.get("/audit", summary="谁在什么时候读了哪件申请，最新的在前", dependencies=[needs(Right.READ_AUDIT)])
def audit(
    desk: ADesk,
    account: Annotated[Text | None, Query(description="登录名或姓名")] = None,
    number: Annotated[Text | None, Query(description="申请编号")] = None,
    since: Annotated[Moment | None, Query(description="自这一时刻起（含）")] = None,
    until: Annotated[Moment | None, Query(description="到这一时刻为止（不含）")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[ReadOut]:
    """The newest readings of every application."""
    if since is not None and until is not None and until < since:
        raise errors.RequestInvalid(problems="“until”早于“since”")
    page = readings(
        desk.engine,
        account=account,
        number=number,
        since=since,
        until=until,
        after=after_id(cursor),
        limit=limit,
    )
    return told(ReadOut, page)

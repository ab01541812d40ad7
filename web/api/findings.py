"""廉洁线索: what the records show that should not be."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from limits.terms import CustomerClass
from web.access.admission import needs
from web.access.rights import Account, Right, scope_of
from web.api import routing
from web.api.models import ROWS, Model, Moment, Page, Text
from web.api.paging import ACursor, ALimit, after_id, told
from web.desk import ADesk
from workflow.findings import Code
from workflow.found import found

router = routing.router("廉洁线索")


class FindingOut(Model):
    """One thing found; it accuses nobody until somebody has looked into it."""

    id: int = Field(description="编号", examples=[42])
    code: Code = Field(description="线索的种类")
    evidence: str = Field(description="依据", examples=["供电方案答复早于受理"])
    people: tuple[str, ...] = Field(description="涉及的人员；没有时为空", examples=[["李四"]])
    found_at: Moment = Field(description="发现的时间")
    number: str = Field(description="申请编号", examples=["NX-2026-0001"])
    customer: str = Field(description="客户名称", examples=["振兴机械有限公司"])
    customer_class: CustomerClass = Field(description="客户类别")
    station: str = Field(description="供电所", examples=["城关供电所"])
    manager: str = Field(description="客户经理；还没有时为空", examples=["李四"])


@router.get("/findings", summary="廉洁线索，最新的在前")
def findings(
    desk: ADesk,
    account: Annotated[Account, needs(Right.READ_FINDINGS)],
    code: Annotated[Code | None, Query(description="线索的种类")] = None,
    station: Annotated[Text | None, Query(description="供电所")] = None,
    number: Annotated[Text | None, Query(description="申请编号")] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[FindingOut]:
    """The newest findings the account sees."""
    page = found(
        desk.engine,
        code=code,
        station=station,
        number=number,
        within=scope_of(account).where(),
        after=after_id(cursor),
        limit=limit,
    )
    return told(FindingOut, page)

"""报表: the months there are, a month's figures, and its files."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.responses import HTMLResponse, JSONResponse, Response

from web import month_reports
from web.admission import needs
from web.api import routing
from web.api.models import Model, Moment, Text
from web.desk import ADesk
from web.rights import Right

router = routing.router("报表")
READS = [needs(Right.READ_REPORTS)]
AMonth = Annotated[Text, Path(description="月份", max_length=16, examples=["2026-10"])]
XLSX: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {month_reports.SHEET: {"schema": {"type": "string", "format": "binary"}, "example": "PK…"}}
    }
}


class MonthOut(Model):
    """A month there is a report of."""

    month: str = Field(description="月份", examples=["2026-10"])
    label: str = Field(description="月份，给人看的写法", examples=["2026年10月"])
    begins: Moment = Field(description="起（含）", examples=["2026-10-01T00:00:00+08:00"])
    ends: Moment = Field(description="止（不含）", examples=["2026-11-01T00:00:00+08:00"])
    complete: bool = Field(description="这个月是否已经过完")


class MonthsOut(Model):
    """Every month there is a report of."""

    months: tuple[MonthOut, ...] = Field(description="从最近的月份到最早的月份")


FIGURES = {
    "company": "国网内乡县供电公司",
    "month": "2026-10",
    "as_of": "2026-11-20T18:00:00+08:00",
    "complete": True,
    "accepted": {"低压居民": 12},
    "archived": {"低压居民": 10},
    "rate": {"local": {"低压居民": {"numerator": 9, "denominator": 10, "rate": 0.9}}},
}


@router.get("/reports", summary="有报表的月份", dependencies=READS)
def report_list(desk: ADesk) -> MonthsOut:
    """Every month, the latest first."""
    now = desk.now()
    return MonthsOut(
        months=tuple(
            MonthOut(
                month=str(each),
                label=each.label,
                begins=each.begins,
                ends=each.ends,
                complete=each.ends <= now,
            )
            for each in month_reports.months(desk.engine, now)
        )
    )


@router.get(
    "/reports/{month}",
    summary="一个月的各项数字",
    description="与月报的 report.json 相同：每个数字、它的基数，以及背后的清单。"
    "客户类别用中文名称作键，层级、级别和考核类别用代码。没有过完的月份统计到现在。",
    dependencies=READS,
    responses={
        **routing.refusals(404),
        200: {"content": {"application/json": {"schema": {"type": "object"}, "example": FIGURES}}},
    },
)
def figures(desk: ADesk, month: AMonth) -> Response:
    """The month as it is known now."""
    return JSONResponse(month_reports.report_of(desk, month).to_json())


@router.get(
    "/reports/{month}/document",
    summary="一个月的报表：HTML",
    description="一页可以打印的 HTML，不加载任何外部内容。",
    dependencies=READS,
    response_class=HTMLResponse,
    responses=routing.refusals(404),
)
def document(desk: ADesk, month: AMonth) -> Response:
    """To be read."""
    return month_reports.as_document(month_reports.report_of(desk, month))


@router.get(
    "/reports/{month}/workbook",
    summary="一个月的报表：XLSX",
    dependencies=READS,
    response_class=Response,
    responses=routing.refusals(404) | XLSX,
)
def workbook(desk: ADesk, month: AMonth) -> Response:
    """To be worked with."""
    return month_reports.as_workbook(month_reports.report_of(desk, month))

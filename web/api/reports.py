"""报表: the periods there are, a period's report as figures and as files, its closing, and checking a document."""

import base64
import binascii
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from reports.documents.files import Format
from reports.periods import Span
from reports.verifying.check import Likeness
from web import errors
from web.access.admission import needs
from web.access.rights import Account, Right, may
from web.api import routing
from web.api.doing import AKey, recorded, recording
from web.api.models import Model, Moment, Text
from web.api.shapes import HASH
from web.desk import ADesk
from web.envelope import LARGEST_TOLD
from web.work import report_files, reporting
from web.work.reporting import Edition, PeriodState, Reported, edition_for

router = routing.router("报表")
AReader = Annotated[Account, needs(Right.READ_REPORTS)]
AFullReader = Annotated[Account, needs(Right.READ_FULL_REPORTS)]
ACloser = Annotated[Account, needs(Right.CLOSE_PERIOD)]
APeriod = Annotated[
    Text,
    Path(
        description="报告期：月 2026-10、季度 2026-Q3、半年 2026-H1 或年 2026",
        max_length=16,
        examples=["2026-10"],
    ),
]


class ClosingOut(Model):
    """When a period was sealed, by whom, and the seal."""

    at: Moment = Field(description="封存时间")
    by: str | None = Field(description="封存人；只能看公开版的得到 null", examples=["孙八"])
    seal: str = Field(description="封存值（SHA-256），印在每份文件上", examples=[HASH])


class PeriodOut(Model):
    """A period there is a report of."""

    period: str = Field(description="报告期", examples=["2026-10"])
    span: Span = Field(description="长短")
    label: str = Field(description="报告期，给人看的写法", examples=["2026年10月"])
    begins: Moment = Field(description="起（含）", examples=["2026-10-01T00:00:00+08:00"])
    ends: Moment = Field(description="止（不含）", examples=["2026-11-01T00:00:00+08:00"])
    state: PeriodState = Field(description="状态")
    closing: ClosingOut | None = Field(description="封存；未封存时为 null")


class PeriodsOut(Model):
    """Every period there is a report of."""

    periods: tuple[PeriodOut, ...] = Field(description="从最近的到最早的；同时结束的，短的在前")


class DocumentIn(Model):
    """A document to be checked."""

    name: Text = Field(
        description="文件名，扩展名说明格式：.html、.docx、.xlsx、.pdf 或 .json",
        max_length=256,
        examples=["监督报告-2026-10.html"],
    )
    content: Text = Field(
        description=f"文件的内容，base64；整个请求不超过 {LARGEST_TOLD}",
        examples=["PGgxPuaKpeWRijwvaDE+"],
        json_schema_extra={"contentEncoding": "base64"},
    )


class DeviationOut(Model):
    """Where a document says something else than what was sealed."""

    place: str = Field(description="位置", examples=["“各单位达标率”第 3 行“达标”"])
    found: str | None = Field(description="文件中；没有时为 null", examples=["12"])
    sealed: str | None = Field(description="封存的；没有时为 null", examples=["11"])


class CheckedOut(Model):
    """Whether the figures of a document are the sealed ones."""

    period: PeriodOut = Field(description="文件所说的报告期")
    likeness: Likeness = Field(
        description="只有 identical（逐字节相同）证明一致；unproven：另存过的 DOCX、XLSX，数字和文字一致，其余不同；"
        "different：不一致；uncompared：PDF 只能整份比对，不能判定"
    )
    deviations: tuple[DeviationOut, ...] = Field(description="开头的不同之处，最多 20 处")


@router.get("/reports", summary="有报告的报告期")
def report_list(desk: ADesk, account: AReader) -> PeriodsOut:
    """Every period, the latest first."""
    there = reporting.reported(desk.engine, desk.now())
    return PeriodsOut(periods=tuple(_period(account, each) for each in there))


FIGURES = {
    "title": "2026年10月获得电力时限监督月报",
    "period": "2026-10",
    "state": "已封存",
    "seal": HASH,
    "keys": [{"label": "时限达标率", "value": "90.0%", "base": "9/10"}],
    "sections": [],
    "facts": {},
}


@router.get(
    "/reports/{period}",
    summary="一期报告：各项数字",
    description="与 report.json 相同：报告里的每一句、每张表，以及全部数字所依据的事实。"
    "写有全公司的姓名和申请编号，所以要有“查看完整版报表”的权限。未封存的统计到这一分钟开始时。",
    responses={
        **routing.refusals(404),
        200: {"content": {"application/json": {"schema": {"type": "object"}, "example": FIGURES}}},
    },
)
def figures(desk: ADesk, _: AFullReader, period: APeriod) -> Response:
    """The period as it was sealed, or as it is known now."""
    which, _alike = reporting.found(desk, period)
    return report_files.as_json(desk, which)


# What every route of a document takes and documents.
AForm = Annotated[Format, Path(description="格式", examples=["pdf"])]
AnEdition = Annotated[Edition | None, Query(description="哪一版")]
_BINARY = {"schema": {"type": "string", "format": "binary"}, "example": "…"}
_KINDS = sorted({kind.partition(";")[0] for kind in report_files.KINDS.values()})
A_FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": routing.refusals(404, 409) | {200: {"content": dict.fromkeys(_KINDS, _BINARY)}},
}


@router.get(
    "/reports/{period}/files/{form}",
    summary="一期报告：文件",
    description="HTML、DOCX、XLSX 或 PDF。公开版（edition=public）不含姓名、编号和地址；"
    "不写 edition 的，有“查看完整版报表”权限的得到完整版，其他得到公开版。"
    "服务器没有中文字体时，DOCX 和 PDF 回答 409。",
    **A_FILE,
)
def document(
    desk: ADesk,
    account: AReader,
    period: APeriod,
    form: AForm,
    edition: AnEdition = None,
) -> Response:
    """To be read, worked with or printed."""
    which, _ = reporting.found(desk, period)
    return report_files.as_document(desk, which, edition_for(account, edition), form)


@router.post(
    "/reports/{period}/close",
    summary="封存一期报告",
    description="已经结束的报告期，只能封存一次，不能撤销：此后报告不再变动，更正列在下一期。",
    **recording(PeriodOut),
)
def close(desk: ADesk, account: ACloser, period: APeriod, key: AKey) -> Response:
    """封存."""
    which, _ = reporting.found(desk, period)

    def act() -> PeriodOut:
        reporting.close(desk, which.period, account)
        return _period(account, reporting.found(desk, period)[0])

    return recorded(desk, account, key, f"reports/{which.period}/close", {}, act)


@router.post(
    "/reports/documents/verify",
    summary="核对一份报告文件",
    description="文件上的封存值说明它是哪一期的；与封存的内容逐处比对。不写入任何内容，不需要 Idempotency-Key。"
    "没有“查看申请”权限的，不同之处只与公开版比对。",
    responses=routing.refusals(*routing.TO_A_BODY, 409),
)
def verify(desk: ADesk, account: AReader, body: DocumentIn) -> CheckedOut:
    """Compare a document with what was sealed."""
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.RequestInvalid(problems="“content”不是 base64") from error
    found = reporting.check(desk, account, body.name, content)
    seal = found.sealed.seal
    closing = reporting.Closing(seal.closed_at, seal.closed_by, seal.hash)
    return CheckedOut(
        period=_period(account, Reported(found.sealed.period, PeriodState.SEALED, closing)),
        likeness=found.likeness,
        deviations=tuple(map(DeviationOut.model_validate, found.deviations)),
    )


def _period(account: Account, which: Reported) -> PeriodOut:
    period, closing = which.period, which.closing
    named = may(account, Right.READ_FULL_REPORTS)
    return PeriodOut(
        period=str(period),
        span=period.span,
        label=period.label,
        begins=period.begins,
        ends=period.ends,
        state=which.state,
        closing=closing and ClosingOut(at=closing.at, by=closing.by if named else None, seal=closing.seal),
    )

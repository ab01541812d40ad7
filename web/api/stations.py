"""供电所评价: which stations there are in a period, each one's evaluation, its 自评, 复核 and 评定, its documents."""

from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from reports.periods import Period
from reports.stations.evaluation import Evaluation
from reports.stations.judging import Judgement
from reports.stations.records import Act
from web.access.admission import needs
from web.access.rights import Account, Right
from web.api import routing
from web.api.doing import AKey, recorded
from web.api.models import ROWS, Page, Text
from web.api.paging import ACursor, ALimit
from web.api.reports import A_FILE, AForm, AnEdition
from web.api.station_shapes import (
    EvaluationIn,
    EvaluationLineOut,
    EvaluationOut,
    ResultIn,
    ScoresIn,
    evaluation_out,
    line_out,
)
from web.desk import ADesk, Desk
from web.work import stations
from web.work.cursors import read, written
from web.work.reporting import edition_for
from web.work.station_files import as_document

router = routing.router("供电所评价")
ACT = routing.refusals(*routing.TO_A_BODY, 404, 409)
ONE = "/stations/{period}/{station:path}"
AReader = Annotated[Account, needs(Right.READ_EVALUATIONS)]
AJudge = Annotated[Account, needs(Right.JUDGE_EVALUATIONS)]
APeriod = Annotated[
    Text, Path(description="评价期：2026-H1 半年、2026 全年", max_length=16, examples=["2026-H2"])
]
AStation = Annotated[Text, Path(description="供电所", max_length=128, examples=["城关供电所"])]


@router.get("/stations", summary="各供电所一个评价期的评价")
def station_list(
    desk: ADesk,
    account: AReader,
    period: Annotated[
        Text | None, Query(description="评价期；不写为最近评价过的一期", max_length=16, examples=["2026-H2"])
    ] = None,
    cursor: ACursor = None,
    limit: ALimit = ROWS,
) -> Page[EvaluationLineOut]:
    """The stations the account sees, those without an evaluation as well, by name."""
    which = Period.parse(period) if period else stations.usual(desk, account)
    after = read(cursor, str)[0] if cursor is not None else ""
    there = [each for each in stations.lines(desk, account, which) if each.station > str(after)]
    following = written(there[limit - 1].station) if len(there) > limit else None
    return Page(items=tuple(line_out(each, which) for each in there[:limit]), next=following)


@router.post(
    "/stations",
    summary="建立一份评价",
    description="每个供电所每个评价期只有一份，用评价期第一天有效的标准。",
    status_code=201,
    response_model=EvaluationOut,
    responses=ACT,
)
def open_evaluation(
    desk: ADesk, account: Annotated[Account, needs(Right.OPEN_EVALUATIONS)], body: EvaluationIn, key: AKey
) -> Response:
    """建立."""

    def act() -> EvaluationOut:
        which = Period.parse(body.period)
        return evaluation_out(account, stations.open_evaluation(desk, account, which, body.station))

    return recorded(desk, account, key, "stations", body.model_dump(mode="json"), act)


@router.get(
    f"{ONE}/files/{{form}}",
    summary="一份评价：文件",
    description="HTML、DOCX、XLSX 或 PDF。公开版（edition=public）不含姓名和依据；"
    "不写 edition 的，有“查看申请”权限的得到完整版，其他得到公开版。"
    "服务器没有中文字体时，DOCX 和 PDF 回答 409。",
    **A_FILE,
)
def document(
    desk: ADesk,
    account: AReader,
    period: APeriod,
    station: AStation,
    form: AForm,
    edition: AnEdition = None,
) -> Response:
    """To be read, worked with or printed."""
    found = stations.seen(desk, account, period, station)
    return as_document(desk, found, edition_for(account, edition, Right.READ_APPLICATIONS), form)


@router.post(
    f"{ONE}/scores",
    summary="自评",
    description="一项或几项一起，全部登记或全部不登记；改分就再登记一次，以最后一次为准。"
    "得分不超过规则和按时完成的周期事项所支持的；复核过这份评价的人不能自评。",
    status_code=201,
    response_model=EvaluationOut,
    responses=ACT,
)
def score(
    desk: ADesk,
    account: Annotated[Account, needs(Right.SCORE_EVALUATIONS)],
    period: APeriod,
    station: AStation,
    body: ScoresIn,
    key: AKey,
) -> Response:
    """自评."""
    return _judge(desk, account, stations.seen(desk, account, period, station), Act.SCORED, body, key)


@router.post(
    f"{ONE}/reviews",
    summary="复核",
    description="以复核的得分为准，与自评不同的要写理由；做过自评的人不能复核。",
    status_code=201,
    response_model=EvaluationOut,
    responses=ACT,
)
def review(
    desk: ADesk, account: AJudge, period: APeriod, station: AStation, body: ScoresIn, key: AKey
) -> Response:
    """复核."""
    return _judge(desk, account, stations.seen(desk, account, period, station), Act.REVIEWED, body, key)


@router.post(
    f"{ONE}/result",
    summary="评定",
    description="评价期结束、逐项复核以后；此后不再变动。",
    status_code=201,
    response_model=EvaluationOut,
    responses=ACT,
)
def close(
    desk: ADesk, account: AJudge, period: APeriod, station: AStation, body: ResultIn, key: AKey
) -> Response:
    """评定."""
    found = stations.seen(desk, account, period, station)

    def act() -> EvaluationOut:
        return evaluation_out(account, stations.close(desk, account, found, body.text, body.seen))

    route = f"stations/{found.period}/{found.station}/result"
    return recorded(desk, account, key, route, body.model_dump(mode="json"), act)


# After its parts: the name of a station may hold a slash, the word after it may not.
@router.get(
    ONE,
    summary="一份评价：逐项的分值、依据、自评和复核",
    description="没有“查看申请”权限的只看公开版：姓名、依据和意见为 null。",
    responses=routing.refusals(404),
)
def one_evaluation(desk: ADesk, account: AReader, period: APeriod, station: AStation) -> EvaluationOut:
    """One evaluation the account sees."""
    return evaluation_out(account, stations.seen(desk, account, period, station))


def _judge(desk: Desk, account: Account, found: Evaluation, act: Act, body: ScoresIn, key: str) -> Response:
    given = [Judgement(each.item, each.points, each.evidence) for each in body.scores]

    def done() -> EvaluationOut:
        return evaluation_out(account, stations.judge(desk, account, found, act, given, body.seen))

    route = f"stations/{found.period}/{found.station}/{act.value}"
    return recorded(desk, account, key, route, body.model_dump(mode="json"), done)

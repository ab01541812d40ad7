"""The evaluation of a station as the API takes and tells it."""

from datetime import date, datetime

from pydantic import Field

from limits.stations import Scoring
from limits.terms import Verdict
from reports.periods import Period
from reports.stations.evaluation import Evaluation, Given, ItemView, Round
from reports.stations.records import LONGEST_TEXT
from web.access.rights import Account, Right, may
from web.api.models import Day, Model, Moment, Text, Whole
from web.work.stations import EvaluationState, StationLine, state_of

SEEN = "读到的 records；之后又有新的登记时不写入，回答 409。不写则不比对"


class GivenOut(Model):
    """A score."""

    points: int = Field(description="得分", examples=[4])
    evidence: str | None = Field(
        description="依据或理由；只能看公开版的得到 null", examples=["会议纪要 6 份"]
    )
    actor: str | None = Field(description="打分的人；只能看公开版的得到 null", examples=["赵六"])
    at: Moment = Field(description="登记的时间")


class RoundOut(Model):
    """One round of a periodic duty."""

    round: str = Field(description="哪一次", examples=["2026-10"])
    label: str = Field(description="周期事项", examples=["监督小组会议"])
    due_on: Day = Field(description="到期日，当日 24 时截止")
    done_at: Moment | None = Field(description="完成的时间；没有完成时为 null")
    state: Verdict = Field(description="按时与否")
    recorded: bool = Field(
        description="是否建立过这一次；按周期应有而没有的为 false，过期后按无登记（缺项）计", examples=[True]
    )


class ItemOut(Model):
    """One item of the standard."""

    no: int = Field(description="项号", examples=[13])
    label: str = Field(description="事项", examples=["监督小组会议"])
    part: str = Field(description="所属部分", examples=["服务监督"])
    points: int = Field(description="分值", examples=[3])
    scoring: Scoring = Field(description="计分规则")
    rhythm: str = Field(description="周期，标准的原话；没有时为空", examples=["每月"])
    clause: str = Field(description="出处", examples=["第13项"])
    allowed: tuple[int, ...] = Field(description="规则能给的得分", examples=[[3, 0]])
    most: int = Field(description="周期事项支持的最高得分", examples=[3])
    rounds: tuple[RoundOut, ...] = Field(description="评价期内按周期应做的事项")
    own: GivenOut | None = Field(description="自评；还没有时为 null")
    review: GivenOut | None = Field(description="对这次自评的复核；还没有时为 null")


class ResultOut(Model):
    """What was decided."""

    points: int = Field(description="得分，含加分项", examples=[92])
    grade: str = Field(description="等次", examples=["示范型"])
    text: str | None = Field(description="评定意见；只能看公开版的得到 null", examples=["制度健全"])
    actor: str | None = Field(description="评定人；只能看公开版的得到 null", examples=["吴十"])
    at: Moment = Field(description="评定的时间")


class EvaluationLineOut(Model):
    """One station in a period."""

    station: str = Field(description="供电所", examples=["城关供电所"])
    period: str = Field(description="评价期", examples=["2026-H2"])
    state: EvaluationState = Field(description="状态")
    total: int | None = Field(description="满分，不含加分项；没有建立时为 null", examples=[100])
    scored: int = Field(description="已自评的项数", examples=[27])
    reviewed: int = Field(description="已复核的项数", examples=[27])
    items: int = Field(description="一共几项；没有建立时为 0", examples=[27])
    own_points: int | None = Field(description="自评得分；没有评完时为 null", examples=[94])
    points: int | None = Field(description="复核得分；没有复核完时为 null", examples=[92])
    grade: str | None = Field(description="等次；没有评定时为 null", examples=["示范型"])


class EvaluationOut(Model):
    """One evaluation with every item."""

    station: str = Field(description="供电所", examples=["城关供电所"])
    period: str = Field(description="评价期", examples=["2026-H2"])
    standard: str = Field(description="评价标准", examples=["清廉供电站所服务监督评价"])
    document: str = Field(description="标准的出处", examples=["清廉供电站所服务监督评价标准（征求意见稿）"])
    state: EvaluationState = Field(description="状态")
    total: int = Field(description="满分，不含加分项", examples=[100])
    own_points: int | None = Field(description="自评得分；没有评完时为 null", examples=[94])
    points: int | None = Field(description="复核得分；没有复核完时为 null", examples=[92])
    result: ResultOut | None = Field(description="评定结果；没有评定时为 null")
    items: tuple[ItemOut, ...] = Field(description="逐项")
    records: int = Field(description="一共有几条登记", examples=[56])


class EvaluationIn(Model):
    """Which evaluation to open."""

    station: Text = Field(description="供电所", max_length=128, examples=["城关供电所"])
    period: Text = Field(description="评价期：2026-H1 半年、2026 全年", max_length=16, examples=["2026-H2"])


class ScoreIn(Model):
    """So many points for an item."""

    item: Whole = Field(description="项号", ge=1, le=1000, examples=[1])
    points: Whole = Field(description="得分，应为这一项的 allowed 之一", ge=0, le=1000, examples=[4])
    evidence: Text = Field(
        "",
        description="依据；复核时为理由。有周期事项的项自评时可以不写，复核与自评相同时可以不写",
        max_length=LONGEST_TEXT,
        examples=["会议纪要 6 份"],
    )


class ScoresIn(Model):
    """Scores of several items."""

    scores: tuple[ScoreIn, ...] = Field(
        description="要登记的得分，全部登记或全部不登记", min_length=1, max_length=200
    )
    seen: Whole | None = Field(None, description=SEEN, ge=1, le=10**9, examples=[None])


class ResultIn(Model):
    """The result."""

    text: Text = Field("", description="评定意见", max_length=LONGEST_TEXT, examples=["制度健全"])
    seen: Whole | None = Field(None, description=SEEN, ge=1, le=10**9, examples=[None])


def line_out(line: StationLine, period: Period) -> EvaluationLineOut:
    """A station as the API tells it."""
    found = line.evaluation
    items = found.items if found else ()
    return EvaluationLineOut(
        station=line.station,
        period=str(period),
        state=line.state,
        total=found.standard.total if found else None,
        scored=sum(each.own is not None for each in items),
        reviewed=sum(each.review is not None for each in items),
        items=len(items),
        own_points=found.own_points if found else None,
        points=found.points if found else None,
        grade=found.result.grade if found and found.result else None,
    )


def evaluation_out(account: Account, found: Evaluation) -> EvaluationOut:
    """An evaluation as the API tells it to ``account``: who reads no application is told no names and no words."""
    named = may(account, Right.READ_APPLICATIONS)
    labels = {each.name: each.label for each in found.standard.parts}
    result = found.result
    return EvaluationOut(
        station=found.station,
        period=str(found.period),
        standard=found.standard.label,
        document=str(found.standard.citation.document),
        state=state_of(found),
        total=found.standard.total,
        own_points=found.own_points,
        points=found.points,
        result=result
        and ResultOut(
            points=result.points,
            grade=result.grade,
            text=result.text if named else None,
            actor=result.actor if named else None,
            at=result.at,
        ),
        items=tuple(_item(each, labels[each.item.part], named=named) for each in found.items),
        records=len(found.records),
    )


def _item(view: ItemView, part: str, *, named: bool) -> ItemOut:
    item = view.item
    return ItemOut(
        no=item.no,
        label=item.label,
        part=part,
        points=item.points,
        scoring=item.scoring,
        rhythm=item.rhythm,
        clause=item.citation.clause,
        allowed=item.allowed,
        most=view.most,
        rounds=tuple(map(_round, view.rounds)),
        own=_given(view.own, named=named),
        review=_given(view.review, named=named),
    )


def _round(found: Round) -> RoundOut:
    return RoundOut(
        round=found.round,
        label=found.label,
        due_on=date.fromisoformat(found.due_on),
        done_at=datetime.fromisoformat(found.done_at) if found.done_at else None,
        state=found.state,
        recorded=found.recorded,
    )


def _given(given: Given | None, *, named: bool) -> GivenOut | None:
    if given is None:
        return None
    evidence, actor = (given.evidence, given.actor) if named else (None, None)
    return GivenOut(points=given.points, evidence=evidence, actor=actor, at=given.at)

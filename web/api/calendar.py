"""工作日历 and the calculator: which days count, and when a limit is due."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from limits.calendar import DayKind
from limits.terms import Unit, Verdict
from web.access.admission import needs
from web.access.rights import Right
from web.api import routing
from web.api.models import Day, Model, Moment, Whole
from web.api.shapes import DayOut, LevelAt
from web.desk import ADesk
from web.work import calculating

router = routing.router("日历与计算器")
READS = [needs(Right.READ_POLICIES)]
# X: no application was suspended more often; every pause costs the arithmetic a step.
MOST_PAUSES = 50


class CalendarDay(Model):
    """One day."""

    day: Day = Field(description="日期")
    kind: DayKind = Field(description="这一天是什么")
    working: bool = Field(description="是否工作日")
    name: str = Field(description="节日的名称；不是节日时为空", examples=["国庆节"])
    published: bool = Field(description="放假安排是否已公布；没有公布的按周休日和法定节假日推算，为暂定")
    source: str = Field(description="依据的通知；平常的日子为空", examples=[""])


class CalendarYear(Model):
    """One year."""

    year: int = Field(description="年份", examples=[2026])
    name: str = Field(description="日历的代码", examples=["cn"])
    label: str = Field(description="日历的名称")
    published_through: Day = Field(description="放假安排公布到哪一天")
    working_days: int = Field(description="这一年几个工作日", examples=[248])
    days: tuple[CalendarDay, ...] = Field(description="每一天")


class Pause(Model):
    """Time that is not counted."""

    begin: Moment = Field(description="暂停开始", examples=["2026-11-18T12:00:00+08:00"])
    end: Moment | None = Field(
        None, description="恢复；还没有恢复时不写", examples=["2026-11-20T12:00:00+08:00"]
    )


class QuestionIn(Model):
    """What is asked."""

    start: Moment = Field(description="起算时间", examples=["2026-11-16T09:00:00+08:00"])
    limit: Whole = Field(
        description="时限；分钟不超过 100000，其他不超过 1000", ge=0, le=calculating.MOST, examples=[5]
    )
    unit: Unit = Field(Unit.WORKING_DAY, description="单位", examples=["working_day"])
    pauses: tuple[Pause, ...] = Field((), description="各段暂停，只用于工作日和分钟", max_length=MOST_PAUSES)
    stop: Moment | None = Field(
        None, description="完成时间；还没有完成时不写，只用于工作日和分钟", examples=[None]
    )


class Explained(Model):
    """How the answer comes about."""

    days: tuple[DayOut, ...] = Field(description="逐日说明；按分钟计时为空")
    conclusion: str = Field(description="结论，给人看的一句话")
    sources: tuple[str, ...] = Field(description="依据")


class AnswerOut(Model):
    """The due day and how it comes about."""

    due_on: Day | None = Field(description="到期日，当日 24 时截止；暂停或完成后为 null")
    due_at: Moment | None = Field(description="到期的时间，只用于分钟", examples=[None])
    provisional: bool = Field(description="到期日是否暂定（放假安排尚未公布）")
    used: int | None = Field(description="已用多少；只用于工作日和分钟", examples=[4])
    verdict: Verdict | None = Field(description="按时还是超期；只用于工作日和分钟")
    levels: tuple[LevelAt, ...] = Field(description="各级别什么时候达到；只用于工作日和分钟")
    explanation: Explained | None = Field(description="逐日说明；只用于工作日和分钟")
    rule: str = Field(description="按日历日、月、年计算的依据；其他单位为空", examples=[""])


@router.get(
    "/calendar/{year}",
    summary="一年的日历：工作日、休息日、放假和调休",
    dependencies=READS,
    responses=routing.refusals(404),
)
def one_year(
    desk: ADesk, year: Annotated[int, Path(ge=1, le=9999, description="年份", examples=[2026])]
) -> CalendarYear:
    """Every day of a year the calendar knows."""
    calendar = desk.book.rules.calendar
    days = tuple(map(CalendarDay.model_validate, calculating.facts_of(calendar, year)))
    return CalendarYear(
        year=year,
        name=calendar.name,
        label=calendar.label,
        published_through=calendar.published_through,
        working_days=sum(each.working for each in days),
        days=days,
    )


@router.post(
    "/calculator",
    summary="计算到期日，逐日说明",
    description="任意起点、时限和暂停。不登记任何内容，不需要 Idempotency-Key。",
    dependencies=READS,
    responses=routing.refusals(*routing.TO_A_BODY),
)
def calculator(desk: ADesk, body: QuestionIn) -> AnswerOut:
    """The same as the page of the calculator."""
    pauses = tuple((each.begin, each.end) for each in body.pauses)
    question = calculating.checked(calculating.Question(body.start, body.limit, body.unit, pauses, body.stop))
    found = calculating.answer(question, desk.book.rules, desk.now())
    told = found.explanation
    return AnswerOut(
        due_on=found.due_on,
        due_at=found.due_at,
        provisional=found.provisional,
        used=found.used,
        verdict=found.verdict,
        levels=tuple(LevelAt.model_validate(each) for each in found.levels),
        explanation=Explained.model_validate(told) if told is not None else None,
        rule=found.rule,
    )

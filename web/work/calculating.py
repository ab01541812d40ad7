"""The calculator: any start, limit and pauses, told like the clock of an application (domain §5); and a year's days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from limits.calendar import Calendar, DayFact
from limits.clock import Allowance, Crossing, Span, Track, crossings, read, settle
from limits.explanation import Explanation, explain
from limits.periods import last_day
from limits.policy import NotInForce
from limits.spans import Interval, subtract
from limits.terms import Unit, Verdict
from limits.zone import local
from web import errors
from web.work import filled
from workflow.rules import Rules

MOST = 100_000
MOST_DAYS = 1000
COUNTED = (Unit.WORKING_DAY, Unit.MINUTE)
MONTHS = (
    "《民法典》第二百零二条、第二百零三条：到期月的对应日为最后一日，没有对应日的为月末；"
    "最后一日是法定休假日的，顺延到休假日结束的次日。"
)
CIVIL_CODE = {
    Unit.CALENDAR_DAY: "《民法典》第二百零一条：开始的当日不计入，自下一日开始计算；这里按日历日计，休息日也计入。",
    Unit.MONTH: MONTHS,
    Unit.YEAR: MONTHS,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``stop``: when it was done, None while it is not."""

    start: datetime
    limit: int
    unit: Unit
    pauses: tuple[Interval, ...]
    stop: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """``due_on`` None while paused or done; ``due_at`` only of minutes; ``explanation`` only of what is counted."""

    question: Question
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    used: int | None
    verdict: Verdict | None
    levels: tuple[Crossing, ...]
    explanation: Explanation | None
    rule: str


def read_question(
    *, start: str, limit: str, unit: str, stop: str, pauses: Sequence[tuple[str, str]]
) -> Question:
    """What was filled in; raises RequestInvalid."""
    begun = filled.moment("起算时间", start)
    which = filled.term(Unit, "单位", unit) or Unit.WORKING_DAY
    amount = filled.whole("时限", limit, 0, _most(which))
    if begun is None or amount is None:
        raise errors.RequestInvalid(problems="起算时间和时限都要填写")
    taken = tuple(_pause(begin, end) for begin, end in pauses if begin or end)
    return checked(Question(begun, amount, which, taken, filled.moment("完成时间", stop)))


def _pause(begin: str, end: str) -> Interval:
    first, last = filled.moment("暂停开始", begin), filled.moment("暂停结束", end)
    if first is None:
        raise errors.RequestInvalid(problems="有一段暂停没有填写开始时间")
    return first, last


def checked(question: Question) -> Question:
    """The question, when it can be asked; raises RequestInvalid."""
    problem = _problem(question)
    if problem:
        raise errors.RequestInvalid(problems=problem)
    return question


def _problem(question: Question) -> str:
    start, stop, pauses = question.start, question.stop, question.pauses
    told = (start, stop, *(each for pause in pauses for each in pause))
    if not 0 <= question.limit <= _most(question.unit):
        return f"时限“{question.limit}”不对，应为 0 到 {_most(question.unit)} 的整数"
    if not all(1 < each.year < date.max.year for each in told if each is not None):
        return "时间不在可计算的年份内"
    if stop is not None and stop < start:
        return "完成时间早于起算时间"
    if any(begin < start or (end is not None and end < begin) for begin, end in pauses):
        return "暂停的开始不早于起算，结束不早于开始"
    if question.unit not in COUNTED and (pauses or stop):
        return "暂停和完成时间只用于按工作日或分钟计的时限"
    return ""


def _most(unit: Unit) -> int:
    return MOST if unit is Unit.MINUTE else MOST_DAYS


def answer(question: Question, rules: Rules, now: datetime) -> Answer:
    """The due day and how it comes about; raises CalendarRange beyond the calendar."""
    if question.unit not in COUNTED:
        return _dated(question, rules)
    track = _track(question)
    calendar = rules.calendar
    standing = settle(track, calendar)
    known = [each for pause in question.pauses for each in pause if each is not None]
    # Pauses yet to come are told as if they had been: what is known is known at the last of them.
    as_of = max([now, *known, *([question.stop] if question.stop else [])])
    reading = read(standing, calendar, as_of)
    levels = _levels(track, rules)
    breaks = [(pause, "暂停") for pause in question.pauses]
    told = explain(track, standing, levels, breaks, calendar, as_of)
    return Answer(
        question=question,
        due_on=standing.due_on,
        due_at=standing.due_at if question.unit is Unit.MINUTE else None,
        provisional=reading.provisional,
        used=reading.used,
        verdict=reading.verdict,
        levels=levels,
        explanation=told,
        rule="",
    )


def _dated(question: Question, rules: Rules) -> Answer:
    day = last_day(local(question.start).date(), question.limit, question.unit, rules.calendar)
    rules.calendar.is_workday(day)  # refuses a day beyond the calendar, as counting does
    provisional = question.unit is not Unit.CALENDAR_DAY and rules.calendar.provisional(day)
    return Answer(question, day, None, provisional, None, None, (), None, CIVIL_CODE[question.unit])


def _track(question: Question) -> Track:
    pieces = subtract([(question.start, question.stop)], question.pauses)
    return Track(
        spans=tuple(Span(start, end) for start, end in pieces) or (Span(question.start, question.start),),
        allowances=(Allowance(question.limit),),
        unit=question.unit,
        stopped_at=question.stop,
    )


def _levels(track: Track, rules: Rules) -> tuple[Crossing, ...]:
    """By the ladder of the day it starts; none where no rule gave levels then."""
    try:
        ladder = rules.policies.ladder(local(track.spans[0].start).date())
    except NotInForce:
        return ()
    return crossings(track, ladder, rules.calendar)


def facts_of(calendar: Calendar, year: int) -> list[DayFact]:
    """Every day of a year; raises PageUnknown for one the calendar does not know."""
    if not calendar.first.year <= year <= calendar.last.year:
        raise errors.PageUnknown
    begin, end = max(calendar.first, date(year, 1, 1)), min(calendar.last, date(year, 12, 31))
    return [calendar.fact(begin + timedelta(days=index)) for index in range((end - begin).days + 1)]

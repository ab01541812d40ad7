"""The rules as people look them up: what is in force on a day, the calendar of a year, and the calculator."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from limits.calendar import Calendar, DayFact
from limits.errors import YekuoError
from limits.policy import PolicySet
from limits.terms import Mark, Unit
from limits.zone import local
from web.access.admission import needs
from web.access.rights import Right
from web.desk import ADesk
from web.errors import PageUnknown
from web.problems import status_of
from web.rendering import render
from web.work import calculating, filled

router = APIRouter(include_in_schema=False, dependencies=[needs(Right.READ_POLICIES)])
PAUSES = 3


@router.get("/policies")
def policies(request: Request, desk: ADesk, on: str = "") -> Response:
    """What an application accepted on a day is judged by, with where each figure is written."""
    day = filled.day("日期", on, local(desk.now()).date())
    rules = desk.book.rules.policies
    return render(request, "policies.html", on=day, policies=rules, marks=list(Mark), **in_force(rules, day))


def in_force(rules: PolicySet, day: date) -> dict[str, Any]:
    """Everything of ``rules`` that holds on ``day``; what no rule gives for that day is None or empty."""
    validities = [rules.validity(high, day) for high in (True, False)]
    return {
        "limits": [(rule, limit) for rule in rules.clocks for limit in rule.limits if limit.force.holds(day)],
        "ladder": next((each for each in rules.ladders if each.force.holds(day)), None),
        "escalation": next((each for each in rules.escalations if each.force.holds(day)), None),
        "duties": rules.duties_on(day),
        "validities": [each for each in validities if each is not None],
        "machines": [each for each in rules.machines if each.force.holds(day)],
    }


@router.get("/calendar")
def this_year(request: Request, desk: ADesk) -> Response:
    """The calendar of the running year."""
    return _year(request, desk.book.rules.calendar, local(desk.now()).date(), local(desk.now()).year)


@router.get("/calendar/{year}")
def one_year(request: Request, desk: ADesk, year: Annotated[int, Path(ge=1, le=9999)]) -> Response:
    """The calendar of any year it knows."""
    return _year(request, desk.book.rules.calendar, local(desk.now()).date(), year)


def _year(request: Request, calendar: Calendar, today: date, year: int) -> Response:
    facts = facts_of(calendar, year)
    return render(
        request,
        "calendar.html",
        year=year,
        today=today,
        months=[[fact for fact in facts if fact.day.month == month] for month in range(1, 13)],
        working=sum(fact.working for fact in facts),
        published=all(fact.published for fact in facts),
        named=[fact for fact in facts if fact.name],
        sources=list(dict.fromkeys(fact.source for fact in facts if fact.source)),
        before=year - 1 if year > calendar.first.year else None,
        after=year + 1 if year < calendar.last.year else None,
    )


def facts_of(calendar: Calendar, year: int) -> list[DayFact]:
    """Every day of a year; raises PageUnknown for one the calendar does not know."""
    if not calendar.first.year <= year <= calendar.last.year:
        raise PageUnknown
    begin, end = max(calendar.first, date(year, 1, 1)), min(calendar.last, date(year, 12, 31))
    return [calendar.fact(begin + timedelta(days=index)) for index in range((end - begin).days + 1)]


@router.get("/calculator")
def calculator(request: Request, desk: ADesk) -> Response:
    """The form, and beneath it the answer to what was asked."""
    asked = {name: request.query_params.get(name, "") for name in ("start", "limit", "unit", "stop")}
    pauses = [
        (request.query_params.get(f"from{index}", ""), request.query_params.get(f"to{index}", ""))
        for index in range(1, PAUSES + 1)
    ]
    answer, refused = None, None
    if asked["start"] or asked["limit"]:
        try:
            question = calculating.read_question(**asked, pauses=pauses)
            answer = calculating.answer(question, desk.book.rules, desk.now())
        except YekuoError as error:
            refused = error
    return render(
        request,
        "calculator.html",
        status=status_of(refused) if refused else 200,
        asked=asked | {"unit": asked["unit"] or Unit.WORKING_DAY.value},
        pauses=pauses,
        units=list(Unit),
        answer=answer,
        refused=refused.message if refused else "",
    )
